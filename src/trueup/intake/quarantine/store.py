"""The statements about what waits in quarantine and what was decided of it. Knows the tables, no cipher and no rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from trueup.model.completions import Fault, Key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from trueup.kit.database import Statements


class Settled(StrEnum):
    """What was decided of something."""

    RELEASED = "released"  # it became a completion
    DISCARDED = "discarded"  # it never will


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, its text still sealed with the key of `actor_id`."""

    statement_id: int
    outcome: Settled
    decided_by: str
    decided_at: datetime
    actor_id: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """Something in quarantine. It waits while `released_at` is None; `released_by` is "resend" or "decision"."""

    statement_id: int
    key: Key
    actor_id: int
    sealed: bytes
    raw_kept: bool
    fault: Fault
    owner: str
    origin: str | None
    ways: str | None  # how the file that it came from writes its times
    dropped: tuple[str, ...]
    door: str
    contract: str
    received_at: datetime
    released_at: datetime | None
    released_by: str | None
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None is anything."""

    code: str | None = None
    source: str | None = None
    owner: str | None = None
    settled: bool = False  # what waits no more, too


@dataclass(frozen=True, slots=True)
class New:
    """A decision to be kept, with its audit leaf."""

    quarantine_id: int
    outcome: Settled
    decided_by: str
    decided_at: datetime
    actor_id: int
    sealed: bytes
    contract: str
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of one fault wait, and since when the one that waits longest."""

    code: str
    owner: str
    count: int
    since: datetime


async def items(database: Statements, wanted: Wanted, most: int) -> list[Item]:
    """Up to `most` of those that are wanted, in the order in which they came."""
    rows = await database.rows(
        _ITEMS
        + """ WHERE ($1::text IS NULL OR q.code = $1) AND ($2::text IS NULL OR q.source = $2)
                AND ($3::text IS NULL OR q.owner = $3) AND ($4 OR q.released_at IS NULL)
              ORDER BY q.statement_id LIMIT $5""",
        wanted.code,
        wanted.source,
        wanted.owner,
        wanted.settled,
        most,
    )
    return [_item(row) for row in rows]


async def item(database: Statements, statement_id: int) -> Item | None:
    """The one of that number, settled or not."""
    row = await database.row(_ITEMS + " WHERE q.statement_id = $1", statement_id)
    return _item(row) if row else None


async def waiting(database: Statements, wanted: Wanted) -> Sequence[Waiting]:
    """What waits, counted by fault; most first."""
    rows = await database.rows(
        """SELECT code, owner, count(*) AS count, min(received_at) AS since FROM quarantine
           WHERE released_at IS NULL AND ($1::text IS NULL OR code = $1) AND ($2::text IS NULL OR source = $2)
             AND ($3::text IS NULL OR owner = $3)
           GROUP BY code, owner ORDER BY count DESC, code""",
        wanted.code,
        wanted.source,
        wanted.owner,
    )
    return [Waiting(**row) for row in rows]


async def keep(transaction: Statements, new: New) -> int | None:
    """Keep a decision with its leaf; its number, None where something was decided of it before."""
    return await _number(transaction, _KEEP, new)


async def discard(database: Statements, new: New) -> int | None:
    """End the wait of one and keep the decision with its leaf, at once; None where it waits no more."""
    return await _number(database, _DISCARD, new)


async def _number(database: Statements, statement: str, new: New) -> int | None:
    found: int | None = await database.value(
        statement,
        new.quarantine_id,
        new.outcome.value,
        new.decided_by,
        new.decided_at,
        new.actor_id,
        new.sealed,
        new.contract,
        new.commitment,
    )
    return found


def _item(row: Mapping[str, Any]) -> Item:
    same = (
        "statement_id", "actor_id", "sealed", "raw_kept", "owner", "origin", "ways", "door", "contract", "received_at",
        "released_at", "released_by",
    )  # fmt: skip  # a list
    decided = None
    if row["decision_id"] is not None:
        decided = Decided(
            row["decision_id"],
            Settled(row["outcome"]),
            row["decided_by"],
            row["decided_at"],
            row["decision_actor_id"],
            row["decision_sealed"],
        )
    return Item(
        key=Key(row["source"], row["record_id"], row["revision"]),
        fault=Fault(row["code"], row["pointer"], row["expected"], row["actual"]),
        dropped=tuple(row["dropped"]),
        decided=decided,
        **{name: row[name] for name in same},
    )


_ITEMS = """SELECT q.*, d.statement_id AS decision_id, d.outcome, d.decided_by, d.decided_at,
                   d.actor_id AS decision_actor_id, d.sealed AS decision_sealed
            FROM quarantine q LEFT JOIN decision d ON d.quarantine_id = q.statement_id"""
_LEAF = """
leaf AS (INSERT INTO audit_pending (statement_id, commitment) SELECT statement_id, $8 FROM made)
SELECT statement_id FROM made"""
_COLUMNS = "quarantine_id, outcome, decided_by, decided_at, actor_id, sealed, contract"
_KEEP = f"""WITH made AS (
    INSERT INTO decision ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (quarantine_id) DO NOTHING RETURNING statement_id),{_LEAF}"""  # noqa: S608 - names of this module
_DISCARD = f"""WITH ended AS (
    UPDATE quarantine SET released_at = $4, released_by = 'decision'
    WHERE statement_id = $1 AND released_at IS NULL RETURNING statement_id),
made AS (
    INSERT INTO decision ({_COLUMNS}) SELECT statement_id, $2, $3, $4, $5, $6, $7 FROM ended
    ON CONFLICT (quarantine_id) DO NOTHING RETURNING statement_id),{_LEAF}"""  # noqa: S608 - names of this module
