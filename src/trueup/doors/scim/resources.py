"""Users and groups: made, read, searched, replaced, patched, removed. Knows requests; journey/provision does it."""

from __future__ import annotations

from asyncio import to_thread
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scim2_models import Context, PatchOp, ResponseParameters, SearchRequest
from starlette.responses import Response

from trueup.access.tokens import Scope
from trueup.doors.api.service import Service
from trueup.doors.scim.answers import many, one
from trueup.doors.scim.requests import (
    body_of,
    bounded_filter,
    bounded_patch,
    client_of,
    fresh_for,
    parameters_of,
)
from trueup.identity.scim.dialects import straightened
from trueup.identity.scim.vocabulary import EITHER, MODELS, POLICY, PROVIDER
from trueup.journey import provision

if TYPE_CHECKING:
    from starlette.requests import Request

    from trueup.identity.scim.vocabulary import AnyResource


class Resources:
    """The operations on resources of one type."""

    def __init__(self, model: type[AnyResource]) -> None:
        self._model = model

    async def post(self, request: Request) -> Response:
        """A new resource (RFC 7644, 3.3)."""
        client = await client_of(request, Scope.PEOPLE_WRITE)
        wanted = self._wanted(request)
        async with Service.of(request).turns.turn(Service.of(request).size_of(request)):
            told = await to_thread(self._read, await body_of(request), Context.RESOURCE_CREATION_REQUEST)
            made = await provision.create(client, told, datetime.now(UTC))
        return one(request, made, wanted, Context.RESOURCE_CREATION_RESPONSE, 201)

    async def get(self, request: Request) -> Response:
        """One resource, or that it is as the client knows it (RFC 7644, 3.4.1 and 3.14)."""
        client = await client_of(request, Scope.PEOPLE_READ)
        wanted = self._wanted(request)
        found = await provision.look_up(client, self._model, request.path_params["id"])
        known = request.headers.get("if-none-match")
        if known is not None and found.meta and fresh_for(known)(found.meta.version or ""):
            return Response(status_code=304, headers={"ETag": found.meta.version or ""})
        return one(request, found, wanted)

    async def put(self, request: Request) -> Response:
        """The resource as the body has it (RFC 7644, 3.5.1)."""
        client = await client_of(request, Scope.PEOPLE_WRITE)
        wanted = self._wanted(request)
        async with Service.of(request).turns.turn(Service.of(request).size_of(request)):
            told = await to_thread(self._read, await body_of(request), Context.RESOURCE_REPLACEMENT_REQUEST)
            done = await provision.replace(client, self._target(request), told, datetime.now(UTC))
        return one(request, done, wanted, Context.RESOURCE_REPLACEMENT_RESPONSE)

    async def patch(self, request: Request) -> Response:
        """The resource after the body's operations, all or none (RFC 7644, 3.5.2)."""
        client = await client_of(request, Scope.PEOPLE_WRITE)
        wanted = self._wanted(request)
        async with Service.of(request).turns.turn(Service.of(request).size_of(request)):
            told = straightened(bounded_patch(await body_of(request)))
            operations = PatchOp[self._model].model_validate(  # type: ignore[name-defined]  # a parameter at run time
                told, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=POLICY
            )
            done = await provision.patch(client, self._target(request), operations, datetime.now(UTC))
        return one(request, done, wanted, Context.RESOURCE_PATCH_RESPONSE)

    async def delete(self, request: Request) -> Response:
        """The resource is there no more (RFC 7644, 3.6)."""
        client = await client_of(request, Scope.PEOPLE_WRITE)
        await provision.remove(client, self._target(request), datetime.now(UTC))
        return Response(status_code=204)

    async def get_many(self, request: Request) -> Response:
        """A page of those that match (RFC 7644, 3.4.2)."""
        return await found(request, [self._model], parameters_of(request))

    async def post_search(self, request: Request) -> Response:
        """The same, asked for in a body: an address may be kept in logs (RFC 7644, 3.4.3)."""
        return await searched(request, [self._model])

    def _target(self, request: Request) -> provision.Target:
        return provision.Target(
            self._model, request.path_params["id"], fresh_for(request.headers.get("if-match"))
        )

    def _read(self, told: Any, context: Context) -> AnyResource:
        return self._model.model_validate(told, scim_ctx=context, scim_policy=POLICY, scim_provider=PROVIDER)

    def _wanted(self, request: Request) -> ResponseParameters[Any]:
        told = {
            name: value
            for name, value in parameters_of(request).items()
            if name in {"attributes", "excludedAttributes"}
        }
        return ResponseParameters[self._model].model_validate(told)  # type: ignore[name-defined]  # a parameter at run time


async def post_search(request: Request) -> Response:
    """A search over all types of resources (RFC 7644, 3.4.3)."""
    return await searched(request, list(MODELS.values()))


async def searched(request: Request, models: list[type[AnyResource]]) -> Response:
    """What a body searches for."""
    async with Service.of(request).turns.turn(Service.of(request).size_of(request)):
        return await found(request, models, await body_of(request))


async def found(request: Request, models: list[type[AnyResource]], told: Any) -> Response:
    """A page of the resources that match."""
    client = await client_of(request, Scope.PEOPLE_READ)
    kinds: Any = models[0] if len(models) == 1 else EITHER
    asked = SearchRequest[kinds].model_validate(bounded_filter(told), scim_ctx=Context.SEARCH_REQUEST)
    page = await provision.search(client, models, asked)
    return await to_thread(many, request, page.resources, page.total, (asked.start_index_0 or 0) + 1, asked)
