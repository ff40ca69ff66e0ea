"""Bad input is refused with what, where, expected and what to do, or is a finding; never a silent skip."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from logs import Company, company
from trueup.doors.cli.app import app
from trueup.journey.check import check
from trueup.journey.directory import files_of
from trueup.model.settings import CheckSettings

REFUSED, FOUND = 2, 3
COMPLETIONS = "completions.csv"


def three_logs() -> Company:
    made = company()
    for role in set(made.rows) - {"completions", "sync", "reviews"}:
        del made.rows[role]
    return made


def changed(directory: Path, name: str, old: bytes, new: bytes) -> None:
    path = directory / name
    whole = path.read_bytes()
    assert old in whole
    path.write_bytes(whole.replace(old, new, 1))


def header_of(directory: Path, name: str) -> None:
    path = directory / name
    path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")


def bomb(directory: Path) -> None:
    (directory / COMPLETIONS).unlink()
    with gzip.open(directory / f"{COMPLETIONS}.gz", "wb") as packed:
        packed.write(b"record_id,course_id,status,completed_at\n" + b"a" * (80 << 20))


def misdeclared(directory: Path) -> None:
    (directory / "trueup.toml").write_text('[[files]]\npath = "completions.csv"\nencoding = "utf-8"\n')
    changed(directory, COMPLETIONS, b"lms", "l\u00e9s".encode("latin-1"))


def put(name: str, content: bytes):
    return lambda directory: (directory / name).write_bytes(content)


# fmt: off
WHOLE: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    # what is done to the logs, and what has to be said of it
    ("an empty file", put(COMPLETIONS, b""), ("completions.csv: the file is empty", "expected:", "found:", "do:")),
    # a log that is needed and has no rows would look healthy
    ("a sync log of headers", lambda d: header_of(d, "sync.csv"), ("sync.csv:1: the file holds a header and no rows", "do:")),
    ("completions of headers", lambda d: header_of(d, COMPLETIONS), ("completions.csv:1: the file holds a header and no rows",)),
    ("another encoding than declared", misdeclared, ("completions.csv", "encoding", "utf-8", "do:")),
    ("bytes that are no text", put(COMPLETIONS, bytes(range(256)) * 300), ("completions.csv: this is no text", "do:")),
    # one status says completed, the other 1: neither may be taken by chance
    ("a doubled header", lambda d: changed(d, COMPLETIONS, b"attempt,status", b"status,status"), ("completions.csv", "'status'", "2 times", "columns 9, 10")),
    ("a role that is not there", lambda d: (d / "sync.csv").unlink(), ("no file has the role 'sync'", "run_id, record_id, attempt_at, outcome", "do:")),
    ("no file at all", lambda d: [path.unlink() for path in files_of(d)], ("there is no data file", "do:")),
    ("a gzip bomb", bomb, ("completions.csv.gz: the gzip file swells", "200 times", "do:")),
    ("a file that nobody knows", put("other.csv", b"colour,shape\nred,round\n"), ("other.csv:1", "colour, shape", "trueup.toml")),
    ("a page for a table", put(COMPLETIONS, b"<!DOCTYPE html><html><body>Sign in</body></html>"), ("completions.csv: this is an HTML page", "do:")),
    ("a broken archive", put("more.csv.gz", b"\x1f\x8bgarbage"), ("more.csv.gz: the gzip file", "do:")),
    ("a broken Parquet file", put("more.parquet", b"PAR1garbage"), ("more.parquet: the Parquet file is broken", "do:")),
    ("a broken workbook", put("more.xlsx", b"PK\x03\x04garbage"), ("more.xlsx: the workbook is broken", "do:")),
    ("brackets without end", put("more.json", b"[" * 100_000), ("more.json:1:", "do:")),
    ("settings that are no TOML", put("trueup.toml", b"[[files]\n"), ("trueup.toml:1: this is not TOML",)),
)
# fmt: on


@pytest.mark.parametrize(("change", "says"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE])
def test_what_cannot_be_checked_is_refused_with_file_reason_and_remedy(change, says, tmp_path):
    directory = three_logs().write(tmp_path)
    change(directory)
    said = CliRunner().invoke(app, ["check", str(directory)])
    assert (said.exit_code, said.stdout) == (REFUSED, "")
    assert not [text for text in says if text not in said.stderr], said.stderr
    assert "Traceback" not in said.stderr


@pytest.fixture(scope="module")
def messy(tmp_path_factory) -> Path:
    """Three logs in which single rows can't be used, or look dangerous."""
    directory = three_logs().write(tmp_path_factory.mktemp("messy") / "logs")
    lines = (directory / COMPLETIONS).read_bytes().split(b"\n")
    lines[2] += b",more,cells"
    lines[4] = lines[4].rsplit(b",", 4)[0]
    lines[6] = lines[6].replace(b"completed", b"comp\x00leted")
    lines[8] = lines[8].replace(b"lms", b"x" * (11 << 20), 1)
    (directory / COMPLETIONS).write_bytes(b"\n".join(lines))
    with (directory / "reviews.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    (directory / "reviews.csv").unlink()
    rows[10]["person"] = {"id": "E1011"}
    rows[12]["score"] = [50]
    rows[14]["person"] = "=HYPERLINK(1)"
    rows[16]["record_id"] = "@SUM(1+9)|cmd"
    texts = [json.dumps(row) for row in rows]
    (directory / "reviews.jsonl").write_text("\n".join([*texts, "{broken"]) + "\n", encoding="utf-8")
    (directory / "more.csv").write_text(
        "record_id,course_id,status,completed_at,employee_number\n"
        "X1,SEC-1,completed,2026-01-06T10:00:00Z,E1001\n",
        encoding="utf-8",
    )
    return directory


@pytest.fixture(scope="module")
def said(messy, tmp_path_factory):
    """What the command answers of them: its exit code, its JSON, and the files it wrote."""
    out = tmp_path_factory.mktemp("out")
    named = ["--html", str(out / "a.html"), "--faults", str(out / "a.csv"), "--fix", str(out / "fixed")]
    done = CliRunner().invoke(app, ["check", str(messy), "--json", "-", *named])
    assert "Traceback" not in done.output
    return done.exit_code, json.loads(done.stdout), out


def test_rows_that_cannot_be_used_are_findings_with_their_line(said):
    code, answer, _ = said
    assert code == FOUND
    found = {
        (one["where"][0]["file"], one["where"][0]["line"]): one["detail"]
        for one in answer["faults"]
        if one["code"] == "TU0308"
    }
    assert found.pop((COMPLETIONS, 3)) == "the row has too many cells"
    assert found.pop((COMPLETIONS, 5)) == "the row has too few cells"
    assert "NUL" in found.pop((COMPLETIONS, 7))
    assert "cell" in found.pop((COMPLETIONS, 9))
    assert found.pop(("reviews.jsonl", 11)) == "nested JSON where a value is due"
    assert found.pop(("reviews.jsonl", 13)) == "nested JSON where a value is due"
    assert "JSON" in found.pop(("reviews.jsonl", 25))
    assert not found


def test_rows_read_are_rows_used_and_rows_reported(said):
    read = {one["file"]: (one["rows"], one["used"], one["reported"]) for one in said[1]["inputs"]}
    assert read == {
        COMPLETIONS: (24, 20, 4),
        "more.csv": (1, 1, 0),
        "reviews.jsonl": (25, 22, 3),
        "sync.csv": (24, 24, 0),
    }


def test_two_files_of_one_role_with_other_columns_are_named_with_what_differs(said):
    notes = [note for note in said[1]["notes"] if COMPLETIONS in note and "more.csv" in note]
    assert len(notes) == 1
    assert "account_name" in notes[0]
    assert "employee_number" not in notes[0]


def test_cell_that_would_start_a_formula_is_text_in_every_table_that_is_written(said):
    _, answer, out = said
    dangerous = {"=HYPERLINK(1)", "@SUM(1+9)|cmd"}
    # JSON keeps what was there: no spreadsheet opens it
    assert dangerous <= {one[key] for one in answer["faults"] for key in ("actual", "record_id")}
    tables = [out / "a.csv", *sorted((out / "fixed").rglob("*.csv"))]
    assert len(tables) > 2
    seen = set()
    for path in tables:
        with path.open(encoding="utf-8", newline="") as source:
            cells = {cell for row in csv.reader(source) for cell in row}
        assert not [cell for cell in cells if cell[:1] in set("=+@\t\r")], path
        seen |= cells
    assert {"'" + cell for cell in dangerous} <= seen
    page = (out / "a.html").read_text(encoding="utf-8")
    assert ">=HYPERLINK" not in page
    assert ">@SUM" not in page


def test_log_that_cannot_be_undone_leaves_no_workspace_behind(tmp_path, monkeypatch):
    directory = three_logs().write(tmp_path / "logs")
    header_of(directory, "sync.csv")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with (
        pytest.raises(Exception, match=r"sync\.csv: the file holds a header and no rows"),
        check(directory, CheckSettings(), engine="duckdb", memory=1 << 30),
    ):
        pytest.fail("it was checked")
    assert not list(temporary.iterdir())
