"""The list of changes, and what is handed on to people. Knows how both are written, not how they are decided."""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from trueup.kit.cells import formula_safe
from trueup.model.faults import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from trueup.model.answers import FaultRow

ROW = "(row)"  # in the place of a column: the whole row
REMOVED = "(removed)"
READ_ME = """Corrected copies of the review system's files, written by `trueup check DIR --fix OUT`.
The inputs were only read.

Changed files (names as in DIR; of a workbook its table as CSV, in place of the workbook, without unreadable rows)
{files}

Why cells were changed or rows removed
{kinds}

Could be corrected in general, and not here
{left}

What to do
  1. Read changes.csv: file, line (of the input), record_id, column, before, after, code. A row that was removed
     has "(row)" for a column, and all its cells in `before`. changes.jsonl says the same, without the apostrophe
     that keeps a spreadsheet from taking a cell for a formula.
  2. Where `frozen_cycle` names a cycle, its reviews are frozen: make an amendment and tell the reviewer. Load
     nothing into it.
  3. Load the changed files into the review system, or only the rows that changes.csv names.
  4. Export again and check again.

Handed on
  handed-on.csv: {handed_on} faults that need a person or another system: owner, hours to act, who is next, the
  next step, the command, and why it was not corrected where its kind could be.

To undo
  Put `before` back for each line of changes.jsonl, or load the inputs again.

These files hold the personal data that the inputs hold, also what was blanked: keep them as long and as close.
"""
HANDED_ON = (
    *("code", "name", "severity", "record_id", "where", "owner", "hours", "then"),
    *("next_step", "command", "caused_by", "why_not_corrected"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a review file.

    `column` is the file's own header. Of a row that goes, `column` is "(row)", `before` all its cells as a
    JSON object, `after` "(removed)". `frozen_cycle` names the row's review cycle where it is frozen already.
    """

    file: str
    line: int
    record_id: str | None
    column: str
    before: str | None
    after: str | None
    code: str
    frozen_cycle: str | None = None


def removal(
    place: tuple[str, int], record_id: str | None, cells: Mapping[str, str | None], code: str
) -> Change:
    """The change that the row at a file's line goes."""
    return Change(*place, record_id, ROW, json.dumps(cells, ensure_ascii=False), REMOVED, code)


@contextmanager
def change_files(directory: Path) -> Iterator[Callable[[Change], None]]:
    """Writes each change it is given to changes.csv (safe to open in a spreadsheet) and changes.jsonl (exact)."""
    names = [field.name for field in fields(Change)]
    with (
        (directory / "changes.csv").open("w", encoding="utf-8", newline="") as table,
        (directory / "changes.jsonl").open("w", encoding="utf-8", newline="\n") as lines,
    ):
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(names)

        def note(change: Change) -> None:
            record = asdict(change)
            writer.writerow([_cell(record[name]) for name in names])
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")

        yield note


@contextmanager
def handed_on_file(directory: Path) -> Iterator[Callable[[FaultRow, str], None]]:
    """Writes each fault it is given, with why it was not corrected, to handed-on.csv: who acts, by when, how."""
    with (directory / "handed-on.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(HANDED_ON)

        def note(row: FaultRow, why: str) -> None:
            entry = CATALOGUE[row.code]
            acts = entry.escalation
            where = "; ".join(f"{place.file}:{place.line}" for place in row.where)
            said = (row.code, row.name, row.severity, row.record_id, where, acts.owner.value, acts.hours)
            rest = (acts.next_tier.value, entry.fix, entry.command, row.caused_by, why)
            writer.writerow([_cell(value) for value in (*said, *rest)])

        yield note


def _cell(value: object) -> str:
    return "" if value is None else formula_safe(str(value))
