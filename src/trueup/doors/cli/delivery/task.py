"""`trueup task`: what a person enters where nobody can write, and the evidence for it. Knows how it is asked and shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.cli.delivery.declared_systems import SettingsFile, declared_in
from trueup.doors.cli.quarantine import HIGHEST, MOST, By, Json, decider, sound_reason
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import on_shelf
from trueup.doors.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.connectors.evidence_pack import EvidencePack
    from trueup.journey.arrive import Shelf
    from trueup.journey.tasks import Pack
    from trueup.model.settings import CheckSettings

NOT_ALL = 3

task = typer.Typer(
    name="task",
    help="What a person enters where nobody can write: see it, have the evidence in hand, say that it is done.",
    epilog="A target whose connector is evidence-pack is written to by people: each delivery to it is a task.",
    no_args_is_help=True,
)

Numbers = Annotated[
    list[int],
    typer.Argument(min=1, max=HIGHEST, metavar="NUMBER...", help="As `trueup task list` shows them."),
]
Target = Annotated[str | None, typer.Option("--target", metavar="NAME", help="Only what is for this target.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="With the fields that name somebody.")]
Note = Annotated[str, typer.Option("--note", help="What there is to say of it, for whoever asks later.")]


@task.command("list")
def show_all(
    *,
    target: Target = None,
    limit: Annotated[
        int, typer.Option(min=1, max=MOST, help="How many to show, the earliest deadline first.")
    ] = 50,
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """List what waits for a person: what to do, of which record, until when, and with which values.

    \b
    Examples:
      trueup task list --reveal
      trueup task list --target culture-amp --json | jq '.tasks[].number'

    Exit codes: 0 listed.
    """
    from trueup.doors.task_words import tasks_document
    from trueup.journey.tasks import waiting

    told = tasks_document(
        on_shelf("task list", lambda shelf: waiting(shelf, target=target, most=limit)), reveal=reveal
    )
    if as_json:
        answer_json(told)
        return
    for one in told["tasks"]:
        typer.echo(
            f"{one['number']:>7}  {one['do']} at {one['target']} until {one['due_at']}: {one['record']}"
        )
        for name, value in one["fields"].items():
            if name not in {"source", "record_id", "revision"}:
                typer.echo(f"           {name}: {value}")
    typer.echo(
        "next: trueup task pack DIR; trueup task done NUMBER"
        if told["tasks"]
        else "nothing waits for a person"
    )


@task.command()
def done(
    numbers: Numbers, *, target: Target = None, note: Note = "entered", by: By = None, as_json: Json = False
) -> None:
    """Say that it is done: the delivery is verified, on your word. `trueup task undo` takes that back.

    \b
    Examples:
      trueup task done 17 18 --note "entered in the review of 2026-H2"

    Exit codes: 0 all of them were waiting, 3 some were not.
    """
    from trueup.journey.tasks import done as leg

    who, said = decider("task done", by), sound_reason("task done", note, "the note is empty or too long")
    found = on_shelf("task done", lambda shelf: leg(shelf, numbers, target, who, said))
    _answer("done", numbers, found, as_json=as_json)


@task.command()
def undo(
    numbers: Numbers, *, target: Target = None, note: Note = "not done", by: By = None, as_json: Json = False
) -> None:
    """Say that it is not done after all: it is a task again.

    \b
    Examples:
      trueup task undo 17 --note "it was the review of somebody else"

    Exit codes: 0 all of them wait again, 3 some had not been said to be done.
    """
    from trueup.journey.tasks import undone as leg

    who, said = decider("task undo", by), sound_reason("task undo", note, "the note is empty or too long")
    found = on_shelf("task undo", lambda shelf: leg(shelf, numbers, target, who, said))
    _answer("waiting again", numbers, found, as_json=as_json)


@task.command()
def pack(
    into: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where the packs go; made where it is not there.")
    ],
    *,
    target: Annotated[str, typer.Option("--target", metavar="NAME", help="The target that they are for.")],
    person: Annotated[
        str | None, typer.Option("--person", metavar="WHO", help="One person: by number, address or id.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="For how long the links are good.")] = 14,
    settings_file: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Write the evidence of each person, as CSV and PDF, one of all as CSV, and links to them for whoever enters it.

    The packs name people: keep DIR where only they may look who enter it. A link needs nothing else to be read.

    \b
    Examples:
      trueup task pack packs --target culture-amp
      trueup task pack packs --target culture-amp --person E1001 --days 3

    Exit codes: 0 written, 2 there is no such target or person, or DIR can't be written.
    """
    from trueup.journey.identify import NotDecidedError
    from trueup.journey.tasks import packs
    from trueup.journey.who import the_person

    declared = declared_in("task pack", settings_file)
    connector = _by_hand(declared, target)
    now = datetime.now(UTC)

    async def work(shelf: Shelf) -> tuple[list[Pack], list[bytes]]:
        people = [await the_person(shelf, person, now=now)] if person else None
        return await packs(shelf, target, people), [key.secret for key in shelf.keys.keys]

    try:
        found, secrets = on_shelf("task pack", work, declared)
    except NotDecidedError as error:
        refuse("task pack", error.what, error.expected, error.todo)
    links = {one.whose: _links(connector, one, secrets[0], now + timedelta(days=days)) for one in found}
    try:
        files = _written(into, found)
    except OSError as error:
        refuse("task pack", f"{into} can't be written: {error.strerror}", "a directory of one's own")
    if as_json:
        told = [
            {"person_id": str(one.whose), "completions": len(one.evidence), "links": links[one.whose]}
            for one in found
        ]
        answer_json({"schema": "trueup.packs/1", "target": target, "files": files, "packs": told})
        return
    for one in found:
        typer.echo(f"{one.whose}: {len(one.evidence):,} completions")
        for link in links[one.whose]:
            typer.echo(f"  {link}")
    typer.echo(f"{len(files):,} files in {into}")


