"""The statements about what is due: taken under a lease and within a budget, settled by whoever has the lease.

Knows the tables of 0008, no vendor.

A call counts until its window has passed since it ended: the vendor counted it before that, however long it was on
its way. Taking locks the row of the destination, so all workers of all machines share its budget; what is taken goes earliest
deadline first. As a deadline is never in the past when it is given, whatever waits is overtaken only by what is due
before it: nothing starves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.model.delivery import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from trueup.kit.database import Statements, Transaction
    from trueup.model.completions import Fault
    from trueup.model.delivery import Budget


@dataclass(frozen=True, slots=True)
class Asked:
    """What a worker asks for: whose, of which scope, at most how many, for how long."""

    target: str
    scope: str
    budget: Budget
    most: int
    lease: timedelta
    worker: str


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that a call has."""

    statement_id: int
    attempts: int  # this one counted
    writes: int
    blind: int  # looks that were not answered, in a row
    state: State  # as it was before it was taken
    due_at: datetime
    since: datetime  # of that state


@dataclass(frozen=True, slots=True)
class Taken:
    """A call and what it carries. Nothing is due, or the vendor is to be left alone until `opens_at`, where it is empty."""

    call_id: int | None
    started_at: datetime
    due: Sequence[Due]
    charge: float = 0.0  # what it paid before its own cost was known
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a call's answer said, whatever it carried."""

    status: int | None = None
    request_id: str | None = None
    cost: float | None = None
    remaining: float | None = None
    wait: float | None = None  # seconds that the destination is left alone
    error: str | None = None
    batch: float | None = None  # how many records go in one call from now on
    failed: bool = False  # it says nothing of its records
    sent: bool = True  # False: nothing was asked, and nothing is counted


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of one delivery. `run_in`: when it is looked at again; None: never."""

    statement_id: int
    attempts: int
    state: State
    kind: str
    outcome: str
    run_in: timedelta | None = None
    code: str | None = None
    at_most: int | None = None
    counted: bool = True  # False: it is not its fault; the attempt doesn't count
    blind: bool = False  # it was a look that was not answered
    digest: bytes | None = None
    diff: Sequence[Mapping[str, Any]] = ()
    fault: Fault | None = None  # why it is given up


@dataclass(slots=True)
class Call:
    """A call that was taken, how it ended, and what follows for each delivery that it has."""

    target: str
    scope: str
    taken: Taken
    ended: Ended = field(default_factory=lambda: Ended(sent=False))
    settled: list[Settled] = field(default_factory=list)


CHANNEL = "trueup_due"


async def tell(database: Statements) -> None:
    """Notify whoever listens that something is due."""
    await database.run("SELECT pg_notify($1, '')", CHANNEL)


async def known(
    database: Statements, target: str, scopes: Sequence[str], batch: int, *, by_hand: bool = False
) -> None:
    """Make sure that there is a row of each scope; a new one starts with whole batches."""
    await database.run(
        """INSERT INTO destination (target, scope, batch, by_hand) SELECT $1, s, $3, $4 FROM unnest($2::text[]) AS s
           ON CONFLICT (target, scope) DO UPDATE SET by_hand = excluded.by_hand
           WHERE destination.by_hand <> excluded.by_hand""",
        target,
        list(scopes),
        float(batch),
        by_hand,
    )


async def take(database: Statements, asked: Asked, *, looks: bool) -> Taken:
    """Lease what is to be written (or looked for) next, and pay for one call, in one statement."""
    rows = await database.rows(_LOOK if looks else _WRITE, *_paying(asked))
    if not rows:
        raise _unknown(asked)
    first = rows[0]
    due = [
        Due(
            row["statement_id"],
            row["attempts"],
            row["writes"],
            row["blind"],
            State(row["before"]),
            row["due_at"],
            row["since"],
        )
        for row in rows
        if row["statement_id"] is not None
    ]
    return Taken(first["call_id"], first["at"], due, asked.budget.charge, first["opens_at"])


async def pay(database: Statements, asked: Asked, kind: str) -> Taken:
    """Pay for a call that carries no delivery, such as a page that is pulled; nothing is paid where `opens_at` is set."""
    row = await database.row(_PAY, *_paying(asked), kind)
    if row is None:
        raise _unknown(asked)
    return Taken(row["call_id"], row["at"], (), asked.budget.charge, row["opens_at"])


async def again(transaction: Transaction, target: str, statements: Sequence[int]) -> int:
    """Send these again, which had ended well; answers how many."""
    told = await transaction.run(
        """UPDATE outbox SET state = 'queued', run_at = '-infinity', writes = 0, blind = 0, code = NULL,
                  changed_at = clock_timestamp()
           WHERE target = $1 AND statement_id = ANY($2::bigint[]) AND state IN ('verified', 'accepted')""",
        target,
        list(statements),
    )
    return int(told.rpartition(" ")[2])


async def follow(database: Statements, targets: Sequence[str], after: int) -> tuple[int, int]:
    """Send those again that are at a target and are another person's by a decision since then (requirements F5c).

    Answers the last decision that was looked at, and how many are sent.
    """
    row = await database.row(
        """WITH moved AS (
             SELECT statement_id, max(decision_id) AS decision_id FROM reparented_facts WHERE decision_id > $2
             GROUP BY statement_id),
           sent AS (
             UPDATE outbox o SET state = 'queued', run_at = '-infinity', writes = 0, blind = 0, code = NULL,
                    reparented = m.decision_id, changed_at = clock_timestamp()
             FROM moved m
             WHERE o.statement_id = m.statement_id AND o.target = ANY($1::text[]) AND o.reparented < m.decision_id
               AND (o.state = 'verified' OR (o.state = 'accepted' AND o.run_at = 'infinity'))
             RETURNING 1)
           SELECT coalesce((SELECT max(decision_id) FROM moved), $2) AS last, (SELECT count(*) FROM sent) AS sent""",
        list(targets),
        after,
    )
    return (row["last"], row["sent"]) if row else (after, 0)


async def settle(transaction: Transaction, call: Call) -> set[int]:
    """Write down how a call ended and what became of what it carried; answers whose lease it still had.

    A delivery that another call has taken since is left as it is: only its attempt is noted.
    """
    await _end(transaction, call)
    return await _settle(transaction, call.target, call.taken, call.settled)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a destination is asked now."""

    batch: float
    failures: int


