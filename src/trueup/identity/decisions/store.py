"""The statements about decisions of whose record is whose, and about the links projected from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from trueup.identity.decisions.uniting import united

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from trueup.kit.database import Statements, Transaction

DECIDING = 7_306_002  # the advisory lock of whoever decides


class Kind(StrEnum):
    """What is decided."""

    FOUND = "found"  # the record is of a person not known before
    LINK = "link"  # the record is this person's
    APART = "apart"  # the record is not this person's
    MERGE = "merge"  # the person is the same as the other
    UNMERGE = "unmerge"  # that merge no longer holds


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `rule` is the tier or gate of a policy, or "person". Weight and margin are in bits."""

    kind: Kind
    person_id: UUID
    record_id: int | None = None
    other_id: UUID | None = None
    undoes: int | None = None
    rule: str = "person"
    weight: float | None = None
    margin: float | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Decisions that were made at once, with what is sealed of them and their audit leaf."""

    decided_by: str
    decided_at: datetime
    policy_hash: str
    actor_id: int
    sealed: bytes
    contract: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision that stands, with its batch."""

    decision_id: int
    statement_id: int
    decision: Decision
    batch: Batch


async def alone(transaction: Transaction) -> None:
    """Waits until nobody else decides, and keeps others waiting until the transaction ends."""
    await transaction.run("SELECT pg_advisory_xact_lock($1)", DECIDING)


async def keep(
    transaction: Transaction, batch: Batch, commitment: bytes, decisions: Sequence[Decision]
) -> list[int]:
    """Keeps decisions and their leaf; their numbers, in their order."""
    statement_id = await transaction.value(
        """WITH made AS (
             INSERT INTO identity_batch (decided_by, decided_at, policy_hash, actor_id, sealed, contract)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING statement_id),
           leaf AS (INSERT INTO audit_pending (statement_id, commitment) SELECT statement_id, $7 FROM made)
           SELECT statement_id FROM made""",
        batch.decided_by,
        batch.decided_at,
        batch.policy_hash,
        batch.actor_id,
        batch.sealed,
        batch.contract,
        commitment,
    )
    rows = await transaction.rows(
        """INSERT INTO identity_decision
             (statement_id, kind, record_id, person_id, other_id, undoes, rule, weight, margin, evidence)
           SELECT $1, d.kind, d.record_id, d.person_id, d.other_id, d.undoes, d.rule, d.weight, d.margin, d.evidence
           FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::float8[],
             $9::float8[], $10::text[]) WITH ORDINALITY
             AS d(kind, record_id, person_id, other_id, undoes, rule, weight, margin, evidence, place)
           ORDER BY d.place RETURNING decision_id""",
        statement_id,
        [one.kind.value for one in decisions],
        [one.record_id for one in decisions],
        [one.person_id for one in decisions],
        [one.other_id for one in decisions],
        [one.undoes for one in decisions],
        [one.rule for one in decisions],
        [one.weight for one in decisions],
        [one.margin for one in decisions],
        [one.evidence for one in decisions],
    )
    return [int(row["decision_id"]) for row in rows]


async def project(transaction: Transaction, records: Collection[int] | None, *, merges: bool) -> None:
    """Makes the links of these records (None: of all) what the decisions say, and the merges too where they changed."""
    if records is None:
        await transaction.run("TRUNCATE link")
    else:
        await transaction.run("DELETE FROM link WHERE record_id = ANY($1)", list(records))
    await transaction.run(
        f"INSERT INTO link (record_id, person_id, decision_id) {_LINKED}",
        None if records is None else list(records),
        None,
    )
    if merges:
        now = united(await merges_that_hold(transaction))
        await transaction.run("DELETE FROM merged")
        await transaction.run(
            "INSERT INTO merged (person_id, into_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])",
            list(now),
            list(now.values()),
        )


async def merges_that_hold(database: Statements, known: datetime | None = None) -> list[tuple[UUID, UUID]]:
    """The merges (person, into) that were not undone, in their order; as known then."""
    rows = await database.rows(
        """WITH told AS (
             SELECT d.* FROM identity_decision d JOIN identity_batch b USING (statement_id)
             WHERE d.kind IN ('merge', 'unmerge') AND ($1::timestamptz IS NULL OR b.decided_at <= $1))
           SELECT person_id, other_id FROM told d
           WHERE kind = 'merge' AND NOT EXISTS (SELECT FROM told u WHERE u.undoes = d.decision_id)
           ORDER BY decision_id""",
        known,
    )
    return [(row["person_id"], row["other_id"]) for row in rows]


