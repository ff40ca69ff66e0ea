"""`trueup audit key`, `sequence` and `export` as people call them, on a real server; and the sequencer killed."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import servers
from audit_logs import ORIGIN, entries_of
from trueup.audit import proving
from trueup.audit.checkpoint import read
from trueup.audit.export import Export
from trueup.audit.store import waiting
from trueup.audit.tiles import ENTRIES, entry_in, frames_in, tiles_of
from trueup.audit.verify import verify
from trueup.kit.database import DatabaseSettings
from trueup.kit.signing import load_signing_keys

TRUEUP = Path(sys.executable).parent / "trueup"


class Place:
    """A database and a key file, and the command on them."""

    def __init__(self, settings: DatabaseSettings, directory: Path) -> None:
        self.settings, self.key = settings, directory / "audit.key"
        self.environment = servers.environment(settings, TRUEUP_AUDIT_KEY=str(self.key))

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [TRUEUP, "audit", *map(str, words)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def wait(self, commitments: list[bytes], first: int = 0) -> None:
        async def work(server: servers.Opened) -> None:
            await server.database.run(
                "INSERT INTO audit_pending (statement_id, commitment) SELECT * FROM unnest($1::bigint[], $2::bytea[])",
                list(range(first, first + len(commitments))),
                commitments,
            )

        servers.use(self.settings, work)


@pytest.fixture
def place(database: DatabaseSettings, tmp_path: Path) -> Place:
    return Place(database, tmp_path)


def test_from_a_new_key_to_a_verified_export(place: Place, tmp_path: Path):
    made = place.run("key", "--new", ORIGIN)
    assert made.returncode == 0, made.stderr
    keys = tmp_path / "keys.txt"
    keys.write_text(place.run("key").stdout)
    assert keys.read_text() == made.stdout
    place.wait(entries_of(700))
    assert "700 leaves got their place" in place.run("sequence").stdout
    export = tmp_path / "export"
    said = place.run("export", export)
    assert (said.returncode, f"wrote 700 leaves of {ORIGIN}" in said.stdout) == (0, True), said.stderr
    verified = place.run("verify", export, "--key", keys, "--json")
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["leaves"] == 700
    assert "PRIVATE" not in made.stdout + made.stderr + said.stdout + said.stderr


def test_an_export_of_later_begins_with_the_one_of_before(place: Place, tmp_path: Path):
    place.run("key", "--new", ORIGIN)
    for size, first in ((300, 0), (700, 300)):
        place.wait(entries_of(size)[first:], first)
        place.run("sequence")
        place.run("export", tmp_path / str(size))
    said = place.run("verify", tmp_path / "700", "--since", tmp_path / "300" / "checkpoint")
    assert (said.returncode, "the 300 leaves of the older checkpoint" in said.stdout) == (0, True)


def test_a_rotation_hurries_nobody(place: Place, tmp_path: Path):
    old = place.run("key", "--new", ORIGIN).stdout.strip()
    place.wait(entries_of(3))
    place.run("sequence")
    new = place.run("key", "--rotate").stdout.split()
    assert new[1:] == [old]
    place.run("sequence")
    place.run("export", tmp_path / "both")
    for key in new:
        assert place.run("verify", tmp_path / "both", "--key", key).returncode == 0
    assert place.run("key", "--retire").stdout.split() == new[:1]
    place.run("sequence")
    place.run("export", tmp_path / "new")
    assert place.run("verify", tmp_path / "new", "--key", new[0]).returncode == 0
    assert place.run("verify", tmp_path / "new", "--key", old).returncode == 3
    assert place.key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["key"], "trueup audit key --new"),  # none yet
        (["sequence"], "trueup audit key --new"),
        (["key", "--new", "two words"], "no key name"),
        (["key", "--new", ORIGIN, "--rotate"], "exclude one another"),
        (["export", "DIR"], "not begun"),  # nothing was ever sequenced
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_what_to_do(
    place: Place, tmp_path: Path, words: list[str], said: str
):
    told = place.run(*(tmp_path / "export" if word == "DIR" else word for word in words))
    assert told.returncode == 2
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_neither_a_key_nor_an_export_is_written_over_another(place: Place, tmp_path: Path):
    place.run("key", "--new", ORIGIN)
    before = place.key.read_text()
    assert "a key already" in place.run("key", "--new", ORIGIN).stderr
    assert place.key.read_text() == before
    place.run("sequence")
    said = place.run("export", tmp_path)
    assert (said.returncode, "not empty" in said.stderr) == (2, True)


def test_a_database_that_is_not_migrated_is_told_apart(empty: DatabaseSettings, tmp_path: Path):
    place = Place(empty, tmp_path)
    place.run("key", "--new", ORIGIN)
    for words in (["sequence"], ["export", tmp_path / "export"]):
        told = place.run(*words)
        assert (told.returncode, "trueup db migrate" in told.stderr) == (2, True)


def test_a_sequencer_that_is_asked_to_stop_finishes_and_says_so(place: Place):
    place.run("key", "--new", ORIGIN)
    place.wait(entries_of(5))
    with subprocess.Popen(
        [TRUEUP, "audit", "sequence", "--follow"],
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as sequencer:
        assert "audit.sequenced added=5 size=5" in sequencer.stderr.readline()
        sequencer.send_signal(signal.SIGINT)
        said, errors = sequencer.communicate(timeout=20)
    assert (sequencer.returncode, errors) == (0, "")
    assert "the log has 5" in said


def test_a_sequencer_killed_at_any_moment_loses_doubles_and_forks_nothing(place: Place, tmp_path: Path):
    place.run("key", "--new", ORIGIN)
    entries, dice, at = entries_of(40_000), random.Random(11), 0
    heads: list[bytes] = []

    async def look(server: servers.Opened) -> int:
        heads.append((await proving.checkpoint(server.database)).encode())
        return await waiting(server.database)

    for _ in range(5):
        some = entries[at : at + 8_000]
        place.wait(some, at)
        at += len(some)
        with subprocess.Popen(
            [TRUEUP, "audit", "sequence", "--follow"],
            env=place.environment,
            stderr=subprocess.PIPE,
            text=True,
        ) as sequencer:
            assert (
                "audit.sequenced added=4096" in sequencer.stderr.readline()
            )  # half of them have their place
            time.sleep(dice.uniform(0, 0.05))
            sequencer.send_signal(signal.SIGKILL)
        servers.use(place.settings, look)
    assert place.run("sequence").returncode == 0
    assert servers.use(place.settings, look) == 0
    assert place.run("export", tmp_path / "export").returncode == 0
    export = Export(tmp_path / "export")
    keys = [key.verifier for key in load_signing_keys(place.key)]
    for older in heads:
        verdict = verify(export, keys, since=older)
        assert (verdict.size, verdict.since, verdict.problems) == (at, read(older)[0].size, ())
    bundles = [tile for tile in tiles_of(at) if tile.level == ENTRIES]
    logged = [entry_in(frame) for tile in bundles for frame in frames_in(export.tile(tile))]
    assert sorted(logged) == sorted(entries[:at])
