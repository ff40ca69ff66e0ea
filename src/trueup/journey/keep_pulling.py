"""The leg that pulls the declared sources, each in its own time, for as long as a service runs. Knows no vendor."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.journey.pull import Puller
from trueup.kit.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.journey.arrive import Shelf
    from trueup.journey.pull import Incoming

AGAIN = 60.0  # seconds after a pull that failed


async def keep_pulling(
    shelf: Shelf,
    sources: Sequence[Incoming],
    stop: asyncio.Event,
    *,
    said: Callable[[str, dict[str, int]], None],
) -> None:
    """Pulls until it is told to stop; tells what came, in numbers. A page that is half read is read again next time."""
    async with asyncio.TaskGroup() as all_of_them:
        for source in sources:
            all_of_them.create_task(_keep(shelf, source, stop, said))


async def _keep(
    shelf: Shelf, source: Incoming, stop: asyncio.Event, said: Callable[[str, dict[str, int]], None]
) -> None:
    puller = Puller(shelf, source)
    while not stop.is_set():
        rest = source.every.total_seconds()
        pulling = asyncio.create_task(puller.pull(now=datetime.now(UTC)))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({pulling, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not pulling.done():
            pulling.cancel()
        try:
            done = await pulling
            said("pull.done", {"pages": done.pages, "records": done.records, **dict(done.outcomes)})
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - one source's trouble is not that of the others, nor of the service
            logger().warning("pull.failed", source=source.name, error=type(error).__name__)
            rest = min(rest, AGAIN)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)
