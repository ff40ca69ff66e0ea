"""The leg by which a person does what nobody can write: sees what waits, has the evidence in hand, and says that it is done.

Joins delivery (tasks), intake and identity (what is known of each completion, and whose it is). Writes to no target.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.delivery.tasks import store
from trueup.journey.carry import evidence_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from trueup.delivery.tasks.store import Open
    from trueup.journey.arrive import Shelf
    from trueup.model.delivery import Evidence, Person

PEOPLE = 10_000  # packs at once


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done, and the evidence for it. `evidence` None: its source's names were erased."""

    open: Open
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Pack:
    """All that a target is to hold of one person, as the ledger has it now, in the order in which it happened."""

    target: str
    whose: UUID
    person: Person
    evidence: Sequence[Evidence]
    made_at: datetime


async def waiting(
    shelf: Shelf,
    *,
    target: str | None = None,
    numbers: Collection[int] | None = None,
    most: int | None = None,
) -> list[Task]:
    """The tasks that wait, the earliest deadline first."""
    tasks = await store.waiting(shelf.database, target=target, numbers=numbers, most=most)
    known = await evidence_of(shelf, {one.number for one in tasks}, today=datetime.now(UTC).date())
    return [Task(one, known.get(one.number)) for one in tasks]


async def done(shelf: Shelf, numbers: Collection[int], target: str | None, by: str, note: str) -> list[int]:
    """They are done: answers those that were waiting."""
    tasks = await store.waiting(shelf.database, target=target, numbers=numbers)
    async with shelf.database.transaction() as transaction:
        return await store.done(transaction, tasks, by, note)


async def undone(shelf: Shelf, numbers: Collection[int], target: str | None, by: str, note: str) -> list[int]:
    """They are not done after all: answers those that wait again."""
    tasks = await store.said_done(shelf.database, numbers, target)
    async with shelf.database.transaction() as transaction:
        return await store.undone(transaction, tasks, by, note)


async def packs(shelf: Shelf, target: str, people: Collection[UUID] | None = None) -> list[Pack]:
    """The pack of each of these people, or of everybody of whom the target is to hold something."""
    now = datetime.now(UTC)
    numbers = await store.standing_of(shelf.database, target, people)
    known = await evidence_of(shelf, numbers, today=now.date())
    mine: dict[UUID, list[Evidence]] = {}
    for number, person in numbers.items():
        if number in known:
            mine.setdefault(person, []).append(known[number])
    return [
        Pack(target, whose, found[0].person, sorted(found, key=_when), now)
        for whose, found in mine.items()
        if found[0].person is not None
    ]


def _when(one: Evidence) -> tuple[str, str]:
    return (str(one.completed_at or ""), one.natural_key)
