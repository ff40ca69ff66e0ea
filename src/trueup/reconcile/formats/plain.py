"""Delimited text that is proven plain, to Arrow columns at once. Knows when it may be trusted, and refuses the rest.

Arrow's reader is many times faster than reading row by row, and forgives much that is no row. So text is given to
it only where both give the same: one row a line, quotes that open and close at the ends of cells in the same line.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from trueup.reconcile.formats.problem import Limits
from trueup.reconcile.formats.rows import Dialect

_QUOTE, _RETURN, _LINE_END = 34, 13, 10


def plain_columns(
    text: str, width: int, dialect: Dialect, wanted: Sequence[int], limits: Limits
) -> list[pa.Array] | None:
    """The wanted columns, a text for each line; None where anything in the text asks for the careful reader.

    Each line is a row of so many cells: none is blank, ragged, too long, or spans another.
    """
    if width < 2 or dialect.blank_after or not dialect.delimiter.isascii() or not wanted:
        return None
    if not text or len(text) > limits.cell or "\0" in text or text[0] == "\ufeff":
        return None
    try:
        octets = text.encode()
    except UnicodeEncodeError:  # where bytes were none in the file's encoding, or a line was cut
        return None
    returns = octets.count(b"\r")
    if returns and returns != octets.count(b"\r\n"):
        return None
    if b'"' in octets and not well_quoted(octets, ord(dialect.delimiter)):
        return None
    columns = _read(octets, width, dialect.delimiter, wanted)
    lines = octets.count(b"\n") + (octets[-1] != _LINE_END)
    return columns if columns is not None and len(columns[0]) == lines else None


def _read(octets: bytes, width: int, delimiter: str, wanted: Sequence[int]) -> list[pa.Array] | None:
    names = [str(place) for place in range(width)]
    kept = [names[place] for place in wanted]
    try:
        table = csv.read_csv(
            pa.BufferReader(octets),
            csv.ReadOptions(use_threads=False, block_size=len(octets) + 1, column_names=names),
            csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=True),  # their number then tells
            csv.ConvertOptions(
                check_utf8=False,  # it was encoded just now
                column_types=dict.fromkeys(kept, pa.string()),
                include_columns=kept,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return [_whole(table.column(name)) for name in kept]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def well_quoted(octets: bytes, delimiter: int) -> bool:
    r"""Whether every quote opens a cell, closes it in the same line, or is doubled within it.

    >>> [well_quoted(text, 44) for text in (b'1,"a,b"\n"x ""y"" z",2\n', b'1,a"b"\n', b'"a\nb",1\n')]
    [True, False, False]
    """
    values = np.frombuffer(octets, np.uint8)
    quotes = np.flatnonzero(values == _QUOTE)
    if len(quotes) % 2:
        return False
    around = np.concatenate(([_LINE_END], values, [_LINE_END])).astype(np.uint8)
    before, after = around[quotes[::2]], around[quotes[1::2] + 2]
    if not (
        _among(before, (delimiter, _LINE_END, _QUOTE))
        and _among(after, (delimiter, _RETURN, _LINE_END, _QUOTE))
    ):
        return False
    line_ends = np.flatnonzero(values == _LINE_END)
    return not (np.searchsorted(quotes, line_ends) % 2).any()


def _among(values: NDArray[np.uint8], allowed: tuple[int, ...]) -> bool:
    flags = np.zeros(256, np.bool_)
    flags[list(allowed)] = True
    return bool(flags[values].all())
