"""GET over HTTP within bounds of size and time, tried again where the server asks for patience. Knows no server.

Redirects are not followed: the token goes to nobody but the address that was given.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx2

from trueup.kit.throttling import waiting
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

PASSING = {408, 425, 429, 500, 502, 503, 504}


class FetchError(ToldError):
    """What was asked for can't be had: what, what was expected, what to do. `status` is the server's, 0 for none."""

    def __init__(self, what: str, expected: str, todo: str, status: int = 0) -> None:
        super().__init__(what, expected, todo)
        self.status = status


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is waited for, and how much is taken."""

    attempts: int = 6
    first_wait: float = 1.0  # seconds; twice as long each time
    longest_wait: float = 300.0  # seconds, whatever the server asks for
    seconds: float = 60.0  # for one answer to arrive whole
    size: int = 16 * 1024 * 1024  # bytes of an answer


class Fetcher:
    """Asks one server. `wait` sleeps; `tell` hears of each second try."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        patience: Patience,
        *,
        tell: Callable[[str], None],
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._patience = patience
        self._tell = tell
        self._wait = wait

    async def get(self, url: str, parameters: Mapping[str, str]) -> bytes:
        """The body of a good answer. Raises FetchError."""
        for attempt in range(1, self._patience.attempts + 1):
            last = attempt == self._patience.attempts
            try:
                async with asyncio.timeout(self._patience.seconds):
                    answer, body = await self._once(url, parameters)
            except (httpx2.TransportError, TimeoutError) as error:
                if last:
                    raise _unreachable(error, attempt) from error
                await self._pause(attempt, None, type(error).__name__)
                continue
            if answer.is_success:
                return body
            if answer.status_code not in PASSING or last:
                raise _refused(answer.status_code, attempt)
            await self._pause(
                attempt, answer.headers.get("retry-after"), f"the server answers {answer.status_code}"
            )
        raise AssertionError  # the last attempt has answered or raised

    async def _once(self, url: str, parameters: Mapping[str, str]) -> tuple[httpx2.Response, bytes]:
        async with self._client.stream("GET", url, params=dict(parameters), follow_redirects=False) as answer:
            return answer, await self._bounded(answer.aiter_bytes())

    async def _bounded(self, chunks: AsyncIterator[bytes]) -> bytes:
        body = bytearray()
        async for chunk in chunks:
            body += chunk
            if len(body) > self._patience.size:
                raise FetchError(
                    f"an answer of more than {self._patience.size:,} bytes",
                    "a smaller one",
                    "ask for smaller pages",
                )
        return bytes(body)

    async def _pause(self, attempt: int, asked: str | None, why: str) -> None:
        wanted = waiting(asked, datetime.now(UTC))
        seconds = self._patience.first_wait * 2 ** (attempt - 1) if wanted is None else wanted
        seconds = min(max(seconds, 0.0), self._patience.longest_wait)
        self._tell(f"{why}; trying again in {seconds:,.0f} s")
        await self._wait(seconds)


def _unreachable(error: Exception, attempts: int) -> FetchError:
    return FetchError(
        f"the server can't be reached ({type(error).__name__}, {attempts} times)",
        "a server that answers",
        "see that the address is right and reachable from here, then try again",
    )


def _refused(status: int, attempts: int) -> FetchError:
    told = {
        401: ("a token that is valid", "look at the token, and whether it has ended"),
        403: ("a token that may read this", "give the token the right to read users"),
        404: ("the address of a SCIM service, as https://host/scim/v2", "correct the address"),
    }
    expected, todo = told.get(status, ("a good answer", "ask whoever runs the server"))
    if status in range(300, 400):
        expected, todo = "an answer of that address itself", "give the address to which it sends on"
    return FetchError(
        f"the server answers {status} ({attempts} times)" if attempts > 1 else f"the server answers {status}",
        expected,
        todo,
        status,
    )
