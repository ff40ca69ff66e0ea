"""An LRS's statements resource, as far as a sender needs it. Knows xAPI's form, no other vendor's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held, kept

if TYPE_CHECKING:
    from starlette.requests import Request

_VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_KEY = "https://trueup.dev/xapi/key"


class Lrs:
    """Statements by their ids. `poison` ends the activity that is refused, with all that comes along."""

    name = "statements"

    def __init__(self, poison: str) -> None:
        self.held = Held()
        self._poison = poison
        self.routes = [
            Route("/xapi/statements", self._take, methods=["POST"]),
            Route("/xapi/statements", self._tell, methods=["GET"]),
        ]

    async def _take(self, request: Request) -> Response:
        told: Any = await request.json()
        statements = told if isinstance(told, list) else [told]
        self.held.calls["write"] += 1
        if any(str(one["object"].get("id", "")).endswith(self._poison) for one in statements):
            return JSONResponse({"error": "an activity that is not known"}, 400)
        if any(self._differs(one) for one in statements):
            return JSONResponse({"error": "another statement has this id"}, 409)
        for one in kept(request, statements):
            self._keep(one)
        return JSONResponse([one["id"] for one in statements])

    def _differs(self, one: dict[str, Any]) -> bool:
        had = self.held.rows.get(one["id"])
        return had is not None and had["said"] != json.dumps(one, sort_keys=True)

    def _keep(self, one: dict[str, Any]) -> None:
        if one["id"] not in self.held.rows:
            key = one.get("result", {}).get("extensions", {}).get(_KEY, one["id"])
            self.held.add(key, {"said": json.dumps(one, sort_keys=True), "voided": False}, one["id"])
        if one["verb"]["id"] == _VOIDED and (had := self.held.rows.get(one["object"]["id"])):
            had["voided"], had["_key"] = True, f"voided {one['object']['id']}"

    async def _tell(self, request: Request) -> Response:
        self.held.calls["look"] += 1
        had = self.held.rows.get(request.query_params.get("statementId", ""))
        if had is None or had["voided"]:
            return Response(status_code=404)
        return Response(had["said"], media_type="application/json")
