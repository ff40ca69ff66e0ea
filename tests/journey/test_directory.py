"""Which files under a directory are logs; what is left out is said, but for what nobody would take for a log."""

import gzip
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from logs import company
from trueup.doors.cli.app import app
from trueup.journey.directory import files_of, look_into
from trueup.journey.gather import RefusedError, inspect_all
from trueup.model.settings import CheckSettings, FileSettings

ANSWERS = ("a.json", "page.html", "faults.csv", "faults.csv.gz", "faults.jsonl", "faults.parquet")


def names(paths) -> list[str]:
    return [path.name for path in paths]


def test_nothing_is_left_out_unsaid(tmp_path):
    for name in ("a.csv", "b.CSV.gz", "c.zip", "d.docx", "README.md", ".hidden.csv", "trueup.toml"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sub.csv").mkdir()
    (tmp_path / "sub.csv" / "e.parquet").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "f.csv").write_text("x")
    found = look_into(tmp_path)
    assert names(found.logs) == ["a.csv", "b.CSV.gz", "e.parquet"]
    assert [note.partition(":")[0] for note in found.notes] == ["c.zip, d.docx"]


def test_many_files_of_no_table_are_counted_and_few_named(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.pdf").write_text("x")
    (note,) = look_into(tmp_path).notes
    assert note.startswith("0.pdf, 1.pdf, 2.pdf, 3.pdf, 4.pdf and 4 more: not read")


def test_links_and_pipes_are_refused_or_named_and_never_followed_for_ever(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "self.csv").symlink_to("self.csv")
    (tmp_path / "gone.csv").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.csv")
    found = look_into(tmp_path)
    assert names(found.logs) == ["a.csv", "gone.csv", "pipe.csv", "self.csv"]
    assert found.notes == ("loop: not read: a link to another directory",)
    said = {one.file: one.problems[0].what for one in inspect_all(tmp_path, CheckSettings(), lambda _: None)}
    assert said["pipe.csv"] == "this is a pipe"
    assert said["gone.csv"] == "there is no such file"


@pytest.fixture
def closed(tmp_path, monkeypatch) -> Path:
    """A directory in which one can't be looked into (whoever runs the tests may be allowed everything)."""
    (tmp_path / "sub").mkdir()
    listed = os.scandir

    def refusing(path):
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    return tmp_path


def test_directory_that_cannot_be_looked_into_is_no_empty_one(closed):
    with pytest.raises(RefusedError, match="sub: the directory can't be looked into"):
        inspect_all(closed, CheckSettings(), lambda _: None)


def test_an_answer_of_an_earlier_check_is_no_log(tmp_path):
    made = company()
    for role in set(made.rows) - {"completions", "sync", "reviews"}:
        del made.rows[role]
    logs = made.write(tmp_path)
    lines = (logs / "reviews.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (logs / "reviews.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    before = files_of(logs)
    for options in (("--json", "--html"), ("--faults",)):
        for name in ANSWERS[:2] if len(options) > 1 else ANSWERS[2:]:
            option = {"a.json": "--json", "page.html": "--html"}.get(name, "--faults")
            done = CliRunner().invoke(app, ["check", str(logs), "-q", option, str(logs / name)])
            assert done.exit_code == 3, done.stderr
    assert files_of(logs) == before
    (note,) = look_into(logs).notes
    assert note.startswith(
        "a.json, faults.csv, faults.csv.gz, faults.jsonl, faults.parquet and 1 more: not read"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.parquet", b"PAR1"),
        ("broken.csv.gz", b"\x1f\x8bgarbage"),
        ("short.csv.gz", gzip.compress(b"code,name", mtime=0)[:12]),
        # columns of ours in a log of somebody else
        ("log.csv", b"code,name,severity\nTU0301,x,y\n"),
        ("log.jsonl", b'{"code": "A12"}\n'),
        ("page.html", b"<!doctype html><title>trueup check</title>"),
    ],
)
def test_what_only_looks_like_an_answer_is_read(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert names(files_of(tmp_path)) == [name]


def test_settings_for_a_file_that_is_not_there_are_named(tmp_path):
    made = company()
    for role in set(made.rows) - {"completions", "sync", "reviews"}:
        del made.rows[role]
    logs = made.write(tmp_path)
    (logs / "trueup.toml").write_text(
        '[[files]]\npath = "complétions-*.csv"\nzone = "UTC"\n', encoding="utf-8"
    )
    done = CliRunner().invoke(app, ["check", str(logs)])
    assert done.exit_code == 0
    assert "no file matches path = 'complétions-*.csv'" in done.stderr


def test_path_with_the_signs_of_a_pattern_matches_its_file(tmp_path):
    (tmp_path / "q3 [1].csv").write_text(
        "record_id,course_id,status,completed_at\n1,c,completed,2026-01-01\n"
    )
    told = CheckSettings(files=(FileSettings("q3 [1].csv", role="ignore"),))
    assert inspect_all(tmp_path, told, lambda _: None) == []
