"""Whom sources name, each with a number and a key of their own. Knows who counts as the same, not which person it is.

Two texts that differ in anything are two actors here; which of them are one person is decided later, and may be
decided otherwise again. Erasing one is destroying its row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from trueup.privacy import store
from trueup.privacy.keys import PersonKey, WrongKeyError
from trueup.privacy.master_key import MasterKeyError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from trueup.kit.database import Statements
    from trueup.model.completions import Who
    from trueup.privacy.master_key import MasterKeys


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor's number, and the key for all that is kept of them."""

    actor_id: int
    key: PersonKey


async def actors_of(
    database: Statements, keys: MasterKeys, people: Collection[tuple[str, Who]]
) -> dict[tuple[str, Who], Actor]:
    """The actor behind each (source, who), made where there is none yet.

    Who says nothing at all is the nobody of that source: so whatever comes without a name has a key, too.
    Raises MasterKeyError where a key does not open with the master key that it names.
    """
    digests = {one: _digest(*one) for one in people}
    kept = await _kept(database, keys, digests.values())
    missing = {digest: who for (_, who), digest in digests.items() if digest not in kept}
    if missing:
        newest = keys.newest
        new = [
            store.New(who, digest, newest.wrap(PersonKey.generate(), digest), newest.key_id)
            for digest, who in missing.items()
        ]
        await store.add_actors(database, new)
        kept |= await _kept(database, keys, missing)  # another call may have been first
    return {one: kept[digest] for one, digest in digests.items()}


async def known_actors(database: Statements, people: Collection[Who]) -> dict[Who, int]:
    """The numbers of those who are known by name; nobody is made."""
    digests = {_digest("", who): who for who in people if who.named}
    return {digests[row.digest]: row.actor_id for row in await store.actors(database, list(digests))}


async def person_keys(
    database: Statements, keys: MasterKeys, actor_ids: Collection[int]
) -> dict[int, PersonKey]:
    """The keys of actors by their numbers, without those who were erased. Raises MasterKeyError as `actors_of` does."""
    rows = await store.numbered(database, list(actor_ids))
    return {actor.actor_id: actor.key for actor in _unwrapped(keys, rows).values()}


async def names_of(database: Statements, actor_ids: Collection[int]) -> dict[int, Who]:
    """Whom sources named, by their numbers, without those who were erased."""
    return await store.names(database, list(actor_ids))


async def _kept(
    database: Statements, keys: MasterKeys, digests: Collection[bytes] | Mapping[bytes, object]
) -> dict[bytes, Actor]:
    return _unwrapped(keys, await store.actors(database, list(dict.fromkeys(digests))))


def _unwrapped(keys: MasterKeys, rows: Iterable[store.Kept]) -> dict[bytes, Actor]:
    found = {}
    for row in rows:
        try:
            key = keys.named(row.master_key_id).unwrapped(row.wrapped_key, row.digest)
        except WrongKeyError as error:
            raise MasterKeyError(
                f"the key of actor {row.actor_id} does not open with the master key {row.master_key_id}",
                "a row as trueup wrote it",
                "restore the table actor from a backup: it was changed by something else",
            ) from error
        found[row.digest] = Actor(row.actor_id, key)
    return found


def _digest(source: str, who: Who) -> bytes:
    """What two rows are told apart by: SHA-256 over the names; over the source where there is none."""
    names: list[str | None] = [who.issuer, who.name, who.employee_number, who.person_id, who.email]
    return hashlib.sha256(msgspec.json.encode(names if who.named else [source])).digest()
