"""Frappe HR as a target: feedback to the appraisals of employees. Knows the document types, no table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.connectors.forms import theirs
from trueup.connectors.forms.frappe import DELETE, EMPLOYEE, INSERT, WINDOW, Frappe, data_of
from trueup.connectors.forms.rows import CAPABILITIES, TRAPS, Row
from trueup.connectors.target import UnansweredError, UnfitError, UnusableOptionsError, first
from trueup.model.completions import Fault
from trueup.model.delivery import Manifest, Need, Proof, Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Evidence, Job


class FrappeFeedback(Frappe):
    """Writes feedback to the appraisal of an employee, by one reviewer."""

    doctype = "Employee Performance Feedback"
    manifest = Manifest(
        name="frappe-feedback",
        title="Frappe HR (appraisal feedback)",
        capabilities=CAPABILITIES,
        needs=(
            Need(
                "GET",
                "/api/resource/Appraisal",
                ("name", "employee", "appraisal_cycle"),
                "HR User: Appraisal",
            ),
            Need(
                "POST",
                f"/{INSERT}",
                ("employee", "reviewer", "appraisal", "feedback", "feedback_ratings"),
                f"HR Manager: {doctype}",
            ),
            Need("POST", f"/{DELETE}", ("doctype", "name"), f"System Manager: {doctype}"),
            Need("GET", f"/api/resource/{doctype}", (), f"HR User: {doctype}"),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options.cycle = "2026-H2" names the Appraisal Cycle',
            'options.reviewer = "HR-EMP-00001" is the Employee who gives it, options.criteria = "Learning" what is rated',
            EMPLOYEE,
            "it stays a draft: Frappe counts what a person submits",
            "whoever has no appraisal in the cycle is TU0904; a score without a scale is TU0801",
            "the appraisal of each employee is asked for once: one call more",
            *TRAPS,
        ),
        window=WINDOW,
    )

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._cycle, self._reviewer, self._criteria = (
            options.text(name) for name in ("cycle", "reviewer", "criteria")
        )
        if not (self._cycle and self._reviewer and self._criteria):
            raise UnusableOptionsError(
                "frappe-feedback needs options.cycle, options.reviewer and options.criteria"
            )
        self._appraisals: dict[str, str] = {}

    def record(self, evidence: Evidence) -> Record:
        """The feedback that a completion is. Nobody gives it to themselves."""
        employee = theirs.person(evidence, "/employee")
        if employee == self._reviewer:
            raise UnfitError(Fault("TU0302", "/reviewer", "a reviewer who is not the employee", "the same"))
        fields = {
            "employee": employee,
            "reviewer": self._reviewer,
            "feedback": f"{evidence.course_id}: {theirs.told(evidence)} {theirs.mark(evidence)}",
            "rating": round(theirs.share(evidence, "/rating"), 2),
        }
        return Record(fields, None, frozenset({"employee", "reviewer"}))

    async def make(self, line: Line, fields: Mapping[str, Any]) -> Reply:
        """Insert it as a draft."""
        ratings = [{"criteria": self._criteria, "per_weightage": 100, "rating": fields["rating"]}]
        told = {name: fields[name] for name in ("employee", "reviewer", "feedback")}
        appraisal = await self._appraisal(line, fields["employee"])
        return await self.post(
            line,
            INSERT,
            {"doc": {"doctype": self.doctype, **told, "appraisal": appraisal, "feedback_ratings": ratings}},
        )

    async def rows(self, line: Line, fields: Mapping[str, Any]) -> tuple[Reply, Sequence[Row] | None]:
        """What this reviewer gave this employee in the cycle."""
        wanted = {"employee": fields["employee"], "reviewer": self._reviewer, "appraisal_cycle": self._cycle}
        names = ["name", "employee", "reviewer", "feedback", "total_score"]
        reply = await self.get(line, self.doctype, fields=names, filters=wanted, limit_page_length=0)
        data = data_of(reply)
        listed = isinstance(data, list) and all(isinstance(one, dict) for one in data)
        return reply, data if reply.good and listed else None

    def read(self, row: Row, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """A total score is the rating times five, as the one criteria weighs 100."""
        total = row.get("total_score")
        rating = round(float(total) / 5, 2) if isinstance(total, int | float) else None
        return {**{name: row.get(name) for name in fields if name != "rating"}, "rating": rating}

    def is_ours(self, row: Row, job: Job) -> bool:
        """By our key at the end of the text."""
        return str(row.get("feedback", "")).rstrip().endswith(theirs.mark(job.evidence))

    async def _appraisal(self, line: Line, employee: str) -> str:
        if employee not in self._appraisals:
            wanted = {"employee": employee, "appraisal_cycle": self._cycle}
            reply = await first(self.get(line, "Appraisal", filters=wanted))
            data = data_of(reply)
            found = (
                [one["name"] for one in data if isinstance(one, dict) and "name" in one]
                if isinstance(data, list)
                else []
            )
            if len(found) != 1:
                expected = f"one appraisal of theirs in the cycle {self._cycle}"
                raise UnansweredError(
                    "no appraisal", reply, Fault("TU0904", "/employee", expected, f"{len(found)}")
                )
            self._appraisals[employee] = str(found[0])
        return self._appraisals[employee]
