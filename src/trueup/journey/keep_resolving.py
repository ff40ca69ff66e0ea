"""The leg that links accounts as they come, for as long as a service runs. Decides nothing that `resolve` would not.

The roster stands prepared in memory from the first account that comes until it changes, so that each later one takes a
look-up and not a run over everybody. Without a roster nothing is loaded.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.identity.policy import default_policy
from trueup.identity.register import store
from trueup.journey.enrol import enrol_actors
from trueup.kit.database import UnavailableError
from trueup.kit.log import logger
from trueup.kit.memory import allowed_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from trueup.identity.matching.match import Links, Standing
    from trueup.journey.arrive import Shelf
    from trueup.journey.resolve import Resolved

SECONDS = 2.0  # between two looks for accounts that came
AT_LEAST = timedelta(
    minutes=1
)  # between two looks at all of it: numbers may be seen in another order than they were given


async def keep_resolving(
    shelf: Shelf,
    stop: asyncio.Event,
    *,
    said: Callable[[str, dict[str, int]], None],
    seconds: float = SECONDS,
) -> None:
    """Looks for accounts that are nobody's until it is told to stop; tells what it did, in numbers."""
    resolver = Resolver(shelf)
    try:
        while not stop.is_set():
            try:
                done = await resolver.catch_up(now=datetime.now(UTC))
            except UnavailableError:
                done = None  # the next look finds what this one left
            except Exception as error:  # noqa: BLE001 - completions are taken in, whatever the matcher makes of an account
                logger().warning("identity.not_resolved", error=type(error).__name__)
                done = None
            if done is not None:
                figures = {"linked": done.linked, "waiting": done.waiting, "alone": done.alone}
                said("identity.resolved", figures)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
    finally:
        await resolver.close()


class Resolver:
    """Links accounts that came since it looked last."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._policy = default_policy()
        self._standing: Standing | None = None
        self._latest: tuple[object, ...] | None = None  # what there was when it looked last
        self._looked = datetime.min.replace(tzinfo=UTC)
        self._state: tuple[object, ...] = ()  # of the roster that stands
        self._place: tempfile.TemporaryDirectory[str] | None = None  # where it spills
        self._seen: set[int] = set()  # accounts that are nobody's as far as that roster goes

    async def catch_up(self, *, now: datetime) -> Resolved | None:
        """What became of accounts that came since; None where none did, or where there is no roster."""
        database = self._shelf.database
        latest = await store.latest(database)
        if latest == self._latest and now - self._looked < AT_LEAST:
            return None
        self._latest, self._looked = latest, now  # also where it fails: what fails is tried again in a minute
        return await self._look(now)

    async def _look(self, now: datetime) -> Resolved | None:
        database = self._shelf.database
        await enrol_actors(self._shelf, now=now, policy=self._policy)
        state = await store.roster_state(database)
        if not any(state):
            return None
        if state != self._state:
            await self.close()
            self._seen.clear()
        open_ = set(await store.open_accounts(database)) - self._seen
        if not open_:
            self._state = state
            return None
        from trueup.journey.resolve import settle  # noqa: PLC0415 - a service without accounts goes without a matcher

        fresh = await store.accounts(database, open_)
        links = await self._links(fresh, now)
        self._state = state
        done = await settle(self._shelf, self._policy, links, open_, len(fresh), now=now)
        self._seen |= open_
        return done

    async def close(self) -> None:
        """Lets go of the roster."""
        if self._standing is not None:
            await asyncio.to_thread(self._standing.close)
            self._standing = None
        if self._place is not None:
            self._place.cleanup()
            self._place = None

    async def _links(self, fresh: Sequence[Mapping[str, Any]], now: datetime) -> Links:
        from trueup.identity.matching.match import Standing  # noqa: PLC0415 - as above
        from trueup.journey.resolve import (  # noqa: PLC0415 - as above
            accounts_table,
            keep_learned,
            model_kept,
            people_table,
        )

        if self._standing is not None:
            standing = self._standing
            return await asyncio.to_thread(lambda: standing.link(accounts_table(fresh)))
        people = await store.roster(self._shelf.database)
        accounts = await store.accounts(self._shelf.database)
        model = await model_kept(self._shelf)
        self._place = place = tempfile.TemporaryDirectory(prefix="trueup-", ignore_cleanup_errors=True)
        self._standing = await asyncio.to_thread(
            lambda: Standing(
                people_table(people), accounts_table(accounts), self._policy,
                model=model, memory=allowed_bytes(), spill=Path(place.name),
            )
        )  # fmt: skip  # a list
        links = await asyncio.to_thread(self._standing.links)
        if model is None:
            await keep_learned(self._shelf, links.model, len(people), self._policy, now)
        return links
