"""`trueup quarantine`: what waits, and the decisions about it. Knows how it is asked and shown, no rule and no statement."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from trueup.intake.quarantine.store import Item, Waiting, Wanted
    from trueup.journey.arrive import Shelf
    from trueup.journey.decide import Opened
    from trueup.model.settings import CheckSettings

NOT_ALL = 3
HIGHEST = 2**63 - 1  # what the database counts to
LONGEST = 1000  # characters of a reason, or of what is said of a field
MOST = 10_000  # shown at once
OUTCOME = {"release": "released", "discard": "discarded"}

quarantine = typer.Typer(
    name="quarantine",
    help="What can't be settled without a person: see it, release it, discard it.",
    epilog="A right event under the same key ends the wait, too. Decisions are kept for good, and are in the audit log.",
    no_args_is_help=True,
)

Numbers = Annotated[
    list[int],
    typer.Argument(min=1, max=HIGHEST, metavar="NUMBER...", help="As `trueup quarantine list` shows them."),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who decides. Default: the account that runs the command.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever asks later. It is kept encrypted.")]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", metavar="FILE", help="What is declared of sources. Default: trueup.toml here."
    ),
]


@quarantine.command("list")
def show_all(
    *,
    fault: Annotated[str | None, typer.Option(metavar="CODE", help="Only this fault, as TU0201.")] = None,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Only what this source sent.")] = None,
    owner: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only what they settle, as 'HR data steward'.")
    ] = None,
    settled: Annotated[bool, typer.Option("--settled", help="What waits no more, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many to show, oldest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List what waits: its fault, who settles it until when, what was expected and what stood there (its form only).

    \b
    Examples:
      trueup quarantine list --fault TU0201 --source moodle-hr
      trueup quarantine list --owner "HR data steward" --json | jq '.items[].number'

    Exit codes: 0 listed, 2 no such fault or owner.
    """
    from trueup.doors.quarantine_words import as_item, as_waiting, line
    from trueup.journey.decide import waits

    wanted = _wanted(fault, source, owner, settled=settled)
    counts, items = on_shelf("quarantine list", lambda shelf: waits(shelf, wanted, limit))
    now = datetime.now(UTC)
    if as_json:
        answer_json(
            {
                "schema": "trueup.quarantine/1",
                "waiting": [as_waiting(one) for one in counts],
                "items": [as_item(one, now) for one in items],
            }
        )
        return
    for one in items:
        typer.echo(line(one, now))
    _show_counts(counts, items)


