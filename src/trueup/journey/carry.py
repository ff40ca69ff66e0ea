"""The leg from the shelf to what a target is to be told: whom it is about, what is to be done there, or why it stops.

Joins intake (the completion), identity (the person) and delivery (what stands there). Sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from trueup.connectors.target import UnfitError
from trueup.delivery.standing import store as standing
from trueup.identity.register import store as register
from trueup.intake.ledger import store as ledger
from trueup.kit.canonical_json import digest as digest_of
from trueup.model.completions import Fault, Status
from trueup.model.delivery import Capability, Evidence, Job, Person, Verb
from trueup.model.instants import Precision

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from trueup.connectors.target import Target
    from trueup.journey.arrive import Shelf
    from trueup.journey.deliver import Outgoing
    from trueup.model.delivery import Record
    from trueup.model.instants import Instant

WAITING = frozenset({"TU0101", "TU0103", "TU0104"})  # what another look at the roster may settle


@dataclass(frozen=True, slots=True)
class Carried:
    """What is to be done for a delivery: one of a job, `over` (nothing, and why), or a stop with its fault.

    `by_hand`: the target can't be told, and a person does this there; the fault says what.
    """

    job: Job | None = None
    over: str | None = None  # superseded, unchanged, nothing-to-hold, erased
    in_flight: bool = False  # another revision may be there: it has to be looked up first
    stop: Fault | None = None
    by_hand: Verb | None = None
    digest: bytes = b""  # of the record


async def carry(
    shelf: Shelf, to: Outgoing, statements: Sequence[int], *, today: date, sent: bool = False
) -> dict[int, Carried]:
    """What is to be done for each of these deliveries to a target; or what was done, of those `sent` already."""
    database = shelf.database
    kin = await standing.siblings(database, to.name, statements)
    stand = [one.standing for one in kin.values() if one.standing is not None]
    befores = {one.statement_id for one in stand} | {
        one.replaces for one in stand if one.replaces is not None
    }
    known = await evidence_of(shelf, {*statements, *befores}, today=today, people=to.people)
    plan = _was_done if sent else _to_do
    found = {}
    for number in statements:
        evidence = known.get(number)
        found[number] = plan(to.target, evidence, kin[number], known) if evidence else Carried(over="erased")
    return found


async def evidence_of(
    shelf: Shelf, statements: Collection[int], *, today: date, people: str = ""
) -> dict[int, Evidence]:
    """What may be told of completions. Those whose source's names were erased are not in it.

    `people` is who issued the accounts by which the target calls people; none: it calls them by their numbers.
    """
    database = shelf.database
    taken = await ledger.taken(database, list(statements))
    persons = await register.behind(database, list(statements))
    called = await register.called(database, set(persons.values()), today)
    accounts = await register.accounts_at(database, people, set(persons.values()), today) if people else None
    return {
        number: _evidence(one, persons.get(number), called, accounts)
        for number, one in taken.items()
        if one.who is not None
    }


def _evidence(
    one: ledger.Taken,
    person: UUID | None,
    called: Mapping[UUID, Mapping[str, str]],
    accounts: Mapping[UUID, Sequence[str]] | None,
) -> Evidence:
    assert one.who is not None  # noqa: S101 - asked for those alone
    names = called.get(person, {}) if person else {}
    occurred = one.completion.occurred
    return Evidence(
        key=one.key,
        statement_id=one.statement_id,
        course_id=one.completion.course_id,
        status=one.completion.status,
        completed_at=_when(occurred) if occurred else None,
        score=one.completion.score,
        tags=one.completion.tags,
        received_at=one.received_at,
        person=_person(person, names, accounts) if person else None,
        issuer=one.who.issuer,
        account=one.who.name,
        employee_number=one.who.employee_number,
        email=one.who.email,
    )


def _person(person: UUID, names: Mapping[str, str], accounts: Mapping[UUID, Sequence[str]] | None) -> Person:
    number = names.get("employee_number")
    there = ((number,) if number else ()) if accounts is None else tuple(accounts.get(person, ()))
    return Person(names.get("id") or str(person), number, names.get("email"), there)


def _when(occurred: Instant) -> datetime | date | None:
    """The instant; of a day the day in its own zone, as an interval has no instant (requirements F2c)."""
    if occurred.at is None or occurred.precision in {Precision.YEAR, Precision.MONTH}:
        return None
    if occurred.precision is not Precision.DAY:
        return occurred.at
    if occurred.zone:
        return occurred.at.astimezone(ZoneInfo(occurred.zone)).date()
    return (occurred.at + timedelta(minutes=occurred.offset_minutes or 0)).date()


def _to_do(
    target: Target, evidence: Evidence, kin: standing.Sibling, known: Mapping[int, Evidence]
) -> Carried:
    """The job that brings the target to this revision, if it is the last one and nothing is on its way."""
    if kin.latest > kin.statement_id:
        return Carried(over="superseded")
    if kin.in_flight is not None:
        return Carried(in_flight=True)
    stands = kin.standing if kin.standing is not None and not kin.standing.gone else None
    before = known.get(stands.statement_id) if stands else None
    try:
        record = _held(target, evidence)
        if record is None:
            return _taken_back(target, evidence, stands, before)
    except UnfitError as error:
        return Carried(stop=error.fault)
    if stands is None:
        return _job(Job(Verb.CREATE, evidence, record))
    return _corrected(target, Job(Verb.UPDATE, evidence, record, stands.remote_id, before), stands)


def _was_done(
    target: Target, evidence: Evidence, kin: standing.Sibling, known: Mapping[int, Evidence]
) -> Carried:
    """What is looked for of a revision that went out, whatever has come since."""
    stands = kin.standing
    before = known.get(stands.replaces or stands.statement_id) if stands else None
    try:
        record = _held(target, evidence)
        if record is None:
            return _taken_back(target, evidence, stands, before)
    except UnfitError as error:
        return Carried(stop=error.fault)
    verb = Verb.CREATE if stands is None or stands.gone else Verb.UPDATE
    return _job(Job(verb, evidence, record, stands.remote_id if stands else None, before))


def _held(target: Target, evidence: Evidence) -> Record | None:
    """What the target is to hold; nothing of what is voided, or is none of its business."""
    return None if evidence.status is Status.VOIDED else target.record(evidence)


def _job(job: Job) -> Carried:
    return Carried(job, digest=record_digest(job.record))


def _taken_back(
    target: Target, evidence: Evidence, stands: standing.Standing | None, before: Evidence | None
) -> Carried:
    had = _held(target, before) if before is not None else None
    if stands is None or had is None:
        return Carried(over="nothing-to-hold")
    if Capability.DELETE not in target.manifest.capabilities:
        return _by_hand(Verb.DELETE, "TU0305", "the record taken back", had)
    return _job(Job(Verb.DELETE, evidence, had, stands.remote_id, before))


def _corrected(target: Target, job: Job, stands: standing.Standing) -> Carried:
    """A correction goes by what the target can do (requirements F3g)."""
    if stands.seen and stands.digest == record_digest(job.record):
        return Carried(over="unchanged", digest=stands.digest)
    can = target.manifest.capabilities
    if Capability.UPDATE in can:
        return _job(job)
    if Capability.APPEND in can:
        return _job(Job(Verb.APPEND, job.evidence, job.record, job.remote_id, job.before))
    return _by_hand(Verb.UPDATE, "TU0306", "the record corrected", job.record)


def _by_hand(verb: Verb, code: str, expected: str, record: Record) -> Carried:
    """A correction that only a person can make (requirements F3g)."""
    fault = Fault(code, "", expected, "a target that can't be told: somebody has to do it there")
    return Carried(stop=fault, by_hand=verb, digest=record_digest(record))


def record_digest(record: Record) -> bytes:
    """SHA-256 of what a target is to hold."""
    return bytes.fromhex(digest_of(dict(record.fields)))
