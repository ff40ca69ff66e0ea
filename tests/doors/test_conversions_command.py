"""`trueup conversions` as people call it: every time of a record as it came, what it means, and the rule between."""

import json
import subprocess
import sys

import pytest

import servers
from shelves import NOW, event, sent
from trueup.journey.arrive import Shelf, arrive
from trueup.journey.open_shelf import readied
from trueup.kit.database import DatabaseSettings
from trueup.model.settings import SourceSettings


def trueup(settings: DatabaseSettings, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trueup", "conversions", *words],
        env=servers.environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def kept(database: DatabaseSettings) -> DatabaseSettings:
    """A record in two revisions, one whose id has a colon, and one that waits."""

    async def work(use: servers.Opened) -> None:
        keys = await readied(use, database, servers.environment(database))
        berlin = {"*": SourceSettings("*", zone="Europe/Berlin")}
        events = sent(
            event(1, occurred_at="2026-03-02 10:00", recorded_at=1772442000),
            event(1, revision="2", occurred_at="2026-03-02"),
            event(1, record_id="a:b", occurred_at="2026-03-02T10:00:00.125+05:30"),
            event(2, occurred_at="2026-03-29 02:30"),
        )
        await arrive(Shelf(use.database, keys, berlin), events, door="api", now=NOW)

    servers.use(database, work)
    return database


def told(settings: DatabaseSettings, record: str) -> list[tuple[str, ...]]:
    answer = json.loads(trueup(settings, record, "--json").stdout)
    names = ("revision", "field", "raw", "at", "zone", "precision")
    return [tuple(one[name] for name in names) for one in answer["conversions"]]


def test_all_revisions_are_told_unless_one_is_named(kept: DatabaseSettings):
    first = [
        ("1", "occurred_at", "2026-03-02 10:00", "2026-03-02T09:00:00.000000Z", "Europe/Berlin", "minute"),
        ("1", "recorded_at", "1772442000", "2026-03-02T09:00:00.000000Z", None, "second"),
    ]
    second = [("2", "occurred_at", "2026-03-02", "2026-03-01T23:00:00.000000Z", "Europe/Berlin", "day")]
    assert told(kept, "moodle-hr:cmc-1") == first + second
    assert told(kept, "moodle-hr:cmc-1:1") == first
    assert told(kept, "moodle-hr:cmc-1:2") == second


def test_a_record_id_may_hold_colons(kept: DatabaseSettings):
    assert [one[3] for one in told(kept, "moodle-hr:a:b")] == ["2026-03-02T04:30:00.125000Z"]


def test_a_date_is_shown_as_the_interval_that_it_is(kept: DatabaseSettings):
    shown = trueup(kept, "moodle-hr:cmc-1:2").stdout
    assert "from       2026-03-01T23:00:00.000000Z" in shown
    assert "until      2026-03-02T23:00:00.000000Z" in shown


def test_what_waits_says_for_what(kept: DatabaseSettings):
    shown = trueup(kept, "moodle-hr:cmc-2")
    assert (shown.returncode, "TU0205" in shown.stdout, "trueup quarantine show" in shown.stdout) == (
        0,
        True,
        True,
    )
    answer = json.loads(trueup(kept, "moodle-hr:cmc-2", "--json").stdout)
    assert answer["revisions"] == [{"revision": "1", "state": "quarantined"}]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("moodle-hr", "names no record"),
        ("Moodle:x", "names no record"),
        ("moodle-hr:\udcff", "names no record"),
        ("moodle-hr:nothing", "nothing stands under"),
        ("moodle-hr:cmc-1:3", "nothing stands under"),
    ],
)
def test_what_is_no_record_is_refused(kept: DatabaseSettings, record: str, said: str):
    refused = trueup(kept, record)
    assert (refused.returncode, said in refused.stderr, "expected:" in refused.stderr) == (2, True, True)
