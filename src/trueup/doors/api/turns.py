"""Back-pressure: how many requests are worked on, how many wait, and when one is sent away. Knows no request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from trueup.doors.api.figures import Figures
from trueup.doors.api.problems import Refused

RETRY_AFTER = 2  # seconds


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How much is taken on at a time."""

    working: int = 32  # more than there are connections, so that bodies arrive while statements run
    waiting: int = 512
    seconds: float = 5.0  # that a request waits for its turn
    buffered: int = 256 * 1024 * 1024  # bytes of bodies held at a time


class Turns:
    """Hands out turns, in order."""

    def __init__(self, limits: TurnLimits, figures: Figures) -> None:
        self._limits = limits
        self._figures = figures
        self._free = asyncio.Semaphore(limits.working)
        self._waiting = 0
        self._buffered = 0

    @asynccontextmanager
    async def turn(self, size: int) -> AsyncIterator[None]:
        """One turn for a request whose body is at most `size` bytes. Raises Refused (429) where there is none."""
        if self._waiting >= self._limits.waiting or self._buffered + size > self._limits.buffered:
            raise Refused("busy", "more requests wait than are taken", retry_after=RETRY_AFTER)
        self._buffered += size
        try:
            await self._admitted()
            try:
                with self._figures.working.track_inprogress():
                    yield
            finally:
                self._free.release()
        finally:
            self._buffered -= size

    async def _admitted(self) -> None:
        self._waiting += 1
        self._figures.waiting.set(self._waiting)
        try:
            if self._free.locked():
                async with asyncio.timeout(self._limits.seconds):
                    await self._free.acquire()
            else:  # at once
                await self._free.acquire()
        except TimeoutError:
            raise Refused(
                "busy", "the request waited too long for its turn", retry_after=RETRY_AFTER
            ) from None
        finally:
            self._waiting -= 1
            self._figures.waiting.set(self._waiting)
