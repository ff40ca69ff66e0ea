"""OpenDocument spreadsheets (.ods), streamed. Knows tables, rows, repeats and cells, not what a column means.

Our own reader: the library for .xlsx refuses OpenDocument whose XML is indented, as Moodle writes it.
Source: OASIS OpenDocument 1.3, part 3, chapters 6 (text), 9 (tables) and 19 (attributes).
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from trueup.reconcile.formats.book import Cell, Sheet, text_of
from trueup.reconcile.formats.problem import UnreadableFile, unreadable
from trueup.reconcile.formats.source import Source, whole

_BLOCK = 1 << 16
_WIDEST = 16_384  # columns of a sheet
_TALLEST = 1_048_576  # rows of a sheet
_INTEGER = re.compile(r"-?\d{1,18}")
_TIME = re.compile(r"(-?)PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d*)?S")
_BREAKS = {"line-break": "\n", "tab": "\t"}
_AGAIN = "Save it again in the spreadsheet program, or export CSV."


@dataclass(slots=True)
class Row:
    """A row as it is built: its number, how often it stands, its cells with content by column."""

    number: int
    times: int
    at: int = 0
    cells: dict[int, str] = field(default_factory=dict)


class Ods:
    """An OpenDocument spreadsheet; whoever opens it has had `archive` look at its size."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def sheets(self) -> list[Sheet]:
        """All sheets, in the order of the workbook."""
        parsing = Parsing(self._source, None)
        for _ in self._steps(parsing):
            pass
        return [Sheet(name, hidden=False) for name in parsing.names]

    def rows(self, name: str) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of a sheet that have content, each with its number, 1 the first."""
        left = self._source.limits.sheet_cells
        parsing = Parsing(self._source, name)
        for _ in self._steps(parsing):
            for row in parsing.finished:
                cells: list[Cell] = [row.cells.get(place, "") for place in range(max(row.cells) + 1)]
                for number in range(row.number, min(row.number + row.times, _TALLEST + 1)):
                    left -= len(cells)
                    if left < 0:
                        raise self._too_large()
                    yield number, list(cells)
            parsing.finished.clear()
            if parsing.over:
                return

    def _steps(self, parsing: "Parsing") -> Iterator[None]:
        """Stops after each piece of the content has been parsed."""
        try:
            with (
                whole(self._source, self._source.limits.workbook) as file,
                zipfile.ZipFile(file) as archive,
                archive.open("content.xml") as content,
            ):
                while block := content.read(_BLOCK):
                    parsing.parser.Parse(block, False)
                    yield
                parsing.parser.Parse(b"", True)
                yield
        except (
            expat.ExpatError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            KeyError,
            ValueError,
        ) as error:
            raise _broken(self._source, "content.xml can't be followed") from error

    def _too_large(self) -> UnreadableFile:
        return unreadable(
            self._source.shown,
            "a sheet is too large to be read",
            f"at most {self._source.limits.sheet_cells:,} cells",
            "more",
            "Delete what is far from the table, or export CSV.",
        )


class Parsing:
    """Follows the XML: collects the finished rows of one sheet (`wanted`), and the names of all."""

    def __init__(self, source: Source, wanted: str | None) -> None:
        self._source = source
        self._wanted = wanted
        self._longest = source.limits.cell + 1
        self.names: list[str] = []
        self.finished: list[Row] = []
        self.over = False
        self._inside = False
        self._next_row = 1
        self._row: Row | None = None
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._size = 0
        self._paragraphs = 0
        self._within = 0  # paragraphs open around this place
        self._aside = 0  # elements open within a comment or a drawing, whose text is not the cell's
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "table" and self._cell is None:
            title = _value(attributes, "name") or ""
            self._inside = title == self._wanted and title not in self.names
            self.names.append(title)
            self._next_row = 1
        elif not self._inside or self.over:
            return
        elif self._cell is not None:
            self._start_in_cell(local, attributes)
        elif local == "table-row":
            self._row = Row(self._next_row, _repeat(attributes, "number-rows-repeated", _TALLEST))
        elif local in {"table-cell", "covered-table-cell"} and self._row is not None:
            self._cell = attributes
            self._text, self._size, self._paragraphs, self._within, self._aside = [], 0, 0, 0, 0

    def _start_in_cell(self, local: str, attributes: dict[str, str]) -> None:
        if self._aside or local in {"annotation", "shapes", "frame", "table"}:
            self._aside += 1
        elif local in {"p", "h"}:
            if self._paragraphs and not self._within:
                self._characters("\n", forced=True)
            self._paragraphs += 1
            self._within += 1
        elif local == "s":
            self._characters(" " * _repeat(attributes, "c", 10_000))
        elif local in _BREAKS:
            self._characters(_BREAKS[local])

    def _characters(self, text: str, *, forced: bool = False) -> None:
        if (
            self._cell is not None
            and not self._aside
            and (self._within or forced)
            and self._size < self._longest
        ):
            self._text.append(text[: self._longest - self._size])
            self._size += len(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if not self._inside:
            return
        if self._cell is not None:
            if self._aside:
                self._aside -= 1
            elif local in {"p", "h"}:
                self._within -= 1
            elif local in {"table-cell", "covered-table-cell"}:
                self._end_cell(self._cell)
        elif local == "table-row" and self._row is not None:
            if self._row.cells:
                self.finished.append(self._row)
            self._next_row += self._row.times
            self._row = None
        elif local == "table":
            self._inside = False
            self.over = True

    def _end_cell(self, attributes: dict[str, str]) -> None:
        row, self._cell = self._row, None
        if row is None:
            return
        times = _repeat(attributes, "number-columns-repeated", _WIDEST)
        text = _text(attributes, "".join(self._text))
        if text:
            for place in range(row.at, min(row.at + times, _WIDEST)):
                row.cells[place] = text
        row.at = min(row.at + times, _WIDEST)

    def _refuse(self, *_: object) -> None:
        raise _broken(self._source, "it declares entities of its own")


def _text(attributes: dict[str, str], paragraphs: str) -> str:
    """A cell's text: its value by its type; what is shown only where there is no such value."""
    kind = _value(attributes, "value-type", "office")
    if kind in {"float", "percentage", "currency"}:
        value = _value(attributes, "value", "office") or ""
        try:
            return value if _INTEGER.fullmatch(value) else text_of(float(value))
        except ValueError:
            return paragraphs
    if kind == "time" and (found := _TIME.fullmatch(_value(attributes, "time-value", "office") or "")):
        sign, hours, minutes, seconds = found.groups()
        return f"{sign}{int(hours):02}:{int(minutes):02}:{int(seconds):02}"
    own = {"date": "date-value", "boolean": "boolean-value", "string": "string-value"}.get(kind or "")
    given = _value(attributes, own, "office") if own else None
    return paragraphs if given is None else given


def _value(attributes: dict[str, str], local: str, prefix: str = "table") -> str | None:
    return attributes.get(f"{prefix}:{local}")


def _repeat(attributes: dict[str, str], local: str, most: int) -> int:
    value = attributes.get("text:c" if local == "c" else f"table:{local}", "1")
    if not (value.isascii() and value.isdigit()):
        return 1
    return max(1, min(int(value[:12]), most))


def _broken(source: Source, actual: str) -> UnreadableFile:
    return unreadable(source.shown, "the workbook is broken", "a whole .ods file", actual, _AGAIN)
