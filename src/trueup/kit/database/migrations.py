"""The schema, brought up to date by numbered files. Knows their order and digests, no table of any room.

src/trueup/schema/NNNN_words.sql, from 0001 on without gaps, each run once in a transaction of its own, in
order, whoever else starts at the same time. A file is never changed once it was released: its digest is kept
with the database and compared at every start.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import asyncpg

from trueup.kit.database import store
from trueup.kit.database.problem import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable

    from trueup.kit.database.pool import Database, Transaction

_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its words, its text and the SHA-256 of that."""

    number: int
    name: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database stands: what it has had, and what is still to come."""

    applied: tuple[store.Applied, ...]
    pending: tuple[Migration, ...]


def migrations(folder: Traversable | None = None) -> tuple[Migration, ...]:
    """The files of a folder (default: those of trueup) in order. DatabaseError for a gap, a twin or a stray."""
    folder = folder or resources.files("trueup") / "schema"
    found: list[Migration] = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        match = _NAME.fullmatch(file.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise DatabaseError(
                f"schema/{file.name} is not the next migration",
                f"{len(found) + 1:04}_words.sql",
                "install trueup again; when writing one, take the next number",
            )
        text = file.read_text(encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        found.append(Migration(len(found) + 1, match[2], text, digest))
    return tuple(found)


async def standing(database: Database, known: Sequence[Migration]) -> Standing:
    """Where the database stands. Raises DatabaseError where it has had something else than what is known."""
    return _compared(await store.applied(database), known)


async def migrate(database: Database, known: Sequence[Migration]) -> tuple[Migration, ...]:
    """Run what is pending; answers what this call ran. Works with any number of callers at the same time.

    Raises DatabaseError where one fails (nothing of that one stays), or the database has had others.
    """
    ran: list[Migration] = []
    while True:
        async with database.transaction() as transaction:
            await store.lock_migrations(transaction)
            pending = _compared(await store.applied(transaction), known).pending
            if not pending:
                return tuple(ran)
            if pending[0].number == 1:
                await _made(transaction)
            await _apply(transaction, pending[0])
            ran.append(pending[0])


async def _made(transaction: Transaction) -> None:
    try:
        await store.make_schema(transaction)
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseError(
            f"the user may not make the schema of trueup: {error}",
            "a user that may make a schema in the database, or a schema trueup that belongs to it",
            "ask the owner of the database to make a schema trueup that belongs to the user",
        ) from error


async def _apply(transaction: Transaction, one: Migration) -> None:
    try:
        await store.apply(transaction, one.number, one.name, one.digest, one.text)
    except asyncpg.PostgresError as error:
        raise DatabaseError(
            f"migration {one.number:04}_{one.name} failed: {error}",
            "a database that only trueup changes",
            "nothing of it was kept; settle the cause, then run trueup db migrate again",
        ) from error


def _compared(applied: Sequence[store.Applied], known: Sequence[Migration]) -> Standing:
    """What is pending, once it is sure that what was applied is what is known."""
    for had, number in zip(applied, range(1, len(applied) + 1), strict=True):
        if had.number != number or number > len(known):
            raise DatabaseError(
                f"the database has had migration {had.number:04}_{had.name}, which this trueup does not know",
                f"migrations up to {len(known):04}",
                "use the trueup that made it, or a newer one",
            )
        here = known[number - 1]
        if here.digest != had.digest:
            raise DatabaseError(
                f"migration {here.number:04}_{here.name} is not the one that the database has had",
                f"a file with the digest {had.digest[:12]}, not {here.digest[:12]}",
                "install the released trueup again: a migration is never edited, a change is a new one",
            )
    return Standing(tuple(applied), tuple(known[len(applied) :]))
