"""The answer as one JSON object (faults.md, "What `check` answers"). Knows nothing of pages or terminals.

Nothing is masked here: this is the answer that machines act on, and whoever asks for it holds the inputs.
Keep the file where the inputs are kept. Keys beyond the contract: `as_of`, `engine`, `primary_counts`,
`notes`, `charts`, and `caused_by` in a fault.
"""

import json
import math
from dataclasses import asdict
from typing import TextIO

from trueup.doors.report.mask import without_marks
from trueup.model.answers import Answer, FaultRow, Kpi

SCHEMA = "trueup.check/1"
MARKED = ("person", "expected", "actual", "detail")  # the fields in which keys of persons are marked


def write(answer: Answer, target: TextIO, *, faults_limit: int | None) -> None:
    """Writes the object to `target`; faults are streamed, one a line, at most `faults_limit` (None: all).

    Where the limit leaves some out, `notes` says how many; `counts` always holds all of them.
    """
    target.write("{\n")
    target.writelines(
        f"{_text(key)}: {_text(value)},\n" for key, value in _head(answer, faults_limit).items()
    )
    target.write('"faults": [')
    separator = "\n"
    for row in answer.faults(faults_limit):
        target.write(separator + _text(record(row)))
        separator = ",\n"
    target.write("\n]\n}\n")


def record(row: FaultRow) -> dict[str, object]:
    """One fault with the field names of the contract; the same in JSON, JSONL, CSV and Parquet."""
    plain = {name: without_marks(getattr(row, name)) for name in MARKED}
    return {
        "code": row.code,
        "name": row.name,
        "severity": row.severity,
        "record_id": row.record_id,
        "person": plain["person"],
        "course_id": row.course_id,
        "field": row.field,
        "expected": plain["expected"],
        "actual": plain["actual"],
        "where": [{"file": place.file, "line": place.line} for place in row.where],
        "detail": plain["detail"] or "",
        "caused_by": row.caused_by,
    }


def _head(answer: Answer, faults_limit: int | None) -> dict[str, object]:
    notes = [without_marks(note) for note in answer.notes]
    if faults_limit is not None and faults_limit < answer.total:
        notes.append(f"{faults_limit} of {answer.total} faults are listed; --faults FILE writes all of them.")
    return {
        "schema": SCHEMA,
        "as_of": answer.as_of,
        "engine": answer.engine,
        "inputs": [asdict(one) for one in answer.inputs],
        "kpis": {kpi.key: _kpi(kpi) for kpi in answer.kpis},
        "counts": answer.counts,
        "primary_counts": answer.primary_counts,
        "families": [{**asdict(line), "headline": without_marks(line.headline)} for line in answer.families],
        "unchecked": [asdict(one) for one in answer.unchecked],
        "charts": asdict(answer.charts),
        "notes": notes,
    }


def _kpi(kpi: Kpi) -> dict[str, object]:
    known = kpi.value is not None and math.isfinite(kpi.value)
    return {
        "value": kpi.value if known else None,
        "unit": kpi.unit,
        "warn": kpi.warn,
        "breach": kpi.breach,
        "state": kpi.state,
        "says": kpi.says,
        "title": kpi.title,
        "higher_is_worse": kpi.higher_is_worse,
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
