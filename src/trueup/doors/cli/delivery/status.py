"""`trueup status`: how everything stands, in one look. Knows how it is shown, no table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.cli.delivery.declared_systems import SettingsFile, declared_in
from trueup.doors.json_answer import answer_json
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.delivery.letters.alert import Alert
    from trueup.journey.overview import Overview

WRONG = 3


def status(
    *,
    settings_file: SettingsFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show what waits at each target and is late, how each is asked, what was given up, what waits for a person.

    \b
    Examples:
      trueup status
      watch -n 5 trueup status
      trueup status --json | jq '.deliveries[] | select(.overdue > 0)'

    Exit codes: 0 all is on time, 3 something is late or too much was given up.
    """
    from trueup.doors.delivery_words import overview_document
    from trueup.journey.overview import overview

    declared = declared_in("status", settings_file)
    seen = on_shelf("status", lambda shelf: overview(shelf, datetime.now(UTC)), declared)
    if as_json:
        answer_json(overview_document(seen))
    else:
        _show(seen)
    if seen.wrong:
        raise typer.Exit(WRONG)


def _show(seen: Overview) -> None:
    if seen.deliveries:
        _table(seen)
    else:
        typer.echo(
            "nothing was due for any target yet: [[sources]] say where completions go (docs/delivery.md)"
        )
    for line in (*_calls(seen), *_troubles(seen)):
        typer.echo(line)
    if seen.dead:
        typer.echo("next: trueup dlq list")
    elif seen.tasks:
        typer.echo("next: trueup task list")
    elif seen.quarantined:
        typer.echo("next: trueup quarantine list")


def _table(seen: Overview) -> None:
    from rich.console import Console
    from rich.table import Table

    from trueup.model.delivery import State

    table = Table(box=None, pad_edge=False)
    table.add_column("target")
    for title in (*(state.value for state in State), "late"):
        table.add_column(title, justify="right")
    for target in dict.fromkeys(one.target for one in seen.deliveries):
        mine = [one for one in seen.deliveries if one.target == target]
        counts = {one.state: one.count for one in mine}
        late = sum(one.overdue for one in mine)
        table.add_row(target, *(f"{counts.get(state, 0):,}" for state in State), f"{late:,}")
    Console(soft_wrap=True).print(table)


def _calls(seen: Overview) -> Iterator[str]:
    for call in seen.calls:
        budget = "" if call.remaining is None else f", {call.remaining:g} left"
        median = "" if call.seconds is None else f", {call.seconds * 1000:,.0f} ms"
        shut = f"; left alone until {call.closed_until:%H:%M:%SZ}" if call.closed_until else ""
        yield (
            f"{call.target} ({call.scope}): {call.calls:,} calls in the last hour{median}, "
            f"{call.throttled:,} throttled, {call.failed:,} failed{budget}; batches of {int(call.batch)}{shut}"
        )


def _whose(alert: Alert) -> str:
    """The department and the cycle that most of it belongs to."""
    if alert.most is None:
        return ""
    of = alert.most.department or "no department that is known"
    return f"; most of them, {alert.most.died:,}: {of}, {alert.most.cycle or 'in no cycle'}"


def _troubles(seen: Overview) -> Iterator[str]:
    for tasks in seen.tasks:
        yield f"for a person: {tasks.count:,} at {tasks.target}, {tasks.overdue:,} of them late"
    for group in seen.dead:
        cause = f"{group.code}, expected {group.expected}, found {group.actual}"
        yield f"given up: {group.count:,} at {group.target}: {cause}"
    for alert in seen.alerts:
        share = f"{alert.died:,} of {alert.ended:,} given up in 24 h ({alert.share:.1%})"
        yield f"ALERT {alert.target}: {share}{_whose(alert)}"
    for done in seen.compared:
        if done.causes or done.failed:
            told = done.failed or ", ".join(f"{count:,} {cause}" for cause, count in done.causes.items())
            yield (
                f"compared {done.begun_at:%Y-%m-%d %H:%MZ}, {done.target}: {told}; next: trueup reconcile {done.target}"
            )
    for wait in seen.quarantined:
        yield f"in quarantine: {wait.count:,} {wait.code} for the {wait.owner}"
