"""The statements resource of xAPI: PUT, POST, GET and more. Knows requests; journey/statements takes and finds."""

import base64
import binascii
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trueup.access.tokens import Caller, Scope
from trueup.doors.api.bodies import JSON, checked_depth, malformed, parsed, read_body
from trueup.doors.api.callers import source_of
from trueup.doors.api.keys import with_key
from trueup.doors.api.problems import Refused
from trueup.doors.api.service import Service
from trueup.doors.xapi.shown import shown
from trueup.doors.xapi.spoken import Endpoint, parameters_of, refused_for, spoken, unfolded, version_of
from trueup.intake.xapi.formats import is_uuid
from trueup.intake.xapi.forms import wanted_languages
from trueup.intake.xapi.refusal import Refusal, Version, kind_of
from trueup.intake.xapi.selection import Many, One, read_query
from trueup.journey.statements import Conflict, Found, Sender, Taken

LARGEST_BATCH = 1000


async def get_about(_request: Request) -> Response:
    """The versions that are spoken (xAPI 1.0.3, Communication 2.8)."""
    body = {"version": [str(version) for version in Version]}
    return Response(
        msgspec.json.encode(body), media_type=JSON, headers={"X-Experience-API-Version": Version.V1}
    )


async def put_statement(request: Request) -> Response:
    """One statement under the id of the parameter."""
    service, sender = await _sender(request)
    parameters = dict(_only(request, {"statementId"}))
    if not is_uuid(parameters.get("statementId", "")):
        raise refused_for(
            (Refusal("statementId", "a UUID", "another text or none", "Communication 2.1.1"),),
            "bad-parameter",
        )
    async with service.turns.turn(service.size_of(request)):
        body = await read_body(request, (JSON,), service.limits)
        told = parsed(body.raw, service.limits)
        if not isinstance(told, dict):
            raise Refused(
                "malformed-body",
                "PUT takes one statement",
                pointer="",
                expected="a statement",
                actual=kind_of(told),
            )
        id_, own = parameters["statementId"], told.get("id")
        if isinstance(own, str) and own.lower() != id_.lower():
            raise Refused(
                "key-mismatch",
                "the id is not that of the parameter",
                pointer="/id",
                expected="the statementId",
                actual="another id",
            )
        raw = body.raw if "id" in told else with_key(body.raw, {"id": id_}, service.limits)
        await _take(service, [raw], sender, batch=False)
    return Response(status_code=204)


async def post_statements(request: Request) -> Response:
    """One statement or a batch, all or none; or another request in the alternate syntax."""
    if dict(parameters_of(request)).keys() == {"method"}:
        return await _alternate(request)
    return await spoken(_post)(request)


async def _post(request: Request) -> Response:
    _only(request, set())
    service, sender = await _sender(request)
    async with service.turns.turn(service.size_of(request)):
        body = await read_body(request, (JSON,), service.limits)
        raws, batch = _raws(body.raw, service)
        taken = await _take(service, raws, sender, batch=batch)
    return Response(msgspec.json.encode([str(id_) for id_ in taken.ids]), media_type=JSON)


async def get_statements(request: Request) -> Response:
    """One statement by its id, or a page of those that match."""
    service, source = await _reader(request)
    asked = read_query(parameters_of(request), version_of(request))
    if isinstance(asked, tuple):
        raise refused_for(asked, "bad-parameter")
    if isinstance(asked, Many):
        return await _page(request, service, source, asked, pairs=parameters_of(request), after=None)
    return await _single(request, service, source, asked)


async def get_more(request: Request) -> Response:
    """The page after one that was given."""
    service, source = await _reader(request)
    pairs, after = _cursor(request.path_params["cursor"])
    asked = read_query(pairs, version_of(request))
    if not isinstance(asked, Many):
        raise _no_cursor()
    return await _page(request, service, source, asked, pairs=pairs, after=after)


async def _sender(request: Request) -> tuple[Service, Sender]:
    service, caller = await _caller(request, Scope.STATEMENTS_WRITE)
    return service, Sender(caller.account, source_of(caller, None), version_of(request))


async def _reader(request: Request) -> tuple[Service, str]:
    service, caller = await _caller(request, Scope.STATEMENTS_READ)
    return service, source_of(caller, None)


async def _caller(request: Request, scope: Scope) -> tuple[Service, Caller]:
    service = Service.of(request)
    return service, await service.caller(request, scope)


def _only(request: Request, known: set[str]) -> list[tuple[str, str]]:
    """The parameters, each known and given once (xAPI 1.0.3, Communication 3.2: others are 400)."""
    pairs = parameters_of(request)
    names = [name for name, _ in pairs]
    for name in names:
        if name not in known or names.count(name) > 1:
            expected = " or ".join(sorted(known)) or "none"
            raise refused_for(
                (
                    Refusal(
                        name,
                        f"no other parameter than {expected}, and that once",
                        "another parameter",
                        "Communication 3.2",
                    ),
                ),
                "bad-parameter",
            )
    return pairs


