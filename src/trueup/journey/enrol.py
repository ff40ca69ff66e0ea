"""The leg by which identities arrive: a roster's entries, or a system's accounts, kept in two times.

Joins identity (what is said, who is founded) with the decisions that follow. All of one call takes effect, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from trueup.identity.decisions import store as decisions
from trueup.identity.decisions.store import Decision
from trueup.identity.decisions.store import Kind as Decides
from trueup.identity.policy import default_policy
from trueup.identity.register import store
from trueup.identity.register.entries import Unfit, key_of, said_by, shared, unfit
from trueup.identity.register.revising import (
    NAMES,
    Believed,
    Change,
    Said,
    employment,
    is_another,
    last_employment,
    revised,
)
from trueup.journey.identify import POLICY, Why, keep
from trueup.model.people import Kind, Role, RosterEntry
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from trueup.identity.policy import Policy
    from trueup.journey.arrive import Shelf
    from trueup.kit.database import Statements, Transaction
    from trueup.model.completions import Who

SHRUNK = 0.8  # a whole roster with a smaller share of those who were there yesterday is refused unless told
AT_ONCE = 5_000  # actors that are named in one go; records that are many
SURE = (Kind.EMPLOYEE_NUMBER, Kind.EMAIL)  # what says that an entry of another roster is the same human's


class UnfitRosterError(ToldError):
    """Entries that can't be enrolled; nothing was changed. `reasons` says where and why."""

    def __init__(self, reasons: Sequence[Unfit], total: int) -> None:
        super().__init__(
            f"{len(reasons):,} of {total:,} entries can't be enrolled",
            "entries that are each somebody's",
            "correct them, or leave them out with --without-unfit",
        )
        self.reasons = tuple(reasons)


