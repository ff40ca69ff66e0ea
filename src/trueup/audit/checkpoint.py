"""The signed head of the log (C2SP tlog-checkpoint): origin, size, root. Knows no tile and no key's file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trueup.audit.merkle import EMPTY_ROOT, HASH_BYTES, LARGEST_TREE
from trueup.kit.base64_text import decoded, encoded
from trueup.kit.signed_note import Note, parse_note, sign_note, verified_by
from trueup.kit.signing import SigningKey, VerifierKey

LONGEST_ORIGIN = 255  # characters

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class NotACheckpointError(ValueError):
    """A text that is no checkpoint: `str` says which line is wrong, and what was expected there."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's head at one size."""

    origin: str
    size: int  # leaves
    root: bytes  # 32 bytes
    extensions: tuple[str, ...] = ()  # lines that others may add; ours has none

    def text(self) -> str:
        """The note's text: a line each (tlog-checkpoint, "Note text")."""
        lines = (self.origin, str(self.size), encoded(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The head of a note's text, spelled exactly as `text` spells it. NotACheckpointError where it is none."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise NotACheckpointError(
                "expected three lines or more, none empty: origin, size and root of the tree"
            )
        origin, size, root = lines[:3]
        if len(origin) > LONGEST_ORIGIN:
            raise NotACheckpointError(
                f"line 1: an origin of {len(origin)} characters; at most {LONGEST_ORIGIN}"
            )
        if not _SIZE.fullmatch(size) or int(size) > LARGEST_TREE:
            raise NotACheckpointError(
                f"line 2: {size[:40]!r} is no tree size: expected 0 to {LARGEST_TREE}, in digits"
            )
        try:
            hashed = decoded(root)
        except ValueError as error:
            raise NotACheckpointError(f"line 3: the root hash is {error}") from error
        if len(hashed) != HASH_BYTES:
            raise NotACheckpointError(f"line 3: a root hash of {len(hashed)} bytes; expected {HASH_BYTES}")
        if size == "0" and hashed != EMPTY_ROOT:
            raise NotACheckpointError("line 3: an empty tree has the SHA-256 of nothing as its root")
        return cls(origin, int(size), hashed, tuple(lines[3:]))


def signed(checkpoint: Checkpoint, keys: Sequence[SigningKey]) -> str:
    """The checkpoint as a note, signed by each key: during a rotation by the new and the old one."""
    return sign_note(checkpoint.text(), keys)


def read(raw: bytes) -> tuple[Checkpoint, Note]:
    """The head and the note that says it; no signature is verified. NotANoteError, NotACheckpointError."""
    note = parse_note(raw)
    return Checkpoint.parse(note.text), note


def opened(raw: bytes, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, tuple[VerifierKey, ...]]:
    """The head, and the keys that signed it. As `read`, and UnsignedError where none of these keys did."""
    checkpoint, note = read(raw)
    return checkpoint, verified_by(note, keys)