def _written(into: Path, found: Sequence[Pack]) -> list[str]:
    from trueup.doors.evidence_documents import as_csv, as_pdf

    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    contents = {"all.csv": as_csv(found)} if found else {}
    for one in found:
        contents |= {f"{one.whose}.csv": as_csv([one]), f"{one.whose}.pdf": as_pdf(one)}
    for name, content in contents.items():
        with whole_file(into / name) as draft:
            draft.write_bytes(content)
    return sorted(contents)


def _links(connector: EvidencePack, one: Pack, secret: bytes, until: datetime) -> list[str]:
    """Where the pack can be read until then; nowhere where it is not declared where trueup serve is."""
    from trueup.access.links import Link, written

    if not connector.link:
        return []
    text = written(Link(one.target, one.whose, until), secret)
    return [f"{connector.link}/evidence/{text}/{form}" for form in ("pdf", "csv")]


def _by_hand(declared: CheckSettings, target: str) -> EvidencePack:
    from trueup.connectors.evidence_pack import EvidencePack
    from trueup.connectors.target import Options, UnusableOptionsError

    found = next((one for one in declared.targets if one.name == target), None)
    if found is None or found.connector != EvidencePack.manifest.name:
        there = [one.name for one in declared.targets if one.connector == EvidencePack.manifest.name]
        refuse(
            "task pack",
            f"no target {target[:80]!r} is written to by people",
            ", ".join(there) or 'a target whose connector is "evidence-pack"',
            "[[targets]] in trueup.toml: docs/delivery.md",
        )
    try:
        return EvidencePack(Options(found.address, "", found.options))
    except UnusableOptionsError as error:
        refuse(
            "task pack",
            f"the target {target!r} can't be used: {error}",
            "",
            "trueup connectors evidence-pack",
        )


def _answer(what: str, numbers: Sequence[int], found: Sequence[int], *, as_json: bool) -> None:
    left = sorted(set(numbers) - set(found))
    if as_json:
        answer_json({"schema": "trueup.task/1", "outcome": what, "numbers": list(found), "others": left})
    else:
        typer.echo(f"{len(found):,} of {len(set(numbers)):,} {what}")
    if left:
        raise typer.Exit(NOT_ALL)
