"""The statements by which what arrives is kept, exactly once. Knows the tables of 0001, no cipher and no rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.model.completions import Key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from trueup.kit.database import Statements
    from trueup.model.completions import Completion, Fault, Score
    from trueup.model.instants import Instant

_BETWEEN = "\x1f"  # between the members of a list: no array of arrays goes through unnest


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an event whatever becomes of it."""

    key: Key
    actor_id: int
    fingerprint: bytes
    sealed: bytes
    raw_kept: bool
    dropped: tuple[str, ...]
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that is taken: our reading of it, and whom to deliver it to."""

    kept: Kept
    completion: Completion
    targets: tuple[str, ...]
    due_at: datetime  # until when it has to be there
    urgent: bool


@dataclass(frozen=True, slots=True)
class Held:
    """An event that can't be settled, and why. Where it came from a file: its line, and how the file writes times."""

    kept: Kept
    fault: Fault
    origin: str | None
    ways: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What stands under a key, and the contract it was read by. `erased`: its actor was erased since."""

    statement_id: int
    actor_id: int
    fingerprint: bytes
    received_at: datetime
    contract: str
    erased: bool = False
    decided: bool = False  # somebody decided what becomes of it


@dataclass(frozen=True, slots=True)
class Settling:
    """What ends the wait of what came under a key before: a resend that is right, or a decision; and when."""

    by: str
    at: datetime


async def take(
    database: Statements,
    arrivals: Sequence[Arrival],
    door: str,
    contract: str,
    received_at: datetime,
    *,
    settling: Settling | None = None,
) -> dict[Key, int]:
    """Keep those whose key is new, in one statement with all that follows from it; answers their numbers by key.

    With each: its audit leaf, a delivery due for each of its targets, and the end of the quarantine of what came
    under its key before (by `settling`, a resend now unless it says otherwise). The keys must differ from one another. They are written in one order, so that two calls
    with the same keys never wait for each other in a circle.
    """
    ordered = sorted(arrivals, key=lambda one: _order(one.kept.key))
    settling = settling or Settling("resend", received_at)
    rows = await database.rows(
        _TAKE,
        *_kept_columns([one.kept for one in ordered]),
        *_reading_columns(ordered),
        door,
        contract,
        received_at,
        settling.at,
        settling.by,
    )
    return {Key(row["source"], row["record_id"], row["revision"]): row["statement_id"] for row in rows}


async def hold(
    database: Statements, held: Sequence[Held], door: str, contract: str, received_at: datetime
) -> dict[tuple[Key, bytes], int]:
    """Put those into quarantine that are not in it yet, and whose key nothing stands under.

    Answers the numbers of those put in, by key and fingerprint; of several that are the same, the first is put in.
    """
    first = {(one.kept.key, one.kept.fingerprint): one for one in reversed(held)}
    ordered = sorted(first.values(), key=lambda one: (_order(one.kept.key), one.kept.fingerprint))
    rows = await database.rows(
        _HOLD,
        *_kept_columns([one.kept for one in ordered]),
        [one.fault.code for one in ordered],
        [one.fault.pointer for one in ordered],
        [one.fault.expected for one in ordered],
        [one.fault.actual for one in ordered],
        [one.fault.owner for one in ordered],
        [one.origin for one in ordered],
        [one.ways for one in ordered],
        door,
        contract,
        received_at,
    )
    return {
        (Key(row["source"], row["record_id"], row["revision"]), row["fingerprint"]): row["statement_id"]
        for row in rows
    }


async def known(database: Statements, keys: Sequence[Key]) -> dict[Key, Known]:
    """What stands under each of the keys, of those that there is something under."""
    rows = await database.rows(
        """SELECT c.source, c.record_id, c.revision, c.statement_id, c.actor_id, c.fingerprint, c.received_at, c.contract,
                  NOT EXISTS (SELECT FROM actor a WHERE a.actor_id = c.actor_id) AS erased
           FROM completion c JOIN unnest($1::text[], $2::text[], $3::text[]) AS k (source, record_id, revision)
                USING (source, record_id, revision)""",
        *_key_columns(keys),
    )
    return {
        Key(row["source"], row["record_id"], row["revision"]): Known(
            row["statement_id"],
            row["actor_id"],
            row["fingerprint"],
            row["received_at"],
            row["contract"],
            row["erased"],
        )
        for row in rows
    }


async def held_before(database: Statements, keys: Sequence[Key]) -> dict[tuple[Key, bytes], Known]:
    """What is, or was, in quarantine under each of the keys, by key and fingerprint."""
    rows = await database.rows(
        """SELECT q.source, q.record_id, q.revision, q.statement_id, q.actor_id, q.fingerprint, q.received_at,
                  q.contract,
                  EXISTS (SELECT FROM decision d WHERE d.quarantine_id = q.statement_id) AS decided
           FROM quarantine q JOIN unnest($1::text[], $2::text[], $3::text[]) AS k (source, record_id, revision)
                USING (source, record_id, revision)""",
        *_key_columns(keys),
    )
    return {
        (Key(row["source"], row["record_id"], row["revision"]), row["fingerprint"]): Known(
            row["statement_id"],
            row["actor_id"],
            row["fingerprint"],
            row["received_at"],
            row["contract"],
            decided=row["decided"],
        )
        for row in rows
    }


def _order(key: Key) -> tuple[str, str, str]:
    return key.source, key.record_id, key.revision


def _key_columns(keys: Sequence[Key]) -> tuple[list[str], list[str], list[str]]:
    return [key.source for key in keys], [key.record_id for key in keys], [key.revision for key in keys]


def _kept_columns(kept: Sequence[Kept]) -> list[Sequence[object]]:
    """The first columns of both tables, in the order of _KEPT."""
    return [
        *_key_columns([one.key for one in kept]),
        [one.actor_id for one in kept],
        [one.fingerprint for one in kept],
        [one.sealed for one in kept],
        [one.raw_kept for one in kept],
        [_joined(one.dropped) for one in kept],
        [one.commitment for one in kept],
    ]


def _reading_columns(arrivals: Sequence[Arrival]) -> list[Sequence[object]]:
    """The columns of our reading, in the order of _READING."""
    read = [one.completion for one in arrivals]
    scores = [one.score for one in read]
    return [
        [one.course_id for one in read],
        [one.attempt for one in read],
        [one.status.value for one in read],
        *_instant_columns([one.occurred for one in read]),
        *_instant_columns([one.recorded for one in read]),
        *_score_columns(scores),
        [_joined(one.tags) for one in read],
        [_joined(one.targets) for one in arrivals],
        [one.due_at for one in arrivals],
        [one.urgent for one in arrivals],
    ]


def _instant_columns(instants: Sequence[Instant | None]) -> list[Sequence[object]]:
    names = ("at", "until", "raw", "offset_minutes", "zone", "precision", "rule")
    return [[getattr(one, name) if one else None for one in instants] for name in names]


def _score_columns(scores: Sequence[Score | None]) -> list[Sequence[object]]:
    """Numbers go as text, so that each keeps its digits."""
    numbers = [
        [None if one is None or (value := getattr(one, name)) is None else str(value) for one in scores]
        for name in ("raw", "low", "high")
    ]
    return [
        *numbers,
        [one.scale if one else None for one in scores],
        [one.scale_version if one else None for one in scores],
    ]


def _joined(texts: Sequence[str]) -> str | None:
    return _BETWEEN.join(texts) if texts else None


_KEPT = {
    "source": "text", "record_id": "text", "revision": "text", "actor_id": "bigint", "fingerprint": "bytea",
    "sealed": "bytea", "raw_kept": "boolean", "dropped": "text", "commitment": "bytea",
}  # fmt: skip  # a table
_MOMENT = {
    "at": "timestamptz", "until": "timestamptz", "raw": "text", "offset_minutes": "integer", "zone": "text",
    "precision": "text", "rule": "text",
}  # fmt: skip  # a table
_READING = {
    "course_id": "text", "attempt": "text", "status": "text",
    **{f"occurred_{name}": kind for name, kind in _MOMENT.items()},
    **{f"recorded_{name}": kind for name, kind in _MOMENT.items()},
    "score": "text", "score_min": "text", "score_max": "text", "scale": "text", "scale_version": "text",
    "tags": "text", "targets": "text", "due_at": "timestamptz", "urgent": "boolean",
}  # fmt: skip  # a table
_FAULT = {
    "code": "text", "pointer": "text", "expected": "text", "actual": "text", "owner": "text", "origin": "text",
    "ways": "text",
}  # fmt: skip  # a table


def _incoming(columns: dict[str, str]) -> str:
    """The rows of a batch, one parameter a column; and the three that follow: door, contract, received_at."""
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(columns.values(), 1))
    return f"SELECT * FROM unnest({arrays}) AS i ({', '.join(columns)})"  # noqa: S608 - names and types of this module, never a value


def _columns(columns: dict[str, str], made: dict[str, str]) -> tuple[str, str]:
    """The columns to write and what each is made of; three parameters after the arrays are the same in all rows."""
    rest = {
        "door": f"${len(columns) + 1}",
        "contract": f"${len(columns) + 2}",
        "received_at": f"${len(columns) + 3}",
    }
    written = {name: made.get(name, f"i.{name}") for name in columns if name not in _NOT_OURS} | rest
    return ", ".join(written), ", ".join(written.values())


_NOT_OURS = {"commitment", "targets", "due_at", "urgent"}  # of other tables
_LIST = "coalesce(string_to_array(i.{}, E'\\x1f'), '{{}}')"
_MADE = {
    "dropped": _LIST.format("dropped"),
    "tags": _LIST.format("tags"),
    "score": "i.score::numeric",
    "score_min": "i.score_min::numeric",
    "score_max": "i.score_max::numeric",
}
_LEAVES = """leaves AS (
    INSERT INTO audit_pending (statement_id, commitment)
    SELECT n.statement_id, i.commitment FROM new n JOIN incoming i USING ({key}))"""
_KEY = "source, record_id, revision"


def _take() -> str:
    columns = _KEPT | _READING
    names, values = _columns(columns, _MADE)
    settled_at, settled_by = f"${len(columns) + 4}", f"${len(columns) + 5}"
    return f"""
