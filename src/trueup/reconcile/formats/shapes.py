"""What an opened file is: a grid of text, a list of records, typed columns. Knows shapes, not how to read them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.reconcile.formats.problem import Problem

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_ROWS = 20_000
FIRST_ROWS = 2_000  # of the first chunk, which may be all that is asked for
CHUNK_TEXT = 16 << 20  # characters after which a chunk is closed before it has all its rows

type_of_scan = Callable[[list[Problem]], Iterator["GridChunk"]]
type_of_walk = Callable[[list[Problem]], Iterator[tuple[int, dict[str, object]]]]


@dataclass(frozen=True, slots=True)
class GridChunk:
    """Rows next to one another in the file, column-wise.

    `lines` has one number a row; each list in `columns` is as long. "" is a cell without content,
    None one that is absent.
    """

    lines: list[int]
    columns: list[list[str | None]]


@dataclass(frozen=True, slots=True)
class TextChunk:
    """As GridChunk, in Arrow: `lines` are int64, `columns` strings, of the places that were asked for only."""

    lines: "pa.Array"
    columns: dict[int, "pa.Array"]


type_of_sweep = Callable[[list[Problem], Sequence[int]], Iterator[TextChunk]]


@dataclass(slots=True)
class Grid:
    """A table of text cells: CSV and its kin, or a sheet of a workbook.

    `line` is the physical line where the row starts (the first line of the file is 1), of a sheet
    its row. `header` is as the file has it: names may be empty, and may repeat.
    """

    file: str
    format: str
    header: tuple[str, ...]
    header_line: int
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    scan: type_of_scan = field(repr=False)
    remarks: tuple[Problem, ...] = ()
    sweep: type_of_sweep | None = field(default=None, repr=False)
    problems: list[Problem] = field(init=False)

    def __post_init__(self) -> None:
        self.problems = list(self.remarks)

    def texts(self, wanted: Sequence[int]) -> Iterator[TextChunk]:
        """As `chunks`, with the same rows, lines and problems, but some columns only, and at once where that can be."""
        import pyarrow as pa  # noqa: PLC0415 - only who asks for arrays loads it

        if self.sweep is not None:
            self.problems = list(self.remarks)
            yield from self.sweep(self.problems, wanted)
            return
        for chunk in self.chunks():
            columns = {place: pa.array(chunk.columns[place], pa.string()) for place in wanted}
            yield TextChunk(pa.array(chunk.lines, pa.int64()), columns)

    def chunks(self) -> Iterator[GridChunk]:
        """All rows that can be read, about 20,000 at a time; opens the file anew at each call.

        `problems` then holds the remarks and, one each, the rows that were left out: it is complete
        when the iteration has ended. Raises UnreadableFile where the rest can't be read at all.
        """
        self.problems = list(self.remarks)
        yield from self.scan(self.problems)


@dataclass(slots=True)
class Records:
    """A list of JSON objects. `envelope` holds the texts, numbers, flags and nulls beside the list."""

    file: str
    format: str
    envelope: dict[str, object]
    walk: type_of_walk = field(repr=False)
    remarks: tuple[Problem, ...] = ()
    problems: list[Problem] = field(init=False)

    def __post_init__(self) -> None:
        self.problems = list(self.remarks)

    def records(self) -> Iterator[tuple[int, dict[str, object]]]:
        """All records that can be read, each with its line (JSON Lines) or its position, 1 the first.

        `problems` is refreshed as in `Grid.chunks`. Raises UnreadableFile, after the records so far,
        where the file is cut off or broken in a way that hides where the next record starts.
        """
        self.problems = list(self.remarks)
        yield from self.walk(self.problems)


@dataclass(slots=True)
class Columns:
    """A Parquet file: typed columns, so nothing is text that need not be."""

    file: str
    schema: "pa.Schema"
    rows: int
    scan: Callable[[], Iterator[tuple[int, "pa.RecordBatch"]]] = field(repr=False)
    remarks: tuple[Problem, ...] = ()
    problems: list[Problem] = field(init=False)

    def __post_init__(self) -> None:
        self.problems = list(self.remarks)

    def batches(self) -> Iterator[tuple[int, "pa.RecordBatch"]]:
        """All rows, batch by batch, each with the position of its first row (1 the first)."""
        yield from self.scan()
