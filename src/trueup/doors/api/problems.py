"""Problems as they are answered (RFC 9457, contracts/problem.schema.json). Knows no operation."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trueup.doors.api.problem_kinds import meaning

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which request it is, and which attempt the sender says it is."""

    request_id: UUID
    attempt: int


class Refused(Exception):  # noqa: N818 - an answer to the caller, not a defect
    """A request, or one event of it, that is not taken: the code of the problem and where it is."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        pointer: str | None = None,
        expected: str | None = None,
        actual: str | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.what = What(code, detail, pointer, expected, actual)
        self.retry_after = retry_after
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class What:
    """What is wrong this time. `actual` is redacted by whoever says it."""

    code: str
    detail: str
    pointer: str | None = None
    expected: str | None = None
    actual: str | None = None
    owner: str | None = field(default=None)  # where somebody else settles it than the code says


def document(what: What, asked: Asked, now: datetime) -> dict[str, Any]:
    """The JSON object of a problem. KeyError for a code that nobody knows is a defect."""
    known = meaning(what.code)
    if known is None:
        raise KeyError(what.code)
    return {
        "type": f"/v1/problems/{known.code}",
        "title": known.title,
        "status": known.status,
        "detail": what.detail,
        "instance": f"urn:uuid:{asked.request_id}",
        "code": known.code,
        "request_id": str(asked.request_id),
        "time": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "attempt": asked.attempt,
        "pointer": what.pointer,
        "expected": what.expected,
        "actual": what.actual,
        "owner": what.owner or known.owner,
        "escalation": {"hours": known.hours, "next": known.next},
        "todo": known.todo,
        "docs": known.docs,
    }


def asked_by(request: Request) -> Asked:
    """The request's id and attempt, as the passage noted them."""
    asked: Asked = request.scope["trueup.asked"]
    return asked


def answer(refused: Refused, asked: Asked) -> Response:
    """The answer to a request that is not taken."""
    told = document(refused.what, asked, datetime.now(UTC))
    headers = dict(refused.headers)
    if refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    if told["status"] == 401 and "WWW-Authenticate" not in headers:
        headers["WWW-Authenticate"] = 'Bearer realm="trueup", Basic realm="trueup"'
    return Response(msgspec.json.encode(told), told["status"], headers, MEDIA_TYPE)
