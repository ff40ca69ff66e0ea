"""`trueup import`: exported completions taken in, exactly once. Knows what is asked and how it is answered, no rule."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import refusing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from trueup.journey.arrive import Incoming, Shelf
    from trueup.journey.unpack import Parcel
    from trueup.model.completions import Verdict
    from trueup.model.settings import CheckSettings
    from trueup.reconcile.formats import Problem

NOT_ALL = 3
BATCH = 500  # events in one statement
PATIENCE = 60.0  # seconds for a database that went away to come back
_TOLD = 1_000  # problems told one by one in JSON; the counts are of all
_SHOWN = 3  # of each kind in the terminal


@dataclass(slots=True)
class _Tally:
    """What became of one file's rows."""

    file: str
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: list[dict[str, object]] = field(default_factory=list)


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Exported completions, or directories of exports.")
    ],
    *,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="The source of rows that name none, as moodle-hr.")
    ] = None,
    settings_file: Annotated[
        Path | None,
        typer.Option(
            "--settings", metavar="FILE", help="Default: trueup.toml in the directory of the first FILE."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Take exported completions into the ledger, each exactly once.

    Reads what `trueup check` reads. A row's key is its source, record id and revision: run it again, or import the
    next export that overlaps, and nothing doubles. Each row is judged by itself; what can't be settled waits in
    quarantine, with its reason, until a corrected row comes.

    \b
    Examples:
      trueup import exports/completions.csv --source moodle-hr
      trueup import exports/ --json | jq .totals

    Exit codes: 0 all is taken in, 3 something is not (each with file, line and reason), 2 wrong usage or unreadable input.
    """
    settings = _settings(files[0], settings_file)
    parcels = _parcels(files, settings, source)
    total = sum(parcel.inspection.rows for parcel in parcels)
    with _refusing(), _telling(total, silent=quiet or as_json or not sys.stderr.isatty()) as tell:
        tallies = asyncio.run(_take_in(parcels, settings, source, tell))
    if as_json:
        answer_json(_document(tallies))
    else:
        _show(tallies)
    if any(tally.outcomes.keys() - {"accepted", "duplicate"} for tally in tallies):
        raise typer.Exit(NOT_ALL)


def _settings(first: Path, named: Path | None) -> CheckSettings:
    from trueup.kit.settings import UnreadableSettings, load

    try:
        return load(named or (first if first.is_dir() else first.absolute().parent))
    except UnreadableSettings as error:
        refuse("import", str(error))


def _parcels(files: Sequence[Path], settings: CheckSettings, source: str | None) -> list[Parcel]:
    """The files of completions; one that was named and is none, or lacks something to be told, is refused."""
    from trueup.journey.directory import files_of
    from trueup.journey.unpack import looked_at

    parcels = []
    for given in files:
        for path in files_of(given) if given.is_dir() else [given]:
            parcel = looked_at(path, str(path), settings)
            if parcel.holds_completions:
                parcels.append(parcel)
                if source is None and not parcel.has_source:
                    _refuse_file(parcel, "its rows don't name their source", "--source NAME, as moodle-hr")
            elif not given.is_dir() or parcel.inspection.role in {None, "completions"}:
                _refuse_file(
                    parcel, f"this is no file of completions that can be read ({parcel.inspection.role})", ""
                )
    if not parcels:
        refuse(
            "import",
            "there are no completions in what was named",
            "a file of completions",
            "trueup inspect FILE...",
        )
    return parcels


def _refuse_file(parcel: Parcel, what: str, expected: str) -> None:
    inspection = parcel.inspection
    reasons = [problem.what for problem in inspection.problems if problem.line is None][:3]
    needs = [
        f"{need.what}: {need.why}; in trueup.toml: {need.example}"
        for need in inspection.needs
        if need.required
    ]
    refuse(
        "import",
        "; ".join([f"{inspection.file}: {what}", *reasons]),
        expected or "; ".join(needs) or "record_id, course_id, status and completed_at in each row",
        f"trueup inspect {inspection.file}",
    )


async def _take_in(
    parcels: Sequence[Parcel], settings: CheckSettings, source: str | None, tell: Callable[[int, str], None]
) -> list[_Tally]:
    from trueup.journey.open_shelf import open_shelf
    from trueup.journey.unpack import events_of

    tallies = []
    async with open_shelf(os.environ, settings) as shelf:
        for parcel in parcels:
            tally = _Tally(parcel.inspection.file, parcel.inspection.rows)
            lost: list[Problem] = []
            for batch in _batches(events_of(parcel, source, lost)):
                _count(tally, batch, await _arrive(shelf, batch))
                tell(len(batch), tally.file)
            _lose(tally, lost)
            tallies.append(tally)
    return tallies


async def _arrive(shelf: Shelf, batch: Sequence[Incoming]) -> list[Verdict]:
    """What became of a batch. Where the database goes away, the same batch again: nothing doubles."""
    from trueup.journey.arrive import arrive
    from trueup.kit.database import UnavailableError

    until = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await arrive(shelf, batch, door="import", now=datetime.now(UTC))
        except UnavailableError:
            if asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(0.5)


def _batches(events: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    events = iter(events)
    while batch := list(islice(events, BATCH)):
        yield batch


def _count(tally: _Tally, batch: Sequence[Incoming], verdicts: Sequence[Verdict]) -> None:
    from trueup.model.completions import Outcome

    for one, verdict in zip(batch, verdicts, strict=True):
        tally.outcomes[verdict.outcome.value] += 1
        if verdict.outcome in {Outcome.ACCEPTED, Outcome.DUPLICATE}:
            continue
        fault = verdict.fault
        tally.problems.append(
            {
                "outcome": verdict.outcome.value,
                "code": fault.code if fault else None,
                "where": one.origin,
                "key": str(verdict.key) if verdict.key else None,
                "pointer": fault.pointer if fault else None,
                "expected": fault.expected
                if fault
                else "the row as it was taken in before, or another revision",
                "actual": fault.actual
                if fault
                else "another row under the same source, record id and revision",
                "owner": fault.owner if fault else None,
            }
        )


def _lose(tally: _Tally, lost: Sequence[Problem]) -> None:
    """The rows that the reader could not use."""
    from trueup.model.faults import fault

    for problem in lost:
        tally.outcomes["rejected"] += 1
        tally.problems.append(
            {
                "outcome": "rejected",
                "code": "TU0308",
                "where": f"{problem.file}:{problem.line}",
                "key": None,
                "pointer": None,
                "expected": problem.expected or problem.todo,
                "actual": problem.what,
                "owner": fault("TU0308").escalation.owner.value,
            }
        )


def _document(tallies: Sequence[_Tally]) -> dict[str, object]:
    """The JSON answer (contracts/import.schema.json)."""
    problems = [problem for tally in tallies for problem in tally.problems]
    return {
        "schema": "trueup.import/1",
        "files": [{"file": tally.file, "rows": tally.rows, **_counts(tally.outcomes)} for tally in tallies],
        "totals": _counts(sum((tally.outcomes for tally in tallies), Counter())),
        "problems_total": len(problems),
        "problems": problems[:_TOLD],
    }


def _counts(outcomes: Counter[str]) -> dict[str, int]:
    from trueup.model.completions import Outcome

    return {outcome.value: outcomes[outcome.value] for outcome in Outcome}


def _show(tallies: Sequence[_Tally]) -> None:
    """The counts of each file, then some of each kind of problem, then what to do."""
    for tally in tallies:
        said = ", ".join(f"{n:,} {name}" for name, n in _counts(tally.outcomes).items() if n) or "nothing"
        typer.echo(f"{tally.file}: {tally.rows:,} rows: {said}")
    problems = [problem for tally in tallies for problem in tally.problems]
    kinds = Counter((str(problem["outcome"]), problem["code"]) for problem in problems)
    for (outcome, code), n in kinds.most_common():
        typer.echo(f"\n✗ {n:,} {outcome}{f': {code}' if code else ''}")
        for problem in [one for one in problems if (one["outcome"], one["code"]) == (outcome, code)][:_SHOWN]:
            at = f" at {problem['pointer']}" if problem["pointer"] else ""
            typer.echo(f"  {problem['where']}: expected {problem['expected']}{at}; found {problem['actual']}")
        if code:
            typer.echo(f"  → {_owner(problems, code)}: trueup explain {code}")


def _owner(problems: Sequence[dict[str, object]], code: object) -> object:
    """Who settles the problems of a code."""
    return next(problem["owner"] for problem in problems if problem["code"] == code)


@contextmanager
def _refusing() -> Iterator[None]:
    from trueup.reconcile.formats import UnreadableFile

    try:
        with refusing("import"):
            yield
    except UnreadableFile as error:
        refuse("import", str(error), error.problem.expected, error.problem.todo)


@contextmanager
def _telling(total: int, *, silent: bool) -> Iterator[Callable[[int, str], None]]:
    """Progress on stderr: how many rows of how many, and how long it still takes."""
    if silent:
        yield lambda _rows, _file: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("taking in", total=total)

        def tell(rows: int, file: str) -> None:
            shown.update(task, advance=rows, description=file)

        yield tell
