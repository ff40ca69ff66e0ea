"""`trueup inspect`: the contract's JSON, the words for people, the exit codes."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from trueup.doors.cli.inspect import inspect

EXPORTS = Path(__file__).parents[1] / "exports"
KEYS = {"file", "system", "role", "rows", "columns", "confidence", "problems", "needs"}


@pytest.fixture(scope="module")
def run():
    app = typer.Typer()
    app.command()(inspect)
    return lambda *args: CliRunner().invoke(app, [str(arg) for arg in args])


def test_json_is_a_list_with_one_object_a_file(run):
    given = [
        EXPORTS / "moodle/completion-course-safe101.csv",
        EXPORTS / "scim2-server/users-page1-count5.json",
    ]
    done = run(*given, "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 0
    assert [one["file"] for one in answer] == [str(path) for path in given]
    assert all(set(one) >= KEYS for one in answer)
    assert [(one["system"], one["role"], one["rows"]) for one in answer] == [
        ("moodle", "completions", 18),
        ("scim", "people", 5),
    ]
    assert [need["key"] for need in answer[0]["needs"]] == ["constants.course_id", "zone"]
    assert answer[1]["problems"][0]["what"].startswith("this is one page of several")


def test_directory_means_its_files(run):
    done = run(EXPORTS / "scim2-server", "--json")
    names = [Path(one["file"]).name for one in json.loads(done.stdout)]
    assert names == sorted(path.name for path in (EXPORTS / "scim2-server").iterdir())
    assert done.exit_code == 2  # the groups have no role


@pytest.mark.parametrize("name", ["moodle/de/grades-lead2.xml", "not-there.csv"])
def test_file_that_cant_be_read_is_named_and_the_exit_code_is_two(run, name):
    done = run(EXPORTS / name, "--json")
    (one,) = json.loads(done.stdout)
    assert (done.exit_code, one["role"], one["rows"]) == (2, None, 0)
    assert one["problems"][0]["what"]


def test_people_are_told_what_to_put_into_the_settings(run):
    done = run(EXPORTS / "moodle/completion-course-safe101.csv")
    assert done.exit_code == 0
    assert "Course complete" in done.stdout
    assert 'constants.course_id = "safe101"' in done.stdout
    assert "[[files]]" in done.stdout


def test_declarations_are_taken_from_the_settings(run, tmp_path):
    (tmp_path / "trueup.toml").write_text(
        'zone = "Europe/Berlin"\n[[files]]\npath = "completion-course-*.csv"\nconstants.course_id = "SAFE101"\n'
    )
    done = run(EXPORTS / "moodle/completion-course-safe101.csv", "--settings", tmp_path, "--json")
    assert json.loads(done.stdout)[0]["needs"] == []
    (tmp_path / "trueup.toml").write_text("zoen = 1\n")
    refused = run(EXPORTS / "moodle/completion-course-safe101.csv", "--settings", tmp_path)
    assert refused.exit_code == 2
    assert "did you mean 'zone'?" in refused.stderr


def test_nothing_is_changed(run, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("record_id,course_id,status,completed_at\n1,c,completed,2026-01-01\n")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    run(tmp_path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [p.name for p in tmp_path.iterdir()] == ["c.csv"]