async def pace(database: Statements, target: str, scope: str) -> Pace:
    """How many records go in one call, and how often in a row it failed."""
    row = await database.row(
        "SELECT batch, failures FROM destination WHERE (target, scope) = ($1, $2)", target, scope
    )
    return Pace(row["batch"], row["failures"]) if row else Pace(1.0, 0)


def _paying(asked: Asked) -> tuple[object, ...]:
    """The parameters of _FREE, in their order."""
    budget = asked.budget
    return (
        asked.target,
        asked.scope,
        asked.most,
        asked.lease,
        asked.worker,
        budget.per,
        budget.calls,
        int((budget.calls or 0) * budget.reserve),
        budget.high,
        budget.drain,
        budget.charge,
        (budget.high or 0.0) * budget.reserve,
    )


def _unknown(asked: Asked) -> LookupError:
    return LookupError(f"destination {asked.target!r} has no row of scope {asked.scope!r}")


async def _end(transaction: Transaction, call: Call) -> None:
    ended = call.ended
    await transaction.run(
        """UPDATE call SET ended_at = clock_timestamp(), status = $2, request_id = $3, cost = $4, remaining = $5,
                  wait = $6, error = $7 WHERE call_id = $1""",
        call.taken.call_id,
        ended.status,
        ended.request_id,
        ended.cost,
        ended.remaining,
        ended.wait,
        ended.error,
    )
    await transaction.run(
        """UPDATE destination SET
             spent = CASE WHEN $8 THEN array_replace(spent, $3::timestamptz, clock_timestamp())
                          ELSE array_remove(spent, $3::timestamptz) END,
             level = CASE WHEN NOT $8 THEN greatest(0, level - $5)
                          WHEN $4::float8 IS NULL THEN level ELSE greatest(0, level + $4 - $5) END,
             closed_until = greatest(closed_until, clock_timestamp() + $6::interval),
             batch = coalesce($7::float8, batch),
             failures = CASE WHEN $9 THEN failures + 1 WHEN $8 AND $6 = '0' THEN 0 ELSE failures END
           WHERE (target, scope) = ($1, $2)""",
        call.target,
        call.scope,
        call.taken.started_at,
        ended.cost,
        call.taken.charge,
        timedelta(seconds=ended.wait or 0.0),
        ended.batch,
        ended.sent,
        ended.failed,
    )


