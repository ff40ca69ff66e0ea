"""Where the verbs of delivery read what is declared of outside systems. Knows the file, no system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.doors.shelf_use import refusing

if TYPE_CHECKING:
    from trueup.model.settings import CheckSettings

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="What is declared of sources and targets. Default: trueup.toml here.",
    ),
]


def declared_in(verb: str, settings_file: Path | None) -> CheckSettings:
    """What is declared; where it can't be read, that is said in the verb's name and the command ends."""
    from trueup.kit.settings import load

    with refusing(verb):
        return load(settings_file or Path.cwd())
