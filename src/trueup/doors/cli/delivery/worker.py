"""`trueup worker`: delivers what is due, until it is asked to stop. Knows how it is started, no target."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trueup.doors.cli.delivery.declared_systems import SettingsFile, declared_in
from trueup.doors.refusal import refuse
from trueup.doors.shelf_use import refusing

if TYPE_CHECKING:
    from trueup.model.settings import CheckSettings


def worker(
    *,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End once nothing is due, and nothing waits to be read back.")
    ] = False,
    lanes: Annotated[int, typer.Option(min=1, max=64, help="Calls to one target at the same time.")] = 2,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="The least that is logged.")
    ] = "info",
    settings_file: SettingsFile = None,
) -> None:
    """Deliver what is due to the declared targets, and read it back. Any number may run, on any number of machines.

    `trueup serve` does the same beside its doors; run this one where delivery is to be apart. All workers share each
    target's budget. On SIGTERM or Ctrl-C it lets the calls that run end, and settles them.

    \b
    Examples:
      trueup worker
      trueup worker --until-done --settings trueup.toml

    Exit codes: 0 stopped as asked, or done; 2 it can't start.
    """
    from trueup.kit.log import configure

    configure(log_level)
    declared = declared_in("worker", settings_file)
    if not declared.targets:
        refuse(
            "worker", "no target is declared", "[[targets]] in trueup.toml", "docs/delivery.md has an example"
        )
    with refusing("worker"):
        asyncio.run(_run(declared, lanes=lanes, until_done=until_done))


async def _run(declared: CheckSettings, *, lanes: int, until_done: bool) -> None:
    from trueup.journey.declared import lines_to
    from trueup.journey.keep_delivering import done, keep_delivering
    from trueup.journey.open_shelf import open_shelf

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with lines_to(declared.targets, os.environ) as targets, open_shelf(os.environ, declared) as shelf:
        working = asyncio.create_task(keep_delivering(shelf, targets, stop, lanes=lanes))
        while until_done and not stop.is_set():
            await asyncio.sleep(0.2)
            if await done(shelf, targets):
                stop.set()
        await working
