"""The leg that lists what a policy must not decide: each account or entry with whom it may be, and what hangs on it.

Joins identity's candidates and links with the ledger's completions. It decides nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from trueup.identity.contested import store as waiting_in
from trueup.identity.decisions import store
from trueup.identity.policy import default_policy
from trueup.identity.register import store as register
from trueup.model.people import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from trueup.identity.contested.store import Candidate
    from trueup.identity.register.revising import Believed
    from trueup.identity.register.store import Record
    from trueup.journey.arrive import Shelf

SHOWN = (
    Kind.FIRST_NAME, Kind.LAST_NAME, Kind.FORMER_LAST_NAME, Kind.EMPLOYEE_NUMBER, Kind.FORMER_NUMBER, Kind.EMAIL,
    Kind.ALIAS, Kind.DEPARTMENT, Kind.CITY,
)  # fmt: skip  # a list, in the order in which people read


class About(StrEnum):
    """What is in conflict."""

    SWAPPED = "swapped pair"  # two accounts, each with one's number and the other's address
    SEVERAL_PEOPLE = "several people"  # 1:many
    NOT_SURE = "not sure"  # one candidate, and something is missing or speaks against it
    SEVERAL_ACCOUNTS = "several accounts"  # many:1
    NOBODY = "nobody"  # an account without a person
    NO_ACCOUNT = "no account"  # a person without an account


CODES = {
    About.SWAPPED: "TU0105",
    About.SEVERAL_PEOPLE: "TU0104",
    About.NOT_SURE: "TU0103",
    About.SEVERAL_ACCOUNTS: "TU0501",
    About.NOBODY: "TU0103",
    About.NO_ACCOUNT: None,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who comes into question, with what is said of them now."""

    person: UUID
    said: Mapping[Kind, tuple[str, ...]]

    @property
    def named(self) -> str:
        """Their name, and their number where they have one."""
        names = [text for kind in (Kind.FIRST_NAME, Kind.LAST_NAME) for text in self.said.get(kind, ())[:1]]
        numbers = self.said.get(Kind.EMPLOYEE_NUMBER, ())[:1]
        return " ".join([*names, *(f"({number})" for number in numbers)]) or str(self.person)


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody whose it may be: weight and margin in bits, what agrees field by field, what speaks against it."""

    person: Person
    weight: float | None = None
    margin: float | None = None
    evidence: Mapping[str, Mapping[str, object]] | None = None
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One: its number is that of the record; `others` are the records that it is in conflict with."""

    number: int
    about: About
    record: Record
    said: Mapping[Kind, tuple[str, ...]]
    linked: Person | None
    choices: tuple[Choice, ...]
    others: tuple[Record, ...]
    completions: int  # that came under it: what changes hands with it
    suggested: str
    issuer: str | None = None  # of the account that is missing

    @property
    def code(self) -> str | None:
        """The fault of the catalogue that it is."""
        return CODES[self.about]


@dataclass(frozen=True, slots=True)
class _Raw:
    number: int
    about: About
    others: tuple[int, ...] = ()
    people: tuple[UUID, ...] = ()
    issuer: str | None = None


async def conflicts(
    shelf: Shelf, *, now: datetime, about: About | None = None, most: int | None = None
) -> tuple[dict[About, int], list[Conflict]]:
    """How many of each kind there are, and up to `most` of them, those of one kind if asked; the gravest first."""
    raw = await _all(shelf)
    counts = {one: sum(it.about is one for it in raw) for one in About}
    wanted = [one for one in raw if about is None or one.about is about]
    return counts, await _told(shelf, wanted[:most], now)


async def conflicts_of(shelf: Shelf, number: int, *, now: datetime) -> list[Conflict]:
    """The conflicts that a record is in, also as the other one."""
    raw = [one for one in await _all(shelf) if number == one.number or number in one.others]
    return await _told(shelf, raw, now)


async def _all(shelf: Shelf) -> list[_Raw]:
    margin = default_policy().linking.margin
    waiting = await register.open_accounts(shelf.database)
    candidates = await waiting_in.candidates(shelf.database, waiting)
    mixed = await waiting_in.mixed(shelf.database)
    swapped = _swapped(mixed)
    found = [_Raw(one, About.SWAPPED, (other,), mixed[one]) for one, other in swapped.items() if one < other]
    done = set(swapped)
    for number in waiting:
        if number in done:
            continue
        here = candidates.get(number, [])
        if not here:
            found.append(_Raw(number, About.NOBODY))
        elif number in mixed or (len(here) > 1 and here[0].margin < margin):
            found.append(_Raw(number, About.SEVERAL_PEOPLE))
        else:
            found.append(_Raw(number, About.NOT_SURE))
    for person, records in await waiting_in.doubled(shelf.database):
        found.append(_Raw(records[-1], About.SEVERAL_ACCOUNTS, tuple(records[:-1]), (person,)))
    found += [
        _Raw(number, About.NO_ACCOUNT, issuer=issuer)
        for number, issuer in await waiting_in.without_account(shelf.database)
    ]
    order = list(About)
    return sorted(found, key=lambda one: (order.index(one.about), one.number))