async def _settle(
    transaction: Transaction, target: str, taken: Taken, settled: Sequence[Settled]
) -> set[int]:
    rows = await transaction.rows(
        """WITH told AS (
             SELECT * FROM unnest($3::bigint[], $4::integer[], $5::text[], $6::interval[], $7::text[], $8::integer[],
                                  $9::boolean[], $10::text[], $11::text[], $12::bytea[], $13::text[],
                                  $14::boolean[])
               AS t (statement_id, attempts, state, run_in, code, at_most, counted, kind, outcome, digest, diff, blind)),
           noted AS (
             INSERT INTO attempt (statement_id, target, attempt, call_id, kind, outcome, code, digest, diff, at)
             SELECT statement_id, $1, attempts, $2, kind, outcome, code, digest, diff::jsonb, clock_timestamp()
             FROM told WHERE kind <> '' ON CONFLICT DO NOTHING)
           UPDATE outbox o SET
             state = t.state, code = t.code, at_most = t.at_most,
             run_at = CASE WHEN t.run_in IS NULL THEN 'infinity' ELSE clock_timestamp() + t.run_in END,
             writes = CASE WHEN t.counted THEN o.writes ELSE greatest(0, o.writes - 1) END,
             blind = CASE WHEN t.blind THEN o.blind + 1 ELSE 0 END,
             changed_at = CASE WHEN o.state = t.state THEN o.changed_at ELSE clock_timestamp() END
           FROM told t
           WHERE o.statement_id = t.statement_id AND o.target = $1 AND o.call_id = $2 AND o.attempts = t.attempts
           RETURNING o.statement_id""",
        target,
        taken.call_id,
        [one.statement_id for one in settled],
        [one.attempts for one in settled],
        [one.state.value for one in settled],
        [one.run_in for one in settled],
        [one.code for one in settled],
        [one.at_most for one in settled],
        [one.counted for one in settled],
        [one.kind for one in settled],
        [one.outcome for one in settled],
        [one.digest for one in settled],
        [json.dumps(list(one.diff)) if one.diff else None for one in settled],
        [one.blind for one in settled],
    )
    return {row["statement_id"] for row in rows}


# $1 target, $2 scope, $3 most, $4 lease, $5 worker, $6 per, $7 calls, $8 reserved calls, $9 high, $10 drain, $11 charge,
# $12 reserved cost. The row of the destination is read after its lock is had, so what others spent meanwhile counts.
_FREE = """
locked AS MATERIALIZED (
  SELECT d.batch, d.closed_until, d.spent, d.level, d.level_at, clock_timestamp() AS at
  FROM destination d WHERE d.target = $1 AND d.scope = $2 FOR UPDATE),
door AS MATERIALIZED (
  SELECT l.batch, l.closed_until, l.at,
         ARRAY(SELECT s FROM unnest(l.spent) AS s WHERE s > l.at - $6::interval ORDER BY s) AS spent,
         greatest(0, l.level - $10::float8 * extract(epoch FROM l.at - l.level_at)) AS level
  FROM locked l),
free AS MATERIALIZED (
  SELECT d.*,
    greatest(d.closed_until,
      CASE WHEN cardinality(d.spent) >= $7::integer
           THEN d.spent[cardinality(d.spent) - $7::integer + 1] + $6::interval ELSE '-infinity' END,
      CASE WHEN d.level + $11::float8 > $9::float8
           THEN d.at + make_interval(secs => (d.level + $11 - $9) / nullif($10, 0)) ELSE '-infinity' END) AS opens_at,
    CASE WHEN $8::integer > 0 AND cardinality(d.spent) >= $7 - $8
         THEN d.spent[cardinality(d.spent) - ($7 - $8) + 1] + $6::interval ELSE d.at + interval '0.2 s' END AS room_at,
    coalesce(cardinality(d.spent) < $7 - $8::integer, true)
      AND coalesce(d.level + $11 <= $9 - $12::float8, true) AS roomy
  FROM door d)"""
