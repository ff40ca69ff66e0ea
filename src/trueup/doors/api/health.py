"""/healthz, /readyz, /metrics and /v1/problems: whether the service works, and what its answers mean. Knows no record."""

import asyncio
from dataclasses import asdict

import msgspec
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import Response

from trueup.access.tokens import Scope
from trueup.delivery.history.store import Count, counts
from trueup.doors.api.problem_kinds import meaning
from trueup.doors.api.problems import Refused
from trueup.doors.api.service import Service
from trueup.kit.database import UnavailableError, is_empty

PATIENCE = 1.0  # seconds that the database has to answer whether it is there
RETRY_AFTER = 2


async def get_health(_request: Request) -> Response:
    """The process answers."""
    return _json({"status": "ok"})


async def get_readiness(request: Request) -> Response:
    """Work can be taken: the database answers in time, and it is migrated."""
    try:
        async with asyncio.timeout(PATIENCE):
            empty = await is_empty(Service.of(request).database)
    except (TimeoutError, UnavailableError):
        raise Refused(
            "unavailable", "the database does not answer within a second", retry_after=RETRY_AFTER
        ) from None
    if empty:
        raise Refused("unavailable", "there is nothing of trueup in the database", retry_after=RETRY_AFTER)
    return _json({"status": "ready"})


async def get_metrics(request: Request) -> Response:
    """The figures, in the text format that is asked for."""
    service = Service.of(request)
    await service.caller(request, Scope.METRICS_READ)
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    service.figures.delivered(await _delivered(service))
    return Response(encode(service.figures.registry), media_type=media_type)


async def _delivered(service: Service) -> list[Count]:
    """How deliveries stand; nothing where the database is away, so that the other figures are told all the same."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await counts(service.database)
    except (TimeoutError, UnavailableError):
        return []


async def get_problem(request: Request) -> Response:
    """What a code means."""
    told = meaning(request.path_params["code"])
    if told is None:
        raise Refused("not-found", "no problem has this code")
    kept = ("code", "title", "cause", "todo", "owner")
    return _json({key: value for key, value in asdict(told).items() if key in kept})


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
