"""The statements about comparisons: what each came to, and when a target was compared last. Knows the table of 0010."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one came to. `failed` is why it did not come to its end."""

    target: str
    begun_at: datetime
    due: int
    same: int
    causes: Mapping[str, int]
    failed: str | None = None


async def keep(database: Statements, one: Comparison) -> None:
    """Keep what it came to."""
    await database.run(
        """INSERT INTO comparison (target, begun_at, ended_at, due, same, causes, failed)
           VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6)""",
        one.target,
        one.begun_at,
        one.due,
        one.same,
        json.dumps(dict(one.causes)),
        one.failed,
    )


async def latest(database: Statements) -> list[Comparison]:
    """The last one of each target."""
    rows = await database.rows(
        """SELECT DISTINCT ON (target) target, begun_at, due, same, causes, failed
           FROM comparison ORDER BY target, comparison_id DESC"""
    )
    return [Comparison(**{**row, "causes": json.loads(row["causes"])}) for row in rows]
