"""The leg of xAPI statements: in, each once and with the completion it says, and out again as they came.

A statement is sealed under the key of whom it is about. What it says of a completion goes the way of every event
(journey/arrive) before the statement itself is kept: whoever is cut off in between sends again, and nothing doubles.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import msgspec

from trueup.intake.xapi import store
from trueup.intake.xapi.compare import comparable, same
from trueup.intake.xapi.reading import NoCompletion, event_of, void_of, voids
from trueup.intake.xapi.refusal import Refusal, Version
from trueup.intake.xapi.selection import Keys, Many, One, keys_of, who_of
from trueup.intake.xapi.statement import refuse
from trueup.journey.arrive import Incoming
from trueup.journey.together import Together
from trueup.kit.canonical_json import NotCanonicalError, canonical
from trueup.model.completions import Verdict, Who
from trueup.privacy.actors import Actor, actors_of, known_actors, person_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from trueup.journey.arrive import Shelf


REMEMBERED_SECONDS = 0.1
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brings statements, and in which version of xAPI."""

    account: str
    source: str
    version: Version


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another statement stands under the id; nothing was stored."""

    place: int  # in the batch
    id: UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """The ids of the statements, in order, and what became of the completions that they say."""

    ids: tuple[UUID, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A statement as it came; `text` is None where it is not kept, or the person was erased and its key with them."""

    id: UUID
    stored_at: datetime
    seq: int
    version: str
    account: str
    text: bytes | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A valid statement: what it says, as it came, and what it is found by."""

    id: UUID
    told: Mapping[str, Any]  # with its id
    raw: bytes
    who: Who
    keys: Keys
    record: bytes  # what never changes of it, as canonical JSON

    @property
    def digest(self) -> bytes:
        """SHA-256 of the record."""
        return hashlib.sha256(self.record).digest()


class Statements:
    """The statements of all sources, in the database of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._database = shelf.database
        self._keys = shelf.keys
        self._together = Together(shelf, "xapi")
        self._through: tuple[float, datetime | None] = (0.0, None)

    async def take(
        self, raws: Sequence[bytes], sender: Sender, *, batch: bool
    ) -> Taken | Conflict | tuple[Refusal, ...]:
        """Takes statements in, all or none; each raw is JSON that was read before.

        Answers why one is no statement, or that another one stands under an id. The same statement again is taken
        and changes nothing (xAPI 1.0.3, Communication 2.1.1, 2.1.2).
        """
        read, refusals = _read(raws, sender, batch=batch)
        if refusals:
            return refusals
        actors = await self._actors(read, sender.source)
        kept = await store.named(self._database, sender.source, [one.id for one in read])
        if conflict := _conflict(read, kept, actors, sender):
            return conflict
        unknown = [one for one in read if one.id not in kept]
        verdicts = await self._arrived(_events(unknown, sender.source))
        if unknown:
            keep = self._shelf.told_of(sender.source).keep_raw
            new = {one.id: _new(one, actors, sender, keep=keep) for one in unknown}
            added = await store.add(
                self._database, sender.source, sender.version, sender.account, list(new.values())
            )
            if added < len(new):  # another request was first
                kept = await store.named(self._database, sender.source, [one.id for one in read])
                if conflict := _conflict(read, kept, actors, sender):
                    return conflict
        voids_too = await self._arrived(await self._taken_back(read, sender.source))
        return Taken(tuple(one.id for one in read), (*verdicts, *voids_too))

    async def find_one(self, query: One, source: str) -> Found | None:
        """The statement of an id, None where there is none (that is voided as asked)."""
        kept = await store.one(self._database, source, UUID(query.id), voided=query.voided)
        return (await self._opened([kept], source))[0] if kept else None

    async def find(self, query: Many, source: str, after: tuple[datetime, int] | None) -> Sequence[Found]:
        """A page of statements, and one more where there are more of them."""
        numbers = await known_actors(self._database, {who for _, who in query.keys.people})
        people = [f"{kind}:{numbers[who]}" for kind, who in query.keys.people if who in numbers]
        if len(people) < len(query.keys.people):
            return ()  # nobody of that name ever came
        asked = store.Query(
            source=source,
            keys=[*query.keys.words, *people],
            since=query.since,
            until=query.until,
            after=after,
            ascending=query.ascending,
            limit=query.limit + 1,
        )
        return await self._opened(await store.many(self._database, asked), source)

    async def consistent_through(self) -> datetime:
        """Everything stored before it can be read. What was true a moment ago is still true."""
        until, through = self._through
        if through is None or time.monotonic() > until:
            through = await store.consistent_through(self._database)
            self._through = (time.monotonic() + REMEMBERED_SECONDS, through)
        return through

    async def _actors(self, read: Sequence[_Read], source: str) -> Mapping[Who, Actor]:
        """Whom the statements name anywhere, and those that they are about."""
        people = {who for one in read for _, who in one.keys.people} | {one.who for one in read}
        found = await actors_of(self._database, self._keys, [(source, who) for who in people])
        return {who: found[source, who] for who in people}

    async def _arrived(self, events: Sequence[Incoming]) -> Sequence[Verdict]:
        return await self._together.arrive(events) if events else ()

    async def _taken_back(self, read: Sequence[_Read], source: str) -> list[Incoming]:
        """The ends of completions that these statements bring about.

        A void and what it voids may come in either order, and at the same time: so both look for the other once they
        are kept, and an end that comes twice is one.
        """
        said = _said(read, source)
        targets = {UUID(target) for one in read if (target := voids(one.told))}
        ended = (
            await store.voided(self._database, source, said.keys() | targets) if said or targets else set()
        )
        earlier = await store.named(self._database, source, ended - said.keys())
        for found in await self._opened(list(earlier.values()), source):
            told = {**msgspec.json.decode(found.text), "id": str(found.id)} if found.text else None
            if told and not isinstance(event := event_of(told, source), NoCompletion):
                said[found.id] = event
        return [Incoming(msgspec.json.encode(void_of(said[id_]))) for id_ in sorted(ended & said.keys())]

    async def _opened(self, kept: Sequence[store.Kept], source: str) -> list[Found]:
        keys = await person_keys(self._database, self._keys, {one.actor_id for one in kept})
        found = []
        for one in kept:
            key = keys.get(one.actor_id)
            text = key.opened(one.sealed, _place(source, one.id)) if key and one.sealed else None
            found.append(Found(one.id, one.stored_at, one.seq, one.version, one.account, text))
        return found


