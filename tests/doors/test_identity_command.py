"""`trueup identity match`: two files in, links out, in the form that the name asks for; what can't be is told."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from trueup.doors.cli.app import app
from trueup.doors.links_file import FIELDS
from trueup.identity.policy import default_policy

NAMES = [f"{a}{b}" for a in ("Ada", "Ben", "Cleo", "Dora", "Emil") for b in ("", "line", "rik", "ssa")]


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A roster and a system's accounts of a hundred people, as CSV; one row of the roster has no id."""
    there = tmp_path_factory.mktemp("identity")
    rows = [
        (f"id-{n}", f"{1000 + n}", NAMES[n % 20], f"Quarter{chr(97 + n // 4)}", f"q{n}@firm.example")
        for n in range(100)
    ]
    with (there / "hr.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ("person_id", "employee_number", "first_name", "last_name", "email"),
                *rows,
                ("", "9", "No", "Id", ""),
            ]
        )
    with (there / "lms.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Login", "employee_number", "first_name", "last_name", "email"))
        writer.writerows(
            (f"u{n}", number if n % 2 else "", first, last, mail if n % 3 else "")
            for n, (_, number, first, last, mail) in enumerate(rows)
        )
    return there


def test_links_are_written_in_each_form_and_say_the_same(files: Path) -> None:
    asked = ("identity", "match", "--people", files / "hr.csv", "--accounts", files / "lms.csv")
    told = ("--column", "accounts.account_name=Login", "--json", "--out")
    code, said, _ = run(*asked, *told, files / "links.parquet", "--save-model", files / "model.json")
    answer = json.loads(said)
    assert code == 0
    assert answer["accounts"] == 100 == answer["auto"] + answer["review"] + answer["none"]
    assert answer["auto"] > 30
    assert answer["rows_without_id"] == 1
    assert answer["policy"] == default_policy().hash
    rows = pq.read_table(files / "links.parquet").to_pylist()
    assert tuple(rows[0]) == FIELDS
    assert {row["issuer"] for row in rows} == {"lms"}
    assert all(row["person"] == f"id-{row['account'][1:]}" for row in rows if row["band"] == "auto")
    for form in ("links.csv", "links.jsonl.gz"):
        assert run(*asked, *told, files / form, "--model", files / "model.json")[0] == 0
    with (files / "links.csv").open(newline="") as file:
        assert [row["account"] for row in csv.DictReader(file)] == [row["account"] for row in rows]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--out", "x.parquet"), "either a roster or --dedupe"),
        (("--dedupe", "--out", "x.doc"), "the ending says no form"),
        (("--dedupe", "--out", "none/x.csv"), "can't be written"),
        (("--dedupe", "--out", "x.csv", "--column", "accounts=Login"), "says no column"),
        (("--dedupe", "--out", "x.csv", "--memory", "much"), "much"),
        (("--dedupe", "--out", "x.csv", "--model", "lms.csv"), "can't be read"),
        (("--dedupe", "--out", "x.csv", "--policy", "lms.csv"), "a policy"),
        (("--dedupe", "--out", "lms.csv"), "one of the files to be read"),
    ],
    ids=["neither", "form", "place", "column", "memory", "model", "policy", "input"],
)
def test_what_cannot_be_is_told_and_writes_nothing(
    files: Path, words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    before = (files / "lms.csv").read_bytes()
    code, _, said = run("identity", "match", "--accounts", "lms.csv", *words)
    assert code == 2
    assert says in said
    assert not (files / "x.csv").exists()
    assert (files / "lms.csv").read_bytes() == before


def test_a_model_is_read_for_its_numbers_alone(files: Path, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(
        json.dumps({"comparisons": [{"sql_condition": "1 = 1"}], "link_type": "link_only"})
    )
    code, _, said = run(
        *("identity", "match", "--people", files / "hr.csv", "--accounts", files / "lms.csv"),
        *("--out", tmp_path / "x.csv", "--model", tmp_path / "model.json"),
    )
    assert (code, "unknown field" in said) == (2, True)


def test_the_policy_printed_is_the_policy_used(tmp_path: Path) -> None:
    printed = run("identity", "policy")[1]
    (tmp_path / "mine.toml").write_text(printed)
    assert (
        run("identity", "policy", "--policy", tmp_path / "mine.toml", "--hash")[1].strip()
        == default_policy().hash
    )
