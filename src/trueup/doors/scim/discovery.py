"""What the service says of itself: configuration, types and schemas (RFC 7644, 4). Nothing of it is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from scim2_models import Context, ForbiddenException, Meta, NotFoundException, NotImplementedException

from trueup.doors.scim.answers import list_answer, plain, root
from trueup.identity.scim.vocabulary import CONFIG, PROVIDER

if TYPE_CHECKING:
    from typing import Any, NoReturn

    from starlette.requests import Request
    from starlette.responses import Response

    from trueup.identity.scim.vocabulary import AnyResource


async def get_config(request: Request) -> Response:
    """What is supported."""
    return plain(_told(request, CONFIG, "ServiceProviderConfig"))


async def get_types(request: Request) -> Response:
    """Which types of resources there are."""
    return _all(request, PROVIDER.resource_types, "ResourceType")


async def get_type(request: Request) -> Response:
    """One type, by its name."""
    return _named(request, PROVIDER.resource_types, "ResourceType")


async def get_schemas(request: Request) -> Response:
    """Which attributes they have."""
    return _all(request, PROVIDER.schemas, "Schema")


async def get_schema(request: Request) -> Response:
    """One schema, by its URN."""
    return _named(request, PROVIDER.schemas, "Schema")


async def get_me(_request: Request) -> NoReturn:
    """A service account is nobody in a roster (RFC 7644, 3.11)."""
    raise NotImplementedException(detail="/Me is not served: a token is a service account's")


def _all(request: Request, found: tuple[AnyResource, ...], kind: str) -> Response:
    if "filter" in request.query_params:
        raise ForbiddenException(detail="what the service says of itself can't be filtered")
    return list_answer([_told(request, one, kind) for one in found], len(found))


def _named(request: Request, found: tuple[AnyResource, ...], kind: str) -> Response:
    name = unquote(request.path_params["id"]).lower()
    for one in found:
        if name == _id(one).lower():
            return plain(_told(request, one, kind))
    raise NotFoundException(detail=f"there is no {kind} of this name")


def _id(one: AnyResource) -> str:
    return str(one.id or getattr(one, "name", ""))


def _told(request: Request, one: AnyResource, kind: str) -> dict[str, Any]:
    where = f"{root(request)}/{kind}" + ("" if one is CONFIG else f"s/{_id(one)}")
    placed = one.model_copy(update={"meta": Meta(resource_type=kind, location=where)})
    return placed.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
