"""`trueup inspect`: what each file is, before anything is done with it. Knows no system and no header."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path  # noqa: TC003  # typer looks at it
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.model.settings import CheckSettings
    from trueup.reconcile.reading import Inspection

UNREADABLE = 2


def inspect(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files, or directories whose files are meant.")
    ],
    json_: Annotated[bool, typer.Option("--json", help="Answer a JSON list, one object a file.")] = False,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", help="A trueup.toml to take declarations from. Default: that of the directory."
        ),
    ] = None,
) -> None:
    """Say of each file which system it comes from, which role it has, and which column is which.

    Nothing is changed, nothing is sent. Exit code 0: all files recognised; 2: one can't be read or told.

    Examples:
    \b
      trueup inspect completions.csv
      trueup inspect exports/ --json
    """
    from trueup.reconcile.reading import inspect as inspect_file
    from trueup.reconcile.reading import told_of

    told = _settings(settings, files)
    inspections = [inspect_file(path, shown, told_of(told, shown)) for path, shown in _files(files)]
    if json_:
        sys.stdout.write(
            json.dumps([_object(one) for one in inspections], ensure_ascii=False, indent=2) + "\n"
        )
    else:
        _show(inspections)
    if not inspections or any(one.role is None for one in inspections):
        raise typer.Exit(UNREADABLE)


def _files(given: list[Path]) -> Iterator[tuple[Path, str]]:
    """Each file with its name as shown; of a directory its logs, in order of name."""
    from trueup.journey.directory import look_into, shown_as

    for path in given:
        if not path.is_dir():
            yield path, shown_as(path)
            continue
        found = look_into(path)
        for note in (*found.notes, *(f"{closed.file}: {closed.what}" for closed in found.closed)):
            sys.stderr.write(f"note: {note}\n")
        yield from ((log, shown_as(log)) for log in found.logs)


def _settings(given: Path | None, files: list[Path]) -> CheckSettings:
    """The settings that are named, else those of the one directory that is looked at."""
    from trueup.kit.settings import UnreadableSettings, load
    from trueup.model.settings import CheckSettings

    named = given or (files[0] if len(files) == 1 and files[0].is_dir() else None)
    try:
        return CheckSettings() if named is None else load(named)
    except UnreadableSettings as error:
        sys.stderr.write(f"error: {error}\n")
        raise typer.Exit(UNREADABLE) from error


def _object(one: Inspection) -> dict[str, object]:
    """The contract's object for one file."""
    return {
        "file": one.file,
        "system": one.system,
        "role": one.role,
        "rows": one.rows,
        "columns": one.columns,
        "confidence": one.confidence,
        "problems": [asdict(problem) for problem in one.problems],
        "needs": [asdict(need) for need in one.needs],
        "layout": one.layout,
        "used": one.used,
        "reported": one.reported,
    }


def _show(inspections: list[Inspection]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    table = Table(box=None, pad_edge=False)
    for title, right in (("file", False), ("system", False), ("role", False), ("rows", True), ("sure", True)):
        table.add_column(title, justify="right" if right else "left", overflow="fold")
    for one in inspections:
        role = one.role or "[red]✗ can't be told[/red]"
        table.add_row(escape(one.file), escape(one.system), role, f"{one.rows:,}", f"{one.confidence:.0%}")
    console.print(table)
    for one in inspections:
        _show_one(partial(console.print, soft_wrap=True), escape, one)  # lines to be copied stay whole


def _show_one(out: object, escape: object, one: Inspection) -> None:
    assert callable(out)  # noqa: S101 - told to mypy, not to the user
    assert callable(escape)  # noqa: S101 - told to mypy, not to the user
    out(f"\n[bold]{escape(one.file)}[/bold]")
    for name, header in one.columns.items():
        out(f"  {name} ← {escape(header) or '(no header)'}")
    for problem in one.problems:
        line = f" line {problem.line}:" if problem.line is not None else ""
        out(f"  [yellow]![/yellow]{line} {escape(problem.what)}")
        if problem.expected or problem.actual:
            out(f"      expected {escape(problem.expected) or '-'}, found {escape(problem.actual) or '-'}")
        if problem.todo:
            out(f"      → {escape(problem.todo)}")
    for need in one.needs:
        mark = "[red]needed[/red]" if need.required else "[yellow]asked[/yellow]"
        out(f"  {mark} {escape(need.what)}: {escape(need.why)}")
    if any(not need.example.startswith("#") for need in one.needs):
        out("  put into trueup.toml:")
        out(f'    {escape("[[files]]")}\n    path = "{escape(one.file)}"')
        for need in one.needs:
            out(f"    {escape(need.example)}")
