"""`trueup faults`: the catalogue as a list. Knows how to show it, not what is in it nor how a fault is found."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trueup.model.faults import Family, Fault, Severity

STYLE_OF = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def faults(
    family: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this family: its name (time) or number (2).")
    ] = None,
    severity: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Only these: critical, high, medium or low.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List the faults that trueup knows, by family.

    \b
    Examples:
      trueup faults
      trueup faults --family time
      trueup faults --severity critical --json

    Exit codes: 0 listed, 2 no such family or severity.
    """
    from trueup.model.faults import CATALOGUE

    wanted_family = _family(family) if family is not None else None
    wanted_severity = _severity(severity) if severity is not None else None
    chosen = [
        entry
        for entry in CATALOGUE.values()
        if (wanted_family is None or entry.family_number == wanted_family.number)
        and (wanted_severity is None or entry.severity is wanted_severity)
    ]
    if as_json:
        from trueup.doors.fault_words import as_document

        typer.echo(as_document(chosen))
    else:
        _show(chosen)


def _family(asked: str) -> "Family":
    """The family of that name or number; the list of families, and exit code 2, where there is none."""
    from trueup.model.faults import FAMILIES

    said = asked.strip().lower()
    number = said.removeprefix("tu").lstrip("0")
    for known in FAMILIES.values():
        if said == known.key or number == str(known.number):
            return known
    names = ", ".join(f"{known.number} {known.key}" for known in FAMILIES.values())
    raise typer.BadParameter(f"there is no family {asked[:40]!r}; there are {names}", param_hint="--family")


def _severity(asked: str) -> "Severity":
    """The severity of that name; the list of them, and exit code 2, where there is none."""
    from trueup.model.faults import Severity

    try:
        return Severity(asked.strip().lower())
    except ValueError:
        names = ", ".join(Severity)
        raise typer.BadParameter(
            f"there is no severity {asked[:40]!r}; there are {names}", param_hint="--severity"
        ) from None


def _show(entries: "list[Fault]") -> None:
    """One table a family, on the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from trueup.model.faults import FAMILIES

    console = Console(highlight=False)
    for family in FAMILIES.values():
        members = [entry for entry in entries if entry.family_number == family.number]
        if not members:
            continue
        console.print(Text(f"\n{family.title}", style="bold"))
        console.print(Text(family.question, style="dim"))
        table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, expand=False)
        table.add_column("code", min_width=6, overflow="fold")
        table.add_column("name", overflow="fold")  # folded, not cut: rich cuts with a sign that ASCII lacks
        table.add_column("severity", min_width=8, overflow="fold")
        table.add_column("reported when", overflow="fold")
        for entry in members:
            severity = Text(entry.severity.value, style=STYLE_OF[entry.severity.value])
            table.add_row(entry.code, entry.name, severity, Text(entry.trigger))
        console.print(table)
    if entries:
        count = "1 fault" if len(entries) == 1 else f"{len(entries)} faults"
        console.print(f"\n{count}. Next: trueup explain {entries[0].code}")
    else:
        console.print("No fault of this family has this severity.")
