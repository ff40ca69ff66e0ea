"""`trueup dlq`: what was given up, and what people do about it. Knows how it is asked and shown, no rule."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.cli.delivery.declared_systems import SettingsFile, declared_in
from trueup.doors.cli.quarantine import HIGHEST, MOST, By, Json, decider, sound_reason
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from trueup.delivery.letters.store import Letter
    from trueup.journey.arrive import Shelf
    from trueup.journey.dead_letters import Preview
    from trueup.model.settings import CheckSettings

NOT_ALL = 3

dlq = typer.Typer(
    name="dlq",
    help="Deliveries that were given up: see why, send them again, let them go.",
    epilog="A letter stays until its delivery is verified or somebody discards it: sending again takes nothing away.",
    no_args_is_help=True,
)

Numbers = Annotated[
    list[int] | None,
    typer.Argument(min=1, max=HIGHEST, metavar="[NUMBER...]", help="As `trueup dlq list` shows them."),
]
Target = Annotated[
    str | None, typer.Option("--target", metavar="NAME", help="Only what was for this target.")
]
Code = Annotated[str | None, typer.Option("--fault", metavar="CODE", help="Only this fault, as TU0303.")]


@dlq.command("list")
def show_all(
    *,
    target: Target = None,
    code: Code = None,
    settled: Annotated[bool, typer.Option("--settled", help="Those that ended, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many to show, oldest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List what was given up: by cause, most first, then one by one.

    \b
    Examples:
      trueup dlq list
      trueup dlq list --target hr-system --fault TU0303 --json | jq '.letters[].number'

    Exit codes: 0 listed.
    """
    from trueup.doors.delivery_words import letters_document
    from trueup.journey.dead_letters import waiting

    groups, letters = on_shelf(
        "dlq list", lambda shelf: waiting(shelf, target=target, code=code, most=limit, settled=settled)
    )
    if as_json:
        answer_json(letters_document(groups, letters))
        return
    for group in groups:
        typer.echo(
            f"{group.count:>7,}  {group.target}: {group.code}, expected {group.expected}, found {group.actual}"
        )
    if groups:
        typer.echo("")
    for one in letters:
        typer.echo(f"{one.letter_id:>7}  {_line(one)}")
    typer.echo("next: trueup dlq show NUMBER" if letters else "nothing was given up")


