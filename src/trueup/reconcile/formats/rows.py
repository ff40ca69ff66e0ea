"""Lines of text to rows of cells, past broken rows. Knows quoting, not files, headers or meanings."""

import csv
import re
import threading
from dataclasses import dataclass, field

from trueup.reconcile.formats.problem import Limits

_ONE_READER = threading.Lock()  # the csv module keeps its cell limit in one place for all threads
_QUOTED = re.compile(r'(?:[^"]++|"")*+')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are told apart. Quotes are always `"`, doubled inside a quoted cell (RFC 4180, 2.7)."""

    delimiter: str
    blank_after: bool = False  # whether a blank follows each delimiter, before the quote


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that can't be told: where it starts, what is wrong, what was met."""

    index: int
    what: str
    expected: str
    actual: str


@dataclass(slots=True)
class Cut:
    """What some lines gave: rows, the index of each one's first line, faults, and how many lines were used."""

    rows: list[list[str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    used: int = 0


def cut(lines: list[str], dialect: Dialect, limits: Limits, *, last: bool) -> Cut:
    """Rows out of physical lines (with their ends); unless `last`, an open row at the end is left for more lines.

    A broken row becomes a fault, and reading goes on in the line after its first: so a quote that
    nobody closed costs one row, not the rest of the file.
    """
    done = Cut()
    while done.used < len(lines):
        complaint = _read_on(lines, dialect, limits, done)
        if complaint is None:
            break
        if not _step_over(lines, dialect, limits, done, complaint, last=last):
            break
    return done


def _read_on(lines: list[str], dialect: Dialect, limits: Limits, done: Cut) -> str | None:
    """Takes rows until the lines end (None) or the csv module complains (its words)."""
    first = start = done.used
    take_row, take_start = done.rows.append, done.starts.append
    with _ONE_READER:
        before = csv.field_size_limit(limits.cell)
        try:
            reader = csv.reader(
                map(lines.__getitem__, range(first, len(lines))),
                delimiter=dialect.delimiter,
                skipinitialspace=dialect.blank_after,
                strict=True,
            )
            for row in reader:
                if row:
                    take_row(row)
                    take_start(start)
                start = first + reader.line_num
        except csv.Error as error:
            return str(error)
        else:
            return None
        finally:
            done.used = start
            csv.field_size_limit(before)


def _step_over(
    lines: list[str], dialect: Dialect, limits: Limits, done: Cut, complaint: str, *, last: bool
) -> bool:
    """Past the row that the csv module complained of; False where its end may lie in lines yet to come."""
    index = done.used
    end: int | None = index + 1
    fault = Fault(
        index,
        "a quoted cell has more text after its closing quote",
        "a delimiter or line end after the quote; quotes within the cell doubled",
        "other text",
    )
    if complaint.startswith("unexpected end"):
        end = None
    elif complaint.startswith("field larger"):
        fault = Fault(index, "a cell is too large", f"at most {limits.cell:,} characters", "more")
        end = _end_of_row(lines, index, dialect)
    if end is None and not last and _bearable(lines, index, limits):
        return False
    if end is None or not _bearable(lines, index, limits, end):
        fault = Fault(
            index, "a quote is opened and not closed", "a closing quote", _stretch(lines, index, limits)
        )
        end = index + 1
    done.faults.append(fault)
    done.used = end
    return True


def _bearable(lines: list[str], index: int, limits: Limits, end: int | None = None) -> bool:
    stop = len(lines) if end is None else end
    if stop - index > limits.record_lines:
        return False
    return sum(map(len, lines[index:stop])) <= limits.record


def _stretch(lines: list[str], index: int, limits: Limits) -> str:
    return f"none in the {min(len(lines) - index, limits.record_lines):,} lines that follow"


def _end_of_row(lines: list[str], index: int, dialect: Dialect) -> int | None:
    """The index after the row's last line, by its quotes alone; None where a quote stays open or closes amid text."""
    quoted = False
    for number in range(index, len(lines)):
        line, at = lines[number], 0
        while True:
            if quoted:
                at = _QUOTED.match(line, at).end()  # type: ignore[union-attr]  # it matches nothing at all, too
                if at == len(line):
                    break
                quoted, at = False, at + 1
                if line[at : at + 1] not in {"", "\r", "\n", dialect.delimiter}:
                    return None
            else:
                while dialect.blank_after and line[at : at + 1] == " ":
                    at += 1
                if line[at : at + 1] == '"':
                    quoted, at = True, at + 1
                    continue
            at = line.find(dialect.delimiter, at) + 1
            if not at:
                return number + 1
    return None
