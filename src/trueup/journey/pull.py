"""The leg that pulls a source: page by page into the ledger, then its cursor forward. Knows no vendor.

A page is taken in before the cursor moves, and what was taken in before is recognised, so whoever is cut off in between
reads some of it again and loses nothing. A pull looks back over an overlap, and reads all of the source now and then:
what was stored late, under an earlier time, is in there (requirements F4d).
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from trueup.connectors.source import Page, PageError, Range
from trueup.connectors.target import NoReplyError
from trueup.delivery import patience
from trueup.delivery.cursors import store as cursors
from trueup.delivery.outbox import store as outbox
from trueup.delivery.outbox.store import Asked, Ended
from trueup.identity.register import store as register
from trueup.intake.xapi.refusal import Version
from trueup.journey.arrive import Incoming as Arriving
from trueup.journey.arrive import arrive
from trueup.journey.paying import paid, settled, worker_name
from trueup.journey.pulled_files import FilePage
from trueup.journey.statements import Sender, Statements, Taken
from trueup.model.completions import Outcome
from trueup.model.delivery import Told
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from trueup.connectors.source import Source
    from trueup.journey.arrive import Shelf
    from trueup.kit.exchange import Line
    from trueup.model.delivery import Budget

PULL = "pull"
OVERLAP = timedelta(days=1)
SWEEP = timedelta(days=1)
EVERY = timedelta(minutes=15)
ATTEMPTS = 6  # of one page
MOST_PAGES = 1_000_000


class PullError(ToldError):
    """A source that can't be pulled any further now; what came before is taken in."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A source as it is declared: its connector, the line to it, and how it is asked."""

    name: str
    source: Source
    line: Line
    budget: Budget
    overlap: timedelta = OVERLAP
    sweep: timedelta = SWEEP
    every: timedelta = EVERY
    first_wait: float = patience.FIRST
    people: str = ""  # who issued the accounts by which it calls people; else it calls them by their numbers


