"""What comes in before there is a request: bytes that are no HTTP, headers without an end. Knows no operation.

The server's own protocol answers such bytes with a line of text, and waits for headers as long and as much as they come.
Here they are a problem like any other, and bounded.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trueup.doors.api.problems import MEDIA_TYPE, Asked, What, document
from trueup.kit.log import logger

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

LARGEST_HEAD = 64 * 1024  # bytes of request line and headers
HEAD_SECONDS = 30.0  # for all of them to arrive
LINGER_SECONDS = 2.0  # that a refused sender may go on sending

_NO_HTTP = What(
    "malformed-request", "what came in is no HTTP request", expected="HTTP/1.1", actual="other bytes"
)
_TOO_LARGE = What(
    "headers-too-large",
    f"the headers are larger than {LARGEST_HEAD} bytes",
    expected=f"at most {LARGEST_HEAD} bytes",
    actual="more",
)
_TOO_SLOW = What(
    "request-too-slow",
    f"the headers did not arrive in {HEAD_SECONDS:g} seconds",
    expected=f"all of them in {HEAD_SECONDS:g} seconds",
    actual="a part of them",
)


class Wire(HttpToolsProtocol):
    """One connection."""

    _refused: What | None = None  # nothing is read any more
    _in_head = False
    _unread = 0  # bytes of a head that came in and is not complete, as far as they are all of it
    _read = 0  # bytes of its headers that are
    _begun = 0  # heads that began in the bytes at hand
    _waiting: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as the server has it
        """Begins to wait for a first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there to wait for."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on; what is no HTTP, or has no end, is refused and the connection closed."""
        self._unset_keepalive_if_required()
        if self._refused:
            return
        idle = self.cycle is None or self.cycle.response_complete
        self._begun = 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return  # no other protocol is spoken here: it goes on as HTTP
        except httptools.HttpParserError:
            self._refuse(_TOO_LARGE if self._in_head and self._read > LARGEST_HEAD else _NO_HTTP)
            return
        if self._in_head:
            self._unread += len(data) if self._begun == 0 or (idle and self._begun == 1) else 0
            if self._unread > LARGEST_HEAD:
                self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The first bytes of a request."""
        super().on_message_begin()
        self._in_head, self._unread, self._read = True, 0, 0
        self._begun += 1
        self._wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header more; ValueError where they are too many, which ends the reading."""
        super().on_header(name, value)
        self._read += len(name) + len(value)
        if self._read > LARGEST_HEAD:
            raise ValueError("headers too large")

    def on_headers_complete(self) -> None:
        """The request can be answered."""
        self._in_head = False
        self._wait_no_more()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._wait_no_more()
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait()  # the request before it is still being answered
        elif self._in_head:
            self._refuse(_TOO_SLOW)
        else:
            self.transport.close()  # a connection on which nothing was said

    def on_response_complete(self) -> None:
        """Goes on with the next request; what came in behind the last one is refused now."""
        super().on_response_complete()
        if self._refused is not None and self.cycle.response_complete and not self.transport.is_closing():
            self._answer(self._refused)

    def _refuse(self, what: What) -> None:
        """Reads no more, and answers with the problem once the requests before it have their answers."""
        self._refused, self._in_head = what, False
        self._wait_no_more()
        if self.cycle is not None and not self.cycle.response_complete:
            if not self.cycle.more_body:
                return
            if self.pipeline:  # its turn to be answered would never come
                self.transport.close()
                return
            self.cycle.disconnected = True  # the rest of its body does not come
            self.cycle.message_event.set()
        self._answer(what)

    def _answer(self, what: What) -> None:
        """Answers with the problem, says no more, and closes the connection a little later."""
        asked = Asked(uuid4(), 1)
        told = document(what, asked, datetime.now(UTC))
        body = msgspec.json.encode(told)
        status = HTTPStatus(told["status"])
        logger().info("request.refused", code=what.code, request_id=str(asked.request_id))
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nx-request-id: {asked.request_id}\r\nconnection: close\r\n\r\n".encode()
            + body
        )
        self.transport.write_eof()  # what is still on its way is read and forgotten, or the answer would be lost
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
