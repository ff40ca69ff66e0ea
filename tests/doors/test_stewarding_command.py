"""`trueup identity` and `trueup who` on a database, as a steward uses them: from a roster to a decision and back."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import servers
from trueup.doors.cli.app import app

PEOPLE = """person_id,employee_number,email,first_name,last_name,hired_on,left_on,department,city
u1,E1,ann@x.org,Ann,Lee,2020-01-01,,IT,Leeds
u2,E2,bob@x.org,Bob,Ray,2020-01-01,,HR,Oslo
u3,E3,eve@x.org,Eve,Fox,2020-01-01,,HR,Oslo
u4,E4,eve2@x.org,Eve,Fox,2020-01-01,,HR,Oslo
"""
ACCOUNTS = """account_issuer,account_name,employee_number,email,first_name,last_name
lms,ann,E1,ann@x.org,Ann,Lee
lms,eve,,,Eve,Fox
academy,bob,E2,bob@x.org,Bob,Ray
"""


class Place:
    """A database, a directory with files, and the command on both."""

    def __init__(
        self, settings: servers.DatabaseSettings, directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in servers.environment(settings).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(directory)
        self.directory = directory
        (directory / "people.csv").write_text(PEOPLE)
        (directory / "accounts.csv").write_text(ACCOUNTS)

    def run(self, *words: str, code: int = 0) -> str:
        """What the command says on stdout, or on stderr where it is to end with another code."""
        done = CliRunner().invoke(app, words)
        assert done.exit_code == code, (words, done.output, done.exception)
        return done.stderr if code == 2 else done.stdout

    def asked(self, *words: str) -> dict:
        answer: dict = json.loads(self.run(*words, "--json"))
        return answer

    def decisions(self) -> int:
        return len(self.asked("identity", "history")["decisions"])


@pytest.fixture
def place(database: servers.DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(database, tmp_path, monkeypatch)


def test_a_steward_goes_from_a_roster_to_a_decision_and_back(place: Place):
    done = place.asked("identity", "enrol", "people.csv", "accounts.csv", "-q")
    assert done["accounts"] == {"accounts": 3, "linked": 2, "waiting": 1, "alone": 0}
    assert [(one["source"], one["new"]) for one in done["files"]] == [
        ("people", 4),
        ("lms", 2),
        ("academy", 1),
    ]
    listed = place.asked("identity", "conflicts", "--about", "several people")
    (eve,) = listed["conflicts"]
    assert {one["person"]["said"]["employee_number"][0] for one in eve["choices"]} == {"E3", "E4"}
    number = str(eve["number"])
    assert f"{number}  several people  lms/eve" in place.run("identity", "conflicts")
    for form in ("html", "csv", "json"):
        place.run("identity", "conflicts", "--out", f"conflicts.{form}")
    assert "Several people" in (place.directory / "conflicts.html").read_text(encoding="utf-8")
    with (place.directory / "conflicts.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["number"] for row in csv.DictReader(file)].count(number) == 2
    assert json.loads((place.directory / "conflicts.json").read_text())["counts"] == listed["counts"]

    place.run("identity", "decide", number, "--link", "E4", "--reason", "asked her", "--by", "hr")
    shown = place.asked("identity", "show", number)
    assert [(one["by"], one["reason"]) for one in shown["decisions"]] == [("hr", "asked her")]
    e3, e4 = [place.asked("who", one)["person"]["id"] for one in ("E3", "E4")]
    assert shown["person"] == e4
    (merged,) = place.asked("identity", "merge", "E3", e4[:8], "--reason", "hired twice")["decisions"]
    assert place.asked("who", "E3")["person"]["id"] == e4
    assert "hired twice" in place.run("identity", "history", "E3")
    assert "the same" in place.run("identity", "replay")
    place.run("identity", "unmerge", str(merged), "--reason", "two sisters")
    assert place.asked("who", "E3")["person"]["id"] == e3
    place.run("identity", "export", "--out", "decisions.jsonl")
    told = place.asked("identity", "import", "decisions.jsonl")
    assert told["taken"] == 0
    assert told["known"] == place.decisions()
    assert place.asked("identity", "resolve", "-q")["linked"] == 0
    place.run("identity", "policy")
    assert "nobody" in place.run("who", "E9", code=1)


REFUSED = [
    (("identity", "decide", "1", "--reason", "x"), "it isn't said what is decided"),
    (("identity", "decide", "1", "--own", "--link", "E1", "--reason", "x"), "it isn't said what is decided"),
    (("identity", "decide", "999", "--link", "E1", "--reason", "x"), "no record has this number"),
    (("identity", "decide", "1", "--link", "E9", "--reason", "x"), "nobody today"),
    (("identity", "decide", "1", "--own", "--reason", " "), "a decision has a reason"),
    (("identity", "merge", "E1", "E1", "--reason", "x"), "both are one person already"),
    (("identity", "unmerge", "1", "--reason", "x"), "no merge has this number"),
    (("identity", "show", "999"), "no record has the number"),
    (("identity", "history", "E9"), "nobody today"),
    (("identity", "conflicts", "--about", "all"), "there is no kind"),
    (("identity", "conflicts", "--out", "x.doc"), "the ending says no form"),
    (("identity", "import", "people.csv"), "people.csv:1"),
    (("identity", "enrol", "people.csv", "--as", "dogs"), "is no role"),
    (("identity", "enrol", "half.csv", "--source", "people"), "are there of 4"),
    (("identity", "enrol", "torn.csv"), "2 rows can't be enrolled"),
    (("identity", "contradicted", "--policy", "people.csv"), "a policy"),
    (("who", "E1", "--on", "yesterday"), "is no day"),
    (("who", "E1", "--known", "2026-13-01"), "is no day and no time"),
]


def test_what_cannot_be_is_refused_and_changes_nothing(place: Place):
    place.run("identity", "enrol", "people.csv", "accounts.csv", "-q")
    head, *rows = PEOPLE.splitlines(keepends=True)
    (place.directory / "half.csv").write_text(head + "".join(rows[:2]))
    torn = ACCOUNTS + "lms,new,,,New,One\nacademy,,,,No,Name\nacademy,bob,,,Bob,Ray\n"
    (place.directory / "torn.csv").write_text(torn)  # of two issuers: one is right, the other is not
    before = place.decisions(), place.asked("who", "ann", "--issuer", "lms")["person"]
    for words, says in REFUSED:
        assert says in place.run(*words, code=2), words
    assert (place.decisions(), place.asked("who", "ann", "--issuer", "lms")["person"]) == before
    assert place.run("who", "new", "--issuer", "lms", code=1)
    left = json.loads(place.run("identity", "enrol", "torn.csv", "--without-unfit", "--json", "-q", code=3))
    assert left["left_out"] == 2
