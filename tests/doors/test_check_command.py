"""`trueup check` as people and scripts call it: what it takes, what it answers, where it writes, how it ends."""

import csv
import gzip
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import ModuleType

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from trueup.doors.cli import check as command
from trueup.doors.cli.app import app
from trueup.doors.report.writing import Wanted
from trueup.doors.whole_file import unwritable, whole_file

CLEAN, USAGE, FOUND = 0, 2, 3
TESTS = Path(__file__).parents[1]


def module_of(path: str) -> ModuleType:
    """A module of another directory of tests."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, TESTS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The three logs of a clean company, and a function that writes them."""
    logs = module_of("journey/logs.py")
    made = logs.company()
    for role in set(made.rows) - {"completions", "sync", "reviews"}:
        del made.rows[role]
    return made


@pytest.fixture
def logs(company, tmp_path) -> Path:
    return company.write(tmp_path / "logs")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, words)])


@pytest.fixture(scope="module")
def found(company, tmp_path_factory) -> tuple[Result, Path]:
    """One check with faults and every kind of answer."""
    place = tmp_path_factory.mktemp("found")
    directory = company.write(place / "logs")
    lines = (directory / "reviews.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (directory / "reviews.csv").write_text("".join([*lines[:4], *lines[6:]]), encoding="utf-8")
    out = place / "out"
    out.mkdir()
    (out / "faults.csv.gz").write_text("an older answer")
    named = ["--html", out / "page.html", "--faults", out / "faults.csv.gz", "--fix", out / "fixed"]
    return run(directory, "--json", "-", *named), out


def test_faults_end_with_3_and_the_json_on_stdout_is_nothing_but_json(found):
    said, _ = found
    assert said.exit_code == FOUND
    answer = json.loads(said.stdout)
    assert answer["counts"] == {"TU0303": 2}
    assert not module_of("contracts/json_schema.py").breaks(answer, "check")[:5]


def test_a_file_of_faults_replaces_an_older_one_and_holds_what_the_json_holds(found):
    said, out = found
    with gzip.open(out / "faults.csv.gz", "rt", encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [row["record_id"] for row in rows] == [
        one["record_id"] for one in json.loads(said.stdout)["faults"]
    ]


def test_the_page_is_whole_and_nothing_unfinished_lies_beside_it(found):
    _, out = found
    assert (out / "page.html").read_text(encoding="utf-8").endswith("</html>")
    assert sorted(path.name for path in out.iterdir()) == ["faults.csv.gz", "fixed", "page.html"]


def test_persons_are_masked_on_the_page_and_not_in_files_for_machines(found):
    said, out = found
    person = json.loads(said.stdout)["faults"][0]["person"]
    assert person == "e1004"
    assert "e1004" not in (out / "page.html").read_text(encoding="utf-8").lower()


def test_init_writes_settings_once_and_the_clean_logs_pass_by_them(logs, tmp_path):
    told = run("--init", logs)
    assert (told.exit_code, "3 files, 0 things to be told" in told.stdout) == (CLEAN, True)
    written = (logs / "trueup.toml").read_text(encoding="utf-8")
    assert {one["role"] for one in tomllib.loads(written)["files"]} == {"completions", "sync", "reviews"}
    again = run("--init", logs)
    assert (again.exit_code, again.stdout) == (USAGE, "")
    assert "trueup.toml" in again.stderr
    assert (logs / "trueup.toml").read_text(encoding="utf-8") == written
    faults = tmp_path / "faults.parquet"
    quiet = run(logs, "--quiet", "--faults", faults)
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (CLEAN, "", "")
    assert pq.read_table(faults).num_rows == 0


# fmt: off
WRONG = (
    # an option that there is none of, and the nearest
    (["--jsn", "-"], "No such option: --jsn"),
    # an option without its value
    (["--memory"], "--memory"),
    (["--engine", "polars"], "there is no engine 'polars'"),
    # sizes that are none, that are too small, and that no machine has
    (["--memory", "plenty"], "'plenty' is no size"),
    (["--memory", "3KiB"], "at least 64MiB"),
    (["--memory", "infGiB"], "'infGiB' is no size"),
    # times without an offset, that are none, or that no clock shows
    (["--as-of", "2026-10-01T00:00:00"], "no time with an offset"),
    (["--as-of", "tomorrow"], "no time with an offset"),
    (["--as-of", "9999-12-31T23:59:59-14:00"], "no time with an offset"),
    # endings that say no form
    (["--faults", "OUT/faults.xlsx"], ".parquet, .jsonl, .jsonl.gz, .csv, .csv.gz"),
    (["--faults", "OUT/faults"], "the ending says no form"),
    # places where nothing can be written: found out before anything is read
    (["--json", "OUT/none/a.json"], "--json OUT/none/a.json can't be written: OUT/none is no directory"),
    (["--html", "OUT"], "--html OUT can't be written: it is a directory"),
    (["--html", "/proc/page.html"], "--html /proc/page.html can't be written"),
    # an answer must not replace a log, nor another answer
    (["--faults", "LOGS/reviews.csv"], "this is one of the files to be checked"),
    (["--json", "OUT/a.jsonl", "--faults", "OUT/../out/a.jsonl"], "--json goes there already"),
    (["--fix", "LOGS"], "it is there already, and not empty"),
    (["--settings", "OUT/none.toml"], "none.toml"),
)
# fmt: on


@pytest.mark.parametrize(("words", "says"), WRONG)
def test_wrong_usage_is_told_before_anything_is_read(words, says, logs, tmp_path):
    (tmp_path / "out").mkdir()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def placed(text: str) -> str:
        return text.replace("OUT", str(tmp_path / "out")).replace("LOGS", str(logs))

    said = run(logs, *map(placed, words))
    assert (said.exit_code, said.stdout) == (USAGE, "")
    assert placed(says) in said.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_directory_that_is_not_there_is_told_with_what_to_try():
    said = run("no/such/place")
    assert said.exit_code == USAGE
    assert "no/such/place is no directory" in said.stderr
    assert "trueup sample" in said.stderr


@pytest.mark.parametrize("ending", [".parquet", ".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".CSV"])
def test_each_form_of_a_fault_file_is_taken(ending, tmp_path):
    wanted = Wanted(None, tmp_path / f"faults{ending}", None, None, reveal=False, quiet=True)
    command._refuse_outputs(wanted, tmp_path)  # refuses by raising
    assert not list(tmp_path.iterdir())


def test_file_that_fails_half_way_leaves_the_old_one_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(OSError, match="full"), whole_file(path) as part:  # noqa: PT012  # the block is what fails
        part.write_text("ha")
        raise OSError("full")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a.json", "old")]


def test_killed_process_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    code = (
        "import os, signal, sys; from pathlib import Path; from trueup.doors.whole_file import whole_file\n"
        "with whole_file(Path(sys.argv[1])) as part:\n"
        "    part.write_text('ha'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_link_stays_a_link_and_a_pipe_is_written_to_straight(tmp_path):
    (tmp_path / "kept").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "kept" / "a.json")
    with whole_file(link) as part:
        part.write_text("new")
    assert (link.is_symlink(), (tmp_path / "kept" / "a.json").read_text()) == (True, "new")
    os.mkfifo(tmp_path / "pipe")
    with whole_file(tmp_path / "pipe") as part:
        assert part == tmp_path / "pipe"
    assert unwritable(tmp_path / "pipe") is None


FULL = (["--html", "/dev/full"], ["--json", "/dev/full"])


@pytest.mark.parametrize("words", FULL)
def test_full_disk_is_told_with_the_file_that_could_not_be_written(words, logs):
    said = run(logs, "-q", *words)
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.startswith(
        f"trueup check: {words[0]} /dev/full can't be written: No space left on device\n"
    )


OUTGROWN = (
    (duckdb.OutOfMemoryException("failed to pin block"), "need more memory", "--memory 4GiB"),
    (
        duckdb.IOException("Could not write: No space left on device"),
        "temporary directory is full",
        "TMPDIR=",
    ),
    (OSError(28, "No space left on device"), "temporary directory is full", "TMPDIR="),
)


@pytest.mark.parametrize(("failure", "what", "todo"), OUTGROWN)
def test_logs_that_outgrow_the_machine_are_no_traceback(failure, what, todo, logs, monkeypatch):
    def outgrown(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("trueup.journey.check.derive", outgrown)
    said = run(logs, "-q")
    assert (said.exit_code, said.stdout) == (1, "")
    assert what in said.stderr
    assert todo in said.stderr


TRUEUP = Path(sys.executable).parent / "trueup"
HEARING = """import os, signal, sys
signal.signal(int(sys.argv[1]), signal.SIG_DFL)  # whoever started the tests may ignore it
os.execv(sys.argv[2], sys.argv[2:])"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_process_that_is_told_to_end_leaves_no_copy_of_the_logs(number, logs, tmp_path):
    (tmp_path / "tmp").mkdir()
    os.mkfifo(
        tmp_path / "page.html"
    )  # whoever writes to it waits for a reader, long after the logs were copied
    done = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HEARING,
            str(int(number)),
            TRUEUP,
            "check",
            logs,
            "--html",
            tmp_path / "page.html",
        ],
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    waited = time.monotonic() + 60
    while not list((tmp_path / "tmp").glob("trueup-*/*.parquet")) and time.monotonic() < waited:
        time.sleep(0.05)
    done.send_signal(number)
    _, said = done.communicate(timeout=60)
    assert (done.returncode, said) == (128 + number, b"trueup: interrupted; nothing was changed\n")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_time_zone_of_the_machine_changes_nothing(logs):
    """The same bytes under a zone far ahead, and under none; and UTF-8 on a terminal that is not."""
    answers = set()
    for zone in ({"TZ": "Pacific/Kiritimati"}, {}):
        done = subprocess.run(
            [Path(sys.executable).parent / "trueup", "check", logs, "--json", "-"],
            capture_output=True,
            env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "latin-1", **zone},
            check=False,
        )
        assert (done.returncode, done.stderr) == (CLEAN, b"")
        answers.add(done.stdout)
    assert len(answers) == 1
    assert json.loads(answers.pop())["counts"] == {}


def test_file_name_that_is_no_utf8_is_spelled_out(company, tmp_path):
    directory = company.write(tmp_path / "logs")
    (directory / "reviews.csv").rename(directory / os.fsdecode(b"reviews\xff.csv"))
    out = tmp_path / "a.json"
    assert run(directory, "-q", "--json", out).exit_code == CLEAN
    names = {one["file"] for one in json.loads(out.read_text(encoding="utf-8"))["inputs"]}
    assert r"reviews\xff.csv" in names
