"""`trueup who`: who somebody was on a day, as was known at an instant. Knows how it is asked and shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

NOBODY = 1
LONGEST = 1000


def who(
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="A number, an address, an id; an account with --issuer.")
    ],
    *,
    on: Annotated[
        str | None, typer.Option(metavar="DAY", help="On which day it was so. Default: today.")
    ] = None,
    known: Annotated[
        str | None,
        typer.Option(
            metavar="DAY|TIME", help="As was known at the end of that day, or at that time. Default: now."
        ),
    ] = None,
    issuer: Annotated[
        str | None, typer.Option(metavar="NAME", help="VALUE is an account that NAME issued.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Say who somebody was: whose number, address or account it was on a day, as was known at an instant.

    An address that a new hire was given is the leaver's before and theirs since; a number that was renamed leads to
    its bearer. Where several people had it on that day, nobody is chosen and all are shown.

    \b
    Examples:
      trueup who E123
      trueup who E123 --on 2025-12-31 --known 2026-01-05
      trueup who jsmith --issuer moodle --json

    Exit codes: 0 one person, 1 nobody or several, 2 wrong usage.
    """
    from trueup.doors.identity_words import who_document, who_lines
    from trueup.journey.who import who as ask

    now = datetime.now(UTC)
    day = _day(on) if on else now.date()
    instant = _instant(known) if known else now
    if not value.strip() or len(value) > LONGEST or "\0" in value:
        refuse("who", "that is no identifier", f"a text of up to {LONGEST} characters")
    answer = on_shelf("who", lambda shelf: ask(shelf, value, on=day, known=instant, issuer=issuer))
    if as_json:
        answer_json(who_document(answer))
    else:
        typer.echo(who_lines(answer))
    if answer.person is None:
        raise typer.Exit(NOBODY)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        refuse("who", f"--on {said} is no day", "YYYY-MM-DD")


def _instant(said: str) -> datetime:
    """A day is known until its end, in UTC."""
    try:
        if len(said) == len("2026-01-05"):
            return datetime.combine(date.fromisoformat(said) + timedelta(days=1), time(), UTC) - timedelta(
                microseconds=1
            )
        at = datetime.fromisoformat(said)
    except (ValueError, OverflowError):
        refuse("who", f"--known {said} is no day and no time", "YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ")
    return at if at.tzinfo else at.replace(tzinfo=UTC)
