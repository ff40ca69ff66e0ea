"""Where the records of a JSON document lie, and what stands between them. Knows brackets, not values.

Reading has chosen one list of the document; it is found again by its first record.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from trueup.reconcile.formats.encoding import Encoding
from trueup.reconcile.formats.json_records import bytes_of
from trueup.reconcile.formats.json_scan import Broken, CutOff, Scanner
from trueup.reconcile.formats.problem import UnreadableFile, unreadable
from trueup.reconcile.formats.source import Source

_WITHIN = 3  # objects within one another among which reading looks for the list


@dataclass(frozen=True, slots=True)
class Piece:
    """A record with what stands before it (line ends, commas, brackets); the last piece has no record."""

    before: bytes
    raw: bytes
    number: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a list: by which names it is reached, its first byte, and its text."""

    path: tuple[str, ...]
    start: int
    raw: bytes


def spans(source: Source, encoding: Encoding, first: dict[str, object]) -> Iterator[Piece]:
    """Every member of the list whose first record this is, numbered from 1; last what follows them all.

    The bytes are UTF-8 whatever the file is in. Raises UnreadableFile where the document is broken.
    """
    path = _path_to(source, encoding, first)
    with bytes_of(source, encoding) as read, bytes_of(source, encoding) as read_again:
        copy = _Copy(read_again)
        number = 0
        for member in _members(source, read):
            if member.path == path:
                number += 1
                before = copy.up_to(member.start)
                yield Piece(before, copy.up_to(member.start + len(member.raw)), number)
        yield Piece(copy.rest(), b"", 0)


def _path_to(source: Source, encoding: Encoding, first: dict[str, object]) -> tuple[str, ...]:
    with bytes_of(source, encoding) as read:
        for member in _members(source, read):
            if member.raw.startswith(b"{") and _value(member.raw) == first:
                return member.path
    raise unreadable(source.shown, "the list of records is not found again", "the file as it was checked")


def _value(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _members(source: Source, read: Callable[[], bytes]) -> Iterator[Member]:
    def too_large(byte: int) -> UnreadableFile:
        return unreadable(
            source.shown, f"a record that starts at byte {byte + 1:,} is too large to be written"
        )

    scanner = Scanner(read, source.limits.record, too_large)
    try:
        yield from _inside(scanner, ())
    except (CutOff, Broken) as error:
        raise unreadable(source.shown, "the JSON text is cut off or broken", "valid JSON") from error


def _inside(scanner: Scanner, path: tuple[str, ...]) -> Iterator[Member]:
    """The members of all lists in the value that starts here; past it afterwards."""
    start = scanner.peek()
    if start == b"[":
        for _ in _items(scanner, b"[", b"]"):
            if scanner.peek() == b"[":
                for _ in _items(scanner, b"[", b"]"):
                    yield _member(scanner, path)
            else:
                yield _member(scanner, path)
    elif start == b"{" and len(path) < _WITHIN:
        for _ in _items(scanner, b"{", b"}"):
            scanner.peek()
            key = str(_value(scanner.string()))
            scanner.take(b":")
            yield from _inside(scanner, (*path, key))
    else:
        _taken(scanner)


def _items(scanner: Scanner, opening: bytes, closing: bytes) -> Iterator[None]:
    """Stops at each item between two brackets; whoever is given one takes it."""
    scanner.take(opening)
    if scanner.peek() == closing:
        scanner.take(closing)
        return
    while True:
        yield
        if scanner.take(b"," + closing) == closing:
            return


def _member(scanner: Scanner, path: tuple[str, ...]) -> Member:
    scanner.peek()
    start = scanner.byte
    return Member(path, start, _taken(scanner))


def _taken(scanner: Scanner) -> bytes:
    if scanner.peek() in {b"{", b"["}:
        return scanner.container(keep=True)[0]
    return scanner.scalar()


class _Copy:
    """The same bytes once more, from where one left off."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._held = b""
        self._at = 0  # of the file, where `_held` begins

    def up_to(self, stop: int) -> bytes:
        """The bytes from where one left off up to this one."""
        while self._at + len(self._held) < stop and (block := self._read()):
            self._held += block
        said, self._held = self._held[: stop - self._at], self._held[stop - self._at :]
        self._at = stop
        return said

    def rest(self) -> bytes:
        """All that is left."""
        parts = [self._held]
        while block := self._read():
            parts.append(block)
        self._held = b""
        return b"".join(parts)