async def people_of(
    database: Statements, records: Collection[int], known: datetime | None = None
) -> dict[int, tuple[UUID, int]]:
    """The person of each record, after merges, and the decision that says so; as known then. Others are not in it."""
    rows = await database.rows(_LINKED, list(records), known)
    now = united(await merges_that_hold(database, known))
    return {
        row["record_id"]: (now.get(row["person_id"], row["person_id"]), row["decision_id"]) for row in rows
    }


async def surviving(database: Statements, people: Collection[UUID]) -> dict[UUID, UUID]:
    """Who each of these is after merges; those who were never founded are not in it."""
    rows = await database.rows(
        """SELECT p.person_id, coalesce(m.into_id, p.person_id) AS into_id FROM unnest($1::uuid[]) AS p(person_id)
           LEFT JOIN merged m USING (person_id)
           WHERE EXISTS (SELECT FROM identity_decision d WHERE d.person_id = p.person_id AND d.kind = 'found')""",
        list(people),
    )
    return {row["person_id"]: row["into_id"] for row in rows}


async def records_of(database: Statements, people: Collection[UUID]) -> dict[UUID, list[int]]:
    """The records of people, after merges."""
    rows = await database.rows(
        """SELECT person_id, array_agg(record_id ORDER BY record_id) AS records FROM identity_facts
           WHERE person_id = ANY($1) GROUP BY 1""",
        list(people),
    )
    return {row["person_id"]: row["records"] for row in rows}


async def records_ever(database: Statements, person: UUID) -> list[int]:
    """The records that were ever this person's, or of somebody merged with them."""
    rows = await database.rows(
        """WITH RECURSIVE kin AS (
             SELECT $1::uuid AS person_id
             UNION SELECT d.person_id FROM identity_decision d JOIN kin k ON d.other_id = k.person_id)
           SELECT DISTINCT d.record_id FROM identity_decision d JOIN kin USING (person_id)
           WHERE d.record_id IS NOT NULL ORDER BY 1""",
        person,
    )
    return [row["record_id"] for row in rows]


async def begun_with(database: Statements, text: str) -> list[UUID]:
    """The people whose id begins so, up to three."""
    rows = await database.rows(
        """SELECT DISTINCT person_id FROM identity_decision
           WHERE kind = 'found' AND starts_with(person_id::text, $1) ORDER BY 1 LIMIT 3""",
        text,
    )
    return [row["person_id"] for row in rows]


async def linked_as(database: Statements, record_id: int) -> UUID | None:
    """The person of a record before merges."""
    found: UUID | None = await database.value("SELECT person_id FROM link WHERE record_id = $1", record_id)
    return found


async def apart(database: Statements) -> set[tuple[int, UUID]]:
    """Which record is not whose, as was decided and not taken back by a later link."""
    rows = await database.rows(
        """SELECT DISTINCT record_id, person_id FROM identity_decision d WHERE kind = 'apart' AND NOT EXISTS (
             SELECT FROM identity_decision l WHERE l.kind = 'link' AND l.record_id = d.record_id
               AND l.person_id = d.person_id AND l.decision_id > d.decision_id)"""
    )
    return {(row["record_id"], row["person_id"]) for row in rows}


async def named(database: Statements, decision_id: int) -> Kept | None:
    """The decision of that number."""
    row = await database.row(_DECISIONS + " WHERE d.decision_id = $1", decision_id)
    return _kept(row) if row else None


async def undone_by(database: Statements, decision_id: int) -> int | None:
    """The decision that undoes this one."""
    found: int | None = await database.value(
        "SELECT decision_id FROM identity_decision WHERE undoes = $1", decision_id
    )
    return found


async def history(
    database: Statements,
    records: Collection[int] | None = None,
    people: Collection[UUID] = (),
    most: int | None = None,
) -> list[Kept]:
    """The decisions about these records or people, or all, in their order; of many the latest `most`."""
    rows = await database.rows(
        _DECISIONS
        + """ WHERE $1::bigint[] IS NULL OR d.record_id = ANY($1) OR d.person_id = ANY($2) OR d.other_id = ANY($2)
              ORDER BY d.decision_id DESC LIMIT $3""",
        None if records is None else list(records),
        list(people),
        most,
    )
    return [_kept(row) for row in reversed(rows)]