@dataclass(slots=True)
class Pulled:
    """What a pull brought: pages, records, what became of each, and why some can't be taken."""

    wanted: Range
    swept: bool
    pages: int = 0
    records: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Puller:
    """Pulls one source."""

    shelf: Shelf
    of: Incoming
    worker: str = field(default_factory=worker_name)
    dice: Random = field(default_factory=Random)
    tell: Callable[[str], None] = lambda _: None
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def pull(self, wanted: Range | None = None, *, now: datetime) -> Pulled:
        """All pages of a range; of none given, of what may have come since the last pull, or of all where that is due.

        Raises PullError, UnavailableError.
        """
        database, name = self.shelf.database, self.of.name
        was = await cursors.cursor(database, name)
        sweep = wanted is None and (
            was.through is None or was.swept_at is None or was.swept_at + self.of.sweep <= now
        )
        since = was.through - self.of.overlap if was.through is not None and not sweep else None
        done = Pulled(wanted or Range(since), swept=sweep)
        through = await self._taken(done)
        if wanted is None:
            await cursors.move(database, name, through, now, swept=sweep)
        return done

    async def pages(self, wanted: Range | None = None) -> AsyncIterator[Page]:
        """A range of the source, or all of it, a page after another; nothing is taken in. Raises PullError."""
        await outbox.known(self.shelf.database, self.of.name, [PULL], 1)
        asked = await self._asked(wanted or Range())
        more: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(asked, more)
            yield page
            more = page.more
            if more is None:
                return
        raise PullError(f"{self.of.name} names ever more pages", "an end", "look at the source's paging")

    async def _asked(self, wanted: Range) -> Range:
        """With whom a source is asked about that can't be asked about all. Raises PullError."""
        if not self.of.source.manifest.by_person:
            return wanted
        today = datetime.now(UTC).date()
        people = await register.names_there(self.shelf.database, self.of.people, today)
        if not people:
            of = f"accounts of {self.of.people}" if self.of.people else "people with a number"
            raise PullError(
                f"{self.of.name} is asked about one person at a time, and there are no {of}",
                "a roster",
                "trueup identity enrol hr.csv accounts.csv",
            )
        return replace(wanted, people=people)

    async def _taken(self, done: Pulled) -> datetime | None:
        """All pages of what is wanted, taken in; until when the source has told all."""
        statements = Statements(self.shelf)
        sender = Sender(f"pull {self.of.name}", self.of.name, Version.V1)
        through: datetime | None = None
        async for page in self.pages(done.wanted):
            await self._take(statements, sender, page, done)
            done.pages += 1
            done.records += len(page.raws)
            through = max(filter(None, (through, page.through)), default=None)
            self.tell(f"{done.records:,} records in {done.pages:,} pages")
        return through

    async def _take(self, statements: Statements, sender: Sender, page: Page, done: Pulled) -> None:
        """A page at once; where one of it can't be taken, each by itself, so that it keeps no other out."""
        raws = page.raws
        if not self.of.source.statements:
            await self._arrive(page, done)
            return
        if not raws:
            return
        whole = await statements.take(raws, sender, batch=True)
        if isinstance(whole, Taken):
            done.outcomes.update(verdict.outcome.value for verdict in whole.verdicts)
            return
        for raw in raws:
            one = await statements.take([raw], sender, batch=False)
            if isinstance(one, Taken):
                done.outcomes.update(verdict.outcome.value for verdict in one.verdicts)
            elif isinstance(one, tuple):
                done.outcomes["refused"] += 1
                done.refused.append(
                    f"{one[0].pointer or '/'}: expected {one[0].expected}, found {one[0].actual}"
                )
            else:
                done.outcomes["conflict"] += 1
                done.refused.append(f"{one.id}: another statement stands under this id")

    async def _arrive(self, page: Page, done: Pulled) -> None:
        """Records that are no statements go the way of every event; what can't be settled waits in quarantine."""
        if isinstance(page, FilePage):
            incoming = list(page.incoming)
            done.refused += page.problems
        else:
            incoming = [one for raw in page.raws if (one := self._event(raw)) is not None]
        if not incoming:
            return
        verdicts = await arrive(self.shelf, incoming, door="pull", now=datetime.now(UTC))
        for one, verdict in zip(incoming, verdicts, strict=True):
            done.outcomes[verdict.outcome.value] += 1
            if verdict.outcome is Outcome.REJECTED and verdict.fault is not None:
                where = f"{one.origin} " if one.origin else ""
                done.refused.append(f"{where}{verdict.fault.pointer}: expected {verdict.fault.expected}")

    def _event(self, raw: bytes) -> Arriving | None:
        event = self.of.source.event(raw)
        return Arriving(json.dumps({"source": self.of.name, **event}).encode(), raw) if event else None

    async def _page(self, wanted: Range, more: str | None) -> Page:
        """One page, tried again where that may help. Each try is a call that is paid for and recorded."""
        why = ""
        seconds = timedelta(seconds=self.of.line.seconds)
        asked = Asked(self.of.name, PULL, self.of.budget, 0, seconds, self.worker)
        for attempt in range(1, ATTEMPTS + 1):
            call = await paid(self.shelf, asked, PULL, self.wait)
            told: Told | None = None
            try:
                page = await self.of.source.page(self.of.line, wanted, more)
            except NoReplyError as error:
                why, wait = error.why, None
                call.ended = Ended(error=error.why, failed=True)
            except PageError as error:
                told, wait = error.told, error.reply.signals.wait
                why = str(error)
                call.ended = Ended(error.reply.status, error.reply.request_id, wait=wait, failed=True)
            except ValueError as error:
                raise PullError(
                    f"{self.of.name}: {error}", "a next page of the same server", "look at the source"
                ) from error
            else:
                if (reply := page.reply) is not None:
                    said = reply.signals
                    call.ended = Ended(reply.status, reply.request_id, said.cost, said.remaining)
                await settled(self.shelf, call)
                return page
            await settled(self.shelf, call)
            if told in {Told.DENIED, Told.REFUSED}:
                break
            if wait is None:
                pause = patience.backoff(attempt, self.dice, self.of.first_wait).total_seconds()
                self.tell(f"{why}; trying again in {pause:.1f} s")
                await self.wait(pause)
            else:  # the next call is paid for once the source is open again
                self.tell(f"{why}; it asks to wait {wait:.1f} s")
        raise PullError(
            f"{self.of.name} can't be read: {why}",
            "a page of records",
            "see that it answers, and what it lets this account read",
        )
