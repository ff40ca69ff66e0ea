"""The leg that delivers for as long as a worker runs: a turn at each target after another, and rest where none is due.

Each target has a lane of its own, so that one that is slow holds up no other. Knows no vendor and no rule of delivery.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx2

from trueup.connectors.target import Line, Options, UnusableOptionsError
from trueup.connectors.targets import TARGETS
from trueup.delivery.history.store import waits
from trueup.journey.deliver import Carrier, Outgoing
from trueup.kit.database import UnavailableError
from trueup.kit.log import logger
from trueup.kit.settings import UnreadableSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from trueup.journey.arrive import Shelf
    from trueup.model.delivery import Budget
    from trueup.model.settings import TargetSettings

REST = 0.5  # seconds between two looks for what is due
TROUBLE = 5.0  # seconds after a failure of our own
LANES = 2  # turns at one target at the same time


@asynccontextmanager
async def lines_to(
    targets: Iterable[TargetSettings], environ: Mapping[str, str]
) -> AsyncIterator[list[Outgoing]]:
    """The declared targets, each with a line that is open for as long as the block runs.

    Raises UnreadableSettings where one can't be used as it is declared.
    """
    told = list(targets)
    if len({one.name for one in told}) < len(told):
        raise _unusable("two targets have one name", "a name of its own for each")
    async with httpx2.AsyncClient(timeout=None, follow_redirects=False) as client:
        yield [outgoing(one, environ, client) for one in told]


def outgoing(told: TargetSettings, environ: Mapping[str, str], client: httpx2.AsyncClient) -> Outgoing:
    """A target as it is declared; what is not declared is as its connector knows it."""
    kind = TARGETS.get(told.connector)
    if kind is None:
        raise _unusable(
            f"the target {told.name!r} has the connector {told.connector!r}, which there is not",
            "one of " + ", ".join(sorted(TARGETS)),
        )
    try:
        target = kind(Options(told.address, _secret(told, environ), told.options))
    except UnusableOptionsError as error:
        raise _unusable(f"the target {told.name!r} can't be used: {error}") from error
    manifest = target.manifest
    return Outgoing(
        name=told.name,
        target=target,
        line=Line(client, seconds=told.timeout_seconds),
        budget=_budget(told, manifest.budget),
        look_budget=_budget(told, manifest.look_budget) if manifest.look_budget else None,
        batch=min(told.batch or manifest.batch, manifest.batch),
        window=manifest.window if told.window_seconds is None else timedelta(seconds=told.window_seconds),
        first_wait=told.first_wait_seconds,
        **({"tries": told.tries} if told.tries else {}),
    )


async def keep_delivering(
    shelf: Shelf, targets: Sequence[Outgoing], stop: asyncio.Event, *, lanes: int = LANES
) -> None:
    """Delivers until it is told to stop; a call that runs is let end, and settled."""
    worker = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:6]}"
    async with asyncio.TaskGroup() as all_of_them:
        for target in targets:
            for _ in range(lanes):
                all_of_them.create_task(_lane(Carrier(shelf, target, worker), stop))


async def done(shelf: Shelf, targets: Sequence[Outgoing]) -> bool:
    """Whether nothing is due at these targets, and nothing waits to be read back."""
    return not await waits(shelf.database, [one.name for one in targets])


async def _lane(carrier: Carrier, stop: asyncio.Event) -> None:
    ready = False
    while not stop.is_set():
        rest = REST
        try:
            if not ready:
                await carrier.ready()
                ready = True
            done = await carrier.turn()
            if done.records:
                continue
            if done.opens_at is not None:
                rest = min(REST, max(0.001, (done.opens_at - datetime.now(UTC)).total_seconds()))
        except UnavailableError:
            rest = TROUBLE  # the lease runs out, and another turn finds what this one left
        except Exception as error:  # noqa: BLE001 - one target's trouble is not that of the others
            logger().error("delivery.turn_failed", target=carrier.to.name, error=type(error).__name__)
            rest = TROUBLE
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)


def _budget(told: TargetSettings, usual: Budget) -> Budget:
    budget = usual
    if told.calls is not None:
        budget = replace(budget, calls=told.calls, per=timedelta(seconds=told.per_seconds))
    return budget if told.reserve is None else replace(budget, reserve=told.reserve)


def _secret(told: TargetSettings, environ: Mapping[str, str]) -> str:
    """The secret itself, from where the settings say that it is."""
    if not told.secret:
        return ""
    where, _, name = told.secret.partition(":")
    try:
        found = environ.get(name) if where == "env" else _read(name)
    except OSError as error:
        raise _unusable(f"the secret of the target {told.name!r} can't be read: {error.strerror}") from error
    if not found:
        raise _unusable(f"the secret of the target {told.name!r} is not there", f"{name!r} with a value")
    return found.strip()


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a plain read
        return file.read(10_000)


def _unusable(what: str, expected: str = "") -> UnreadableSettings:
    return UnreadableSettings("trueup.toml", what, expected=expected, todo="correct [[targets]]")
