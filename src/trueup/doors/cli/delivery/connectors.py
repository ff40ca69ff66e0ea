"""`trueup connectors`: the outside systems there are, what each can do and needs. Knows how it is shown, no system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.delivery_words import PROOF, connector_of, limit_of
from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse

if TYPE_CHECKING:
    from trueup.model.delivery import Manifest


def connectors(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One of them, with all that it needs.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List the systems that completions are pulled from or delivered to: what each can do, and what it was built from.

    \b
    Examples:
      trueup connectors
      trueup connectors xapi-lrs
      trueup connectors --json | jq '.connectors[] | {name, role, capabilities, proof}'

    Exit codes: 0 listed, 2 there is none of that name.
    """
    from trueup.connectors import sources, targets

    roles = {"source": sources.MANIFESTS, "target": targets.MANIFESTS}
    wanted = [
        (role, one) for role, told in roles.items() for one in told.values() if name in {None, one.name}
    ]
    if not wanted:
        there = sorted({one for told in roles.values() for one in told})
        refuse(
            "connectors",
            f"no connector is called {str(name)[:80]!r}",
            "one of " + ", ".join(there),
            "trueup connectors",
        )
    if as_json:
        told = [{"role": role, **connector_of(one)} for role, one in wanted]
        answer_json({"schema": "trueup.connectors/1", "connectors": told})
    elif name:
        for role, one in wanted:
            _show(role, one)
    else:
        _matrix(wanted)


def _matrix(wanted: list[tuple[str, Manifest]]) -> None:
    from trueup.model.delivery import Capability

    width = max(len(one.name) for _, one in wanted)
    typer.echo(
        f"{'connector':{width}}  role    " + "  ".join(can.value for can in Capability) + "  built from"
    )
    for role, one in wanted:
        marks = [("yes" if can in one.capabilities else "-").ljust(len(can.value)) for can in Capability]
        typer.echo(f"{one.name:{width}}  {role}  " + "  ".join(marks) + f"  {one.proof.value}")
    typer.echo("\n" + "\n".join(f"{word:11} {told}" for word, told in PROOF.items()))
    typer.echo("next: trueup connectors NAME")


def _show(role: str, one: Manifest) -> None:
    typer.echo(f"{one.name}, a {role}: {one.title}")
    for label, told in (
        ("can", ", ".join(sorted(can.value for can in one.capabilities))),
        ("built from", f"{one.proof.value}: {PROOF[one.proof.value]}"),
        ("limit", limit_of(one)),
        *(_writing(one) if role == "target" else ()),
    ):
        typer.echo(f"  {label:11} {told}")
    for need in one.needs:
        scope = f"  (scope {need.scope})" if need.scope else ""
        fields = f": {', '.join(need.fields)}" if need.fields else ""
        typer.echo(f"  needs       {need.method} {need.path}{fields}{scope}")
    for trap in one.traps:
        typer.echo(f"  note        {trap}")


def _writing(one: Manifest) -> list[tuple[str, str]]:
    return [
        ("in a call", f"{one.batch} record{'' if one.batch == 1 else 's'}"),
        ("readable", f"within {one.window.total_seconds():g} s of a write" if one.window else "at once"),
    ]