@dlq.command()
def show(
    number: Annotated[
        int, typer.Argument(min=1, max=HIGHEST, metavar="NUMBER", help="As the list shows it.")
    ],
    *,
    settings_file: SettingsFile = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="With the personal fields of what would be sent.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one: why it was given up, who settles it, what to do, and what would be sent now.

    \b
    Examples:
      trueup dlq show 17

    Exit codes: 0 shown, 2 nothing has this number.
    """
    from trueup.doors.delivery_words import letter_of, preview_of

    previews = _previews("dlq show", declared_in("dlq show", settings_file), [number], anyway=False)
    one = previews[0]
    if as_json:
        answer_json(
            {
                "schema": "trueup.dead-letter/1",
                **letter_of(one.letter),
                "again": preview_of(one, reveal=reveal),
            }
        )
        return
    for label, told in letter_of(one.letter).items():
        if told is not None:
            typer.echo(f"  {label:12} {told}")
    typer.echo(f"  again        {one.refusal or f'{one.verb}, with these fields:'}")
    for name, value in preview_of(one, reveal=reveal)["fields"].items():
        typer.echo(f"    {name}: {value}")
    if one.refusal is None:
        typer.echo(f"next: trueup dlq redrive {number} --yes")


@dlq.command()
def redrive(
    numbers: Numbers = None,
    *,
    target: Target = None,
    code: Code = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Send them. Without it, only what would happen is shown.")
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Also what the target refused, unchanged: the target has changed."),
    ] = False,
    by: By = None,
    settings_file: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Send what was given up again: shows first what would happen, and refuses what would fail by the same rule.

    The letters stay until their deliveries are verified. What may have arrived is looked for before it is sent.

    \b
    Examples:
      trueup dlq redrive --target hr-system --fault TU0402
      trueup dlq redrive 17 18 --yes

    Exit codes: 0 all would go, or go; 3 some are refused; 2 none was named.
    """
    from trueup.doors.delivery_words import preview_of
    from trueup.journey import dead_letters

    who = decider("dlq redrive", by)
    declared = declared_in("dlq redrive", settings_file)
    previews = _previews("dlq redrive", declared, numbers, target=target, code=code, anyway=anyway)
    gone = on_shelf("dlq redrive", lambda shelf: dead_letters.redrive(shelf, previews, who)) if yes else []
    if as_json:
        answer_json(
            {"schema": "trueup.redrive/1", "sent": gone, "letters": [preview_of(one) for one in previews]}
        )
    else:
        for one in previews:
            told = one.refusal or f"{'goes' if yes else 'would go'}: {one.verb}"
            typer.echo(f"{one.letter.letter_id:>7}  {_line(one.letter)}\n         {told}")
        ready = sum(one.refusal is None for one in previews)
        typer.echo(
            f"{len(gone):,} of {len(previews):,} are on their way"
            if yes
            else f"{ready:,} of {len(previews):,} would go; send them with --yes"
        )
    if any(one.refusal for one in previews):
        raise typer.Exit(NOT_ALL)


@dlq.command()
def discard(
    numbers: Annotated[
        list[int],
        typer.Argument(min=1, max=HIGHEST, metavar="NUMBER...", help="As `trueup dlq list` shows them."),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let deliveries go for good. Who did it, when and why is kept with the letter.

    \b
    Examples:
      trueup dlq discard 17 --reason "entered by hand in the review system"

    Exit codes: 0 discarded, 3 some were not waiting.
    """
    from trueup.journey import dead_letters

    who, why = (
        decider("dlq discard", by),
        sound_reason("dlq discard", reason, "the reason is empty or too long"),
    )
    gone = on_shelf("dlq discard", lambda shelf: dead_letters.discard(shelf, numbers, who, why))
    if as_json:
        answer_json(
            {
                "schema": "trueup.discarded/1",
                "discarded": gone,
                "not_waiting": sorted(set(numbers) - set(gone)),
            }
        )
    else:
        typer.echo(f"{len(gone):,} of {len(set(numbers)):,} discarded")
    if set(numbers) - set(gone):
        raise typer.Exit(NOT_ALL)


def _line(one: Letter) -> str:
    ended = f" ({one.ended_by})" if one.ended_by else " (on its way again)" if one.redriven_at else ""
    return (
        f"{one.source}:{one.record_id}:{one.revision} to {one.target}: {one.code}, expected {one.expected}, "
        f"found {one.actual}; {one.attempts} attempts, given up {one.died_at:%Y-%m-%d %H:%MZ}{ended}"
    )


def _previews(
    verb: str,
    declared: CheckSettings,
    numbers: list[int] | None,
    *,
    target: str | None = None,
    code: str | None = None,
    anyway: bool,
) -> list[Preview]:
    from trueup.journey.dead_letters import named, previewed, waiting
    from trueup.journey.declared import lines_to

    if not numbers and target is None and code is None:
        refuse(verb, "none is named", "numbers, --target or --fault", "trueup dlq list")

    async def work(shelf: Shelf) -> list[Preview]:
        async with lines_to(declared.targets, os.environ) as outgoing:
            targets = {one.name: one for one in outgoing}
            letters = (
                await named(shelf, numbers)
                if numbers
                else (await waiting(shelf, target=target, code=code, most=MOST))[1]
            )
            return await previewed(shelf, targets, letters, anyway=anyway)

    found = on_shelf(verb, work, declared)
    missing = sorted(set(numbers or ()) - {one.letter.letter_id for one in found})
    if missing:
        refuse(
            verb, f"nothing has the number {missing[0]}", "a number of the list", "trueup dlq list --settled"
        )
    return found
