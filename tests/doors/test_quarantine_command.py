"""`trueup quarantine` as people call it: what it shows, what it settles, how it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import servers

HEADER = "record_id,revision,source,account_issuer,account_name,course_id,status,completed_at\n"
ROWS = [
    "c-1,1,moodle-hr,https://lms.example.com,anna,SAFE101,completed,2026-03-05 10:00:00\n",
    "c-2,1,moodle-hr,https://lms.example.com,,SAFE101,completed,2026-03-05T10:00:00Z\n",
    "c-3,1,moodle-hr,https://lms.example.com,ben,SAFE101,completed,2026-03-06 10:00:00\n",
]


class Place:
    """A database with what waits in it, and the command on it."""

    def __init__(self, settings: servers.DatabaseSettings, directory: Path) -> None:
        self.environment, self.directory = servers.environment(settings), directory

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "trueup", *words],
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def items(self, *words: str) -> dict[str, dict]:
        listed = json.loads(self.run("quarantine", "list", "--json", *words).stdout)["items"]
        return {one["key"]: one for one in listed}

    def number(self, record_id: str) -> str:
        return str(self.items("--settled")[f"moodle-hr:{record_id}:1"]["number"])


@pytest.fixture
def nothing(database: servers.DatabaseSettings, tmp_path: Path) -> Place:
    """A database in which nothing waits."""
    return Place(database, tmp_path)


@pytest.fixture
def place(nothing: Place, tmp_path: Path) -> Place:
    (tmp_path / "completions.csv").write_text(HEADER + "".join(ROWS))
    assert nothing.run("import", "completions.csv").returncode == 3
    return nothing


def test_each_that_waits_is_listed_with_fault_owner_and_what_was_expected(place: Place):
    shown = place.run("quarantine", "list").stdout
    assert "TU0201 moodle-hr:c-1:1  on-call engineer, by" in shown
    assert "expected one of account, employee_number, person_id and email; found none of them" in shown
    assert "2 TU0201 for the on-call engineer" in shown
    assert "2026-03-05" not in shown  # told by its form
    assert place.items("--owner", "hr data steward").keys() == {"moodle-hr:c-2:1"}
    assert place.items("--fault", "naive-time").keys() == {"moodle-hr:c-1:1", "moodle-hr:c-3:1"}
    assert place.items("--source", "canvas") == {}


def test_one_shows_what_to_do_and_the_event_only_where_it_is_asked_for(place: Place):
    number = place.number("c-1")
    shown = place.run("quarantine", "show", number).stdout
    assert f'trueup quarantine release {number} --zone Europe/Berlin --reason "..."' in shown
    assert "completions.csv:2" in shown
    assert "anna" not in shown
    assert '"name":"anna"' in place.run("quarantine", "show", number, "--event").stdout.replace(": ", ":")


def test_from_a_release_to_the_record_and_who_decided_it(place: Place):
    one, three = place.number("c-1"), place.number("c-3")
    said = place.run(
        "quarantine",
        "release",
        one,
        three,
        "--zone",
        "Europe/Berlin",
        "--reason",
        "exported in Berlin",
        "--by",
        "HR",
    )
    assert (said.returncode, said.stdout) == (
        0,
        f"{one}: released: moodle-hr:c-1:1\n{three}: released: moodle-hr:c-3:1\n",
    )
    assert "2026-03-05T09:00:00.000000Z" in place.run("conversions", "moodle-hr:c-1").stdout
    shown = json.loads(place.run("quarantine", "show", one, "--json").stdout)
    assert shown["state"] == "released"
    assert {name: shown["decision"][name] for name in ("by", "reason", "said")} == {
        "by": "HR",
        "reason": "exported in Berlin",
        "said": {"zone": "Europe/Berlin"},
    }
    assert place.items().keys() == {"moodle-hr:c-2:1"}
    again = json.loads(place.run("import", "completions.csv", "--json").stdout)["totals"]
    assert (again["duplicate"], again["quarantined"]) == (2, 1)


def test_each_is_decided_by_itself(place: Place):
    one, two = place.number("c-1"), place.number("c-2")
    said = place.run(
        "quarantine", "release", one, two, "999999", "--zone", "UTC", "--reason", "known", "--json"
    )
    told = {str(item["number"]): item["settled"] for item in json.loads(said.stdout)["items"]}
    assert (said.returncode, told) == (3, {one: True, two: False, "999999": False})
    again = place.run("quarantine", "release", one, "--zone", "UTC", "--reason", "known")
    assert (again.returncode, "waits no more" in again.stderr) == (3, True)


def test_discarded_it_is_listed_no_more_and_shows_why(place: Place):
    two = place.number("c-2")
    assert place.run("quarantine", "discard", two, "--reason", "a test account").returncode == 0
    assert "moodle-hr:c-2:1" not in place.items()
    shown = place.run("quarantine", "show", two).stdout
    assert ("discarded" in shown, "a test account" in shown) == (True, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "--fault", "TU9999"), "TU9999"),
        (("list", "--owner", "nobody"), "nobody is called 'nobody'"),
        (("list", "--source", "Moodle HR"), "is no source"),
        (("show", "999999"), "nothing in quarantine has the number"),
        (
            ("release", "1", "--reason", "\udcff"),
            "a decision has a reason",
        ),  # half a character, as a shell may pass it on
        (("release", "1", "--reason", "x", "--as", "zone=\udcff"), "can't be said of an event"),
        (("release", "1", "--reason", "x", "--as", "status=passed"), "can't be said of an event"),
        (("release", "1", "--reason", "x", "--as", "zone"), "can't be said of an event"),
        (("release", "1", "--reason", "x", "--as", "zone=UTC", "--zone", "UTC"), "can't be said of an event"),
        (("release", "1", "--reason", " "), "a decision has a reason"),
        (("discard", "1", "--reason", "x", "--by", ""), "it isn't said who decides"),
    ],
)
def test_what_can_t_be_asked_is_refused(nothing: Place, words: tuple[str, ...], said: str):
    told = nothing.run("quarantine", *words)
    assert (told.returncode, said in told.stderr, "expected:" in told.stderr) == (2, True, True), told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "one"])
def test_what_is_no_number_is_refused(nothing: Place, number: str):
    told = nothing.run("quarantine", "show", "--", number)
    assert (told.returncode, "NUMBER" in told.stderr, "Traceback" in told.stderr) == (2, True, False)