async def _alternate(request: Request) -> Response:
    """A request in the form of another one (Communication 1.3)."""
    method = _only(request, {"method"})[0][1]
    endpoints = {"PUT": put_statement, "POST": _post, "GET": get_statements}
    if method not in endpoints:
        refusal = Refusal("method", " or ".join(endpoints), "another text", "Communication 1.3")
        raise refused_for((refusal,), "bad-parameter")
    return await spoken(_of_version_1(endpoints[method]))(await unfolded(request, method))


def _of_version_1(endpoint: Endpoint) -> Endpoint:
    """The endpoint for requests of 1.0.3: 2.0 has no alternate syntax (IEEE 9274.1.1)."""

    async def answered(request: Request) -> Response:
        if version_of(request) is Version.V2:
            raise refused_for(
                (Refusal("method", "no such parameter in xAPI 2.0", "a method", "IEEE 9274.1.1"),),
                "bad-parameter",
            )
        return await endpoint(request)

    return answered


def _raws(raw: bytes, service: Service) -> tuple[list[bytes], bool]:
    """The statements of a body, each as its own JSON text, and whether it is a batch."""
    if not raw.lstrip().startswith(b"["):
        parsed(raw, service.limits)
        return [raw], False
    try:
        raws = [bytes(one) for one in msgspec.json.decode(raw, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError) as error:
        raise malformed(error) from None
    if len(raws) > LARGEST_BATCH:
        raise Refused(
            "body-too-large",
            f"the batch holds more than {LARGEST_BATCH} statements",
            pointer="",
            expected=f"at most {LARGEST_BATCH}",
            actual=str(len(raws)),
        )
    for place, one in enumerate(raws):
        checked_depth(one, service.limits, f"/{place}")
    return raws, True


async def _take(service: Service, raws: list[bytes], sender: Sender, *, batch: bool) -> Taken:
    found = await service.statements.take(raws, sender, batch=batch)
    match found:
        case Taken():
            service.figures.statements.labels("taken").inc(len(raws))
            for verdict in found.verdicts:
                service.figures.events.labels("xapi", verdict.outcome).inc()
            return found
        case Conflict():
            service.figures.statements.labels("conflict").inc(len(raws))
            raise Refused(
                "conflict",
                "another statement stands under the id; nothing was stored",
                pointer=f"/{found.place}/id" if batch else "/id",
                expected="the statement of the first time, or a new id",
                actual="another statement",
            )
        case refusals:
            service.figures.statements.labels("refused").inc(len(raws))
            raise refused_for(refusals, "statement-refused")


async def _single(request: Request, service: Service, source: str, asked: One) -> Response:
    found = await service.statements.find_one(asked, source)
    if found is None:
        raise Refused(
            "not-found",
            "no statement of this id, or it is voided",
            pointer="voidedStatementId" if asked.voided else "statementId",
        )
    if found.text is None:
        raise Refused("gone", "the statement was taken; its text is no longer kept")
    languages = wanted_languages(request.headers.get("accept-language", ""))
    return _answer(request, shown(found, asked.form, languages), found.stored_at)


async def _page(
    request: Request,
    service: Service,
    source: str,
    asked: Many,
    *,
    pairs: list[tuple[str, str]],
    after: tuple[datetime, int] | None,
) -> Response:
    found = await service.statements.find(asked, source, after)
    page = found[: asked.limit]
    languages = wanted_languages(request.headers.get("accept-language", ""))
    told = {
        "statements": [shown(one, asked.form, languages) for one in page if one.text is not None],
        "more": _more(pairs, page[-1]) if len(found) > len(page) else "",
    }
    return _answer(request, told, max((one.stored_at for one in page), default=None))


def _answer(request: Request, told: dict[str, Any], stored_at: datetime | None) -> Response:
    """A statement or a result; in parts where attachments are asked for: no content of theirs is kept (2.1.3)."""
    body, media_type = msgspec.json.encode(told), JSON
    if ("attachments", "true") in parameters_of(request):
        boundary = uuid4().hex
        start = f"--{boundary}\r\nContent-Type: {JSON}\r\n\r\n"
        body = start.encode() + body + f"\r\n--{boundary}--\r\n".encode()
        media_type = f"multipart/mixed; boundary={boundary}"
    headers = {"Last-Modified": format_datetime(stored_at.astimezone(UTC), usegmt=True)} if stored_at else {}
    return Response(body, media_type=media_type, headers=headers)


def _more(pairs: list[tuple[str, str]], last: Found) -> str:
    """Where the next page is (Data 2.5): the query again, and the last statement of this page."""
    told = msgspec.json.encode([pairs, last.stored_at, last.seq])
    return f"/xapi/more/{base64.urlsafe_b64encode(told).decode().rstrip('=')}"


def _cursor(text: str) -> tuple[list[tuple[str, str]], tuple[datetime, int]]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        pairs, stored_at, seq = msgspec.json.decode(raw, type=tuple[list[tuple[str, str]], datetime, int])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise _no_cursor() from None
    if stored_at.tzinfo is None or not 0 <= seq < 1 << 63:
        raise _no_cursor()
    return pairs, (stored_at, seq)


def _no_cursor() -> Refused:
    return Refused(
        "bad-parameter",
        "this is no place in a result",
        pointer="cursor",
        expected="a StatementResult's more",
        actual="another text",
    )
