"""CSV and its kin, written again byte by byte but for the cells that change. Knows quoting, not columns.

The bytes of a line are kept beside its text, so that an untouched row is copied whatever is in it.
"""

import codecs
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from trueup.reconcile.formats.dialect import dialect_of
from trueup.reconcile.formats.encoding import LONG, Encoding, encoding_of, text_blocks
from trueup.reconcile.formats.problem import Hints, unreadable
from trueup.reconcile.formats.rows import Cut, Dialect, cut
from trueup.reconcile.formats.shapes import Grid
from trueup.reconcile.formats.source import BLOCK, Source
from trueup.reconcile.rewriting.rows import Decide, Edit

_SAMPLE = 1 << 18  # characters
_CHUNK = 2_000_000  # bytes of lines that are decided on together
_LONGEST = 64 << 20  # bytes of one line
_QUOTED = re.compile(r'(?:[^"]++|"")*+')
_END = re.compile(r"[\r\n]")


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line: its bytes, and its text as far as rows are cut from it."""

    raw: bytes
    text: str


@dataclass(slots=True)
class DelimitedRows:
    """The rows of some lines."""

    lines: list[int]
    texts: list[list[str]]
    header: tuple[str, ...]
    width: int
    encode: Callable[[str], bytes]

    def cell(self, place: int, column: int) -> str | None:
        """The text of a cell."""
        row = self.texts[place]
        return row[column] if column < len(row) else None

    def whole(self, place: int) -> dict[str, str | None]:
        """All cells of a row, by their headers."""
        row = self.texts[place]
        names = [name or f"column {number + 1}" for number, name in enumerate(self.header)]
        return dict(zip(names, row, strict=False))

    def slid(self, place: int) -> bool:
        """Whether the row has another width than most."""
        return len(self.texts[place]) != self.width

    def holds(self, _column: int, text: str | None) -> bool:
        """Whether the encoding has all its letters."""
        try:
            self.encode(text or "")
        except UnicodeEncodeError:
            return False
        return True


def rewrite_delimited(source: Source, grid: Grid, hints: Hints, into: IO[bytes], decide: Decide) -> None:
    """Write a text table again. Raises UnreadableFile where its bytes can't be told apart into lines."""
    encoding = encoding_of(source, source.head(), hints.encoding)
    dialect = _dialect(source, encoding, grid)
    lines = _Lines(source, encoding)
    into.write(lines.mark)
    table = _Table(grid, dialect, lines.encode)
    held: list[Line] = []
    number, size = 1, 0
    for line in lines:
        held.append(line)
        size += len(line.raw)
        if size >= _CHUNK:
            used = table.carry(held, number, into, decide, source, last=False)
            del held[:used]
            number += used
            size = sum(len(one.raw) for one in held)
    table.carry(held, number, into, decide, source, last=True)


def _dialect(source: Source, encoding: Encoding, grid: Grid) -> Dialect:
    """The dialect that reading took: its delimiter, and whether a blank follows it."""
    blocks = text_blocks(source, encoding)
    sample = next(blocks, "")[:_SAMPLE]
    blocks.close()
    return dialect_of(sample, complete=False, delimiter=grid.delimiter, limits=source.limits)


class _Lines:
    """The physical lines of a file, as reading counts them: after each LF, CR or CRLF."""

    def __init__(self, source: Source, encoding: Encoding) -> None:
        self._source = source
        self._codec = encoding.codec
        self._wide = encoding.codec.startswith(("utf-16", "utf-32"))
        self._errors = "surrogatepass" if self._wide else "surrogateescape"
        self._length = encoding.mark
        self.mark = source.head()[: encoding.mark]

    def encode(self, text: str) -> bytes:
        """Text as bytes of the file's encoding; UnicodeEncodeError where it has no such letter."""
        return text.encode(self._codec, self._errors)

    def __iter__(self) -> Iterator[Line]:
        reader = self._source.open()
        try:
            left = self._length
            while left and (block := reader.read(left)):
                left -= len(block)
            yield from self._wide_lines(reader.read) if self._wide else self._narrow_lines(reader.read)
        finally:
            reader.close()

    def _narrow_lines(self, read: Callable[[int], bytes]) -> Iterator[Line]:
        rest = b""
        while block := read(BLOCK):
            *whole, rest = _split(rest + block)
            for raw in whole:
                yield self._line(raw)
            if len(rest) > _LONGEST:
                raise unreadable(
                    self._source.shown,
                    "a line is too long to be written again",
                    f"at most {_LONGEST:,} bytes",
                    "more",
                    "Export it again; a line end may be missing.",
                )
        for raw in rest.splitlines(keepends=True):
            yield self._line(raw)

    def _line(self, raw: bytes) -> Line:
        limit = self._source.limits.record
        if len(raw) > limit:
            return Line(raw, raw[:limit].decode(self._codec, "replace") + LONG + "\n")
        return Line(raw, raw.decode(self._codec, self._errors))

    def _wide_lines(self, read: Callable[[int], bytes]) -> Iterator[Line]:
        decoder = codecs.getincrementaldecoder(self._codec)(self._errors)
        rest = ""
        try:
            while block := read(BLOCK):
                *whole, rest = _split_text(rest + decoder.decode(block))
                for text in whole:
                    yield Line(self.encode(text), text)
            rest += decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise unreadable(
                self._source.shown,
                "the file has bytes that are no text in its encoding",
                f"text in {self._codec}",
                "half a letter",
                "Export it again; it can be checked, but not written again.",
            ) from error
        for text in io.StringIO(rest, newline=""):
            yield Line(self.encode(text), text)


