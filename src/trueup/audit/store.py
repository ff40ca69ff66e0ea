"""The statements of the audit log: what waits, tiles, leaves, the head. Knows no hash and no key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.audit.tiles import Tile
    from trueup.kit.database import Statements, Transaction

_LOCK = 0x6C656166  # the advisory lock of whoever sequences: "leaf"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A commitment that has no place in the log yet."""

    statement_id: int
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """The place of a statement's commitment."""

    statement_id: int
    leaf_index: int


@dataclass(frozen=True, slots=True)
class Head:
    """The head in force."""

    origin: str
    size: int  # leaves
    note: str
    verifier_keys: str  # one a line


async def lock_sequencer(transaction: Transaction) -> bool:
    """Whether this transaction may sequence: nobody else does until it ends."""
    return bool(await transaction.value("SELECT pg_try_advisory_xact_lock($1)", _LOCK))


async def take_waiting(transaction: Transaction, most: int) -> list[Waiting]:
    """Up to `most` commitments that wait, longest first; they wait no more once the transaction is committed."""
    rows = await transaction.rows(
        """WITH taken AS (
             DELETE FROM audit_pending
             WHERE pending_id = ANY(ARRAY(SELECT pending_id FROM audit_pending ORDER BY pending_id LIMIT $1))
             RETURNING pending_id, statement_id, commitment)
           SELECT statement_id, commitment FROM taken ORDER BY pending_id""",
        most,
    )
    return [Waiting(row["statement_id"], row["commitment"]) for row in rows]


async def waiting(database: Statements) -> int:
    """How many commitments have no place yet."""
    return int(await database.value("SELECT count(*) FROM audit_pending"))


async def longest_waiting(database: Statements) -> int | None:
    """Which commitment waits longest; None where none does."""
    found: int | None = await database.value("SELECT min(pending_id) FROM audit_pending")
    return found


async def head(database: Statements) -> Head | None:
    """The head in force; None before the log was begun."""
    row = await database.row("SELECT origin, size, note, verifier_keys FROM audit_head")
    return Head(**row) if row else None


async def put_head(transaction: Transaction, new: Head) -> None:
    """Put the head in force. The database refuses one of another origin, or of fewer leaves."""
    await transaction.run(
        """INSERT INTO audit_head (origin, size, note, verifier_keys) VALUES ($1, $2, $3, $4)
           ON CONFLICT (one) DO UPDATE SET origin = excluded.origin, size = excluded.size, note = excluded.note,
             verifier_keys = excluded.verifier_keys, signed_at = now()""",
        new.origin,
        new.size,
        new.note,
        new.verifier_keys,
    )


async def put_tiles(transaction: Transaction, grown: Sequence[tuple[Tile, bytes]]) -> None:
    """Keep tiles that are new or wider. The database refuses one that does not begin as it was."""
    await transaction.run(
        """INSERT INTO audit_tile (level, tile_index, data)
           SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
           ON CONFLICT (level, tile_index) DO UPDATE SET data = excluded.data""",
        [tile.level for tile, _ in grown],
        [tile.index for tile, _ in grown],
        [data for _, data in grown],
    )


async def put_leaves(transaction: Transaction, statement_ids: Sequence[int], first: int) -> None:
    """Keep the places of these statements, from leaf `first` on."""
    await transaction.run(
        """INSERT INTO audit_leaf (statement_id, leaf_index)
           SELECT statement_id, $2 + place - 1 FROM unnest($1::bigint[]) WITH ORDINALITY AS t (statement_id, place)""",
        statement_ids,
        first,
    )


async def tiles(database: Statements, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
    """The bytes of each of these tiles that there is, as narrow as it was asked for."""
    rows = await database.rows(
        """SELECT level, tile_index, data FROM audit_tile
           JOIN unnest($1::smallint[], $2::bigint[]) AS t (level, tile_index) USING (level, tile_index)""",
        [tile.level for tile in wanted],
        [tile.index for tile in wanted],
    )
    held = {(row["level"], row["tile_index"]): row["data"] for row in rows}
    found = {tile: held.get((tile.level, tile.index), b"")[: tile.size] for tile in wanted}
    return {tile: data for tile, data in found.items() if len(data) == tile.size}


async def leaves(database: Statements, after: Leaf, most: int) -> list[Leaf]:
    """Up to `most` leaves in the order of their statements, those behind `after`."""
    rows = await database.rows(
        """SELECT statement_id, leaf_index FROM audit_leaf WHERE (statement_id, leaf_index) > ($1, $2)
           ORDER BY statement_id, leaf_index LIMIT $3""",
        after.statement_id,
        after.leaf_index,
        most,
    )
    return [Leaf(**row) for row in rows]


async def leaf_of(database: Statements, statement_id: int) -> int | None:
    """The place of a statement's commitment, the first where it has several; None while it waits."""
    found = await database.value(
        "SELECT min(leaf_index) FROM audit_leaf WHERE statement_id = $1", statement_id
    )
    return None if found is None else int(found)
