"""Where the embedded database lies, and as whom it runs. Knows directories and accounts, starts nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from trueup.kit.database.problem import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SOCKET = 103  # bytes; sun_path holds 108 on Linux and 104 on macOS, with the zero at its end
USER = "trueup"
NAME = "postgres"  # the database that initdb makes
PORT = 5432  # only the name of the socket: no port is opened
_SERVICE = Path(
    "/var/lib/trueup"
)  # the superuser's own directory is closed to the account the server runs as
_ACCOUNTS = ("trueup", "postgres", "nobody")


def data_directory(environ: Mapping[str, str]) -> Path:
    """Where trueup keeps what it stores: TRUEUP_DATA_DIR, else the user's data directory (XDG).

    The superuser's default is /var/lib/trueup.
    """
    if named := environ.get("TRUEUP_DATA_DIR"):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0 and not environ.get("XDG_DATA_HOME"):
        return _SERVICE
    return platformdirs.user_data_path("trueup", appauthor=False)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """The directories and files of one embedded database."""

    root: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.root / "cluster"

    @property
    def sockets(self) -> Path:
        """The directory of its Unix socket, closed to everybody else."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "postgres.log"

    @property
    def lock(self) -> Path:
        """Held by the process that owns the server."""
        return self.root / "owner.lock"

    def prepare(self, account: Account | None) -> None:
        """Make the directories; those of the server belong to `account` where one is given.

        Raises DatabaseError where they can't be made, or the path is too long for a socket.
        """
        socket = self.sockets / f".s.PGSQL.{PORT}"
        if len(os.fsencode(socket)) > LONGEST_SOCKET:
            raise DatabaseError(
                f"the path of the database is too long for a Unix socket: {socket}",
                f"at most {LONGEST_SOCKET} bytes",
                "set TRUEUP_DATA_DIR to a shorter path",
            )
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o755 if account else 0o700)
            self.sockets.mkdir(exist_ok=True, mode=0o700)
            if account is not None:
                os.chown(self.sockets, account.uid, account.gid)
        except OSError as error:
            raise DatabaseError(
                f"the directory of the database can't be made: {self.root}: {error.strerror}",
                "a directory that this account may write",
                "set TRUEUP_DATA_DIR, or TRUEUP_DATABASE_URL to use a server",
            ) from error


def unprivileged(place: Place) -> Account | None:
    """As whom the server runs when the superuser starts it; None where an ordinary account starts it as itself.

    The owner of the cluster; else the first of the accounts trueup, postgres and nobody that there is.
    """
    import pwd  # noqa: PLC0415 - there is none on Windows, where TRUEUP_DATABASE_URL names a server

    if os.geteuid() != 0:
        return None
    owner = place.cluster.stat().st_uid if place.cluster.exists() else 0
    for named in (owner, *_ACCOUNTS):
        try:
            entry = pwd.getpwnam(named) if isinstance(named, str) else pwd.getpwuid(named)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise DatabaseError(
        "PostgreSQL never runs as the superuser, and there is no other account for it",
        "one of the accounts " + ", ".join(_ACCOUNTS),
        "useradd --system trueup, or run trueup as an ordinary account",
    )
