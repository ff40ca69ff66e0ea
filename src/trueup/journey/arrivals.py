"""Events of requests that come at the same time, taken in together. Knows how calls are joined, no event.

One statement for many events costs little more than one for one. So while as many groups are under way as pay, what comes
in waits, and the next group is all that waits: nobody waits for a clock, and a lone event goes at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.journey.arrive import arrive
from trueup.kit.database import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journey.arrive import Incoming, Shelf
    from trueup.model.completions import Verdict

AT_ONCE = 2  # groups: one is read and sealed while the database keeps the other
MOST = 1000  # events of a group, unless one call brings more


@dataclass(frozen=True, slots=True)
class _Call:
    """What one request brings, and where it waits for the verdicts."""

    incoming: Sequence[Incoming]
    verdicts: asyncio.Future[list[Verdict]]


class Arrivals:
    """Takes in events of one door."""

    def __init__(self, shelf: Shelf, door: str) -> None:
        self._shelf = shelf
        self._door = door
        self._waiting: deque[_Call] = deque()
        self._groups: set[asyncio.Task[None]] = set()

    async def take(self, incoming: Sequence[Incoming]) -> list[Verdict]:
        """What became of each event, in their order, as `arrive` has it and with what it raises."""
        call = _Call(incoming, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if len(self._groups) < AT_ONCE:
            group = asyncio.create_task(self._work())
            self._groups.add(group)
            group.add_done_callback(self._groups.discard)
        return await call.verdicts

    async def _work(self) -> None:
        """Group after group, until nothing waits."""
        while self._waiting:
            calls = [self._waiting.popleft()]
            size = len(calls[0].incoming)
            while self._waiting and size + len(self._waiting[0].incoming) <= MOST:
                calls.append(self._waiting.popleft())
                size += len(calls[-1].incoming)
            await self._take(calls)

    async def _take(self, calls: Sequence[_Call]) -> None:
        """One group. What fails but for the database is tried call by call: nobody pays for another's event."""
        try:
            found = await self._arrive([one for call in calls for one in call.incoming])
        except Exception as error:  # noqa: BLE001 - whoever waits for it hears of it
            if len(calls) > 1 and not isinstance(error, UnavailableError):
                for call in calls:
                    await self._take([call])
                return
            for call in calls:
                if not call.verdicts.done():
                    call.verdicts.set_exception(error)
            return
        verdicts = iter(found)
        for call in calls:
            its = [next(verdicts) for _ in call.incoming]
            if not call.verdicts.done():  # whoever waited may have gone away
                call.verdicts.set_result(its)

    async def _arrive(self, incoming: Sequence[Incoming]) -> list[Verdict]:
        return await arrive(self._shelf, incoming, door=self._door, now=datetime.now(UTC))
