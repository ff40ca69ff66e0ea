"""A delimited file to Arrow columns, as fast as each piece of it allows. Knows pieces, not how either reader reads.

Pieces that are proven plain are read at once, all others row by row: rows, lines and problems are the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trueup.reconcile.formats.cutting import Cutter, sound_rows
from trueup.reconcile.formats.plain import plain_columns
from trueup.reconcile.formats.problem import Limits, Problems
from trueup.reconcile.formats.rows import Dialect
from trueup.reconcile.formats.shapes import CHUNK_ROWS, CHUNK_TEXT, FIRST_ROWS, TextChunk

SWEPT = 1 << 19  # bytes read at a time
_CUT = 1 << 16  # characters given to the reader that goes row by row; more are read slower


@dataclass(frozen=True, slots=True)
class Asked:
    """The cells that are asked for: `wanted` places, in rows of `width` cells below the header's line."""

    dialect: Dialect
    width: int
    header_line: int
    wanted: Sequence[int]


def sweep_text(
    pieces: Iterator[tuple[str, bool]], asked: Asked, limits: Limits, noted: Problems
) -> Iterator[TextChunk]:
    """The cells asked for of all rows that can be used; the other rows are noted."""
    cutter = Cutter(asked.dialect, limits)
    gathered: list[TextChunk] = []
    rows, text, enough = 0, 0, FIRST_ROWS
    for piece, last in pieces:
        plain = None
        if not cutter.carries and cutter.line > asked.header_line:
            plain = plain_columns(piece, asked.width, asked.dialect, asked.wanted, limits)
        if plain is None:
            found = list(_cut_rows(cutter, piece, asked, noted, last=last))
        else:
            found = [_numbered(cutter, plain, asked.wanted)]
        gathered += found
        rows += sum(len(chunk.lines) for chunk in found)
        text += len(piece)
        if rows >= enough or (rows and text >= CHUNK_TEXT):
            yield _joined(gathered, asked.wanted)
            gathered, rows, text, enough = [], 0, 0, CHUNK_ROWS
    if rows:
        yield _joined(gathered, asked.wanted)


def _numbered(cutter: Cutter, columns: list[pa.Array], wanted: Sequence[int]) -> TextChunk:
    """Columns of which each line is a row, with the numbers of these lines."""
    first, count = cutter.line, len(columns[0])
    cutter.line += count
    lines = pa.array(np.arange(first, first + count, dtype=np.int64))
    return TextChunk(lines, dict(zip(wanted, columns, strict=True)))


def _cut_rows(
    cutter: Cutter, piece: str, asked: Asked, noted: Problems, *, last: bool
) -> Iterator[TextChunk]:
    for part, is_last in _divided(piece, last=last):
        batch = cutter.take(part, last=is_last)
        if batch is None:
            continue
        rows, lines = sound_rows(batch, asked.width, asked.header_line, noted)
        if rows:
            columns = list(zip(*rows, strict=True))
            cells = {place: pa.array(columns[place], pa.string()) for place in asked.wanted}
            yield TextChunk(pa.array(lines, pa.int64()), cells)


def _divided(piece: str, *, last: bool) -> Iterator[tuple[str, bool]]:
    """The piece in parts that end with a line."""
    start = 0
    while len(piece) - start > _CUT:
        end = piece.rfind("\n", start, start + _CUT) + 1 or piece.find("\n", start + _CUT) + 1
        if not end:
            break
        yield piece[start:end], False
        start = end
    if last or start < len(piece):
        yield piece[start:], last


def _joined(chunks: list[TextChunk], wanted: Sequence[int]) -> TextChunk:
    if len(chunks) == 1:
        return chunks[0]
    return TextChunk(
        pa.concat_arrays([chunk.lines for chunk in chunks]),
        {place: pa.concat_arrays([chunk.columns[place] for chunk in chunks]) for place in wanted},
    )
