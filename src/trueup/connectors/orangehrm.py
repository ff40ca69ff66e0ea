"""OrangeHRM as a target: entries in the performance tracker of an employee. Knows its REST API, no table.

GET /api/v2/performance/employees/trackers?empNumber=, and /api/v2/performance/trackers/{trackerId}/logs: GET, POST, DELETE
{ids} (OrangeHRM 5, PerformanceTrackerLogAPI: log up to 150 characters, comment up to 3,000, achievement 1 or 2).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.connectors.forms import theirs
from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.forms.rows import CAPABILITIES, TRAPS, Row, RowTarget
from trueup.connectors.target import UnansweredError, UnusableOptionsError, first
from trueup.model.completions import Fault, Status
from trueup.model.delivery import Manifest, Need, Proof, Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Evidence, Job

_API = "web/index.php/api/v2/performance"
_WRITTEN = ("log", "comment", "achievement")
_LOG, _COMMENT = 150, 3000  # characters
_POSITIVE, _NEGATIVE = 1, 2


class OrangeHrm(RowTarget):
    """Writes log entries to the tracker that employees have for their learning."""

    manifest = Manifest(
        name="orangehrm",
        title="OrangeHRM (performance tracker logs)",
        capabilities=CAPABILITIES,
        needs=(
            Need("GET", f"/{_API}/employees/trackers", (), "reviewer of the trackers"),
            Need("POST", f"/{_API}/trackers/{{trackerId}}/logs", _WRITTEN, "reviewer of the trackers"),
            Need("DELETE", f"/{_API}/trackers/{{trackerId}}/logs", ("ids",), "reviewer of the trackers"),
            Need("GET", f"/{_API}/trackers/{{trackerId}}/logs", (), "reviewer of the trackers"),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            'options.tracker = "Learning" is the title of the tracker that each employee has; whoever has none is TU0103',
            "employees are called by their empNumber: people = the issuer of those accounts",
            "an entry has no date of its own: the day of the completion stands in its text",
            "options.token_url and options.client_id renew the token; without them the secret is the token",
            *TRAPS,
        ),
        window=timedelta(seconds=5),
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at(_API)
        self._title = options.text("tracker")
        if not self._title:
            raise UnusableOptionsError(
                'orangehrm needs options.tracker = "Learning": the title of the tracker'
            )
        self._bearer = Bearer(options)
        self._zone = theirs.zone_of(options)
        self._trackers: dict[str, str] = {}  # of each employee

    def record(self, evidence: Evidence) -> Record:
        """The entry of a completion: what was failed is a negative one."""
        at = (
            theirs.day(evidence, self._zone, "/log").isoformat() if evidence.completed_at else "no date known"
        )
        fields = {
            "employee": theirs.person(evidence, "/employee"),
            "log": f"{evidence.course_id}: {theirs.told(evidence)} ({at})"[:_LOG],
            "comment": theirs.mark(evidence)[-_COMMENT:],
            "achievement": _NEGATIVE if evidence.status is Status.FAILED else _POSITIVE,
        }
        return Record(fields, None, frozenset({"employee"}))

    async def make(self, line: Line, fields: Mapping[str, Any]) -> Reply:
        """POST it to the tracker of its employee."""
        logs = await self._logs(line, fields)
        body = {name: fields[name] for name in _WRITTEN}
        return await self._bearer.ask(line, "POST", logs, document=body)

    async def take_away(self, line: Line, number: str) -> Reply:
        """DELETE it: its number is the tracker's and its own."""
        tracker, _, entry = number.partition("/")
        body = {"ids": [int(entry) if entry.isdecimal() else entry]}
        url = f"{self._url}/trackers/{tracker}/logs"
        return await self._bearer.ask(line, "DELETE", url, document=body)

    async def rows(self, line: Line, fields: Mapping[str, Any]) -> tuple[Reply, Sequence[Row] | None]:
        """GET all entries of the tracker (limit 0: all of them)."""
        logs = await self._logs(line, fields)
        reply = await self._bearer.ask(line, "GET", logs, params={"limit": "0"})
        rows = _data(reply)
        tracker = self._trackers[str(fields["employee"])]
        return reply, None if rows is None else [{**one, "id": f"{tracker}/{one.get('id')}"} for one in rows]

    def read(self, row: Row, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """The entry as it stands."""
        return {"employee": fields["employee"], **{name: row.get(name) for name in _WRITTEN}}

    def is_ours(self, row: Row, job: Job) -> bool:
        """By our key in its comment."""
        return str(row.get("comment", "")).strip() == theirs.mark(job.evidence)[-_COMMENT:]

    async def _logs(self, line: Line, fields: Mapping[str, Any]) -> str:
        """Where the entries of an employee are. Raises UnansweredError."""
        employee = str(fields["employee"])
        if employee not in self._trackers:
            params = {"empNumber": employee, "limit": "0"}
            reply = await first(
                self._bearer.ask(line, "GET", f"{self._url}/employees/trackers", params=params)
            )
            mine = [one for one in _data(reply) or () if one.get("title") == self._title]
            if not mine:
                expected = f"an employee who has the tracker {self._title!r}"
                raise UnansweredError("no tracker", reply, Fault("TU0103", "/employee", expected, "none"))
            self._trackers[employee] = str(mine[0].get("id"))
        return f"{self._url}/trackers/{self._trackers[employee]}/logs"


def _data(reply: Reply) -> list[Row] | None:
    document = reply.json()
    data = document.get("data") if isinstance(document, dict) else None
    listed = isinstance(data, list) and all(isinstance(one, dict) for one in data)
    return data if reply.good and listed else None
