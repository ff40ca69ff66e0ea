"""What arrives at the same time arrives together: one call of the leg for many requests. Knows no door and no rule.

A statement that is durable costs one write to the disk, whether it brings one event or hundreds. So while some are on
their way, others wait for one another; a request alone waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.journey.arrive import arrive
from trueup.kit.database import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journey.arrive import Incoming, Shelf
    from trueup.model.completions import Verdict

AT_ONCE = 2  # calls on their way, so that one reads while the other one writes
MOST = 500  # events in one call

Waiting = tuple["Sequence[Incoming]", "asyncio.Future[list[Verdict]]"]


class Together:
    """Joins the requests of one door."""

    def __init__(self, shelf: Shelf, door: str) -> None:
        self._shelf = shelf
        self._door = door
        self._waiting: deque[Waiting] = deque()
        self._on_their_way: set[asyncio.Task[None]] = set()

    async def arrive(self, incoming: Sequence[Incoming]) -> list[Verdict]:
        """What became of each event, in their order, as `arrive` says it; raises what it raises."""
        answer: asyncio.Future[list[Verdict]] = asyncio.get_running_loop().create_future()
        self._waiting.append((incoming, answer))
        self._send()
        return await answer

    def _send(self) -> None:
        """Sends those that wait on their way, as many as go together."""
        while self._waiting and len(self._on_their_way) < AT_ONCE:
            some = [self._waiting.popleft()]
            size = len(some[0][0])
            while self._waiting and size + len(self._waiting[0][0]) <= MOST:
                some.append(self._waiting.popleft())
                size += len(some[-1][0])
            task = asyncio.create_task(self._go(some))
            self._on_their_way.add(task)
            task.add_done_callback(self._came)

    def _came(self, task: asyncio.Task[None]) -> None:
        self._on_their_way.discard(task)
        self._send()

    async def _go(self, some: Sequence[Waiting]) -> None:
        try:
            events = [one for incoming, _ in some for one in incoming]
            verdicts = iter(await arrive(self._shelf, events, door=self._door, now=datetime.now(UTC)))
            for incoming, answer in some:
                _tell(answer, [next(verdicts) for _ in incoming])
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits for it
            if len(some) == 1 or isinstance(error, UnavailableError):
                for _, answer in some:
                    _fail(answer, error)
            else:  # one of them broke it: the others shall not pay for it
                for one in some:
                    await self._go([one])


def _tell(answer: asyncio.Future[list[Verdict]], verdicts: list[Verdict]) -> None:
    if not answer.done():  # whoever waited may have gone
        answer.set_result(verdicts)


def _fail(answer: asyncio.Future[list[Verdict]], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
