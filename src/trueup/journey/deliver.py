"""The leg from the outbox to a target: take, ask outside any transaction, settle. One turn is one call at most.

What may have arrived without an answer is looked for before it is sent again; what was accepted is looked for until the
vendor's window has passed, and what is not there then is TU0303. Joins delivery (leases, budgets, letters) and the
connectors; knows no vendor. Any number of workers on any number of machines may take turns.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from trueup.connectors.target import NoReplyError, UnansweredError
from trueup.delivery import patience
from trueup.delivery.letters import store as letters
from trueup.delivery.outbox import store as outbox
from trueup.delivery.outbox.store import Asked, Call, Ended, Settled
from trueup.delivery.standing import store as standing
from trueup.delivery.standing.store import Standing
from trueup.delivery.tasks.store import BY_HAND
from trueup.journey.carry import WAITING, carry
from trueup.journey.outcomes import Turn, looked, written
from trueup.model.completions import Fault
from trueup.model.delivery import Answer, Budget, Capability, Found, State, Told, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line, Target
    from trueup.delivery.outbox.store import Due
    from trueup.journey.arrive import Shelf
    from trueup.journey.carry import Carried
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Job

WRITE, LOOK = "write", "look"
SPARE = timedelta(seconds=5)  # of a lease, beyond the longest call
ONE_MOMENT = timedelta(milliseconds=200)
NEWCOMER = timedelta(seconds=2)  # until somebody who is not known is looked for again, at first
ROSTER = timedelta(minutes=1)  # and at most


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A target as it is declared: its connector, the line to it, and how it is asked."""

    name: str
    target: Target
    line: Line
    budget: Budget
    look_budget: Budget | None
    batch: int
    window: timedelta
    tries: int = patience.TRIES
    compare: timedelta | None = (
        None  # between two comparisons of all that it holds; None: nobody compares by itself
    )
    people: str = ""  # who issued the accounts by which it calls people; else it calls them by their numbers
    first_wait: float = patience.FIRST  # seconds before another try

    @property
    def lease(self) -> timedelta:
        """How long a call may have its records."""
        return timedelta(seconds=self.line.seconds) + SPARE

    @property
    def scopes(self) -> tuple[str, ...]:
        """What its vendor counts apart."""
        return (WRITE,) if self.look_budget is None else (WRITE, LOOK)

    def paid_by(self, *, looks: bool) -> tuple[str, Budget]:
        """What a call is counted with: looks may have a scope and a budget of their own."""
        return (LOOK, self.look_budget) if looks and self.look_budget is not None else (WRITE, self.budget)


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn did. `opens_at`: the vendor is left alone until then."""

    records: int = 0
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Going:
    """A delivery that a call asks about."""

    due: Due
    plan: Carried
    job: Job


@dataclass(slots=True)
class Carrier:
    """Takes turns at one target."""

    shelf: Shelf
    to: Outgoing
    worker: str
    dice: Random = field(default_factory=Random)
    _looks: bool = False

    async def ready(self) -> None:
        """Make the destination known; once, before the first turn."""
        by_hand = self.to.target.manifest.by_hand
        await outbox.known(self.shelf.database, self.to.name, self.to.scopes, self.to.batch, by_hand=by_hand)

    async def turn(self) -> Done:
        """One call, writing or looking by turns; whichever has nothing leaves its turn to the other."""
        self._looks = not self._looks
        first = await self._one(looks=self._looks)
        if first.records:
            return first
        second = await self._one(looks=not self._looks)
        waits = [one.opens_at for one in (first, second) if one.opens_at]
        return second if second.records else Done(0, min(waits, default=None))

    async def _one(self, *, looks: bool) -> Done:
        to = self.to
        scope, budget = to.paid_by(looks=looks)
        most = to.target.manifest.look_batch if looks else to.batch
        begun = time.monotonic()
        taken = await outbox.take(
            self.shelf.database, Asked(to.name, scope, budget, most, to.lease, self.worker), looks=looks
        )
        if not taken.due:
            return Done(0, taken.opens_at)
        call = Call(to.name, scope, taken)
        stands: dict[int, Standing] = {}
        going = await self._planned(call, looks=looks)
        if going and looks:
            await self._look(call, going, stands)
        elif going and time.monotonic() - begun < SPARE.total_seconds() / 2:
            await self._write(call, going, stands)
        elif going:  # the lease might end before the call does
            call.settled += [_again(one.due) for one in going]
        await self._settle(call, stands)
        return Done(len(taken.due))

    async def _planned(self, call: Call, *, looks: bool) -> list[_Going]:
        """What the call asks about; of writes, those of one verb. The others are settled without asking."""
        due = call.taken.due
        today = datetime.now(UTC).date()
        numbers = [one.statement_id for one in due]
        plans = await carry(self.shelf, self.to, numbers, today=today, sent=looks)
        going: list[_Going] = []
        for one in due:
            plan = plans[one.statement_id]
            if plan.job is None:
                call.settled.append(_stopped(one, plan))
            elif looks and not self._can_look:
                call.settled.append(self._unseen(one, plan))
            elif going and not looks and plan.job.verb is not going[0].job.verb:
                call.settled.append(_again(one))  # next, in a call of its own
            else:
                going.append(_Going(one, plan, plan.job))
        return going

    async def _write(self, call: Call, going: Sequence[_Going], stands: dict[int, Standing]) -> None:
        try:
            wrote = await self.to.target.write(self.to.line, [one.job for one in going])
            answers, call.ended = wrote.answers, _ended(wrote.reply)
        except UnansweredError as error:
            answers, call.ended = [error.answer for _ in going], _ended(error.reply, error.why)
        except NoReplyError as error:
            told = Told.UNKNOWN if error.sent else Told.FAILED
            answers, call.ended = [Answer(told) for _ in going], Ended(error=error.why)
        turn = self._turn(len(going))
        for one, answer in zip(going, answers, strict=True):
            number = one.due.statement_id
            call.settled.append(written(turn, one.due, one.plan, answer))
            if answer.told is Told.ACCEPTED:
                stands[number] = _standing(one, answer.remote_id, seen=False)
        await self._pace(call, [one.told for one in answers])

    async def _look(self, call: Call, going: Sequence[_Going], stands: dict[int, Standing]) -> None:
        try:
            saw = await self.to.target.look(self.to.line, [one.job for one in going])
            found, call.ended = saw.found, _ended(saw.reply)
        except NoReplyError as error:
            found, call.ended = [Found(None, failed=Told.UNKNOWN) for _ in going], Ended(error=error.why)
        turn = self._turn(len(going))
        for one, what in zip(going, found, strict=True):
            after = looked(turn, one.due, one.plan, what, call.taken.started_at)
            call.settled.append(after)
            if after.state is State.VERIFIED:
                stands[one.due.statement_id] = _standing(one, what.remote_id, seen=True)
            elif after.state is not one.due.state and what.failed is None:
                stands[one.due.statement_id] = self._not_as_told(one, what)
        await self._pace(call, [one.failed or Told.ACCEPTED for one in found])
        call.ended = replace(call.ended, batch=None)

    def _not_as_told(self, one: _Going, what: Found) -> Standing:
        """What the target holds where that is not what the ledger had: nothing, something else, or still what was before."""
        before = one.job.before
        beside = (
            Capability.UPDATE not in self.to.target.manifest.capabilities and one.job.verb is not Verb.DELETE
        )
        if what.fields is None and beside and before is not None and before.key != one.job.evidence.key:
            key = before.key
            return Standing(key.source, key.record_id, "", before.statement_id, b"")
        return replace(_standing(one, what.remote_id, seen=True), digest=b"", gone=what.fields is None)

    def _turn(self, size: int) -> Turn:
        return Turn(
            self.to.target.manifest, self.to.window, self.to.tries, self.dice, size, self.to.first_wait
        )

    async def _pace(self, call: Call, told: Sequence[Told]) -> None:
        """How the destination is asked from now on: in larger or smaller batches, and when."""
        one = told[0]
        pace = await outbox.pace(self.shelf.database, self.to.name, call.scope)
        wait, batch, in_a_row = call.ended.wait, None, pace.failures + 1
        failed = one in {Told.UNKNOWN, Told.FAILED} or (one is Told.THROTTLED and wait is None)
        if one is Told.DENIED:
            wait = patience.DENIED
        elif failed and one is Told.THROTTLED:  # without a word of how long
            wait = patience.backoff(in_a_row, self.dice, self.to.first_wait).total_seconds()
        elif failed and in_a_row >= patience.QUIET_AFTER:
            wait = patience.backoff(
                in_a_row - patience.QUIET_AFTER, self.dice, self.to.first_wait, patience.QUIET
            ).total_seconds()
        if one in {Told.TOO_MUCH, Told.UNKNOWN}:
            batch = patience.halved(min(pace.batch, len(told)))
        elif one is Told.ACCEPTED:
            batch = patience.grown(pace.batch, self.to.batch)
        call.ended = replace(call.ended, wait=wait, batch=batch, failed=failed)

    async def _settle(self, call: Call, stands: Mapping[int, Standing]) -> None:
        name, settled = self.to.name, call.settled
        async with self.shelf.database.transaction() as transaction:
            held = await outbox.settle(transaction, call)
            await standing.keep(transaction, name, stands, held)
            mine = [one for one in settled if one.statement_id in held]
            if dead := [_cause(one, one.fault) for one in mine if one.fault is not None]:
                await letters.bury(transaction, name, dead)
            over = {State.VERIFIED, State.SUPERSEDED, *(() if self._can_look else (State.ACCEPTED,))}
            if there := [one.statement_id for one in mine if one.state in over]:
                await letters.ended(transaction, name, there)

    @property
    def _can_look(self) -> bool:
        return Capability.READ_BACK in self.to.target.manifest.capabilities

    def _unseen(self, due: Due, plan: Carried) -> Settled:
        """A worker was killed while it sent, and the target can't be asked: again where that does no harm."""
        if self.to.target.manifest.repeatable:
            return _again(due, counted=True)
        fault = Fault(
            "TU0402", "", "an answer of the target", "none; it can't be asked whether it has the record"
        )
        return Settled(
            due.statement_id, due.attempts, State.DEAD, "look", "unknown", None, fault.code, digest=plan.digest, fault=fault
        )  # fmt: skip  # a row


