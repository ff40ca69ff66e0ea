"""The legs by which it is decided whose record is whose: by a policy in batches, by a person one at a time.

Joins identity (records, decisions), privacy (keys) and audit (leaves). A decision is kept for good; links, merges and
the person of each completion are projected from the decisions, so undoing one leaves what would be without it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.audit.commitment import leaf_of
from trueup.identity.decisions import store
from trueup.identity.decisions.store import Batch, Decision, Kept, Kind
from trueup.identity.policy import default_policy
from trueup.identity.register.store import records
from trueup.journey.arrive import claims
from trueup.kit.canonical_json import canonical
from trueup.model.completions import Key, Who
from trueup.model.told import ToldError
from trueup.privacy.actors import actors_of, person_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from trueup.journey.arrive import Shelf
    from trueup.kit.canonical_json import Json
    from trueup.kit.database import Transaction

CONTRACT = "trueup.identity-decisions/1"  # what a batch's digest is over
SOURCE = "identity"
POLICY = "policy"  # who decides what nobody is asked about
DIGEST_BYTES = 32


class NotDecidedError(ToldError):
    """It can't be decided so, and nothing was changed: what, what was expected, what to do."""


@dataclass(frozen=True, slots=True)
class Why:
    """Who decides, when and why; `policy` is the hash of the identity policy in force."""

    by: str
    at: datetime
    reason: str
    policy: str

    @classmethod
    def of_person(cls, by: str, reason: str, at: datetime) -> Why:
        """A person's."""
        return cls(by, at, reason, default_policy().hash)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions that were kept, and how many completions have another person now."""

    decisions: tuple[int, ...]
    moved: int


async def keep(
    shelf: Shelf, both: Transaction, why: Why, decisions: Sequence[Decision], about: UUID | None
) -> list[int]:
    """Keeps decisions as one batch, sealed with the key of whom they are about, and projects the links anew."""
    who = (SOURCE, Who() if about is None else Who(person_id=str(about)))
    actor = (await actors_of(both, shelf.keys, {who}))[who]
    digest = hashlib.sha256(canonical([document(one) for one in decisions])).digest()
    place = Key(SOURCE, digest.hex(), "")
    said = claims(place, digest.hex(), why.at, CONTRACT)
    _, commitment = leaf_of(actor.key.audit_secret, said.record())
    sealed = actor.key.seal(digest + why.reason.encode(), SOURCE.encode())
    batch = Batch(why.by, why.at, why.policy, actor.actor_id, sealed, CONTRACT)
    numbers = await store.keep(both, batch, commitment, decisions)
    await store.project(
        both,
        {one.record_id for one in decisions if one.record_id is not None},
        merges=any(one.kind in {Kind.MERGE, Kind.UNMERGE} for one in decisions),
    )
    return numbers


def document(one: Decision) -> dict[str, Json]:
    """What a batch's digest is over, for each decision."""
    return {
        "kind": one.kind.value,
        "person": str(one.person_id),
        "record": one.record_id,
        "other": None if one.other_id is None else str(one.other_id),
        "undoes": one.undoes,
        "rule": one.rule,
        "evidence": one.evidence,
    }


async def link(shelf: Shelf, record_id: int, person: UUID, why: Why) -> Decided:
    """The record is this person's. Raises NotDecidedError where either is not known."""
    return await _about_record(shelf, record_id, [person], Kind.LINK, why)


async def part(shelf: Shelf, record_id: int, people: Sequence[UUID], why: Why) -> Decided:
    """The record is none of these people's; where it was, it waits again."""
    return await _about_record(shelf, record_id, people, Kind.APART, why)


async def found(shelf: Shelf, record_id: int, person: UUID, why: Why) -> Decided:
    """The record is of a person whom no roster has: `person` is their new id."""
    await _refuse_unknown(shelf, record_id, ())
    async with shelf.database.transaction() as both:
        await store.alone(both)
        await store.note_before(both, [], [record_id])
        numbers = await keep(shelf, both, why, [Decision(Kind.FOUND, person, record_id)], person)
        return Decided(tuple(numbers), await store.reparent(both, numbers[-1]))


