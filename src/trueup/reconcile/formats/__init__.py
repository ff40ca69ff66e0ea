"""Any export file to rows with line numbers. Knows file formats and hostile bytes, not systems or columns.

    table = open_table(Path("completions.csv"))

gives a `Grid` (text cells), `Records` (JSON objects) or `Columns` (Parquet), recognised by content;
UnreadableFile, which says what to do next, where it can't be read.
"""

from trueup.reconcile.formats.opening import open_table
from trueup.reconcile.formats.problem import Hints, Limits, Problem, UnreadableFile
from trueup.reconcile.formats.shapes import Columns, Grid, GridChunk, Records, TextChunk
from trueup.reconcile.formats.source import sha256_of

__all__ = [
    "Columns",
    "Grid",
    "GridChunk",
    "Hints",
    "Limits",
    "Problem",
    "Records",
    "TextChunk",
    "UnreadableFile",
    "open_table",
    "sha256_of",
]
