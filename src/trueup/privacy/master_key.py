"""Where the master key comes from: the environment, or a file that only its owner may read. Knows no person's key.

The file has one key a line, newest first: the first wraps, all unwrap. So it rotates by a new first line.
"""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.kit.base64_text import decoded, encoded
from trueup.model.told import ToldError
from trueup.privacy.keys import MASTER_BYTES, MasterKey

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MARK = "trueup-master-1:"  # so that nobody takes the line for something else
_LARGEST = 16 * 1024  # bytes
_FORM = f"{_MARK} and {MASTER_BYTES} bytes in base64"


class MasterKeyError(ToldError):
    """The master key can't be had: what, what was expected, what to do. Never shows a key."""


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The master keys in force, newest first."""

    keys: tuple[MasterKey, ...] = field(repr=False)

    @property
    def newest(self) -> MasterKey:
        """The one that wraps."""
        return self.keys[0]

    def named(self, key_id: str) -> MasterKey:
        """The one with that id. MasterKeyError where it is not among them."""
        for key in self.keys:
            if key.key_id == key_id:
                return key
        raise _other_key([key_id], self.keys)


def master_keys(environ: Mapping[str, str], default: Path, in_use: Collection[str]) -> MasterKeys:
    """From TRUEUP_MASTER_KEY, else the file TRUEUP_MASTER_KEY_FILE, else the file `default`.

    `in_use`: the ids of the keys that the database's are wrapped with. Where there are none yet and no file is
    named, the default one is made. Raises MasterKeyError where none can be had, or not all that are in use.
    """
    if text := environ.get("TRUEUP_MASTER_KEY"):
        keys = _read(text, "TRUEUP_MASTER_KEY")
    elif named := environ.get("TRUEUP_MASTER_KEY_FILE"):
        keys = _of_file(Path(named))
    elif default.exists() or in_use:
        keys = _of_file(default)
    else:
        keys = _made(default)
    missing = [key_id for key_id in in_use if key_id not in {key.key_id for key in keys}]
    if missing:
        raise _other_key(missing, keys)
    return MasterKeys(keys)


def _other_key(missing: Collection[str], keys: Collection[MasterKey]) -> MasterKeyError:
    return MasterKeyError(
        f"people's keys in the database are wrapped with the master key {', '.join(missing)}",
        f"that key; what was given is {', '.join(key.key_id for key in keys)}",
        "give back the master key that belongs to this database (TRUEUP_MASTER_KEY_FILE); older keys stay in the file, below the newest",
    )


def _of_file(path: Path) -> tuple[MasterKey, ...]:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise MasterKeyError(
            f"the master key can't be read: {path}: {error.strerror}",
            f"a file with {_FORM}",
            "give back the file that belongs to this database, or set TRUEUP_MASTER_KEY_FILE",
        ) from error
    if mode & 0o077:
        raise MasterKeyError(
            f"others than its owner may read the master key {path} (mode {mode:04o})",
            "mode 0600",
            f"chmod 600 {path}; if somebody could have read it, put a new key in its first line",
        )
    return _read(text, str(path))


def _read(text: str, where: str) -> tuple[MasterKey, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    try:
        keys = tuple(MasterKey(decoded(line.removeprefix(_MARK))) for line in lines if line.startswith(_MARK))
    except ValueError:
        keys = ()
    if not keys or len(keys) != len(lines):
        raise MasterKeyError(
            f"{where} is no master key",
            f"lines of {_FORM}",
            "give back the right one; for a new database unset it, and one is made",
        )
    return keys


def _made(path: Path) -> tuple[MasterKey, ...]:
    """A new key in a new file; where another process makes it at the same time, that one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = MasterKey(os.urandom(MASTER_BYTES))
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{_MARK}{encoded(key.secret)}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # whole, or the other's
    except FileExistsError:
        return _of_file(path)
    finally:
        Path(part).unlink()
    return (key,)
