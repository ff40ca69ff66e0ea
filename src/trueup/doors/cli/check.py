"""`trueup check`: from exported logs to every fault. Knows what is asked and how it is answered, no rule."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path  # noqa: TC003  # typer looks at it
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.progress import telling
from trueup.doors.refusal import explain
from trueup.doors.report.writing import (
    CLEAN,
    FAILED,
    FAULTS,
    USAGE,
    Wanted,
    answer_as,
    fix,
    refuse,
)
from trueup.doors.text_file import ENDINGS

if TYPE_CHECKING:
    from trueup.model.settings import CheckSettings

_YEARS = range(1970, 2200)  # in which a check can be said to be made


def check(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The directory with the exported logs.")],
    *,
    json_to: Annotated[
        Path | None, typer.Option("--json", metavar="FILE|-", help="Write the answer as JSON; - is stdout.")
    ] = None,
    faults_to: Annotated[
        Path | None,
        typer.Option("--faults", metavar="FILE", help="Write all faults: .parquet, .jsonl or .csv (.gz)."),
    ] = None,
    html_to: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page.")
    ] = None,
    fix_into: Annotated[
        Path | None,
        typer.Option("--fix", metavar="OUT", help="Write corrected files and the list of changes."),
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show persons in the terminal and in HTML.")
    ] = False,
    engine: Annotated[
        str, typer.Option(metavar="duckdb|spark", help="What computes; the result is the same.")
    ] = "duckdb",
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="What the process may use, as 4GiB; it spills to disk beyond 75 % of it."
        ),
    ] = None,
    matching: Annotated[
        str | None,
        typer.Option(
            metavar="off|exact|full",
            help="How accounts find their people: by nothing, by what is noted on them, by all that is said of them.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="TIME", help="ISO 8601; default: the latest instant in the logs."),
    ] = None,
    purpose: Annotated[
        str | None, typer.Option(help="The purpose of the transfer, for policy and consents.")
    ] = None,
    settings_file: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE", help="Default: DIR/trueup.toml.")
    ] = None,
    init: Annotated[
        bool, typer.Option("--init", help="Write DIR/trueup.toml with what was recognised, and stop.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, and nothing on the terminal but errors.")
    ] = False,
) -> None:
    """Find every fault that the exported logs show, why it happened, and what to do.

    Reads the files of DIR (completions, sync log and review records; roster, accounts, competencies, scales,
    cycles, consents, grants and policy where there are any), opens no network connection, changes no input,
    and writes only where it is told to.

    \b
    Examples:
      trueup check exports/
      trueup check exports/ --html report.html --faults faults.parquet
      trueup check exports/ --json - | jq .counts
      trueup check exports/ --fix corrected/
      trueup check exports/ --matching full   accounts find their people by all that is said of them
      trueup check --init exports/        writes exports/trueup.toml to be confirmed

    Exit codes: 0 clean, 3 faults or a breached threshold, 2 wrong usage or unreadable input, 1 a failure of the program.
    """
    from trueup.journey.check import OutgrownError, RefusedError
    from trueup.journey.check import check as run

    if not directory.is_dir():
        refuse(
            f"{directory} is no directory",
            "a directory with exported logs",
            "trueup sample demo && trueup check demo/logs",
        )
    settings = _settings(directory, settings_file, as_of, purpose, matching)
    if init:
        _init(directory, settings)
        return
    allowed = _allowed(engine, memory)
    wanted = Wanted(json_to, faults_to, html_to, fix_into, reveal, quiet)
    _refuse_outputs(wanted, directory)
    gc.set_threshold(
        100_000, 20, 20
    )  # expressions are many small objects and no garbage: a tenth of the time
    with telling(silent=quiet or not sys.stderr.isatty()) as tell:
        try:
            with run(directory, settings, engine=engine, memory=allowed, tell=tell) as answer:
                tell("")
                answer_as(answer, directory, wanted)
                if fix_into is not None:
                    fix(answer, directory, settings, fix_into, quiet=quiet)
                code = CLEAN if answer.clean else FAULTS
        except RefusedError as error:
            tell("")
            explain("check", "these logs can't be checked as they are", error.reasons)
            raise typer.Exit(USAGE) from error
        except OutgrownError as error:
            tell("")
            refuse(error.what, error.expected, error.todo, code=FAILED)
    raise typer.Exit(code)


def _settings(
    directory: Path, file: Path | None, as_of: str | None, purpose: str | None, matching: str | None
) -> CheckSettings:
    from dataclasses import replace

    from trueup.kit.settings import UnreadableSettings, load
    from trueup.model.settings import Matching

    try:
        settings = load(file or directory)
    except UnreadableSettings as error:
        refuse(str(error))
    if as_of is not None:
        if not _is_instant(as_of):
            refuse(f"--as-of {as_of!r} is no time with an offset", "ISO 8601, as 2026-10-01T00:00:00Z")
        settings = replace(settings, as_of=as_of)
    if matching is not None:
        if matching not in set(Matching):
            refuse(f"there is no matching {matching!r}", ", ".join(Matching))
        settings = replace(settings, matching=Matching(matching))
    return replace(settings, purpose=purpose or settings.purpose)


def _is_instant(text: str) -> bool:
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and moment.year in _YEARS


def _allowed(engine: str, memory: str | None) -> int:
    """How many bytes the process may use, once it is sure that the engine is there."""
    from importlib.util import find_spec
    from shutil import which

    from trueup.kit.memory import allowed_bytes, parse_size

    if engine not in {"duckdb", "spark"}:
        refuse(f"there is no engine {engine!r}", "duckdb or spark")
    if engine == "spark" and find_spec("pyspark") is None:
        refuse(
            "Spark is not installed", "the extra trueup[spark], and Java 17", "pip install 'trueup[spark]'"
        )
    if engine == "spark" and which("java") is None and "JAVA_HOME" not in os.environ:
        refuse("Spark needs Java, and there is none on the PATH", "Java 17 or 21, or JAVA_HOME")
    try:
        return parse_size(memory) if memory else allowed_bytes()
    except ValueError as error:
        refuse(f"--memory: {error}")


def _refuse_outputs(wanted: Wanted, directory: Path) -> None:
    """Nothing is computed for an answer that could not be written, or that would replace a log."""
    from trueup.doors.whole_file import unwritable
    from trueup.journey.directory import files_of

    if wanted.faults is not None and not wanted.faults.name.lower().endswith(ENDINGS):
        refuse(f"--faults {wanted.faults.name}: the ending says no form", "one of " + ", ".join(ENDINGS))
    logs = {path.resolve() for path in files_of(directory)} if wanted.files else set()
    seen: dict[Path, str] = {}
    for option, path in wanted.files.items():
        if path.resolve() in logs:
            refuse(f"{option} {path}: this is one of the files to be checked", "another file")
        if path.resolve() in seen:
            refuse(f"{option} {path}: {seen[path.resolve()]} goes there already", "a file for each")
        if reason := unwritable(path):
            refuse(f"{option} {path} can't be written: {reason}", "a file in a directory that is there")
        seen[path.resolve()] = option
    into = wanted.fix
    if into is not None and into.exists() and (not into.is_dir() or any(into.iterdir())):
        refuse(f"--fix {into}: it is there already, and not empty", "a new or empty directory")


def _init(directory: Path, settings: CheckSettings) -> None:
    from trueup.journey.gather import RefusedError, inspect_all
    from trueup.kit.settings import UnreadableSettings
    from trueup.kit.settings_draft import write_init
    from trueup.reconcile import reading

    try:
        proposed = [reading.proposed(one) for one in inspect_all(directory, settings, lambda _step: None)]
    except RefusedError as error:
        explain("check", "these logs can't be checked as they are", error.reasons)
        raise typer.Exit(USAGE) from error
    try:
        path = write_init(directory, proposed)
    except UnreadableSettings as error:
        refuse(str(error))
    asked = sum(len(one.asked) for one in proposed)
    typer.echo(f"wrote {path}: {_many(len(proposed), 'file')}, {_many(asked, 'thing')} to be told")
    typer.echo(f"next: read it, fill in what is asked, then: trueup check {directory}")


def _many(n: int, what: str) -> str:
    """So many of them, in words.

    >>> _many(1, "file"), _many(2, "file")
    ('1 file', '2 files')
    """
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
