"""The leg that delivers for as long as a worker runs: a turn at each target after another, and rest where none is due.

Each target has a lane of its own, so that one that is slow holds up no other. Knows no vendor and no rule of delivery.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.delivery.history.store import waits
from trueup.delivery.outbox.store import follow
from trueup.journey.deliver import Carrier
from trueup.journey.paying import worker_name
from trueup.kit.database import UnavailableError
from trueup.kit.log import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journey.arrive import Shelf
    from trueup.journey.bell import Bell
    from trueup.journey.deliver import Outgoing

REST = 0.5  # seconds between two looks for what is due, where no bell rings
TROUBLE = 5.0  # seconds after a failure of our own
FOLLOWS = 2.0  # seconds between two looks at whose completions are
LANES = 2  # turns at one target at the same time


async def keep_delivering(
    shelf: Shelf, targets: Sequence[Outgoing], stop: asyncio.Event, *, lanes: int = LANES
) -> None:
    """Delivers until it is told to stop; a call that runs is let end, and settled."""
    worker = worker_name()
    async with asyncio.TaskGroup() as all_of_them:
        for target in targets:
            for _ in range(lanes):
                all_of_them.create_task(_lane(Carrier(shelf, target, worker), stop))
        if targets:
            all_of_them.create_task(_follow(shelf, [one.name for one in targets], stop))
            all_of_them.create_task(shelf.bell.keep_hearing(shelf.database, stop))
            all_of_them.create_task(_last_ring(shelf.bell, stop))


async def _follow(shelf: Shelf, targets: Sequence[str], stop: asyncio.Event) -> None:
    """What was delivered follows its person: a merge, an unmerge or another decision is corrected at each target.

    All decisions are looked at once, and then those since the one before the last: a transaction may have been slower
    than one that came after it.
    """
    last, before = 0, 0
    while not stop.is_set():
        with suppress(UnavailableError):
            seen, sent = await follow(shelf.database, targets, before)
            last, before = seen, last
            if sent:
                logger().info("delivery.followed", deliveries=sent)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), FOLLOWS)


async def done(shelf: Shelf, targets: Sequence[Outgoing]) -> bool:
    """Whether nothing is due at these targets, and nothing waits to be read back."""
    return not await waits(shelf.database, [one.name for one in targets])


async def _lane(carrier: Carrier, stop: asyncio.Event) -> None:
    ready = False
    while not stop.is_set():
        rest, rung = REST, carrier.shelf.bell.next()
        try:
            if not ready:
                await carrier.ready()
                ready = True
            done = await carrier.turn()
            if done.records:
                continue
            if done.opens_at is not None:
                rest, rung = min(REST, max(0.001, (done.opens_at - datetime.now(UTC)).total_seconds())), stop
        except UnavailableError:
            rest, rung = TROUBLE, stop  # the lease runs out, and another turn finds what this one left
        except Exception as error:  # noqa: BLE001 - one target's trouble is not that of the others
            logger().error("delivery.turn_failed", target=carrier.to.name, error=type(error).__name__)
            rest, rung = TROUBLE, stop
        with suppress(TimeoutError):
            await asyncio.wait_for(rung.wait(), rest)


async def _last_ring(bell: Bell, stop: asyncio.Event) -> None:
    """Whoever waits for the bell stops, too."""
    await stop.wait()
    bell.wake()
