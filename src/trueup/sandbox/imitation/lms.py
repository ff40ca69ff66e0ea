"""An imitation LMS: its people finish courses, and it tells an xAPI statements resource, as a real one would.

Knows xAPI's statements as a sender does. It sends again what was not answered, with the same id, and can be asked for what
it has; what it has is gone when it ends. It may be odd, as real ones are (ODDITIES).
"""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

import httpx2
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

HOME = "https://lms.sandbox.example"
ODDITIES = {
    "skew": "its clock is three hours ahead",
    "duplicates": "each statement is sent again, and once more under another id",
    "lost": "one in five is never sent: it is there to be asked for alone",
    "lost-pages": "who asks for all of it misses a page",
    "scale": "scores are from 0 to 5, and say so no more",
}
"""What may be odd about it, and what that means."""
AHEAD = timedelta(hours=3)
PAGE = 20  # statements in an answer
COURSES = ("SAFE101", "GDPR301", "FEED201", "ETH110", "FIRE100")
_ADL = "http://adlnet.gov/expapi/verbs"


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom it tells, with which credentials (name:token), how often, of how many people."""

    to: str
    credentials: str
    every: float
    people: int
    seed: int = 1


class Lms:
    """The LMS. `app` is to be served."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._dice = Random(telling.seed)
        self.odd: frozenset[str] = frozenset()
        self._waiting: list[dict[str, Any]] = []
        self._has: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self.last = "nobody was told anything yet"
        routes = [
            Route("/imitation", self._tell, methods=["GET"]),
            Route("/imitation", self._settle, methods=["PUT"]),
            Route("/imitation/complete", self._complete, methods=["POST"]),
            Route("/xapi/statements", self._list, methods=["GET"]),
        ]
        self.app = Starlette(routes=routes, lifespan=self._telling_on)

    @asynccontextmanager
    async def _telling_on(self, _app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep_telling())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_telling(self) -> None:
        async with httpx2.AsyncClient(timeout=5.0) as client:
            while True:
                if not self._waiting:
                    self._happened(self._finished())
                if self._waiting and await self._send(client, self._waiting[0]):
                    self.told.append(self._waiting.pop(0))
                await asyncio.sleep(self._telling.every)

    async def _send(self, client: httpx2.AsyncClient, statement: dict[str, Any]) -> bool:
        token = base64.b64encode(self._telling.credentials.encode()).decode()
        headers = {"X-Experience-API-Version": "1.0.3", "Authorization": f"Basic {token}"}
        try:
            answer = await client.post(f"{self._telling.to}/statements", json=statement, headers=headers)
        except httpx2.HTTPError as error:
            self.last = f"{self._telling.to} can't be reached ({type(error).__name__}); trying again"
            return False
        self.last = f"{self._telling.to} answered {answer.status_code}"
        return answer.is_success or answer.status_code == 409

    def _finished(self, person: int | None = None, course: str | None = None) -> dict[str, Any]:
        """Somebody has finished something, a while ago."""
        who = person if person is not None else self._dice.randrange(self._telling.people)
        raw = self._dice.randint(40, 100)
        at = datetime.now(UTC) - timedelta(minutes=self._dice.randint(1, 600))
        if "skew" in self.odd:
            at = datetime.now(UTC) + AHEAD
        score: dict[str, Any] = {"raw": raw, "min": 0, "max": 100}
        if "scale" in self.odd:
            score = {"raw": round(raw / 20)}
        return {
            "id": str(UUID(int=self._dice.getrandbits(128), version=4)),
            "actor": {"mbox": f"mailto:{mail_of(who)}"},
            "verb": {"id": f"{_ADL}/{'passed' if raw >= 50 else 'failed'}"},
            "object": {"id": f"{HOME}/course/{course or self._dice.choice(COURSES)}"},
            "result": {"success": raw >= 50, "score": score},
            "timestamp": at.isoformat(timespec="milliseconds"),
        }

    def _happened(self, statement: dict[str, Any]) -> None:
        """It is there from now on, and to be sent, as far as nothing is odd."""
        stored = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._has.append({**statement, "stored": stored})
        if "lost" in self.odd and self._dice.random() < 0.2:
            return
        self._waiting.append(statement)
        if "duplicates" in self.odd:
            again = str(UUID(int=self._dice.getrandbits(128), version=4))
            self._waiting += [statement, {**statement, "id": again}]

    async def _list(self, request: Request) -> Response:
        """What it has, oldest first, a page after another (xAPI 1.0.3, Communication 2.1.3)."""
        since = request.query_params.get("since", "").replace("Z", "+00:00")
        try:
            first = int(request.query_params.get("from", "0"))
            after = datetime.fromisoformat(since) if since else None
        except ValueError:
            return JSONResponse({"error": "since is no instant, or from no number"}, 400)
        rows = [one for one in self._has if after is None or datetime.fromisoformat(one["stored"]) > after]
        then = first + PAGE * (2 if "lost-pages" in self.odd and first == 0 else 1)
        query = f"from={then}" + (f"&since={quote(since)}" if since else "")
        more = f"/xapi/statements?{query}" if then < len(rows) else ""
        return JSONResponse({"statements": rows[first : first + PAGE], "more": more})

    async def _settle(self, request: Request) -> Response:
        """How odd it is from now on: {"odd": ["skew", "lost"]}."""
        try:
            odd = frozenset(json.loads(await request.body())["odd"])
        except (ValueError, KeyError, TypeError):
            odd = frozenset({"?"})
        if odd - ODDITIES.keys():
            return JSONResponse({"error": 'expected {"odd": [...]}', "of": ODDITIES}, 400)
        self.odd = odd
        return await self._tell(request)

    async def _tell(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "imitation": True,
                "told": len(self.told),
                "has": len(self._has),
                "odd": sorted(self.odd),
                "last": self.last,
                "statements": self.told[-20:],
            }
        )

    async def _complete(self, request: Request) -> Response:
        """A completion now: {"person": 3, "course": "SAFE101"}, or of anybody."""
        try:
            said = json.loads(await request.body() or b"{}")
            made = self._finished(said.get("person"), said.get("course"))
        except (ValueError, AttributeError, TypeError):
            return JSONResponse({"error": 'expected {"person": 3, "course": "SAFE101"}'}, 400)
        self._happened(made)
        return JSONResponse({"statement": made["id"]}, 202)


def mail_of(person: int) -> str:
    """The address of one of its people."""
    return f"person{person:03}@sandbox.example.com"
