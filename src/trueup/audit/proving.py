"""Proofs from the stored log: which tiles a proof needs is asked first, then they are read at once. Knows no door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from trueup.audit import store
from trueup.audit.export import begin, finish, put_opened, put_tile
from trueup.audit.merkle import consistency_proof, inclusion_proof
from trueup.audit.problem import BrokenLogError
from trueup.audit.receipt import Receipt, prove
from trueup.audit.tiles import Tile, subtree_from_tiles, tiles_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from trueup.audit.export import Opened
    from trueup.audit.merkle import Subtree
    from trueup.kit.database import Statements

READ_AT_ONCE = 64  # tiles of an export in one query, about half a mebibyte


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof and the head that it leads to."""

    checkpoint: str  # C2SP tlog-checkpoint
    size: int  # leaves of that head
    hashes: tuple[bytes, ...]


class NoLogError(ValueError):
    """The log was not begun yet: nothing was ever sequenced."""


async def checkpoint(database: Statements) -> str:
    """The head in force, as a note. NoLogError where there is none."""
    return (await _head(database)).note


async def tile(database: Statements, wanted: Tile) -> bytes | None:
    """The bytes of a tile or bundle; None where the log is not that far."""
    return (await store.tiles(database, [wanted])).get(wanted)


async def inclusion(database: Statements, leaf_index: int) -> Proven:
    """That the leaf is in the log as it is now. NoProofError where there is no such leaf, NoLogError."""
    head = await _head(database)
    return await _proven(database, head, lambda subtree: inclusion_proof(leaf_index, head.size, subtree))


async def consistency(database: Statements, old_size: int) -> Proven:
    """That the log began with the leaves it had then. NoProofError where it never was of that size, NoLogError."""
    head = await _head(database)
    return await _proven(database, head, lambda subtree: consistency_proof(old_size, head.size, subtree))


async def completed(database: Statements, statement_id: int, receipt: Receipt) -> Receipt:
    """The receipt of a statement with its proof, or as it was while the statement waits for its place."""
    index = await store.leaf_of(database, statement_id)
    if index is None:
        return receipt
    found = await inclusion(database, index)
    return prove(receipt, index, found.checkpoint, found.hashes)


Opening: TypeAlias = "Callable[[int], AsyncIterator[Sequence[Opened]]]"
"""The records of the leaves below that one, some at a time."""


async def exported(database: Statements, directory: Path, opening: Opening | None = None) -> store.Head:
    """The log as it is now, written to a new or empty directory (C2SP tlog-tiles); the head that was written.

    With `opening`, its records too. NoLogError, NotEmptyError, BrokenLogError. OSError as it comes.
    """
    head = await _head(database)
    begin(directory)
    wanted = list(tiles_of(head.size))
    for at in range(0, len(wanted), READ_AT_ONCE):
        some = wanted[at : at + READ_AT_ONCE]
        found = await store.tiles(database, some)
        for one in some:
            put_tile(directory, one, _there(found, one))
    if opening is not None:
        async for opened in opening(head.size):
            put_opened(directory, opened)
    finish(directory, head.note, head.verifier_keys)
    return head


async def _head(database: Statements) -> store.Head:
    head = await store.head(database)
    if head is None:
        raise NoLogError(
            "the log was not begun yet: nothing was ever sequenced (trueup audit sequence does it)"
        )
    return head


async def _proven(database: Statements, head: store.Head, proof: Callable[[Subtree], list[bytes]]) -> Proven:
    """The proof from the tiles of that head. They only grow, so that a later reading has what it needs."""
    needed: set[Tile] = set()

    def noted(one: Tile) -> bytes:
        needed.add(one)
        return bytes(one.size)  # which tiles are asked for does not depend on what is in them

    proof(subtree_from_tiles(head.size, noted))
    found = await store.tiles(database, sorted(needed))
    hashes = proof(subtree_from_tiles(head.size, lambda one: _there(found, one)))
    return Proven(head.note, head.size, tuple(hashes))


def _there(found: dict[Tile, bytes], one: Tile) -> bytes:
    if one not in found:
        raise BrokenLogError(
            f"{one.path} is not stored as wide as it was signed: the tables were changed by hand"
        )
    return found[one]