class ShrunkRosterError(ToldError):
    """A roster that lost too many at once; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of the entries."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0  # those who are in the roster no more
    founded: int = 0  # people not known before
    shared: Mapping[str, int] = field(default_factory=dict)  # addresses under several people, with how many
    records: tuple[int, ...] = ()  # the new and the changed ones


async def enrol(
    shelf: Shelf,
    source: str,
    entries: Sequence[RosterEntry],
    *,
    now: datetime,
    role: Role = Role.PERSON,
    whole: bool = False,
    accept_shrink: bool = False,
    policy: Policy | None = None,
) -> Enrolled:
    """Keeps what a roster (or, with `role` account, an issuer of accounts) says today.

    With `whole`, whoever is not among the entries is there no more. Raises UnfitRosterError, ShrunkRosterError.
    """
    async with shelf.database.transaction() as both:
        return await enrol_within(
            shelf,
            both,
            source,
            entries,
            now=now,
            role=role,
            whole=whole,
            accept_shrink=accept_shrink,
            policy=policy,
        )


async def enrol_within(
    shelf: Shelf,
    both: Transaction,
    source: str,
    entries: Sequence[RosterEntry],
    *,
    now: datetime,
    role: Role = Role.PERSON,
    whole: bool = False,
    accept_shrink: bool = False,
    policy: Policy | None = None,
) -> Enrolled:
    """As `enrol`, taking effect together with what else the transaction does."""
    policy = policy or default_policy()
    if reasons := unfit(policy, role, entries):
        raise UnfitRosterError(reasons, len(entries))
    issuer = policy.normalised("account", source) or source
    said = {
        key: (one, said_by(policy, role, one)) for one in entries if (key := key_of(policy, role, one.key))
    }
    await store.alone(both)
    if whole and not accept_shrink:
        await _refuse_shrunk(both, role, issuer, sum(one.active for one in entries))
    bearers = await _bearers(both, role, issuer, said, now, whole=whole)
    held = await store.believed(both, [one.record_id for one in bearers.all])
    changes = _changes(bearers, held, said, now.date())
    await store.revise(both, changes, now)
    founded = 0
    if role is Role.PERSON and bearers.new:
        founded = await _found(shelf, both, policy, bearers.new, now)
    if len(changes) >= AT_ONCE:
        await store.taken_stock(both)
    ended = {one.record_id for one in bearers.gone} & set(changes)
    new = {one.record_id for one in bearers.new}
    return Enrolled(
        new=len(new),
        changed=len(set(changes) - new - ended),
        unchanged=len(bearers.there) - len(set(changes) - ended),
        ended=len(ended),
        founded=founded,
        shared=shared(policy, entries) if role is Role.PERSON else {},
        records=tuple(sorted(set(changes) - ended)),
    )


async def enrol_actors(shelf: Shelf, *, now: datetime, policy: Policy | None = None) -> int:
    """Notes whom the ledger speaks of: its accounts become records, other names are noted as they are compared.

    How many were new.
    """
    policy = policy or default_policy()
    done = 0
    while found := await store.new_actors(shelf.database, AT_ONCE):
        named = [name for actor_id, who in found.items() for name in _names(policy, actor_id, who)]
        accounts: dict[str, dict[str, RosterEntry]] = {}
        for who in found.values():
            if (
                who.issuer is not None
                and who.name is not None
                and (key := key_of(policy, Role.ACCOUNT, who.name))
            ):
                said = {Kind.EMPLOYEE_NUMBER: who.employee_number, Kind.EMAIL: who.email}
                issuer = policy.normalised("account", who.issuer) or who.issuer
                texts: dict[Kind, tuple[str, ...]] = {kind: (text,) for kind, text in said.items() if text}
                accounts.setdefault(issuer, {})[key] = RosterEntry(who.name, texts)
        for issuer, entries in accounts.items():
            there = {one.key for one in await store.of_issuer(shelf.database, Role.ACCOUNT, issuer, entries)}
            new = [one for key, one in entries.items() if key not in there]
            await enrol(shelf, issuer, new, now=now, role=Role.ACCOUNT, policy=policy)
        await store.name_actors(shelf.database, named)
        done += len(found)
    return done


def _names(policy: Policy, actor_id: int, who: Who) -> list[store.ActorName]:
    """An account is the surest, and alone decides; other names come in the order of the policy's tiers."""
    account = policy.normalised("account", who.name)
    if who.issuer is not None and account is not None:
        issuer = policy.normalised("account", who.issuer) or who.issuer
        return [store.ActorName(actor_id, 0, "account", issuer, account)]
    tiers = (
        (Kind.ID, "person_id", who.person_id),
        (Kind.EMPLOYEE_NUMBER, "employee_number", who.employee_number),
        (Kind.FORMER_NUMBER, "employee_number", who.employee_number),
        (Kind.EMAIL, "email", who.email),
        (Kind.ALIAS, "email", who.email),
    )
    return [
        store.ActorName(actor_id, tier, kind.value, "", plain)
        for tier, (kind, rule, text) in enumerate(tiers, 1)
        if (plain := policy.normalised(rule, text)) is not None
    ]


@dataclass(frozen=True, slots=True)
class _Bearers:
    """The records of those who are said to be there, the new ones among them, and of those who are gone."""

    there: Mapping[str, store.Record]
    new: Sequence[store.Record]
    gone: Sequence[store.Record]

    @property
    def all(self) -> list[store.Record]:
        return [*self.there.values(), *self.gone]


async def _bearers(
    both: Statements,
    role: Role,
    issuer: str,
    said: Mapping[str, tuple[RosterEntry, list[Said]]],
    now: datetime,
    *,
    whole: bool,
) -> _Bearers:
    known = await store.of_issuer(both, role, issuer, None if whole else said)
    latest = {one.key: one for one in known}  # of several bearers of one name, the last
    held = await store.believed(both, [latest[key].record_id for key in said if key in latest])
    wanted = []
    for key, (entry, texts) in said.items():
        had = latest.get(key)
        work = _work(entry, now.date())
        if had is None:
            wanted.append(store.New(entry.key, key))
        elif role is Role.PERSON and is_another(held.get(had.record_id, ()), texts, work):
            wanted.append(store.New(entry.key, key, had.bearer + 1))
    new = await store.add(both, role, issuer, wanted, now) if wanted else []
    there = {key: latest[key] for key in said if key in latest} | {one.key: one for one in new}
    gone = [one for one in known if one.key not in said] if whole else []
    return _Bearers(there, new, gone)


