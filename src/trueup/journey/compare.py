"""The leg that compares source, ledger and target as sets, and names the cause of each difference (requirements F3e).

Each side has its denominator: what the source lists, what the ledger holds as due, what the target answers for. The target
is asked about every record that is said to be there, within its budget. Joins intake, delivery and the connectors.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any

from trueup.connectors.target import Listing, NoReplyError
from trueup.delivery import patience
from trueup.delivery.history import store as history
from trueup.delivery.outbox import store as outbox
from trueup.delivery.outbox.store import Asked, Ended
from trueup.delivery.standing import store as standing
from trueup.intake.ledger import store as ledger
from trueup.intake.xapi.reading import NoCompletion, event_of
from trueup.journey.carry import carry
from trueup.journey.deliver import LOOK, Carrier
from trueup.journey.outcomes import differing
from trueup.journey.paying import paid, settled, worker_name
from trueup.model.delivery import Capability, State, Told, Verb
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

    from trueup.delivery.history.store import DueRecord
    from trueup.journey.arrive import Shelf
    from trueup.journey.deliver import Outgoing
    from trueup.journey.pull import Puller
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Found, Job

PAGE = 500  # records of the ledger that are compared at a time
ATTEMPTS = 6  # of one question


class Cause(StrEnum):
    """Why a record is not the same everywhere."""

    NEVER_RECEIVED = "never received"  # the source has it, the ledger has nothing
    QUARANTINED = "quarantined"
    ON_ITS_WAY = "on its way"  # not due yet to be there
    OVERDUE = "overdue"  # on its way, past its deadline
    FOR_A_PERSON = "for a person"  # a task that waits
    GIVEN_UP = "given up"  # a dead letter
    VANISHED = "written then vanished"
    MISMATCHED = "mismatched"
    NOT_TAKEN_BACK = "void not applied"
    EXTRA = "extra"  # the target has it, the ledger never sent it


CODES = {
    Cause.NEVER_RECEIVED: "TU0301",
    Cause.OVERDUE: "TU0302",
    Cause.VANISHED: "TU0303",
    Cause.EXTRA: "TU0304",
    Cause.NOT_TAKEN_BACK: "TU0305",
    Cause.MISMATCHED: "TU0306",
}


class CompareError(ToldError):
    """A side that can't be asked now: then nothing is said of it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that is not the same everywhere: which, why, and field by field where that is known."""

    record: str  # source:record_id
    cause: Cause
    code: str | None  # None: nothing is wrong with it yet
    fields: Sequence[Mapping[str, Any]] = ()
    statement_id: int | None = None


@dataclass(slots=True)
class Compared:
    """The counts of each side, and the differences. None: that side can't be counted."""

    target: str
    sources: dict[str, int | None] = field(default_factory=dict)  # completions that each lists
    due: int = 0  # records of the ledger that the target is to hold, or was told to
    asked: int = 0  # of these, asked for at the target
    same: int = 0
    listed: int | None = None  # records that the target lists
    differences: list[Difference] = field(default_factory=list)

    def counts(self) -> Counter[Cause]:
        """How many differences there are of each cause."""
        return Counter(one.cause for one in self.differences)