@quarantine.command()
def show(
    number: Annotated[
        int,
        typer.Argument(min=1, max=HIGHEST, metavar="NUMBER", help="As `trueup quarantine list` shows it."),
    ],
    *,
    event: Annotated[
        bool, typer.Option("--event", help="With the event as it came. It may hold personal data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one: what is wrong, who settles it, what to do; or who decided what of it, when and why.

    \b
    Examples:
      trueup quarantine show 4711
      trueup quarantine show 4711 --event

    Exit codes: 0 shown, 2 nothing has this number.
    """
    from trueup.doors.quarantine_words import as_opened, paragraphs
    from trueup.journey.decide import look_into

    found = on_shelf("quarantine show", lambda shelf: look_into(shelf, number))
    if found is None:
        refuse(
            "quarantine show",
            f"nothing in quarantine has the number {number}",
            "a number of the list",
            "trueup quarantine list --settled",
        )
    now = datetime.now(UTC)
    if as_json:
        document = {"schema": "trueup.quarantine-item/1", **as_opened(found, now)}
        answer_json(document | ({"event": _event(found)} if event else {}))
        return
    typer.echo(paragraphs(found, now))
    if event:
        typer.echo(f"\n{_event(found) or 'the event itself is not kept'}")


@quarantine.command()
def release(
    numbers: Numbers,
    *,
    reason: Reason,
    zone: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The zone of its times without offset, as Europe/Berlin."),
    ] = None,
    said: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="FIELD=VALUE",
            help="What is to be read instead of what stands there; FIELD= leaves it out.",
        ),
    ] = None,
    by: By = None,
    settings_file: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Read what waits with what you decide, and take it in: exactly once, with its deliveries, leaf and receipt.

    Each is decided by itself. What may be said: zone, occurred_at, recorded_at; account.issuer, account.name,
    employee_number, person_id, email; score.raw, score.min, score.max, score.scale, score.scale_version. Without
    any it is read as it came, with what is declared of its source now.

    \b
    Examples:
      trueup quarantine release 4711 4712 --zone Europe/Berlin --reason "exported by a user in Berlin"
      trueup quarantine release 4713 --as employee_number=E1042 --reason "the roster of March, ticket 881"

    Exit codes: 0 all released, 3 some were not (each with its reason; nothing of those was changed), 2 wrong usage.
    """
    from trueup.journey.decide import Decision
    from trueup.journey.decide import release as settle

    corrections = _corrections([*(said or ()), *([f"zone={zone}"] if zone is not None else [])])
    decision = Decision(
        decider("quarantine release", by), sound_reason("quarantine release", reason), corrections
    )

    async def one(shelf: Shelf, number: int) -> str:
        verdict = await settle(shelf, number, decision, now=datetime.now(UTC))
        return str(verdict.key)

    _decide("release", numbers, one, _settings("release", settings_file), as_json=as_json)


@quarantine.command()
def discard(
    numbers: Numbers,
    *,
    reason: Reason,
    by: By = None,
    settings_file: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """End the wait of what shall never be a completion. The row stays, with who decided it and why.

    The same event again changes nothing then; a right one under its key is taken in all the same.

    \b
    Examples:
      trueup quarantine discard 4714 --reason "a test account of the vendor"

    Exit codes: 0 all discarded, 3 some were not (each with its reason), 2 wrong usage.
    """
    from trueup.journey.decide import Decision
    from trueup.journey.decide import discard as settle

    decision = Decision(decider("quarantine discard", by), sound_reason("quarantine discard", reason))

    async def one(shelf: Shelf, number: int) -> str:
        return f"decision {await settle(shelf, number, decision, now=datetime.now(UTC))}"

    _decide("discard", numbers, one, _settings("discard", settings_file), as_json=as_json)


def _decide(
    verb: str,
    numbers: Sequence[int],
    one: Callable[[Shelf, int], Awaitable[str]],
    settings: CheckSettings,
    *,
    as_json: bool,
) -> None:
    """Settles each by itself and says what became of it."""
    from trueup.journey.decide import NotSettledError
    from trueup.kit.database import UnavailableError

    async def work(shelf: Shelf) -> list[dict[str, object]]:
        told: list[dict[str, object]] = []
        for number in dict.fromkeys(numbers):
            try:
                told.append({"number": number, "settled": True, "as": await one(shelf, number)})
            except (NotSettledError, UnavailableError) as error:
                why = {"what": error.what, "expected": error.expected, "do": error.todo}
                told.append({"number": number, "settled": False, "as": None, **why})
        return told

    told = on_shelf(f"quarantine {verb}", work, settings)
    if as_json:
        answer_json({"schema": "trueup.quarantine-settled/1", "outcome": OUTCOME[verb], "items": told})
    else:
        for done in told:
            if done["settled"]:
                typer.echo(f"{done['number']}: {OUTCOME[verb]}: {done['as']}")
            else:
                typer.echo(
                    f"{done['what']}\n  expected  {done['expected']}\n  do        {done['do']}", err=True
                )
    if not all(done["settled"] for done in told):
        raise typer.Exit(NOT_ALL)


def _wanted(code: str | None, source: str | None, owner: str | None, *, settled: bool) -> Wanted:
    from trueup.access.tokens import is_name
    from trueup.intake.quarantine.store import Wanted
    from trueup.model.faults import Owner, UnknownFaultError
    from trueup.model.faults import fault as named

    try:
        code = named(code).code if code is not None else None
    except UnknownFaultError as error:
        refuse("quarantine list", str(error), "a code of the catalogue", "trueup faults")
    if source is not None and not is_name(source):
        refuse(
            "quarantine list",
            f"{source[:60]!r} is no source",
            "a-z, 0-9, dot, dash, underscore",
            "name one so",
        )
    owners = {one.casefold(): one for one in Owner}
    if owner is not None and owner.casefold() not in owners:
        refuse("quarantine list", f"nobody is called {owner[:60]!r}", ", ".join(Owner), "name one of these")
    return Wanted(code, source, owners[owner.casefold()] if owner is not None else None, settled)


def _corrections(said: Sequence[str]) -> dict[str, str]:
    from trueup.intake.quarantine.corrections import why_not

    found: dict[str, str] = {}
    for one in said:
        field, parted, value = one.partition("=")
        expected = why_not(field, value) if parted else "FIELD=VALUE"
        if expected is None and field in found:
            expected = "each field once"
        if expected is None and not _is_sound(value):
            expected = f"text of UTF-8, up to {LONGEST} characters"
        if expected is not None:
            refuse(
                "quarantine release", f"--as {one[:60]!r} can't be said of an event", expected, "say it so"
            )
        found[field] = value
    return found


def decider(verb: str, by: str | None) -> str:
    """Who decides: the one that is named, or the account that runs the command."""
    try:
        named = getpass.getuser() if by is None else by.strip()
    except (OSError, KeyError):
        named = ""
    if not named or len(named) > 200 or not named.isprintable():
        refuse(verb, "it isn't said who decides", "a name of up to 200 characters", "--by NAME")
    return named


def sound_reason(verb: str, reason: str, otherwise: str = "a decision has a reason") -> str:
    """The reason, which can't be left out and can be kept; `otherwise` is said where that is not so."""
    if not reason.strip() or not _is_sound(reason):
        refuse(
            verb,
            otherwise,
            f"a text of UTF-8, up to {LONGEST} characters",
            "--reason TEXT",
        )
    return reason.strip()


def _is_sound(text: str) -> bool:
    """Whether it is not too long, and no half characters are in it, as a shell may pass them on."""
    return len(text) <= LONGEST and text.encode("utf-8", "replace") == text.encode("utf-8", "surrogatepass")


def _settings(verb: str, named: Path | None) -> CheckSettings:
    from trueup.kit.settings import UnreadableSettings, load

    try:
        return load(named or Path.cwd())
    except UnreadableSettings as error:
        refuse(f"quarantine {verb}", str(error))


def _show_counts(counts: Sequence[Waiting], items: Sequence[Item]) -> None:
    if not counts:
        typer.echo("nothing waits")
        return
    typer.echo("")
    for one in counts:
        typer.echo(f"{one.count:>6,} {one.code} for the {one.owner}, since {one.since:%Y-%m-%d %H:%MZ}")
    waiting = [one for one in items if one.released_at is None]
    if waiting:
        typer.echo(f"next: trueup quarantine show {waiting[0].statement_id}")


def _event(found: Opened) -> str | None:
    return found.event.decode("utf-8", "replace") if found.event else None
