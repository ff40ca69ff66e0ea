"""Sheets of workbooks, written again as CSV. Knows cells, not what a column means.

A workbook holds more than its table (other sheets, formulas, formats): it is not written again, its table is.
"""

import csv
import io
from dataclasses import dataclass
from typing import IO

from trueup.reconcile.formats.shapes import Grid, GridChunk
from trueup.reconcile.rewriting.rows import Decide, Edit


@dataclass(slots=True)
class SheetRows:
    """One chunk of a sheet."""

    header: tuple[str, ...]
    chunk: GridChunk

    @property
    def lines(self) -> list[int]:
        """The sheet's rows."""
        return self.chunk.lines

    def cell(self, place: int, column: int) -> str | None:
        """The text of a cell."""
        return self.chunk.columns[column][place]

    def whole(self, place: int) -> dict[str, str | None]:
        """All cells of a row, by their headers."""
        names = [name or f"column {number + 1}" for number, name in enumerate(self.header)]
        return {name: column[place] for name, column in zip(names, self.chunk.columns, strict=True)}

    def slid(self, _place: int) -> bool:
        """Never: each value has its own name or column."""
        return False

    def holds(self, _column: int, _text: str | None) -> bool:
        """Always: CSV in UTF-8 holds every text."""
        return True


def rewrite_sheet(grid: Grid, into: IO[bytes], decide: Decide) -> None:
    """Write the sheet's header and rows as CSV in UTF-8 (RFC 4180)."""
    text = io.TextIOWrapper(into, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(grid.header)
    for chunk in grid.chunks():
        edits = decide(SheetRows(grid.header, chunk))
        for place, row in enumerate(zip(*chunk.columns, strict=True)):
            edit = edits.get(place, Edit())
            if not edit.removed:
                writer.writerow([edit.cells.get(number, cell) or "" for number, cell in enumerate(row)])
    text.detach()
