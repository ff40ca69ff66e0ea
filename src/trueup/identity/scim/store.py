"""SCIM resources in PostgreSQL: one statement a function. Knows rows, no attribute but those that have to be unique."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from trueup.identity.scim.selecting.store import Parameters, ordered, selected
from trueup.kit.database import NotUniqueError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from scim2_models import SearchRequest

    from trueup.identity.scim.vocabulary import AnyResource
    from trueup.kit.database import Statements, Transaction

LAST = 1 << 62  # no list has so many
UNIQUE = {
    "scim_resource_user_name": "userName",
    "scim_resource_external_id": "externalId",
    "scim_resource_key": "externalId",
}


class TakenError(Exception):
    """Another resource has the value of an attribute that has to be unique."""

    def __init__(self, attribute: str) -> None:
        super().__init__(attribute)
        self.attribute = attribute


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource as its client wrote it, and what the server says of it."""

    id: UUID
    type: str
    key: str
    body: dict[str, Any]
    version: int
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Who is in a group, or the group that somebody is in: `holder` says it of the other."""

    holder: UUID
    id: UUID
    type: str
    name: str


async def add(tx: Transaction, source: str, new: Stored, compared: dict[str, Any]) -> None:
    """A new resource. Raises TakenError."""
    await _unique(
        tx,
        "INSERT INTO scim_resource (id, source, type, key, body, compared, version, created_at, modified_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id,
        source,
        new.type,
        new.key,
        _json(new.body),
        _json(compared),
        new.version,
        new.created_at,
        new.modified_at,
    )


async def change(
    tx: Transaction, was: Stored, body: dict[str, Any], compared: dict[str, Any], now: datetime
) -> Stored:
    """The next version of a resource that this transaction has locked. Raises TakenError."""
    await _unique(
        tx,
        "UPDATE scim_resource SET body = $2, compared = $3, version = version + 1, modified_at = $4 WHERE id = $1",
        was.id,
        _json(body),
        _json(compared),
        now,
    )
    return Stored(was.id, was.type, was.key, body, was.version + 1, was.created_at, now)


async def bury(tx: Transaction, id_: UUID, now: datetime) -> None:
    """The resource is there no more, and in no group."""
    await tx.run("DELETE FROM scim_member WHERE group_id = $1 OR member_id = $1", id_)
    await tx.run(
        "UPDATE scim_resource SET body = '{}', compared = '{}', version = version + 1, modified_at = $2, deleted_at = $2 "
        "WHERE id = $1",
        id_,
        now,
    )


async def one(tx: Statements, source: str, kind: str, id_: UUID) -> Stored | None:
    """A resource that is there."""
    row = await tx.row(f"{_STORED} WHERE source = $1 AND type = $2 AND id = $3", source, kind, id_)
    return None if row is None else _stored(row)


async def locked(tx: Transaction, source: str, kind: str, id_: UUID) -> Stored | None:
    """A resource that is there, for this transaction alone to change."""
    row = await tx.row(
        "SELECT id, type, key, body, version, created_at, modified_at FROM scim_resource "
        "WHERE source = $1 AND type = $2 AND id = $3 AND deleted_at IS NULL FOR UPDATE",
        source,
        kind,
        id_,
    )
    return None if row is None else _stored(row)


async def found(
    tx: Statements, source: str, models: list[type[AnyResource]], asked: SearchRequest[Any], most: int
) -> tuple[int, list[Stored]]:
    """How many resources match, and those of the page that is asked for."""
    counted = Parameters(source)
    count = f"SELECT count(*) FROM scim_there WHERE source = $1 AND ({selected(models, asked, counted)})"  # noqa: S608 - values are parameters
    total: int = await tx.value(count, *counted.values)
    if not most:
        return total, []
    listed = Parameters(source)
    where, order = selected(models, asked, listed), ordered(models, asked, listed)
    page = f"LIMIT {listed.add(most, 'bigint')} OFFSET {listed.add(min(asked.start_index_0 or 0, LAST), 'bigint')}"
    rows = await tx.rows(f"{_STORED} WHERE source = $1 AND ({where}) ORDER BY {order} {page}", *listed.values)
    return total, [_stored(row) for row in rows]


async def known(tx: Statements, source: str, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are there."""
    rows = await tx.rows("SELECT id FROM scim_there WHERE source = $1 AND id = ANY($2)", source, ids)
    return {row["id"] for row in rows}


async def is_free(tx: Statements, source: str, kind: str, key: str) -> bool:
    """Whether no resource that is there bears the key."""
    taken = await tx.value(
        "SELECT true FROM scim_there WHERE source = $1 AND type = $2 AND key = $3", source, kind, key
    )
    return taken is None


async def members_of(tx: Statements, groups: Collection[UUID]) -> list[Held]:
    """Who is in these groups."""
    rows = await tx.rows(
        "SELECT x.group_id AS holder, m.id, m.type, coalesce(m.body ->> 'displayName', m.body ->> 'userName') AS name "
        "FROM scim_member x JOIN scim_resource m ON m.id = x.member_id WHERE x.group_id = ANY($1) ORDER BY m.place",
        groups,
    )
    return [Held(**row) for row in rows]


async def groups_of(tx: Statements, members: Collection[UUID]) -> list[Held]:
    """In which groups these are."""
    rows = await tx.rows(
        "SELECT x.member_id AS holder, g.id, 'direct' AS type, g.body ->> 'displayName' AS name "
        "FROM scim_member x JOIN scim_resource g ON g.id = x.group_id WHERE x.member_id = ANY($1) ORDER BY g.place",
        members,
    )
    return [Held(**row) for row in rows]


async def hold(tx: Transaction, group: UUID, members: Collection[UUID]) -> None:
    """The group holds these, and nobody else; one that is deleted meanwhile is waited for, and not held."""
    await tx.run("DELETE FROM scim_member WHERE group_id = $1 AND member_id <> ALL($2)", group, members)
    await tx.run(
        "INSERT INTO scim_member (group_id, member_id) "
        "SELECT $1, id FROM scim_resource WHERE id = ANY($2) AND deleted_at IS NULL FOR SHARE ON CONFLICT DO NOTHING",
        group,
        members,
    )


_STORED = "SELECT id, type, key, body, version, created_at, modified_at FROM scim_there"


async def _unique(tx: Transaction, statement: str, *parameters: object) -> None:
    try:
        await tx.run(statement, *parameters)
    except NotUniqueError as error:
        raise TakenError(UNIQUE[error.constraint]) from error


def _json(told: Mapping[str, Any]) -> str:
    return msgspec.json.encode(told).decode()


def _stored(row: Mapping[str, Any]) -> Stored:
    body: dict[str, Any] = msgspec.json.decode(row["body"])
    return Stored(
        row["id"], row["type"], row["key"], body, row["version"], row["created_at"], row["modified_at"]
    )
