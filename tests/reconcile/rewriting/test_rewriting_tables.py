import csv
from datetime import UTC, date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trueup.reconcile.formats import Hints
from trueup.reconcile.rewriting import Edit, Reading, Rows, rewrite, written_as

PLAIN = Reading(Hints())
THEN = datetime(2026, 3, 6, 12, 30, tzinfo=UTC)


def table(**columns: pa.Array) -> pa.Table:
    return pa.table(columns).replace_schema_metadata({"made": "here"})


def test_parquet_keeps_its_schema_its_types_and_the_other_rows(tmp_path):
    path = tmp_path / "a.parquet"
    given = table(
        id=pa.array(["1", "2", "3"]),
        at=pa.array([THEN, None, THEN], pa.timestamp("us", "UTC")),
        day=pa.array([date(2026, 3, 6)] * 3),
        score=pa.array([1.5, 2, 3]),
        level=pa.array([1, 2, 3], pa.int16()),
        label=pa.array(["a", "b", "a"]).dictionary_encode(),
        extra=pa.array([{"x": 1}, {"x": 2}, None]),
    )
    pq.write_table(given, path, compression="zstd")
    cells = {1: "2026-03-06T13:00:00Z", 2: "2026-03-07", 3: "74.5", 4: "4", 5: "c", 6: None}
    edits = {0: Edit(removed=True), 1: Edit(cells=cells)}
    rewrite(path, "a.parquet", PLAIN, tmp_path / "o.parquet", lambda _rows: edits)
    done = pq.read_table(tmp_path / "o.parquet")
    assert done.schema.equals(given.schema, check_metadata=True)
    assert pq.ParquetFile(tmp_path / "o.parquet").metadata.row_group(0).column(0).compression == "ZSTD"
    changed, kept = done.to_pylist()
    assert kept == given.to_pylist()[2]
    assert changed == {
        "id": "2",
        "at": datetime(2026, 3, 6, 13, tzinfo=UTC),
        "day": date(2026, 3, 7),
        "score": 74.5,
        "level": 4,
        "label": "c",
        "extra": None,
    }


@pytest.mark.parametrize(
    ("column", "text", "holds"),
    [
        (0, "any", True),
        (0, None, False),  # the column may not be empty
        (1, "74", True),
        (1, "74.5", False),
        (1, None, True),
        (2, "true", False),  # flags are never corrected
    ],
)
def test_a_typed_column_holds_what_its_type_holds(tmp_path, column, text, holds):
    path = tmp_path / "a.parquet"
    schema = pa.schema([pa.field("id", pa.string(), nullable=False), ("n", pa.int64()), ("flag", pa.bool_())])
    pq.write_table(pa.table([["1"], [1], [True]], schema=schema), path)
    said = []
    rewrite(
        path,
        "a.parquet",
        PLAIN,
        tmp_path / "o.parquet",
        lambda rows: said.append(rows.holds(column, text)) or {},
    )
    assert said == [holds]


def workbook(path):
    book = openpyxl.Workbook()
    book.active.append(["id", "at", "note"])
    book.active.append([1, datetime.fromisoformat("2026-03-06T13:00"), "a, b"])
    book.active.append([2, datetime.fromisoformat("2026-03-07T13:00"), None])
    book.active.append([3, datetime.fromisoformat("2026-03-08T13:00"), "c"])
    book.save(path)


def test_a_workbook_s_table_is_written_as_csv(tmp_path):
    path = tmp_path / "r.xlsx"
    workbook(path)
    headers = []

    def decide(rows: Rows) -> dict[int, Edit]:
        headers.extend([*rows.header, rows.whole(0)["note"]])
        return {1: Edit(cells={2: "new"}), 2: Edit(removed=True)}

    rewrite(path, "r.xlsx", PLAIN, tmp_path / "r.csv", decide)
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["id", "at", "note"],
            ["1", "2026-03-06T13:00:00", "a, b"],
            ["2", "2026-03-07T13:00:00", "new"],
        ]
    assert headers == ["id", "at", "note", "a, b"]


@pytest.mark.parametrize(
    ("taken", "name"),
    [({"q1/r.xlsx"}, "q1/r.csv"), ({"q1/r.xlsx", "q1/r.csv"}, "q1/r.xlsx.csv")],
)
def test_a_workbook_s_table_takes_no_other_input_s_name(tmp_path, taken, name):
    path = tmp_path / "r.xlsx"
    workbook(path)
    assert written_as(path, "q1/r.xlsx", Hints(), taken) == name
