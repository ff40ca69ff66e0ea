"""What `trueup sample` writes and refuses: the same bytes for the same plan, contract columns, nothing overwritten."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from trueup.doors.cli.sample import sample
from trueup.model.relations import ROLES
from trueup.sandbox.company import Plan
from trueup.sandbox.sample import SampleRefusedError, codes_of, write_sample
from trueup.sandbox.writing import Form

NAMES = {
    "completions.csv",
    "reviews.csv",
    "people.csv",
    "accounts.csv",
    "competencies.csv",
    "scales.csv",
    "cycles.csv",
    "consents.csv",
    "grants.csv",
    "policy.csv",
    "sync-20260104-20260402.jsonl",
    "sync-20260403-20260702.jsonl",
    "sync-20260703-20261002.jsonl",
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_plan_gives_the_same_bytes_and_another_seed_gives_others(tmp_path):
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        write_sample(tmp_path / name, Plan(200, seed), codes_of("all"))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert bytes_of(tmp_path / "one")["clean/people.csv"] != bytes_of(tmp_path / "three")["clean/people.csv"]


def test_the_twin_does_not_depend_on_what_is_planted_in_the_other(tmp_path):
    write_sample(tmp_path / "one", Plan(200, 5), codes_of("TU0301"))
    write_sample(tmp_path / "two", Plan(200, 5), codes_of("none"))
    one, two = bytes_of(tmp_path / "one"), bytes_of(tmp_path / "two")
    assert {name for name in one if one[name] != two[name]} >= {"logs/reviews.csv", "truth.jsonl"}
    assert all(one[name] == two[name] for name in one if name.startswith("clean/"))
    assert two["truth.jsonl"] == b""


def test_only_the_codes_asked_for_are_planted(tmp_path):
    planted = write_sample(tmp_path / "out", Plan(200, 5), codes_of("tu0203,TU0601")).planted
    assert planted.keys() == {"TU0203", "TU0601"}


def test_the_files_have_their_names_and_the_contracts_columns_in_order(tmp_path):
    write_sample(tmp_path / "out", Plan(200, 5), codes_of("none"))
    for folder in ("logs", "clean"):
        assert {path.name for path in (tmp_path / "out" / folder).iterdir()} == NAMES
    for path in (tmp_path / "out" / "clean").iterdir():
        role = ROLES[path.name.partition("-")[0].partition(".")[0]]
        text = path.read_text(encoding="utf-8").splitlines()
        header = list(json.loads(text[0])) if path.suffix == ".jsonl" else next(csv.reader(text))
        more = ["title"] if role.name == "reviews" else []
        assert header == [*role.names, *more]


@pytest.mark.parametrize("form", list(Form))
def test_every_format_holds_the_same_rows(tmp_path, form):
    written = write_sample(tmp_path / "out", Plan(200, 5), codes_of("all"), form)
    logs = tmp_path / "out" / "logs"
    counted = 0
    for name, rows in written.files.items():
        if name.startswith("logs/"):
            path = logs / name.removeprefix("logs/")
            if path.suffix == ".parquet":
                found = pq.ParquetFile(path).metadata.num_rows
            else:
                found = len(path.read_text(encoding="utf-8").splitlines()) - (path.suffix == ".csv")
            assert found == rows
            counted += 1
    assert counted == len(NAMES)
    assert written.left_out == (("TU0308",) if form is Form.PARQUET else ())


def test_parquet_keeps_numbers_as_numbers_and_blanks_as_null(tmp_path):
    write_sample(tmp_path / "out", Plan(200, 5), codes_of("none"), Form.PARQUET)
    table = pq.read_table(tmp_path / "out" / "logs" / "completions.parquet")
    assert str(table.schema.field("revision").type) == "int64"
    assert str(table.schema.field("score").type) == "double"
    assert table["score"].null_count > 0


def test_no_twin_is_written_where_none_is_wanted(tmp_path):
    write_sample(tmp_path / "out", Plan(200, 5), codes_of("none"), twin=False)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"logs", "truth.jsonl", "README.txt"}


def test_people_can_be_called_by_number_in_the_reviews(tmp_path):
    write_sample(tmp_path / "out", Plan(200, 5, person_as="number"), codes_of("all"))
    with (tmp_path / "out" / "clean" / "reviews.csv").open(encoding="utf-8", newline="") as file:
        assert all(row["person"].startswith("E1") for row in csv.DictReader(file))


def test_a_former_sample_is_replaced_only_when_forced_and_leaves_nothing_behind(tmp_path):
    out = tmp_path / "out"
    write_sample(out, Plan(200, 5), codes_of("all"))
    with pytest.raises(SampleRefusedError, match="--force"):
        write_sample(out, Plan(200, 5), codes_of("none"))
    write_sample(out, Plan(200, 5), codes_of("none"), twin=False, force=True)
    assert not (out / "clean").exists()


def test_a_directory_with_other_things_is_never_touched(tmp_path):
    (tmp_path / "README.txt").write_text("my thesis")
    with pytest.raises(SampleRefusedError, match="no sample"):
        write_sample(tmp_path, Plan(200, 5), codes_of("none"), force=True)
    assert bytes_of(tmp_path) == {"README.txt": b"my thesis"}


def test_force_keeps_what_the_sample_did_not_write(tmp_path):
    out = tmp_path / "out"
    write_sample(out, Plan(200, 5), codes_of("none"))
    (out / "trueup.toml").write_text("zone = 'Europe/Berlin'")
    write_sample(out, Plan(200, 5), codes_of("none"), force=True)
    assert (out / "trueup.toml").read_text() == "zone = 'Europe/Berlin'"


app = typer.Typer()
app.command()(sample)


def test_the_command_says_what_it_wrote_and_what_to_run_next(tmp_path):
    answer = CliRunner().invoke(app, [str(tmp_path / "out"), "--people", "200", "--seed", "3"])
    assert answer.exit_code == 0
    assert f"next: trueup check {tmp_path / 'out' / 'logs'}" in answer.stdout.replace("\n", "")


def test_the_command_answers_in_json(tmp_path):
    asked = [str(tmp_path / "out"), "--people", "200", "--faults", "TU0301", "--json"]
    answer = json.loads(CliRunner().invoke(app, asked).stdout)
    assert answer["schema"] == "trueup.sample/1"
    assert answer["planted"] == {"TU0301": 3}
    assert answer["files"]["logs/people.csv"] == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--faults", "TU9999"], "no fault TU9999"),  # no such code
        (["--people", "20"], "200 to 200000"),  # the faults would not fit
        (["--people", "900000"], "200 to 200000"),  # it would not fit
        (["--format", "xlsx"], "no format 'xlsx'"),  # not written
        (["--year", "1066"], "--year 2000"),  # zones are no guide there
        (["--person-as", "nickname"], "uuid or number"),  # no such key
    ],
)
def test_what_cannot_be_made_is_refused_with_a_reason_and_nothing_is_written(tmp_path, asked, said):
    answer = CliRunner().invoke(app, [str(tmp_path / "out"), *asked])
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    answer = CliRunner().invoke(app, [str(tmp_path / "out")])
    assert answer.exit_code == 2
    assert "is a file" in answer.stderr


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    answer = CliRunner().invoke(app, [str(tmp_path / "file" / "out")])
    assert answer.exit_code == 2
    assert "can't be written" in answer.stderr