def _work(entry: RosterEntry, today: date) -> Believed:
    return employment(entry.begins, entry.ends, active=entry.active, today=today)


def _changes(
    bearers: _Bearers,
    held: Mapping[int, Sequence[Believed]],
    said: Mapping[str, tuple[RosterEntry, list[Said]]],
    today: date,
) -> dict[int, Change]:
    changes = {}
    for key, record in bearers.there.items():
        entry, texts = said[key]
        changes[record.record_id] = revised(held.get(record.record_id, ()), texts, _work(entry, today), today)
    for record in bearers.gone:
        before = held.get(record.record_id, ())
        was = last_employment(before)
        if was is not None and (was.end is None or was.end > today):
            still = [
                one.said for one in before if one.end == was.end and one.said.kind is not Kind.EMPLOYMENT
            ]
            changes[record.record_id] = revised(before, still, replace(was, end=today, number=None), today)
    return {number: change for number, change in changes.items() if change.closed or change.new}


async def _refuse_shrunk(both: Statements, role: Role, issuer: str, now_there: int) -> None:
    before = await store.active(both, role, issuer)
    if now_there < before * SHRUNK:
        raise ShrunkRosterError(
            f"{now_there:,} are there of {before:,} who were before",
            f"a whole roster with at least {SHRUNK:.0%} of them",
            "check that it was exported whole; if so many left, say so with --accept-shrink",
        )


async def _found(
    shelf: Shelf, both: Transaction, policy: Policy, new: Sequence[store.Record], now: datetime
) -> int:
    """Each new entry of a roster is of the person whom another roster has, if it surely is one's; else of somebody new."""
    await decisions.alone(both)
    same = await _known_elsewhere(both, new, now)
    made = [
        Decision(Decides.LINK, same[one.record_id][0], one.record_id, rule=same[one.record_id][1])
        if one.record_id in same
        else Decision(Decides.FOUND, uuid4(), one.record_id, rule="roster")
        for one in new
    ]
    await keep(shelf, both, Why(POLICY, now, "", policy.hash), made, None)
    return sum(one.kind is Decides.FOUND for one in made)


async def _known_elsewhere(
    both: Statements, new: Sequence[store.Record], now: datetime
) -> dict[int, tuple[UUID, str]]:
    """Records whose number or address one person of another roster has now, under a name that both have."""
    mine = await store.believed(both, [one.record_id for one in new])
    issuer = new[0].issuer
    sure = {
        (one.said.kind, one.said.normalised)
        for said in mine.values()
        for one in said
        if one.said.kind in SURE
    }
    others = [
        one
        for one in await store.carriers(both, sure, now, Role.PERSON)
        if one.record.issuer != issuer and one.believed.holds_on(now.date())
    ]
    if not others:
        return {}
    ids = {one.record.record_id for one in others}
    people = await decisions.people_of(both, ids)
    names = {number: _names_of(said) for number, said in (await store.believed(both, ids)).items()}
    carrying: dict[tuple[Kind, str], set[int]] = {}
    for one in others:
        carrying.setdefault((one.believed.said.kind, one.believed.said.normalised), set()).add(
            one.record.record_id
        )
    found: dict[int, tuple[UUID, str]] = {}
    for number, said in mine.items():
        for kind in SURE:
            met = {
                people[other][0]
                for one in said
                if one.said.kind is kind
                for other in carrying.get((kind, one.said.normalised), ())
                if other in people and names[other] & _names_of(said)
            }
            if len(met) == 1 and number not in found:
                found[number] = (met.pop(), kind.value)
    taken = [person for person, _ in found.values()]
    return {number: one for number, one in found.items() if taken.count(one[0]) == 1}


def _names_of(said: Sequence[Believed]) -> set[str]:
    return {one.said.normalised for one in said if one.said.kind in NAMES}
