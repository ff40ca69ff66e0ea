"""The leg by which a person settles what waits: released as a completion, or discarded; once, and for good.

Joins intake (what waits, how it is read), privacy (keys) and audit (leaves). Knows the order, no door and no rule of
theirs. What waited stays where it is; beside it stands who decided, when, why and what.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from trueup.intake import store as intake
from trueup.intake.canonical import Event, read_event
from trueup.intake.quarantine import store
from trueup.intake.quarantine.corrections import corrected
from trueup.intake.quarantine.store import Item, New, Settled
from trueup.journey.arrive import Ways, arrival, claims, sealed_for, terms
from trueup.journey.consult import DIGEST_BYTES
from trueup.kit.canonical_json import canonical
from trueup.model.completions import Outcome, Verdict, Who
from trueup.model.told import ToldError
from trueup.privacy.actors import Actor, actors_of, person_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from trueup.journey.arrive import Shelf
    from trueup.kit.canonical_json import Json
    from trueup.privacy.keys import PersonKey

CONTRACT = "trueup.decision/1"  # what a decision's digest is over
RESEND = "a right event under its key ends the wait: have the source send it again"


class NotSettledError(ToldError):
    """It can't be settled so, and nothing was changed: what, what was expected, what to do."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, why, and what is said of the event instead of what stands there (intake/quarantine/corrections.py)."""

    by: str
    reason: str
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """Something in quarantine with what is sealed of it: None where it is not kept, or the person was erased."""

    item: Item
    event: bytes | None  # as it came
    decision: Mapping[str, Json] | None


async def waits(
    shelf: Shelf, wanted: store.Wanted, most: int
) -> tuple[Sequence[store.Waiting], Sequence[Item]]:
    """What waits, counted by fault; and up to `most` of those that are wanted."""
    return await store.waiting(shelf.database, wanted), await store.items(shelf.database, wanted, most)


async def look_into(shelf: Shelf, number: int) -> Opened | None:
    """What there is of one in quarantine, settled or not; None where there is none of that number."""
    item = await store.item(shelf.database, number)
    if item is None:
        return None
    ids = {item.actor_id} | ({item.decided.actor_id} if item.decided else set())
    keys = await person_keys(shelf.database, shelf.keys, ids)
    decision = None
    if item.decided and (key := keys.get(item.decided.actor_id)):
        decision = msgspec.json.decode(_unsealed(key, item, item.decided.sealed)[1])
    event = _unsealed(keys[item.actor_id], item, item.sealed)[1] if item.actor_id in keys else None
    return Opened(item, event or None, decision)


async def release(shelf: Shelf, number: int, decision: Decision, *, now: datetime) -> Verdict:
    """The event as it came, read with what was decided: a completion, with all that follows from one.

    It keeps the digest and the time of its first arrival, so its receipt is the one that its source has, and the same
    event again is a duplicate. Raises NotSettledError where it can't be read so, or is settled already.
    """
    item = await _waiting(shelf, number)
    key = (await person_keys(shelf.database, shelf.keys, {item.actor_id})).get(item.actor_id)
    digest, raw = _unsealed(key, item, item.sealed) if key else (b"", b"")
    if not raw:
        raise NotSettledError(
            f"{number}: the event itself is not kept" + ("" if key else " any more: the person was erased"),
            "the event as it came, to be read with what was decided",
            f"only a corrected resend can settle it ({RESEND}), or discard it",
        )
    event = _read(shelf, item, raw, decision)
    assert event.completion is not None  # noqa: S101 - _read raises otherwise
    actor = (await actors_of(shelf.database, shelf.keys, {(item.key.source, event.who)}))[
        item.key.source, event.who
    ]
    said = claims(item.key, digest.hex(), item.received_at, item.contract)
    kept, salt = sealed_for(
        actor,
        item.key,
        None if event.dropped else raw,  # what no purpose allows any more is in it
        said=said,
        dropped=(*item.dropped, *event.dropped),
    )
    taken = arrival(shelf, kept, event.completion, now)
    new = _new(item, actor, decision, Settled.RELEASED, now)
    async with shelf.database.transaction() as both:
        numbers = await intake.take(
            both,
            [taken],
            item.door,
            item.contract,
            item.received_at,
            settling=intake.Settling("decision", now),
        )
        if item.key not in numbers or await store.keep(both, new) is None:
            raise _settled(number)
    return Verdict(
        Outcome.ACCEPTED,
        item.key,
        digest.hex(),
        numbers[item.key],
        item.received_at,
        item.contract,
        salt,
        dropped=kept.dropped,
    )


