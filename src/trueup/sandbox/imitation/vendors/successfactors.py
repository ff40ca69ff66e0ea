"""SuccessFactors' learning events and histories, as far as a sender needs them. Knows no other vendor's form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held, kept

if TYPE_CHECKING:
    from starlette.requests import Request

_EVENTS = "/learning/odatav4/public/admin/learningevent-service/v1/ExternalLearningEvents"
_HISTORY = "/learning/odatav4/public/user/userlearning-service/v1/LearningHistories"
_CRITERION = re.compile(r"criteria/(\w+) eq '?((?:[^']|'')*?)'?(?= and |$)")
_SHOWN = ("completionDate", "grade", "comments")  # a history does not repeat whose it is
MOST_EVENTS = 10


class SuccessFactors:
    """External learning events. `poison` is a course that is refused, with all that comes along."""

    name = "events"

    def __init__(self, poison: str) -> None:
        self.held = Held()
        self._poison = poison
        self.routes = [
            Route(_EVENTS, self._take, methods=["POST"]),
            Route(_HISTORY, self._tell, methods=["GET"]),
        ]

    async def _take(self, request: Request) -> Response:
        events = (await request.json())["externalLearningEvents"]
        self.held.calls["write"] += 1
        if len(events) > MOST_EVENTS:
            return JSONResponse({"error": {"code": "TOO_MANY"}}, 400)
        if any(one["description"] == self._poison for one in events):
            return JSONResponse({"error": {"code": "UNKNOWN_ITEM"}}, 400)
        for one in kept(request, events):
            self.held.add(one["comments"], one)
        return JSONResponse(
            {"externalLearningEvents": [{"studentID": one["studentID"]} for one in events]}, 201
        )

    async def _tell(self, request: Request) -> Response:
        self.held.calls["look"] += 1
        wanted = dict(_CRITERION.findall(request.query_params.get("$filter", "")))
        if "targetUserID" not in wanted:
            return JSONResponse({"error": {"code": "FILTER"}}, 400)
        low, high = int(wanted.get("fromDate", 0)), int(wanted.get("toDate", 1 << 60))
        student = wanted["targetUserID"].replace("''", "'")
        rows = [
            {"title": row["description"], **{name: row.get(name) for name in _SHOWN}}
            for row in self.held.of(studentID=student).values()
            if low <= row["completionDate"] <= high
        ]
        return JSONResponse({"value": rows})
