"""Workbooks to a grid. Knows which sheet holds the table and where in it, not file formats or meanings."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from trueup.reconcile.formats.archive import workbook_format
from trueup.reconcile.formats.book import Book, Cell, text_of, timed_text
from trueup.reconcile.formats.ods import Ods
from trueup.reconcile.formats.problem import Hints, Limits, Problem, Problems, shown, unreadable
from trueup.reconcile.formats.shapes import CHUNK_ROWS, Grid, GridChunk
from trueup.reconcile.formats.source import Source, whole
from trueup.reconcile.formats.xlsx import Xlsx

_CHUNK_CELLS = 2_000_000
_FIX = "Correct the row in the source and export again; the other rows were read."


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table lies in a sheet: its header's row (1 the first), its columns, and what their dates are."""

    name: str
    header: tuple[str, ...]
    header_line: int
    columns: range
    timed: frozenset[int]  # columns of dates with times, in which a date without one is midnight


def open_workbook(source: Source, hints: Hints) -> Grid:
    """The grid of the sheet that the settings name, else of the only one with rows, else of the first not empty.

    Hidden sheets are looked at only where no other has content. Row numbers are the sheet's own.
    Raises UnreadableFile where no sheet has content or the declared one is not there.
    """
    with whole(source, source.limits.workbook) as file:
        kind = workbook_format(file, source.shown, source.limits)
    book = _book(source, kind)
    name, remarks = _chosen(source, book, hints.sheet)
    layout = _layout(source, book, name)

    def scan(problems: list[Problem]) -> Iterator[GridChunk]:
        noted = Problems(source.shown, problems, source.limits.problems)
        return _chunks(_book(source, kind), layout, noted, source.limits)

    return Grid(source.shown, kind, layout.header, layout.header_line, None, None, name, scan, remarks)


def _book(source: Source, kind: str) -> Book:
    return Ods(source) if kind == "ods" else Xlsx(source)


def _chosen(source: Source, book: Book, declared: str | None) -> tuple[str, tuple[Problem, ...]]:
    sheets = book.sheets()
    if declared is not None:
        if declared not in {sheet.name for sheet in sheets}:
            raise unreadable(
                source.shown,
                "the workbook has no sheet of the name that the settings declare",
                shown(declared),
                ", ".join(shown(sheet.name) for sheet in sheets[:5]),
                "Correct `sheet` for this file in the settings.",
            )
        sheets = [sheet for sheet in sheets if sheet.name == declared]
    for hidden in (False, True):
        counted = [
            (sheet.name, _rows_up_to_two(book, sheet.name)) for sheet in sheets if sheet.hidden is hidden
        ]
        for least in (2, 1):
            found = [name for name, rows in counted if rows >= least]
            if found:
                return found[0], _remarks(source, found)
    raise unreadable(
        source.shown,
        "the workbook is empty",
        "a sheet with a header, then rows",
        "no cell with content",
        "Export it again.",
    )


def _rows_up_to_two(book: Book, name: str) -> int:
    return sum(1 for _ in zip(range(2), book.rows(name), strict=False))


def _remarks(source: Source, found: list[str]) -> tuple[Problem, ...]:
    if len(found) == 1:
        return ()
    return (
        Problem(
            source.shown,
            None,
            "the workbook has several sheets with content; the first was read",
            "one sheet, or a `sheet` in the settings",
            f"read {shown(found[0])}, not read {', '.join(map(shown, found[1:6]))}",
            "If another is meant, declare it for this file: sheet = …",
        ),
    )


def _layout(source: Source, book: Book, name: str) -> Layout:
    """The first row with content is the header; empty columns left and right of the table are no part of it."""
    rows = book.rows(name)
    header_line, header = next(rows)
    filled = {place for place, cell in enumerate(header) if cell != ""}
    times: Counter[int] = Counter()  # how much more often than a text a cell is a date with a time
    for _, row in rows:
        filled.update(place for place, cell in enumerate(row) if cell != "")
        times.update(place for place, cell in enumerate(row) if type(cell) is dt.datetime)
        times.subtract(place for place, cell in enumerate(row) if isinstance(cell, str) and cell)
    timed = {place for place, more in times.items() if more > 0}
    columns = range(min(filled), max(filled) + 1)
    names = tuple(text_of(header[place]) if place < len(header) else "" for place in columns)
    if wrong := _wrong(names, source.limits):
        raise unreadable(
            source.shown, f"the header can't be read: {wrong[0]}", wrong[1], wrong[2], _FIX, line=header_line
        )
    return Layout(name, names, header_line, columns, frozenset(timed))


def _chunks(book: Book, layout: Layout, noted: Problems, limits: Limits) -> Iterator[GridChunk]:
    texts = [timed_text if place in layout.timed else text_of for place in layout.columns]
    most = max(1, min(CHUNK_ROWS, _CHUNK_CELLS // len(texts)))
    lines: list[int] = []
    rows: list[list[str]] = []
    for number, row in book.rows(layout.name):
        if number <= layout.header_line:
            continue
        cells = _texts(row, layout.columns, texts)
        if wrong := _wrong(cells, limits):
            noted.add(number, *wrong, _FIX)
            continue
        lines.append(number)
        rows.append(cells)
        if len(rows) >= most:
            yield _chunk(lines, rows)
            lines, rows = [], []
    if rows:
        yield _chunk(lines, rows)


def _chunk(lines: list[int], rows: list[list[str]]) -> GridChunk:
    return GridChunk(lines, [list(column) for column in zip(*rows, strict=True)])


def _texts(row: list[Cell], columns: range, texts: Sequence[Callable[[Cell], str]]) -> list[str]:
    cells = row[columns.start : columns.stop]
    made = [cell if type(cell) is str else text(cell) for cell, text in zip(cells, texts, strict=False)]
    if len(made) < len(texts):
        made += [""] * (len(texts) - len(made))
    return made


def _wrong(cells: Sequence[str], limits: Limits) -> tuple[str, str, str] | None:
    for cell in cells:
        if len(cell) > limits.cell:
            return "a cell is too large", f"at most {limits.cell:,} characters", f"more than {limits.cell:,}"
        if "\0" in cell:
            return "a NUL character inside a cell", "text", ""
    return None