async def discard(shelf: Shelf, number: int, decision: Decision, *, now: datetime) -> int:
    """Ends the wait of one that shall never be a completion; answers the decision's number.

    The same event again changes nothing then. Raises NotSettledError where it is settled already.
    """
    item = await _waiting(shelf, number)
    keys = await person_keys(shelf.database, shelf.keys, {item.actor_id})
    if item.actor_id in keys:
        actor = Actor(item.actor_id, keys[item.actor_id])
    else:  # erased: the decision about what is left is about nobody
        nobody = (item.key.source, Who())
        actor = (await actors_of(shelf.database, shelf.keys, {nobody}))[nobody]
    made = await store.discard(shelf.database, _new(item, actor, decision, Settled.DISCARDED, now))
    if made is None:
        raise _settled(number)
    return made


async def _waiting(shelf: Shelf, number: int) -> Item:
    item = await store.item(shelf.database, number)
    if item is None:
        raise NotSettledError(
            f"{number}: nothing in quarantine has this number",
            "a number of the list",
            "trueup quarantine list",
        )
    if item.released_at is not None:
        raise _settled(number)
    return item


def _settled(number: int) -> NotSettledError:
    return NotSettledError(
        f"{number}: it waits no more",
        "one that waits",
        f"trueup quarantine show {number} says what became of it",
    )


def _unsealed(key: PersonKey, item: Item, sealed: bytes) -> tuple[bytes, bytes]:
    """The digest, and what it is over (nothing where that is not kept)."""
    plain = key.opened(sealed, str(item.key).encode())
    return plain[:DIGEST_BYTES], plain[DIGEST_BYTES:]


def _read(shelf: Shelf, item: Item, raw: bytes, decision: Decision) -> Event:
    """The event with what was decided of it, as of when it arrived. NotSettledError where it still can't be settled."""
    ways = Ways.parse(item.ways) if item.ways else None
    read = read_event(corrected(raw, decision.said), partial(terms, shelf, ways), item.received_at)
    fault = read.fault
    if fault is None:
        assert isinstance(read, Event)  # noqa: S101 - what is unreadable says why
        return read
    raise NotSettledError(
        f"{item.statement_id}: so it still can't be settled: {fault.code} at {fault.pointer or '/'}",
        f"{fault.expected}; found {fault.actual}",
        f"say it with --as FIELD=VALUE, or have it sent again; trueup quarantine show {item.statement_id}",
    )


def _new(item: Item, actor: Actor, decision: Decision, outcome: Settled, now: datetime) -> New:
    """The decision as it is kept: its text sealed, its leaf committing to the text's digest."""
    document: dict[str, Json] = {
        "statement": item.statement_id,
        "fault": item.fault.code,
        "outcome": outcome.value,
        "by": decision.by,
        "reason": decision.reason,
        "said": dict(decision.said),
    }
    text = canonical(document)
    said = claims(item.key, hashlib.sha256(text).hexdigest(), now, CONTRACT)
    kept, _ = sealed_for(actor, item.key, text, said=said, dropped=())
    return New(
        item.statement_id, outcome, decision.by, now, actor.actor_id, kept.sealed, CONTRACT, kept.commitment
    )
