"""Pieces of text to rows that fit below their header. Knows lines, rows and widths, not files or meanings."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from trueup.reconcile.formats.encoding import BAD, LONG
from trueup.reconcile.formats.problem import Limits, Problems
from trueup.reconcile.formats.rows import Dialect, Fault, cut

_RAGGED = (
    "Correct the row, or export again; a delimiter or quote inside a cell may have been left without quotes."
)
_TODO = "Correct the row in the source and export again; the other rows were read."
_LINE_END = re.compile(r"[\r\n]")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows as cut, with the line each starts in; `bad` says that the text they are from has NUL or bad bytes."""

    rows: list[list[str]]
    lines: list[int]
    faults: list[tuple[int, Fault]]
    bad: bool
    text: int


class Cutter:
    """Cuts text that comes in pieces, each of which ends with a line; the part of a row that is still open is carried.

    What is carried is not looked at again before as much text has come again, so that a cell of many
    megabytes is not read once for each piece.
    """

    __slots__ = ("_bad", "_carried", "_dialect", "_limits", "_new", "_old", "line")

    def __init__(self, dialect: Dialect, limits: Limits) -> None:
        self._dialect = dialect
        self._limits = limits
        self._carried: list[str] = []
        self._bad = False
        self._old = self._new = 0
        self.line = 1  # the number of the first line that is carried, or comes next

    @property
    def carries(self) -> bool:
        """Whether a row is still open."""
        return bool(self._carried)

    def take(self, piece: str, *, last: bool) -> Batch | None:
        """The rows that are complete by now; None where more text is awaited."""
        self._carried += io.StringIO(piece, newline="")
        self._bad = self._bad or "\0" in piece or BAD in piece or LONG in piece
        self._new += len(piece)
        if self._new < self._old and not last:
            return None
        done = cut(self._carried, self._dialect, self._limits, last=last)
        faults = [(self.line + fault.index, fault) for fault in done.faults]
        starts = [self.line + start for start in done.starts]
        batch = Batch(done.rows, starts, faults, self._bad, self._new)
        del self._carried[: done.used]
        self.line += done.used
        self._bad = self._bad and bool(self._carried)
        self._old, self._new = sum(map(len, self._carried)), 0
        return batch


def pieces_of(blocks: Iterator[str], limits: Limits) -> Iterator[tuple[str, bool]]:
    """The text in pieces that end with a line; the last one as it ends. A line beyond the limit is cut, and marked."""
    rest, skipping = "", False
    for block in blocks:
        if skipping:
            found = _LINE_END.search(block)
            if not found:
                continue
            rest += block[found.start() :]
            skipping = False
        else:
            rest += block
        end = max(rest.rfind("\n"), rest.rfind("\r", 0, len(rest) - 1)) + 1
        if end:
            yield rest[:end], False
            rest = rest[end:]
        if len(rest) > limits.record and not rest.endswith("\r"):
            rest, skipping = rest[: limits.record] + LONG, True
    yield rest, True


def wrong_in(row: list[str]) -> str | None:
    """What bars a row that has characters no text has; None for a sound one."""
    if any("\0" in cell for cell in row):
        return "a NUL byte inside a cell"
    if any(LONG in cell for cell in row):
        return "the line is too long"
    if any(BAD in cell for cell in row):
        return "bytes that are no text in the file's encoding"
    return None


def sound_rows(
    batch: Batch, width: int, header_line: int, noted: Problems
) -> tuple[list[list[str]], list[int]]:
    """The rows that can be used, and their lines; a problem for each other one, in the order of lines."""
    rows, lines = batch.rows, batch.lines
    if lines and lines[0] <= header_line:
        below = next((place for place, line in enumerate(lines) if line > header_line), len(lines))
        rows, lines = rows[below:], lines[below:]
    if not batch.faults and not batch.bad and set(map(len, rows)) <= {width}:
        return rows, lines
    found: list[tuple[int, str, str, str, str]] = [
        (line, fault.what, fault.expected, fault.actual, _TODO)
        for line, fault in batch.faults
        if line > header_line
    ]
    good_rows: list[list[str]] = []
    good_lines: list[int] = []
    for line, row in zip(lines, rows, strict=True):
        if batch.bad and (wrong := wrong_in(row)):
            found.append((line, wrong, "text", "", _TODO))
            continue
        if len(row) > width and not any(row[width:]):
            del row[width:]
        if len(row) != width:
            few = "too few cells" if len(row) < width else "too many cells"
            found.append((line, f"the row has {few}", f"{width} cells", f"{len(row)} cells", _RAGGED))
            continue
        good_rows.append(row)
        good_lines.append(line)
    for line, what, expected, actual, todo in sorted(found):
        noted.add(line, what, expected, actual, todo)
    return good_rows, good_lines
