"""The statements about the database itself: its settings, its schema, which migrations it has had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.kit.database.pool import SCHEMA, Statements, Transaction

if TYPE_CHECKING:
    from datetime import datetime

DROP = f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"  # everything of ours, and nothing else
_LOCK = 0x74727565  # the advisory lock of whoever migrates: "true"


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that the database has had."""

    number: int
    name: str
    digest: str
    applied_at: datetime


async def server_said(database: Statements) -> tuple[str, str]:
    """The server's version, as "18.4", and the encoding of the database."""
    row = await database.row(
        "SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding"
    )
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return row["version"].split()[0], row["encoding"]


async def clock(database: Statements) -> datetime:
    """What the server's clock shows."""
    shown: datetime = await database.value("SELECT clock_timestamp()")
    return shown


async def lock_migrations(transaction: Transaction) -> None:
    """Wait until nobody else migrates; held to the end of the transaction."""
    await transaction.run("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def is_empty(database: Statements) -> bool:
    """Whether there is nothing of ours in the database."""
    return bool(await database.value("SELECT to_regnamespace($1) IS NULL", SCHEMA))


async def make_schema(transaction: Transaction) -> None:
    """The schema, and the list of migrations in it."""
    if await is_empty(transaction):  # IF NOT EXISTS would ask for a right that may not be needed
        await transaction.run(f"CREATE SCHEMA {SCHEMA}")
    await transaction.run(
        """CREATE TABLE IF NOT EXISTS migration (
             number     integer PRIMARY KEY,
             name       text NOT NULL,
             digest     text NOT NULL,
             applied_at timestamptz NOT NULL DEFAULT now())"""
    )


async def applied(database: Statements) -> list[Applied]:
    """The migrations that the database has had, in their order; none where it never had any."""
    if await database.value("SELECT to_regclass($1)", f"{SCHEMA}.migration") is None:
        return []
    rows = await database.rows("SELECT number, name, digest, applied_at FROM migration ORDER BY number")
    return [Applied(**row) for row in rows]


async def apply(transaction: Transaction, number: int, name: str, digest: str, text: str) -> None:
    """Run one migration and note that it ran."""
    await transaction.run(text)
    await transaction.run(
        "INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3)", number, name, digest
    )


async def table_sizes(database: Statements) -> dict[str, tuple[int, int]]:
    """Of each of our tables: about how many rows it has, and its bytes on disk."""
    rows = await database.rows(
        """SELECT c.relname AS name, coalesce(pg_stat_get_live_tuples(c.oid), 0) AS rows, pg_total_relation_size(c.oid) AS bytes
           FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
           ORDER BY c.relname""",
        SCHEMA,
    )
    return {row["name"]: (row["rows"], row["bytes"]) for row in rows}