def _again(due: Due, *, counted: bool = False) -> Settled:
    return Settled(due.statement_id, due.attempts, State.QUEUED, "", "", timedelta(0), counted=counted)


def _stopped(due: Due, plan: Carried) -> Settled:
    """What is settled without asking: it is over, another revision is in the way, or it can't go as it is."""
    number, attempts = due.statement_id, due.attempts
    if plan.in_flight:
        return Settled(number, attempts, State.QUEUED, "", "", ONE_MOMENT, counted=False)
    if plan.over in {"unchanged", "nothing-to-hold"}:
        return Settled(number, attempts, State.VERIFIED, "carry", plan.over, digest=plan.digest)
    if plan.stop is None:
        return Settled(number, attempts, State.SUPERSEDED, "carry", plan.over or "")
    fault = plan.stop
    if plan.by_hand is not None:  # a task from now on
        verb = plan.by_hand.value
        return Settled(number, attempts, State.ACCEPTED, verb, BY_HAND, None, fault.code, digest=plan.digest)
    if fault.code in WAITING and due.due_at > datetime.now(UTC):
        counted = (
            due.state is not State.QUEUED
        )  # what went out stays out: it is looked for once they are known
        waits = max(NEWCOMER, min(ROSTER, datetime.now(UTC) - due.since))
        return Settled(number, attempts, due.state, "", "", waits, fault.code, counted=counted)
    return Settled(number, attempts, State.DEAD, "carry", "unfit", None, fault.code, fault=fault)


def _standing(one: _Going, remote_id: str | None, *, seen: bool) -> Standing:
    """What the target holds once a job is done. Until that was seen, what it had before is remembered."""
    key, gone, before = one.job.evidence.key, one.job.verb is Verb.DELETE, one.job.before
    has = before if gone and before else one.job.evidence
    replaces = (
        before.statement_id if before and before.statement_id != has.statement_id and not seen else None
    )
    return Standing(
        key.source, key.record_id, remote_id, has.statement_id, one.plan.digest, gone, seen, replaces
    )


def _cause(one: Settled, fault: Fault) -> letters.Cause:
    return letters.Cause(
        one.statement_id, fault.code, fault.pointer, fault.expected, fault.actual, one.attempts, one.digest
    )


def _ended(reply: Reply | None, error: str | None = None) -> Ended:
    if reply is None:
        return Ended(error=error)
    told = reply.signals
    return Ended(
        status=reply.status,
        request_id=reply.request_id,
        cost=told.cost,
        remaining=told.remaining,
        wait=told.wait if told.throttled else None,
        error=error,
    )
