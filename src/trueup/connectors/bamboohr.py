"""BambooHR as a target: training records. Knows its training API, no table.

POST and GET /api/v1/training/record/employee/{id}, DELETE /api/v1/training/record/{id} (BambooHR API, Training). A record
has a day, a type and notes: our key stands in the notes, and is what it is found by.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trueup.connectors.forms import theirs
from trueup.connectors.forms.rows import CAPABILITIES, TRAPS, Row, RowTarget
from trueup.connectors.target import basic
from trueup.model.completions import Status
from trueup.model.delivery import Manifest, Need, Proof, Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Evidence, Job

_RECORD = "api/v1/training/record"
_WRITTEN = ("type", "completed", "notes")


class BambooHr(RowTarget):
    """Writes training records and reads them back among those of their employee."""

    manifest = Manifest(
        name="bamboohr",
        title="BambooHR (training records)",
        capabilities=CAPABILITIES,
        needs=(
            Need("POST", f"/{_RECORD}/employee/{{id}}", _WRITTEN, "training: edit"),
            Need("DELETE", f"/{_RECORD}/{{id}}", (), "training: edit"),
            Need("GET", f"/{_RECORD}/employee/{{id}}", (), "training: view"),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options.courses = { SAFE101 = "7" } names the training type of each course by its id',
            "employees are called by BambooHR's own ids: people = the issuer of those accounts",
            "a record has a day and no time: options.zone says in which zone (UTC)",
            "what was failed is not told: BambooHR has no word for it",
            *TRAPS,
        ),
        window=timedelta(seconds=10),
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at(_RECORD)
        self._headers = basic(options.secret, "x") | {"Accept": "application/json"}
        self._courses = theirs.courses_of(options, 'SAFE101 = "7"')
        self._zone = theirs.zone_of(options)

    def record(self, evidence: Evidence) -> Record | None:
        """The training record of a completion, of one that was not failed."""
        if evidence.status is Status.FAILED:
            return None
        fields = {
            "employee": theirs.person(evidence, "/employee"),
            "type": theirs.course(evidence, self._courses, "/type"),
            "completed": theirs.day(evidence, self._zone, "/completed").isoformat(),
            "notes": f"{theirs.told(evidence)} {theirs.mark(evidence)}",
        }
        return Record(fields, None, frozenset({"employee"}))

    async def make(self, line: Line, fields: Mapping[str, Any]) -> Reply:
        """POST it to its employee."""
        body = {name: fields[name] for name in _WRITTEN}
        return await line.ask("POST", self._of(fields), headers=self._headers, document=body)

    async def take_away(self, line: Line, number: str) -> Reply:
        """DELETE it by its number alone."""
        return await line.ask("DELETE", f"{self._url}/{quote(number, safe='')}", headers=self._headers)

    async def rows(self, line: Line, fields: Mapping[str, Any]) -> tuple[Reply, Sequence[Row] | None]:
        """GET those of the employee: an object by their numbers; of nobody's none, an empty list."""
        reply = await line.ask("GET", self._of(fields), headers=self._headers)
        document = reply.json()
        rows = [] if document == [] else list(document.values()) if isinstance(document, dict) else None
        readable = rows is not None and all(isinstance(one, dict) and "id" in one for one in rows)
        return reply, rows if reply.good and readable else None

    def read(self, row: Row, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Numbers come as text or as numbers."""
        return {"employee": fields["employee"], **{name: str(row.get(name)) for name in _WRITTEN}}

    def is_ours(self, row: Row, job: Job) -> bool:
        """By our key at the end of its notes."""
        return str(row.get("notes", "")).rstrip().endswith(theirs.mark(job.evidence))

    def _of(self, fields: Mapping[str, Any]) -> str:
        return f"{self._url}/employee/{quote(str(fields['employee']), safe='')}"
