"""Where the audit log's key lies, and how it is made and rotated. Knows no log and nothing that is signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trueup.kit.database.place import data_directory
from trueup.kit.signing import SigningKey, UnusableKeyError, load_signing_keys, replace_keys, save_new_key

if TYPE_CHECKING:
    from collections.abc import Mapping


def audit_key_file(environ: Mapping[str, str]) -> Path:
    """TRUEUP_AUDIT_KEY, else audit.key in the data directory."""
    named = environ.get("TRUEUP_AUDIT_KEY")
    return Path(named).expanduser() if named else data_directory(environ) / "audit.key"


def audit_keys(environ: Mapping[str, str]) -> tuple[SigningKey, ...]:
    """The keys that sign, newest first. UnusableKeyError says what to do where there is none."""
    path = audit_key_file(environ)
    try:
        return load_signing_keys(path)
    except FileNotFoundError as error:
        raise UnusableKeyError(
            f"{path}: no key there; make one once with trueup audit key --new ORIGIN, or name another file with "
            "TRUEUP_AUDIT_KEY"
        ) from error
    except OSError as error:
        raise UnusableKeyError(f"{path}: {error.strerror}") from error


def made(environ: Mapping[str, str], origin: str) -> tuple[SigningKey, ...]:
    """A key for a new log of that origin. UnusableKeyError where there is one, or the origin is no name for it."""
    path, key = audit_key_file(environ), SigningKey.generate(origin)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_new_key(path, key)
    except FileExistsError as error:
        raise UnusableKeyError(
            f"{path}: there is a key already, and the log depends on it; --rotate puts a new one before it"
        ) from error
    except OSError as error:
        raise UnusableKeyError(f"{path}: {error.strerror}") from error
    return (key,)


def rotated(environ: Mapping[str, str]) -> tuple[SigningKey, ...]:
    """A new key of the same name before those there are: all sign from now on, so that nobody has to hurry."""
    old = audit_keys(environ)
    keys = (SigningKey.generate(old[0].name), *old)
    replace_keys(audit_key_file(environ), keys)
    return keys


def retired(environ: Mapping[str, str]) -> tuple[SigningKey, ...]:
    """The newest key alone: the others sign no more."""
    keys = audit_keys(environ)[:1]
    replace_keys(audit_key_file(environ), keys)
    return keys
