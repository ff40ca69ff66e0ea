"""From settings to a database in use: our own server, or one that is named. Knows addresses, no statement."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from trueup.kit.database import store
from trueup.kit.database.binaries import OLDEST
from trueup.kit.database.place import NAME, PORT, USER, data_directory
from trueup.kit.database.pool import CONNECTIONS, TIME_LIMIT, Database, Server, connected
from trueup.kit.database.problem import DatabaseError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from trueup.kit.database.embedded import EmbeddedServer

_EXAMPLE = "postgresql://trueup@db.example.com:5432/trueup"


@dataclass(frozen=True, slots=True, repr=False)
class DatabaseSettings:
    """Which database is meant. `url` may hold a password, so this is never shown as a whole."""

    data: Path  # what trueup keeps; its embedded database lies in data/database
    url: str | None = None
    binaries: str | None = None  # a directory with PostgreSQL's programs

    @property
    def shown(self) -> str:
        """How it is spoken of: without user's password and parameters."""
        return _named(self.url).shown if self.url else f"the embedded database in {self.data / 'database'}"


def database_settings(environ: Mapping[str, str]) -> DatabaseSettings:
    """From TRUEUP_DATABASE_URL, TRUEUP_DATA_DIR and TRUEUP_POSTGRES_BIN; without any, the embedded one."""
    return DatabaseSettings(
        data_directory(environ),
        environ.get("TRUEUP_DATABASE_URL") or None,
        environ.get("TRUEUP_POSTGRES_BIN") or None,
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A database in use, and the server behind it where that is an embedded one."""

    database: Database
    server: Server
    version: str
    embedded: EmbeddedServer | None


@asynccontextmanager
async def opened(
    settings: DatabaseSettings, connections: int = CONNECTIONS, limit: float | None = TIME_LIMIT
) -> AsyncIterator[Opened]:
    """The database, ready for statements; an embedded server that is ours stops with the block.

    `limit` is the seconds a statement may take. Nothing is migrated. Raises DatabaseError where it can't be had, or is older than PostgreSQL 15.
    """
    if settings.url is not None:
        async with connected(_named(settings.url), connections, limit) as database:
            yield await _checked(database, _named(settings.url), None)
        return
    server = _started(settings)
    watch = asyncio.create_task(server.watch())
    try:
        address = Server(settings.shown, host=str(server.place.sockets), port=PORT, user=USER, database=NAME)
        async with connected(address, connections, limit) as database:
            yield await _checked(database, address, server)
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        server.stop()


def _started(settings: DatabaseSettings) -> EmbeddedServer:
    if os.name != "posix":
        raise DatabaseError(
            "the embedded database runs on Linux and macOS",
            "a PostgreSQL server",
            f"set TRUEUP_DATABASE_URL, as {_EXAMPLE}",
        )
    from trueup.kit.database.embedded import start  # noqa: PLC0415 - needs fcntl, which Windows has not

    return start(settings.data / "database", binaries=settings.binaries)


async def _checked(database: Database, server: Server, embedded: EmbeddedServer | None) -> Opened:
    """The database, known to be new enough and to hold any text."""
    version, encoding = await store.server_said(database)
    major = version.split(".")[0]
    if not major.isdigit() or int(major) < OLDEST:
        raise DatabaseError(
            f"{server.shown} is PostgreSQL {version}",
            f"PostgreSQL {OLDEST} or newer",
            "upgrade the server, or unset TRUEUP_DATABASE_URL to use the embedded one",
        )
    if encoding != "UTF8":
        raise DatabaseError(
            f"{server.shown} keeps its texts in {encoding}",
            "a database whose encoding is UTF8",
            "make one: createdb --encoding UTF8 --template template0 trueup",
        )
    return Opened(database, server, version, embedded)


def _named(url: str) -> Server:
    """The server of a URL, as it may be shown. No part of a malformed URL is repeated: it may be the password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        options = parse_qs(parts.query)
    except ValueError as error:
        raise _no_url(
            "its parts can't be told apart (is a sign in the password not percent-encoded?)"
        ) from error
    if parts.scheme not in {"postgresql", "postgres"}:
        raise _no_url("it does not begin with postgresql://")
    host = unquote(host) if host else (options.get("host") or [""])[0]
    database = unquote(parts.path.lstrip("/")) or (options.get("dbname") or [""])[0]
    user = unquote(parts.username or "") or (options.get("user") or [""])[0]
    if "@" in database or (not host and "@" in parts.path):
        raise _no_url("a sign in the password is not percent-encoded")
    where = f"{host or 'the local socket'}{f':{port}' if port else ''}"
    return Server(f"the database {database or user!r} on {where}", dsn=url)


def _no_url(reason: str) -> DatabaseError:
    return DatabaseError(
        f"TRUEUP_DATABASE_URL is no address of a database: {reason}",
        _EXAMPLE,
        "correct it; in a password write @ as %40, / as %2F, : as %3A",
    )
