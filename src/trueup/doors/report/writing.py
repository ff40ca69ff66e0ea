"""Where the answer of a check goes, and how a refusal is said. Knows files and streams, not what is found."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.model.answers import Answer
    from trueup.model.settings import CheckSettings

CLEAN, FAILED, USAGE, FAULTS = 0, 1, 2, 3
STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the answer goes, and how much of it is shown."""

    json: Path | None
    faults: Path | None
    html: Path | None
    fix: Path | None
    reveal: bool
    quiet: bool

    @property
    def files(self) -> dict[str, Path]:
        """The files to be written, by the option that names each."""
        named = {"--json": self.json, "--faults": self.faults, "--html": self.html}
        return {option: path for option, path in named.items() if path is not None and path != STDOUT}


def say(text: str) -> None:
    """One line for people, on stderr."""
    typer.echo(text, err=True)


def refuse(what: str, expected: str = "", todo: str = "", *, code: int = USAGE) -> NoReturn:
    """Says why nothing comes of it, and ends the command with the code."""
    say(
        f"trueup check: {what}"
        + (f"\n  expected: {expected}" if expected else "")
        + (f"\n  try:      {todo}" if todo else "")
    )
    raise typer.Exit(code)


def answer_as(answer: Answer, directory: Path, wanted: Wanted) -> None:
    """Writes what is wanted; each file appears once it is whole."""
    from trueup.doors.report import faultfile, jsonout, page

    if wanted.faults is not None:
        with _written("--faults", wanted.faults) as part:
            faultfile.write(answer, part)
    if wanted.html is not None:
        with _written("--html", wanted.html) as part:
            page.write(answer, part, reveal=wanted.reveal)
    if wanted.json == STDOUT:
        # JSON is UTF-8 whatever the terminal's encoding is (RFC 8259, 8.1)
        with _writing("--json -"):
            jsonout.write(answer, typer.get_text_stream("stdout", encoding="utf-8"), faults_limit=None)
    elif wanted.json is not None:
        with _written("--json", wanted.json) as part, part.open("w", encoding="utf-8") as target:
            jsonout.write(answer, target, faults_limit=None)
    if not wanted.quiet and wanted.json != STDOUT:
        _show(answer, directory, wanted)


@contextmanager
def _written(option: str, path: Path) -> Iterator[Path]:
    """Where to write what the option names."""
    from trueup.doors.whole_file import whole_file

    with _writing(f"{option} {path}"), whole_file(path) as part:
        yield part


@contextmanager
def _writing(what: str) -> Iterator[None]:
    """A disk that fills up while this is written ends the command with 1."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        refuse(f"{what} can't be written: {why}", todo="a place on another disk", code=FAILED)


def _show(answer: Answer, directory: Path, wanted: Wanted) -> None:
    from rich.console import Console

    from trueup.doors.report import terminal

    todo = _next(answer, directory, wanted.html)
    with _writing("the answer"):
        terminal.show(answer, Console(), reveal=wanted.reveal, next_command=todo)
    for note in answer.notes:
        say(f"note: {note}")


def _next(answer: Answer, directory: Path, html_to: Path | None) -> str:
    """The command that helps most now."""
    if answer.clean:
        return f"trueup check {directory} --faults faults.parquet" if answer.total else ""
    if html_to is not None and answer.families:
        worst = max(answer.primary_counts, key=lambda code: answer.primary_counts[code], default="")
        return f"trueup explain {worst}" if worst else ""
    return f"trueup check {directory} --html report.html"


def fix(answer: Answer, directory: Path, settings: CheckSettings, into: Path, *, quiet: bool) -> None:
    """Writes the corrected files and the lists that go with them."""
    from trueup.journey.correct import correct

    with _writing(f"--fix {into}"):
        corrected = correct(answer, directory, settings, into)
    if not quiet:
        say(corrected.sentence)
