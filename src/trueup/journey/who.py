"""The leg that answers who somebody was: by any identifier, on a day, as was known at an instant (requirements F1e)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.identity.decisions import store as decisions
from trueup.identity.policy import default_policy
from trueup.identity.register import store
from trueup.journey.identify import NotDecidedError
from trueup.model.people import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from trueup.identity.policy import Policy, Tier
    from trueup.identity.register.revising import Believed
    from trueup.identity.register.store import Carried, Record
    from trueup.journey.arrive import Shelf

# what each tier looks for, and by which of the policy's normalisers
_KIND = {
    "person_id": (Kind.ID, "person_id"),
    "employee_number": (Kind.EMPLOYEE_NUMBER, "employee_number"),
    "former_number": (Kind.FORMER_NUMBER, "employee_number"),
    "email": (Kind.EMAIL, "email"),
    "alias": (Kind.ALIAS, "email"),
}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Somebody who carries it, or did, or will: by which tier, and from which day until before which."""

    person: UUID | None  # None: an account that is nobody's yet
    record: Record
    tier: Tier
    believed: Believed


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as was known then: their records with what was believed of each, that day first."""

    person: UUID
    records: tuple[tuple[Record, tuple[Believed, ...]], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Who it was.

    `person` is None where nobody had it that day, or several by the best tier; `decided_by` is that tier. `bearers`
    holds on that day, in the order of the tiers; `otherwise` are those who carry it on other days.
    """

    value: str
    on: date
    known: datetime
    person: Person | None
    decided_by: Tier | None
    bearers: tuple[Bearer, ...]
    otherwise: tuple[Bearer, ...]


async def who(
    shelf: Shelf,
    value: str,
    *,
    on: date,
    known: datetime,
    issuer: str | None = None,
    policy: Policy | None = None,
) -> Answer:
    """Who `value` was on a day, as was known at an instant; with `issuer` it is an account's name.

    The first tier of the policy under which anybody had it that day decides; several people of it are nobody.
    """
    policy = policy or default_policy()
    bearers = await _bearers(shelf, policy, value, known, issuer=issuer)
    then = tuple(one for one in bearers if one.believed.holds_on(on))
    best = next(iter(then), None)
    people = {one.person for one in then if best is not None and one.tier == best.tier}
    person = people.pop() if len(people) == 1 else None
    return Answer(
        value,
        on,
        known,
        await _person(shelf, person, on, known) if person is not None else None,
        best.tier if best is not None and person is not None else None,
        then,
        tuple(one for one in bearers if not one.believed.holds_on(on)),
    )


async def the_person(shelf: Shelf, said: str, *, now: datetime, policy: Policy | None = None) -> UUID:
    """The one person whom somebody means: by id or the beginning of it, number or address. NotDecidedError otherwise."""
    if len(said) >= 6:
        begun = await decisions.begun_with(shelf.database, said.lower())
        if len(begun) == 1:
            return begun[0]
    answer = await who(shelf, said, on=now.date(), known=now, policy=policy)
    if answer.person is not None:
        return answer.person.person
    people = {one.person for one in answer.bearers} - {None}
    raise NotDecidedError(
        f"{said!r} is {'nobody today' if not people else f'{len(people)} people today'}",
        "the id of one person, or a number or address that one has today",
        f"trueup who {said}",
    )


async def _bearers(
    shelf: Shelf, policy: Policy, value: str, known: datetime, *, issuer: str | None
) -> list[Bearer]:
    found: list[tuple[int, Tier, Carried]] = []
    for place, tier in enumerate(policy.tiers):
        found += [
            (place, tier, one)
            for one in await _carriers(shelf, policy, tier, value, known=known, issuer=issuer)
        ]
    people = await decisions.people_of(shelf.database, {one.record.record_id for _, _, one in found}, known)
    best: dict[tuple[int, date | None], Bearer] = {}
    for _, tier, one in sorted(found, key=lambda it: it[0]):
        linked = people.get(one.record.record_id)
        bearer = Bearer(linked[0] if linked else None, one.record, tier, one.believed)
        best.setdefault((one.record.record_id, one.believed.start), bearer)
    return list(best.values())


async def _carriers(
    shelf: Shelf, policy: Policy, tier: Tier, value: str, *, known: datetime, issuer: str | None
) -> Sequence[Carried]:
    """Who carries it by one tier. An account is (issuer, name); all other identifiers are a roster's."""
    if (tier == "account") != (issuer is not None):
        return ()
    if issuer is not None:
        name = policy.normalised("account", value)
        where = policy.normalised("account", issuer)
        carried = await store.carriers(shelf.database, [(Kind.ID, name or "")], known, Role.ACCOUNT)
        return [one for one in carried if one.record.issuer == where]
    if tier not in _KIND:  # an address is compared without its tag anyway (normaliser email/1)
        return ()
    kind, rule = _KIND[tier]
    text = policy.normalised(rule, value)
    return await store.carriers(shelf.database, [(kind, text)], known, Role.PERSON) if text else ()


async def _person(shelf: Shelf, person: UUID, on: date, known: datetime) -> Person:
    """Their records as was known then; what held that day first."""
    ids = await decisions.records_ever(shelf.database, person)
    mine = {
        number for number, (whose, _) in (await decisions.people_of(shelf.database, ids, known)).items()
        if whose == person
    }  # fmt: skip
    said = await store.sayings(shelf.database, mine, known)
    found = await store.records(shelf.database, mine)
    return Person(
        person,
        tuple(
            (found[number], tuple(sorted(said.get(number, ()), key=lambda one: not one.holds_on(on))))
            for number in sorted(mine)
        ),
    )
