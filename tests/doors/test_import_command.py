"""`trueup import`, as people call it, on a real database."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import servers
from trueup.kit.database import DatabaseSettings

HEADER = (
    "record_id,revision,source,account_issuer,account_name,course_id,status,completed_at,score,scale,tags\n"
)
ROWS = [
    "c-1,1,moodle-hr,https://lms.example.com,anna,SAFE101,passed,2026-03-02T10:00:00+01:00,4.50,stars,a;b\n",
    "c-2,1,moodle-hr,https://lms.example.com,ben,SAFE101,completed,2026-03-03T10:00:00+01:00,,,\n",
    "c-3,1,moodle-hr,https://lms.example.com,,SAFE101,completed,2026-03-04T10:00:00+01:00,,,\n",
    "c-4,1,moodle-hr,https://lms.example.com,dora,SAFE101,completed,2026-03-05 10:00:00,,,\n",
]


def trueup(settings: DatabaseSettings, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trueup", *words],
        env=servers.environment(settings, **environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def taken(settings: DatabaseSettings, *words: str) -> tuple[int, dict[str, int], list[dict[str, Any]]]:
    told = trueup(settings, "import", *words, "--json")
    assert told.stdout, told.stderr
    answer = json.loads(told.stdout)
    return told.returncode, {name: n for name, n in answer["totals"].items() if n}, answer["problems"]


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "completions.csv").write_text(HEADER + "".join(ROWS))
    (folder / "people.csv").write_text("person_id,employee_number\n3f0c1c52-8d0e-4b7e-9a53-0d1f5d3c7a21,E1\n")
    return folder


def test_second_import_changes_nothing_and_an_overlapping_one_adds_what_is_new(
    database: DatabaseSettings, exports: Path
):
    file = exports / "completions.csv"
    assert taken(database, str(file))[:2] == (3, {"accepted": 2, "quarantined": 2})
    assert taken(database, str(file))[:2] == (3, {"duplicate": 2, "quarantined": 2})
    file.write_text(HEADER + ROWS[1] + ROWS[0].replace("c-1", "c-9"))
    assert taken(database, str(file))[:2] == (0, {"accepted": 1, "duplicate": 1})


def test_each_row_that_is_not_taken_is_named_with_line_reason_and_owner(
    database: DatabaseSettings, exports: Path
):
    file = exports / "completions.csv"
    file.write_text(HEADER + "".join(ROWS) + "c-5,1,moodle-hr,x,y\n")
    code, _, problems = taken(database, str(exports))
    named = {(one["code"], one["where"].rpartition(":")[2], one["outcome"], one["owner"]) for one in problems}
    assert code == 3
    assert named == {
        ("TU0101", "4", "quarantined", "HR data steward"),
        ("TU0201", "5", "quarantined", "on-call engineer"),
        ("TU0308", "6", "rejected", "on-call engineer"),
    }
    assert "2026-03-05" not in json.dumps(problems)  # told by its form
    shown = trueup(database, "import", str(exports)).stdout
    assert "trueup explain TU0201" in shown


def test_declared_zone_lets_in_what_waited_and_a_contradiction_is_named(
    database: DatabaseSettings, exports: Path
):
    file = exports / "completions.csv"
    taken(database, str(file))
    (exports / "trueup.toml").write_text('[[files]]\npath = "completions.csv"\nzone = "Europe/Berlin"\n')
    assert taken(database, str(file))[1] == {"accepted": 1, "duplicate": 2, "quarantined": 1}
    file.write_text(HEADER + ROWS[0].replace("4.50", "5.00"))
    code, totals, problems = taken(database, str(file))
    assert (code, totals, problems[0]["key"]) == (3, {"conflict": 1}, "moodle-hr:c-1:1")


def test_targets_and_raw_events_are_as_declared(database: DatabaseSettings, exports: Path):
    (exports / "trueup.toml").write_text(
        '[[sources]]\nname = "moodle-hr"\nkeep_raw = false\ndrop = ["tags"]\ntargets = ["frappe-hr"]\n'
    )
    taken(database, str(exports))

    async def work(use: servers.Opened) -> object:
        return dict(
            await use.database.row(
                """SELECT count(*) AS due, min(target) AS target, bool_or(raw_kept) AS raw, max(cardinality(tags)) AS tags,
                          max(array_to_string(dropped, ' ')) AS dropped FROM outbox JOIN completion USING (statement_id)"""
            )
            or {}
        )

    said = servers.use(database, work, 1)
    assert said == {"due": 2, "target": "frappe-hr", "raw": False, "tags": 0, "dropped": "/tags"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["people.csv"], "no file of completions"),  # something else
        (["gone.csv"], "no such file"),
        (["sourceless.csv"], "--source NAME"),  # nothing names the source
        (["empty"], "there are no completions"),
        (["completions.csv", "--settings", "bad.toml"], "can't drop status"),
        (["completions.csv", "--settings", "typo.toml"], "unknown key"),
    ],
)
def test_what_can_not_be_imported_is_refused_with_what_to_do(
    database: DatabaseSettings, exports: Path, words: list[str], said: str
):
    (exports / "sourceless.csv").write_text(
        "record_id,account_name,course_id,status,completed_at\nc-1,anna,SAFE101,passed,2026-03-02T10:00:00Z\n"
    )
    (exports / "empty").mkdir()
    (exports / "bad.toml").write_text('[[sources]]\nname = "moodle-hr"\ndrop = ["status"]\n')
    (exports / "typo.toml").write_text('[[sources]]\nname = "moodle-hr"\nkeepraw = false\n')
    given = [str(exports / word) if not word.startswith("--") else word for word in words]
    told = trueup(database, "import", *given)
    assert (told.returncode, said in told.stderr) == (2, True), told.stderr
    assert "Traceback" not in told.stderr


def test_source_may_be_told_on_the_command_line(database: DatabaseSettings, exports: Path):
    file = exports / "completions.csv"
    file.write_text(
        "record_id,account_name,course_id,status,completed_at\nc-1,anna,SAFE101,passed,2026-03-02T10:00:00Z\n"
    )
    assert taken(database, str(file), "--source", "moodle-hr")[:2] == (0, {"accepted": 1})


def test_without_the_master_key_nothing_is_taken_in(database: DatabaseSettings, exports: Path):
    taken(database, str(exports))
    for file in database.data.glob("master.key"):
        file.rename(file.with_suffix(".kept"))
    told = trueup(database, "import", str(exports))
    for file in database.data.glob("master.kept"):
        file.rename(file.with_suffix(".key"))
    assert (told.returncode, "master key" in told.stderr) == (2, True)
    assert not (database.data / "master.key").stat().st_mode & 0o077


def test_help_has_examples():
    told = subprocess.run(
        [sys.executable, "-m", "trueup", "import", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "trueup import exports/" in told.stdout


def test_answer_is_what_the_contract_says(
    database: DatabaseSettings, exports: Path, root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(root / "tests" / "contracts")
    from json_schema import breaks

    taken(database, str(exports))
    (exports / "completions.csv").write_text(
        HEADER + ROWS[0].replace("passed", "failed") + "c-5,1\n" + ROWS[2]
    )
    answer = json.loads(trueup(database, "import", str(exports), "--json").stdout)
    assert {one["outcome"] for one in answer["problems"]} == {"conflict", "quarantined", "rejected"}
    assert not breaks(answer, "import")
