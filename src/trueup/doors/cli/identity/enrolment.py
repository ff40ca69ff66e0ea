"""`trueup identity enrol|resolve|contradicted`: who arrives, and who is found. Knows how it is asked and shown."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.progress import telling
from trueup.doors.refusal import explain, refuse
from trueup.doors.shelf_use import on_shelf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.journey.arrive import Shelf
    from trueup.journey.enrol import Enrolled
    from trueup.journey.resolve import Resolved
    from trueup.journey.roster_files import Read

SHOWN = 10
_WORDS = {"person": "people", "account": "accounts"}

Memory = Annotated[str | None, typer.Option(metavar="SIZE", help="What the process may use, as 4GiB.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def enrol(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="HR exports, account lists.", exists=True, dir_okay=False),
    ],
    *,
    source: Annotated[
        str | None,
        typer.Option(
            help="The roster's name, or who issued the accounts. Default: the file says, or its name."
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option("--as", metavar="ROLE", help="people or accounts. Default: recognised by the columns."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="COLUMN=HEADER", help="Which header holds what, where it is not recognised."
        ),
    ] = None,
    part: Annotated[
        bool, typer.Option("--part", help="The file is no whole roster: whoever is not in it has not left.")
    ] = False,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help="Take a whole roster that lost more than a fifth at once.")
    ] = False,
    without_unfit: Annotated[
        bool,
        typer.Option("--without-unfit", help="Leave out what can't be enrolled, rather than enrol nothing."),
    ] = False,
    memory: Memory = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take in who there is, from rosters and account lists, and find the person of each account.

    What is said today is kept with the days on which it is true and the instant from which it is known; nothing is
    overwritten. Whoever is in the roster no more has left today. Any format that `trueup check` reads.

    \b
    Examples:
      trueup identity enrol hr.csv --source workday
      trueup identity enrol moodle-users.csv --source moodle
      trueup identity enrol new-hires.xlsx --source workday --part

    Exit codes: 0 enrolled, 2 refused (nothing of that file was changed), 3 enrolled without what is unfit.
    """
    from trueup.journey.enrol import ShrunkRosterError, UnfitRosterError
    from trueup.journey.resolve import resolve
    from trueup.journey.roster_files import enrol_read, read_roster
    from trueup.journey.staged import RefusedError
    from trueup.model.people import Role

    verb = "identity enrol"
    roles = {None: None, "people": Role.PERSON, "accounts": Role.ACCOUNT}
    if role not in roles:
        refuse(verb, f"--as {role} is no role", "people or accounts")
    allowed = memory_allowed(verb, memory)
    columns = _columns(verb, column or [])
    left_out = 0
    told: list[dict[str, object]] = []

    async def work(shelf: Shelf) -> Resolved:
        nonlocal left_out
        now = datetime.now(UTC)
        for path in paths:
            read = read_roster(
                path, source=source, role=roles[role], columns=columns, memory=allowed, tell=tell
            )
            fit = _fit(verb, read, path, without_unfit=without_unfit)
            left_out += read.count - fit.count + len(read.unusable)
            tell(f"enrolling {fit.count:,} of {path.name}")
            try:
                done = await enrol_read(shelf, fit, now=now, whole=not part, accept_shrink=accept_shrink)
            except (ShrunkRosterError, UnfitRosterError) as error:
                refuse(verb, f"{path.name}: {error.what}", error.expected, error.todo)
            told.extend(_as_enrolled(path, issuer, read, one) for issuer, one in done.items())
        return await resolve(shelf, now=now, memory=allowed, tell=tell)

    with telling(silent=quiet or not sys.stderr.isatty()) as tell:
        try:
            found = on_shelf(verb, work)
        except RefusedError as error:
            tell("")
            explain(verb, "these files can't be enrolled as they are", error.reasons)
            raise typer.Exit(2) from error
    if as_json:
        answer_json(
            {
                "schema": "trueup.enrolled/1",
                "files": told,
                "left_out": left_out,
                "accounts": as_resolved(found),
            }
        )
    else:
        _say(told, left_out, found)
    if left_out:
        raise typer.Exit(3)


