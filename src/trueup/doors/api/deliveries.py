"""Deliveries and dead letters over HTTP. Knows requests; the legs are those of `trueup status`, `trace` and `dlq`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from trueup.access.tokens import Scope
from trueup.delivery.history.store import made
from trueup.doors.api.asked import Numbers, Text, answered, flag, limit, read_as, text
from trueup.doors.api.known import asked_record
from trueup.doors.api.service import Service
from trueup.doors.delivery_words import (
    calls_document,
    letters_document,
    overview_document,
    preview_of,
    story_document,
)
from trueup.journey import dead_letters
from trueup.journey.overview import overview
from trueup.journey.trace import trace

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

DAY = timedelta(days=1)


class _Redrive(msgspec.Struct, forbid_unknown_fields=True):
    numbers: Numbers
    anyway: bool = False
    preview: bool = False


class _Discard(msgspec.Struct, forbid_unknown_fields=True):
    numbers: Numbers
    reason: Text


async def get_status(request: Request) -> Response:
    """How everything stands."""
    service = Service.of(request)
    await service.caller(request, Scope.DELIVERIES_READ)
    return answered(overview_document(await overview(service.shelf, datetime.now(UTC))))


async def get_calls(request: Request) -> Response:
    """The calls of the last day, newest first."""
    service = Service.of(request)
    await service.caller(request, Scope.DELIVERIES_READ)
    found = await made(
        service.shelf.database,
        datetime.now(UTC) - DAY,
        target=text(request, "target"),
        failed=flag(request, "failed"),
        most=limit(request),
    )
    return answered(calls_document(found))


async def get_deliveries(request: Request) -> Response:
    """A completion's whole story."""
    service, told = await asked_record(request, Scope.DELIVERIES_READ)
    key = told.entry.key
    chapters = await trace(service.shelf, key, [key.revision])
    return answered(story_document(f"{key.source}:{key.record_id}", chapters))


async def get_dead_letters(request: Request) -> Response:
    """What was given up, by cause and one by one."""
    service = Service.of(request)
    await service.caller(request, Scope.DELIVERIES_READ)
    groups, letters = await dead_letters.waiting(
        service.shelf,
        target=text(request, "target"),
        code=text(request, "fault"),
        most=limit(request),
        settled=flag(request, "settled"),
    )
    return answered(letters_document(groups, letters))


async def post_redrive(request: Request) -> Response:
    """Send some again, or say what would happen."""
    service = Service.of(request)
    caller = await service.caller(request, Scope.DELIVERIES_DECIDE)
    asked = await read_as(request, service, _Redrive)
    letters = await dead_letters.named(service.shelf, asked.numbers)
    previews = await dead_letters.previewed(service.shelf, service.targets, letters, anyway=asked.anyway)
    sent = [] if asked.preview else await dead_letters.redrive(service.shelf, previews, caller.account)
    return answered(
        {"schema": "trueup.redrive/1", "sent": sent, "letters": [preview_of(one) for one in previews]}
    )


async def post_discard(request: Request) -> Response:
    """Let some go, for a reason."""
    service = Service.of(request)
    caller = await service.caller(request, Scope.DELIVERIES_DECIDE)
    asked = await read_as(request, service, _Discard)
    gone = await dead_letters.discard(service.shelf, asked.numbers, caller.account, asked.reason.strip())
    left = sorted(set(asked.numbers) - set(gone))
    return answered({"schema": "trueup.discarded/1", "discarded": gone, "not_waiting": left})
