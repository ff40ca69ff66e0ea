"""Statements as they came: the only place for their SQL. Knows rows and keys, no JSON and no cipher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A statement that is to be kept."""

    id: UUID
    actor_id: int
    fingerprint: bytes
    sealed: bytes | None  # None: the source keeps no texts
    keys: Sequence[str]
    target: UUID | None
    voiding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A statement that is kept."""

    id: UUID
    seq: int
    stored_at: datetime
    version: str
    account: str
    actor_id: int
    fingerprint: bytes
    sealed: bytes | None  # None: the source keeps no texts
    voiding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which statements of a source are asked for; `after` is the last one of the page before."""

    source: str
    keys: Sequence[str]
    since: datetime | None
    until: datetime | None
    after: tuple[datetime, int] | None
    ascending: bool
    limit: int


async def add(tx: Statements, source: str, version: str, account: str, new: Sequence[New]) -> int:
    """Keeps those whose id is not known yet; how many. In the order of ids, so that two calls never wait in a circle."""
    ordered = sorted(new, key=lambda one: one.id)
    rows = await tx.rows(
        """INSERT INTO statement (source, version, account, id, actor_id, fingerprint, sealed, keys, target, voiding)
           SELECT $1, $2, $3, id, actor_id, fingerprint, sealed, string_to_array(keys, E'\\x1f'), target, voiding
           FROM unnest($4::uuid[], $5::bigint[], $6::bytea[], $7::bytea[], $8::text[], $9::uuid[], $10::boolean[])
             AS t (id, actor_id, fingerprint, sealed, keys, target, voiding)
           ON CONFLICT (source, id) DO NOTHING RETURNING id""",
        source,
        version,
        account,
        [one.id for one in ordered],
        [one.actor_id for one in ordered],
        [one.fingerprint for one in ordered],
        [one.sealed for one in ordered],
        [
            "\x1f".join(one.keys) for one in ordered
        ],  # arrays of arrays must be of one length: a key holds no control
        [one.target for one in ordered],
        [one.voiding for one in ordered],
    )
    return len(rows)


async def named(tx: Statements, source: str, ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Those of the ids that are kept, voided or not."""
    rows = await tx.rows(
        "SELECT * FROM statement WHERE source = $1 AND id = ANY($2::uuid[])", source, list(ids)
    )
    return {row["id"]: _kept(row) for row in rows}


async def voided(tx: Statements, source: str, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that a voiding statement names, kept themselves or not."""
    rows = await tx.rows(
        "SELECT DISTINCT target FROM statement WHERE source = $1 AND target = ANY($2::uuid[]) AND voiding",
        source,
        list(ids),
    )
    return {row["target"] for row in rows}


async def one(tx: Statements, source: str, id_: UUID, *, voided: bool) -> Kept | None:
    """The statement of that id, where it is voided as asked."""
    row = await tx.row(
        "SELECT * FROM statement_facts WHERE source = $1 AND id = $2 AND voided = $3", source, id_, voided
    )
    return _kept(row) if row else None


async def many(tx: Statements, query: Query) -> list[Kept]:
    """The statements asked for, without voided ones, by stored time.

    One that refers to another one by StatementRef has the other's keys too, and so on (Communication 2.1.3).
    """
    rows = await tx.rows(
        _ASCENDING if query.ascending else _DESCENDING,
        query.source,
        list(query.keys),
        query.since,
        query.until,
        query.after[0] if query.after else None,
        query.after[1] if query.after else None,
        query.limit,
    )
    return [_kept(row) for row in rows]


_DESCENDING = """
WITH RECURSIVE referring (id) AS (
  SELECT r.id FROM statement r JOIN statement t ON t.source = r.source AND t.id = r.target
  WHERE r.source = $1 AND t.keys @> $2::text[] AND cardinality($2::text[]) > 0
  UNION
  SELECT r.id FROM statement r JOIN referring ON r.target = referring.id WHERE r.source = $1)
SELECT * FROM statement_facts s
WHERE source = $1 AND (keys @> $2::text[] OR id IN (SELECT id FROM referring))
  AND ($3::timestamptz IS NULL OR stored_at > $3) AND ($4::timestamptz IS NULL OR stored_at <= $4)
  AND ($5::timestamptz IS NULL OR (stored_at, seq) < ($5, $6::bigint))
  AND NOT voided
ORDER BY stored_at DESC, seq DESC LIMIT $7"""
_ASCENDING = _DESCENDING.replace(" DESC", " ASC").replace("(stored_at, seq) <", "(stored_at, seq) >")


def _kept(row: Mapping[str, Any]) -> Kept:
    return Kept(**{name: row[name] for name in Kept.__slots__})


async def consistent_through(tx: Statements) -> datetime:
    """Everything stored before it can be read (Communication 2.1.3).

    A row bears the beginning of its transaction, so it is the beginning of the oldest one that may still write.
    """
    found: datetime = await tx.value(
        "SELECT least(clock_timestamp() - interval '10 milliseconds', min(xact_start)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() "
        "AND (backend_xid IS NOT NULL OR xact_start > clock_timestamp() - interval '1 second')"
    )
    return found
