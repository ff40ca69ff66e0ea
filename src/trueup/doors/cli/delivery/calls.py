"""`trueup calls`: every call to every system, newest first. Knows how it is shown, no table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.cli.quarantine import MOST, Json
from trueup.doors.json_answer import answer_json
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.delivery.history.store import Call


def calls(
    *,
    target: Annotated[
        str | None, typer.Option("--target", metavar="NAME", help="Only to this target, or from this source.")
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only those that were throttled, refused or not answered.")
    ] = False,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366, help="How far back.")] = 24.0,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many to show, newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List the calls that were made: when, to whom, what for, of how many records, and what the answer said.

    Status, the system's own request id, cost, what was left of a budget, and the patience that it asked for stand beside
    each, so that whoever runs the other side can find it in their logs.

    \b
    Examples:
      trueup calls --failed
      trueup calls --target talent --hours 1 --json | jq '.calls[] | select(.status == 429)'

    Exit codes: 0 listed.
    """
    from trueup.delivery.history.store import made
    from trueup.doors.delivery_words import calls_document

    since = datetime.now(UTC) - timedelta(hours=hours)
    found = on_shelf(
        "calls", lambda shelf: made(shelf.database, since, target=target, failed=failed, most=limit)
    )
    if as_json:
        answer_json(calls_document(found))
    elif found:
        _show(found)
    else:
        typer.echo("no such call was made")


def _show(found: Sequence[Call]) -> None:
    width = max(len(one.target) for one in found)
    for one in found:
        took = "still runs" if one.seconds is None else f"{one.seconds * 1000:,.0f} ms"
        told = {"cost": one.cost, "left": one.remaining, "asked to wait (s)": one.wait}
        parts = [
            f"{one.started_at:%m-%d %H:%M:%S}  {one.target:{width}}  {one.kind:5}  {one.records:>4,}  {took:>10}",
            "no answer" if one.status is None else str(one.status),
            *(f"{name} {value:g}" for name, value in told.items() if value is not None),
            *filter(None, (one.error, one.request_id)),
        ]
        typer.echo("  ".join(parts))
