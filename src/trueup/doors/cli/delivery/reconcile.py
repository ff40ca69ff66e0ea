"""`trueup reconcile`: source, ledger and target compared. Knows how it is asked and shown, no side."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.cli.delivery.declared_systems import SettingsFile, declared_in
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.journey.arrive import Shelf
    from trueup.journey.compare import Compared
    from trueup.model.settings import CheckSettings

DIFFERENT = 3


def reconcile(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The name of a [[targets]] entry.")],
    *,
    cycle: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only what happened in the window of this [[cycles]] entry."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Send those again that the target has lost, or has otherwise.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many differences to show, the gravest first.")] = 50,
    settings_file: SettingsFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, with every difference.")] = False,
) -> None:
    """Compare what the sources list, the ledger holds and the target answers for, and name the cause of each difference.

    Causes: never received, quarantined, on its way, overdue, given up, written then vanished, mismatched, void not
    applied, extra. The target is asked about every record that is said to be there, within its budget; extra ones are
    found where it can list what it holds, never received ones where the source is pulled.

    \b
    Examples:
      trueup reconcile talent
      trueup reconcile talent --cycle 2026-H2 --json | jq '.counts'
      trueup reconcile archive --repair

    Exit codes: 0 all the same (or on its way), 3 something differs, 2 wrong usage or a side can't be asked.
    """
    from trueup.journey.compare import Cause, CompareError
    from trueup.journey.pull import PullError

    declared = declared_in("reconcile", settings_file)
    if target not in {one.name for one in declared.targets}:
        there = ", ".join(one.name for one in declared.targets) or "none is declared"
        refuse(
            "reconcile",
            f"no target is called {target[:80]!r}",
            there,
            "declare it in trueup.toml: docs/delivery.md",
        )
    window = _window(declared, cycle)
    try:
        done, sent = on_shelf(
            "reconcile", lambda shelf: _compared(shelf, declared, target, window, again=repair), declared
        )
    except (CompareError, PullError) as error:
        refuse("reconcile", error.what, error.expected, error.todo)
    if as_json:
        answer_json(_document(done, cycle, sent))
    else:
        _show(done, sent, limit)
    if any(one.cause is not Cause.ON_ITS_WAY for one in done.differences):
        raise typer.Exit(DIFFERENT)


async def _compared(
    shelf: Shelf,
    declared: CheckSettings,
    target: str,
    window: tuple[datetime, datetime] | None,
    *,
    again: bool,
) -> tuple[Compared, int]:
    from trueup.journey.compare import Comparer, repair
    from trueup.journey.declared import lines_from, lines_to
    from trueup.journey.pull import Puller

    def tell(line: str) -> None:
        typer.echo(line, err=True)

    targets = [one for one in declared.targets if one.name == target]
    sources = [one for one in declared.sources if target in one.targets]
    async with (
        lines_to(targets, os.environ) as (to,),
        lines_from(sources, os.environ, declared) as incoming,
    ):
        pullers = [Puller(shelf, one, tell=tell) for one in incoming]
        done = await Comparer(shelf, to, pullers, tell=tell).compare(window)
    return done, await repair(shelf, target, done.differences) if again else 0


def _window(declared: CheckSettings, cycle: str | None) -> tuple[datetime, datetime] | None:
    if cycle is None:
        return None
    found = next((one for one in declared.cycles if one.name == cycle), None)
    if found is None:
        there = ", ".join(one.name for one in declared.cycles) or "none is declared"
        refuse(
            "reconcile",
            f"no cycle is called {cycle[:80]!r}",
            there,
            "declare it in trueup.toml: docs/delivery.md",
        )
    return found.opens_at, found.cutoff_at


def _document(done: Compared, cycle: str | None, sent: int) -> dict[str, object]:
    return {
        "schema": "trueup.reconcile/1",
        "target": done.target,
        "cycle": cycle,
        "sources": done.sources,
        "due": done.due,
        "asked": done.asked,
        "same": done.same,
        "listed": done.listed,
        "counts": {cause.value: count for cause, count in sorted(done.counts().items())},
        "sent_again": sent,
        "differences": [
            {"record": one.record, "cause": one.cause.value, "code": one.code, "fields": list(one.fields)}
            for one in done.differences
        ],
    }


def _show(done: Compared, sent: int, limit: int) -> None:
    for source, count in done.sources.items():
        typer.echo(f"source {source}: {count:,} completions listed")
    listed = f", {done.listed:,} listed by it" if done.listed is not None else ""
    typer.echo(f"ledger: {done.due:,} records due at {done.target}")
    typer.echo(f"{done.target}: {done.asked:,} asked for, {done.same:,} as they should be{listed}")
    for cause, count in sorted(done.counts().items()):
        typer.echo(f"{count:>7,}  {cause.value}")
    for one in done.differences[:limit]:
        typer.echo(f"  {one.record}: {one.cause.value}{f' ({one.code})' if one.code else ''}")
        for line in one.fields:
            typer.echo(f"      {line['field']}: expected {line['expected']!r}, found {line['actual']!r}")
    if len(done.differences) > limit:
        typer.echo(f"  and {len(done.differences) - limit:,} more: --json has all")
    if sent:
        typer.echo(f"{sent:,} are sent again; trueup status")
    elif done.differences:
        typer.echo("next: trueup trace RECORD, or --repair")
