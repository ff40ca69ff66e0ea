"""Frappe HR as a target: the skill maps of employees. Knows the document types, no table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trueup.connectors.forms import theirs
from trueup.connectors.forms.frappe import DELETE, EMPLOYEE, INSERT, WINDOW, Child
from trueup.connectors.forms.rows import CAPABILITIES, TRAPS, Row
from trueup.model.completions import Status
from trueup.model.delivery import Manifest, Need, Proof, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Evidence, Job


class FrappeSkills(Child):
    """Writes the skills of an employee."""

    doctype, parent, table = "Employee Skill", "Employee Skill Map", "employee_skills"
    manifest = Manifest(
        name="frappe-skills",
        title="Frappe HR (employee skill map)",
        capabilities=CAPABILITIES,
        needs=(
            Need(
                "POST",
                f"/{INSERT}",
                ("skill", "proficiency", "evaluation_date"),
                "HR User: Employee Skill Map",
            ),
            Need("POST", f"/{DELETE}", ("doctype", "name"), "HR Manager: Employee Skill Map"),
            Need("GET", "/api/resource/Employee Skill Map/{name}", (), "HR User: Employee Skill Map"),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options.courses = { SAFE101 = "Fire safety" } names the skill of each course',
            EMPLOYEE,
            "a map has no field for our key: a row is found by its skill and its day",
            "a proficiency is a share of the stars, from 0 to 1 in steps of 0.01; a score without a scale is TU0801",
            "who has no map gets one: two calls",
            *TRAPS,
        ),
        window=WINDOW,
    )

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._courses = theirs.courses_of(options, 'SAFE101 = "Fire safety"')
        self._zone = theirs.zone_of(options)

    def record(self, evidence: Evidence) -> Record | None:
        """The skill that a completion shows, of one that was not failed."""
        if evidence.status is Status.FAILED:
            return None
        fields = {
            "parent": theirs.person(evidence, "/parent"),
            "skill": theirs.course(evidence, self._courses, "/skill"),
            "proficiency": round(theirs.share(evidence, "/proficiency"), 2),
            "evaluation_date": theirs.day(evidence, self._zone, "/evaluation_date").isoformat(),
        }
        return Record(fields, None, frozenset({"parent"}))

    async def make(self, line: Line, fields: Mapping[str, Any]) -> Reply:
        """Insert the row; who has no map yet gets one with it."""
        reply = await super().make(line, fields)
        if reply.status != 404:
            return reply
        document = {"employee": fields["parent"], self.table: [self._row(fields)]}
        return await self.post(line, f"api/resource/{quote(self.parent)}", document)

    def is_ours(self, row: Row, job: Job) -> bool:
        """By the skill and the day."""
        return all(row.get(name) == job.record.fields[name] for name in ("skill", "evaluation_date"))
