"""`trueup identity export|import|replay`: decisions carried elsewhere, and projected again. Knows how it is asked."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from trueup.doors.cli.quarantine import Json  # noqa: TC001 - typer reads the annotations at run time
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

FAILED = 1


def export(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where they go, as JSON lines. Default: to stdout."),
    ] = None,
) -> None:
    """Write every decision as a line of JSON: what, by whom, when, why, under which policy. It names people.

    \b
    Examples:
      trueup identity export --out decisions.jsonl
      trueup identity export | jq 'select(.by != "policy")'

    Exit codes: 0 written, 2 it can't be written there.
    """
    from trueup.doors.identity_words import as_decision
    from trueup.doors.whole_file import unwritable, whole_file
    from trueup.journey.stewarding import told_of

    if out is not None and (reason := unwritable(out)):
        refuse("identity export", f"{out} can't be written: {reason}", "a file in a directory that is there")
    found = on_shelf("identity export", lambda shelf: told_of(shelf, None, now=datetime.now(UTC)))
    text = "".join(
        json.dumps(as_decision(one.kept, one.record, one.reason), ensure_ascii=False) + "\n" for one in found
    )
    if out is None:
        sys.stdout.write(text)
        return
    with whole_file(out) as part:
        part.write_text(text, encoding="utf-8")
    typer.echo(f"{len(found):,} decisions -> {out}")


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="As `export` writes it.", exists=True, dir_okay=False)
    ],
    *,
    as_json: Json = False,
) -> None:
    """Take over decisions that were made elsewhere, as they were made. Those that are here already change nothing.

    \b
    Examples:
      trueup identity enrol hr.csv --source workday && trueup identity import decisions.jsonl

    Exit codes: 0 taken over, 2 they can't be (nothing was changed).
    """
    from trueup.journey.decision_files import carry, parsed
    from trueup.journey.identify import NotDecidedError

    try:
        with file.open("rb") as lines:
            read = parsed(lines, file.name)
        done = on_shelf("identity import", lambda shelf: carry(shelf, read))
    except NotDecidedError as error:
        refuse("identity import", error.what, error.expected, error.todo)
    if as_json:
        answer_json({"schema": "trueup.identity-imported/1", "taken": done.taken, "known": done.known})
    else:
        typer.echo(f"{done.taken:,} decisions taken over, {done.known:,} were here already")


def replay(*, as_json: Json = False) -> None:
    """Drop all links and project them from the decisions again: proves that nothing but decisions makes them.

    \b
    Examples:
      trueup identity replay

    Exit codes: 0 the same links, 1 others than before (the decisions are right; something else changed the links).
    """
    from trueup.journey.identify import replay as again

    before, after = on_shelf("identity replay", again)
    if as_json:
        answer_json(
            {
                "schema": "trueup.identity-replayed/1",
                "before": before,
                "after": after,
                "same": before == after,
            }
        )
    else:
        typer.echo(
            f"links before {before}\nlinks after  {after}\n{'the same' if before == after else 'they differ'}"
        )
    if before != after:
        raise typer.Exit(FAILED)
