"""`trueup trace`: one record's whole story. Knows how it is asked and shown, not where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.named_record import Record, of_record

if TYPE_CHECKING:
    from trueup.journey.trace import Chapter


def trace(
    record: Record,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Tell a record's whole story: as it came, how its time was read, whose it is, where it went, what was tried, the proof.

    \b
    Examples:
      trueup trace moodle-hr:cmc-48213
      trueup trace moodle-hr:cmc-48213:2 --json | jq '.revisions[].attempts'

    Exit codes: 0 told, 2 there is no such record.
    """
    from trueup.doors.conversion import in_utc
    from trueup.doors.delivery_words import story_document
    from trueup.journey.trace import trace as traced

    chapters = of_record("trace", record, traced)
    if as_json:
        key = chapters[0].told.entry.key
        answer_json(story_document(f"{key.source}:{key.record_id}", chapters))
        return
    for one in chapters:
        _show(one, in_utc(one.told.entry.received_at) or "")


def _show(one: Chapter, received: str) -> None:
    from trueup.doors.conversion import in_utc

    entry = one.told.entry
    typer.echo(f"{entry.key}  (number {entry.statement_id})")
    typer.echo(f"  came       {received}, read by {entry.contract}")
    read = entry.completion
    if entry.fault:
        typer.echo(f"  waits      in quarantine: {entry.fault.code}, expected {entry.fault.expected}")
        typer.echo(f"             next: trueup quarantine show {entry.statement_id}")
    if read:
        said = in_utc(read.occurred.at) if read.occurred else None
        rule = f", by {read.occurred.rule}" if read.occurred else ""
        typer.echo(f"  says       {read.status.value} {read.course_id}, {said or 'no time'}{rule}")
    whose = "somebody who was erased" if one.told.who is None else str(one.person or "nobody known yet")
    typer.echo(f"  whose      {whose}")
    proof = f"leaf {one.leaf} of the audit log" if one.leaf is not None else "no place in the audit log yet"
    typer.echo(f"  proof      {proof}; trueup receipt verify checks it")
    for delivery in one.deliveries:
        late = " URGENT" if delivery.urgent else ""
        code = f" {delivery.code}" if delivery.code else ""
        typer.echo(
            f"  to {delivery.target}: {delivery.state.value}{code}, due {delivery.due_at:%Y-%m-%d %H:%MZ}{late}"
        )
        for attempt in one.attempts:
            if attempt.target != delivery.target:
                continue
            status = (
                f"  {attempt.status}" if attempt.status else f"  {attempt.error}" if attempt.error else ""
            )
            request = f"  request {attempt.request_id}" if attempt.request_id else ""
            typer.echo(
                f"    {attempt.at:%H:%M:%S} {attempt.attempt:>3} {attempt.kind:7} {attempt.outcome}{status}{request}"
            )
            for line in attempt.diff:
                typer.echo(
                    f"          {line['field']}: expected {line['expected']!r}, found {line['actual']!r}"
                )
        for letter in one.letters:
            if letter.target == delivery.target:
                ended = f"; {letter.ended_by}" if letter.ended_by else f"; trueup dlq show {letter.letter_id}"
                typer.echo(
                    f"    given up: {letter.code}, expected {letter.expected}, found {letter.actual}{ended}"
                )
    if not one.deliveries:
        typer.echo("  goes       nowhere: no target was declared for its source, or it is a launch")
