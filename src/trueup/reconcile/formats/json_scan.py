"""JSON text, piece by piece, in bounded memory and depth. Knows brackets and strings, not values.

A structural scanner of our own, because a value that can't be decoded must cost one record, not the
rest of the file, and no nesting or number may bring the process down.
"""

import re
from collections.abc import Callable

from trueup.reconcile.formats.problem import UnreadableFile

STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:' + STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
_STRING = re.compile(STRING, re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^ \t\r\n,\[\]{}\":]++")
_BLOCK = 1 << 20


class CutOff(Exception):  # noqa: N818 - an outcome, not a defect
    """The text ends inside a value."""


class Broken(Exception):  # noqa: N818 - an outcome, not a defect
    """Something stands where it can't. Says what was expected; `at` is the byte, 1 the first."""

    def __init__(self, expected: str, at: int) -> None:
        super().__init__(expected)
        self.expected = expected
        self.at = at


class Scanner:
    """A place in a JSON text. `limit` bounds the bytes held at once: one record, one string."""

    __slots__ = ("_ended", "_held", "_limit", "_passed", "_place", "_read", "_too_large")

    def __init__(
        self, read: Callable[[], bytes], limit: int, too_large: Callable[[int], UnreadableFile]
    ) -> None:
        self._read = read
        self._limit = limit
        self._too_large = too_large
        self._held = b""
        self._place = 0
        self._passed = 0
        self._ended = False

    @property
    def byte(self) -> int:
        """The number of bytes passed so far."""
        return self._passed + self._place

    @property
    def end(self) -> int:
        """The number of bytes read so far."""
        return self._passed + len(self._held)

    def more(self, keep: int) -> bool:
        """Reads on, keeping what is held from `keep`; False at the end of the text."""
        if self._ended:
            return False
        if len(self._held) - keep > self._limit:
            raise self._too_large(self._passed + keep)
        block = self._read()
        if not block:
            self._ended = True
            return False
        self._held = self._held[keep:] + block
        self._passed += keep
        self._place -= keep
        return True

    def peek(self) -> bytes:
        """The next byte that is no blank, not taken; b"" at the end of the text."""
        found = self._held[self._place : self._place + 1]
        if found > b" ":  # the usual case, where nothing is to be passed over
            return found
        while True:
            self._place = _SPACE.match(self._held, self._place).end()  # type: ignore[union-attr]  # matches always
            if self._place < len(self._held):
                return self._held[self._place : self._place + 1]
            if not self.more(self._place):
                return b""

    def take(self, one_of: bytes) -> bytes:
        """The next byte, which must be one of these; CutOff at the end, Broken at any other."""
        found = self.peek()
        if not found:
            raise CutOff
        if found not in one_of:
            raise Broken(" or ".join(chr(byte) for byte in one_of), self.byte + 1)
        self._place += 1
        return found

    def string(self) -> bytes:
        """The string that starts here, with its quotes."""
        while not (found := _STRING.match(self._held, self._place)):
            if not self.more(self._place):
                raise CutOff
        self._place = found.end()
        return found.group()

    def scalar(self) -> bytes:
        """The string, number or word that starts here."""
        start = self.peek()
        if not start:
            raise CutOff
        if start == b'"':
            return self.string()
        while (found := _SCALAR.match(self._held, self._place)) and found.end() == len(self._held):
            if not self.more(self._place):
                raise CutOff
        if not found:
            raise Broken("a value", self.byte + 1)
        self._place = found.end()
        return found.group()

    def container(self, *, keep: bool, inside: bool = False) -> tuple[bytes, int]:
        """Past the object or list that starts here (or around here): its bytes (b"" unless kept) and its depth."""
        start = place = self._place
        depth = deepest = int(inside)
        while True:
            found = _BRACKET.match(self._held, place)
            if not found:
                before = self._passed
                if not keep:
                    start = place
                if not self.more(start):
                    raise CutOff
                place -= self._passed - before
                start -= self._passed - before
                continue
            place = found.end()
            if found.group(1) in b"{[":
                depth += 1
                deepest = max(deepest, depth)
            else:
                depth -= 1
                if not depth:
                    self._place = place
                    return (self._held[start:place] if keep else b""), deepest
