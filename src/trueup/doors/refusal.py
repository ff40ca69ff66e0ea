"""How a verb says that it can't: what, what was expected, what to do. Knows no verb and no reason."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.reconcile.formats import Problem

USAGE = 2


def refuse(verb: str, what: str, expected: str = "", todo: str = "", code: int = USAGE) -> NoReturn:
    """Says it on stderr, in lines of their own, and ends the command with that exit code."""
    lines = [f"trueup {verb}: {what}"]
    lines += [f"  {label:9} {said}" for label, said in (("expected:", expected), ("do:", todo)) if said]
    sys.stderr.write("\n".join(lines) + "\n")
    raise typer.Exit(code)


def explain(verb: str, what: str, reasons: Iterable[Problem]) -> None:
    """Says on stderr what can't be, and why: for each reason where, expected, found, what to do."""
    lines = [f"trueup {verb}: {what}"]
    for reason in reasons:
        where = reason.file if reason.line is None else f"{reason.file}:{reason.line}"
        lines.append(f"\n  {where}: {reason.what}")
        told = (("expected", reason.expected), ("found", reason.actual), ("do", reason.todo))
        lines += [f"    {label + ':':9} {said}" for label, said in told if said]
    sys.stderr.write("\n".join(lines) + "\n")
