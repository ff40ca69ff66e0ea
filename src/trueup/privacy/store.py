"""The statements about whom sources name, and their wrapped keys. Knows no key and no cipher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.model.completions import Who

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True)
class Kept:
    """An actor's row, without the names."""

    actor_id: int
    digest: bytes
    wrapped_key: bytes
    master_key_id: str


@dataclass(frozen=True, slots=True)
class New:
    """An actor that is to be kept."""

    who: Who
    digest: bytes
    wrapped_key: bytes
    master_key_id: str


async def actors(database: Statements, digests: Sequence[bytes]) -> list[Kept]:
    """Those of the actors that there are."""
    rows = await database.rows(
        "SELECT actor_id, digest, wrapped_key, master_key_id FROM actor WHERE digest = ANY($1::bytea[])",
        digests,
    )
    return [Kept(**row) for row in rows]


async def numbered(database: Statements, actor_ids: Sequence[int]) -> list[Kept]:
    """Those of the actors that there are, by their numbers."""
    rows = await database.rows(
        "SELECT actor_id, digest, wrapped_key, master_key_id FROM actor WHERE actor_id = ANY($1::bigint[])",
        actor_ids,
    )
    return [Kept(**row) for row in rows]


async def names(database: Statements, actor_ids: Sequence[int]) -> dict[int, Who]:
    """What those of the actors that there are were named."""
    rows = await database.rows(
        "SELECT actor_id, issuer, name, employee_number, person_id, email FROM actor WHERE actor_id = ANY($1::bigint[])",
        actor_ids,
    )
    return {row["actor_id"]: Who(*list(row.values())[1:]) for row in rows}


async def add_actors(database: Statements, new: Sequence[New]) -> None:
    """Keep those that nobody has kept meanwhile. In the order of their digests, so that two calls never wait in a circle."""
    ordered = sorted(new, key=lambda one: one.digest)
    await database.run(
        """INSERT INTO actor (digest, issuer, name, employee_number, person_id, email, wrapped_key, master_key_id)
           SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::text[])
           ON CONFLICT (digest) DO NOTHING""",
        [one.digest for one in ordered],
        [one.who.issuer for one in ordered],
        [one.who.name for one in ordered],
        [one.who.employee_number for one in ordered],
        [one.who.person_id for one in ordered],
        [one.who.email for one in ordered],
        [one.wrapped_key for one in ordered],
        [one.master_key_id for one in ordered],
    )


async def master_keys_in_use(database: Statements) -> list[str]:
    """The ids of the master keys that actors' keys are wrapped with."""
    rows = await database.rows("SELECT DISTINCT master_key_id FROM actor")
    return [row["master_key_id"] for row in rows]