def resolve(
    *,
    learn: Annotated[
        bool,
        typer.Option(
            "--learn", help="Learn the weights anew from what is enrolled, rather than use the last."
        ),
    ] = False,
    memory: Memory = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the person of every account that is nobody's: link what is surely somebody's, offer candidates for the rest.

    Runs after every enrolment by itself; run it after decisions, or with --learn once there is more to learn from.

    \b
    Examples:
      trueup identity resolve
      trueup identity resolve --learn --json

    Exit codes: 0 resolved.
    """
    from trueup.journey.resolve import resolve as find

    verb = "identity resolve"
    allowed = memory_allowed(verb, memory)
    with telling(silent=quiet or not sys.stderr.isatty()) as tell:
        found = on_shelf(
            verb, lambda shelf: find(shelf, now=datetime.now(UTC), memory=allowed, learn=learn, tell=tell)
        )
    if as_json:
        answer_json({"schema": "trueup.resolved/1", **as_resolved(found)})
    else:
        say_resolved(found)


def contradicted(
    policy_file: Annotated[
        Path, typer.Option("--policy", metavar="FILE", help="The new policy.", exists=True)
    ],
    *,
    memory: Memory = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the links that stand and that a new policy would not make. It changes nothing.

    \b
    Examples:
      trueup identity policy > policy.toml     (change it)
      trueup identity contradicted --policy policy.toml

    Exit codes: 0 nothing is contradicted, 1 something is, 2 the policy can't be read.
    """
    from trueup.identity.policy import PolicyError, load
    from trueup.journey.resolve import contradicted as found_by

    verb = "identity contradicted"
    try:
        policy = load(policy_file)
    except PolicyError as error:
        refuse(verb, error.what, error.expected, error.todo)
    allowed = memory_allowed(verb, memory)
    with telling(silent=quiet or not sys.stderr.isatty()) as tell:
        found = on_shelf(
            verb, lambda shelf: found_by(shelf, policy, now=datetime.now(UTC), memory=allowed, tell=tell)
        )
    if as_json:
        answer_json(
            {
                "schema": "trueup.contradicted/1",
                "policy": policy.hash,
                "links": [
                    {
                        "record": one.record_id,
                        "decision": one.decision_id,
                        "by": one.by,
                        "person": str(one.person),
                        "instead": None if one.instead is None else str(one.instead),
                        "band": one.band,
                    }
                    for one in found
                ],
            }
        )
    else:
        for one in found:
            says = f"person {one.instead}" if one.instead else "a person should decide"
            typer.echo(
                f"record {one.record_id}: decision {one.decision_id} by {one.by} says {one.person}; {says}"
            )
        typer.echo(f"{len(found):,} links are contradicted by policy {policy.hash[:12]}")
    if found:
        raise typer.Exit(1)


def _fit(verb: str, read: Read, path: Path, *, without_unfit: bool) -> Read:
    """The entries that can be enrolled; where some can't and that is not accepted, the command ends."""
    from dataclasses import replace

    from trueup.identity.policy import default_policy
    from trueup.identity.register.entries import unfit

    policy = default_policy()
    wrong = [one for entries in read.entries.values() for one in unfit(policy, read.role, entries)]
    if (wrong or read.unusable) and not without_unfit:
        typer.echo(
            f"trueup {verb}: {path.name}: {len(wrong) + len(read.unusable):,} rows can't be enrolled",
            err=True,
        )
        for problem in read.unusable[:SHOWN]:
            typer.echo(f"  {problem.file}:{problem.line}: {problem.what}", err=True)
        for one in wrong[:SHOWN]:
            typer.echo(f"  {one.where}: {one.what}\n    expected: {one.expected}", err=True)
        refuse(
            verb,
            "nothing of this file was changed",
            "rows that are each somebody's",
            "correct them, or leave them out with --without-unfit",
        )
    where = {one.where for one in wrong}
    return replace(
        read,
        entries={
            issuer: tuple(one for one in entries if one.where not in where)
            for issuer, entries in read.entries.items()
        },
    )


def memory_allowed(verb: str, said: str | None) -> int:
    """The bytes that the process may use; where they can't be read, the command ends."""
    from trueup.kit.memory import allowed_bytes, parse_size

    try:
        return parse_size(said) if said else allowed_bytes()
    except ValueError as error:
        refuse(verb, str(error))


def _columns(verb: str, said: Sequence[str]) -> dict[str, str]:
    from trueup.model.relations import ROLES

    known = {column.name for role in ("people", "accounts") for column in ROLES[role].columns}
    found = {}
    for one in said:
        canonical, _, header = one.partition("=")
        if not header or canonical not in known:
            refuse(verb, f"--column {one} says no column", "COLUMN=HEADER, as employee_number=Personalnummer")
        found[canonical] = header
    return found


def _as_enrolled(path: Path, issuer: str, read: Read, done: Enrolled) -> dict[str, object]:
    return {
        "file": path.name,
        "role": read.role.value,
        "source": issuer,
        **counted(done),
    }


def counted(done: Enrolled) -> dict[str, int]:
    """What became of the entries of a roster, as JSON has it."""
    return {
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "ended": done.ended,
        "people_founded": done.founded,
        "shared_addresses": len(done.shared),
    }


def said_of(counts: Mapping[str, object]) -> str:
    """The same in words."""
    return (
        f"{counts['new']:,} new, {counts['changed']:,} changed, {counts['unchanged']:,} as before,"
        f" {counts['ended']:,} no more there"
    )


def as_resolved(found: Resolved) -> dict[str, int]:
    """The figures of what was found, as JSON has them."""
    return {
        "accounts": found.accounts,
        "linked": found.linked,
        "waiting": found.waiting,
        "alone": found.alone,
    }


def _say(told: Sequence[dict[str, object]], left_out: int, found: Resolved) -> None:
    for one in told:
        typer.echo(f"{one['file']}: {_WORDS[str(one['role'])]} of {one['source']}: {said_of(one)}")
        if one["shared_addresses"]:
            typer.echo(
                f"  {one['shared_addresses']:,} addresses are under several people: they decide nothing"
            )
    if left_out:
        typer.echo(f"left out: {left_out:,} rows that can't be enrolled")
    say_resolved(found)


def say_resolved(found: Resolved) -> None:
    """What was found, in a line, and what comes next."""
    counts = as_resolved(found)
    typer.echo(
        f"{counts['accounts']:,} accounts: {counts['linked']:,} linked now, {counts['waiting']:,} wait for a person,"
        f" {counts['alone']:,} are like nobody"
    )
    if counts["waiting"] or counts["alone"]:
        typer.echo("next: trueup identity conflicts")
