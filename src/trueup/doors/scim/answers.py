"""Answers as SCIM has them: resources with their address and version, lists, and an error for every refusal.

Knows no operation. What is refused before it reaches one (a token, a body) is told by the passage in the same form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import ValidationError
from scim2_models import Context, Error, Reference, ResponseParameters, SCIMException
from starlette.responses import Response

from trueup.doors.api.problem_kinds import meaning
from trueup.identity.scim.vocabulary import Group, Person, User, type_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    from trueup.doors.api.problems import Asked, Refused
    from trueup.identity.scim.vocabulary import AnyResource

MEDIA_TYPE = "application/scim+json"
PREFIX = "/scim/v2"
ENDPOINTS = {Person: "Users", Group: "Groups"}
LONGEST_DETAIL = 500  # characters
LISTS = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

# which scimType stands for what every door refuses (RFC 7644, 3.12)
SCIM_TYPES = {
    "malformed-body": "invalidSyntax",
    "nested-too-deeply": "invalidSyntax",
    "wrong-media-type": "invalidSyntax",
    "bad-parameter": "invalidValue",
}

Endpoint = "Callable[[Request], Awaitable[Response]]"


def answered(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, with a SCIM error for whatever it refuses."""

    async def asked(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (SCIMException, ValidationError) as error:
            return error_answer(error_of(error))

    return asked


def error_of(error: SCIMException | ValidationError) -> Error:
    """What is told of a refusal. What was sent is not repeated at length."""
    told = error.to_error() if isinstance(error, SCIMException) else Error.from_validation_errors(error)[0]
    told.detail = (told.detail or "")[:LONGEST_DETAIL]
    return told


def error_answer(error: Error, headers: dict[str, str] | None = None) -> Response:
    """A SCIM error as an answer."""
    return _answer(error.model_dump(), error.status or 400, headers or {})


def refusal(refused: Refused, asked: Asked) -> Response:
    """What every door refuses, as a SCIM error."""
    what, known = refused.what, meaning(refused.what.code)
    if known is None:
        raise KeyError(what.code)
    expected = f"; expected: {what.expected}" if what.expected else ""
    headers = dict(refused.headers)
    if refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    if known.status == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="trueup", Basic realm="trueup"')
    told = Error(
        status=known.status,
        scim_type=SCIM_TYPES.get(what.code),
        detail=f"{what.detail}{expected} (request {asked.request_id})",
    )
    return error_answer(told, headers)


def one(
    request: Request,
    resource: AnyResource,
    parameters: ResponseParameters[Any] | None,
    context: Context = Context.RESOURCE_QUERY_RESPONSE,
    status: int = 200,
) -> Response:
    """One resource, under its address and version."""
    placed = located(request, resource)
    assert placed.meta is not None  # noqa: S101 - located has just written it
    headers = {"ETag": placed.meta.version or "", "Location": placed.meta.location or ""}
    return _answer(placed.model_dump(scim_ctx=context, response_parameters=parameters), status, headers)


def many(
    request: Request,
    resources: Sequence[AnyResource],
    total: int,
    start: int,
    parameters: ResponseParameters[Any] | None,
) -> Response:
    """A page of a list (RFC 7644, 3.4.2)."""
    context = Context.RESOURCE_QUERY_RESPONSE
    told = [
        located(request, found).model_dump(scim_ctx=context, response_parameters=parameters)
        for found in resources
    ]
    return list_answer(told, total, start)


def list_answer(told: list[dict[str, Any]], total: int, start: int = 1) -> Response:
    """A list of what is already JSON."""
    return _answer(
        {
            "schemas": [LISTS],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": len(told),
            "Resources": told,
        }
    )


def plain(told: dict[str, Any]) -> Response:
    """A message of SCIM that has no version."""
    return _answer(told)


def located(request: Request, resource: AnyResource) -> AnyResource:
    """The resource with its address, and those of whom it names."""
    if resource.meta is not None:
        resource.meta.location = address(request, type(resource), resource.id or "")
    for member in (resource.members or []) if isinstance(resource, Group) else ():
        kind = Group if member.type == type_of(Group) else Person
        member.ref = Reference(address(request, kind, member.value or ""))
    for group in (resource.groups or []) if isinstance(resource, User) else ():
        group.ref = Reference(address(request, Group, group.value or ""))
    return resource


def address(request: Request, model: type[AnyResource], id_: str) -> str:
    """Where a resource is, as this client reaches us."""
    return f"{root(request)}/{ENDPOINTS[model]}/{id_}"


def root(request: Request) -> str:
    """Where SCIM is, as this client reaches us: a proxy before us says whether it speaks TLS."""
    secure = request.headers.get("x-forwarded-proto") == "https"
    return f"{'https' if secure else request.url.scheme}://{request.url.netloc}{PREFIX}"


def _answer(told: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(told), status, headers, MEDIA_TYPE)
