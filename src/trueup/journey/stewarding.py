"""The leg of whoever looks after identities: one record with all that is known of it, and what was decided of whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.identity.decisions import store
from trueup.identity.register.store import records
from trueup.journey.conflicts import conflicts_of
from trueup.journey.identify import POLICY, reasons
from trueup.journey.who import the_person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from trueup.identity.decisions.store import Kept
    from trueup.identity.register.store import Record
    from trueup.journey.arrive import Shelf
    from trueup.journey.conflicts import Conflict


@dataclass(frozen=True, slots=True)
class Told:
    """A decision with the record that it is about, and why; no reason where the person was erased."""

    kept: Kept
    record: Record | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A record: whose it is, what it is in conflict with, what was decided of it."""

    record: Record
    person: UUID | None
    conflicts: tuple[Conflict, ...]
    told: tuple[Told, ...]


async def look_at(shelf: Shelf, number: int, *, now: datetime) -> Seen | None:
    """All there is of one record; None where none has this number."""
    record = (await records(shelf.database, [number])).get(number)
    if record is None:
        return None
    person = (await store.people_of(shelf.database, [number])).get(number)
    found = await conflicts_of(shelf, number, now=now)
    told = await _told(shelf, await store.history(shelf.database, [number]))
    return Seen(record, person[0] if person else None, tuple(found), tuple(told))


async def told_of(
    shelf: Shelf, about: str | None, *, now: datetime, people_only: bool = False, most: int | None = None
) -> list[Told]:
    """What was decided of a person and their records, or of all: the latest `most`, in their order.

    Raises NotDecidedError where nobody is meant.
    """
    if about is None:
        kept = await store.history(shelf.database, most=most)
    else:
        person = await the_person(shelf, about, now=now)
        mine = await store.records_ever(shelf.database, person)
        kept = await store.history(shelf.database, mine, [person], most)
    return await _told(shelf, [one for one in kept if not people_only or one.batch.decided_by != POLICY])


async def _told(shelf: Shelf, kept: Sequence[Kept]) -> list[Told]:
    why = await reasons(shelf, kept)
    numbers = {one.decision.record_id for one in kept if one.decision.record_id is not None}
    known = await records(shelf.database, numbers)
    return [
        Told(one, known.get(one.decision.record_id) if one.decision.record_id else None, why[one.decision_id])
        for one in kept
    ]
