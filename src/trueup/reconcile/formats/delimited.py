"""CSV and its kin to a grid. Knows lines, rows and widths, not what a column means."""

from collections.abc import Iterator, Sequence

from trueup.reconcile.formats.cutting import Batch, Cutter, pieces_of, sound_rows, wrong_in
from trueup.reconcile.formats.dialect import announced_delimiter, declared_delimiter, dialect_of
from trueup.reconcile.formats.encoding import Encoding, encoding_of, text_blocks
from trueup.reconcile.formats.problem import Hints, Problem, Problems, UnreadableFile, unreadable
from trueup.reconcile.formats.rows import Dialect, Fault
from trueup.reconcile.formats.shapes import CHUNK_ROWS, CHUNK_TEXT, FIRST_ROWS, Grid, GridChunk, TextChunk
from trueup.reconcile.formats.source import Source

_SAMPLE = 1 << 18
_BLOCK = 1 << 16  # bytes; larger ones are read slower


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

    def sweep(problems: list[Problem], wanted: Sequence[int]) -> Iterator[TextChunk]:
        from trueup.reconcile.formats import sweeping  # noqa: PLC0415 - only who asks for arrays loads it

        noted = Problems(source.shown, problems, source.limits.problems)
        pieces = pieces_of(text_blocks(source, encoding, sweeping.SWEPT), source.limits)
        asked = sweeping.Asked(dialect, len(header), header_line, wanted)
        return sweeping.sweep_text(pieces, asked, source.limits, noted)

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
        sweep,
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
            if batch.bad and (wrong := wrong_in(row)):
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


def _chunks(batches: Iterator[Batch], width: int, header_line: int, noted: Problems) -> Iterator[GridChunk]:
    """Rows are turned into columns batch by batch, while the processor's cache still holds them."""
    lines: list[int] = []
    columns: list[list[str | None]] = [[] for _ in range(width)]
    text, enough = 0, FIRST_ROWS
    for batch in batches:
        good_rows, good_lines = sound_rows(batch, width, header_line, noted)
        lines += good_lines
        for column, cells in zip(columns, zip(*good_rows, strict=True), strict=False):  # no rows, no cells
            column.extend(cells)
        text += batch.text
        if len(lines) >= enough or text >= CHUNK_TEXT:
            if lines:
                yield GridChunk(lines, columns)
            lines, columns, text, enough = [], [[] for _ in range(width)], 0, CHUNK_ROWS
    if lines:
        yield GridChunk(lines, columns)


def _batches(source: Source, encoding: Encoding, dialect: Dialect) -> Iterator[Batch]:
    """The rows of the file, some hundred at a time."""
    cutter = Cutter(dialect, source.limits)
    for piece, last in pieces_of(text_blocks(source, encoding, _BLOCK), source.limits):
        batch = cutter.take(piece, last=last)
        if batch is not None:
            yield batch