WITH incoming AS MATERIALIZED ({_incoming(columns)}),
new AS (
    INSERT INTO completion ({names}) SELECT {values} FROM incoming i
    ON CONFLICT ({_KEY}) DO NOTHING RETURNING statement_id, {_KEY}),
{_LEAVES.format(key=_KEY)},
due AS (
    INSERT INTO outbox (statement_id, target, due_at, urgent)
    SELECT n.statement_id, t.target, i.due_at, i.urgent
    FROM new n JOIN incoming i USING ({_KEY}) CROSS JOIN unnest(string_to_array(i.targets, E'\\x1f')) AS t (target)
    ON CONFLICT DO NOTHING),
released AS (
    UPDATE quarantine q SET released_at = {settled_at}, released_by = {settled_by}
    FROM new n WHERE (q.source, q.record_id, q.revision) = (n.source, n.record_id, n.revision) AND q.released_at IS NULL)
SELECT statement_id, {_KEY} FROM new"""  # noqa: S608 - names of this module, never a value


def _hold() -> str:
    columns = _KEPT | _FAULT
    names, values = _columns(columns, _MADE)
    return f"""
WITH incoming AS MATERIALIZED ({_incoming(columns)}),
new AS (
    INSERT INTO quarantine ({names}) SELECT {values} FROM incoming i
    WHERE NOT EXISTS (SELECT FROM completion c
                      WHERE (c.source, c.record_id, c.revision) = (i.source, i.record_id, i.revision))
    ON CONFLICT DO NOTHING RETURNING statement_id, {_KEY}, fingerprint),
{_LEAVES.format(key=f"{_KEY}, fingerprint")}
SELECT statement_id, {_KEY}, fingerprint FROM new"""  # noqa: S608 - names of this module, never a value


_TAKE = _take()
_HOLD = _hold()
