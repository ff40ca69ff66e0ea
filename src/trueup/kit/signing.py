"""Ed25519 keys by name and their files. Knows no note, no log, and not what is signed.

Names, key ids and the text of a verifier key are those of C2SP signed-note; a private key's text is that of
Go's sumdb/note. Keys rotate by standing beside one another: a file holds one key a line, newest first, and
every reader takes as many as there are.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trueup.kit.base64_text import decoded, encoded

ED25519 = b"\x01"  # signed-note, "Signature types"
LONGEST_NAME = 255
MOST_KEYS = 16
LARGEST_FILE = 16 * 1024  # bytes
OWNER_ONLY = 0o600

Key = TypeVar("Key")

_PRIVATE = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+\x00-\x1f]+")


class UnusableKeyError(ValueError):
    """A text or file that is no key; the message says what is wrong and never shows a private key."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who signed, as others are told: `<name>+<id, 8 hex>+<base64 of type and public key>` (signed-note)."""

    name: str
    public: bytes  # 32 bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of such a text. UnusableKeyError where it is none, or its id is not that of its key.

        >>> VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").name
        'example.com/foo'
        """
        name, key_id, public = _three_parts(text.strip(), "a verifier key: name+8 hex digits+base64")
        key = cls(_checked_name(name), _ed25519(public, "verifier key"))
        if key_id != key.key_id.hex():
            raise UnusableKeyError(
                f"the verifier key of {name} names the key id {key_id[:16]}, but its key has {key.key_id.hex()}: "
                "a character was changed; copy it again"
            )
        return key

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, type and public key (signed-note, "Signatures")."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed exactly this message (RFC 8032)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        """The text that `parse` reads."""
        return f"{self.name}+{self.key_id.hex()}+{encoded(ED25519 + self.public)}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and its name. It never shows in a representation, a message or a log."""

    name: str
    _private: Ed25519PrivateKey = field(repr=False)
    verifier: VerifierKey = field(init=False)  # what others need to verify what this key signs

    def __post_init__(self) -> None:
        public = VerifierKey(self.name, self._private.public_key().public_bytes_raw())
        object.__setattr__(self, "verifier", public)

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key of that name: not empty, no blanks, no plus sign (signed-note, "Format")."""
        return cls(_checked_name(name), Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of a line `PRIVATE+KEY+<name>+<id>+<base64>`. UnusableKeyError where it is none."""
        told = text.strip()
        if not told.startswith(_PRIVATE):
            raise UnusableKeyError(f"no private key: it should begin with {_PRIVATE}")
        name, key_id, secret = _three_parts(told.removeprefix(_PRIVATE), "a private key")
        key = cls(_checked_name(name), Ed25519PrivateKey.from_private_bytes(_ed25519(secret, "private key")))
        if key_id != key.verifier.key_id.hex():
            raise UnusableKeyError(f"the private key of {name} does not have the id that stands in it")
        return key

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature (RFC 8032: the same message is always signed the same)."""
        return self._private.sign(message)

    def reveal(self) -> str:
        """The line that `parse` reads: for a key file, and for nothing else."""
        secret = encoded(ED25519 + self._private.private_bytes_raw())
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{secret}"


def load_signing_keys(path: Path) -> tuple[SigningKey, ...]:
    """The private keys of a file, newest first: the first signs alone, all sign what has to outlive a rotation.

    UnusableKeyError where others than the owner may read the file, or a line is no key. OSError as it comes.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise UnusableKeyError(
            f"{path}: mode {mode:04o}, expected {OWNER_ONLY:04o}: others may read this private key; "
            f"run chmod 600 {path}, and rotate the key if somebody could have"
        )
    return tuple(_per_line(path, SigningKey.parse))


def load_verifier_keys(path: Path) -> tuple[VerifierKey, ...]:
    """The verifier keys of a file, one a line. UnusableKeyError where a line is none. OSError as it comes."""
    return tuple(_per_line(path, VerifierKey.parse))


def save_new_key(path: Path, key: SigningKey) -> None:
    """Write the key to a new file that only the owner may read. FileExistsError rather than lose an older key."""
    _write_private(path, [key])


def replace_keys(path: Path, keys: Sequence[SigningKey]) -> None:
    """Write these keys, newest first, in place of those in the file: whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    _write_private(beside, keys)
    beside.replace(path)


def _write_private(path: Path, keys: Sequence[SigningKey]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, OWNER_ONLY)  # whatever the umask
        file.writelines(f"{key.reveal()}\n" for key in keys)
        file.flush()
        os.fsync(descriptor)


def _per_line(path: Path, parse: Callable[[str], Key]) -> Iterator[Key]:
    """What `parse` makes of each line that is not blank: at least one, at most MOST_KEYS."""
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise UnusableKeyError(f"{path}: over {LARGEST_FILE:,} bytes; a key file has one key a line")
    lines = [line for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
    if not 0 < len(lines) <= MOST_KEYS:
        raise UnusableKeyError(f"{path}: {len(lines)} keys; expected 1 to {MOST_KEYS}, one a line")
    for number, line in enumerate(lines, 1):
        try:
            yield parse(line)
        except UnusableKeyError as error:
            raise UnusableKeyError(f"{path}: key {number}: {error}") from error


def _three_parts(text: str, what: str) -> tuple[str, str, str]:
    parts = text.split("+", 2)  # base64 may hold a plus sign itself, a name may not
    if len(parts) != 3:
        raise UnusableKeyError(f"this is not {what}")
    return parts[0], parts[1], parts[2]


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise UnusableKeyError(
            f"{name[:60]!r} is no key name: 1 to {LONGEST_NAME} characters without blanks and '+', "
            "such as learning.example.org/audit"
        )
    return name


def _ed25519(text: str, what: str) -> bytes:
    """The 32 bytes of an Ed25519 key behind its type byte."""
    try:
        raw = decoded(text)
    except ValueError as error:
        raise UnusableKeyError(f"the {what} is {error}") from error
    if raw[:1] != ED25519 or len(raw) != 33:
        raise UnusableKeyError(
            f"the {what} is of type {raw[:1].hex() or 'none'} with {max(len(raw) - 1, 0)} bytes; "
            "expected type 01 (Ed25519) with 32"
        )
    return raw[1:]
