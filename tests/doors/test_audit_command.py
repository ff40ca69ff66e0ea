"""`trueup audit verify` and `trueup receipt verify` as people call them: exit codes, words, JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit_logs import CLAIMS, KEY, ORIGIN, SALT, as_json, entries_of, log_of, proven
from trueup.audit.checkpoint import signed
from trueup.audit.receipt import issue
from trueup.doors.cli.app import app
from trueup.kit.signing import SigningKey


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return log_of(entries_of(700)).export(tmp_path / "export")


def call(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_whole_export_is_verified(export: Path):
    said = call("audit", "verify", export, "--key", KEY.verifier)
    assert said.exit_code == 0, said.output
    assert f"✓ Verified: 700 leaves of {ORIGIN}" in said.stdout
    assert "came with the export" not in said.stdout


def test_without_a_key_it_says_what_that_is_worth(export: Path):
    said = call("audit", "verify", export)
    assert said.exit_code == 0
    assert "The key came with the export" in said.stdout


def test_a_flipped_byte_ends_with_3_and_names_the_leaf(export: Path):
    bundle = export / "tile" / "entries" / "001"
    data = bytearray(bundle.read_bytes())
    data[34 * 44 + 10] ^= 1
    bundle.write_bytes(data)
    said = call("audit", "verify", export, "--key", KEY.verifier)
    assert said.exit_code == 3
    assert "leaf 300 (entry)  tile/entries/001" in said.stdout
    assert "expected" in said.stdout
    assert "actual" in said.stdout
    answer = json.loads(call("audit", "verify", export, "--json").stdout)
    assert answer["verified"] is False
    (problem,) = answer["problems"]
    assert (problem["kind"], problem["first_leaf"], problem["last_leaf"]) == ("entry", 300, 300)
    assert len(problem["expected"]) == len(problem["actual"]) == 64


def test_many_places_are_counted_and_not_all_shown(export: Path):
    for path in (export / "tile").rglob("*"):
        if path.is_file():
            path.write_bytes(bytes(path.stat().st_size))
    said = call("audit", "verify", export)
    assert said.exit_code == 3
    assert "Tampered with" in said.stdout


def test_history_is_compared_with_an_older_checkpoint(export: Path, tmp_path: Path):
    older = tmp_path / "older"
    older.write_text(signed(log_of(entries_of(400)).head, [KEY]), encoding="utf-8")
    said = call("audit", "verify", export, "--since", older)
    assert said.exit_code == 0
    assert "the 400 leaves of the older checkpoint are its beginning" in said.stdout
    older.write_text(signed(log_of(entries_of(401)[1:]).head, [KEY]), encoding="utf-8")
    assert call("audit", "verify", export, "--since", older).exit_code == 3


def test_a_file_of_keys_is_a_key_too(export: Path):
    assert call("audit", "verify", export, "--key", export / "verifier-keys").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no such directory"),
        (["EXPORT", "--key", "nonsense"], "not a verifier key"),
        (["EXPORT", "--key", "a+b+c"], "no verifier key"),
        (["EXPORT", "--since", "nowhere"], "nowhere: No such file"),
        (["EMPTY", "--key", str(KEY.verifier)], "no file 'checkpoint'"),
        (["EMPTY"], "--key"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_says_why(
    export: Path, tmp_path: Path, words: list[str], said: str
):
    (tmp_path / "empty").mkdir()
    places = {"EXPORT": export, "EMPTY": tmp_path / "empty"}
    told = call("audit", "verify", *(places.get(word, word) for word in words))
    assert told.exit_code == 2
    assert said in told.stderr
    assert "Traceback" not in told.output


def test_a_genuine_receipt_with_its_proof_is_verified(tmp_path: Path):
    file = tmp_path / "receipt.json"
    file.write_bytes(as_json(proven()))
    said = call("receipt", "verify", file, "--key", KEY.verifier)
    assert said.exit_code == 0, said.output
    assert "✓ Verified: moodle LMS-4410 (revision 1)" in said.stdout
    assert f"leaf 300 of 700 in {ORIGIN}" in said.stdout
    answer = json.loads(call("receipt", "verify", file, "--key", KEY.verifier, "--json").stdout)
    assert (answer["verified"], answer["in_log"], answer["leaf_index"]) == (True, True, 300)


def test_a_receipt_without_a_proof_is_genuine_and_not_in_the_log(tmp_path: Path):
    file = tmp_path / "receipt.json"
    file.write_bytes(as_json(issue(CLAIMS, KEY, SALT)))
    said = call("receipt", "verify", file, "--key", KEY.verifier)
    assert said.exit_code == 0
    assert "no proof yet" in said.stdout
    answer = json.loads(call("receipt", "verify", file, "--key", KEY.verifier, "--json").stdout)
    assert (answer["verified"], answer["in_log"]) == (True, False)


def test_a_forged_receipt_ends_with_3(tmp_path: Path):
    file = tmp_path / "receipt.json"
    file.write_bytes(as_json(proven()).replace(b"LMS-4410", b"LMS-4411"))
    said = call("receipt", "verify", file, "--key", KEY.verifier)
    assert said.exit_code == 3
    assert "✕ Not genuine" in said.stdout
    assert call("receipt", "verify", file, "--key", SigningKey.generate(ORIGIN).verifier).exit_code == 3


def test_a_receipt_without_a_key_or_file_ends_with_2(tmp_path: Path):
    file = tmp_path / "receipt.json"
    file.write_bytes(as_json(proven()))
    assert call("receipt", "verify", file).exit_code == 2
    assert call("receipt", "verify", tmp_path / "none", "--key", KEY.verifier).exit_code == 2
    file.write_bytes(b"\x00")
    told = call("receipt", "verify", file, "--key", KEY.verifier)
    assert (told.exit_code, "no receipt" in told.stderr) == (2, True)