async def reparent(transaction: Transaction, decision_id: int) -> int:
    """Notes which completions have another person than those noted in table `before`; how many."""
    told = await transaction.run(
        """INSERT INTO reparented (decision_id, statement_id, from_id, to_id)
           SELECT $1, b.statement_id, b.person_id, a.person_id FROM before b JOIN activity_facts a USING (statement_id)
           WHERE b.person_id IS DISTINCT FROM a.person_id""",
        decision_id,
    )
    return int(told.rpartition(" ")[2])


async def note_before(transaction: Transaction, people: Collection[UUID], records: Collection[int]) -> None:
    """Notes in table `before` whose the completions of these people, and of the accounts of these records, are now."""
    await transaction.run("CREATE TEMP TABLE before (statement_id bigint, person_id uuid) ON COMMIT DROP")
    await transaction.run(
        f"""INSERT INTO before SELECT a.statement_id, a.person_id FROM activity_facts a
            WHERE a.actor_id IN ({_ACTORS})""",  # noqa: S608 - text of this module
        list(people),
        list(records),
    )


async def links(database: Statements) -> list[str]:
    """Every link, a line each, in one order whatever the numbers of the rows are."""
    rows = await database.rows(
        """SELECT concat_ws(chr(31), f.role, f.issuer, f.key, r.bearer, f.person_id) AS line
           FROM identity_facts f JOIN identity_record r USING (record_id) ORDER BY f.record_id"""
    )
    return sorted(row["line"] for row in rows)


def _kept(row: Mapping[str, Any]) -> Kept:
    decision = Decision(
        Kind(row["kind"]),
        row["person_id"],
        row["record_id"],
        row["other_id"],
        row["undoes"],
        row["rule"],
        row["weight"],
        row["margin"],
        row["evidence"],
    )
    batch = Batch(
        row["decided_by"],
        row["decided_at"],
        row["policy_hash"],
        row["actor_id"],
        row["sealed"],
        row["contract"],
    )
    return Kept(row["decision_id"], row["statement_id"], decision, batch)


_DECISIONS = """SELECT d.*, b.decided_by, b.decided_at, b.policy_hash, b.actor_id, b.sealed, b.contract
                FROM identity_decision d JOIN identity_batch b USING (statement_id)"""
# $1 records (null: all), $2 as known then (null: now): the last link of each, unless it was parted since
_LINKED = """
WITH told AS (
  SELECT d.record_id, d.kind, d.person_id, d.decision_id FROM identity_decision d JOIN identity_batch b USING (statement_id)
  WHERE d.record_id IS NOT NULL AND ($1::bigint[] IS NULL OR d.record_id = ANY($1))
    AND ($2::timestamptz IS NULL OR b.decided_at <= $2)
), latest AS (
  SELECT DISTINCT ON (record_id) record_id, person_id, decision_id FROM told
  WHERE kind IN ('found', 'link') ORDER BY record_id, decision_id DESC
)
SELECT l.record_id, l.person_id, l.decision_id FROM latest l WHERE NOT EXISTS (
  SELECT FROM told a WHERE a.kind = 'apart' AND a.record_id = l.record_id AND a.person_id = l.person_id
    AND a.decision_id > l.decision_id)"""
# $1 people, $2 records: the actors whose completions may change hands with them
_ACTORS = """
SELECT n.actor_id FROM actor_name n JOIN identity_record r
  ON n.kind = 'account' AND r.role = 'account' AND r.issuer = n.issuer AND r.key = n.normalised
WHERE r.record_id = ANY($2) OR r.record_id IN (SELECT record_id FROM identity_facts WHERE person_id = ANY($1))
UNION
SELECT n.actor_id FROM actor_name n JOIN assertion a ON a.normalised = n.normalised AND a.kind = n.kind
JOIN identity_facts f ON f.record_id = a.record_id
WHERE n.kind <> 'account' AND f.role = 'person' AND (f.person_id = ANY($1) OR f.record_id = ANY($2))"""
