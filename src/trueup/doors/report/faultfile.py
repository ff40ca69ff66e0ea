"""All faults of an answer as Parquet, JSONL or CSV. Knows the shape of a row; knows nothing of what is wrong.

The fields are those of the JSON answer (`jsonout.record`), and like it the files aren't masked.
"""

import csv
import json
from pathlib import Path

from trueup.doors.report.jsonout import MARKED, record
from trueup.doors.report.mask import MARK
from trueup.doors.text_file import kind_of, text_file
from trueup.kit.cells import formula_safe
from trueup.model.answers import Answer, FaultRow

FIELDS = (
    *("code", "name", "severity", "record_id", "person", "course_id"),
    *("field", "expected", "actual", "where", "detail", "caused_by"),
)
_BATCH = 20_000  # rows held at once


def write(answer: Answer, path: Path) -> None:
    """Writes every fault to `path`, in the form that its name asks for.

    Raises ValueError for a name that `kind_of` doesn't know (before anything is written), and OSError where
    the file can't be written.
    """
    match kind_of(path):
        case "parquet":
            _parquet(answer, path)
        case "jsonl":
            with text_file(path) as target:
                for row in answer.faults(None):
                    target.write(json.dumps(record(row), ensure_ascii=False, allow_nan=False) + "\n")
        case _:
            with text_file(path) as target:
                writer = csv.writer(target, lineterminator="\n")
                writer.writerow(FIELDS)
                writer.writerows(_cells(row) for row in answer.faults(None))


def _cells(row: FaultRow) -> list[str]:
    """A fault as CSV cells: blank where null, `where` as "file:line; file:line"."""
    values = record(row) | {"where": "; ".join(f"{place.file}:{place.line}" for place in row.where)}
    return [formula_safe(str(values[name])) if values[name] is not None else "" for name in FIELDS]


def _parquet(answer: Answer, path: Path) -> None:
    """Column by column from the answer's own file: a big check has a million faults, and no row is looked at."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that the text forms don't need
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    place = pa.struct([("file", pa.string()), ("line", pa.int64())])
    schema = pa.schema([(name, pa.list_(place) if name == "where" else pa.string()) for name in FIELDS])
    with pq.ParquetWriter(str(path), schema, compression="zstd") as writer:
        for batch in pq.ParquetFile(answer.faults_file).iter_batches(_BATCH, columns=list(FIELDS)):
            columns = {name: batch.column(name) for name in FIELDS}
            for name in MARKED:
                columns[name] = pc.replace_substring_regex(columns[name], MARK, r"\1")
            columns["detail"] = pc.fill_null(columns["detail"], "")
            writer.write_table(pa.table(columns, schema=schema))
