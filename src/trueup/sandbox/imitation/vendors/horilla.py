"""Horilla's employees with their additional information, as far as a sender needs them (as recorded of a real one)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held, dry

if TYPE_CHECKING:
    from starlette.requests import Request


class Horilla:
    """Everybody is an employee, and has something in their additional information that is not ours."""

    name = "horilla"

    def __init__(self) -> None:
        self.held = Held()
        one = "/api/employee/employees/{employee}/"
        self.routes = [Route(one, self._tell, methods=["GET"]), Route(one, self._change, methods=["PUT"])]

    def _of(self, employee: str) -> dict[str, Any]:
        had = self.held.rows.get(employee, {})
        return {
            "id": employee,
            "badge_id": f"E{employee}",
            "additional_info": had.get("info", {"shoe_size": 42}),
        }

    async def _tell(self, request: Request) -> Response:
        self.held.calls["look"] += 1
        return JSONResponse(self._of(request.path_params["employee"]))

    async def _change(self, request: Request) -> Response:
        self.held.calls["write"] += 1
        employee, told = request.path_params["employee"], await request.json()
        if not dry(request) and not self.held.change(employee, {"info": told["additional_info"]}):
            self.held.add(employee, {"info": told["additional_info"]}, employee)
        return JSONResponse({**self._of(employee), **told})
