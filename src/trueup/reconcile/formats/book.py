"""What a workbook is to its readers, and cells to text. Knows kinds of cells, not file formats or headers."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_EXACT = 1e15  # below, a float that is a whole number is exactly that number

Cell = str | bool | int | float | dt.date | dt.time | dt.timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, as people see it."""

    name: str
    hidden: bool


class Book(Protocol):
    """An open workbook."""

    def sheets(self) -> list[Sheet]:
        """All sheets with cells, in the order of the workbook."""

    def rows(self, name: str) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of a sheet that have content, each with its number, 1 the first; they may differ in length."""


def text_of(cell: Cell) -> str:
    """The text of a cell: numbers as short as they stay themselves, ISO 8601 for dates and times, without zone.

    >>> text_of(3.0), text_of(54.5), text_of(True), text_of(dt.date(2026, 3, 6))
    ('3', '54.5', 'true', '2026-03-06')
    >>> text_of(dt.timedelta(hours=30))
    '30:00:00'
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, dt.timedelta):
        return _duration(cell)
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def timed_text(cell: Cell) -> str:
    """As `text_of`, where other cells of the column have a time: a date alone is its midnight.

    >>> timed_text(dt.date(2026, 3, 6))
    '2026-03-06T00:00:00'
    """
    text = text_of(cell)
    return text + "T00:00:00" if type(cell) is dt.date else text


def _duration(span: dt.timedelta) -> str:
    seconds = round(span.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
