"""What every xAPI request and answer has: the version, and how far answers are consistent. Knows no statement."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from trueup.doors.api.bodies import FORM, read_body
from trueup.doors.api.problems import Refused
from trueup.doors.api.service import Service
from trueup.intake.xapi.refusal import Refusal, Version

Endpoint = Callable[[Request], Awaitable[Response]]

VERSION = "X-Experience-API-Version"
CONSISTENT = "X-Experience-API-Consistent-Through"
_SPOKEN = re.compile(r"(?P<major>[12])\.0(\.[0-9]{1,4})?")
_AS_HEADERS = {
    "authorization",
    "x-experience-api-version",
    "content-type",
    "content-length",
    "if-match",
    "if-none-match",
}


def version_of(request: Request) -> Version:
    """The version that the request speaks. Raises Refused (400) where it says none, or another one."""
    told = request.headers.get(VERSION, "")
    found = _SPOKEN.fullmatch(told)
    if found is None:
        raise Refused(
            "bad-parameter",
            f"the header {VERSION} names no version that is spoken here",
            pointer=VERSION,
            expected="1.0, 1.0.x, 2.0 or 2.0.x",
            actual=f"text of {len(told)} characters" if told else "absent",
        )
    return Version.V2 if found["major"] == "2" else Version.V1


def spoken(endpoint: Endpoint) -> Endpoint:
    """The endpoint with the headers of xAPI on whatever it answers (xAPI 1.0.3, Communication 2.1.3, 3.3)."""

    async def answered(request: Request) -> Response:
        told: dict[str, str] = {VERSION: Version.V1}  # where the request says none: every client knows it
        try:
            told[VERSION] = version_of(request)
            response = await endpoint(request)
        except Refused as refused:
            refused.headers |= told | await _consistent(request)
            raise
        response.headers.update(told | await _consistent(request))
        return response

    return answered


async def _consistent(request: Request) -> dict[str, str]:
    through = await Service.of(request).statements.consistent_through()
    return {CONSISTENT: through.isoformat(timespec="microseconds").replace("+00:00", "Z")}


def parameters_of(request: Request) -> list[tuple[str, str]]:
    """The parameters of the address, as they stand. Raises Refused (400) where they cannot be read."""
    try:
        return parse_qsl(
            request.scope["query_string"].decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(request.scope["query_string"]),
            errors="strict",
            max_num_fields=50,
        )
    except ValueError:
        raise Refused(
            "bad-parameter",
            "the parameters of the address cannot be read",
            expected="name=value&...",
            actual="another form",
        ) from None


def refused_for(refusals: tuple[Refusal, ...], code: str) -> Refused:
    """The answer to what breaks rules of xAPI: the first place, and how many there are."""
    first = refusals[0]
    more = f", and {len(refusals) - 1} more" if len(refusals) > 1 else ""
    return Refused(
        code,
        f"{len(refusals)} place{'s' * (len(refusals) > 1)} not as xAPI has it: {first.pointer or 'the whole'}{more}",
        pointer=first.pointer,
        expected=f"{first.expected} ({first.clause})",
        actual=first.actual,
    )


async def unfolded(request: Request, method: str) -> Request:
    """The request that a form holds: the alternate request syntax (xAPI 1.0.3, Communication 1.3).

    The form has the headers of the real request, its parameters, and its body as `content`.
    """
    service = Service.of(request)
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        raise Refused(
            "malformed-body", "the alternate syntax is a form", expected=FORM, actual="another type"
        )
    body = await read_body(request, (FORM,), service.limits)
    try:
        pairs = parse_qsl(body.raw.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise Refused(
            "malformed-body", "the form cannot be read", expected="a form", actual="another text"
        ) from None
    given = {name.lower(): value for name, value in pairs if name.lower() in _AS_HEADERS}
    content = next((value for name, value in pairs if name == "content"), "").encode()
    query = urlencode([(n, v) for n, v in pairs if n != "content" and n.lower() not in _AS_HEADERS])
    given.setdefault("content-type", "application/json")
    given["content-length"] = str(len(content))
    kept = [(name, value) for name, value in request.scope["headers"] if name.decode("latin-1") not in given]
    headers = [*kept, *((name.encode(), value.encode("utf-8")) for name, value in given.items())]
    scope = {**request.scope, "method": method, "query_string": query.encode(), "headers": headers}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": content, "more_body": False}

    return Request(scope, receive)
