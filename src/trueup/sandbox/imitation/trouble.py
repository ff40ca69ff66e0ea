"""Faults on demand, before any imitated system. Knows HTTP, no system.

Throttling in each style, failures, resets, slow answers, answers of success that did nothing or a part of it, and answers
in another form than they had.
What fails is drawn with a seed, so that a run can be had again. A failure "after" has had its effect, one "before" has
not: whoever sends can't tell the two apart.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping
    from typing import Any

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

THROTTLES = (
    "retry-after-seconds",
    "retry-after-date",
    "ratelimit",
    "x-ratelimit-epoch",
    "x-ratelimit-delta",
    "403",
)
FAILURES = ("500", "503", "reset", "timeout", "slow", "lie", "partial", "schema")
KINDS = (*THROTTLES, *FAILURES)
WAIT = (
    0.05  # seconds that a throttled caller is asked to wait; headers that count in whole seconds say 1 or 0
)


@dataclass(slots=True)
class Trouble:
    """What goes wrong: a share of all calls, in these ways; and how many calls are allowed in a while."""

    share: float = 0.0
    kinds: tuple[str, ...] = KINDS
    seed: int = 1
    calls: int | None = None
    per_seconds: float = 60.0
    counts: str = "all"  # "writes": calls that read are not counted
    timeout_seconds: float = 30.0  # that an answer is kept back by "timeout"
    slow_seconds: float = 0.2
    dice: Random = field(init=False)
    spent: deque[float] = field(default_factory=deque)
    happened: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The dice of that seed."""
        self.dice = Random(self.seed)

    def over(self) -> float | None:
        """Seconds until another call is allowed; None where this one is, and counts."""
        if self.calls is None:
            return None
        now = monotonic()
        while self.spent and self.spent[0] <= now - self.per_seconds:
            self.spent.popleft()
        if len(self.spent) >= self.calls:
            return self.spent[0] + self.per_seconds - now
        self.spent.append(now)
        return None

    def drawn(self) -> str | None:
        """What happens to this call."""
        if not self.kinds or self.dice.random() >= self.share:
            return None
        return self.dice.choice(self.kinds)


class Troubled:
    """An app, troubled. Paths below /imitation are not: there one asks and settles how it goes."""

    def __init__(self, app: App, trouble: Trouble) -> None:
        self._app = app
        self.trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or not."""
        if scope["type"] != "http" or scope["path"].startswith("/imitation"):
            await self._app(scope, receive, send)
            return
        counted = self.trouble.counts == "all" or scope["method"] != "GET"
        wait = self.trouble.over() if counted else None
        kind = "retry-after-seconds" if wait is not None else self.trouble.drawn()
        if wait is not None:
            self._count("quota")
            await _answer(send, 429, [("retry-after", f"{wait:.3f}")], b"too many requests")
            return
        if kind is None:
            await self._app(scope, receive, send)
            return
        self._count(kind)
        if kind in THROTTLES:
            await _drained(receive)
            await _throttled(send, kind)
        else:
            await self._fail(kind, scope, receive, send)

    async def _fail(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        after = self.trouble.dice.random() < 0.5
        if kind == "lie":
            method = scope["method"]
            await (self._app(scope, receive, send) if method == "GET" else self._lied(scope, receive, send))
            return
        if kind == "partial":
            await self._app({**scope, "imitation.part": True}, receive, send)
            return
        if kind == "schema":
            await self._app(scope, receive, _renaming(send))
            return
        if kind == "slow":
            await asyncio.sleep(self.trouble.slow_seconds)
            await self._app(scope, receive, send)
            return
        if after:
            await self._app(scope, receive, _nobody)
        else:
            await _drained(receive)
        if kind in {"500", "503"}:
            await _answer(send, int(kind), [], b"<html>something went wrong</html>")
        elif kind == "timeout":
            await asyncio.sleep(self.trouble.timeout_seconds)
            await _cut(send)
        else:
            await _cut(send)

    async def _lied(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of a success, and no effect: the app works on a copy of what it holds."""
        await self._app({**scope, "imitation.dry": True}, receive, send)

    def _count(self, kind: str) -> None:
        self.trouble.happened[kind] = self.trouble.happened.get(kind, 0) + 1


async def _throttled(send: Send, kind: str) -> None:
    now = datetime.now(UTC)
    soon = now + timedelta(seconds=WAIT)
    headers: dict[str, Iterable[tuple[str, str]]] = {
        "retry-after-seconds": [("retry-after", str(WAIT))],
        "retry-after-date": [("retry-after", format_datetime(now, usegmt=True))],
        "ratelimit": [("ratelimit", '"default";r=0;t=0'), ("ratelimit-policy", '"default";q=100;w=60')],
        "x-ratelimit-epoch": [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", str(int(soon.timestamp() * 1000))),
        ],
        "x-ratelimit-delta": [("x-rate-limit-remaining", "0.0"), ("x-rate-limit-reset", str(WAIT))],
        "403": [],
    }
    if kind == "403":
        await _answer(send, 403, [], b"403 Forbidden (Rate Limit Exceeded)")
    else:
        await _answer(send, 429, headers[kind], b"")


def _renaming(send: Send) -> Send:
    """As a vendor does that changed its interface: all that an answer says stands one level deeper."""
    begun: list[Message] = []

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.append(message)
            return
        body = b'{"payload": ' + (message.get("body") or b"null") + b"}"
        status = begun[0]["status"]
        await _answer(send, status, [("content-type", "application/json")], body if status != 204 else b"")

    return sent


async def _answer(send: Send, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    told = [(name.encode(), value.encode()) for name, value in headers]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*told, (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def _cut(send: Send) -> None:
    """The connection ends within the answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": False})


async def _drained(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _nobody(_message: Message) -> None:
    """Whoever the answer was for does not get it."""


def settled(trouble: Trouble, document: bytes) -> Trouble:
    """The trouble that a document asks for; what it does not say stays."""
    said = json.loads(document)
    kinds = tuple(one for one in said.get("kinds", trouble.kinds) if one in KINDS)
    return Trouble(
        share=float(said.get("share", trouble.share)),
        kinds=kinds,
        seed=int(said.get("seed", trouble.seed)),
        calls=said.get("calls", trouble.calls),
        per_seconds=float(said.get("per_seconds", trouble.per_seconds)),
        counts=str(said.get("counts", trouble.counts)),
        timeout_seconds=float(said.get("timeout_seconds", trouble.timeout_seconds)),
        slow_seconds=float(said.get("slow_seconds", trouble.slow_seconds)),
    )
