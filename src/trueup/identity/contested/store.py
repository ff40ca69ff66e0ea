"""The statements about what waits for a person: candidates, contradictions, and the weights that candidates have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a record may be: weight and margin in bits, the gate that holds, the vetoes that speak against it."""

    record_id: int
    rank: int
    person_id: UUID
    weight: float
    margin: float
    gate: str | None
    vetoes: tuple[str, ...]
    evidence: str


async def keep_candidates(
    database: Statements, records: Collection[int], found: Sequence[Candidate], policy_hash: str
) -> None:
    """Whom these records may be, instead of whom they might have been before."""
    await database.run("DELETE FROM candidate WHERE record_id = ANY($1)", list(records))
    await database.run(
        """INSERT INTO candidate
             (record_id, rank, person_id, weight, margin, gate, vetoes, evidence, policy_hash)
           SELECT c.record_id, c.rank, c.person_id, c.weight, c.margin, c.gate,
             coalesce(string_to_array(nullif(c.vetoes, ''), ';'), '{}'), c.evidence, $9
           FROM unnest($1::bigint[], $2::smallint[], $3::uuid[], $4::float8[], $5::float8[], $6::text[], $7::text[],
             $8::text[]) AS c(record_id, rank, person_id, weight, margin, gate, vetoes, evidence)""",
        [one.record_id for one in found],
        [one.rank for one in found],
        [one.person_id for one in found],
        [one.weight for one in found],
        [one.margin for one in found],
        [one.gate for one in found],
        [";".join(one.vetoes) for one in found],
        [one.evidence for one in found],
        policy_hash,
    )


async def candidates(database: Statements, records: Collection[int]) -> dict[int, list[Candidate]]:
    """Whom each of these records may be, the likeliest first."""
    rows = await database.rows(
        """SELECT record_id, rank, person_id, weight, margin, gate, vetoes, evidence FROM candidate
           WHERE record_id = ANY($1) ORDER BY record_id, rank""",
        list(records),
    )
    found: dict[int, list[Candidate]] = {}
    for row in rows:
        found.setdefault(row["record_id"], []).append(Candidate(**{**row, "vetoes": tuple(row["vetoes"])}))
    return found


async def doubled(database: Statements) -> list[tuple[UUID, list[int]]]:
    """People with several accounts of one issuer, with these; an account that a person confirmed is not counted."""
    rows = await database.rows(
        """SELECT f.person_id, array_agg(f.record_id ORDER BY f.record_id) AS records
           FROM identity_facts f JOIN identity_decision d USING (decision_id)
           WHERE f.role = 'account' GROUP BY f.person_id, f.issuer
           HAVING count(*) > 1 AND count(*) FILTER (WHERE d.rule <> 'person') > 0
           ORDER BY min(f.record_id)"""
    )
    return [(row["person_id"], row["records"]) for row in rows]


async def mixed(database: Statements) -> dict[int, tuple[UUID, UUID]]:
    """Accounts whose number is one person's and whose address is another's, with both."""
    rows = await database.rows(
        """WITH owner AS (
             SELECT CASE WHEN a.kind = 'employee_number' THEN 'employee_number' ELSE 'email' END AS kind, a.normalised,
               f.person_id
             FROM assertion a JOIN identity_facts f USING (record_id)
             WHERE f.role = 'person' AND a.known_to IS NULL AND a.true_to IS NULL
               AND a.kind IN ('employee_number', 'email', 'alias')
           ), sole AS MATERIALIZED (
             SELECT kind, normalised, (array_agg(person_id))[1] AS person_id FROM owner
             GROUP BY kind, normalised HAVING count(DISTINCT person_id) = 1
           ), mine AS MATERIALIZED (
             SELECT a.record_id, max(a.normalised) FILTER (WHERE a.kind = 'employee_number') AS number,
               max(a.normalised) FILTER (WHERE a.kind = 'email') AS mail
             FROM assertion a JOIN identity_record r USING (record_id)
             WHERE r.role = 'account' AND a.known_to IS NULL AND a.true_to IS NULL
               AND a.kind IN ('employee_number', 'email')
             GROUP BY a.record_id
           )
           SELECT m.record_id, pn.person_id AS by_number, pm.person_id AS by_mail FROM mine m
           JOIN sole pn ON pn.kind = 'employee_number' AND pn.normalised = m.number
           JOIN sole pm ON pm.kind = 'email' AND pm.normalised = m.mail
           WHERE pn.person_id <> pm.person_id ORDER BY 1"""
    )
    return {row["record_id"]: (row["by_number"], row["by_mail"]) for row in rows}


async def without_account(database: Statements) -> list[tuple[int, str]]:
    """The entries of rosters of those who are there, with each issuer of accounts under which they have none."""
    rows = await database.rows(
        """SELECT min(f.record_id) AS record_id, i.issuer
           FROM identity_facts f JOIN assertion a ON a.record_id = f.record_id AND a.kind = 'employment'
             AND a.known_to IS NULL AND a.true_to IS NULL
           CROSS JOIN (SELECT DISTINCT issuer FROM identity_record WHERE role = 'account') i
           WHERE f.role = 'person' AND NOT EXISTS (
             SELECT FROM identity_facts x WHERE x.role = 'account' AND x.issuer = i.issuer AND x.person_id = f.person_id)
           GROUP BY f.person_id, i.issuer ORDER BY 1, 2"""
    )
    return [(row["record_id"], row["issuer"]) for row in rows]


async def keep_model(database: Statements, fitted: str, policy_hash: str, now: datetime) -> None:
    """Keeps the weights that were learned."""
    await database.run(
        "INSERT INTO identity_model (learned_at, policy_hash, fitted) VALUES ($1, $2, $3)",
        now,
        policy_hash,
        fitted,
    )


async def model(database: Statements) -> str | None:
    """The weights that were learned last."""
    found: str | None = await database.value(
        "SELECT fitted FROM identity_model ORDER BY model_id DESC LIMIT 1"
    )
    return found


async def completions_of(database: Statements, records: Collection[int]) -> dict[int, int]:
    """How many completions came under each of these accounts."""
    rows = await database.rows(
        """SELECT r.record_id, count(*) AS completions FROM identity_record r
           JOIN actor_name n ON n.kind = 'account' AND n.issuer = r.issuer AND n.normalised = r.key
           JOIN completion c ON c.actor_id = n.actor_id
           WHERE r.record_id = ANY($1) AND r.role = 'account' GROUP BY 1""",
        list(records),
    )
    return {row["record_id"]: row["completions"] for row in rows}
