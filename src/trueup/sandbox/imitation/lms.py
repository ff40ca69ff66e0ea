"""An imitation LMS: its people finish courses, and it tells an xAPI statements resource, as a real one would.

Knows xAPI's statements as a sender does. It sends again what was not answered, with the same id, and corrects and voids
some of what it said; what it has is gone when it ends.
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
from uuid import UUID

import httpx2
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

HOME = "https://lms.sandbox.example"
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
        self._waiting: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self.last = "nobody was told anything yet"
        routes = [
            Route("/imitation", self._tell, methods=["GET"]),
            Route("/imitation/complete", self._complete, methods=["POST"]),
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
                    self._waiting.append(self._finished())
                if await self._send(client, self._waiting[0]):
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
        return {
            "id": str(UUID(int=self._dice.getrandbits(128), version=4)),
            "actor": {"mbox": f"mailto:{mail_of(who)}"},
            "verb": {"id": f"{_ADL}/{'passed' if raw >= 50 else 'failed'}"},
            "object": {"id": f"{HOME}/course/{course or self._dice.choice(COURSES)}"},
            "result": {"success": raw >= 50, "score": {"raw": raw, "min": 0, "max": 100}},
            "timestamp": at.isoformat(timespec="milliseconds"),
        }

    async def _tell(self, _request: Request) -> Response:
        return JSONResponse(
            {"imitation": True, "told": len(self.told), "last": self.last, "statements": self.told[-20:]}
        )

    async def _complete(self, request: Request) -> Response:
        """A completion now: {"person": 3, "course": "SAFE101"}, or of anybody."""
        try:
            said = json.loads(await request.body() or b"{}")
            made = self._finished(said.get("person"), said.get("course"))
        except (ValueError, AttributeError, TypeError):
            return JSONResponse({"error": 'expected {"person": 3, "course": "SAFE101"}'}, 400)
        self._waiting.append(made)
        return JSONResponse({"statement": made["id"]}, 202)


def mail_of(person: int) -> str:
    """The address of one of its people."""
    return f"person{person:03}@sandbox.example.com"
