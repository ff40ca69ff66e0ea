"""`trueup task`, from a completion that nobody can write to its pack, its link and its end; the link at the running service."""

import os
from pathlib import Path

import pytest

import servers
from deliveries import Place

HERE = """
[[sources]]
name = "*"
targets = ["culture-amp"]

[[targets]]
name = "culture-amp"
connector = "evidence-pack"
options = { link = "https://trueup.example.com" }

[[targets]]
name = "archive"
connector = "folder"
address = "archive"
"""
ROWS = """record_id,source,employee_number,course_id,status,completed_at
cmc-1,moodle-hr,E1001,SAFE101,passed,2026-03-29T01:30:00+01:00
cmc-2,moodle-hr,E1002,SAFE101,passed,2026-03-29T01:30:00+01:00
"""
PEOPLE = """person_id,employee_number,email,first_name,last_name
u1,E1001,ann@corp.example.com,Ann,Lee
u2,E1002,bob@corp.example.com,Bob,Ray
"""


@pytest.fixture
def place(database: servers.DatabaseSettings, tmp_path: Path) -> Place:
    (tmp_path / "trueup.toml").write_text(HERE)
    (tmp_path / "completions.csv").write_text(ROWS)
    (tmp_path / "people.csv").write_text(PEOPLE)
    return Place(tmp_path, servers.environment(database))


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """Without a database."""
    return Place(tmp_path, {"PATH": os.environ["PATH"], "TRUEUP_DATA_DIR": str(tmp_path / "data")})


def test_from_a_task_to_its_pack_and_its_end(place):
    place.run("identity", "enrol", "people.csv")
    place.run("import", "completions.csv")
    place.run("identity", "resolve")
    place.run("worker", "--until-done", "--log-level", "error")
    told = place.json("task", "list")["tasks"]
    assert [(one["do"], one["target"], one["record"]) for one in told] == [
        ("enter", "culture-amp", "moodle-hr:cmc-1:1"),
        ("enter", "culture-amp", "moodle-hr:cmc-2:1"),
    ]
    assert "E1001" not in place.run("task", "list")
    assert "employee_number: E1001" in place.run("task", "list", "--reveal")
    packs = place.json("task", "pack", "packs", "--target", "culture-amp", "--person", "E1001")
    assert packs["packs"][0]["completions"] == 1
    assert packs["packs"][0]["links"][0].startswith("https://trueup.example.com/evidence/")
    assert {one.partition(".")[2] for one in packs["files"]} == {"csv", "pdf"}
    folder = place.directory / "packs"
    assert folder.stat().st_mode & 0o077 == 0
    assert "SAFE101" in (folder / "all.csv").read_text()
    first = told[0]["number"]
    assert place.run("task", "done", str(first), "--note", "entered").startswith("1 of 1 done")
    assert place.json("task", "done", str(first), code=3)["others"] == [first]
    assert [one["number"] for one in place.json("task", "list")["tasks"]] == [told[1]["number"]]
    status = place.json("status")
    assert [(one["target"], one["count"]) for one in status["tasks"]] == [("culture-amp", 1)]
    assert "done by hand" in place.run("trace", "moodle-hr:cmc-1")
    place.run("task", "undo", str(first), "--note", "the wrong review")
    assert len(place.json("task", "list")["tasks"]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["task", "pack", "packs", "--target", "archive"], "culture-amp"),
        (["task", "pack", "packs", "--target", "nowhere"], "culture-amp"),
        (["task", "pack", "packs", "--target", "culture-amp", "--person", "E9"], "nobody today"),
        (["task", "pack", "completions.csv", "--target", "culture-amp"], "can't be written"),
        (["task", "done", "17", "--note", " "], "note"),
        (["task", "done"], "NUMBER"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(place, words, said):
    place.run("db", "migrate")
    assert said in place.run(*words, code=2)


@pytest.mark.parametrize("verb", ["list", "done", "undo", "pack"])
def test_help_has_examples(bare, verb):
    assert "Examples" in bare.run("task", verb, "--help")
