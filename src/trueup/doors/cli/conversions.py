"""`trueup conversions`: how the times of a record were read. Knows how it is asked and shown, not how a time is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.named_record import Record, of_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.intake.ledger.store import Entry
    from trueup.model.instants import Instant


def conversions(
    record: Record,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show how each time of a record was read: its text as it came, the instant, and the rule between them.

    Of all its revisions, oldest first, or of the one that is named. A date alone is an interval: the day in its zone.

    \b
    Examples:
      trueup conversions moodle-hr:cmc-48213
      trueup conversions moodle-hr:cmc-48213:2 --json | jq .conversions

    Exit codes: 0 shown, 2 there is no such record.
    """
    from trueup.doors.conversion import conversion, times_of
    from trueup.journey.consult import conversions as kept

    entries = of_record("conversions", record, kept)
    if as_json:
        document = {
            "schema": "trueup.conversions/1",
            "source": entries[0].key.source,
            "record_id": entries[0].key.record_id,
            "revisions": [{"revision": one.key.revision, "state": _state(one)} for one in entries],
            "conversions": [
                {"revision": one.key.revision, **conversion(member, time)}
                for one in entries
                if one.completion
                for member, time in times_of(one.completion)
            ],
        }
        answer_json(document)
    else:
        _show(entries)


def _state(entry: Entry) -> str:
    return "taken" if entry.completion else "quarantined"


def _show(entries: Sequence[Entry]) -> None:
    """One block a time: what came, what it means, by which rule."""
    from trueup.doors.conversion import times_of

    for entry in entries:
        typer.echo(f"{entry.key}")
        if entry.fault:
            typer.echo(f"  waits in quarantine: {entry.fault.code}, expected {entry.fault.expected}")
            typer.echo(f"  next: trueup quarantine show {entry.statement_id}")
        for member, time in times_of(entry.completion) if entry.completion else ():
            typer.echo(f"  {member}")
            for label, told in _lines(time):
                typer.echo(f"    {label:10} {told}")
        if entry.completion and not any(times_of(entry.completion)):
            typer.echo("  the source says no time")


def _lines(time: Instant) -> list[tuple[str, str]]:
    from trueup.doors.conversion import in_utc

    said = [
        ("raw", json.dumps(time.raw, ensure_ascii=False)),
        (
            "from" if time.until else "at",
            in_utc(time.at) or f"no instant: {time.unsettled or 'the source says none'}",
        ),
        ("until", in_utc(time.until)),
        ("offset", None if time.offset_minutes is None else f"{time.offset_minutes:+d} minutes"),
        ("zone", time.zone),
        ("precision", time.precision),
        ("rule", time.rule),
    ]
    return [(label, told) for label, told in said if told is not None]