def _read(raws: Sequence[bytes], sender: Sender, *, batch: bool) -> tuple[list[_Read], tuple[Refusal, ...]]:
    """The statements, or why some are none."""
    told = [msgspec.json.decode(raw) for raw in raws]
    read: list[_Read] = []
    refusals: list[Refusal] = []
    for place, (one, raw) in enumerate(zip(told, raws, strict=True)):
        at = f"/{place}" if batch else ""
        wrong = refuse(one, sender.version, at)
        if _NUL.search(raw):
            wrong = (
                *wrong,
                Refusal(at, "text without the character U+0000", "a text with it", "no database keeps it"),
            )
        refusals += wrong
        if not wrong:
            try:
                read.append(_one(one, raw, sender.source))
            except NotCanonicalError:
                refusals.append(
                    Refusal(at, "numbers and texts that JSON readers agree on", "others", "RFC 8785, 3.1")
                )
    given = [str(one["id"]).lower() for one in told if isinstance(one, dict) and "id" in one]
    if len(set(given)) < len(given):
        refusals.append(
            Refusal("", "each id once in a batch", "an id twice", "xAPI 1.0.3, Communication 2.1.2")
        )
    return read, tuple(refusals)


def _one(told: dict[str, Any], raw: bytes, source: str) -> _Read:
    """A valid statement with its id. NotCanonicalError where its numbers have no one form.

    One that comes without an id gets one of what it says, so that it may come again; without a time it may have
    happened twice, and gets an id of its own.
    """
    record = canonical(comparable(told))
    if "id" in told:
        id_ = UUID(told["id"])
    elif "timestamp" in told:
        id_ = uuid5(NAMESPACE_URL, f"{source}:{hashlib.sha256(record).hexdigest()}")
    else:
        id_ = uuid4()
    told = {**told, "id": str(id_)}
    return _Read(id_, told, raw, who_of(told["actor"]) or Who(), keys_of(told), record)


def _said(read: Sequence[_Read], source: str) -> dict[UUID, dict[str, Any]]:
    """The completions that statements say."""
    events = {one.id: event_of(one.told, source) for one in read}
    return {id_: event for id_, event in events.items() if not isinstance(event, NoCompletion)}


def _events(read: Sequence[_Read], source: str) -> list[Incoming]:
    """What statements say of completions; the statement decides whether two are the same."""
    said = _said(read, source)
    return [Incoming(msgspec.json.encode(said[one.id]), record=one.record) for one in read if one.id in said]


def _conflict(
    read: Sequence[_Read], kept: Mapping[UUID, store.Kept], actors: Mapping[Who, Actor], sender: Sender
) -> Conflict | None:
    """The first statement whose id another one has."""
    for place, one in enumerate(read):
        had = kept.get(one.id)
        actor = actors[one.who]
        if had is None or (
            had.actor_id == actor.actor_id and had.fingerprint == actor.key.fingerprint(one.digest)
        ):
            continue
        if had.actor_id != actor.actor_id or not _same_but_for_time(one, had, actor, sender.source):
            return Conflict(place, one.id)
    return None


def _same_but_for_time(one: _Read, had: store.Kept, actor: Actor, source: str) -> bool:
    """Whether they differ in nothing but a time that was assigned to one of them."""
    if had.sealed is None:
        return False
    return same(msgspec.json.decode(actor.key.opened(had.sealed, _place(source, had.id))), one.told)


def _new(one: _Read, actors: Mapping[Who, Actor], sender: Sender, *, keep: bool) -> store.New:
    actor = actors[one.who]
    reference = one.told["object"].get("objectType") == "StatementRef"
    people = [f"{kind}:{actors[who].actor_id}" for kind, who in one.keys.people]
    return store.New(
        id=one.id,
        actor_id=actor.actor_id,
        fingerprint=actor.key.fingerprint(one.digest),
        sealed=actor.key.seal(one.raw, _place(sender.source, one.id)) if keep else None,
        keys=sorted({*one.keys.words, *people}),
        target=UUID(one.told["object"]["id"]) if reference else None,
        voiding=voids(one.told) is not None,
    )


def _place(source: str, id_: UUID) -> bytes:
    """Where a statement is sealed for: it opens nowhere else."""
    return f"statement\n{source}\n{id_}".encode()
