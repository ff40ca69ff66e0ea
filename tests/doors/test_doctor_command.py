"""`trueup doctor` as people call it: each thing that can be wrong is named, with what to do."""

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import servers
from shelves import NOW, event, on_shelf, take
from trueup.access.tokens import Scope
from trueup.audit.sequencer import sequence_all
from trueup.journey.admit import create_account
from trueup.journey.arrive import Shelf
from trueup.kit.database import DatabaseSettings
from trueup.kit.signing import SigningKey, save_new_key

LONG_AGO = timedelta(days=30)


class Place:
    """A database and all that lies around it, and the command on them."""

    def __init__(self, settings: DatabaseSettings, directory: Path) -> None:
        self.settings, self.directory = settings, directory
        self.key = SigningKey.generate("doctor.example.com")
        save_new_key(directory / "audit.key", self.key)
        self.master = directory / "master.key"
        self.master.write_text(
            "trueup-master-1:a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=\n"
        )  # that of the shelves
        self.master.chmod(0o600)
        self.environment = servers.environment(
            settings,
            TRUEUP_AUDIT_KEY=str(directory / "audit.key"),
            TRUEUP_MASTER_KEY_FILE=str(self.master),
            TRUEUP_WEBHOOK_KEYS=str(directory / "webhooks.keys"),
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = str(free.getsockname()[1])

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "trueup", "doctor", *(words or ("--port", self.port))],
            env=self.environment | more,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def wrong(self, **more: str) -> dict[str, tuple[str, str]]:
        """What is wrong: what was found, and what to do."""
        told = self.run("--json", "--port", self.port, **more)
        answer = json.loads(told.stdout)
        assert told.returncode == (0 if answer["fine"] else 3)
        return {one["name"]: (one["found"], one["do"]) for one in answer["checks"] if one["state"] == "wrong"}


@pytest.fixture
def place(database: DatabaseSettings, tmp_path: Path, socket_enabled: None) -> Place:
    return Place(database, tmp_path)


def test_where_all_is_fine_it_says_so_of_each(place: Place):
    async def work(shelf: Shelf) -> None:
        await take(shelf, event(1))
        await create_account(
            shelf.database, "moodle", "moodle-hr", [Scope.COMPLETIONS_WRITE], timedelta(days=90)
        )
        await sequence_all(shelf.database, [place.key])

    on_shelf(place.settings, work)
    told = place.run()
    assert (told.returncode, told.stdout.count("✓"), "all is fine" in told.stdout) == (0, 13, True), (
        told.stdout
    )
    assert "1 leaves, signed" in told.stdout


def test_what_is_late_or_ends_soon_is_named(place: Place):
    async def work(shelf: Shelf) -> None:
        await take(shelf, event(1, account=...), now=NOW - LONG_AGO)
        await create_account(
            shelf.database, "soon", "moodle-hr", [Scope.COMPLETIONS_WRITE], timedelta(days=3)
        )
        await create_account(shelf.database, "later", "canvas", [Scope.COMPLETIONS_WRITE], timedelta(days=90))

    on_shelf(place.settings, work)
    wrong = place.wrong()
    assert wrong.keys() == {"audit log", "quarantine", "tokens"}
    assert wrong["audit log"] == (
        "1 entries wait, and nobody gives them their place",
        "trueup serve does it while it runs; without it: trueup audit sequence",
    )
    assert "1 TU0101 for the HR data steward" in wrong["quarantine"][0]
    assert ("soon until" in wrong["tokens"][0], "later" in wrong["tokens"][0]) == (True, False)
    assert wrong["tokens"][1] == "trueup account rotate soon, or revoke it"


def test_each_thing_around_the_database_is_looked_at(place: Place):
    on_shelf(place.settings, lambda shelf: take(shelf, event(1)))
    on_shelf(place.settings, lambda shelf: sequence_all(shelf.database, [place.key]))
    (place.directory / "trueup.toml").write_text('[[sources]]\nname = "a"\n[[sources]]\nname = "a"\n')
    (place.directory / "webhooks.keys").write_text(
        "moodle-hr whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    )
    (place.directory / "webhooks.keys").chmod(0o644)
    place.master.chmod(0o640)
    (place.directory / "audit.key").chmod(0o644)
    with socket.create_server(("127.0.0.1", int(place.port))):
        told = place.run("--port", place.port)
        wrong = place.wrong()
    assert wrong.keys() == {"settings", "webhook secrets", "audit key", "master key", "audit log", "port"}
    for name in ("webhook secrets", "audit key", "master key"):
        assert "0600" in " ".join(wrong[name]) or "chmod 600" in " ".join(wrong[name])
    assert "something else listens" in wrong["port"][0]
    secrets = [
        place.master.read_text().strip(),
        (place.directory / "audit.key").read_text().strip(),
        "whsec_AAEC",
    ]
    assert not [one for one in secrets if one in told.stdout + told.stderr]


def test_another_key_than_the_log_s_is_wrong(place: Place):
    on_shelf(place.settings, lambda shelf: take(shelf, event(1)))
    on_shelf(place.settings, lambda shelf: sequence_all(shelf.database, [place.key]))
    other = place.directory / "other.key"
    save_new_key(other, SigningKey.generate("elsewhere.example.com"))
    assert "elsewhere.example.com" in place.wrong(TRUEUP_AUDIT_KEY=str(other))["audit log"][0]
    assert "there is no key" in place.wrong(TRUEUP_AUDIT_KEY=str(other) + ".none")["audit log"][0]


def test_what_needs_the_database_is_not_seen_without_one(place: Place):
    url = "postgresql://trueup:s3cret@127.0.0.1:9/trueup"
    told = place.run("--json", "--port", place.port, TRUEUP_DATABASE_URL=url)
    states = {one["name"]: one["state"] for one in json.loads(told.stdout)["checks"]}
    assert (told.returncode, states["database"], states["tokens"]) == (3, "wrong", "unseen")
    assert "s3cret" not in told.stdout + told.stderr
    assert place.wrong(TRUEUP_DATABASE_URL="mysql://x").keys() == {"database"}


def test_a_schema_that_is_behind_is_named(empty: DatabaseSettings, tmp_path: Path, socket_enabled: None):
    wrong = Place(empty, tmp_path).wrong()
    assert wrong.keys() == {"schema"}
    assert wrong["schema"][1] == "trueup db migrate"


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(tmp_path: Path):
    data = tmp_path / "data"
    told = subprocess.run(
        [sys.executable, "-m", "trueup", "doctor", "--json"],
        env={"PATH": os.environ["PATH"], "TRUEUP_DATA_DIR": str(data)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    wrong = [one["name"] for one in json.loads(told.stdout)["checks"] if one["state"] == "wrong"]
    assert set(wrong) <= {"port", "disk"}  # whatever else runs on this machine
    assert not data.exists()
