"""What can be said about a file or row that can't be read. Knows the words and bounds, not any format."""

from collections.abc import Iterator
from dataclasses import dataclass

SHOWN = 40  # no more characters of a file's own text than this are ever repeated


@dataclass(frozen=True, slots=True)
class Problem:
    """What, where, expected, actual, what to do next.

    With a line: one row or record that was not yielded. Without: a remark about the whole file.
    Line is counted as `Grid` and `Records` count theirs.
    """

    file: str
    line: int | None
    what: str
    expected: str = ""
    actual: str = ""
    todo: str = ""


class UnreadableFile(Exception):  # noqa: N818 - the contract's name; it is an outcome, not a defect
    """The file as a whole can't be read, or not to its end; `problem` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        where = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        super().__init__(f"{where}: {problem.what}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Hints:
    """What the settings declare of a file. A declared value wins over what its content suggests."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a hostile file is borne. Bytes and characters, unless said otherwise."""

    cell: int = 1 << 20  # characters of one cell or JSON text
    record: int = 16 << 20  # characters of one row, or bytes of one JSON record
    record_lines: int = 100_000  # lines that one row may span
    depth: int = 64  # JSON objects and lists within one another
    unpacked: int = 20 << 30  # of a gzip file
    workbook: int = 1 << 30  # unpacked bytes of a workbook or of a gzipped Parquet file
    sheet_cells: int = 20_000_000  # cells of the box around all cells of a sheet
    parts: int = 10_000  # files inside a workbook
    ratio: int = 200  # unpacked bytes for each packed one
    ratio_from: int = 64 << 20  # unpacked bytes from which the ratio counts: below, it harms nobody
    columns: int = 16_384  # of a table
    problems: int = 1_000_000  # rows that can't be read, of one file


class Problems:
    """The rows of one file that can't be read, as they are met. Bounded: a file of nothing else is refused."""

    __slots__ = ("_limit", "_list", "file")

    def __init__(self, file: str, found: list[Problem], limit: int) -> None:
        self.file = file
        self._list = found
        self._limit = limit

    def add(self, line: int, what: str, expected: str = "", actual: str = "", todo: str = "") -> None:
        """Notes one row; UnreadableFile beyond the limit."""
        if len(self._list) >= self._limit:
            raise UnreadableFile(
                Problem(
                    self.file,
                    line,
                    f"more than {self._limit:,} rows can't be read",
                    "a file most of whose rows can be read",
                    todo="Look at the first of them; export the file again.",
                )
            )
        self._list.append(Problem(self.file, line, what, expected, actual, todo))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._list)


def unreadable(
    file: str, what: str, expected: str = "", actual: str = "", todo: str = "", *, line: int | None = None
) -> UnreadableFile:
    """The error for a whole file, ready to be raised."""
    return UnreadableFile(Problem(file, line, what, expected, actual, todo))


def shown(text: str) -> str:
    """A name out of the file (a header, a key, a sheet) cut to 40 characters, one line, printable.

    >>> shown("Course" + chr(10) + "complete")
    "'Course complete'"
    """
    line = " ".join(text.split())
    safe = "".join(letter if letter.isprintable() else "?" for letter in line[: SHOWN + 1])
    return repr(safe[: SHOWN - 1] + "…" if len(safe) > SHOWN else safe)
