"""The leg by which identity providers provision people and groups: made, replaced, patched, removed and found.

Joins identity's SCIM resources with its register: what is said of a person takes effect there in the same transaction.
Raises the library's SCIMException for whatever a client may not do; the store is then as it was.
"""

from __future__ import annotations

from asyncio import to_thread
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from scim2_models import (
    InvalidValueException,
    Meta,
    NotFoundException,
    PatchOp,
    PreconditionFailedException,
    UniquenessException,
)

from trueup.identity.policy import default_policy
from trueup.identity.register.entries import key_of
from trueup.identity.scim import store
from trueup.identity.scim.comparing import compared
from trueup.identity.scim.roster import entry_of
from trueup.identity.scim.vocabulary import MODELS, MOST_RESULTS, PAGE, POLICY, Group, User, type_of
from trueup.journey.enrol import UnfitRosterError, enrol_within
from trueup.model.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from scim2_models import SearchRequest

    from trueup.identity.scim.vocabulary import AnyResource
    from trueup.journey.arrive import Shelf
    from trueup.kit.database import Statements, Transaction

LONGEST_NAME = 500  # characters of what has to be unique
OURS = {
    "id",
    "meta",
    "groups",
    "members",
    "password",
}  # not kept in a body: the server's own, or nobody's to keep


@dataclass(frozen=True, slots=True)
class Client:
    """Who provisions: the source that they speak for, and where it all is kept."""

    shelf: Shelf
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """Which resource is meant, and whether a version of it is the one that its client knows."""

    model: type[AnyResource]
    id: str
    fresh: Callable[[str], bool] = field(default=lambda _version: True)


@dataclass(frozen=True, slots=True)
class Page:
    """What was found: how many there are in all, and those that were asked for."""

    total: int
    resources: Sequence[AnyResource]


async def create(client: Client, told: AnyResource, now: datetime) -> AnyResource:
    """A new resource. Raises UniquenessException, InvalidValueException."""
    model, id_ = type(told), uuid4()
    async with client.shelf.database.transaction() as tx:
        body = _body(told)
        kept = store.Stored(id_, type_of(model), await _key(tx, client, told, id_), body, 1, now, now)
        with _unique(told):
            await store.add(tx, client.source, kept, compared(model, body))
        await _take_effect(tx, client, kept, told, now)
        return (await _shown(tx, [kept]))[0]


async def replace(client: Client, target: Target, told: AnyResource, now: datetime) -> AnyResource:
    """The resource as it is told now (RFC 7644, 3.5.1). Raises NotFoundException, MutabilityException and others."""
    return await _changed(client, target, lambda was: told if told.replace(was) else None, now)


async def patch(client: Client, target: Target, told: PatchOp[Any], now: datetime) -> AnyResource:
    """The resource after all the operations, or none of them (RFC 7644, 3.5.2)."""
    return await _changed(
        client, target, lambda was: was if told.patch(was, scim_policy=POLICY) else None, now
    )


async def remove(client: Client, target: Target, now: datetime) -> None:
    """The resource is there no more; whoever it was of has left."""
    async with client.shelf.database.transaction() as tx:
        was = await _locked(tx, client, target)
        (told,) = await _shown(tx, [was])
        await store.bury(tx, was.id, now)
        if isinstance(told, User):
            told.active = False
            await _enrolled(tx, client, was.key, told, now)


async def look_up(client: Client, model: type[AnyResource], id_: str) -> AnyResource:
    """One resource. Raises NotFoundException."""
    database = client.shelf.database
    found = await store.one(database, client.source, type_of(model), _uuid(id_))
    if found is None:
        raise NotFoundException(detail=f"there is no {type_of(model)} of this id")
    return (await _shown(database, [found]))[0]


async def search(client: Client, models: list[type[AnyResource]], asked: SearchRequest[Any]) -> Page:
    """A page of what matches (RFC 7644, 3.4.2). Raises InvalidFilterException."""
    most = PAGE if asked.count is None else min(asked.count, MOST_RESULTS)
    total, found = await store.found(client.shelf.database, client.source, models, asked, most)
    return Page(total, await _shown(client.shelf.database, found))


async def _changed(
    client: Client, target: Target, change: Callable[[AnyResource], AnyResource | None], now: datetime
) -> AnyResource:
    """The resource after a change, which answers None where nothing is otherwise than before."""
    async with client.shelf.database.transaction() as tx:
        was = await _locked(tx, client, target)
        (held,) = await _shown(tx, [was])
        told = await to_thread(
            change, held
        )  # a patch of a large group takes a while, and others are answered
        if told is None:
            return held
        body = _body(told)
        with _unique(told):
            kept = await store.change(tx, was, body, compared(target.model, body), now)
        await _take_effect(tx, client, kept, told, now)
        return (await _shown(tx, [kept]))[0]


