"""The statements about tasks: deliveries to a target that a person writes to, until they say that it is done.

Knows the tables of 0008 and 0009, no target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from trueup.kit.database import Statements, Transaction

BY_HAND = "by hand"  # the outcome of a delivery that its target can't be told
# at a target that people write to, or a correction that its target can't be told
_TASK = """(EXISTS (SELECT FROM destination d WHERE d.target = o.target AND d.by_hand)
             OR EXISTS (SELECT FROM attempt h WHERE h.statement_id = o.statement_id AND h.target = o.target
                        AND h.outcome = 'by hand'))"""
# the last thing told of a record: what came before it needs no hand any more
_OPEN = f"""FROM outbox o JOIN completion c USING (statement_id)
           WHERE o.state = 'accepted' AND o.run_at = 'infinity' AND {_TASK}
             AND NOT EXISTS (SELECT FROM completion l JOIN outbox p ON p.statement_id = l.statement_id AND p.target = o.target
                             WHERE l.source = c.source AND l.record_id = c.record_id AND l.statement_id > c.statement_id
                               AND p.state IN ('accepted', 'verified'))"""
_VERB = """(SELECT a.kind FROM attempt a WHERE a.statement_id = o.statement_id AND a.target = o.target
             AND a.kind IN ('create', 'update', 'delete') ORDER BY a.attempt DESC LIMIT 1)"""


@dataclass(frozen=True, slots=True)
class Open:
    """A task that waits: what is to be done (create, update, delete), of which record, and until when."""

    number: int
    target: str
    verb: str
    source: str
    record_id: str
    revision: str
    due_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks wait at a target, how many of them are past their deadline, and since when the first."""

    target: str
    count: int
    overdue: int
    oldest: datetime


async def waiting(
    database: Statements,
    *,
    target: str | None = None,
    numbers: Collection[int] | None = None,
    most: int | None = None,
) -> list[Open]:
    """The tasks that wait, the earliest deadline first."""
    rows = await database.rows(
        f"""SELECT o.statement_id AS number, o.target, coalesce({_VERB}, 'create') AS verb, c.source, c.record_id, c.revision,
             o.due_at, o.changed_at AS since
           {_OPEN} AND ($1::text IS NULL OR o.target = $1) AND ($2::bigint[] IS NULL OR o.statement_id = ANY($2))
           ORDER BY o.due_at, o.statement_id LIMIT $3""",
        target,
        None if numbers is None else list(numbers),
        most,
    )
    return [Open(**row) for row in rows]


async def counts(database: Statements) -> list[Count]:
    """How many wait, by target."""
    rows = await database.rows(
        f"""SELECT o.target, count(*) AS count, count(*) FILTER (WHERE o.due_at < now()) AS overdue,
             min(o.changed_at) AS oldest
           {_OPEN} GROUP BY o.target ORDER BY o.target"""
    )
    return [Count(**row) for row in rows]


async def done(transaction: Transaction, tasks: Collection[Open], by: str, note: str) -> list[int]:
    """They are done: verified, on somebody's word; answers those that were waiting. What came before them is over."""
    return await _moved(transaction, tasks, by, note, ("accepted", "verified", "done by hand"))


async def undone(transaction: Transaction, tasks: Collection[Open], by: str, note: str) -> list[int]:
    """They are not done after all: tasks again; answers those that were said to be done."""
    return await _moved(transaction, tasks, by, note, ("verified", "accepted", "not done after all"))


async def said_done(database: Statements, numbers: Collection[int], target: str | None) -> list[Open]:
    """The tasks of these numbers that somebody has said to be done."""
    rows = await database.rows(
        f"""SELECT o.statement_id AS number, o.target, coalesce({_VERB}, 'create') AS verb, c.source, c.record_id, c.revision,
             o.due_at, o.changed_at AS since
           FROM outbox o JOIN completion c USING (statement_id)
           WHERE o.state = 'verified' AND o.statement_id = ANY($1::bigint[]) AND ($2::text IS NULL OR o.target = $2)
             AND {_TASK}""",  # noqa: S608 - constants of this module
        list(numbers),
        target,
    )
    return [Open(**row) for row in rows]


async def _moved(
    transaction: Transaction, tasks: Collection[Open], by: str, note: str, how: tuple[str, str, str]
) -> list[int]:
    was, becomes, outcome = how
    found: set[int] = set()
    for target in sorted({one.target for one in tasks}):
        rows = await transaction.rows(
            """WITH said AS (
                 INSERT INTO call (target, scope, kind, worker, records, started_at, ended_at)
                 SELECT $1, 'write', 'task', $3, cardinality($2::bigint[]), clock_timestamp(), clock_timestamp()
                 RETURNING call_id),
               moved AS (
                 UPDATE outbox SET state = $5, attempts = attempts + 1, code = NULL, run_at = 'infinity',
                   changed_at = clock_timestamp(), call_id = (SELECT call_id FROM said)
                 WHERE target = $1 AND statement_id = ANY($2::bigint[]) AND state = $4
                 RETURNING statement_id, attempts),
               kept AS (
                 INSERT INTO attempt (statement_id, target, attempt, call_id, kind, outcome, note, at)
                 SELECT m.statement_id, $1, m.attempts, s.call_id, 'task', $6, $7, clock_timestamp() FROM moved m, said s),
               seen AS (
                 UPDATE standing t SET seen_at = CASE WHEN $5 = 'verified' THEN clock_timestamp() END,
                   statement_id = CASE WHEN v.verb = 'delete' THEN t.statement_id ELSE v.statement_id END,
                   gone = v.verb = 'delete' AND ($5 = 'verified' OR t.gone), changed_at = clock_timestamp()
                 FROM (SELECT m.statement_id, c.source, c.record_id, a.kind AS verb FROM moved m JOIN completion c USING (statement_id)
                       CROSS JOIN LATERAL (
                         SELECT a.kind FROM attempt a WHERE a.statement_id = m.statement_id AND a.target = $1
                           AND a.kind IN ('create', 'update', 'delete') ORDER BY a.attempt DESC LIMIT 1) a) v
                 WHERE t.target = $1 AND t.source = v.source AND t.record_id = v.record_id)
               SELECT statement_id FROM moved""",
            target,
            [one.number for one in tasks if one.target == target],
            by,
            was,
            becomes,
            outcome,
            note,
        )
        found |= {row["statement_id"] for row in rows}
    return sorted(found)


async def standing_of(database: Statements, target: str, people: Collection[UUID] | None) -> dict[int, UUID]:
    """What a target holds of people's completions, as far as it was told: their numbers, and whose they are."""
    rows = await database.rows(
        """SELECT s.statement_id, a.person_id FROM standing s JOIN activity_facts a USING (statement_id)
           WHERE s.target = $1 AND NOT s.gone AND a.person_id IS NOT NULL
             AND ($2::uuid[] IS NULL OR a.person_id = ANY($2)) ORDER BY s.statement_id""",
        target,
        None if people is None else list(people),
    )
    return {row["statement_id"]: row["person_id"] for row in rows}
