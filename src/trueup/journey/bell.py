"""How whoever delivers learns at once that something is due: within the process, and from others by LISTEN and NOTIFY.

Looking for it now and then stays the rule; the bell only shortens the wait. NOTIFY takes a lock that all who notify queue
for, so that it is never a part of taking in: it is told beside it, and many arrivals are told once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from trueup.delivery.outbox import store as outbox
from trueup.kit.database import UnavailableError

if TYPE_CHECKING:
    from trueup.kit.database import Database

EVERY = 0.05  # seconds between two notices
TROUBLE = 5.0  # seconds until a lost connection is tried again


class Bell:
    """Rings for all who wait, and once for those who tell others."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self._untold = asyncio.Event()

    def next(self) -> asyncio.Event:
        """What is set at the next ring: take it before you look, and nothing rings unheard in between."""
        return self._next

    def ring(self) -> None:
        """Something is due: wake all here, and have others told."""
        self.wake()
        self._untold.set()

    def wake(self) -> None:
        """Wake all here."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    async def keep_telling(self, database: Database, stop: asyncio.Event) -> None:
        """Tell other processes of what rang here, until told to stop."""
        while not stop.is_set():
            await _either(self._untold, stop)
            if self._untold.is_set():
                self._untold.clear()
                with suppress(UnavailableError):  # they will look for it anyway
                    await outbox.tell(database)
            await asyncio.sleep(EVERY)

    async def keep_hearing(self, database: Database, stop: asyncio.Event) -> None:
        """Wake all here when another process tells, until told to stop."""
        while not stop.is_set():
            try:
                async with database.listening(outbox.CHANNEL, self.wake) as lost:
                    self.wake()  # for what was told while nobody listened
                    await _either(lost, stop)
            except UnavailableError:
                pass
            if not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), TROUBLE)


async def _either(one: asyncio.Event, other: asyncio.Event) -> None:
    """Until one of them is set."""
    waiting = [asyncio.create_task(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
