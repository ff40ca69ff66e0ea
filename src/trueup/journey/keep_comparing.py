"""The leg that compares source, ledger and target by itself, each target in its own time. Knows no vendor.

What it came to is kept; `trueup status` shows it, `trueup reconcile` names each record and mends.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from trueup.delivery.comparisons import store
from trueup.delivery.comparisons.store import Comparison
from trueup.journey.compare import Cause, Comparer
from trueup.journey.pull import Puller
from trueup.kit.database import UnavailableError
from trueup.kit.log import logger
from trueup.model.delivery import Capability
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.journey.arrive import Shelf
    from trueup.journey.deliver import Outgoing
    from trueup.journey.pull import Incoming

# after which a target is compared that never was: what came just now is on its way
FIRST = timedelta(hours=1)
LOOKS = 60.0  # seconds between two looks at what is due to be compared


async def keep_comparing(
    shelf: Shelf,
    targets: Sequence[Outgoing],
    sources: Sequence[Incoming],
    stop: asyncio.Event,
    *,
    said: Callable[[str, dict[str, int]], None],
    first: timedelta = FIRST,
) -> None:
    """Compares until it is told to stop, one target after another."""
    asked = [
        one for one in targets if one.compare and Capability.READ_BACK in one.target.manifest.capabilities
    ]
    begun = datetime.now(UTC)
    while asked and not stop.is_set():
        with suppress(UnavailableError):
            for one in await _due(shelf, asked, begun + first):
                comparing = asyncio.create_task(compared(shelf, one, sources))
                stopping = asyncio.create_task(stop.wait())
                await asyncio.wait({comparing, stopping}, return_when=asyncio.FIRST_COMPLETED)
                stopping.cancel()
                if not comparing.done():
                    comparing.cancel()
                    return
                done = comparing.result()
                said("compare.done", {"due": done.due, "same": done.same, **done.causes})
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOKS)


async def compared(shelf: Shelf, to: Outgoing, sources: Sequence[Incoming]) -> Comparison:
    """Compare one target with what its sources list, and keep what that came to."""
    begun = datetime.now(UTC)
    pullers = [Puller(shelf, one) for one in sources if to.name in shelf.told_of(one.name).targets]
    try:
        done = await Comparer(shelf, to, pullers).compare()
        causes = {
            cause.value: count for cause, count in done.counts().items() if cause is not Cause.ON_ITS_WAY
        }
        found = Comparison(to.name, begun, done.due, done.same, causes)
    except ToldError as error:
        found = Comparison(to.name, begun, 0, 0, {}, error.what)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - one target's trouble is not that of the service
        logger().error("compare.failed", target=to.name, error=type(error).__name__)
        found = Comparison(to.name, begun, 0, 0, {}, type(error).__name__)
    await store.keep(shelf.database, found)
    return found


async def _due(shelf: Shelf, targets: Sequence[Outgoing], first: datetime) -> list[Outgoing]:
    """The targets whose time has come; `first` is that of those that never were compared."""
    last = {one.target: one.begun_at for one in await store.latest(shelf.database)}
    now = datetime.now(UTC)
    return [
        one
        for one in targets
        if one.compare and (last[one.name] + one.compare if one.name in last else first) <= now
    ]
