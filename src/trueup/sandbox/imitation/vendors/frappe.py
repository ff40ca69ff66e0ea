"""Frappe's documents with tables in them, as far as a sender needs them. Knows no other vendor's form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup.sandbox.imitation.held import Held, dry

if TYPE_CHECKING:
    from starlette.requests import Request

_MISSING = {"exc_type": "DoesNotExistError"}
_TABLES = {"Training Result": "employees", "Employee Skill Map": "employee_skills"}


class Frappe:
    """Training Results are there whatever they are called; skill maps are made; everybody has one appraisal."""

    name = "frappe"

    def __init__(self) -> None:
        self.held = Held()
        self._maps: set[str] = set()
        self.routes = [
            Route("/api/method/frappe.client.insert", self._insert, methods=["POST"]),
            Route("/api/method/frappe.client.delete", self._delete, methods=["POST"]),
            Route("/api/resource/Appraisal", self._appraisals, methods=["GET"]),
            Route("/api/resource/Employee Performance Feedback", self._feedback, methods=["GET"]),
            Route("/api/resource/Employee Skill Map", self._new_map, methods=["POST"]),
            Route("/api/resource/{doctype}/{name:path}", self._document, methods=["GET"]),
        ]

    async def _insert(self, request: Request) -> Response:
        self.held.calls["write"] += 1
        told: dict[str, Any] = (await request.json())["doc"]
        if told.get("parenttype") == "Employee Skill Map" and told["parent"] not in self._maps:
            return JSONResponse(_MISSING, 404)
        if not dry(request):
            self._add(told)
        return JSONResponse({"message": {"doctype": told.get("parenttype", told["doctype"])}})

    def _add(self, told: dict[str, Any]) -> None:
        key = (
            told.get("comments")
            or told.get("feedback")
            or f"{told['parent']} {told['skill']} {told['evaluation_date']}"
        )
        ratings = told.get("feedback_ratings", [])
        total = sum(5 * one["rating"] * one["per_weightage"] / 100 for one in ratings)
        self.held.add(key, {**told, "total_score": total})

    async def _delete(self, request: Request) -> Response:
        told = await request.json()
        there = told["name"] in self.held.rows if dry(request) else self.held.drop(told["name"])
        return JSONResponse({"message": None} if there else _MISSING, 200 if there else 404)

    async def _appraisals(self, request: Request) -> Response:
        wanted = json.loads(request.query_params.get("filters", "{}"))
        return JSONResponse({"data": [{"name": f"HR-APR-{wanted.get('employee')}"}]})

    async def _feedback(self, request: Request) -> Response:
        self.held.calls["look"] += 1
        wanted = json.loads(request.query_params.get("filters", "{}"))
        wanted.pop("appraisal_cycle", None)  # all that it has is of one
        rows = self.held.of(doctype="Employee Performance Feedback", **wanted)
        return JSONResponse({"data": [{**row, "name": number} for number, row in rows.items()]})

    async def _new_map(self, request: Request) -> Response:
        told = await request.json()
        if not dry(request):
            self._maps.add(told["employee"])
            for row in told["employee_skills"]:
                self._add({**row, "parenttype": "Employee Skill Map", "parent": told["employee"]})
        return JSONResponse({"data": {"name": told["employee"]}})

    async def _document(self, request: Request) -> Response:
        self.held.calls["look"] += 1
        doctype, name = request.path_params["doctype"], request.path_params["name"]
        if doctype not in _TABLES or (doctype == "Employee Skill Map" and name not in self._maps):
            return JSONResponse(_MISSING, 404)
        rows = self.held.of(parenttype=doctype, parent=name)
        table = [{**row, "name": number} for number, row in rows.items()]
        return JSONResponse({"data": {"name": name, _TABLES[doctype]: table}})
