"""`trueup db`: the database looked after. Knows what is asked and how it is answered, no statement."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.kit.database import Migration, Standing

PENDING = 3

db = typer.Typer(
    name="db",
    help="Look after the database: migrate it, see how it stands, back it up, restore it.",
    epilog="Without TRUEUP_DATABASE_URL it is the embedded one, under TRUEUP_DATA_DIR or your data directory.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What `status` found."""

    server: str
    version: str
    embedded: str | None  # the directory of an embedded one
    standing: Standing
    tables: dict[str, tuple[int, int]]


@db.command()
def migrate(*, as_json: Json = False) -> None:
    """Bring the schema up to date. Safe to run at any time, from any number of machines at once.

    \b
    Examples:
      trueup db migrate
      TRUEUP_DATABASE_URL=postgresql://trueup@db.example.com/trueup trueup db migrate

    Exit codes: 0 up to date, 2 it can't be brought there (nothing of a failed migration is kept).
    """
    with _refusing("migrate"):
        ran = asyncio.run(_migrate())
    if as_json:
        answer_json({"schema": "trueup.db.migrate/1", "ran": [_called(one) for one in ran]})
    else:
        for one in ran:
            typer.echo(f"ran {_called(one)}")
        typer.echo("the schema is up to date")


@db.command()
def status(*, as_json: Json = False) -> None:
    """Say which database it is, which migrations it has had, and how big its tables are. Changes nothing.

    \b
    Examples:
      trueup db status
      trueup db status --json | jq .pending

    Exit codes: 0 up to date, 3 migrations are pending, 2 it can't be used.
    """
    with _refusing("status"):
        seen = asyncio.run(_status())
    if as_json:
        answer_json(_document(seen))
    else:
        _show(seen)
    if seen.standing.pending:
        raise typer.Exit(PENDING)


@db.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write everything into one file that only you may read, as it stands at one instant, while others go on.

    The master key is not in it: keep that apart. Without it, what is encrypted in a backup stays so.

    \b
    Examples:
      trueup db backup trueup-2026-10-01.backup

    Exit codes: 0 written whole, 2 not written (a file that was there is as it was).
    """
    from trueup.doors.whole_file import unwritable, whole_file

    if file.exists() and not force:
        refuse(
            "db backup",
            f"{file} is there already",
            "a new file",
            "name another one, or replace it with --force",
        )
    if reason := unwritable(file):
        refuse(
            "db backup",
            f"{file} can't be written: {reason}",
            "a file in a directory that is there",
            "name another",
        )
    with _refusing("backup"), whole_file(file) as part:
        asyncio.run(_backup(part.absolute()))
    size = file.stat().st_size
    if as_json:
        answer_json({"schema": "trueup.db.backup/1", "file": str(file), "bytes": size})
    else:
        typer.echo(f"wrote {file}, {size:,} bytes")
        typer.echo(f"next: keep it and the master key in two places; to go back: trueup db restore {file}")


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that trueup db backup wrote.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace what is in the database now; it is lost then.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup into the database, as a whole or not at all, and bring its schema up to date.

    \b
    Examples:
      trueup db restore trueup-2026-10-01.backup
      trueup db backup now.backup && trueup db restore trueup-2026-10-01.backup --replace

    Exit codes: 0 restored, 2 not restored (nothing was changed).
    """
    with _refusing("restore"):
        ran = asyncio.run(_restore(file.absolute(), replace=replace))
    if as_json:
        answer_json(
            {"schema": "trueup.db.restore/1", "file": str(file), "ran": [_called(one) for one in ran]}
        )
    else:
        typer.echo(f"restored {file}")
        for one in ran:
            typer.echo(f"ran {_called(one)}")


async def _migrate() -> tuple[Migration, ...]:
    from trueup.kit.database import database_settings, migrate, migrations, opened

    async with opened(database_settings(os.environ), connections=1, limit=None) as use:
        return await migrate(use.database, migrations())


async def _status() -> _Seen:
    from trueup.kit.database import database_settings, migrations, opened, standing, table_sizes

    async with opened(database_settings(os.environ), connections=1) as use:
        found = await standing(use.database, migrations())
        place = str(use.embedded.place.root) if use.embedded else None
        return _Seen(use.server.shown, use.version, place, found, await table_sizes(use.database))


async def _backup(into: Path) -> None:
    from trueup.kit.database import database_settings, migrations, opened, standing
    from trueup.kit.database.backup import backup as write

    settings = database_settings(os.environ)
    async with opened(settings, connections=1) as use:
        if not (await standing(use.database, migrations())).applied:
            refuse("db backup", f"there is nothing of trueup in {use.server.shown}", "a database in use")
        write(use, settings, into)


async def _restore(file: Path, *, replace: bool) -> tuple[Migration, ...]:
    from trueup.kit.database import database_settings, is_empty, migrate, migrations, opened
    from trueup.kit.database.backup import migrations_in
    from trueup.kit.database.backup import restore as put_back

    settings, known = database_settings(os.environ), migrations()
    async with opened(settings, connections=1, limit=None) as use:
        had = migrations_in(use, settings, file)
        digests = {one.number: one.digest for one in known}
        if any(digests.get(number) != digest for number, digest in had):
            refuse(
                "db restore",
                f"{file} is of a trueup with other migrations ({had[-1][0]:04})",
                f"migrations that this trueup knows (up to {len(known):04})",
                "use the trueup that wrote it, or a newer one",
            )
        if not replace and not await is_empty(use.database):
            refuse(
                "db restore",
                f"{use.server.shown} is not empty",
                "a database with nothing of trueup in it",
                "back it up (trueup db backup FILE), then say --replace",
            )
        put_back(use, settings, file)
        return await migrate(use.database, known)


@contextmanager
def _refusing(verb: str) -> Iterator[None]:
    from trueup.kit.database import DatabaseError

    try:
        yield
    except DatabaseError as error:
        refuse(f"db {verb}", error.what, error.expected, error.todo)


def _called(one: Migration) -> str:
    return f"{one.number:04}_{one.name}"


def _document(seen: _Seen) -> dict[str, object]:
    return {
        "schema": "trueup.db.status/1",
        "server": seen.server,
        "version": seen.version,
        "embedded": seen.embedded,
        "applied": [
            {"migration": f"{one.number:04}_{one.name}", "at": one.applied_at.isoformat()}
            for one in seen.standing.applied
        ],
        "pending": [_called(one) for one in seen.standing.pending],
        "tables": {name: {"rows": rows, "bytes": size} for name, (rows, size) in seen.tables.items()},
    }


def _show(seen: _Seen) -> None:
    typer.echo(f"{seen.server}: PostgreSQL {seen.version}")
    for had in seen.standing.applied:
        typer.echo(f"  had      {had.number:04}_{had.name}  {had.applied_at:%Y-%m-%d %H:%M:%SZ}")
    for one in seen.standing.pending:
        typer.echo(f"  pending  {_called(one)}")
    for name, (rows, size) in seen.tables.items():
        typer.echo(f"  table    {name:16} {rows:>12,} rows {size / 1024:>12,.0f} KiB")
    if seen.standing.pending:
        typer.echo("next: trueup db migrate")
