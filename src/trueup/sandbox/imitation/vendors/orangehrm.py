"""OrangeHRM's performance trackers, as far as a sender needs them. Knows no other vendor's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held, dry

if TYPE_CHECKING:
    from starlette.requests import Request

_API = "/web/index.php/api/v2/performance"


class OrangeHrm:
    """Everybody has a tracker "Learning", whose number is 9 and their own."""

    name = "orangehrm"

    def __init__(self) -> None:
        self.held = Held()
        logs = f"{_API}/trackers/{{tracker}}/logs"
        self.routes = [
            Route(f"{_API}/employees/trackers", self._trackers, methods=["GET"]),
            Route(logs, self._take, methods=["POST"]),
            Route(logs, self._tell, methods=["GET"]),
            Route(logs, self._drop, methods=["DELETE"]),
        ]

    async def _trackers(self, request: Request) -> Response:
        employee = request.query_params.get("empNumber", "")
        mine = {"id": f"9{employee}", "title": "Learning", "employee": {"empNumber": employee}}
        return JSONResponse({"data": [mine], "meta": {"total": 1}})

    async def _take(self, request: Request) -> Response:
        self.held.calls["write"] += 1
        told = await request.json()
        if len(told["log"]) > 150 or len(told["comment"]) > 3000 or told["achievement"] not in {1, 2}:
            return JSONResponse({"error": {"status": "422", "message": "Invalid Parameter"}}, 422)
        row = {"tracker": request.path_params["tracker"], **told}
        number = "0" if dry(request) else self.held.add(told["comment"], row)
        return JSONResponse({"data": {"id": int(number), **told}})

    async def _tell(self, request: Request) -> Response:
        self.held.calls["look"] += 1
        rows = self.held.of(tracker=request.path_params["tracker"])
        told = [
            {"id": int(number), **{name: row[name] for name in ("log", "comment", "achievement")}}
            for number, row in rows.items()
        ]
        return JSONResponse({"data": told, "meta": {"total": len(told)}})

    async def _drop(self, request: Request) -> Response:
        ids = [str(one) for one in (await request.json())["ids"]]
        if not all(one in self.held.rows for one in ids):
            return JSONResponse({"error": {"status": "404", "message": "Record Not Found"}}, 404)
        if not dry(request):
            for one in ids:
                self.held.drop(one)
        return JSONResponse({"data": ids})
