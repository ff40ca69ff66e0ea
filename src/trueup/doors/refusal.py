"""How a verb says that it can't: what, what was expected, what to do. Knows no verb and no reason."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

USAGE = 2


def refuse(verb: str, what: str, expected: str = "", todo: str = "", code: int = USAGE) -> NoReturn:
    """Says it on stderr, in lines of their own, and ends the command with that exit code."""
    lines = [f"trueup {verb}: {what}"]
    lines += [f"  {label:9} {said}" for label, said in (("expected:", expected), ("do:", todo)) if said]
    sys.stderr.write("\n".join(lines) + "\n")
    raise typer.Exit(code)
