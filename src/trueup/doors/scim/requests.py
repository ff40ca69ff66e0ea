"""What a SCIM request asks: its caller, its body, its parameters, the version it knows. Knows no operation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scim2_models import InvalidFilterException, InvalidPathException, PayloadTooLargeException

from trueup.doors.api.bodies import JSON, parsed, read_body
from trueup.doors.api.callers import source_of
from trueup.doors.api.service import Service
from trueup.doors.scim.answers import MEDIA_TYPE
from trueup.identity.scim.vocabulary import LARGEST, MOST_OPERATIONS
from trueup.journey.provision import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from trueup.access.tokens import Scope

LONGEST_FILTER = 10_000  # characters
LONGEST_PATH = 1000
PARAMETERS = ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes")


async def client_of(request: Request, scope: Scope) -> Client:
    """Who provisions. Raises Refused (401, 403)."""
    service = Service.of(request)
    caller = await service.caller(request, scope)
    return Client(service.shelf, source_of(caller, None))


async def body_of(request: Request) -> Any:
    """The JSON of the body, within its bounds. Raises Refused."""
    limits = Service.of(request).limits
    limits = replace(limits, size=min(limits.size, LARGEST))
    return parsed((await read_body(request, (MEDIA_TYPE, JSON), limits)).raw, limits)


def parameters_of(request: Request) -> dict[str, str]:
    """The parameters of the address that SCIM knows; others are the client's own business (RFC 7644, 3.9)."""
    return {name: request.query_params[name] for name in PARAMETERS if name in request.query_params}


def bounded_filter(told: Any) -> Any:
    """What is searched for, once its filter is no longer than it may be. Raises InvalidFilterException."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name.lower() == "filter" and isinstance(value, str) and len(value) > LONGEST_FILTER:
                raise InvalidFilterException(
                    detail=f"the filter has {len(value):,} characters; up to {LONGEST_FILTER:,} are taken"
                )
    return told


def bounded_patch(told: Any) -> Any:
    """What is patched, once it has no more operations, and none a longer path, than it may.

    Raises PayloadTooLargeException, InvalidPathException.
    """
    operations = told.get("Operations") if isinstance(told, dict) else None
    if isinstance(operations, list) and len(operations) > MOST_OPERATIONS:
        raise PayloadTooLargeException(
            detail=f"{len(operations):,} operations; up to {MOST_OPERATIONS:,} are taken at once"
        )
    for operation in operations if isinstance(operations, list) else []:
        path = operation.get("path") if isinstance(operation, dict) else None
        if isinstance(path, str) and len(path) > LONGEST_PATH:
            raise InvalidPathException(
                detail=f"a path of {len(path):,} characters; up to {LONGEST_PATH:,} are taken"
            )
    return told


def fresh_for(told: str | None) -> Callable[[str], bool]:
    """Whether a version is one that If-Match names; every one is where there is none (RFC 7644, 3.14).

    >>> [fresh_for(told)('W/"2"') for told in (None, "*", 'W/"1", W/"2"', '"2"', 'W/"1"')]
    [True, True, True, True, False]
    """
    if told is None:
        return lambda _version: True
    names = {name.strip().removeprefix("W/") for name in told.split(",")}
    return lambda version: "*" in names or version.removeprefix("W/") in names
