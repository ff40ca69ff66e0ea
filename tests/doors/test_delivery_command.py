"""Worker, status, trace, dlq, connectors: started as a person does, on a real database."""

import os
import sys
from pathlib import Path

import pytest

import servers
from deliveries import ARCHIVE_AND_SHUT, Place
from trueup.connectors import sources
from trueup.connectors.targets import MANIFESTS
from trueup.kit.database import DatabaseSettings

TRUEUP = Path(sys.executable).parent / "trueup"
LRS = """
[[sources]]
name = "lrs"
connector = "xapi-lrs"
address = "http://127.0.0.1:9/xapi"
"""
ROWS = """record_id,revision,source,account_issuer,account_name,course_id,status,completed_at
cmc-1,1,moodle-hr,https://lms.example.com,emp1,SAFE101,passed,2026-03-29T01:30:00+01:00
cmc-2,1,moodle-hr,https://lms.example.com,emp2,SAFE101,passed,2026-03-29T01:30:00+01:00
cmc-3,1,moodle-hr,https://lms.example.com,emp3,SAFE101,passed,2026-03-29T01:30:00+01:00
"""


@pytest.fixture
def place(database: DatabaseSettings, tmp_path: Path) -> Place:
    (tmp_path / "trueup.toml").write_text(ARCHIVE_AND_SHUT.format(archive=tmp_path / "archive"))
    (tmp_path / "completions.csv").write_text(ROWS)
    return Place(tmp_path, servers.environment(database))


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """Without a database: what is refused before one is asked for."""
    (tmp_path / "trueup.toml").write_text(ARCHIVE_AND_SHUT.format(archive=tmp_path) + LRS)
    return Place(tmp_path, {"PATH": os.environ["PATH"], "TRUEUP_DATA_DIR": str(tmp_path / "data")})


def test_from_a_completion_to_its_story_and_its_dead_letter(place: Place):
    assert "nothing was due" in place.run("status")
    place.run("import", "completions.csv")
    assert place.json("status")["deliveries"] != []
    place.run("worker", "--until-done", "--log-level", "error")
    assert len(list((place.directory / "archive").glob("*.json"))) == 3

    told = place.run("status")
    assert "given up: 3 at shut: TU0402" in told
    story = place.run("trace", "moodle-hr:cmc-1")
    assert "to archive: verified" in story
    assert "create  accepted" in story
    assert "to shut: dead TU0402" in story
    (revision,) = place.json("trace", "moodle-hr:cmc-1:1")["revisions"]
    assert {one["target"]: one["state"] for one in revision["deliveries"]} == {
        "archive": "verified",
        "shut": "dead",
    }
    assert [one["kind"] for one in revision["attempts"] if one["target"] == "archive"] == ["create", "look"]

    assert place.json("reconcile", "archive")["counts"] == {}
    next((place.directory / "archive").glob("*.json")).unlink()
    assert place.json("reconcile", "archive", "--repair", code=3)["counts"] == {"written then vanished": 1}
    place.run("worker", "--until-done", "--log-level", "error")
    assert "3 as they should be, 3 listed by it" in place.run("reconcile", "archive")
    assert "3  given up" in place.run("reconcile", "shut", code=3)

    made = place.json("calls", "--target", "shut", "--failed", "--limit", "1")["calls"]
    assert [(one["kind"], one["status"]) for one in made] == [("write", None)]
    assert "ConnectError" in place.run("calls", "--failed")
    assert "no such call" in place.run("calls", "--target", "nowhere")

    letters = place.json("dlq", "list")
    assert [one["count"] for one in letters["causes"]] == [3]
    number = str(letters["letters"][0]["number"])
    assert "create, with these fields" in place.run("dlq", "show", number)
    assert "lms.example.com" not in place.run("dlq", "show", number)
    assert place.json("dlq", "redrive", "--target", "shut")["sent"] == []
    assert len(place.json("dlq", "redrive", "--target", "shut", "--yes")["sent"]) == 3
    assert "on its way again" in place.run("dlq", "redrive", number, "--yes", code=3)
    place.run("worker", "--until-done", "--log-level", "error")
    left = place.json("dlq", "list")["letters"]
    assert [one["redriven_at"] for one in left] == [None] * 3
    assert place.json("dlq", "discard", number, "--reason", "by hand")["discarded"] == [int(number)]
    assert "0 of 1" in place.run("dlq", "discard", number, "--reason", "by hand", code=3)
    assert len(place.json("dlq", "list", "--settled")["letters"]) == 3
    doctor = {one["name"]: one for one in place.json("doctor", "--port", "18099", code=3)["checks"]}
    assert doctor["outbox"]["do"] == "trueup dlq list"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["trace", "x"], "names no record"),
        (["dlq", "redrive"], "none is named"),
        (["dlq", "discard", "1", "--reason", " "], "the reason is empty"),
        (["connectors", "nothing"], "no connector is called"),
        (["reconcile", "nothing"], "no target is called"),
        (["reconcile", "archive", "--cycle", "nothing"], "no cycle is called"),
        (["pull", "nothing"], "is declared to be pulled"),
        (["pull", "lrs", "--since", "yesterday"], "is no instant"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(bare: Place, words, says):
    told = bare.run(*words, code=2)
    assert says in told
    assert "do:" in told


def test_what_is_not_there_is_said_to_be_missing(place: Place):
    assert "nothing stands under" in place.run("trace", "moodle-hr:nothing", code=2)
    assert "nothing has the number 17" in place.run("dlq", "show", "17", code=2)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("", "no target is declared"),
        ('[[targets]]\nname = "a"\n', "has no connector"),
        ('[[targets]]\nname = "a"\nconnector = "fax"\n', "'fax', which there is not"),
        ('[[targets]]\nname = "a"\nconnector = "folder"\n', "needs an address"),
        (
            '[[targets]]\nname = "a"\nconnector = "webhook"\nsecret = "whsec_c2VjcmV0"\n',
            "a secret stands in the settings",
        ),
        ('[[targets]]\nname = "a"\nconnector = "webhook"\nsecret = "env:NOT_THERE"\n', "is not there"),
        ('[[targets]]\nname = "a"\nconnector = "webhook"\nsecret = "file:/not/there"\n', "can't be read"),
        ('[[targets]]\nname = "a"\nconnector = "folder"\naddress = "x"\n' * 2, "two targets have one name"),
        ('[[targets]]\nname = "a"\nconnector = "folder"\nbatch = 0\n', "batch has the wrong type"),
        ('[[cycles]]\nname = "a"\nopens_at = "2026-01-01"\n', "opens_at is no instant"),
        (
            '[[cycles]]\nname = "a"\nopens_at = "2027-01-01T00:00:00Z"\ncutoff_at = "2026-01-01T00:00:00Z"\n',
            "ends before it opens",
        ),
    ],
)
def test_a_worker_refuses_settings_that_it_can_t_work_with_and_shows_no_secret(bare: Place, settings, says):
    (bare.directory / "trueup.toml").write_text(settings)
    told = bare.run("worker", code=2)
    assert says in told
    assert "c2VjcmV0" not in told


def test_every_connector_is_listed_with_what_it_can_and_was_built_from(bare: Place):
    told = bare.json("connectors")["connectors"]
    assert {one["name"] for one in told if one["role"] == "target"} == set(MANIFESTS)
    assert {one["name"] for one in told if one["role"] == "source"} == set(sources.MANIFESTS)
    assert all(one["proof"] in {"run", "recorded", "documented"} and one["needs"] for one in told)
    assert "nobody has seen it work" in bare.run("connectors", "successfactors")
    assert all(name in bare.run("connectors") for name in MANIFESTS)
