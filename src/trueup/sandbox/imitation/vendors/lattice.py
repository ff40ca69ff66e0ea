"""Lattice's drafts of reviews, as far as a sender needs them. Knows no other vendor's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held, dry

if TYPE_CHECKING:
    from starlette.requests import Request

USERS = 200


class Lattice:
    """A cycle in which the users E1001, E1002, ... have a review each, by their managers and by themselves."""

    name = "lattice"

    def __init__(self) -> None:
        self.held = Held()
        self.routes = [
            Route("/v1/reviewCycle/{cycle}/{what}", self._tell, methods=["GET"]),
            Route("/v2/reviews/draft", self._take, methods=["POST"]),
        ]

    async def _tell(self, request: Request) -> Response:
        after = int(request.query_params.get("startingAfter", "0"))
        size = int(request.query_params.get("limit", "10"))
        some = range(after, min(after + size, USERS))
        if request.path_params["what"] == "reviewees":
            data = [{"id": f"reviewee_{n}", "user": {"id": f"E{1001 + n}"}} for n in some]
        else:
            data = [
                {
                    "id": f"review_{n}_{way}",
                    "revieweeId": f"reviewee_{n}",
                    "direction": way,
                    "state": "unstarted",
                }
                for n in some
                for way in ("downward", "self")
            ]
        more = after + size < USERS
        return JSONResponse(
            {
                "object": "list",
                "data": data,
                "hasMore": more,
                "endingCursor": str(after + size) if more else None,
            }
        )

    async def _take(self, request: Request) -> Response:
        self.held.calls["write"] += 1
        told = await request.json()
        if not dry(request):
            for one in told["responses"]:
                number = f"{told['reviewId']} {one['questionRevisionId']}"
                if not self.held.change(number, one):
                    self.held.add(number, one, number)
        return JSONResponse(
            {"data": {"id": told["reviewId"], "state": "drafted", "responses": told["responses"]}}, 201
        )