def _swapped(mixed: Mapping[int, tuple[UUID, UUID]]) -> dict[int, int]:
    """Accounts whose number and address are of two people, with the account where it is the other way round."""
    by_pair = {pair: number for number, pair in mixed.items()}
    return {
        number: by_pair[mail, own]
        for number, (own, mail) in mixed.items()
        if (mail, own) in by_pair and by_pair[mail, own] != number
    }


async def _told(shelf: Shelf, raw: Sequence[_Raw], now: datetime) -> list[Conflict]:
    numbers = {number for one in raw for number in (one.number, *one.others)}
    records = await register.records(shelf.database, numbers)
    said = await register.believed(shelf.database, numbers)
    candidates = await waiting_in.candidates(shelf.database, numbers)
    linked = await store.people_of(shelf.database, numbers)
    people = {one.person_id for here in candidates.values() for one in here}
    people |= {person for one in raw for person in one.people} | {person for person, _ in linked.values()}
    known = await people_named(shelf, people, now)
    completions = await waiting_in.completions_of(shelf.database, numbers)
    found = []
    for one in raw:
        choices = tuple(_choice(it, known) for it in candidates.get(one.number, ()))
        if one.people:
            choices = tuple(Choice(known[person]) for person in one.people if person in known)
        mine = linked.get(one.number)
        record = records[one.number]
        found.append(
            Conflict(
                one.number,
                one.about,
                record,
                texts(said.get(one.number, ()), now),
                known.get(mine[0]) if mine else None,
                choices,
                tuple(records[other] for other in one.others),
                sum(completions.get(number, 0) for number in (one.number, *one.others)),
                _suggested(one, choices),
                one.issuer,
            )
        )
    return found


async def people_named(shelf: Shelf, people: Collection[UUID], now: datetime) -> dict[UUID, Person]:
    """People with what is said of them now, by all their rosters."""
    records = await store.records_of(shelf.database, people)
    believed = await register.believed(shelf.database, [one for mine in records.values() for one in mine])
    roles = await register.records(shelf.database, believed)
    found = {}
    for person in people:
        mine = [
            one
            for number in records.get(person, ())
            if roles[number].role.value == "person"
            for one in believed.get(number, ())
        ]
        found[person] = Person(person, texts(mine, now))
    return found


def texts(said: Sequence[Believed], now: datetime) -> dict[Kind, tuple[str, ...]]:
    """What is said, as written: what holds today before what held."""
    found: dict[Kind, tuple[str, ...]] = {}
    for kind in SHOWN:
        mine = [one for one in said if one.said.kind is kind]
        mine.sort(key=lambda one: (not one.holds_on(now.date()), one.said.value))
        if mine:
            found[kind] = tuple(dict.fromkeys(one.said.value for one in mine))
    return found


def _choice(one: Candidate, known: Mapping[UUID, Person]) -> Choice:
    return Choice(known[one.person_id], one.weight, one.margin, json.loads(one.evidence), one.vetoes)


def _suggested(one: _Raw, choices: Sequence[Choice]) -> str:
    """What to do, in words of the verb that does it."""
    if one.about is About.SWAPPED:
        return "ask both, or HR, whose each account is; correct the number or address in the system itself"
    if one.about is About.NOBODY:
        return f"trueup identity decide {one.number} --link PERSON, or --own where no roster has them"
    if one.about is About.NO_ACCOUNT:
        return "nothing, unless they should have one there: then look for it among the accounts of nobody"
    if one.about is About.SEVERAL_ACCOUNTS:
        return (
            f"join the accounts in the system itself; trueup identity decide {one.number} --link {choices[0].person.person}"
            " where both are theirs, --apart where not"
        )
    best = choices[0]
    if best.vetoes or (best.weight or 0) < 0:
        return (
            f"ask HR ({', '.join(best.vetoes) or 'little agrees'}), then trueup identity decide {one.number}"
        )
    return f"trueup identity decide {one.number} --link {best.person.person}, if the rest fits"
