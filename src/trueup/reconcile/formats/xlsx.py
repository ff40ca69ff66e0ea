"""Excel workbooks (.xlsx), by the calamine library. Knows its errors, not which sheet or column matters."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import python_calamine as calamine

from trueup.reconcile.formats.book import Cell, Sheet
from trueup.reconcile.formats.problem import unreadable
from trueup.reconcile.formats.source import Source, whole

_PANIC = "pyo3_runtime"  # where the exception for a panic of the library lives
_BROKEN = (calamine.CalamineError, OSError, ValueError, OverflowError)


class Xlsx:
    """An Excel workbook; whoever opens it has had `archive` look at its size."""

    def __init__(self, source: Source) -> None:
        self._source = source
        with whole(source, source.limits.workbook) as file:
            packed = io.BytesIO(file.read())
        with _translated(source):
            self._book = calamine.CalamineWorkbook.from_filelike(packed)

    def sheets(self) -> list[Sheet]:
        """All sheets with cells, in the order of the workbook; charts and macros are none."""
        return [
            Sheet(sheet.name, sheet.visible != calamine.SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]

    def rows(self, name: str) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of a sheet that have content, each with its number, 1 the first."""
        with _translated(self._source):
            rows = self._book.get_sheet_by_name(name).iter_rows()
        number = 0
        while True:
            with _translated(self._source):
                row = next(rows, None)
            if row is None:
                return
            number += 1
            if any(cell != "" for cell in row):
                yield number, row


@contextmanager
def _translated(source: Source) -> Iterator[None]:
    """The library's own errors, and its panics, which Python sees as neither Exception nor CalamineError."""
    try:
        yield
    except calamine.PasswordError as error:
        raise unreadable(
            source.shown,
            "the workbook is protected by a password",
            "an open workbook",
            "encrypted",
            "Save it without a password.",
        ) from error
    except BaseException as error:
        if not isinstance(error, _BROKEN) and type(error).__module__ != _PANIC:
            raise
        raise unreadable(
            source.shown,
            "the workbook is broken",
            "a whole .xlsx file",
            "content that can't be followed",
            "Save it again in the spreadsheet program, or export CSV.",
        ) from error
