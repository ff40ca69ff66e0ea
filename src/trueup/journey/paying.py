"""The step by which a call that carries no delivery is paid for and written down: a page that is pulled, a look.

Knows budgets, no vendor. What carries deliveries pays as it takes them (journey/deliver.py).
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.delivery.outbox import store as outbox
from trueup.delivery.outbox.store import Asked, Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trueup.journey.arrive import Shelf


def worker_name() -> str:
    """What this process is called in the calls that it makes: the machine and its number."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


async def paid(shelf: Shelf, asked: Asked, kind: str, wait: Callable[[float], Awaitable[None]]) -> Call:
    """A call that may be made now; waits for as long as the vendor is to be left alone."""
    while True:
        taken = await outbox.pay(shelf.database, asked, kind)
        if taken.opens_at is None:
            return Call(asked.target, asked.scope, taken)
        await wait(max(0.001, (taken.opens_at - datetime.now(UTC)).total_seconds()))


async def settled(shelf: Shelf, call: Call) -> None:
    """Write down how it ended."""
    async with shelf.database.transaction() as transaction:
        await outbox.settle(transaction, call)
