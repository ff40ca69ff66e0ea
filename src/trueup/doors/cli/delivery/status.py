"""`trueup status`: how everything stands, in one look. Knows how it is shown, no table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from trueup.journey.overview import Overview

WRONG = 3


def status(*, as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
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

    seen = on_shelf("status", lambda shelf: overview(shelf, datetime.now(UTC)))
    if as_json:
        answer_json(overview_document(seen))
    else:
        _show(seen)
    if seen.wrong:
        raise typer.Exit(WRONG)


def _show(seen: Overview) -> None:
    from rich.console import Console
    from rich.table import Table

    from trueup.model.delivery import State

    shown = Console(soft_wrap=True)
    by_target: dict[str, dict[State, int]] = {}
    for one in seen.deliveries:
        by_target.setdefault(one.target, {})[one.state] = one.count
    table = Table(box=None, pad_edge=False)
    table.add_column("target")
    for state in State:
        table.add_column(state.value, justify="right")
    table.add_column("late", justify="right")
    for target, counts in by_target.items():
        late = sum(one.overdue for one in seen.deliveries if one.target == target)
        table.add_row(target, *(f"{counts.get(state, 0):,}" for state in State), f"{late:,}")
    if by_target:
        shown.print(table)
    else:
        typer.echo(
            "nothing was due for any target yet: [[sources]] say where their completions go (docs/delivery.md)"
        )
    for call in seen.calls:
        budget = "" if call.remaining is None else f", {call.remaining:g} left"
        median = "" if call.seconds is None else f", {call.seconds * 1000:,.0f} ms"
        shut = f"; left alone until {call.closed_until:%H:%M:%SZ}" if call.closed_until else ""
        typer.echo(
            f"{call.target} ({call.scope}): {call.calls:,} calls in the last hour{median}, {call.throttled:,} throttled, "
            f"{call.failed:,} failed{budget}; batches of {int(call.batch)}{shut}"
        )
    for group in seen.dead:
        typer.echo(
            f"given up: {group.count:,} at {group.target}: {group.code}, expected {group.expected}, found {group.actual}"
        )
    for alert in seen.alerts:
        typer.echo(
            f"ALERT {alert.target}: {alert.died:,} of {alert.ended:,} given up in 24 h ({alert.share:.1%})"
        )
    for wait in seen.quarantined:
        typer.echo(f"in quarantine: {wait.count:,} {wait.code} for the {wait.owner}")
    if seen.dead:
        typer.echo("next: trueup dlq list")
    elif seen.quarantined:
        typer.echo("next: trueup quarantine list")
