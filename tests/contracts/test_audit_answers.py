"""The answers of `trueup audit verify` and `trueup receipt verify` keep their contracts. Knows no rule of the log."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from json_schema import breaks

from audit_logs import KEY, as_json, entries_of, log_of, proven

TRUEUP = Path(sys.executable).parent / "trueup"


def run(*words: object) -> tuple[int, dict]:
    said = subprocess.run(
        [TRUEUP, *map(str, words), "--key", str(KEY.verifier), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return said.returncode, json.loads(said.stdout)


def test_a_receipt_is_what_its_contract_says():
    assert not breaks(json.loads(as_json(proven())), "receipt")


@pytest.mark.parametrize("file", ["tile/entries/000", "tile/0/000", "checkpoint", None])
def test_the_answer_about_an_export_keeps_its_contract(tmp_path: Path, file: str | None):
    export = log_of(entries_of(300)).export(tmp_path / "export")
    if file:
        data = bytearray((export / file).read_bytes())
        data[40] ^= 1
        (export / file).write_bytes(data)
    code, answer = run("audit", "verify", export)
    assert (code, answer["verified"]) == ((3, False) if file else (0, True))
    assert not breaks(answer, "audit-verify")


@pytest.mark.parametrize("changed", [False, True])
def test_the_answer_about_a_receipt_keeps_its_contract(tmp_path: Path, changed: bool):
    file = tmp_path / "receipt.json"
    file.write_bytes(as_json(proven()).replace(b"LMS-4410", b"LMS-4411" if changed else b"LMS-4410"))
    code, answer = run("receipt", "verify", file)
    assert (code, answer["verified"]) == ((3, False) if changed else (0, True))
    assert not breaks(answer, "receipt-verify")
