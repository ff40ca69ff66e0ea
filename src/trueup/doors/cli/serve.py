"""`trueup serve`: the HTTP doors, until they are asked to stop. Knows what is asked; doors/app.py serves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import refusing


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="0: any that is free; the log says which.")
    ] = 8080,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="The least that is logged.")
    ] = "info",
    deliver: Annotated[
        bool, typer.Option(help="Deliver beside taking in; otherwise `trueup worker` does.")
    ] = True,
    settings_file: Annotated[
        Path | None,
        typer.Option(
            "--settings", metavar="FILE", help="What is declared of sources. Default: trueup.toml here."
        ),
    ] = None,
) -> None:
    """Take learning records in over HTTP: our API, xAPI statements, webhooks (contracts/openapi.yaml).

    It logs one JSON object a line on stderr, and stops on SIGTERM or Ctrl-C once what runs has ended. Put a proxy
    with TLS in front of it for anything beyond this machine.

    \b
    Examples:
      trueup account create moodle --source moodle-hr --scope statements:write
      trueup serve --port 8080
      TRUEUP_DATABASE_URL=postgresql://trueup@db.example.com/trueup trueup serve --host 0.0.0.0

    Exit codes: 0 stopped as asked, 2 it can't start.
    """
    from trueup.doors.app import ServeSettings
    from trueup.doors.app import serve as run
    from trueup.doors.webhook_keys import WebhookKeysError
    from trueup.kit.settings import load
    from trueup.kit.signing import UnusableKeyError

    try:
        with refusing("serve"):
            declared = load(settings_file or Path.cwd())
            run(ServeSettings(os.environ, declared, host, port, log_level, deliver))
    except (UnusableKeyError, WebhookKeysError) as error:
        refuse("serve", str(error))
    except OSError as error:
        refuse(
            "serve",
            f"can't listen at {host}:{port}: {error.strerror}",
            "a free port",
            "choose another with --port",
        )
