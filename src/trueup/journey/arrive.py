"""The leg from a door to the shelf: each event read, kept exactly once, and told what became of it.

Joins intake (reading, keeping), instants (texts to instants), privacy (keys) and audit (leaves). Knows the order,
no door and no rule of theirs. The same events may arrive any number of times, at the same time, at any door.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Self

import msgspec

from trueup import instants
from trueup.audit.commitment import leaf_of, salt_of
from trueup.audit.receipt import Claims
from trueup.cycles.deadline import deadline
from trueup.intake import store
from trueup.intake.canonical import Event, Terms, Unreadable, read_event
from trueup.journey.bell import Bell
from trueup.model.completions import CONTRACT, Key, Outcome, Status, Verdict
from trueup.model.settings import SourceSettings
from trueup.privacy.actors import Actor, actors_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from trueup.kit.database import Database
    from trueup.model.completions import Completion, Fault
    from trueup.model.instants import Instant
    from trueup.model.settings import CycleSettings
    from trueup.privacy.master_key import MasterKeys


@dataclass(frozen=True, slots=True)
class Ways:
    """How a file's times are read, where the file itself or what is declared of it says so."""

    occurred_at: instants.Reading
    recorded_at: instants.Reading

    @classmethod
    def parse(cls, text: str) -> Self:
        """The ways that `str` wrote."""
        return msgspec.json.decode(text, type=cls)

    def __str__(self) -> str:
        """As they are kept with what waits, to be read again in the same way."""
        return msgspec.json.encode(self).decode()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event: JSON of contracts/event.schema.json, as bytes of UTF-8.

    `raw` is the source's own record where that is something else (an xAPI statement); `record` is its canonical
    JSON, which decides whether two are the same. `origin` is the file and line it came from, `ways` how that file
    writes its times.
    """

    body: bytes
    raw: bytes | None = None
    record: bytes | None = None
    origin: str | None = None
    ways: Ways | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where events are kept, and what is declared of their sources; the name "*" declares for all others."""

    database: Database
    keys: MasterKeys
    sources: Mapping[str, SourceSettings]
    cycles: tuple[CycleSettings, ...] = ()
    bell: Bell = field(default_factory=Bell, compare=False)  # rings once something is due

    def told_of(self, source: str) -> SourceSettings:
        """What is declared of a source."""
        return self.sources.get(source) or self.sources.get("*") or SourceSettings(source)


@dataclass(frozen=True, slots=True)
class _Ready:
    """An event with all that is kept of it. `salt` is that of its audit leaf, should it be new."""

    place: int  # in what arrived
    event: Event
    incoming: Incoming
    actor: Actor
    digest: str
    salt: bytes
    kept: store.Kept


async def arrive(shelf: Shelf, incoming: Sequence[Incoming], *, door: str, now: datetime) -> list[Verdict]:
    """What became of each event, in their order. What is told as durable is on disk.

    Raises UnavailableError where the database went away: then nothing is told, and the same may be sent again.
    """
    terms_of = cache(partial(terms, shelf))
    read = [read_event(one.body, partial(terms_of, one.ways), now) for one in incoming]
    verdicts = {place: _unreadable(one) for place, one in enumerate(read) if isinstance(one, Unreadable)}
    people = {(one.key.source, one.who) for one in read if isinstance(one, Event)}
    actors = await actors_of(shelf.database, shelf.keys, people) if people else {}
    ready = [
        _ready(shelf, place, one, incoming[place], actor=actor, now=now)
        for place, one in enumerate(read)
        if isinstance(one, Event) and (actor := actors[one.key.source, one.who])
    ]
    taken = [one for one in ready if one.event.fault is None]
    if taken:
        verdicts |= await _take(shelf, taken, door, now)
        shelf.bell.ring()
    held = [one for one in ready if one.event.fault is not None]
    if held:  # after the others: what one of them settles need not wait
        verdicts |= await _hold(shelf, held, door, now)
    return [verdicts[place] for place in range(len(read))]


def claims(key: Key, digest: str, received_at: datetime, contract: str) -> Claims:
    """What the receipt of a durable event says, and its audit leaf commits to; `contract` is what it was read by."""
    time = received_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Claims(
        source=key.source,
        record_id=key.record_id,
        revision=key.revision,
        digest=digest,
        time=time,
        contract=contract,
    )


def terms(shelf: Shelf, ways: Ways | None, source: str) -> Terms:
    """How a source's events are read: by what is declared of it, and by what their file says of its times."""
    told = shelf.told_of(source)
    usual = instants.Reading()
    hows = {
        name: replace(how, zone=how.zone or told.zone, order=how.order or told.day_order)
        for name in ("occurred_at", "recorded_at")
        for how in (getattr(ways, name) if ways else usual,)
    }

    def read_time(name: str, raw: str, zone: str | None) -> Instant | None:
        how = hows[name]
        return instants.read_instant(raw, replace(how, zone=zone) if zone else how)

    return Terms(read_time, frozenset(told.drop))


def _ready(shelf: Shelf, place: int, event: Event, one: Incoming, *, actor: Actor, now: datetime) -> _Ready:
    digest = hashlib.sha256(one.record or event.canonical)
    told = shelf.told_of(event.key.source)
    keep = told.keep_raw and not (one.raw and told.drop)  # nothing is taken out of a source's own record
    raw = (one.raw or event.body) if keep else None
    said = claims(event.key, digest.hexdigest(), now, CONTRACT)
    kept, salt = sealed_for(actor, event.key, raw, said=said, dropped=event.dropped)
    return _Ready(place, event, one, actor, digest.hexdigest(), salt, kept)