async def _locked(tx: Transaction, client: Client, target: Target) -> store.Stored:
    kind = type_of(target.model)
    found = await store.locked(tx, client.source, kind, _uuid(target.id))
    if found is None:
        raise NotFoundException(detail=f"there is no {kind} of this id")
    if not target.fresh(_version(found)):
        raise PreconditionFailedException(
            detail=f"the version is {_version(found)} now: read it again, then change that"
        )
    return found


async def _take_effect(
    tx: Transaction, client: Client, kept: store.Stored, told: AnyResource, now: datetime
) -> None:
    """What follows from a resource elsewhere: who is in a group, what is known of a person."""
    if isinstance(told, Group):
        await _hold(tx, client, kept.id, told)
    elif isinstance(told, User):
        await _enrolled(tx, client, kept.key, told, now)


async def _hold(tx: Transaction, client: Client, id_: UUID, group: Group) -> None:
    named = {one.value for one in group.members or [] if one.value is not None}
    members = await store.known(tx, client.source, [one for name in named if (one := _id_in(name))])
    if len(members) < len(named):
        raise InvalidValueException(
            detail=f"members: {len(named) - len(members)} of {len(named)} are no User or Group here"
        )
    if id_ in members:
        raise InvalidValueException(detail="members: a group is not in itself")
    await store.hold(tx, id_, members)


async def _enrolled(tx: Transaction, client: Client, key: str, user: User, now: datetime) -> None:
    external = user.external_id or ""
    name = external if _compared(external) == key else key  # as it is written, where it is that
    try:
        await enrol_within(client.shelf, tx, client.source, [entry_of(user, name)], now=now)
    except UnfitRosterError as error:
        reason = error.reasons[0]
        raise InvalidValueException(
            detail=f"the user can't be enrolled: {reason.what}; {reason.expected} was expected"
        ) from error


async def _key(tx: Transaction, client: Client, told: AnyResource, id_: UUID) -> str:
    """By which the roster names somebody for ever: the client's own id, where it is nobody else's, or else ours.

    So whoever is deleted and provisioned again is the same person.
    """
    key = _compared(told.external_id or "")
    if key is not None and await store.is_free(tx, client.source, type_of(type(told)), key):
        return key
    return str(id_)


def _compared(name: str) -> str | None:
    return key_of(default_policy(), Role.PERSON, name)


def _body(told: AnyResource) -> dict[str, Any]:
    """What is kept of a resource. Raises InvalidValueException where a name is none."""
    names = {"externalId": told.external_id, "userName": told.user_name if isinstance(told, User) else None}
    for attribute, name in names.items():
        if name is not None and len(name) > LONGEST_NAME:
            raise InvalidValueException(
                detail=f"{attribute}: {len(name):,} characters; up to {LONGEST_NAME} are taken"
            )
    if isinstance(told, User) and not (told.user_name or "").strip():
        raise InvalidValueException(detail="userName: blank; a name was expected")
    return {name: value for name, value in told.model_dump().items() if name not in OURS}


@contextmanager
def _unique(told: AnyResource) -> Iterator[None]:
    """What another resource has is refused as SCIM has it."""
    try:
        yield
    except store.TakenError as error:
        raise UniquenessException(
            attribute=error.attribute, detail=f"another {type_of(type(told))} has this {error.attribute}"
        ) from error


async def _shown(database: Statements, found: Sequence[store.Stored]) -> list[AnyResource]:
    """The resources with what the server says of them."""
    groups = [one.id for one in found if one.type == "Group"]
    users = [one.id for one in found if one.type == "User"]
    within: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for one in [
        *(await store.members_of(database, groups) if groups else ()),
        *(await store.groups_of(database, users) if users else ()),
    ]:
        within[one.holder].append({"value": str(one.id), "type": one.type, "display": one.name})
    return await to_thread(lambda: [_resource(one, within[one.id]) for one in found])


def _resource(one: store.Stored, held: list[dict[str, str]]) -> AnyResource:
    """The resource; who has no groups has the attribute not (RFC 7643, 2.5: an empty list is unassigned)."""
    model = MODELS[one.type]
    told = {**one.body, "id": str(one.id), "members" if model is Group else "groups": held or None}
    resource = model.model_validate(told)
    resource.meta = Meta(
        resource_type=one.type, created=one.created_at, last_modified=one.modified_at, version=_version(one)
    )
    return resource


def _version(one: store.Stored) -> str:
    return f'W/"{one.version}"'


def _uuid(text: str) -> UUID:
    found = _id_in(text)
    if found is None:
        raise NotFoundException(detail="there is nothing of this id")
    return found


def _id_in(text: str) -> UUID | None:
    """An id of ours; another text names nothing here."""
    try:
        return UUID(text)
    except ValueError:
        return None
