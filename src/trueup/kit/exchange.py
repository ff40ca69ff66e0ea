"""One question over HTTP and its answer, within bounds of size and time. Knows no vendor and never asks twice.

Redirects are not followed: what is sent goes to nobody but the address that was given.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx2

from trueup.kit.throttling import Signals, signals

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 30.0  # for one answer to arrive whole
SIZE = 16 * 1024 * 1024  # bytes of an answer
_IDS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-request-context-id")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `headers` by names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    signals: Signals
    request_id: str | None = None

    @property
    def good(self) -> bool:
        """Whether it says that all went well; what went well may yet not be there."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; None where it is none, or is nested beyond reason."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class NoReplyError(Exception):
    """There is no answer. `sent`: whether the question may have arrived. Says only of what kind the trouble is."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent


class Line:
    """Asks one system. Closed by whoever opened the client."""

    def __init__(self, client: httpx2.AsyncClient, *, seconds: float = SECONDS, size: int = SIZE) -> None:
        self._client = client
        self.seconds = seconds
        self._size = size

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        document: Any = None,
    ) -> Reply:
        """The answer, whatever its status; `document` goes as JSON. Raises NoReplyError."""
        told = dict(headers or {})
        if document is not None:
            told, content = told | {"Content-Type": "application/json"}, json.dumps(document).encode()
        try:
            async with (
                asyncio.timeout(self.seconds),
                self._client.stream(
                    method, url, headers=told, params=dict(params) if params else None,
                    content=content, follow_redirects=False,
                ) as answer,
            ):  # fmt: skip  # a list
                body = bytearray()
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > self._size:
                        raise NoReplyError(f"an answer of more than {self._size:,} bytes", sent=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise NoReplyError(type(error).__name__, sent=False) from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.LocalProtocolError) as error:
            raise NoReplyError(f"the address can't be asked ({type(error).__name__})", sent=False) from error
        except (httpx2.HTTPError, TimeoutError) as error:
            raise NoReplyError(type(error).__name__, sent=True) from error
        return _reply(answer, bytes(body))


def _reply(answer: httpx2.Response, body: bytes) -> Reply:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    told = next((headers[name] for name in _IDS if name in headers), None)
    return Reply(
        status=answer.status_code,
        headers=headers,
        body=body,
        signals=signals(answer.status_code, headers, body, datetime.now(UTC)),
        request_id="".join(letter for letter in told if letter.isprintable())[:200] if told else None,
    )
