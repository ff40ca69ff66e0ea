"""The leg that tells one record's whole story: as it came, whose it is, where it went, what was tried, and the proof.

Joins intake, identity, delivery and audit. Changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.audit import store as audit
from trueup.delivery.history import store as history
from trueup.delivery.letters import store as letters
from trueup.identity.register import store as register
from trueup.journey.consult import consult
from trueup.model.completions import Key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from trueup.delivery.history.store import Attempt, Delivery
    from trueup.delivery.letters.store import Letter
    from trueup.journey.arrive import Shelf
    from trueup.journey.consult import Told


@dataclass(frozen=True, slots=True)
class Chapter:
    """One revision's part of the story. `leaf`: its place in the audit log; None: it has none yet."""

    told: Told
    leaf: int | None
    person: UUID | None
    deliveries: Sequence[Delivery]
    attempts: Sequence[Attempt]
    letters: Sequence[Letter]


async def trace(shelf: Shelf, key: Key, revisions: Sequence[str]) -> list[Chapter]:
    """The chapters of those revisions of a record, in their order."""
    return [
        await _chapter(shelf, told)
        for revision in revisions
        if (told := await consult(shelf, Key(key.source, key.record_id, revision))) is not None
    ]


async def _chapter(shelf: Shelf, told: Told) -> Chapter:
    database, number = shelf.database, told.entry.statement_id
    deliveries = await history.deliveries(database, number)
    return Chapter(
        told,
        await audit.leaf_of(database, number),
        (await register.behind(database, [number])).get(number),
        deliveries,
        await history.attempts(database, number),
        await letters.of_statement(database, number) if deliveries else [],
    )
