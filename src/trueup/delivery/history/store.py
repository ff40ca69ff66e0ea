"""The statements that tell how deliveries stand and what was tried. Knows the tables of 0008; changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.model.delivery import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True)
class Count:
    """How many deliveries of a target stand so, since when the longest, and how many are past their deadline."""

    target: str
    state: State
    count: int
    oldest: datetime
    overdue: int


async def counts(database: Statements) -> list[Count]:
    """How many deliveries stand in each state, by target."""
    rows = await database.rows(
        """SELECT target, state, count(*) AS count, min(changed_at) AS oldest,
                  count(*) FILTER (WHERE due_at < now() AND state IN ('queued', 'sent', 'accepted') AND run_at < 'infinity') AS overdue
           FROM outbox GROUP BY target, state ORDER BY target, state"""
    )
    return [
        Count(row["target"], State(row["state"]), row["count"], row["oldest"], row["overdue"]) for row in rows
    ]


async def waits(database: Statements, targets: Sequence[str]) -> bool:
    """Whether anything is to be sent to one of these, or looked for there."""
    found: bool = await database.value(
        """SELECT EXISTS (SELECT FROM outbox WHERE target = ANY($1::text[]) AND state IN ('queued', 'sent', 'accepted')
                          AND run_at < 'infinity')""",
        list(targets),
    )
    return found


@dataclass(frozen=True, slots=True)
class Calls:
    """How a destination was asked lately, and how it is asked now."""

    target: str
    scope: str
    calls: int
    throttled: int
    failed: int
    seconds: float | None  # of an answer, in the middle
    remaining: float | None  # as the last answer that said so has it
    batch: float
    closed_until: datetime | None


async def calls(database: Statements, since: datetime) -> list[Calls]:
    """The calls since then, by destination."""
    rows = await database.rows(
        """SELECT d.target, d.scope, count(c.call_id) AS calls,
                  count(*) FILTER (WHERE c.status = 429 OR c.wait IS NOT NULL) AS throttled,
                  count(*) FILTER (WHERE c.error IS NOT NULL OR c.status >= 500) AS failed,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.ended_at - c.started_at))::float8 AS seconds,
                  (array_agg(c.remaining ORDER BY c.call_id DESC) FILTER (WHERE c.remaining IS NOT NULL))[1] AS remaining,
                  d.batch, CASE WHEN d.closed_until > clock_timestamp() THEN d.closed_until END AS closed_until
           FROM destination d LEFT JOIN call c ON (c.target, c.scope) = (d.target, d.scope) AND c.started_at >= $1
           GROUP BY d.target, d.scope, d.batch, d.closed_until ORDER BY d.target, d.scope""",
        since,
    )
    return [Calls(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Call:
    """One call (requirements F4f): what for, of how many records, and what its answer said."""

    call_id: int
    target: str
    scope: str
    kind: str
    worker: str
    records: int
    started_at: datetime
    seconds: float | None  # until it was answered; None: it runs, or its worker was killed
    status: int | None
    request_id: str | None
    cost: float | None
    remaining: float | None
    wait: float | None
    error: str | None


async def made(
    database: Statements, since: datetime, *, target: str | None = None, failed: bool = False, most: int = 100
) -> list[Call]:
    """The calls since then, newest first; `failed`: those that were throttled, refused or not answered."""
    rows = await database.rows(
        """SELECT call_id, target, scope, kind, worker, records, started_at,
             extract(epoch FROM ended_at - started_at)::float8 AS seconds, status, request_id, cost, remaining, wait, error
           FROM call WHERE started_at >= $1 AND ($2::text IS NULL OR target = $2)
             AND (NOT $3 OR error IS NOT NULL OR status >= 300 OR wait IS NOT NULL)
           ORDER BY call_id DESC LIMIT $4""",
        since,
        target,
        failed,
        most,
    )
    return [Call(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record's last revision that is due at a target, and where its delivery stands."""

    source: str
    record_id: str
    statement_id: int
    state: State
    due_at: datetime
    code: str | None
    by_hand: bool  # a person does it there, or has

    @property
    def key(self) -> str:
        """What it is called at every target."""
        return f"{self.source}:{self.record_id}"


async def due_records(
    database: Statements,
    target: str,
    after: tuple[str, str],
    window: tuple[datetime, datetime] | None,
    most: int,
) -> list[DueRecord]:
    """The records that are due at a target, in the order of their keys from one of them on."""
    rows = await database.rows(
        """SELECT DISTINCT ON (c.source, c.record_id) c.source, c.record_id, c.statement_id, o.state, o.due_at, o.code,
             EXISTS (SELECT FROM attempt a WHERE a.statement_id = o.statement_id AND a.target = o.target
                     AND a.outcome = 'by hand') AS by_hand
           FROM outbox o JOIN completion c USING (statement_id)
           WHERE o.target = $1 AND (c.source, c.record_id) > ($2, $3)
             AND ($4::timestamptz IS NULL OR c.occurred_at IS NULL OR c.occurred_at BETWEEN $4 AND $5)
           ORDER BY c.source, c.record_id, c.statement_id DESC LIMIT $6""",
        target,
        *after,
        *(window or (None, None)),
        most,
    )
    return [DueRecord(**{**row, "state": State(row["state"])}) for row in rows]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where one delivery stands."""

    target: str
    state: State
    due_at: datetime
    urgent: bool
    attempts: int
    code: str | None
    changed_at: datetime
    run_at: datetime | None


async def deliveries(database: Statements, statement_id: int) -> list[Delivery]:
    """Where a completion stands at each of its targets."""
    rows = await database.rows(
        """SELECT target, state, due_at, urgent, attempts, code, changed_at,
                  CASE WHEN run_at BETWEEN '1970-01-01' AND '9999-01-01' THEN run_at END AS run_at
           FROM outbox WHERE statement_id = $1 ORDER BY target""",
        statement_id,
    )
    return [Delivery(**{**row, "state": State(row["state"])}) for row in rows]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what was done, what came of it, and what the call's answer said."""

    target: str
    attempt: int
    kind: str
    outcome: str
    code: str | None
    digest: bytes | None
    diff: Sequence[Mapping[str, Any]]
    at: datetime
    call_id: int
    status: int | None
    request_id: str | None
    cost: float | None
    remaining: float | None
    worker: str
    error: str | None


async def attempts(database: Statements, statement_id: int) -> list[Attempt]:
    """Every try to carry a completion anywhere, oldest first."""
    rows = await database.rows(
        """SELECT a.target, a.attempt, a.kind, a.outcome, a.code, a.digest, a.diff, a.at, a.call_id, c.status, c.request_id,
                  c.cost, c.remaining, c.worker, c.error
           FROM attempt a JOIN call c USING (call_id) WHERE a.statement_id = $1 ORDER BY a.call_id, a.target""",
        statement_id,
    )
    return [Attempt(**{**row, "diff": json.loads(row["diff"]) if row["diff"] else []}) for row in rows]
