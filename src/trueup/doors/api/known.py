"""What is known of a completion: GET of /v1/completions/{key}, its receipt, its conversions. Knows requests only."""

from decimal import Decimal
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trueup.access.tokens import Scope
from trueup.doors.api.bodies import JSON
from trueup.doors.api.callers import source_of
from trueup.doors.api.keys import loose_key
from trueup.doors.api.problems import Refused
from trueup.doors.api.service import Service
from trueup.doors.conversion import conversion, in_utc, times_of
from trueup.journey.consult import Told, conversions, looked_up, receipt
from trueup.model.completions import Completion, Key


async def get_completion(request: Request) -> Response:
    """A completion as it was read, or what it waits for."""
    _, told = await asked_record(request, Scope.COMPLETIONS_READ)
    entry, done = told.entry, told.entry.completion
    body = {
        **_key(entry.key),
        **(_who(told) if told.who else {}),
        **(_reading(done) if done else {"course_id": None, "status": None}),
        "received_at": in_utc(entry.received_at),
        "digest": told.digest,
        "state": "taken" if done else "quarantined",
        "fault": entry.fault.code if entry.fault else None,
        "revisions": told.revisions,
    }
    return Response(msgspec.json.encode(body), media_type=JSON)


async def get_receipt(request: Request) -> Response:
    """The receipt of what stands under the key, with its proof as soon as there is one."""
    service, told = await asked_record(request, Scope.COMPLETIONS_READ)
    found = await receipt(service.shelf, told.entry.key, service.receipts.key)
    if found is None:
        raise Refused("gone", "the person was erased, and with their key what opens the log's entry")
    return Response(msgspec.json.encode(found.document()), media_type=JSON)


async def get_conversions(request: Request) -> Response:
    """How each time of each revision of the record was read."""
    service, told = await asked_record(request, Scope.COMPLETIONS_READ)
    entries = await conversions(service.shelf, told.entry.key, told.revisions)
    found = [
        {"revision": entry.key.revision, **conversion(member, instant)}
        for entry in entries
        if entry.completion
        for member, instant in times_of(entry.completion)
    ]
    return Response(msgspec.json.encode({"conversions": found}), media_type=JSON)


async def asked_record(request: Request, scope: Scope) -> tuple[Service, Told]:
    """What stands under the key of the address; where its last part is no revision of it, the latest one."""
    service = Service.of(request)
    caller = await service.caller(request, scope)
    at_revision, record = loose_key(request.path_params["key"])
    source_of(caller, record.source)
    told = await looked_up(service.shelf, at_revision, record)
    if told is None:
        raise Refused("not-found", "nothing stands under this key", pointer="key")
    return service, told


def _key(key: Key) -> dict[str, str]:
    return {"source": key.source, "record_id": key.record_id, "revision": key.revision}


def _who(told: Told) -> dict[str, Any]:
    who = told.who
    if who is None:
        return {}
    return {
        "account": {"issuer": who.issuer, "name": who.name} if who.name else None,
        "employee_number": who.employee_number,
        "person_id": who.person_id,
        "email": who.email,
    }


def _reading(done: Completion) -> dict[str, Any]:
    score = done.score
    return {
        "course_id": done.course_id,
        "attempt": done.attempt,
        "status": done.status,
        "occurred_at": conversion("occurred_at", done.occurred) if done.occurred else None,
        "recorded_at": conversion("recorded_at", done.recorded) if done.recorded else None,
        "score": {
            "raw": _exact(score.raw),
            "min": _exact(score.low),
            "max": _exact(score.high),
            "scale": score.scale,
            "scale_version": score.scale_version,
        }
        if score
        else None,
        "tags": done.tags,
    }


def _exact(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