def sealed_for(
    actor: Actor, key: Key, raw: bytes | None, *, said: Claims, dropped: tuple[str, ...]
) -> tuple[store.Kept, bytes]:
    """What is kept of an event, and the salt of its leaf: all under the person's key, its raw body where it is kept.

    The digest goes along, so that none of it is readable without the key.
    """
    digest = bytes.fromhex(said.digest)
    salt, entry = leaf_of(actor.key.audit_secret, said.record())
    kept = store.Kept(
        key=key,
        actor_id=actor.actor_id,
        fingerprint=actor.key.fingerprint(digest),
        sealed=actor.key.seal(digest + (raw or b""), str(key).encode()),
        raw_kept=raw is not None,
        dropped=dropped,
        commitment=entry,
    )
    return kept, salt


async def _take(shelf: Shelf, ready: Sequence[_Ready], door: str, now: datetime) -> dict[int, Verdict]:
    """Keeps those that are new; of several with one key, the first."""
    first = {one.event.key: one for one in reversed(ready)}
    arrivals = [_arrival(shelf, one, now) for one in first.values()]
    taken = await store.take(shelf.database, arrivals, door, CONTRACT, now)
    verdicts = {}
    again = []
    for one in ready:
        if one is first[one.event.key] and one.event.key in taken:
            verdicts[one.place] = _first(Outcome.ACCEPTED, one, taken[one.event.key], now)
        else:
            again.append(one)
    return verdicts | (await _known(shelf, again) if again else {})


def _arrival(shelf: Shelf, one: _Ready, now: datetime) -> store.Arrival:
    assert one.event.completion is not None  # noqa: S101 - an event without a fault has one
    return arrival(shelf, one.kept, one.event.completion, now)


def arrival(shelf: Shelf, kept: store.Kept, completion: Completion, now: datetime) -> store.Arrival:
    """A completion to be taken, with the deliveries that are due for it; a launch is no evidence, and has none."""
    due = completion.status is not Status.LAUNCHED
    until = deadline(shelf.cycles, completion.occurred.at if completion.occurred else None, now)
    targets = shelf.told_of(kept.key.source).targets if due else ()
    return store.Arrival(kept, completion, targets, until.at, until.urgent)


async def _hold(shelf: Shelf, ready: Sequence[_Ready], door: str, now: datetime) -> dict[int, Verdict]:
    """Puts those that are new into quarantine; where the key is taken, it is a duplicate or a conflict."""
    held = [_held(one, one.event.fault) for one in ready if one.event.fault is not None]
    new = await store.hold(shelf.database, held, door, CONTRACT, now)
    verdicts, again = {}, []
    for one in ready:
        number = new.pop((one.event.key, one.kept.fingerprint), None)
        if number is None:
            again.append(one)
        else:
            verdicts[one.place] = _first(Outcome.QUARANTINED, one, number, now)
    if not again:
        return verdicts
    before = await store.held_before(shelf.database, [one.event.key for one in again])
    known = await _known(shelf, again)
    for one in again:
        was = before.get((one.event.key, one.kept.fingerprint))
        if was is not None and (was.decided or one.place not in known):
            # what was decided stays decided, whatever its key has by now
            outcome = Outcome.DUPLICATE if was.decided else Outcome.QUARANTINED
            known[one.place] = _again(outcome, one, was)
    return verdicts | known


def _held(one: _Ready, fault: Fault) -> store.Held:
    ways = one.incoming.ways
    return store.Held(one.kept, fault, one.incoming.origin, str(ways) if ways else None)


async def _known(shelf: Shelf, ready: Sequence[_Ready]) -> dict[int, Verdict]:
    """Duplicate or conflict, of those under whose key something stands."""
    known = await store.known(shelf.database, [one.event.key for one in ready])
    verdicts = {}
    for one in ready:
        was = known.get(one.event.key)
        if was is None:
            continue
        if was.erased or (was.actor_id, was.fingerprint) == (one.kept.actor_id, one.kept.fingerprint):
            verdicts[one.place] = _again(Outcome.DUPLICATE, one, was)
        else:
            verdicts[one.place] = Verdict(
                Outcome.CONFLICT, one.event.key, one.digest, dropped=one.event.dropped
            )
    return verdicts


def _first(outcome: Outcome, one: _Ready, statement_id: int, now: datetime) -> Verdict:
    """The verdict of what is durable from now on."""
    return Verdict(
        outcome,
        one.event.key,
        one.digest,
        statement_id,
        now,
        CONTRACT,
        one.salt,
        one.event.fault,
        one.event.dropped,
    )


def _again(outcome: Outcome, one: _Ready, was: store.Known) -> Verdict:
    """The verdict of what came before: its receipt is the one of then. Who was erased has none: the salt went along."""
    said = claims(one.event.key, one.digest, was.received_at, was.contract).record()
    salt = None if was.erased else salt_of(one.actor.key.audit_secret, said)
    fault = one.event.fault if outcome is Outcome.QUARANTINED else None
    return Verdict(
        outcome,
        one.event.key,
        one.digest,
        was.statement_id,
        was.received_at,
        was.contract,
        salt,
        fault,
        one.event.dropped,
    )


def _unreadable(one: Unreadable) -> Verdict:
    return Verdict(Outcome.REJECTED, one.key, fault=one.fault)
