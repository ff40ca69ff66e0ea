"""Which secrets sources sign their webhooks with: a file that only its owner may read. Knows no request.

One line a secret: the source's name, a blank, `whsec_...` or `whpk_...`. Several lines of one source are all valid:
that is how a secret is rotated. The file is read again when it has changed.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.access.tokens import is_name
from trueup.kit.database.place import data_directory
from trueup.kit.webhooks import UnusableSecretError, WebhookKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LARGEST = 256 * 1024  # bytes


class WebhookKeysError(ValueError):
    """The file can't be used: where, and what to do. Never repeats a secret."""


def webhook_keys_file(environ: Mapping[str, str]) -> Path:
    """TRUEUP_WEBHOOK_KEYS, else webhooks.keys in the data directory."""
    named = environ.get("TRUEUP_WEBHOOK_KEYS")
    return Path(named).expanduser() if named else data_directory(environ) / "webhooks.keys"


class WebhookKeys:
    """The secrets of all sources, as the file has them now. Without a file no source has any."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys: dict[str, list[WebhookKey]] = {}
        self.of("")  # what is wrong with the file is said at the start

    def of(self, source: str) -> Sequence[WebhookKey]:
        """The source's secrets, none where it has none. Raises WebhookKeysError where the file can't be used."""
        try:
            told = self._path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise WebhookKeysError(f"{self._path}: {error.strerror}") from error
        seen = (told.st_mtime_ns, told.st_size)
        if seen != self._seen:
            if stat.S_IMODE(told.st_mode) & 0o077:
                raise WebhookKeysError(
                    f"{self._path}: others than its owner may read it; chmod 600 {self._path}"
                )
            self._keys, self._seen = _read(self._path), seen
        return self._keys.get(source, ())


def _read(path: Path) -> dict[str, list[WebhookKey]]:
    try:
        with path.open("rb") as file:
            lines = file.read(LARGEST).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WebhookKeysError(f"{path}: it can't be read as text") from error
    keys: dict[str, list[WebhookKey]] = {}
    for number, line in enumerate(lines, 1):
        source, _, secret = line.strip().partition(" ")
        if not source or source.startswith("#"):
            continue
        if not is_name(source):
            raise WebhookKeysError(f"{path}:{number}: the line begins with no source's name")
        try:
            keys.setdefault(source, []).append(WebhookKey.parse(secret.strip()))
        except UnusableSecretError as error:
            raise WebhookKeysError(f"{path}:{number}: {error}") from error
    return keys
