"""What the commands beside a service really answer keeps the contracts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from json_schema import breaks

import servers

ROWS = (
    "record_id,revision,source,account_issuer,account_name,course_id,status,completed_at\n"
    "c-1,1,moodle-hr,https://lms.example.com,anna,SAFE101,completed,2026-03-05 10:00:00\n"
    "c-2,1,moodle-hr,https://lms.example.com,,SAFE101,completed,2026-03-05T10:00:00Z\n"
    "c-3,1,moodle-hr,https://lms.example.com,ben,SAFE101,completed,2026-03-06T10:00:00Z\n"
)


def test_answers_about_times_quarantine_and_the_service_keep_their_contracts(
    database: servers.DatabaseSettings, tmp_path: Path
):
    (tmp_path / "completions.csv").write_text(ROWS)

    def answer(*words: str) -> dict:
        told = subprocess.run(
            [sys.executable, "-m", "trueup", *words, "--json"],
            env=servers.environment(database),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert told.stdout, told.stderr
        return json.loads(told.stdout)

    answer("import", "completions.csv")
    numbers = {one["key"]: str(one["number"]) for one in answer("quarantine", "list")["items"]}
    zone, nobody = numbers["moodle-hr:c-1:1"], numbers["moodle-hr:c-2:1"]
    released = answer("quarantine", "release", zone, nobody, "--zone", "Europe/Berlin", "--reason", "known")
    assert [one["settled"] for one in released["items"]] == [True, False]
    assert not breaks(released, "quarantine-settled")
    assert not breaks(answer("quarantine", "show", nobody, "--event"), "quarantine-item")
    assert not breaks(answer("quarantine", "discard", nobody, "--reason", "a test"), "quarantine-settled")
    assert not breaks(answer("quarantine", "show", zone), "quarantine-item")
    assert not breaks(answer("quarantine", "list", "--settled"), "quarantine")
    for record in ("c-1", "c-3"):
        assert not breaks(answer("conversions", f"moodle-hr:{record}"), "conversions")
    assert not breaks(answer("doctor"), "doctor")


@pytest.mark.parametrize(
    "name", ["conversions", "quarantine", "quarantine-item", "quarantine-settled", "doctor"]
)
def test_an_empty_answer_is_none(name: str):
    assert breaks({}, name)
