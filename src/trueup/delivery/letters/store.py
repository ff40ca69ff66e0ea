"""The statements about what was given up. Knows letters, no call.

A letter stays until what it stands for is verified or it is discarded: redriving sends the delivery again and leaves
the letter where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from trueup.kit.database import Statements, Transaction


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a delivery was given up."""

    statement_id: int
    code: str
    pointer: str
    expected: str
    actual: str
    attempts: int
    digest: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A dead letter, and what became of it."""

    letter_id: int
    statement_id: int
    target: str
    code: str
    pointer: str
    expected: str
    actual: str
    attempts: int
    digest: bytes | None
    died_at: datetime
    redriven_at: datetime | None
    redriven_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None
    source: str
    record_id: str
    revision: str


@dataclass(frozen=True, slots=True)
class Group:
    """How many letters died of one cause at one target, and since when the first and the last."""

    target: str
    code: str
    expected: str
    actual: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the deliveries that ended lately died."""

    target: str
    ended: int
    died: int


async def bury(transaction: Transaction, target: str, causes: Sequence[Cause]) -> None:
    """Keep a letter of each. One that died again after it was redriven gets the new cause, and waits again."""
    await transaction.run(
        """INSERT INTO dead_letter (statement_id, target, code, pointer, expected, actual, attempts, digest, died_at)
           SELECT c.statement_id, $1, c.code, c.pointer, c.expected, c.actual, c.attempts, c.digest, clock_timestamp()
           FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::bytea[])
             AS c (statement_id, code, pointer, expected, actual, attempts, digest)
           ON CONFLICT (statement_id, target) WHERE ended_at IS NULL DO UPDATE SET
             code = excluded.code, pointer = excluded.pointer, expected = excluded.expected, actual = excluded.actual,
             attempts = excluded.attempts, digest = excluded.digest, died_at = excluded.died_at, redriven_at = NULL,
             redriven_by = NULL""",
        target,
        [one.statement_id for one in causes],
        [one.code for one in causes],
        [one.pointer for one in causes],
        [one.expected for one in causes],
        [one.actual for one in causes],
        [one.attempts for one in causes],
        [one.digest for one in causes],
    )


async def ended(transaction: Transaction, target: str, statements: Collection[int]) -> None:
    """End the letters of what is at the target after all."""
    await transaction.run(
        """UPDATE dead_letter SET ended_at = clock_timestamp(), ended_by = 'verified'
           WHERE target = $1 AND statement_id = ANY($2::bigint[]) AND ended_at IS NULL""",
        target,
        list(statements),
    )


async def letters(
    database: Statements,
    *,
    target: str | None = None,
    code: str | None = None,
    numbers: Collection[int] | None = None,
    most: int | None = None,
    settled: bool = False,
) -> list[Letter]:
    """The letters, oldest first; those that ended too where they are asked for."""
    rows = await database.rows(
        """SELECT d.*, c.source, c.record_id, c.revision FROM dead_letter d JOIN completion c USING (statement_id)
           WHERE ($1::text IS NULL OR d.target = $1) AND ($2::text IS NULL OR d.code = $2)
             AND ($3::bigint[] IS NULL OR d.letter_id = ANY($3)) AND ($4 OR d.ended_at IS NULL)
           ORDER BY d.letter_id LIMIT $5""",
        target,
        code,
        None if numbers is None else list(numbers),
        settled,
        most,
    )
    return [Letter(**row) for row in rows]


async def of_statement(database: Statements, statement_id: int) -> list[Letter]:
    """The letters of a completion, oldest first, those that ended too."""
    rows = await database.rows(
        """SELECT d.*, c.source, c.record_id, c.revision FROM dead_letter d JOIN completion c USING (statement_id)
           WHERE d.statement_id = $1 ORDER BY d.letter_id""",
        statement_id,
    )
    return [Letter(**row) for row in rows]


async def groups(database: Statements) -> list[Group]:
    """The letters that wait, by target and cause, most first."""
    rows = await database.rows(
        """SELECT target, code, expected, actual, count(*) AS count, min(died_at) AS first, max(died_at) AS last
           FROM dead_letter WHERE ended_at IS NULL AND redriven_at IS NULL
           GROUP BY target, code, expected, actual ORDER BY count(*) DESC, target, code, expected, actual"""
    )
    return [Group(**row) for row in rows]


async def rates(database: Statements, since: datetime) -> list[Rate]:
    """Of the deliveries that ended since then, by target: how many, and how many of them died."""
    rows = await database.rows(
        """SELECT target, count(*) AS ended, count(*) FILTER (WHERE state = 'dead') AS died FROM outbox
           WHERE changed_at >= $1 AND (state IN ('verified', 'dead') OR (state = 'accepted' AND run_at = 'infinity'))
           GROUP BY target ORDER BY target""",
        since,
    )
    return [Rate(**row) for row in rows]


async def died_since(database: Statements, target: str, since: datetime) -> dict[int, datetime]:
    """The completions that died at a target since then, and when each happened, or came where nobody knows."""
    rows = await database.rows(
        """SELECT o.statement_id, coalesce(c.occurred_at, c.received_at) AS happened FROM outbox o JOIN completion c USING (statement_id)
           WHERE o.target = $1 AND o.state = 'dead' AND o.changed_at >= $2""",
        target,
        since,
    )
    return {row["statement_id"]: row["happened"] for row in rows}


async def redrive(
    transaction: Transaction, numbers: Collection[int], by: str, looked_up: Collection[str]
) -> list[int]:
    """Send these again, from the beginning; answers those that were waiting. The letters stay.

    What died of a code of `looked_up` may be at the target: it is looked for before it is sent.
    """
    rows = await transaction.rows(
        """WITH again AS (
             UPDATE dead_letter SET redriven_at = clock_timestamp(), redriven_by = $2
             WHERE letter_id = ANY($1::bigint[]) AND ended_at IS NULL AND redriven_at IS NULL
             RETURNING letter_id, statement_id, target, code)
           UPDATE outbox o SET state = CASE WHEN a.code = ANY($3::text[]) THEN 'sent' ELSE 'queued' END,
                  run_at = '-infinity',
                  writes = 0, blind = 0, at_most = 1, code = NULL, changed_at = clock_timestamp()
           FROM again a
           WHERE o.statement_id = a.statement_id AND o.target = a.target AND o.state = 'dead'
           RETURNING a.letter_id""",
        list(numbers),
        by,
        list(looked_up),
    )
    return sorted(row["letter_id"] for row in rows)


async def discard(transaction: Transaction, numbers: Collection[int], by: str, reason: str) -> list[int]:
    """Let these go, for a reason; answers those that were waiting."""
    rows = await transaction.rows(
        """UPDATE dead_letter SET ended_at = clock_timestamp(), ended_by = $2, reason = $3
           WHERE letter_id = ANY($1::bigint[]) AND ended_at IS NULL AND redriven_at IS NULL RETURNING letter_id""",
        list(numbers),
        by,
        reason,
    )
    return sorted(row["letter_id"] for row in rows)
