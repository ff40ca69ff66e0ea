"""The routes of /scim/v2. Their contract is RFC 7644 and what the service says of itself (docs/adr/0012)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.doors.scim import bulk, discovery
from trueup.doors.scim.answers import ENDPOINTS, PREFIX, answered
from trueup.doors.scim.resources import Resources, post_search

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    Endpoint = Callable[[Request], Awaitable[Response]]


def operations() -> Iterator[tuple[str, str, str, Endpoint]]:
    """Path, method, name and endpoint of each operation, by path."""
    for path, method, name, endpoint in _operations():
        yield f"{PREFIX}/{path}", method, f"scim{name}", answered(endpoint)


def _operations() -> Iterator[tuple[str, str, str, Endpoint]]:
    for model, name in ENDPOINTS.items():
        resources, singular = Resources(model), name[:-1]
        yield name, "GET", f"Get{name}", resources.get_many
        yield name, "POST", f"Post{singular}", resources.post
        yield f"{name}/.search", "POST", f"Search{name}", resources.post_search
        yield f"{name}/{{id}}", "GET", f"Get{singular}", resources.get
        yield f"{name}/{{id}}", "PUT", f"Put{singular}", resources.put
        yield f"{name}/{{id}}", "PATCH", f"Patch{singular}", resources.patch
        yield f"{name}/{{id}}", "DELETE", f"Delete{singular}", resources.delete
    yield ".search", "POST", "Search", post_search
    yield "Bulk", "POST", "Bulk", bulk.post_bulk
    yield "ServiceProviderConfig", "GET", "GetServiceProviderConfig", discovery.get_config
    yield "ResourceTypes", "GET", "GetResourceTypes", discovery.get_types
    yield "ResourceTypes/{id}", "GET", "GetResourceType", discovery.get_type
    yield "Schemas", "GET", "GetSchemas", discovery.get_schemas
    yield "Schemas/{id}", "GET", "GetSchema", discovery.get_schema
    yield "Me", "GET", "GetMe", discovery.get_me
