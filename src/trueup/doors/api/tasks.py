"""Tasks and packs of evidence over HTTP. Knows requests; the legs are those of `trueup task`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from starlette.responses import Response

from trueup.access.links import read
from trueup.access.tokens import Scope
from trueup.doors.api.asked import Numbers, Text, answered, limit, read_as, text
from trueup.doors.api.problems import Refused
from trueup.doors.api.service import Service
from trueup.doors.evidence_documents import as_csv, as_pdf
from trueup.doors.task_words import tasks_document
from trueup.journey import tasks

if TYPE_CHECKING:
    from starlette.requests import Request

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Done(msgspec.Struct, forbid_unknown_fields=True):
    numbers: Numbers
    note: Text
    target: Name | None = None


async def get_tasks(request: Request) -> Response:
    """What waits for a person, the earliest deadline first."""
    service = Service.of(request)
    await service.caller(request, Scope.DELIVERIES_READ)
    found = await tasks.waiting(service.shelf, target=text(request, "target"), most=limit(request))
    return answered(tasks_document(found, reveal=True))


async def post_done(request: Request) -> Response:
    """Some are done, on the word of the calling account."""
    service = Service.of(request)
    caller = await service.caller(request, Scope.DELIVERIES_DECIDE)
    asked = await read_as(request, service, _Done)
    found = await tasks.done(service.shelf, asked.numbers, asked.target, caller.account, asked.note.strip())
    return _outcome("done", asked.numbers, found)


async def post_undone(request: Request) -> Response:
    """Some are not done after all."""
    service = Service.of(request)
    caller = await service.caller(request, Scope.DELIVERIES_DECIDE)
    asked = await read_as(request, service, _Done)
    found = await tasks.undone(service.shelf, asked.numbers, asked.target, caller.account, asked.note.strip())
    return _outcome("waiting again", asked.numbers, found)


async def get_evidence(request: Request) -> Response:
    """One person's pack, for whoever has a link that is still good: it says whose, and needs no token."""
    service = Service.of(request)
    form = request.path_params["form"]
    secrets = [key.secret for key in service.shelf.keys.keys]
    link = read(request.path_params["link"], secrets, datetime.now(UTC))
    if link is None or form not in {"csv", "pdf"}:
        raise Refused(
            "not-found", "there is no such link, or it has ended", expected="a link of trueup task pack"
        )
    found = await tasks.packs(service.shelf, link.target, [link.person])
    if not found:
        raise Refused("not-found", "there is no evidence under this link any more", expected="a completion")
    body, kind = (as_pdf(found[0]), "application/pdf") if form == "pdf" else (as_csv(found), "text/csv")
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="evidence.{form}"',
        "Referrer-Policy": "no-referrer",
    }
    return Response(body, media_type=kind, headers=headers)


def _outcome(what: str, numbers: tuple[int, ...], found: list[int]) -> Response:
    left = sorted(set(numbers) - set(found))
    return answered({"schema": "trueup.task/1", "outcome": what, "numbers": found, "others": left})
