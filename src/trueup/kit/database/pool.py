"""Statements to PostgreSQL: alone, or several in one transaction. Knows connections and their troubles, no statement."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from trueup.kit.database.problem import DatabaseError, NotUniqueError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

SCHEMA = "trueup"  # where everything of ours lies, so that a database may hold other things too
CONNECTIONS = 8
TIME_LIMIT = 60.0  # seconds for one statement

# What another attempt may not meet again: the server went away, is coming up, is full or was asked to stop
_PASSING = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection given back that broke meanwhile
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.DiskFullError,
    asyncpg.QueryCanceledError,
)


class Statements:
    """Where a store sends its statements. Parameters are `$1`, `$2`, ...; nothing is ever formatted into a text.

    Every method raises UnavailableError where the server can't be reached or went away, and NotUniqueError where a
    unique index refuses a row.
    """

    def __init__(self, runner: Any) -> None:
        self._runner = runner  # an asyncpg connection, or a pool: both run single statements

    async def rows(self, statement: str, *parameters: object) -> Sequence[Mapping[str, Any]]:
        """All rows."""
        with _translated():
            found: Sequence[Mapping[str, Any]] = await self._runner.fetch(statement, *parameters)
            return found

    async def row(self, statement: str, *parameters: object) -> Mapping[str, Any] | None:
        """The first row, None where there is none."""
        with _translated():
            found: Mapping[str, Any] | None = await self._runner.fetchrow(statement, *parameters)
            return found

    async def value(self, statement: str, *parameters: object) -> Any:
        """The first column of the first row, None where there is none."""
        with _translated():
            return await self._runner.fetchval(statement, *parameters)

    async def run(self, statement: str, *parameters: object) -> str:
        """Run it and answer what it did, as "UPDATE 3"; without parameters it may be several statements."""
        with _translated():
            told: str = await self._runner.execute(statement, *parameters)
            return told


class Transaction(Statements):
    """Statements that take effect together, or not at all."""


class Database(Statements):
    """A pool of connections. A statement sent to it is its own transaction."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One transaction: committed at the end of the block, undone where the block raises."""
        with _translated():
            connection = await self._runner.acquire()
        try:
            transaction = connection.transaction()
            with _translated():
                await transaction.start()
            try:
                yield Transaction(connection)
            except BaseException:
                with suppress(*_PASSING):  # a connection that is gone has undone it
                    await transaction.rollback()
                raise
            with _translated():
                await transaction.commit()
        finally:
            with suppress(*_PASSING):
                await self._runner.release(connection)

    @asynccontextmanager
    async def listening(self, channel: str, heard: Callable[[], None]) -> AsyncIterator[asyncio.Event]:
        """Call `heard` at each NOTIFY of a channel for as long as the block runs; the event says that it is over.

        Takes a connection of the pool. `channel` is a name of ours, never a text from outside.
        """
        lost = asyncio.Event()
        with _translated():
            connection = await self._runner.acquire()

        def told(*_: object) -> None:
            heard()

        def ended(*_: object) -> None:
            lost.set()

        connection.add_termination_listener(ended)
        try:
            with _translated():
                await connection.add_listener(channel, told)
            yield lost
        finally:
            with suppress(*_PASSING):  # a connection that is gone has given itself back
                connection.remove_termination_listener(ended)
                await connection.remove_listener(channel, told)
            with suppress(*_PASSING):
                await self._runner.release(connection)


@dataclass(frozen=True, slots=True)
class Server:
    """How a server is reached. `shown` is how it is spoken of; the rest may hold a password."""

    shown: str
    dsn: str | None = None
    host: str | None = None
    port: int | None = None
    user: str | None = None
    database: str | None = None

    def __repr__(self) -> str:
        """Without the password."""
        return f"Server({self.shown!r})"


@asynccontextmanager
async def connected(
    server: Server, connections: int = CONNECTIONS, limit: float | None = TIME_LIMIT
) -> AsyncIterator[Database]:
    """A pool for as long as the block runs; `limit` is the seconds a statement may take.

    Raises DatabaseError with what to do where it can't be had.
    """
    logging.getLogger("asyncpg").addHandler(logging.NullHandler())  # where nobody logs, nothing is printed
    with _connecting(server.shown):
        pool = await asyncpg.create_pool(
            server.dsn,
            host=server.host,
            port=server.port,
            user=server.user,
            database=server.database,
            min_size=1,
            max_size=connections,
            command_timeout=limit,
            timeout=10,
            reset=_as_it_is,
            server_settings={"search_path": SCHEMA, "timezone": "UTC", "application_name": "trueup"},
        )
    try:
        yield Database(pool)
    finally:
        try:
            async with asyncio.timeout(10):
                await pool.close()
        except _PASSING:
            pool.terminate()


async def _as_it_is(_connection: object) -> None:
    """Nothing is to be undone: no statement of ours outlasts its transaction, so this saves a round trip each."""


@contextmanager
def _translated() -> Iterator[None]:
    """The driver's passing errors as ours, and what is not unique. Others of a statement are defects, and rise as they are."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise NotUniqueError(error.constraint_name or "") from error
    except _PASSING as error:
        if isinstance(error, asyncpg.InterfaceError) and "clos" not in str(error):
            raise  # the driver was used wrongly
        raise UnavailableError(
            f"the database went away, or can't be reached ({type(error).__name__})",
            "a server that answers",
            "see that it runs and is reachable from here, then try again",
        ) from error


@contextmanager
def _connecting(shown: str) -> Iterator[None]:
    """Why a first connection can't be had, with what to do. The address is never repeated: it may hold a password."""
    try:
        yield
    except asyncpg.InvalidPasswordError as error:
        raise _refused(shown, error, "correct the user or the password in TRUEUP_DATABASE_URL") from error
    except asyncpg.InvalidCatalogNameError as error:
        raise _refused(
            shown, error, "make it on the server (createdb), or correct TRUEUP_DATABASE_URL"
        ) from error
    except _PASSING as error:
        raise UnavailableError(
            f"{shown} can't be reached ({type(error).__name__})",
            "a server that answers",
            "see that it runs and is reachable from here, then try again",
        ) from error
    except asyncpg.PostgresError as error:
        raise _refused(
            shown, error, "correct TRUEUP_DATABASE_URL, or the rules of the server (pg_hba.conf)"
        ) from error
    except (ValueError, asyncpg.ClientConfigurationError) as error:
        raise DatabaseError(
            f"{shown}: the address can't be used",
            "postgresql://user:password@host:port/database, with the parameters of libpq",
            "correct TRUEUP_DATABASE_URL",
        ) from error


def _refused(shown: str, error: asyncpg.PostgresError, todo: str) -> DatabaseError:
    return DatabaseError(
        f"{shown} refuses the connection: {str(error)[:200]}", "a connection that the server accepts", todo
    )
