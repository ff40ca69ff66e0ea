"""Text signed by one or more keys (C2SP signed-note 1.0). Knows no key's file and not what the text says."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from trueup.kit.base64_text import decoded, encoded
from trueup.kit.signing import SigningKey, VerifierKey

LARGEST_NOTE = 256 * 1024  # bytes; ours have 250, a post-quantum cosignature adds nearly 7,000
MOST_SIGNATURES = 64  # the specification wants at least 16

_DASH = "\N{EM DASH} "


class NotANoteError(ValueError):
    """The bytes are no signed note: `str` says which rule they break, and where."""


class UnsignedError(ValueError):
    """A note that no key given vouches for: nobody signed it, or the text is not the one that was signed."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who says to have signed, with which key, and the bytes."""

    name: str
    key_id: bytes  # 4 bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """The text, with its last newline, and what is said to have signed it. Nothing in it is verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]


def sign_note(text: str, keys: Sequence[SigningKey]) -> str:
    """The note: the text, a blank line, a signature line for each key in their order.

    `text` ends with a newline and has no other control character. ValueError where it does not.
    """
    if not text.endswith("\n") or _control_characters(text):
        raise ValueError("the text of a note ends with a newline and has no other control character")
    lines = [f"{_DASH}{key.name} {encoded(key.verifier.key_id + key.sign(text.encode()))}\n" for key in keys]
    if not lines:
        raise ValueError("a note needs at least one key to sign it")
    return f"{text}\n{''.join(lines)}"


def parse_note(raw: bytes) -> Note:
    """The parts of a note, nothing verified. NotANoteError where a rule of the format is broken."""
    if len(raw) > LARGEST_NOTE:
        raise NotANoteError(f"a note of {len(raw):,} bytes; at most {LARGEST_NOTE:,} are read")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotANoteError(f"byte {error.start} is no UTF-8") from error
    if found := _control_characters(whole):
        raise NotANoteError(f"a control character (U+{ord(found[0]):04X}) in the note")
    text, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NotANoteError("a note is a text, a blank line and signature lines that end with a newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NotANoteError(f"{len(lines)} signature lines; at most {MOST_SIGNATURES} are read")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def verified_by(note: Note, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The keys that signed the note, at least one; signatures of unknown keys are ignored (signed-note, "Signatures").

    UnsignedError where a known key's signature does not verify, or no known key signed.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or key in found:
            continue
        if not key.verifies(signature.signature, note.text.encode()):
            raise UnsignedError(
                f"the signature of {key.name} (key id {key.key_id.hex()}) does not fit: text or signature was changed"
            )
        found.append(key)
    if not found:
        signers = ", ".join(f"{s.name} (key id {s.key_id.hex()})" for s in note.signatures)
        wanted = ", ".join(f"{key.name} (key id {key.key_id.hex()})" for key in keys) or "no key"
        raise UnsignedError(f"signed by {signers}; expected {wanted}")
    return tuple(found)


def _signature(line: str) -> NoteSignature:
    name, blank, base64 = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not name or _spaced(name):
        raise NotANoteError(f"no signature line: {line[:60]!r}; expected '\N{EM DASH} name base64'")
    try:
        signed = decoded(base64)
    except ValueError as error:
        raise NotANoteError(f"the signature of {name} is {error}") from error
    if len(signed) < 5:
        raise NotANoteError(f"the signature of {name} has {len(signed)} bytes; at least 5 are needed")
    return NoteSignature(name, signed[:4], signed[4:])


def _spaced(name: str) -> bool:
    return "+" in name or any(unicodedata.category(c).startswith("Z") for c in name)


def _control_characters(text: str) -> list[str]:
    return [c for c in text if c < " " and c != "\n"]
