"""`trueup explain`: what one fault means and what to do. Knows how to show it, not how it is found."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from trueup.model.faults import Fault


def explain(
    codes: Annotated[
        list[str], typer.Argument(metavar="CODE...", help="Codes (TU0202, tu202) or names (zone-shift).")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Say what a fault means, why it happens, what to do, who does it, and how to prevent it.

    \b
    Examples:
      trueup explain TU0202
      trueup explain zone-shift wrong-cycle
      trueup explain TU0202 --json

    Exit codes: 0 explained, 2 no such fault (nothing is explained then; the nearest are named).
    """
    entries = _looked_up(codes)
    if as_json:
        from trueup.doors.fault_words import as_document

        typer.echo(as_document(entries))
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    for position, entry in enumerate(entries):
        if position:
            console.rule(style="dim")
        _show(console, entry)


def _looked_up(codes: list[str]) -> "list[Fault]":
    """Each fault once, in the order asked for; exit code 2 and the nearest ones where one is unknown."""
    from trueup.model.faults import FAMILIES, UnknownFaultError, fault

    found: dict[str, Fault] = {}
    unknown: list[str] = []
    for asked in codes:
        try:
            entry = fault(asked)
        except UnknownFaultError as error:
            family = asked.strip().lower()
            more = f" It is a family: trueup faults --family {family}" if family in FAMILIES else ""
            unknown.append(f"{error}.{more}")
        else:
            found[entry.code] = entry
    if unknown:
        for line in unknown:
            typer.echo(line, err=True)
        typer.echo("All faults: trueup faults", err=True)
        raise typer.Exit(2)
    return list(found.values())


def _show(console: "Console", entry: "Fault") -> None:
    """One fault on the terminal: heading, example, then a paragraph for each question."""
    from rich.text import Text

    from trueup.doors.cli.faults import STYLE_OF
    from trueup.doors.fault_words import seen_in, who_acts
    from trueup.model.faults import family_of

    severity = entry.severity.value
    console.print(
        Text.assemble(
            (f"{entry.code} {entry.name}", "bold"),
            "  ",
            (severity, STYLE_OF[severity]),
            (f"  {family_of(entry.code).title}", "dim"),
        )
    )
    _paragraph(console, "", entry.trigger)
    _show_example(console, entry)
    _paragraph(console, "Cause", entry.cause)
    _paragraph(console, "Fix", entry.fix)
    if entry.command:
        console.print(Text(f"  $ {entry.command}", style="bold cyan"), soft_wrap=True)
    _bullets(console, "So that it does not come back", entry.checklist)
    _paragraph(console, "Who acts", who_acts(entry))
    _paragraph(console, "Figure it moves", entry.kpi)
    _paragraph(console, "Seen in", seen_in(entry))
    _show_related(console, entry)


def _show_example(console: "Console", entry: "Fault") -> None:
    """Expected above actual, the wrong value in red and named as such, then why."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    example = entry.example
    console.print(Text(f"\nExample: {example.field}", style="bold"))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row("expected", Text(example.expected, style="green"))
    grid.add_row("actual", Text(example.actual, style="red"))
    grid.add_row("why", Text(example.why))
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))


def _show_related(console: "Console", entry: "Fault") -> None:
    """The faults that may explain this one, and those that it may explain."""
    from trueup.model.faults import CATALOGUE, consequences_of

    causes = [f"{code} {CATALOGUE[code].name}" for code in entry.consequence_of]
    effects = [f"{other.code} {other.name}" for other in consequences_of(entry.code)]
    if causes:
        _paragraph(console, "On the same record it may come from", ", ".join(causes))
    if effects:
        _paragraph(console, "On the same record it may lead to", ", ".join(effects))


def _paragraph(console: "Console", heading: str, text: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text(f"\n{heading}", style="bold") if heading else Text(""))
    console.print(Padding(Text(text), (0, 0, 0, 2), expand=False))


def _bullets(console: "Console", heading: str, lines: tuple[str, ...]) -> None:
    from rich.table import Table
    from rich.text import Text

    console.print(Text(f"\n{heading}", style="bold"))
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("  -", Text(line))
    console.print(grid)
