"""What every request passes: its id, its log line, its figures, and the answer where something fails.

Knows no operation. The log names the operation, never the address: an address may hold a person's mail.
"""

import time
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from trueup.doors.api.problems import Asked, Refused
from trueup.doors.api.service import Service
from trueup.kit.database import UnavailableError
from trueup.kit.log import logger

UNAVAILABLE_RETRY_AFTER = 2  # seconds


Telling = Callable[[Refused, Asked], Response]
"""How a refusal is told."""


class Passage:
    """The outermost layer: nothing leaves it but an answer of the contract. `telling` is asked by the address's path."""

    def __init__(self, app: ASGIApp, service: Service, telling: Callable[[str], Telling]) -> None:
        self._app = app
        self._telling = telling
        self._service = service
        self._figures = service.figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, asked = time.perf_counter(), _asked(scope)
        scope["trueup.asked"] = asked
        scope["trueup.service"] = self._service
        # an encoded slash is a part of a record's id: the address is taken apart before it is decoded
        scope["path"] = scope["raw_path"].decode("ascii", "replace")
        clear_contextvars()
        bind_contextvars(request_id=str(asked.request_id))
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", str(asked.request_id).encode())]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:
            if status:  # the answer has begun: it can only be cut off
                raise
            await self._failed(error, asked, self._telling(scope["path"]))(scope, receive, sent)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _failed(
        self, error: Exception, asked: Asked, tell: Telling
    ) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        if isinstance(error, Refused):
            refused = error
        elif isinstance(error, UnavailableError):
            logger().warning("database.unavailable", what=error.what)
            refused = Refused(
                "unavailable", "the database does not answer", retry_after=UNAVAILABLE_RETRY_AFTER
            )
        else:
            logger().error("request.failed", exc_info=error)
            refused = Refused("defect", "trueup failed at this request")
        self._figures.problems.labels(refused.what.code).inc()
        return tell(refused, asked)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        operation = scope.get("trueup.operation", "none")
        self._figures.requests.labels(operation, str(status)).observe(seconds)
        logger().info("request.answered", operation=operation, status=status, ms=round(seconds * 1000, 1))


def _asked(scope: Scope) -> Asked:
    """The id that the sender gave, where it is a UUID, and which attempt it says it is."""
    headers = Request(scope).headers
    try:
        request_id = UUID(headers.get("x-request-id", ""))
    except ValueError:
        request_id = uuid4()
    attempt = headers.get("x-attempt", "1")
    known = attempt.isascii() and attempt.isdigit() and 0 < int(attempt[:8]) <= 1_000_000
    return Asked(request_id, int(attempt) if known else 1)
