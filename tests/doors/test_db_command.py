"""`trueup db`, as people call it."""

import json
import subprocess
import sys
from pathlib import Path

import servers
from trueup.kit.database import DatabaseSettings


def trueup(settings: DatabaseSettings, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trueup", *words],
        env=servers.environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def count(settings: DatabaseSettings) -> object:
    async def work(use: servers.Opened) -> object:
        return await use.database.value("SELECT count(*) FROM actor")

    return servers.use(settings, work, 1)


def add(settings: DatabaseSettings, name: str) -> None:
    async def work(use: servers.Opened) -> None:
        await use.database.run(
            "INSERT INTO actor (digest, issuer, name, wrapped_key, master_key_id) VALUES ($1, 'lms', $2, '', '')",
            name.encode(),
            name,
        )

    servers.use(settings, work, 1)


def test_status_says_what_is_pending_and_migrate_runs_it(empty: DatabaseSettings):
    before = trueup(empty, "db", "status", "--json")
    assert before.returncode == 3
    assert json.loads(before.stdout)["pending"][0] == "0001_intake"
    assert json.loads(trueup(empty, "db", "migrate", "--json").stdout)["ran"][0] == "0001_intake"
    after = trueup(empty, "db", "status")
    assert (after.returncode, "0001_intake" in after.stdout, "  pending " in after.stdout) == (0, True, False)


def test_backup_comes_back_whole(database: DatabaseSettings, tmp_path: Path):
    add(database, "anna")
    kept = tmp_path / "kept.backup"
    assert trueup(database, "db", "backup", str(kept)).returncode == 0
    assert kept.stat().st_mode & 0o077 == 0
    add(database, "ben")

    refused = trueup(database, "db", "restore", str(kept))
    assert (refused.returncode, count(database)) == (2, 2)
    assert "--replace" in refused.stderr

    assert trueup(database, "db", "restore", str(kept), "--replace").returncode == 0
    assert count(database) == 1
    assert trueup(servers.emptied(database), "db", "restore", str(kept)).returncode == 0
    assert count(database) == 1


def test_backup_that_is_cut_off_changes_nothing(database: DatabaseSettings, tmp_path: Path):
    add(database, "anna")
    kept, cut = tmp_path / "kept.backup", tmp_path / "cut.backup"
    trueup(database, "db", "backup", str(kept))
    whole = kept.read_bytes()
    for size in (len(whole) // 2, len(whole) - 100, 3):
        cut.write_bytes(whole[:size])
        told = trueup(database, "db", "restore", str(cut), "--replace")
        assert (told.returncode, count(database)) == (2, 1)
        assert "Traceback" not in told.stderr


def test_file_that_is_there_is_not_replaced_without_being_told(database: DatabaseSettings, tmp_path: Path):
    kept = tmp_path / "kept.backup"
    kept.write_text("mine")
    assert trueup(database, "db", "backup", str(kept)).returncode == 2
    assert kept.read_text() == "mine"
    assert trueup(database, "db", "backup", str(kept), "--force").returncode == 0


def test_what_is_no_backup_is_refused(database: DatabaseSettings, tmp_path: Path):
    other = tmp_path / "notes.txt"
    other.write_text("not a backup")
    for file, said in ((other, "is no backup"), (tmp_path / "gone", "can't be read")):
        told = trueup(database, "db", "restore", str(file), "--replace")
        assert (told.returncode, said in told.stderr) == (2, True)


def test_address_with_a_password_is_never_printed(tmp_path: Path):
    environment = {"PATH": "", "TRUEUP_DATABASE_URL": f"postgresql://u:s3cr3t@/x?host={tmp_path}"}
    told = subprocess.run(
        [sys.executable, "-m", "trueup", "db", "status"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 2
    assert "can't be reached" in told.stderr
    assert "s3cr3t" not in told.stdout + told.stderr
    assert "Traceback" not in told.stderr