async def merge(shelf: Shelf, person: UUID, into: UUID, why: Why) -> Decided:
    """Both are one human: what is of `person` is `into`'s from now on, until it is unmerged."""
    async with shelf.database.transaction() as both:
        await store.alone(both)
        now = await store.surviving(both, [person, into])
        for one in (person, into):
            if one not in now:
                raise NotDecidedError(f"{one}: nobody has this id", "the id of a person", "trueup who VALUE")
        if now[person] == now[into]:
            raise NotDecidedError(
                f"{person}: both are one person already", "two people", "trueup identity history PERSON"
            )
        await store.note_before(both, [now[person], now[into]], [])
        numbers = await keep(shelf, both, why, [Decision(Kind.MERGE, person, other_id=into)], into)
        return Decided(tuple(numbers), await store.reparent(both, numbers[-1]))


async def unmerge(shelf: Shelf, decision_id: int, why: Why) -> Decided:
    """The merge of that number no longer holds: everything is projected as it would be without it."""
    async with shelf.database.transaction() as both:
        await store.alone(both)
        made = await store.named(both, decision_id)
        if made is None or made.decision.kind is not Kind.MERGE:
            raise NotDecidedError(
                f"{decision_id}: no merge has this number", "the number of a merge", "trueup identity history"
            )
        if (undone := await store.undone_by(both, decision_id)) is not None:
            raise NotDecidedError(
                f"{decision_id}: unmerged already, by decision {undone}", "a merge that holds",
                "trueup identity history",
            )  # fmt: skip
        was = made.decision
        assert was.other_id is not None  # noqa: S101 - a merge has both
        stays = (await store.surviving(both, [was.other_id]))[was.other_id]
        await store.note_before(both, [stays], [])
        undo = Decision(Kind.UNMERGE, was.person_id, other_id=was.other_id, undoes=decision_id)
        numbers = await keep(shelf, both, why, [undo], was.other_id)
        return Decided(tuple(numbers), await store.reparent(both, numbers[-1]))


async def replay(shelf: Shelf) -> tuple[str, str]:
    """Drops the links and projects them from the decisions again; the digest of them before and after."""
    async with shelf.database.transaction() as both:
        await store.alone(both)
        before = links_digest(await store.links(both))
        await store.project(both, None, merges=True)
        return before, links_digest(await store.links(both))


def links_digest(lines: Collection[str]) -> str:
    """SHA-256 in hex over the links, in their order."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


async def reasons(shelf: Shelf, kept: Sequence[Kept]) -> dict[int, str | None]:
    """Why each was decided, by its number; None where the person was erased."""
    keys = await person_keys(shelf.database, shelf.keys, {one.batch.actor_id for one in kept})
    told: dict[int, str | None] = {}
    for one in kept:
        key = keys.get(one.batch.actor_id)
        plain = key.opened(one.batch.sealed, SOURCE.encode()) if key else None
        told[one.decision_id] = plain[DIGEST_BYTES:].decode() if plain is not None else None
    return told


async def _about_record(
    shelf: Shelf, record_id: int, people: Sequence[UUID], kind: Kind, why: Why
) -> Decided:
    known = await _refuse_unknown(shelf, record_id, people)
    async with shelf.database.transaction() as both:
        await store.alone(both)
        told = list(dict.fromkeys(known[one] for one in people))
        if kind is Kind.APART:  # from whom it is linked to by name, where that one was merged into these
            was = await store.linked_as(both, record_id)
            if was is not None and was not in told and (await store.surviving(both, [was])).get(was) in told:
                told.append(was)
        await store.note_before(both, told, [record_id])
        decisions = [Decision(kind, one, record_id) for one in told]
        numbers = await keep(shelf, both, why, decisions, told[0])
        return Decided(tuple(numbers), await store.reparent(both, numbers[-1]))


async def _refuse_unknown(shelf: Shelf, record_id: int, people: Sequence[UUID]) -> dict[UUID, UUID]:
    """Who each of these people is after merges."""
    if record_id not in await records(shelf.database, [record_id]):
        raise NotDecidedError(
            f"{record_id}: no record has this number", "a number of the list", "trueup identity conflicts"
        )
    known = await store.surviving(shelf.database, people)
    for one in people:
        if one not in known:
            raise NotDecidedError(f"{one}: nobody has this id", "the id of a person", "trueup who VALUE")
    return known
