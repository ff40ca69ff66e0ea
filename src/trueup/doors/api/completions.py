"""Events in: PUT and POST of /v1/completions. Knows the request; journey/arrive takes events in."""

import hashlib
from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trueup.access.tokens import Caller, Scope
from trueup.doors.api import verdicts
from trueup.doors.api.bodies import JSON, NDJSON, checked_depth, events_of, read_body
from trueup.doors.api.callers import source_of
from trueup.doors.api.keys import source_named, whole_key, with_key
from trueup.doors.api.problems import Refused, asked_by
from trueup.doors.api.service import Service
from trueup.doors.api.verdicts import Told
from trueup.journey.arrive import Incoming
from trueup.model.completions import Outcome, Verdict

LONGEST_KEY = 200


async def put_completion(request: Request) -> Response:
    """One event under the key of the address."""
    service = Service.of(request)
    caller = await service.caller(request, Scope.COMPLETIONS_WRITE)
    key = whole_key(request.path_params["key"])
    source_of(caller, key.source)
    async with service.turns.turn(service.size_of(request)):
        body = await read_body(request, (JSON,), service.limits)
        parts = {"source": key.source, "record_id": key.record_id, "revision": key.revision}
        event = with_key(body.raw, parts, service.limits)
        return verdicts.one((await take(service, [event], "api"))[0], asked_by(request))


async def post_completions(request: Request) -> Response:
    """One event, or a batch of them."""
    service = Service.of(request)
    caller = await service.caller(request, Scope.COMPLETIONS_WRITE)
    repeat_key = _idempotency_key(request)
    async with service.turns.turn(service.size_of(request)):
        body = await read_body(request, (JSON, NDJSON), service.limits)
        events, batch = events_of(body, service.limits)
        if not batch:
            events = [_single(events[0], caller, repeat_key, service)]
        if repeat_key is not None:
            digest = hashlib.sha256(body.raw).digest()
            if not await service.admission.same_request(caller.account, repeat_key, digest):
                raise Refused(
                    "key-reused",
                    "the Idempotency-Key stands for another body",
                    pointer="Idempotency-Key",
                    expected="the body of the first time",
                    actual="another body",
                )
        told = await _own(service, events, caller)
        return (
            verdicts.several(told, asked_by(request)) if batch else verdicts.one(told[0], asked_by(request))
        )


def _single(event: bytes, caller: Caller, repeat_key: str | None, service: Service) -> bytes:
    """A single event with its key: its source is the caller's, its record id may be the request's own key."""
    known = {"source": source_of(caller, source_named(event))}
    event = with_key(event, known, service.limits)
    if "record_id" not in msgspec.json.decode(event):
        if repeat_key is None:
            raise Refused(
                "missing-key",
                "the event has no key",
                pointer="/record_id",
                expected="record_id, or the header Idempotency-Key",
                actual="absent",
            )
        event = with_key(event, {"record_id": repeat_key}, service.limits)
    return event


async def _own(service: Service, events: Sequence[bytes], caller: Caller) -> list[Told]:
    """Takes in what is of the caller's source and not too deep; the rest is refused, each by itself."""
    told: dict[int, Told] = {}
    for place, event in enumerate(events):
        try:
            checked_depth(event, service.limits, "")
            named = source_named(event)
            if named is not None:
                source_of(caller, named)
        except Refused as refused:
            told[place] = Told(Verdict(Outcome.REJECTED), refused=refused.what)
    own = [place for place in range(len(events)) if place not in told]
    taken = await take(service, [events[place] for place in own], "api") if own else []
    told |= dict(zip(own, taken, strict=True))
    return [told[place] for place in range(len(events))]


async def take(service: Service, events: Sequence[bytes], door: str) -> list[Told]:
    """Takes events in and acknowledges them."""
    found = await service.doors[door].arrive([Incoming(event) for event in events])
    for verdict in found:
        service.figures.events.labels(door, verdict.outcome).inc()
    return [Told(verdict, service.receipts.of(verdict)) for verdict in found]


def _idempotency_key(request: Request) -> str | None:
    told = request.headers.getlist("idempotency-key")
    if not told:
        return None
    key = told[0]
    if len(told) > 1 or not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Refused(
            "bad-parameter",
            "the header Idempotency-Key is not as it may be",
            pointer="Idempotency-Key",
            expected=f"one text of 1 to {LONGEST_KEY} printable characters of ASCII",
            actual=f"text of {len(key)} characters",
        )
    return key
