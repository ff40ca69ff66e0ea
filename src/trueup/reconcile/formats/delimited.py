"""CSV and its kin to a grid. Knows lines, rows and widths, not what a column means."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from trueup.reconcile.formats.dialect import announced_delimiter, declared_delimiter, dialect_of
from trueup.reconcile.formats.encoding import BAD, LONG, Encoding, encoding_of, text_blocks
from trueup.reconcile.formats.problem import Hints, Limits, Problem, Problems, UnreadableFile, unreadable
from trueup.reconcile.formats.rows import Dialect, Fault, cut
from trueup.reconcile.formats.shapes import CHUNK_ROWS, CHUNK_TEXT, Grid, GridChunk
from trueup.reconcile.formats.source import Source

_RAGGED = (
    "Correct the row, or export again; a delimiter or quote inside a cell may have been left without quotes."
)
_TODO = "Correct the row in the source and export again; the other rows were read."
_SAMPLE = 1 << 18
_BLOCK = 1 << 16  # bytes; larger ones are read slower
_LINE_END = re.compile(r"[\r\n]")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows as cut, with the line each starts in; `bad` says that the text they are from has NUL or bad bytes."""

    rows: list[list[str]]
    lines: list[int]
    faults: list[tuple[int, Fault]]
    bad: bool
    text: int


def open_delimited(source: Source, head: bytes, hints: Hints) -> Grid:
    """The grid of a text table; UnreadableFile where it has no header."""
    encoding = encoding_of(source, head, hints.encoding)
    sample, complete = _sample(source, encoding)
    announced = announced_delimiter(sample)
    declared = declared_delimiter(source.shown, hints.delimiter) if hints.delimiter else None
    delimiter = declared or announced
    table = sample.split("\n", 1)[1] if announced and "\n" in sample else sample
    dialect = dialect_of(table, complete=complete, delimiter=delimiter, limits=source.limits)
    skipped = 1 if announced else 0
    header, header_line = _header(source, encoding, dialect, skipped)

    def scan(problems: list[Problem]) -> Iterator[GridChunk]:
        noted = Problems(source.shown, problems, source.limits.problems)
        return _chunks(_batches(source, encoding, dialect), len(header), header_line, noted)

    return Grid(
        source.shown,
        "csv",
        header,
        header_line,
        encoding.codec,
        dialect.delimiter,
        None,
        scan,
        (*encoding.remarks, *_undivided(source, header, declared)),
    )


def _sample(source: Source, encoding: Encoding) -> tuple[str, bool]:
    blocks = text_blocks(source, encoding)
    text = next(blocks, "")
    while len(text) < _SAMPLE and (more := next(blocks, "")):
        text += more
    complete = len(text) <= _SAMPLE and not next(blocks, "")
    blocks.close()
    return text[:_SAMPLE], complete


def _header(
    source: Source, encoding: Encoding, dialect: Dialect, skipped: int
) -> tuple[tuple[str, ...], int]:
    """The first row with text, below so many lines, and the line it starts in."""
    for batch in _batches(source, encoding, dialect):
        found: list[tuple[int, list[str] | Fault]] = [
            *zip(batch.lines, batch.rows, strict=True),
            *batch.faults,
        ]
        for line, row in sorted(found, key=_by_line):
            if line <= skipped:
                continue
            if isinstance(row, Fault):
                raise _no_header(source, line, row.what, row.expected, row.actual)
            if len(row) == 1 and not row[0].strip():
                continue
            if batch.bad and (wrong := _wrong(row)):
                raise _no_header(source, line, wrong, "text", "")
            if len(row) > source.limits.columns:
                most = f"at most {source.limits.columns:,}"
                raise _no_header(source, line, "it has too many columns", most, f"{len(row):,}")
            return tuple(row), line
    raise unreadable(
        source.shown, "the file holds only blank lines", "a header, then rows", "no text", "Export it again."
    )


def _by_line(numbered: tuple[int, list[str] | Fault]) -> int:
    return numbered[0]


def _no_header(source: Source, line: int, what: str, expected: str, actual: str) -> UnreadableFile:
    return unreadable(
        source.shown, f"the header can't be read: {what}", expected, actual, "Export it again.", line=line
    )


def _undivided(source: Source, header: tuple[str, ...], delimiter: str | None) -> tuple[Problem, ...]:
    """A remark where the declared delimiter divides nothing."""
    if delimiter is None or len(header) > 1:
        return ()
    return (
        Problem(
            source.shown,
            None,
            "the declared delimiter does not stand in the header",
            f"cells divided by {delimiter!r}",
            "one cell",
            "Correct `delimiter` for this file in the settings, or remove it to have it recognised.",
        ),
    )


