"""`trueup identity conflicts|show|decide|merge|unmerge|history`: what a person decides. Knows how it is asked and shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import uuid4

import typer

from trueup.doors.cli.quarantine import HIGHEST, By, Json, Reason, decider, sound_reason
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trueup.journey.arrive import Shelf
    from trueup.journey.identify import Decided, Why

Answer = TypeVar("Answer")
MOST = 100_000

Number = Annotated[
    int, typer.Argument(min=1, max=HIGHEST, metavar="NUMBER", help="As `trueup identity conflicts` shows it.")
]
OnePerson = Annotated[str, typer.Argument(metavar="PERSON", help="An id, or a number or address of today.")]


def conflicts(
    *,
    about: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only these, as 'several people'.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="All of them, as .html, .csv or .json.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many to show, the gravest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List what a machine must not decide: accounts that may be several people's or nobody's, doubled, swapped.

    Kinds: swapped pair, several people, not sure, several accounts, nobody, no account. The number is that of the
    account (or roster entry), as the other verbs take it.

    \b
    Examples:
      trueup identity conflicts
      trueup identity conflicts --out conflicts.html
      trueup identity conflicts --about "several people" --json | jq '.conflicts[].number'

    Exit codes: 0 listed, 2 wrong usage. A file shows names: keep it where the roster is kept.
    """
    from trueup.doors.identity_words import conflicts_document, line
    from trueup.journey.conflicts import About
    from trueup.journey.conflicts import conflicts as listed

    kinds = {str(one): one for one in About}
    if about is not None and about not in kinds:
        refuse(
            "identity conflicts", f"there is no kind {about[:60]!r}", ", ".join(kinds), "name one of these"
        )
    if out is not None:
        _writable(out)
    wanted = kinds[about] if about is not None else None
    now = datetime.now(UTC)
    counts, found = on_shelf(
        "identity conflicts", lambda shelf: listed(shelf, now=now, about=wanted, most=MOST if out else limit)
    )
    if out is not None:
        from trueup.doors.conflicts_file import write

        write(out, counts, found, now)
        typer.echo(f"{len(found):,} conflicts -> {out}")
    elif as_json:
        answer_json(conflicts_document(counts, found))
    else:
        for one in found:
            typer.echo(line(one))
        told = ", ".join(f"{n:,} {kind}" for kind, n in counts.items() if n)
        typer.echo(f"\n{told}\nnext: trueup identity show {found[0].number}" if told else "no conflicts")


def show(number: Number, *, as_json: Json = False) -> None:
    """Show one: what is said on it, whom it may be and why, what hangs on it, what was decided before.

    \b
    Examples:
      trueup identity show 4711
      trueup identity show 4711 --json

    Exit codes: 0 shown, 2 no record has this number.
    """
    from trueup.doors.identity_words import decision_line, paragraphs, record_document
    from trueup.journey.stewarding import look_at

    seen = on_shelf("identity show", lambda shelf: look_at(shelf, number, now=datetime.now(UTC)))
    if seen is None:
        refuse(
            "identity show",
            f"no record has the number {number}",
            "a number of the list",
            "trueup identity conflicts",
        )
    if as_json:
        answer_json(record_document(seen))
        return
    typer.echo(
        "\n\n".join(map(paragraphs, seen.conflicts)) or f"{seen.record.shown}: {seen.person or 'nobody'}"
    )
    if seen.told:
        typer.echo("\ndecided so far:")
    for one in seen.told:
        typer.echo(decision_line(one.kept, one.record, one.reason))


