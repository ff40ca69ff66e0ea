"""`trueup pull`: a declared source, now. Knows how it is asked and shown, no source."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.cli.delivery.declared_systems import SettingsFile, declared_in
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from trueup.journey.arrive import Shelf
    from trueup.journey.pull import Pulled

NOT_ALL = 3
SHOWN = 20


def pull(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The name of a [[sources]] entry with a connector.")
    ],
    *,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="From then on, as 2026-01-31T00:00:00Z; the cursor stays where it is."
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="And until then.")] = None,
    settings_file: SettingsFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Pull what has come at a source since the last time, and take it in, each record exactly once.

    Without --since it goes on where the last pull ended, looking back over an overlap; the first time, and once a day,
    it reads all of the source. A range (--since, --until) is a backfill.

    \b
    Examples:
      trueup pull lrs
      trueup pull lrs --since 2026-01-01T00:00:00Z --until 2026-01-31T23:59:59Z

    Exit codes: 0 all is taken in, 3 something is not, 2 wrong usage or the source can't be read.
    """
    from trueup.connectors.source import Range
    from trueup.journey.declared import lines_from
    from trueup.journey.pull import Puller, PullError

    declared = declared_in("pull", settings_file)
    named = [one for one in declared.sources if one.name == source and one.connector is not None]
    if not named:
        there = ", ".join(one.name for one in declared.sources if one.connector) or "none is declared"
        refuse(
            "pull",
            f"no source {source[:80]!r} is declared to be pulled",
            there,
            'connector = "xapi-lrs" in its [[sources]] entry: docs/delivery.md',
        )
    wanted = Range(_instant("--since", since), _instant("--until", until)) if since or until else None

    async def work(shelf: Shelf) -> Pulled:
        async with lines_from(named, os.environ, declared) as (incoming,):
            puller = Puller(shelf, incoming, tell=lambda line: typer.echo(line, err=True))
            return await puller.pull(wanted, now=datetime.now(UTC))

    try:
        done = on_shelf("pull", work, declared)
    except PullError as error:
        refuse("pull", error.what, error.expected, error.todo)
    if as_json:
        answer_json(
            {
                "schema": "trueup.pull/1",
                "source": source,
                "swept": done.swept,
                "pages": done.pages,
                "records": done.records,
            }
            | {"outcomes": dict(sorted(done.outcomes.items())), "refused": done.refused}
        )
    else:
        told = (
            ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(done.outcomes.items()))
            or "nothing of a completion"
        )
        typer.echo(
            f"{source}: {done.records:,} records in {done.pages:,} pages{', all of it' if done.swept else ''}: {told}"
        )
        for line in done.refused[:SHOWN]:
            typer.echo(f"  not taken: {line}")
    if done.refused:
        raise typer.Exit(NOT_ALL)


def _instant(option: str, told: str | None) -> datetime | None:
    if told is None:
        return None
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        refuse(
            "pull",
            f"{option} {told[:60]!r} is no instant",
            "a time with its offset, as 2026-01-31T00:00:00Z",
            f"{option} TIME",
        )
    return at
