"""The statements about how far each source was pulled. Knows the cursor, no record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a source was pulled by its own clock, and when all of it was read last."""

    through: datetime | None = None
    swept_at: datetime | None = None
    pulled_at: datetime | None = None


async def cursor(database: Statements, source: str) -> Cursor:
    """The cursor of a source; an empty one where it was never pulled."""
    row = await database.row("SELECT through, swept_at, pulled_at FROM pull_cursor WHERE source = $1", source)
    return Cursor(**row) if row else Cursor()


async def move(
    database: Statements, source: str, through: datetime | None, now: datetime, *, swept: bool
) -> None:
    """Move a cursor forward, never back; `swept`: all of the source was read."""
    await database.run(
        """INSERT INTO pull_cursor (source, through, swept_at, pulled_at)
           VALUES ($1, $2, CASE WHEN $4 THEN $3::timestamptz END, $3)
           ON CONFLICT (source) DO UPDATE SET through = greatest(pull_cursor.through, excluded.through),
             swept_at = coalesce(excluded.swept_at, pull_cursor.swept_at), pulled_at = excluded.pulled_at""",
        source,
        through,
        now,
        swept,
    )
