"""BambooHR's training records, as far as a sender needs them. Knows no other vendor's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held, dry

if TYPE_CHECKING:
    from starlette.requests import Request

_RECORD = "/api/v1/training/record"


class BambooHr:
    """Training records of employees; whoever has none has an empty list, others an object by their numbers."""

    name = "bamboohr"

    def __init__(self) -> None:
        self.held = Held()
        self.routes = [
            Route(f"{_RECORD}/employee/{{employee}}", self._take, methods=["POST"]),
            Route(f"{_RECORD}/employee/{{employee}}", self._tell, methods=["GET"]),
            Route(f"{_RECORD}/{{number}}", self._drop, methods=["DELETE"]),
        ]

    async def _take(self, request: Request) -> Response:
        self.held.calls["write"] += 1
        told = await request.json()
        row = {"employeeId": request.path_params["employee"], **told}
        number = "0" if dry(request) else self.held.add(str(told["notes"]), row)
        return JSONResponse({"id": number, **row}, 201)

    async def _tell(self, request: Request) -> Response:
        self.held.calls["look"] += 1
        rows = self.held.of(employeeId=request.path_params["employee"])
        told = {
            number: {"id": number, **{k: v for k, v in row.items() if k != "_key"}}
            for number, row in rows.items()
        }
        return JSONResponse(told or [])

    async def _drop(self, request: Request) -> Response:
        number = request.path_params["number"]
        there = number in self.held.rows if dry(request) else self.held.drop(number)
        return Response(status_code=200 if there else 404)
