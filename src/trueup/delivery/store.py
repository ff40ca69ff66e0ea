"""The statements about what is to be carried to each target. Knows the outbox, no target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True)
class Due:
    """How much is due for a target, and since when the one that waits longest."""

    target: str
    count: int
    since: datetime


async def due(database: Statements) -> Sequence[Due]:
    """What is due, by target."""
    rows = await database.rows(
        "SELECT target, count(*) AS count, min(due_at) AS since FROM outbox GROUP BY target ORDER BY target"
    )
    return [Due(**row) for row in rows]
