"""`trueup account` as people call it: what it prints, and how it refuses."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import servers

TRUEUP = Path(sys.executable).parent / "trueup"


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with servers.running("wheel") as settings:
        yield servers.environment(settings)


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRUEUP, "account", *words], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_token_is_shown_once_on_stdout_and_nowhere_again(environment):
    made = run(
        environment,
        "create",
        "moodle",
        "--source",
        "moodle-hr",
        "--scope",
        "statements:write",
        "--expires",
        "90d",
    )
    assert made.returncode == 0
    assert made.stdout.startswith("tu_")
    assert len(made.stdout.split()) == 1
    assert "this once" in made.stderr
    assert made.stdout.strip() not in made.stderr
    listed = run(environment, "list", "--json")
    (account,) = json.loads(listed.stdout)["accounts"]
    assert (account["name"], account["scopes"], account["secrets"]) == ("moodle", ["statements:write"], 1)
    assert made.stdout.strip() not in listed.stdout


def test_a_rotation_leaves_the_former_token_its_time(environment):
    run(environment, "create", "turning", "--scope", "audit:read")
    told = run(environment, "rotate", "turning", "--overlap", "48h", "--json")
    assert json.loads(told.stdout)["token"].startswith("tu_")
    turning = next(
        one
        for one in json.loads(run(environment, "list", "--json").stdout)["accounts"]
        if one["name"] == "turning"
    )
    assert turning["secrets"] == 2
    assert run(environment, "revoke", "turning").returncode == 0
    turning = next(
        one
        for one in json.loads(run(environment, "list", "--json").stdout)["accounts"]
        if one["name"] == "turning"
    )
    assert turning["secrets"] == 0
    assert turning["revoked_at"]
    again = run(environment, "revoke", "turning", "--json")
    assert (again.returncode, again.stdout) == (2, "")  # it is ended already
    assert run(environment, "rotate", "turning").returncode == 2  # an ended account gets no token


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "x", "--scope", "everything"), "'everything' is no scope"),
        (("create", "X Y", "--scope", "audit:read"), "'X Y' is no name"),
        (("create", "x", "--source", "A:b", "--scope", "audit:read"), "'A:b' is no name"),
        (("create", "x", "--scope", "completions:write"), "speaks for a source"),
        (("create", "x", "--scope", "audit:read", "--expires", "soon"), "'soon' is no length of time"),
        (("create", "x", "--scope", "audit:read", "--expires", "99999d"), "no length of time"),
        (("rotate", "nobody"), "there is no account nobody"),
        (("revoke", "nobody"), "there is no account nobody"),
    ],
)
def test_what_is_not_as_it_should_be_is_said_and_changes_nothing(
    environment, words: tuple[str, ...], said: str
):
    told = run(environment, *words)
    assert told.returncode == 2
    assert said in told.stderr
    assert "expected:" in told.stderr
    assert "Traceback" not in told.stderr


def test_an_end_is_told_in_json_too(environment):
    run(environment, "create", "ending", "--scope", "audit:read")
    told = run(environment, "revoke", "ending", "--json")
    assert (told.returncode, json.loads(told.stdout)) == (0, {"account": "ending", "revoked": True})


def test_a_taken_name_stays_taken(environment):
    run(environment, "create", "taken", "--scope", "audit:read")
    assert "there is an account taken" in run(environment, "create", "taken", "--scope", "audit:read").stderr