@dataclass(slots=True)
class Comparer:
    """Compares what one target holds."""

    shelf: Shelf
    to: Outgoing
    pullers: Sequence[Puller]
    dice: Random = field(default_factory=Random)
    tell: Callable[[str], None] = lambda _: None

    async def compare(self, window: tuple[datetime, datetime] | None = None) -> Compared:
        """All records, or those that happened in a window. Raises CompareError, PullError, UnavailableError."""
        await Carrier(self.shelf, self.to, "reconcile").ready()
        done = Compared(self.to.name)
        for puller in self.pullers:
            await self._source(puller, done, window)
        await self._quarantine(done)
        known: set[str] = set()
        async for page in self._due(window):
            known.update(one.key for one in page)
            await self._page(page, done)
            self.tell(f"{done.due:,} records compared, {len(done.differences):,} differences")
        if window is None:
            await self._extras(known, done)
        await self._arrived_meanwhile(done)
        done.differences.sort(key=lambda one: (list(Cause).index(one.cause), one.record))
        return done

    async def _source(self, puller: Puller, done: Compared, window: tuple[datetime, datetime] | None) -> None:
        """What the source lists and the ledger has not."""
        name, count = puller.of.name, 0
        async for page in puller.pages():
            told = [_said(puller, raw) for raw in page.raws]
            ids = [one["record_id"] for one in told if one is not None and _inside(one, window)]
            count += len(ids)
            there = await ledger.there(self.shelf.database, name, ids)
            done.differences += [
                Difference(f"{name}:{one}", Cause.NEVER_RECEIVED, CODES[Cause.NEVER_RECEIVED])
                for one in ids
                if one not in there
            ]
        done.sources[name] = count

    async def _arrived_meanwhile(self, done: Compared) -> None:
        """What a source listed before it had sent it may be there by now: then it is no difference."""
        missing = [one.record for one in done.differences if one.cause is Cause.NEVER_RECEIVED]
        there: set[str] = set()
        for puller in self.pullers:
            name = puller.of.name
            ids = [one.removeprefix(f"{name}:") for one in missing if one.startswith(f"{name}:")]
            there |= {f"{name}:{one}" for one in await ledger.there(self.shelf.database, name, ids)}
        done.differences = [
            one
            for one in done.differences
            if one.cause is not Cause.NEVER_RECEIVED or one.record not in there
        ]

    async def _quarantine(self, done: Compared) -> None:
        for one in await ledger.held_back(self.shelf.database, self._sources()):
            done.differences.append(Difference(f"{one.source}:{one.record_id}", Cause.QUARANTINED, one.code))

    def _sources(self) -> list[str] | None:
        """The sources that deliver to the target; None: every one that is not declared otherwise."""
        told = self.shelf.sources
        if "*" in told and self.to.name in told["*"].targets:
            return None
        return [name for name, one in told.items() if self.to.name in one.targets]

    async def _due(self, window: tuple[datetime, datetime] | None) -> AsyncIterator[list[DueRecord]]:
        after = ("", "")
        while page := await history.due_records(self.shelf.database, self.to.name, after, window, PAGE):
            yield page
            after = (page[-1].source, page[-1].record_id)

    async def _page(self, page: Sequence[DueRecord], done: Compared) -> None:
        now = datetime.now(UTC)
        done.due += len(page)
        there = []
        for one in page:
            if (
                one.by_hand and one.state is State.VERIFIED
            ):  # on somebody's word: it can't be found by our key
                done.same += 1
                continue
            if one.state in {State.VERIFIED, State.ACCEPTED} and not one.by_hand:
                there.append(one)
                continue
            cause = (
                Cause.GIVEN_UP
                if one.state is State.DEAD
                else Cause.FOR_A_PERSON
                if one.by_hand and one.state is State.ACCEPTED
                else Cause.OVERDUE
                if one.due_at < now
                else Cause.ON_ITS_WAY
            )
            code = one.code or CODES.get(cause)
            done.differences.append(Difference(one.key, cause, code, (), one.statement_id))
        if Capability.READ_BACK in self.to.target.manifest.capabilities and there:
            await self._ask(there, done)

    async def _ask(self, there: Sequence[DueRecord], done: Compared) -> None:
        plans = await carry(
            self.shelf,
            self.to,
            [one.statement_id for one in there],
            today=datetime.now(UTC).date(),
            sent=True,
        )
        asking = [(one, job) for one in there if (job := plans[one.statement_id].job) is not None]
        done.same += len(there) - len(asking)  # there is nothing that it should hold
        size = self.to.target.manifest.look_batch
        for first in range(0, len(asking), size):
            some = asking[first : first + size]
            found = await self._looked([job for _, job in some])
            done.asked += len(some)
            for (one, job), what in zip(some, found, strict=True):
                difference = _judged(one, job, what)
                if difference is None:
                    done.same += 1
                else:
                    done.differences.append(difference)

    async def _looked(self, jobs: Sequence[Job]) -> Sequence[Found]:
        """What the target has of these; asked again where that may help. Each question is paid for and recorded."""
        scope, budget = self.to.paid_by(looks=True)
        seconds = timedelta(seconds=self.to.line.seconds)
        asked = Asked(self.to.name, scope, budget, len(jobs), seconds, worker_name())
        for attempt in range(1, ATTEMPTS + 1):
            call = await paid(self.shelf, asked, LOOK, asyncio.sleep)
            reply: Reply | None = None
            found: Sequence[Found] = ()
            try:
                saw = await self.to.target.look(self.to.line, jobs)
                found, reply = saw.found, saw.reply
                call.ended = Ended(reply.status, reply.request_id) if reply else Ended()
            except NoReplyError as error:
                call.ended = Ended(error=error.why, failed=True)
            await settled(self.shelf, call)
            if found and not any(one.failed for one in found):
                return found
            if any(one.failed is Told.DENIED for one in found):
                break
            wait = reply.signals.wait if reply is not None else None
            await asyncio.sleep(
                wait
                if wait is not None
                else patience.backoff(attempt, self.dice, self.to.first_wait).total_seconds()
            )
        raise CompareError(
            f"{self.to.name} can't be asked",
            "an answer for each record",
            "see that it answers: trueup status",
        )

    async def _extras(self, known: Collection[str], done: Compared) -> None:
        """What the target lists and the ledger never sent."""
        target = self.to.target
        if not isinstance(target, Listing):
            return
        listed = await target.listed(self.to.line)
        done.listed = len(listed)
        for one in sorted(set(listed) - set(known)):
            done.differences.append(Difference(one, Cause.EXTRA, CODES[Cause.EXTRA]))


