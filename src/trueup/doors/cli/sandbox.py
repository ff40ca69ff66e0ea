"""`trueup sandbox`: an imitated LMS and review system to try trueup with. Knows how they are started, not what they do."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import refusing

READY = """IMITATION: nobody and nothing here is real.
  review system  http://127.0.0.1:{review}/imitation   ({fail:.0%} of its answers go wrong)
  LMS            http://127.0.0.1:{lms}/imitation   (a completion every {every:g} s, once the service answers)

In another terminal:
  cd {place} && export TRUEUP_DATA_DIR={data}
  trueup serve

In a third one, in the same directory and with the same TRUEUP_DATA_DIR:
  trueup status
  trueup trace {source}:ID      ids: curl -s http://127.0.0.1:{lms}/imitation
  trueup dlq list

Ctrl-C ends the two."""


def sandbox(
    place: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where its settings and its ledger are made.")
    ] = Path("sandbox"),
    *,
    fail: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="The share of the review system's answers that go wrong.")
    ] = 0.0,
    every: Annotated[float, typer.Option(min=0.05, help="Seconds between two completions.")] = 2.0,
    port: Annotated[
        int, typer.Option(min=1, max=65534, help="Of the review system; the LMS has the next one.")
    ] = 8090,
    service: Annotated[str, typer.Option(help="Where `trueup serve` will listen.")] = "http://127.0.0.1:8080",
    seed: Annotated[int, typer.Option(help="The same seed fails in the same way.")] = 1,
) -> None:
    """Run an imitation LMS and an imitation review system, and prepare a ledger between them. Ctrl-C ends them.

    Nothing real is spoken to, and no other ledger is touched: it has one of its own in DIR. The review system fails on
    demand in every way that real ones do: throttling in six styles, 500 and 503, resets, time-outs, slow answers, answers
    of success without effect or with half of it, answers in another form. While it runs: PUT
    http://127.0.0.1:8090/imitation with {"share": 0.3, "kinds": ["lie", "timeout"]}, GET it to see what it holds; POST
    http://127.0.0.1:8091/imitation/complete for a completion, and PUT http://127.0.0.1:8091/imitation with {"odd": ["skew",
    "duplicates", "lost", "lost-pages", "scale"]} for an LMS whose clock, sending, paging or scale is wrong.

    \b
    Examples:
      trueup sandbox
      trueup sandbox /tmp/try --fail 0.3 --every 0.2

    Exit codes: 0 ended as asked, 2 it can't start.
    """
    from trueup.journey.prepare_sandbox import SOURCE, prepare

    for one in (port, port + 1):
        if not _free(one):
            refuse(
                "sandbox",
                f"something listens at 127.0.0.1:{one}",
                "two free ports in a row",
                "choose another with --port",
            )
    place = place.absolute()
    environ = {**os.environ, "TRUEUP_DATA_DIR": str(place / "data")}
    environ.pop("TRUEUP_DATABASE_URL", None)
    addresses = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    try:
        with refusing("sandbox"):
            made = asyncio.run(prepare(place, *addresses, environ))
    except OSError as error:
        refuse(
            "sandbox",
            f"{place} can't be written: {error.strerror}",
            "a directory of yours",
            "choose another DIR",
        )
    systems = [
        _started("review", port, "--share", fail, "--seed", seed),
        _started(
            "lms",
            port + 1,
            "--to",
            f"{service}/xapi",
            "--credentials",
            made.credentials,
            "--every",
            every,
            "--seed",
            seed,
        ),
    ]
    typer.echo(
        READY.format(
            place=place, review=port, lms=port + 1, fail=fail, every=every, source=SOURCE, data=place / "data"
        )
    )
    sys.stdout.flush()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        while all(system.poll() is None for system in systems) and not stop.wait(0.5):
            pass
    finally:
        for system in systems:
            system.terminate()
        for system in systems:
            system.wait()


def _started(system: str, *words: object) -> subprocess.Popen[bytes]:
    """The imitation as a process of its own."""
    command = [sys.executable, "-m", "trueup.sandbox.imitation.serving", system, *map(str, words)]
    return subprocess.Popen(command)  # noqa: S603 - our own module, with words that were checked


def _free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
