"""JSON Lines and JSON documents, written again but for the records that change. Knows brackets, not columns."""

import codecs
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

import msgspec

from trueup.model.relations import Kind
from trueup.reconcile.formats.encoding import Encoding
from trueup.reconcile.formats.json_records import bytes_of, json_encoding
from trueup.reconcile.formats.problem import unreadable
from trueup.reconcile.formats.shapes import Records
from trueup.reconcile.formats.source import Source
from trueup.reconcile.recognise.sampling import value_at
from trueup.reconcile.recognise.translating import plain
from trueup.reconcile.rewriting.json_spans import Piece, spans
from trueup.reconcile.rewriting.json_values import changed, number_like
from trueup.reconcile.rewriting.rows import Decide, Edit, Reading

_CHUNK = 4 << 20  # bytes of records that are decided on together
_LONGEST = 64 << 20  # bytes of one line


Join = Callable[[Piece, bytes | None], bytes]
"""A piece as it is written, with its record's new text; None where it goes."""


@dataclass(slots=True)
class JsonRows:
    """Some records of a file."""

    lines: list[int]
    records: list[dict[str, object]]
    header: Sequence[str]
    numbers: set[str] = field(default_factory=set)

    def cell(self, place: int, column: int) -> str | None:
        """The text of a cell."""
        return plain(value_at(self.records[place], self.header[column]), Kind.LIST, nested=True)[0]

    def whole(self, place: int) -> dict[str, str | None]:
        """All cells of a row, by their headers."""
        return {key: plain(value, Kind.LIST, nested=True)[0] for key, value in self.records[place].items()}

    def slid(self, _place: int) -> bool:
        """Never: each value has its own name or column."""
        return False

    def holds(self, column: int, text: str | None) -> bool:
        """Whether the text is a value of the column's kind."""
        return text is None or self.header[column] not in self.numbers or number_like(text)


def rewrite_json(source: Source, table: Records, to_read: Reading, into: IO[bytes], decide: Decide) -> None:
    """Write a file of JSON records again: one record a line, or a document with a list of them.

    Raises UnreadableFile where it can't be read to its end.
    """
    encoding = json_encoding(source, source.head(), to_read.hints)
    into.write(source.head()[: encoding.mark])
    target = _Recoded(into, encoding)
    pieces: Iterator[Piece] = _lines(source, encoding)
    join: Join = _as_lines
    if table.format == "json":
        first = next((record for _, record in table.records()), {})
        pieces, join = spans(source, encoding, first), _Commas()
    numbers: set[str] = set()  # the keys that have held a number
    for some in _chunks(pieces):
        for piece, raw in _decided(some, to_read.keys, numbers, decide):
            target.write(join(piece, raw))


def _decided(
    some: list[Piece], keys: Sequence[str], numbers: set[str], decide: Decide
) -> Iterator[tuple[Piece, bytes | None]]:
    """Each piece with the new text of its record; None where the record goes."""
    read = [(place, record) for place, piece in enumerate(some) if (record := _record(piece.raw)) is not None]
    rows = JsonRows([some[place].number for place, _ in read], [record for _, record in read], keys, numbers)
    _note_numbers(rows)
    edits: Mapping[int, Edit] = decide(rows) if read else {}
    by_place = {read[place][0]: edit for place, edit in edits.items()}
    for place, piece in enumerate(some):
        edit = by_place.get(place)
        if edit is None:
            yield piece, piece.raw
        elif edit.removed:
            yield piece, None
        else:
            values = {keys[column]: text for column, text in edit.cells.items()}
            yield piece, _kept_around(piece.raw, changed(piece.raw.strip(), values, numbers))


def _kept_around(raw: bytes, text: bytes) -> bytes:
    start = len(raw) - len(raw.lstrip())
    return raw[:start] + text + raw[len(raw.rstrip()) :]


def _record(raw: bytes) -> dict[str, object] | None:
    """The record; None for what is none: it is copied, and nothing is known to be wrong in it."""
    try:
        value = msgspec.json.decode(raw) if raw.strip() else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _note_numbers(rows: JsonRows) -> None:
    """Which keys have held a number so far."""
    for record in rows.records[:200]:
        rows.numbers.update(
            key
            for key in rows.header
            if isinstance(value := value_at(record, key), int | float) and not isinstance(value, bool)
        )


def _chunks(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    some: list[Piece] = []
    size = 0
    for piece in pieces:
        some.append(piece)
        size += len(piece.raw) + len(piece.before)
        if size >= _CHUNK:
            yield some
            some, size = [], 0
    if some:
        yield some


def _lines(source: Source, encoding: Encoding) -> Iterator[Piece]:
    """Each line with its end; the numbers are those that reading counts."""
    numbers = itertools.count(1)
    with bytes_of(source, encoding) as read:
        rest = b""
        while block := read():
            *whole, rest = (rest + block).split(b"\n")
            for raw in whole:
                yield Piece(b"", raw + b"\n", next(numbers))
            if len(rest) > _LONGEST:
                raise unreadable(
                    source.shown,
                    "a line is too long to be written again",
                    f"at most {_LONGEST:,} bytes",
                    "more",
                )
        if rest:
            yield Piece(b"", rest, next(numbers))


def _as_lines(_piece: Piece, raw: bytes | None) -> bytes:
    return raw or b""


class _Commas:
    """Puts a document together again: of a record that goes, one comma goes too."""

    def __init__(self) -> None:
        self._any = False

    def __call__(self, piece: Piece, raw: bytes | None) -> bytes:
        if not piece.raw:
            return piece.before  # the end of the document
        before = piece.before
        opening = b""
        if b"[" in before:
            self._any, opening, before = False, before, b""
        if raw is None:
            return opening
        said = opening + (before if self._any else b"") + raw
        self._any = True
        return said


class _Recoded:
    """Writes UTF-8 text in the file's own encoding."""

    def __init__(self, into: IO[bytes], encoding: Encoding) -> None:
        self._into = into
        self._codec = encoding.codec
        self._plain = encoding.codec == "utf-8"
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")

    def write(self, data: bytes) -> None:
        """Write some of it."""
        if not self._plain:
            data = self._decoder.decode(data).encode(self._codec, "surrogatepass")
        self._into.write(data)
