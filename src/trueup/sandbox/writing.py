"""Writing the logs as files: CSV, JSON lines or Parquet. Knows no rule of the company and no faults."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from trueup.model.relations import ROLES, Kind
from trueup.sandbox.calendar import Run
from trueup.sandbox.logs import Logs
from trueup.sandbox.rows import (
    Account,
    Attempt,
    Competency,
    Completion,
    Consent,
    Cycle,
    Grant,
    Person,
    Policy,
    Review,
    Scale,
)

_encode = msgspec.json.Encoder().encode
Cells = tuple[str, ...]


class Form(StrEnum):
    """In which format the files are written; mixed is how companies have it: sheets, and a log of JSON lines."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    MIXED = "mixed"


class Torn(StrEnum):
    """How a row can be unreadable."""

    EXTRA_CELL = "a remark stands behind its last cell"
    CUT_OFF = "the file was cut off in its middle"


def tear(cells: Cells, how: str) -> Cells:
    """The row as the broken exporter wrote it."""
    return (*cells, "see mail of Tuesday") if how == Torn.EXTRA_CELL else cells[: len(cells) // 2 - 1]


def _review_rows(logs: Logs, more: tuple[str, ...]) -> Iterator[Cells]:
    for record_id, rows in logs.reviews.items():
        cells = logs.extras.get(record_id, {})
        rest = tuple(cells.get(name, "") for name in more)
        for row in rows:
            yield (*row, *rest)


def _end_of(last: Attempt) -> str:
    """A run ends a moment after its last call."""
    at = datetime.fromisoformat(last.attempt_at).timestamp() + 0.9
    return (
        datetime.fromtimestamp(at, datetime.fromisoformat(last.attempt_at).tzinfo)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def sync_rows(logs: Logs, sizes: dict[str, int]) -> dict[str, list[Attempt]]:
    """The sync log by run, each in order of time, with page, limit and the run's end filled in."""
    runs: dict[str, list[Attempt]] = {}
    for attempts in logs.attempts.values():
        for attempt in attempts:
            runs.setdefault(attempt.run_id, []).append(attempt)
    finished: dict[str, list[Attempt]] = {}
    for run_id in sorted(runs):
        rows = sorted(runs[run_id], key=lambda attempt: (attempt.attempt_at, attempt.record_id))
        end, size = _end_of(rows[-1]), sizes[run_id]
        place = {record: n for n, record in enumerate(dict.fromkeys(row.record_id for row in rows))}
        finished[run_id] = [
            row._replace(page=str(place[row.record_id] // size + 1), limit=str(size), run_ended_at=end)
            for row in rows
        ]
    return finished


def _tables(
    logs: Logs, runs: tuple[Run, ...], sizes: dict[str, int]
) -> Iterator[tuple[str, str, Cells, Iterable[Cells]]]:
    """Each file: its name without ending, its role, its header, its rows."""
    more = tuple(dict.fromkeys(name for cells in logs.extras.values() for name in cells))
    completions = (row for rows in logs.completions.values() for row in rows)
    yield "completions", "completions", Completion._fields, completions
    finished = sync_rows(logs, sizes)
    for cycle in dict.fromkeys(run.cycle for run in runs):
        ids = [run.run_id for run in runs if run.cycle == cycle]
        name = f"sync-{ids[0][4:12]}-{ids[-1][4:12]}"
        yield name, "sync", Attempt._fields, (row for run_id in ids for row in finished.get(run_id, ()))
    yield "reviews", "reviews", (*Review._fields, *more), _review_rows(logs, more)
    yield "people", "people", Person._fields, logs.people.values()
    yield "accounts", "accounts", Account._fields, logs.accounts.values()
    yield "competencies", "competencies", Competency._fields, logs.competencies
    yield "scales", "scales", Scale._fields, logs.scales
    yield "cycles", "cycles", Cycle._fields, logs.cycles
    yield "consents", "consents", Consent._fields, logs.consents.values()
    yield "grants", "grants", Grant._fields, logs.grants
    yield "policy", "policy", Policy._fields, logs.policy


def _numeric(role: str, header: Cells) -> list[type | None]:
    """How each cell is written where the format has numbers."""
    kinds = {column.name: column.kind for column in ROLES[role].columns}
    types: dict[Kind | None, type] = {Kind.INTEGER: int, Kind.NUMBER: float}
    return [types.get(kinds.get(name)) for name in header]


def _value(cell: str, kind: type | None) -> object:
    """The cell as a value: null where blank, a number where the column is one and the cell reads as one."""
    if not cell:
        return None
    if kind is None:
        return cell
    number = float(cell)
    return int(number) if number.is_integer() else number


@dataclass(slots=True)
class Output:
    """What has been written so far: rows by file, and where the unreadable rows are: (role, record) to (file, line)."""

    torn: dict[tuple[str, str], str]
    rows: dict[str, int] = field(default_factory=dict)
    places: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def how(self, file: str, line: int, role: str, record_id: str) -> str | None:
        """How this row is to be torn, None where it is not; remembers where it is."""
        how = self.torn.get((role, record_id))
        if how:
            self.places[(role, record_id)] = file, line
        return how


def _write_csv(path: Path, role: str, header: Cells, rows: Iterable[Cells], output: Output) -> int:
    place = header.index("record_id") if "record_id" in header and output.torn else -1
    line = 1
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for line, row in enumerate(rows, start=2):
            how = output.how(path.name, line, role, row[place]) if place >= 0 else None
            writer.writerow(tear(row, how) if how else row)
    return line - 1


def _write_jsonl(path: Path, role: str, header: Cells, rows: Iterable[Cells], output: Output) -> int:
    place = header.index("record_id") if "record_id" in header and output.torn else -1
    kinds = _numeric(role, header)
    line = 0
    with path.open("wb") as file:
        for line, row in enumerate(rows, start=1):
            text = _encode(
                {name: _value(cell, kind) for name, cell, kind in zip(header, row, kinds, strict=True)}
            )
            if place >= 0 and output.how(path.name, line, role, row[place]):
                text = text[: len(text) // 2]
            file.write(text + b"\n")
    return line


def _write_parquet(path: Path, role: str, header: Cells, rows: Iterable[Cells]) -> int:
    import pyarrow as pa  # noqa: PLC0415  heavy, and only this format needs it
    import pyarrow.parquet as pq  # noqa: PLC0415  see above

    kinds = _numeric(role, header)
    columns = list(zip(*rows, strict=True)) or [() for _ in header]
    types: dict[type | None, pa.DataType] = {int: pa.int64(), float: pa.float64(), None: pa.string()}
    table = pa.table(
        {
            name: pa.array([_value(cell, kind) for cell in cells], type=types[kind])
            for name, cells, kind in zip(header, columns, kinds, strict=True)
        }
    )
    pq.write_table(table, path, compression="zstd")
    return int(table.num_rows)


def write_logs(logs: Logs, folder: Path, form: Form, runs: tuple[Run, ...], sizes: dict[str, int]) -> Output:
    """Write all files into the folder; answers what is where."""
    folder.mkdir(parents=True)
    output = Output(logs.torn)
    for name, role, header, rows in _tables(logs, runs, sizes):
        if form is Form.PARQUET:
            path = folder / f"{name}.parquet"
            output.rows[path.name] = _write_parquet(path, role, header, rows)
        elif form is Form.JSONL or (form is Form.MIXED and role == "sync"):
            path = folder / f"{name}.jsonl"
            output.rows[path.name] = _write_jsonl(path, role, header, rows, output)
        else:
            path = folder / f"{name}.csv"
            output.rows[path.name] = _write_csv(path, role, header, rows, output)
    return output
