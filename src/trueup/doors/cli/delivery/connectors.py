"""`trueup connectors`: the outside systems there are, what each can do and needs. Knows how it is shown, no system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.json_answer import answer_json
from trueup.doors.refusal import refuse

if TYPE_CHECKING:
    from trueup.model.delivery import Manifest

PROOF = {
    "run": "the real system answers in the tests",
    "recorded": "tested against real answers, recorded",
    "documented": "built from documentation alone: nobody has seen it work",
}


def connectors(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One of them, with all that it needs.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List the systems that completions can be delivered to: what each can do, and what it was built from.

    \b
    Examples:
      trueup connectors
      trueup connectors xapi-lrs
      trueup connectors --json | jq '.connectors[] | {name, capabilities, proof}'

    Exit codes: 0 listed, 2 there is none of that name.
    """
    from trueup.connectors.targets import MANIFESTS
    from trueup.doors.delivery_words import connector_of

    if name is not None and name not in MANIFESTS:
        refuse(
            "connectors",
            f"no connector is called {name[:80]!r}",
            "one of " + ", ".join(MANIFESTS),
            "trueup connectors",
        )
    wanted = [MANIFESTS[name]] if name else list(MANIFESTS.values())
    if as_json:
        answer_json({"schema": "trueup.connectors/1", "connectors": [connector_of(one) for one in wanted]})
    elif name:
        _show(wanted[0])
    else:
        _matrix(wanted)


def _matrix(wanted: list[Manifest]) -> None:
    from trueup.model.delivery import Capability

    width = max(len(one.name) for one in wanted)
    typer.echo(f"{'connector':{width}}  " + "  ".join(can.value for can in Capability) + "  built from")
    for one in wanted:
        marks = [("yes" if can in one.capabilities else "-").ljust(len(can.value)) for can in Capability]
        typer.echo(f"{one.name:{width}}  " + "  ".join(marks) + f"  {one.proof.value}")
    typer.echo("\n" + "\n".join(f"{word:11} {told}" for word, told in PROOF.items()))
    typer.echo("next: trueup connectors NAME")


def _show(one: Manifest) -> None:
    budget = (
        f"{one.budget.calls} calls in {one.budget.per.total_seconds():g} s"
        if one.budget.calls
        else "none known"
    )
    typer.echo(f"{one.name}: {one.title}")
    for label, told in (
        ("can", ", ".join(sorted(can.value for can in one.capabilities))),
        ("built from", f"{one.proof.value}: {PROOF[one.proof.value]}"),
        ("limit", budget),
        ("in a call", f"{one.batch} record{'' if one.batch == 1 else 's'}"),
        ("readable", f"within {one.window.total_seconds():g} s of a write" if one.window else "at once"),
    ):
        typer.echo(f"  {label:11} {told}")
    for need in one.needs:
        scope = f"  (scope {need.scope})" if need.scope else ""
        fields = f": {', '.join(need.fields)}" if need.fields else ""
        typer.echo(f"  needs       {need.method} {need.path}{fields}{scope}")
    for trap in one.traps:
        typer.echo(f"  note        {trap}")