async def repair(shelf: Shelf, target: str, differences: Sequence[Difference]) -> int:
    """Send those again that the target has lost, or has otherwise; answers how many."""
    wanted = {Cause.VANISHED, Cause.MISMATCHED, Cause.NOT_TAKEN_BACK}
    numbers = [
        one.statement_id for one in differences if one.cause in wanted and one.statement_id is not None
    ]
    gone = [
        one.statement_id
        for one in differences
        if one.cause is Cause.VANISHED and one.statement_id is not None
    ]
    async with shelf.database.transaction() as transaction:
        await standing.lost(transaction, target, numbers, gone)
        return await outbox.again(transaction, target, numbers)


def _judged(one: DueRecord, job: Job, what: Found) -> Difference | None:
    gone = job.verb is Verb.DELETE
    if gone:
        cause = Cause.NOT_TAKEN_BACK if what.fields is not None else None
        return Difference(one.key, cause, CODES[cause], (), one.statement_id) if cause else None
    if what.fields is None:
        return Difference(one.key, Cause.VANISHED, CODES[Cause.VANISHED], (), one.statement_id)
    fields = differing(job.record, what.fields)
    return (
        Difference(one.key, Cause.MISMATCHED, CODES[Cause.MISMATCHED], fields, one.statement_id)
        if fields
        else None
    )


def _said(puller: Puller, raw: bytes) -> Mapping[str, Any] | None:
    """The completion that a record of a source says, if it says one."""
    if not puller.of.source.statements:
        return puller.of.source.event(raw)
    event = event_of(json.loads(raw), puller.of.name)
    return None if isinstance(event, NoCompletion) else event


def _inside(event: Mapping[str, Any], window: tuple[datetime, datetime] | None) -> bool:
    """Whether it happened in the window; where its source says no time, it can't be told, and counts."""
    if window is None:
        return True
    try:
        at = datetime.fromisoformat(str(event.get("occurred_at")))
    except ValueError:
        return True
    return at.tzinfo is None or window[0] <= at <= window[1]
