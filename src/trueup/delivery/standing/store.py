"""The statements about what each target holds of each record, and what else of it is on its way. Knows no call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from trueup.kit.database import Statements, Transaction


@dataclass(frozen=True, slots=True)
class Standing:
    """What a target holds of a record."""

    source: str
    record_id: str
    remote_id: str | None  # None: as it was; "": not known any more
    statement_id: int
    digest: bytes
    gone: bool = False
    seen: bool = False
    replaces: int | None = None  # the revision that it had before, until this one was seen


@dataclass(frozen=True, slots=True)
class Sibling:
    """What else is on its way to the target, or stands there, of a statement's record."""

    statement_id: int
    latest: int  # the last revision of the record that came
    in_flight: int | None  # another revision that may be there already: it has to be looked up first
    standing: Standing | None


async def siblings(database: Statements, target: str, statements: Sequence[int]) -> dict[int, Sibling]:
    """By statement: which revision of its record is the last, which is on its way, and which stands."""
    rows = await database.rows(
        """SELECT c.statement_id, k.latest, k.in_flight, s.source, s.record_id, s.remote_id, s.statement_id AS has, s.digest,
             s.gone, s.seen_at, s.replaces
           FROM completion c
           CROSS JOIN LATERAL (
             SELECT max(l.statement_id) AS latest,
                    max(l.statement_id) FILTER (WHERE l.statement_id <> c.statement_id
                      AND o.state IN ('sent', 'accepted') AND o.run_at < 'infinity') AS in_flight
             FROM completion l JOIN outbox o ON o.statement_id = l.statement_id AND o.target = $1
             WHERE l.source = c.source AND l.record_id = c.record_id) k
           LEFT JOIN LATERAL (
             SELECT * FROM standing s WHERE s.target = $1 AND s.source = c.source AND s.record_id = c.record_id LIMIT 1
           ) s ON true
           WHERE c.statement_id = ANY($2::bigint[])""",
        target,
        list(statements),
    )
    return {
        row["statement_id"]: Sibling(
            row["statement_id"],
            row["latest"] or row["statement_id"],
            row["in_flight"],
            None
            if row["has"] is None
            else Standing(
                row["source"],
                row["record_id"],
                row["remote_id"],
                row["has"],
                row["digest"],
                row["gone"],
                row["seen_at"] is not None,
                row["replaces"],
            ),
        )
        for row in rows
    }


async def keep(
    transaction: Transaction, target: str, stands: Mapping[int, Standing], held: Collection[int]
) -> None:
    """What the target holds from now on, by the delivery that brought it there; of those that were settled (`held`)."""
    mine = {(one.source, one.record_id): one for number, one in sorted(stands.items()) if number in held}
    if mine:
        await _keep(transaction, target, list(mine.values()))


async def lost(
    transaction: Transaction, target: str, statements: Collection[int], gone: Collection[int]
) -> None:
    """What these brought there is not as it was told; of `gone` there is nothing."""
    await transaction.run(
        """UPDATE standing SET digest = '', gone = gone OR statement_id = ANY($3::bigint[])
           WHERE target = $1 AND statement_id = ANY($2::bigint[])""",
        target,
        list(statements),
        list(gone),
    )


async def _keep(transaction: Transaction, target: str, stands: Sequence[Standing]) -> None:
    await transaction.run(
        """INSERT INTO standing (target, source, record_id, remote_id, statement_id, digest, gone, seen_at, replaces, changed_at)
           SELECT $1, s.source, s.record_id, s.remote_id, s.statement_id, s.digest, s.gone,
                  CASE WHEN s.seen THEN clock_timestamp() END, s.replaces, clock_timestamp()
           FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::boolean[], $8::boolean[], $9::bigint[])
             AS s (source, record_id, remote_id, statement_id, digest, gone, seen, replaces)
           ON CONFLICT (target, source, record_id) DO UPDATE SET
             remote_id = nullif(coalesce(excluded.remote_id, standing.remote_id), ''),
             statement_id = excluded.statement_id, digest = excluded.digest, gone = excluded.gone,
             seen_at = excluded.seen_at, replaces = excluded.replaces, changed_at = excluded.changed_at""",
        target,
        [one.source for one in stands],
        [one.record_id for one in stands],
        [one.remote_id for one in stands],
        [one.statement_id for one in stands],
        [one.digest for one in stands],
        [one.gone for one in stands],
        [one.seen for one in stands],
        [one.replaces for one in stands],
    )
