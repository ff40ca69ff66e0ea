"""Gives what waits its place in the log: one batch a transaction, one sequencer at a time, any number of processes.

A killed sequencer loses nothing: its batch waits again, and no head that was not committed was ever shown.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.audit import store
from trueup.audit.checkpoint import Checkpoint, opened, signed
from trueup.audit.growth import grown
from trueup.audit.problem import BrokenLogError
from trueup.audit.tiles import ENTRIES, WIDTH, edge_of, hashes_in, root_of_edge, tile_at
from trueup.kit.database import UnavailableError
from trueup.kit.signed_note import UnsignedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trueup.audit.tiles import Tile
    from trueup.kit.database import Database, Transaction
    from trueup.kit.signing import SigningKey

BATCH = 4096  # leaves in one transaction: 16 tiles
PAUSE = 0.2  # seconds between two looks at what waits: a proof is there within one second
PAUSE_AFTER_TROUBLE = 2.0  # seconds, when the database could not be reached


class NotThisLogError(ValueError):
    """The keys are not those of the log in the database."""


@dataclass(frozen=True, slots=True)
class Sequenced:
    """One batch: how many leaves got their place, how many there are now."""

    added: int
    size: int


async def sequence(database: Database, keys: Sequence[SigningKey], *, most: int = BATCH) -> Sequenced | None:
    """Give up to `most` waiting commitments their place, and sign the new head with each key.

    None where another sequencer is at work. The first call begins the log, under the first key's name as its origin.
    NotThisLogError where the log is of other keys, BrokenLogError where what is stored is not what was signed,
    UnavailableError where the database can't be reached.
    """
    origin = keys[0].name
    async with database.transaction() as transaction:
        if not await store.lock_sequencer(transaction):
            return None
        before = await store.head(transaction)
        size = before.size if before else 0
        edge = await _edge(transaction, size)
        if before is not None:
            _recognised(before, edge, keys)
        taken = await store.take_waiting(transaction, most)
        if not taken and before is not None and before.verifier_keys == _verifier_keys(keys):
            return Sequenced(0, size)
        growth = grown(size, edge, [one.commitment for one in taken])
        await store.put_tiles(transaction, growth.tiles)
        await store.put_leaves(transaction, [one.statement_id for one in taken], size)
        note = signed(Checkpoint(origin, growth.size, growth.root), keys)
        await store.put_head(transaction, store.Head(origin, growth.size, note, _verifier_keys(keys)))
    return Sequenced(len(taken), growth.size)


async def in_step(database: Database, keys: Sequence[SigningKey]) -> int | None:
    """How many leaves the log has, None before it was begun: the head in force is of these keys and these tiles.

    Raises NotThisLogError and BrokenLogError as `sequence` does, before it would give out another place.
    """
    async with database.transaction() as transaction:
        before = await store.head(transaction)
        if before is None:
            return None
        if not keys:
            raise NotThisLogError(f"the log in this database is {before.origin}, and there is no key")
        _recognised(before, await _edge(transaction, before.size), keys)
        return before.size


async def sequence_all(database: Database, keys: Sequence[SigningKey]) -> Sequenced | None:
    """Sequence until nothing waits; what was added in all. None where another sequencer is at work."""
    added = 0
    while True:
        done = await sequence(database, keys)
        if done is None:
            return None
        added += done.added
        if done.added < BATCH:
            return Sequenced(added, done.size)


async def keep_sequencing(
    database: Database,
    keys: Sequence[SigningKey],
    stop: asyncio.Event,
    *,
    said: Callable[[str, dict[str, int]], None] = lambda _event, _figures: None,
) -> None:
    """Sequence until `stop` is set. The database may go away and come back; anything else rises.

    `said` hears "audit.sequenced" with figures after each batch, and "audit.unavailable" when there is no database.
    """
    while not stop.is_set():
        pause = PAUSE
        try:
            done = await sequence(database, keys)
        except UnavailableError:
            said("audit.unavailable", {})
            pause = PAUSE_AFTER_TROUBLE
        else:
            if done is not None and done.added:
                said("audit.sequenced", {"added": done.added, "size": done.size})
                pause = 0.0 if done.added == BATCH else PAUSE
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def _edge(transaction: Transaction, size: int) -> dict[int, bytes]:
    """The partial tiles and the partial bundle of the log of that size, by level."""
    bundle = [tile_at(ENTRIES, size // WIDTH, size)] if size % WIDTH else []
    wanted: list[Tile] = bundle + edge_of(size)
    found = await store.tiles(transaction, wanted)
    if missing := [tile.path for tile in wanted if tile not in found]:
        raise _broken(f"{missing[0]} is not stored as wide as it was signed")
    return {tile.level: data for tile, data in found.items()}


def _recognised(before: store.Head, edge: Mapping[int, bytes], keys: Sequence[SigningKey]) -> None:
    """See that the head in force is of these keys and of these tiles: no log signs two histories (tlog-checkpoint)."""
    if before.origin != keys[0].name:
        raise NotThisLogError(f"the log in this database is {before.origin}, the key is of {keys[0].name}")
    try:
        head, _ = opened(before.note.encode(), [key.verifier for key in keys])
    except UnsignedError as error:
        raise NotThisLogError(
            f"none of the keys signed the head in force ({error}): put the key that did below the new one, sequence "
            "once, then retire it"
        ) from error
    tiles = edge_of(before.size)
    if (head.size, head.root) != (
        before.size,
        root_of_edge(tiles, [h for t in tiles for h in hashes_in(edge[t.level])]),
    ):
        raise _broken("the tiles do not add up to the signed head")


def _broken(what: str) -> BrokenLogError:
    return BrokenLogError(
        f"{what}: the tables were changed by hand. Export the log and verify it; restore a backup, and go on under a "
        "new origin where checkpoints of later are known to others"
    )


def _verifier_keys(keys: Sequence[SigningKey]) -> str:
    return "".join(f"{key.verifier}\n" for key in keys)
