"""Real servers for the tests that need one. Knows where programs of PostgreSQL lie, and nothing of ours but starting."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from trueup.kit.database import DatabaseSettings, Opened, migrate, migrations, opened
from trueup.kit.database.embedded import start
from trueup.kit.database.store import DROP

DEBIAN = Path("/usr/lib/postgresql/15/bin")
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}  # nothing here outlives its test
KINDS = ["wheel", *(["debian-15"] if (DEBIAN / "postgres").exists() else [])]

Answer = TypeVar("Answer")


@contextmanager
def place() -> Iterator[Path]:
    """A directory that every account may enter: the superuser's servers run as another one."""
    with tempfile.TemporaryDirectory(prefix="trueup-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


def programs(kind: str) -> str | None:
    """What TRUEUP_POSTGRES_BIN would say for that kind of server."""
    return str(DEBIAN) if kind == "debian-15" else None


@contextmanager
def running(kind: str) -> Iterator[DatabaseSettings]:
    """A server for as long as the block runs; whoever opens the settings shares it."""
    with place() as data:
        server = start(data / "database", binaries=programs(kind), settings=QUICK)
        try:
            yield DatabaseSettings(data, None, programs(kind))
        finally:
            server.stop()


def use(
    settings: DatabaseSettings, work: Callable[[Opened], Awaitable[Answer]], connections: int = 8
) -> Answer:
    """What `work` answers, given the opened database."""

    async def inside() -> Answer:
        async with opened(settings, connections) as database:
            return await work(database)

    return asyncio.run(inside())


def emptied(settings: DatabaseSettings) -> DatabaseSettings:
    """The settings of a database with nothing of ours in it."""

    async def drop(database: Opened) -> None:
        await database.database.run(DROP)

    use(settings, drop, 1)
    return settings


def fresh(settings: DatabaseSettings) -> DatabaseSettings:
    """The settings of a database as the migrations leave it."""

    async def make(database: Opened) -> None:
        await database.database.run(DROP)
        await migrate(database.database, migrations())

    use(settings, make, 1)
    return settings


def environment(settings: DatabaseSettings, **more: str) -> dict[str, str]:
    """What a command needs to find that database."""
    told = {"PATH": os.environ["PATH"], "TRUEUP_DATA_DIR": str(settings.data), **more}
    return {**told, "TRUEUP_POSTGRES_BIN": settings.binaries} if settings.binaries else told