_REST = """
called AS (
  INSERT INTO call (target, scope, kind, worker, records, started_at)
  SELECT $1, $2, '{kind}', $5, (SELECT count(*) FROM batch), f.at FROM free f WHERE EXISTS (SELECT FROM batch)
  RETURNING call_id),
paid AS (
  UPDATE destination d SET spent = CASE WHEN $7::integer IS NULL THEN '{{}}' ELSE f.spent || f.at END, level = f.level + $11, level_at = f.at
  FROM free f WHERE d.target = $1 AND d.scope = $2 AND EXISTS (SELECT FROM batch)),
taken AS (
  UPDATE outbox o SET state = {state}, run_at = f.at + $4::interval, attempts = o.attempts + 1,
         writes = o.writes + {writes}, call_id = c.call_id, changed_at = CASE WHEN o.state = {state} THEN o.changed_at ELSE f.at END
  FROM batch b, called c, free f WHERE o.statement_id = b.statement_id AND o.target = $1
  RETURNING o.statement_id, o.attempts, o.writes, o.blind, o.due_at, b.before, b.since)
SELECT t.*, c.call_id, f.at,
       CASE WHEN f.opens_at > f.at THEN f.opens_at WHEN NOT f.roomy THEN f.room_at END AS opens_at
FROM free f LEFT JOIN called c ON true LEFT JOIN taken t ON true ORDER BY t.due_at, t.statement_id"""

_PAY = f"""
WITH {_FREE},
called AS (
  INSERT INTO call (target, scope, kind, worker, records, started_at)
  SELECT $1, $2, $13, $5, $3::integer, f.at FROM free f WHERE f.opens_at <= f.at AND f.roomy AND $4::interval IS NOT NULL
  RETURNING call_id),
paid AS (
  UPDATE destination d SET spent = CASE WHEN $7::integer IS NULL THEN '{{}}' ELSE f.spent || f.at END,
    level = f.level + $11, level_at = f.at
  FROM free f, called WHERE d.target = $1 AND d.scope = $2)
SELECT c.call_id, f.at, CASE WHEN c.call_id IS NULL THEN greatest(f.opens_at, f.at + interval '0.2 s') END AS opens_at
FROM free f LEFT JOIN called c ON true"""  # noqa: S608 - parts of this module, never a value
_WRITE = f"""
WITH {_FREE},
picked AS MATERIALIZED (
  SELECT o.statement_id, o.due_at, o.at_most, o.state AS before, o.changed_at AS since
  FROM outbox o, free f
  WHERE f.opens_at <= f.at AND o.target = $1 AND o.state = 'queued' AND o.run_at <= f.at
    AND (f.roomy OR o.urgent OR o.due_at <= f.at)
  ORDER BY o.due_at, o.statement_id
  LIMIT (SELECT least($3::integer, greatest(1, floor(d.batch)))::integer FROM door d)
  FOR UPDATE OF o SKIP LOCKED),
batch AS MATERIALIZED (
  SELECT statement_id, before, since FROM (
    SELECT p.*, row_number() OVER line AS place, min(p.at_most) OVER line AS most
    FROM picked p WINDOW line AS (ORDER BY p.due_at, p.statement_id)) n
  WHERE n.place <= coalesce(n.most, n.place)),
{_REST.format(kind="write", state="'sent'", writes="1")}"""  # noqa: S608 - parts of this module, never a value
_LOOK = f"""
WITH {_FREE},
batch AS MATERIALIZED (
  SELECT o.statement_id, o.state AS before, o.changed_at AS since
  FROM outbox o, free f
  WHERE f.opens_at <= f.at AND o.target = $1 AND o.state IN ('sent', 'accepted') AND o.run_at <= f.at
  ORDER BY o.run_at, o.statement_id LIMIT $3::integer
  FOR UPDATE OF o SKIP LOCKED),
{_REST.format(kind="look", state="o.state", writes="0")}"""  # noqa: S608 - parts of this module, never a value
