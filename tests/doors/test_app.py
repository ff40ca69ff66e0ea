"""The command itself: its verbs, its version, its help, and how it ends when the machine fails it."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trueup import __version__
from trueup.doors.cli import app as command

TRUEUP = Path(sys.executable).parent / "trueup"
VERBS = ("check", "inspect", "explain", "faults", "sample")
HEAVY = ("ibis", "duckdb", "pyarrow", "babel", "python_calamine", "jinja2", "numpy")


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_names_every_verb_and_how_to_start(asked):
    said = CliRunner().invoke(command.app, [asked])
    assert said.exit_code == 0
    assert not [verb for verb in VERBS if verb not in said.stdout]
    assert "trueup sample demo" in said.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb_says_its_exit_codes_or_shows_an_example(verb):
    said = CliRunner().invoke(command.app, [verb, "--help"])
    assert said.exit_code == 0
    assert f"trueup {verb}" in said.stdout


def test_version_is_that_of_the_package():
    said = CliRunner().invoke(command.app, ["--version"])
    assert (said.exit_code, said.stdout) == (0, f"trueup {__version__}\n")


def test_verb_that_is_none_is_wrong_usage():
    assert CliRunner().invoke(command.app, ["chekc"]).exit_code == 2


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from trueup.doors.cli.app import app\n"
        "assert CliRunner().invoke(app, ['check', '--help']).exit_code == 0\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


# fmt: off
FAILURES = (
    # the reader of a pipe has gone: nobody is there to be told
    (BrokenPipeError(), 1, ""),
    (KeyboardInterrupt(), 130, "interrupted; nothing was changed"),
    (OSError(28, "No space left on device", "/tmp/x"), 1, "trueup: No space left on device: /tmp/x\n"),
)
# fmt: on


@pytest.mark.parametrize(("failure", "code", "says"), FAILURES)
def test_failure_of_the_machine_is_told_in_a_line(failure, code, says, monkeypatch, capsys):
    def failing() -> None:
        raise failure

    monkeypatch.setattr(command, "app", failing)
    monkeypatch.setattr("sys.stderr.close", lambda: None, raising=False)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == code
    assert says in capsys.readouterr().err


def test_fault_of_ours_is_a_traceback_and_ends_with_1():
    code = "from trueup.doors.cli import app\napp.app = lambda: 1 / 0\napp.main()"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "ZeroDivisionError" in said.stderr


def test_terminal_of_another_encoding_gets_what_it_can_show():
    done = subprocess.run(
        [TRUEUP, "explain", "TU0202"],
        capture_output=True,
        env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert b"TU0202" in done.stdout
