"""Completions read back, by their key: the only place for this SQL. Knows the tables of 0001, no cipher.

What waits in quarantine is read as what it is: a key, a fault, and a sealed body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.model.completions import Completion, Fault, Key, Score, Status, Who
from trueup.model.instants import Instant, Precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands under a key: a completion as it was read, or what it waits for in quarantine."""

    key: Key
    statement_id: int
    actor_id: int
    sealed: bytes  # digest, and the body where it is kept
    contract: str
    received_at: datetime
    completion: Completion | None
    fault: Fault | None


async def entry(database: Statements, key: Key) -> Entry | None:
    """What stands under the key, the completion before the quarantine; None where nothing does."""
    row = await database.row(
        "SELECT * FROM completion WHERE (source, record_id, revision) = ($1, $2, $3)",
        key.source,
        key.record_id,
        key.revision,
    )
    if row is not None:
        return Entry(**_common(row), completion=_completion(row), fault=None)
    row = await database.row(
        "SELECT * FROM quarantine WHERE (source, record_id, revision) = ($1, $2, $3) AND released_at IS NULL "
        "ORDER BY statement_id DESC LIMIT 1",
        key.source,
        key.record_id,
        key.revision,
    )
    if row is None:
        return None
    fault = Fault(row["code"], row["pointer"], row["expected"], row["actual"])
    return Entry(**_common(row), completion=None, fault=fault)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a statement's audit leaf commits to, its digest still sealed."""

    statement_id: int
    key: Key
    actor_id: int
    sealed: bytes
    contract: str
    received_at: datetime


async def sealed(database: Statements, statement_ids: Sequence[int]) -> list[Sealed]:
    """Those of the statements that there are: taken, in quarantine, or decided of what was."""
    rows = await database.rows(
        """SELECT statement_id, source, record_id, revision, actor_id, sealed, contract, received_at
           FROM completion WHERE statement_id = ANY($1::bigint[])
           UNION ALL
           SELECT statement_id, source, record_id, revision, actor_id, sealed, contract, received_at
           FROM quarantine WHERE statement_id = ANY($1::bigint[])
           UNION ALL
           SELECT d.statement_id, q.source, q.record_id, q.revision, d.actor_id, d.sealed, d.contract, d.decided_at
           FROM decision d JOIN quarantine q ON q.statement_id = d.quarantine_id
           WHERE d.statement_id = ANY($1::bigint[])""",
        statement_ids,
    )
    return [
        Sealed(
            row["statement_id"],
            Key(row["source"], row["record_id"], row["revision"]),
            row["actor_id"],
            row["sealed"],
            row["contract"],
            row["received_at"],
        )
        for row in rows
    ]


async def revisions(database: Statements, source: str, record_id: str) -> list[str]:
    """The revisions of a record that stand or wait, in the order in which they came."""
    rows = await database.rows(
        "SELECT revision, min(statement_id) AS first FROM ("
        "  SELECT revision, statement_id FROM completion WHERE source = $1 AND record_id = $2 UNION ALL"
        "  SELECT revision, statement_id FROM quarantine WHERE source = $1 AND record_id = $2 AND released_at IS NULL"
        ") AS known GROUP BY revision ORDER BY first",
        source,
        record_id,
    )
    return [row["revision"] for row in rows]


async def there(database: Statements, source: str, record_ids: Sequence[str]) -> set[str]:
    """Those of a source's records that stand, or wait in quarantine."""
    rows = await database.rows(
        """SELECT record_id FROM completion WHERE source = $1 AND record_id = ANY($2::text[])
           UNION SELECT record_id FROM quarantine WHERE source = $1 AND record_id = ANY($2::text[]) AND released_at IS NULL""",
        source,
        list(record_ids),
    )
    return {row["record_id"] for row in rows}


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A record that waits in quarantine, and its fault."""

    source: str
    record_id: str
    code: str


async def held_back(database: Statements, sources: Sequence[str] | None) -> list[HeldBack]:
    """What waits in quarantine, of these sources or of all."""
    rows = await database.rows(
        """SELECT DISTINCT source, record_id, code FROM quarantine
           WHERE released_at IS NULL AND ($1::text[] IS NULL OR source = ANY($1)) ORDER BY source, record_id, code""",
        None if sources is None else list(sources),
    )
    return [HeldBack(**row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A completion as it was taken, and what its source calls whom it is about; None where they were erased since."""

    key: Key
    statement_id: int
    received_at: datetime
    completion: Completion
    who: Who | None


async def taken(database: Statements, statement_ids: Sequence[int]) -> dict[int, Taken]:
    """The completions of these numbers."""
    rows = await database.rows(
        """SELECT c.*, a.actor_id AS known, a.issuer, a.name, a.employee_number, a.person_id, a.email
           FROM completion c LEFT JOIN actor_facts a USING (actor_id) WHERE c.statement_id = ANY($1::bigint[])""",
        list(statement_ids),
    )
    names = ("issuer", "name", "employee_number", "person_id", "email")
    return {
        row["statement_id"]: Taken(
            key=Key(row["source"], row["record_id"], row["revision"]),
            statement_id=row["statement_id"],
            received_at=row["received_at"],
            completion=_completion(row),
            who=None if row["known"] is None else Who(**{name: row[name] for name in names}),
        )
        for row in rows
    }


def _common(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": Key(row["source"], row["record_id"], row["revision"]),
        **{name: row[name] for name in ("statement_id", "actor_id", "sealed", "contract", "received_at")},
    }


def _completion(row: Mapping[str, Any]) -> Completion:
    score = row["score"]
    return Completion(
        course_id=row["course_id"],
        attempt=row["attempt"],
        status=Status(row["status"]),
        occurred=_instant(row, "occurred"),
        recorded=_instant(row, "recorded"),
        score=None
        if score is None
        else Score(score, row["score_min"], row["score_max"], row["scale"], row["scale_version"]),
        tags=tuple(row["tags"]),
    )


def _instant(row: Mapping[str, Any], name: str) -> Instant | None:
    if row[f"{name}_raw"] is None:
        return None
    precision = row[f"{name}_precision"]
    return Instant(
        raw=row[f"{name}_raw"],
        at=row[f"{name}_at"],
        offset_minutes=row[f"{name}_offset_minutes"],
        zone=row[f"{name}_zone"],
        precision=Precision(precision) if precision else None,
        rule=row[f"{name}_rule"],
        until=row[f"{name}_until"],
    )
