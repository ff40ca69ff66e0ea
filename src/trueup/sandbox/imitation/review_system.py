"""An imitation review system that speaks like several (vendors/), behind one set of troubles. What it holds ends with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.trouble import Trouble, Troubled, settled
from trueup.sandbox.imitation.vendors.bamboohr import BambooHr
from trueup.sandbox.imitation.vendors.frappe import Frappe
from trueup.sandbox.imitation.vendors.horilla import Horilla
from trueup.sandbox.imitation.vendors.lattice import Lattice
from trueup.sandbox.imitation.vendors.lrs import Lrs
from trueup.sandbox.imitation.vendors.orangehrm import OrangeHrm
from trueup.sandbox.imitation.vendors.successfactors import SuccessFactors

if TYPE_CHECKING:
    from starlette.requests import Request


class ReviewSystem:
    """The system and what it holds. `app` is to be served; it is troubled as `trouble` says."""

    def __init__(self, trouble: Trouble | None = None, *, poison: str = "POISON") -> None:
        self._vendors = (
            SuccessFactors(poison),
            Lrs(poison),
            BambooHr(),
            Frappe(),
            Horilla(),
            Lattice(),
            OrangeHrm(),
        )
        routes = [
            *(route for vendor in self._vendors for route in vendor.routes),
            Route("/imitation", self._tell, methods=["GET"]),
            Route("/imitation", self._settle, methods=["PUT"]),
        ]
        self.app = Troubled(Starlette(routes=routes), trouble or Trouble())

    async def _tell(self, _request: Request) -> Response:
        trouble = self.app.trouble
        return JSONResponse(
            {
                "imitation": True,
                **{vendor.name: vendor.held.told() for vendor in self._vendors},
                "trouble": {"share": trouble.share, "kinds": trouble.kinds, "happened": trouble.happened},
            }
        )

    async def _settle(self, request: Request) -> Response:
        self.app.trouble = settled(self.app.trouble, await request.body())
        return await self._tell(request)
