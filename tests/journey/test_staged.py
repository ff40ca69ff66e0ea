"""One file to typed rows: one pass says and stages what two do, and the whole column decides how times are read."""

import dataclasses
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from trueup.journey.staged import stage_at_once, stage_surveyed
from trueup.model.relations import ROLES
from trueup.model.settings import FileSettings
from trueup.reconcile import reading

EXPORTS = Path(__file__).parent.parent / "exports"
ZONE = FileSettings(path="x", zone="Europe/Berlin")
HEADER = "record_id,employee_number,course_id,status,completed_at\n"
MANY = 5_000  # more rows than are looked at before the first are staged


def completions(tmp_path, dates, name="completions.csv"):
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"C{n},E{n},K1,completed,{date}\n" for n, date in enumerate(dates)))
    return path


def staged_at_once(path, tmp_path, told=ZONE):
    lost = []
    into = tmp_path / "staged.parquet"
    whole = stage_at_once(reading.identify(path, path.name, told), into, lost)
    return whole, pq.read_table(into) if into.exists() else None, lost


def readable_exports():
    return sorted(
        path
        for path in EXPORTS.rglob("*")
        if path.suffix in {".csv", ".json", ".jsonl", ".xlsx", ".ods", ".parquet", ".tsv", ".txt"}
    )


@pytest.mark.parametrize("path", readable_exports(), ids=lambda path: str(path.relative_to(EXPORTS)))
def test_one_pass_says_and_stages_what_two_do(path, tmp_path):
    one = reading.identify(path, path.name, ZONE)
    if one.role not in ROLES or one.opened is None:
        assert one.role == reading.inspect(path, path.name, ZONE).role
        return
    whole, rows, lost = staged_at_once(path, tmp_path)
    twice = reading.inspect(path, path.name, ZONE)
    assert whole == dataclasses.replace(twice, claim=whole.claim)
    if not any(need.required for need in twice.needs):
        assert lost == stage_surveyed(twice, tmp_path / "twice.parquet")
        assert rows.equals(pq.read_table(tmp_path / "twice.parquet"))


def test_order_that_only_the_last_row_proves_reads_all_rows(tmp_path):
    path = completions(tmp_path, ["04/01/2024 10:00"] * MANY + ["31/01/2024 10:00"])
    whole, rows, _ = staged_at_once(path, tmp_path)
    assert whole.declared.day_order == "dmy"
    assert rows["completed_at"].null_count == 0
    assert rows["completed_at"][0].as_py() == 1_704_358_800_000_000  # 4 January, 9:00 UTC


def test_numeric_dates_that_begin_late_are_read_in_the_order_that_they_prove(tmp_path):
    early = ["2024-01-04T10:00:00Z"] * MANY
    _, rows, _ = staged_at_once(completions(tmp_path, [*early, "04/01/2024", "31/01/2024"]), tmp_path)
    assert rows["completed_at"].null_count == 0


def test_dates_of_two_orders_are_a_problem_that_is_said_and_both_kinds_are_no_time(tmp_path):
    path = completions(
        tmp_path, ["31/01/2024", "04/01/2024"] + ["2024-01-04T10:00:00Z"] * MANY + ["01/31/2024"]
    )
    whole, rows, _ = staged_at_once(path, tmp_path)
    assert [p.what for p in whole.problems if p.line is None and "completed_at" in p.what] == [
        "completed_at: some dates have the day first, others the month"
    ]
    assert rows["completed_at"][1].as_py() is None


def test_years_first_and_years_last_in_one_column_are_a_problem_that_is_said(tmp_path):
    path = completions(tmp_path, ["98/01/04", "04/01/98"] + ["2024-01-04T10:00:00Z"] * MANY)
    whole, _, _ = staged_at_once(path, tmp_path)
    assert any("completed_at" in problem.what for problem in whole.problems if problem.line is None)


def test_language_of_months_that_only_a_late_row_shows_reads_all_rows(tmp_path):
    # listopad is October in Croatian, November in Czech; únor is Czech only
    path = completions(tmp_path, ["3 listopad 2024"] * MANY + ["3 únor 2024"])
    _, rows, _ = staged_at_once(path, tmp_path)
    assert rows["completed_at_raw"][0].as_py() == "3 listopad 2024"
    assert rows["completed_at"].null_count == 0


def test_file_that_breaks_off_after_its_beginning_is_not_readable(tmp_path):
    path = tmp_path / "completions.json"
    row = '{"record_id": "C1", "employee_number": "E1", "course_id": "K", "status": "completed", "completed_at": "2024-01-04T10:00:00Z"}'
    path.write_text("[" + ",".join([row] * MANY))
    whole, _, _ = staged_at_once(path, tmp_path)
    assert (whole.readable, whole.role) == (False, None)
    assert "cut off" in whole.problems[0].what


def test_rows_that_cannot_be_used_are_reported_once_however_often_the_file_is_read(tmp_path):
    path = completions(
        tmp_path, ["04/01/2024"] * 3 + ["04/01/2024,too,many"] + ["04/01/2024"] * MANY + ["31/01/2024"]
    )
    whole, rows, lost = staged_at_once(path, tmp_path)
    assert [problem.line for problem in lost] == [5]
    assert (whole.rows, whole.used, whole.reported, len(rows)) == (MANY + 5, MANY + 4, 1, MANY + 4)