def _wrong(row: list[str]) -> str | None:
    """What bars a row that has characters no text has; None for a sound one."""
    if any("\0" in cell for cell in row):
        return "a NUL byte inside a cell"
    if any(LONG in cell for cell in row):
        return "the line is too long"
    if any(BAD in cell for cell in row):
        return "bytes that are no text in the file's encoding"
    return None


def _chunks(batches: Iterator[Batch], width: int, header_line: int, noted: Problems) -> Iterator[GridChunk]:
    """Rows are turned into columns batch by batch, while the processor's cache still holds them."""
    lines: list[int] = []
    columns: list[list[str | None]] = [[] for _ in range(width)]
    text = 0
    for batch in batches:
        good_rows, good_lines = _sound(batch, width, header_line, noted)
        lines += good_lines
        for column, cells in zip(columns, zip(*good_rows, strict=True), strict=False):  # no rows, no cells
            column.extend(cells)
        text += batch.text
        if len(lines) >= CHUNK_ROWS or text >= CHUNK_TEXT:
            if lines:
                yield GridChunk(lines, columns)
            lines, columns, text = [], [[] for _ in range(width)], 0
    if lines:
        yield GridChunk(lines, columns)


def _sound(batch: Batch, width: int, header_line: int, noted: Problems) -> tuple[list[list[str]], list[int]]:
    """The rows that can be used, and their lines; a problem for each other one, in the order of lines."""
    rows, lines = batch.rows, batch.lines
    if lines and lines[0] <= header_line:
        below = next((place for place, line in enumerate(lines) if line > header_line), len(lines))
        rows, lines = rows[below:], lines[below:]
    if not batch.faults and not batch.bad and set(map(len, rows)) <= {width}:
        return rows, lines
    found: list[tuple[int, str, str, str, str]] = [
        (line, fault.what, fault.expected, fault.actual, _TODO)
        for line, fault in batch.faults
        if line > header_line
    ]
    good_rows: list[list[str]] = []
    good_lines: list[int] = []
    for line, row in zip(lines, rows, strict=True):
        if batch.bad and (wrong := _wrong(row)):
            found.append((line, wrong, "text", "", _TODO))
            continue
        if len(row) > width and not any(row[width:]):
            del row[width:]
        if len(row) != width:
            few = "too few cells" if len(row) < width else "too many cells"
            found.append((line, f"the row has {few}", f"{width} cells", f"{len(row)} cells", _RAGGED))
            continue
        good_rows.append(row)
        good_lines.append(line)
    for line, what, expected, actual, todo in sorted(found):
        noted.add(line, what, expected, actual, todo)
    return good_rows, good_lines


def _batches(source: Source, encoding: Encoding, dialect: Dialect) -> Iterator[Batch]:
    """The rows of the file, some hundred at a time; the part of a row that is still open is carried.

    What is carried is not looked at again before as much text has come again, so that a cell of many
    megabytes is not read once for each block.
    """
    carried: list[str] = []
    first = 1  # the line number of carried[0]
    bad = False
    old = new = 0
    for part, last in _parts(text_blocks(source, encoding, _BLOCK), source.limits):
        carried += io.StringIO(part, newline="")
        bad = bad or "\0" in part or BAD in part or LONG in part
        new += len(part)
        if new < old and not last:
            continue
        done = cut(carried, dialect, source.limits, last=last)
        faults = [(first + fault.index, fault) for fault in done.faults]
        yield Batch(done.rows, [first + start for start in done.starts], faults, bad, new)
        del carried[: done.used]
        first += done.used
        bad = bad and bool(carried)
        old, new = sum(map(len, carried)), 0


def _parts(blocks: Iterator[str], limits: Limits) -> Iterator[tuple[str, bool]]:
    """The text in pieces that end with a line; the last one as it ends. A line beyond the limit is cut, and marked."""
    rest, skipping = "", False
    for block in blocks:
        if skipping:
            found = _LINE_END.search(block)
            if not found:
                continue
            rest += block[found.start() :]
            skipping = False
        else:
            rest += block
        end = max(rest.rfind("\n"), rest.rfind("\r", 0, len(rest) - 1)) + 1
        if end:
            yield rest[:end], False
            rest = rest[end:]
        if len(rest) > limits.record and not rest.endswith("\r"):
            rest, skipping = rest[: limits.record] + LONG, True
    yield rest, True
