"""An imitation review system that speaks like several: SuccessFactors' learning events, an LRS, BambooHR's training.

Knows their forms as far as a sender needs them; what it holds is gone when it ends.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held
from trueup.sandbox.imitation.trouble import Trouble, Troubled, settled

if TYPE_CHECKING:
    from starlette.requests import Request

_EVENTS = "/learning/odatav4/public/admin/learningevent-service/v1/ExternalLearningEvents"
_HISTORY = "/learning/odatav4/public/user/userlearning-service/v1/LearningHistories"
_CRITERION = re.compile(r"criteria/(\w+) eq '?((?:[^']|'')*?)'?(?= and |$)")
_VOIDED = "http://adlnet.gov/expapi/verbs/voided"
MOST_EVENTS = 10


class ReviewSystem:
    """The system and what it holds. `app` is to be served; it is troubled as `trouble` says."""

    def __init__(self, trouble: Trouble | None = None, *, poison: str = "POISON") -> None:
        self.events, self.statements = Held(), Held()
        self._poison = poison  # a course that is refused, with all that comes along
        routes = [
            Route(_EVENTS, self._take_events, methods=["POST"]),
            Route(_HISTORY, self._tell_history, methods=["GET"]),
            Route("/xapi/statements", self._take_statements, methods=["POST"]),
            Route("/xapi/statements", self._tell_statement, methods=["GET"]),
            Route("/imitation", self._tell, methods=["GET"]),
            Route("/imitation", self._settle, methods=["PUT"]),
        ]
        self.app = Troubled(Starlette(routes=routes), trouble or Trouble())

    async def _take_events(self, request: Request) -> Response:
        events = (await request.json())["externalLearningEvents"]
        self.events.calls["write"] += 1
        if len(events) > MOST_EVENTS:
            return JSONResponse({"error": {"code": "TOO_MANY"}}, 400)
        if any(one["description"] == self._poison for one in events):
            return JSONResponse({"error": {"code": "UNKNOWN_ITEM"}}, 400)
        if not request.scope.get("imitation.dry"):
            for one in events:
                self.events.add(one["comments"], one)
        return JSONResponse(
            {"externalLearningEvents": [{"studentID": one["studentID"]} for one in events]}, 201
        )

    async def _tell_history(self, request: Request) -> Response:
        self.events.calls["look"] += 1
        wanted = dict(_CRITERION.findall(request.query_params.get("$filter", "")))
        if "targetUserID" not in wanted:
            return JSONResponse({"error": {"code": "FILTER"}}, 400)
        low, high = int(wanted.get("fromDate", 0)), int(wanted.get("toDate", 1 << 60))
        student = wanted["targetUserID"].replace("''", "'")
        rows = [
            {name: value for name, value in row.items() if name != "_key"}
            for row in self.events.of(studentID=student).values()
            if low <= row["completionDate"] <= high
        ]
        return JSONResponse({"value": rows})

    async def _take_statements(self, request: Request) -> Response:
        told: Any = await request.json()
        statements = told if isinstance(told, list) else [told]
        self.statements.calls["write"] += 1
        if any(str(one["object"].get("id", "")).endswith(self._poison) for one in statements):
            return JSONResponse({"error": "an activity that is not known"}, 400)
        if any(self._differs(one) for one in statements):
            return JSONResponse({"error": "another statement has this id"}, 409)
        if not request.scope.get("imitation.dry"):
            for one in statements:
                self._keep(one)
        return JSONResponse([one["id"] for one in statements])

    def _differs(self, one: dict[str, Any]) -> bool:
        had = self.statements.rows.get(one["id"])
        return had is not None and had["said"] != json.dumps(one, sort_keys=True)

    def _keep(self, one: dict[str, Any]) -> None:
        if one["id"] not in self.statements.rows:
            key = one.get("result", {}).get("extensions", {}).get("https://trueup.dev/xapi/key", one["id"])
            said = json.dumps(one, sort_keys=True)
            self.statements.add(key, {"said": said, "voided": False}, one["id"])
        if one["verb"]["id"] == _VOIDED and (had := self.statements.rows.get(one["object"]["id"])):
            had["voided"], had["_key"] = True, f"voided {one['object']['id']}"

    async def _tell_statement(self, request: Request) -> Response:
        self.statements.calls["look"] += 1
        had = self.statements.rows.get(request.query_params.get("statementId", ""))
        if had is None or had["voided"]:
            return Response(status_code=404)
        return Response(had["said"], media_type="application/json")

    async def _tell(self, _request: Request) -> Response:
        trouble = self.app.trouble
        return JSONResponse(
            {
                "imitation": True,
                "events": self.events.told(),
                "statements": self.statements.told(),
                "trouble": {"share": trouble.share, "kinds": trouble.kinds, "happened": trouble.happened},
            }
        )

    async def _settle(self, request: Request) -> Response:
        self.app.trouble = settled(self.app.trouble, await request.body())
        return await self._tell(request)