def _split(data: bytes) -> list[bytes]:
    """Whole lines, and last what may go on: a line without end, or with a CR that an LF may follow."""
    lines = data.splitlines(keepends=True)
    if lines and lines[-1].endswith(b"\n"):
        lines.append(b"")
    return lines or [b""]


def _split_text(data: str) -> list[str]:
    lines = list(io.StringIO(data, newline=""))
    if lines and lines[-1].endswith("\n"):
        lines.append("")
    return lines or [""]


class _Table:
    """The rows below a header, with what changes in them."""

    def __init__(self, grid: Grid, dialect: Dialect, encode: Callable[[str], bytes]) -> None:
        self._grid = grid
        self._dialect = dialect
        self._encode = encode
        self._width = 0

    def carry(
        self, held: list[Line], first: int, into: IO[bytes], decide: Decide, source: Source, *, last: bool
    ) -> int:
        """Write the lines whose rows are complete, with what `decide` changes; answers how many lines that are."""
        done = cut([line.text for line in held], self._dialect, source.limits, last=last)
        below = [place for place, start in enumerate(done.starts) if first + start > self._grid.header_line]
        rows = DelimitedRows(
            [first + done.starts[place] for place in below],
            [done.rows[place] for place in below],
            self._grid.header,
            self._usual(done),
            self._encode,
        )
        edits = decide(rows) if below else {}
        by_start = {
            done.starts[below[place]]: (done.rows[below[place]], edit) for place, edit in edits.items()
        }
        self._write(held, done, by_start, into)
        return done.used

    def _usual(self, done: Cut) -> int:
        """The width that most rows of the first lines have; a delimiter at every row's end makes it one more."""
        if not self._width and done.rows:
            self._width = Counter(map(len, done.rows)).most_common(1)[0][0]
        return self._width

    def _write(
        self, held: list[Line], done: Cut, edits: Mapping[int, tuple[list[str], Edit]], into: IO[bytes]
    ) -> None:
        stops = sorted({*done.starts, *(fault.index for fault in done.faults), done.used})
        after = dict(itertools.pairwise(stops))
        at = 0
        while at < done.used:
            if at not in edits:
                into.write(held[at].raw)
                at += 1
                continue
            row, edit = edits[at]
            stop = after[at]
            text = "".join(line.text for line in held[at:stop])
            into.write(self._encode(edited(text, row, edit, self._dialect)))
            at = stop


def edited(text: str, row: list[str], edit: Edit, dialect: Dialect) -> str:
    r"""The text of one row (and of blank lines after it) with what changes; the other cells as they are.

    >>> edited('a, "b",c\r\n', ["a", ' "b"', "c"], Edit(cells={2: "x,y"}), Dialect(","))
    'a, "b","x,y"\r\n'
    """
    parts, rest = segments(text, dialect)
    if edit.removed:
        return _after_line_end(rest)
    if len(parts) != len(row):
        parts = [_cell(cell, "", dialect, alone=len(row) == 1) for cell in row]
    for column, value in edit.cells.items():
        parts[column] = _cell(value or "", parts[column], dialect, alone=len(parts) == 1)
    return dialect.delimiter.join(parts) + rest


def _after_line_end(rest: str) -> str:
    return rest[2:] if rest.startswith("\r\n") else rest[1:]


def segments(text: str, dialect: Dialect) -> tuple[list[str], str]:
    """The cells of the first row as they are written, quotes and all; and the text from its line end on."""
    parts: list[str] = []
    begin = 0
    while True:
        at = begin
        while dialect.blank_after and text[at : at + 1] == " ":
            at += 1
        if text[at : at + 1] == '"':
            at = _QUOTED.match(text, at + 1).end() + 1  # type: ignore[union-attr]  # it matches nothing at all, too
        found = _END.search(text, at)
        stop = found.start() if found else len(text)
        cut_at = text.find(dialect.delimiter, at, stop)
        if cut_at < 0:
            return [*parts, text[begin:stop]], text[stop:]
        parts.append(text[begin:cut_at])
        begin = cut_at + 1


def _cell(value: str, before: str, dialect: Dialect, *, alone: bool) -> str:
    """A value as a cell, quoted where it has to be or where the cell was quoted before."""
    blank = " " if dialect.blank_after and before.startswith(" ") else ""
    quoted = before.lstrip(" " if dialect.blank_after else "").startswith('"')
    needs = any(sign in value for sign in (dialect.delimiter, '"', "\r", "\n")) or value.startswith(" ")
    if quoted or needs or (alone and not value):
        value = '"' + value.replace('"', '""') + '"'
    return blank + value
