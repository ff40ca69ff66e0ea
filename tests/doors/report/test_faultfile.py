import csv
import gzip
import json
from dataclasses import asdict, replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answers import HOSTILE, answer_of, busy, clean, hostile

from trueup.doors.report import faultfile, jsonout
from trueup.model.answers import FaultRow, Where


def expected_of(answer):
    return [jsonout.record(row) for row in answer.faults(None)]


def filed(answer, path):
    """The answer with its file of faults, as a check leaves it: keys of persons are still marked in it."""
    rows = [asdict(row) for row in answer.faults(None)]
    place = pa.struct([("file", pa.string()), ("line", pa.int64())])
    schema = pa.schema(
        [(name, pa.list_(place) if name == "where" else pa.string()) for name in faultfile.FIELDS]
    )
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return replace(answer, faults_file=str(path))


def test_parquet_holds_the_records_of_the_json(tmp_path):
    faultfile.write(filed(busy(), tmp_path / "kept"), tmp_path / "all.parquet")
    table = pq.read_table(tmp_path / "all.parquet")
    assert table.column_names == list(faultfile.FIELDS)
    assert table.to_pylist() == expected_of(busy())
    assert any("⟦" in (row.detail or "") for row in busy().faults(None))


@pytest.mark.parametrize(("name", "opener"), [("all.jsonl", open), ("ALL.JSONL.GZ", gzip.open)])
def test_jsonl_holds_the_records_of_the_json(tmp_path, name, opener):
    faultfile.write(busy(), tmp_path / name)
    with opener(tmp_path / name, "rt", encoding="utf-8") as lines:
        assert [json.loads(line) for line in lines] == expected_of(busy())


def test_csv_holds_the_same_fields_and_says_where(tmp_path):
    faultfile.write(busy(), tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == faultfile.FIELDS
    assert len(rows) == busy().total
    assert rows[0]["where"] == "moodle-completions.csv:2725; reviews.xlsx:851"
    assert rows[0]["caused_by"] == ""


def test_a_cell_that_starts_a_formula_is_escaped_in_csv_only(tmp_path):
    faultfile.write(hostile(), tmp_path / "all.csv.gz")
    with gzip.open(tmp_path / "all.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        values = [row["actual"] for row in csv.DictReader(lines)]
    assert values == [f"'{evil}" if evil.startswith("=") else evil for evil in HOSTILE]


def test_a_negative_number_stays_a_number_in_csv(tmp_path):
    row = FaultRow(
        "TU0802", "out-of-range", "high", "r", None, None, "score", "0 to 5", "-3.5", (Where("a.csv", 2),), ""
    )
    faultfile.write(answer_of([row]), tmp_path / "one.csv")
    assert ",-3.5," in (tmp_path / "one.csv").read_text()


def test_a_clean_answer_writes_a_file_with_columns_and_no_rows(tmp_path):
    faultfile.write(filed(clean(), tmp_path / "kept"), tmp_path / "none.parquet")
    faultfile.write(clean(), tmp_path / "none.csv")
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0
    assert (tmp_path / "none.csv").read_text().splitlines() == [",".join(faultfile.FIELDS)]


def test_the_same_answer_gives_the_same_bytes(tmp_path):
    for name in ("one.csv.gz", "two.csv.gz"):
        faultfile.write(busy(), tmp_path / name)
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()


@pytest.mark.parametrize("name", ["faults.xlsx", "faults", "faults.parquet.gz", "csv"])
def test_another_suffix_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(ValueError, match=r"\.parquet, \.jsonl or \.csv"):
        faultfile.write(busy(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
