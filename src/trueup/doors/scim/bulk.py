"""Many operations in one request (RFC 7644, 3.7): each takes effect by itself, and is told of by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from scim2_models import (
    BulkRequest,
    ConflictException,
    Context,
    Error,
    InvalidSyntaxException,
    InvalidValueException,
    PatchOp,
    PayloadTooLargeException,
    SCIMException,
)

from trueup.access.tokens import Scope
from trueup.doors.api.service import Service
from trueup.doors.scim.answers import address, error_of, plain, root
from trueup.doors.scim.requests import body_of, bounded_patch, client_of, fresh_for
from trueup.identity.scim.dialects import straightened
from trueup.identity.scim.vocabulary import EITHER, MODELS, MOST_OPERATIONS, POLICY, PROVIDER
from trueup.journey import provision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from trueup.identity.scim.vocabulary import AnyResource

REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ANSWERS = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
REFERENCE = "bulkId:"


@dataclass(slots=True, eq=False)
class _Operation:
    """One operation as it was sent, whom it waits for, and what became of it."""

    told: dict[str, Any]
    bulk_id: str | None
    needs: set[str]
    answer: dict[str, Any] | None = field(default=None)

    @property
    def failed(self) -> bool:
        return self.answer is not None and int(self.answer["status"]) >= 400


async def post_bulk(request: Request) -> Response:
    """Does each operation, in an order in which whoever is referred to is there; stops after `failOnErrors`."""
    client = await client_of(request, Scope.PEOPLE_WRITE)
    async with Service.of(request).turns.turn(Service.of(request).size_of(request)):
        operations, most = _read(await body_of(request))
        ids: dict[str, str] = {}
        for operation in _in_order(operations):
            operation.answer = await _done(request, client, operation, ids)
            if most and sum(one.failed for one in operations) >= most:
                break
    return plain({"schemas": [ANSWERS], "Operations": [one.answer for one in operations if one.answer]})


def _read(told: Any) -> tuple[list[_Operation], int]:
    """The operations, each still unread: one that is wrong fails alone (RFC 7644, 3.7.3)."""
    operations = told.get("Operations") if isinstance(told, dict) else None
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise InvalidSyntaxException(detail="Operations: a list of objects was expected")
    if REQUEST not in (told.get("schemas") or ()):
        raise InvalidSyntaxException(detail=f"schemas: {REQUEST} was expected")
    most = told.get("failOnErrors", 0)
    if not isinstance(most, int):
        raise InvalidValueException(detail="failOnErrors: a number was expected")
    if len(operations) > MOST_OPERATIONS:
        raise PayloadTooLargeException(
            detail=f"{len(operations):,} operations; up to {MOST_OPERATIONS:,} are taken at once"
        )
    ids = [one["bulkId"] for one in operations if isinstance(one.get("bulkId"), str)]
    if len(ids) > len(set(ids)):
        raise InvalidValueException(detail="bulkId: two operations have the same")
    return [
        _Operation(one, one["bulkId"] if isinstance(one.get("bulkId"), str) else None, set(_references(one)))
        for one in operations
    ], most


def _in_order(operations: list[_Operation]) -> Iterator[_Operation]:
    """As they were sent, but whoever refers to another after that one; those in a circle come last, and fail."""
    named = {one.bulk_id for one in operations if one.bulk_id}
    waiting, done = list(operations), set[str]()
    while waiting:
        ready = [one for one in waiting if not (one.needs & named) - done] or waiting
        for one in ready:
            yield one
            done |= {one.bulk_id} if one.bulk_id else set()
        waiting = [one for one in waiting if one not in ready]


async def _done(
    request: Request, client: provision.Client, operation: _Operation, ids: dict[str, str]
) -> dict[str, Any]:
    """What is told of one operation (RFC 7644, 3.7.3)."""
    told: dict[str, Any] = {"method": operation.told.get("method"), "bulkId": operation.bulk_id}
    try:
        if lost := sorted(operation.needs - ids.keys()):
            raise ConflictException(detail=f"bulkId:{lost[0]} names nothing that was made in this request")
        model, id_, version, status = await _carried_out(client, _resolved(operation.told, ids))
    except (SCIMException, ValidationError) as error:
        refused = error_of(error)
        told |= {"status": str(refused.status), "response": refused.model_dump()}
        if operation.told.get("method") != "POST":
            told["location"] = f"{root(request)}{operation.told.get('path')}"
    else:
        if operation.bulk_id:
            ids[operation.bulk_id] = id_
        told |= {"location": address(request, model, id_), "version": version, "status": status}
    return {name: value for name, value in told.items() if value is not None}


async def _carried_out(
    client: provision.Client, told: dict[str, Any]
) -> tuple[type[AnyResource], str, str | None, str]:
    """Does one operation: of which type it was, the resource's id and version, and the status. Raises SCIMException."""
    if str(told.get("method", "")).upper() == "PATCH":
        told = {**told, "data": straightened(bounded_patch(told.get("data")))}
    asked: Any = BulkRequest[EITHER].model_validate(
        {"schemas": [REQUEST], "Operations": [told]},
        scim_ctx=Context.BULK_REQUEST,
        scim_policy=POLICY,
        scim_provider=PROVIDER,
    )
    (one,) = asked.operations
    if isinstance(one.response, Error):
        raise SCIMException.from_error(one.response)
    model = next(
        found for found in MODELS.values() if PROVIDER.model_for_endpoint(one.endpoint or "") is found
    )
    now, id_ = datetime.now(UTC), one.resource_id or ""
    target = provision.Target(model, id_, fresh_for(one.version))
    match one.method:
        case "POST" if not id_:
            made = await provision.create(client, one.data, now)
            return model, made.id or "", made.meta.version if made.meta else None, "201"
        case "PUT":
            done = await provision.replace(client, target, one.data, now)
        case "PATCH" if isinstance(one.data, PatchOp):
            done = await provision.patch(client, target, one.data, now)
        case "DELETE":
            await provision.remove(client, target, now)
            return model, id_, None, "204"
        case _:
            raise InvalidValueException(
                detail="POST names a type of resources, every other method one of them"
            )
    return model, id_, done.meta.version if done.meta else None, "200"


def _references(told: Any) -> Iterator[str]:
    """Which operations of the request are referred to (RFC 7644, 3.7.2)."""
    if isinstance(told, dict):
        for one in told.values():
            yield from _references(one)
    elif isinstance(told, list):
        for one in told:
            yield from _references(one)
    elif isinstance(told, str) and REFERENCE in told[:300]:
        before, _, name = told.partition(REFERENCE)
        if before in {"", "/Users/", "/Groups/"}:
            yield name


def _resolved(told: Any, ids: dict[str, str]) -> Any:
    """The same, with the ids of those who were made."""
    if isinstance(told, dict):
        return {name: _resolved(one, ids) for name, one in told.items()}
    if isinstance(told, list):
        return [_resolved(one, ids) for one in told]
    if isinstance(told, str) and next(_references(told), None) in ids:
        before, _, name = told.partition(REFERENCE)
        return f"{before}{ids[name]}"
    return told