def decide(
    number: Number,
    *,
    reason: Reason,
    link: Annotated[str | None, typer.Option(metavar="PERSON", help="It is this person's.")] = None,
    apart: Annotated[
        list[str] | None, typer.Option(metavar="PERSON", help="It is not this person's.")
    ] = None,
    own: Annotated[bool, typer.Option("--own", help="It is of somebody whom no roster has.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Decide whose an account is. Decisions are kept for good, are in the audit log, and can be decided otherwise later.

    \b
    Examples:
      trueup identity decide 4711 --link E1042 --reason "asked her: it is her old account"
      trueup identity decide 4711 --apart E1042 --reason "a namesake, see ticket 881"
      trueup identity decide 4712 --own --reason "an instructor of the vendor"

    Exit codes: 0 decided, 2 it can't be decided so (nothing was changed).
    """
    from trueup.journey import identify
    from trueup.journey.who import the_person

    if (link is not None) + bool(apart) + own != 1:
        refuse(
            "identity decide", "it isn't said what is decided", "one of --link PERSON, --apart PERSON, --own"
        )

    async def work(shelf: Shelf, why: Why) -> Decided:
        if own:
            return await identify.found(shelf, number, uuid4(), why)
        if link is not None:
            return await identify.link(shelf, number, await the_person(shelf, link, now=why.at), why)
        people = [await the_person(shelf, one, now=why.at) for one in apart or ()]
        return await identify.part(shelf, number, people, why)

    _decide("decide", work, by, reason, as_json=as_json)


def merge(
    person: OnePerson, into: Annotated[str, typer.Argument(metavar="INTO", help="Who stays.")], *,
    reason: Reason, by: By = None, as_json: Json = False,
) -> None:  # fmt: skip  # a short list
    """Say that two people are one human: whatever is the first's is the second's from now on.

    Nothing is rewritten: completions are projected, and what was delivered is corrected. `unmerge` takes it back exactly.

    \b
    Examples:
      trueup identity merge 3f2a51c9 8812ab00 --reason "hired twice by two entities, ticket 912"

    Exit codes: 0 merged, 2 they can't be merged (nothing was changed).
    """
    from trueup.journey import identify
    from trueup.journey.who import the_person

    async def work(shelf: Shelf, why: Why) -> Decided:
        one, other = [await the_person(shelf, said, now=why.at) for said in (person, into)]
        return await identify.merge(shelf, one, other, why)

    _decide("merge", work, by, reason, as_json=as_json)


def unmerge(
    decision: Annotated[
        int, typer.Argument(min=1, max=HIGHEST, metavar="DECISION", help="The merge's number.")
    ],
    *,
    reason: Reason,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take a merge back: every completion is whose it would be without it.

    \b
    Examples:
      trueup identity history 3f2a51c9      (which decision it was)
      trueup identity unmerge 51 --reason "two sisters"

    Exit codes: 0 unmerged, 2 no merge that holds has this number (nothing was changed).
    """
    from trueup.journey import identify

    _decide("unmerge", lambda shelf, why: identify.unmerge(shelf, decision, why), by, reason, as_json=as_json)


def history(
    about: Annotated[str | None, typer.Argument(metavar="[PERSON]", help="Of whom. Default: all.")] = None,
    *,
    people_only: Annotated[bool, typer.Option("--by-people", help="Only what people decided.")] = False,
    as_json: Json = False,
) -> None:
    """List what was decided, by whom, when and why: of a person, or all of it.

    \b
    Examples:
      trueup identity history E1042
      trueup identity history --by-people --json

    Exit codes: 0 listed, 2 nobody is meant.
    """
    from trueup.doors.identity_words import decision_line, history_document
    from trueup.journey.stewarding import told_of

    found = _held(
        "history", lambda shelf: told_of(shelf, about, now=datetime.now(UTC), people_only=people_only)
    )
    if as_json:
        answer_json(history_document(found))
        return
    for one in found:
        typer.echo(decision_line(one.kept, one.record, one.reason))
    if not found:
        typer.echo("nothing was decided")


def _decide(
    verb: str, work: Callable[[Shelf, Why], Awaitable[Decided]], by: str | None, reason: str, *, as_json: bool
) -> None:
    from trueup.doors.identity_words import decided_document
    from trueup.journey.identify import Why

    why = Why.of_person(
        decider(f"identity {verb}", by), sound_reason(f"identity {verb}", reason), datetime.now(UTC)
    )
    done = _held(verb, lambda shelf: work(shelf, why))
    if as_json:
        answer_json(decided_document(done))
        return
    numbers = ", ".join(map(str, done.decisions))
    typer.echo(f"decision {numbers}; {done.moved:,} completions have another person now")
    if verb == "merge":
        typer.echo(f"undo: trueup identity unmerge {done.decisions[-1]} --reason ...")


def _held(verb: str, work: Callable[[Shelf], Awaitable[Answer]]) -> Answer:
    from trueup.journey.identify import NotDecidedError

    try:
        return on_shelf(f"identity {verb}", work)
    except NotDecidedError as error:
        refuse(f"identity {verb}", error.what, error.expected, error.todo)


def _writable(out: Path) -> None:
    from trueup.doors.conflicts_file import FORMS
    from trueup.doors.whole_file import unwritable

    if out.suffix not in FORMS:
        refuse("identity conflicts", f"{out}: the ending says no form", ", ".join(FORMS))
    if reason := unwritable(out):
        refuse(
            "identity conflicts", f"{out} can't be written: {reason}", "a file in a directory that is there"
        )
