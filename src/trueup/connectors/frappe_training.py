"""Frappe HR as a target: results of training events. Knows the document types, no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.connectors.forms import theirs
from trueup.connectors.forms.frappe import DELETE, EMPLOYEE, INSERT, WINDOW, Child
from trueup.connectors.forms.rows import CAPABILITIES, TRAPS, Row
from trueup.model.delivery import Manifest, Need, Proof, Record

if TYPE_CHECKING:
    from trueup.connectors.target import Options
    from trueup.model.delivery import Evidence, Job


class FrappeTraining(Child):
    """Writes results of training events."""

    doctype, parent, table = "Training Result Employee", "Training Result", "employees"
    manifest = Manifest(
        name="frappe-training",
        title="Frappe HR (training results)",
        capabilities=CAPABILITIES,
        needs=(
            Need("POST", f"/{INSERT}", ("employee", "grade", "comments"), "HR Manager: Training Result"),
            Need("POST", f"/{DELETE}", ("doctype", "name"), "HR Manager: Training Result"),
            Need("GET", "/api/resource/Training Result/{name}", (), "HR User: Training Result"),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options.courses = { SAFE101 = "HR-TRR-2026-00001" } names the Training Result of each course',
            EMPLOYEE,
            "a Training Result that was submitted takes no more rows: the write is refused",
            "two who write to one document at once: Frappe refuses one of them (417), which is tried again",
            *TRAPS,
        ),
        window=WINDOW,
    )

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._courses = theirs.courses_of(options, 'SAFE101 = "HR-TRR-2026-00001"')

    def record(self, evidence: Evidence) -> Record:
        """The row of a completion."""
        fields = {
            "parent": theirs.course(evidence, self._courses, "/parent"),
            "employee": theirs.person(evidence, "/employee"),
            "grade": str(evidence.score.raw) if evidence.score else evidence.status.value,
            "comments": f"{theirs.told(evidence)} {theirs.mark(evidence)}",
        }
        return Record(fields, None, frozenset({"employee"}))

    def is_ours(self, row: Row, job: Job) -> bool:
        """By our key at the end of its comments."""
        return str(row.get("comments", "")).rstrip().endswith(theirs.mark(job.evidence))
