"""What the commands really answer keeps the contracts. Starts the command as a person does."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from json_schema import breaks

TRUEUP = Path(sys.executable).parent / "trueup"
pytestmark = pytest.mark.xdist_group("answers")  # one check is enough
FOUND = 3


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TRUEUP, *words], capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="session")
def company(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("company") / "sample"
    made = run("sample", out, "--people", "200", "--seed", "11")
    assert made.returncode == 0, made.stderr
    return out


@pytest.fixture(scope="session")
def answered(company) -> tuple[subprocess.CompletedProcess[str], Path]:
    faults = company / "faults.jsonl"
    return run("check", company / "logs", "--json", "-", "--faults", faults), faults


def test_the_json_answer_of_check_keeps_its_contract(answered):
    said, _ = answered
    assert said.returncode == FOUND, said.stderr
    answer = json.loads(said.stdout)
    assert answer["faults"]
    assert not breaks(answer, "check")[:5]


def test_every_line_of_a_fault_file_keeps_its_contract(answered):
    _, faults = answered
    lines = [json.loads(line) for line in faults.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 100
    assert not [found for line in lines for found in breaks(line, "fault")][:5]


def test_counts_and_faults_say_the_same(answered):
    said, faults = answered
    answer = json.loads(said.stdout)
    lines = [json.loads(line) for line in faults.read_text(encoding="utf-8").splitlines()]
    assert answer["faults"] == lines
    assert sum(answer["counts"].values()) == len(lines)
    assert sum(answer["primary_counts"].values()) == sum(line["caused_by"] is None for line in lines)


def test_rows_read_are_rows_used_and_rows_reported(answered):
    answer = json.loads(answered[0].stdout)
    assert answer["inputs"]
    assert not [one for one in answer["inputs"] if one["rows"] != one["used"] + one["reported"]]


def test_the_json_answer_of_inspect_keeps_its_contract(company):
    said = run("inspect", *sorted((company / "logs").iterdir()), "--json")
    assert said.returncode == 0, said.stderr
    answer = json.loads(said.stdout)
    assert {one["role"] for one in answer} > {"completions", "sync", "reviews", "people"}
    assert not breaks(answer, "inspect")[:5]


def test_the_settings_that_init_writes_keep_their_contract(company):
    said = run("check", "--init", company / "clean")
    assert said.returncode == 0, said.stderr
    written = tomllib.loads((company / "clean" / "trueup.toml").read_text(encoding="utf-8"))
    assert written["files"]
    assert not breaks(written, "settings")[:5]
