"""What a request asks for: its parameters and its body, within bounds, and the answer in JSON. Knows no endpoint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from starlette.responses import Response

from trueup.doors.api.bodies import JSON, checked_depth, read_body
from trueup.doors.api.problems import Refused

if TYPE_CHECKING:
    from typing import TypeVar

    from starlette.requests import Request

    from trueup.doors.api.service import Service

    Body = TypeVar("Body")

MOST = 1000
HIGHEST = 2**63 - 1  # what the database counts to
Numbers = Annotated[
    tuple[Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)], ...], msgspec.Meta(min_length=1, max_length=1000)
]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]


def text(request: Request, name: str, *, required: bool = False) -> str | None:
    """A parameter's text; None where it is absent. Raises Refused where it is not as it may be."""
    said = request.query_params.getlist(name)
    if not said and not required:
        return None
    if len(said) != 1 or not 0 < len(said[0].strip()) <= MOST or "\0" in said[0]:
        raise bad(name, "one text of 1 to 1000 characters", *said[:1])
    return said[0]


def limit(request: Request) -> int:
    """How many are asked for. Raises Refused where that is no number, or too many."""
    said = text(request, "limit")
    if said is None:
        return 100
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and 1 <= int(said) <= MOST):
        raise bad("limit", f"a whole number from 1 to {MOST}", said)
    return int(said)


def flag(request: Request, name: str) -> bool:
    """Whether a parameter says true. Raises Refused where it says something else than true or false."""
    said = text(request, name)
    if said not in {None, "true", "false"}:
        raise bad(name, "true or false", said or "")
    return said == "true"


async def read_as(request: Request, service: Service, kind: type[Body]) -> Body:
    """The body as the contract has it. Raises Refused with where and what was expected."""
    async with service.turns.turn(service.size_of(request)):
        body = await read_body(request, (JSON,), service.limits)
    try:
        return msgspec.json.decode(checked_depth(body.raw, service.limits), type=kind)
    except msgspec.DecodeError as error:
        where = re.search(r"`\$\.?([^`]*)`", str(error))
        raise Refused(
            "malformed-body",
            "the body is not as the contract says",
            pointer="/" + where[1].replace(".", "/") if where else None,
            expected=re.sub(r" - at `.*", "", str(error))[:200],
        ) from None


def answered(document: dict[str, Any], status: int = 200) -> Response:
    """The document as an answer."""
    return Response(msgspec.json.encode(document), status, media_type=JSON)


def bad(name: str, expected: str, said: str = "") -> Refused:
    """A parameter that is not as it may be; what it says is not repeated."""
    return Refused(
        "bad-parameter",
        "the parameter is not as it may be",
        pointer=name,
        expected=expected,
        actual=f"text of {len(said)} characters",
    )
