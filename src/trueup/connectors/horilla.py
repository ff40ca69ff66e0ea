"""Horilla as a target: what an employee has learned, in the additional information of their record.

GET and PUT /api/employee/employees/{id}/ (recorded from Horilla at commit 72e7198fa). Its performance module has no
REST interface: key results are changed by its web pages alone, which say success whatever became of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trueup.connectors.forms import theirs
from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.forms.plain import time_text
from trueup.connectors.target import Looked, UnansweredError, Written, all_of, first, not_found_out
from trueup.model.completions import Fault
from trueup.model.delivery import Answer, Capability, Found, Manifest, Need, Proof, Record, Told, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Evidence, Job

_EMPLOYEES = "api/employee/employees"
_OURS = "trueup"  # the member of additional_info that is ours; the others are left as they are


class Horilla:
    """Writes completions into additional_info, each under its key, and reads them back there."""

    manifest = Manifest(
        name="horilla",
        title="Horilla (additional information of employees)",
        capabilities=frozenset(
            {Capability.CREATE, Capability.UPDATE, Capability.DELETE, Capability.READ_BACK}
        ),
        needs=(
            Need("GET", f"/{_EMPLOYEES}/{{id}}/", ("additional_info",), "employee.view_employee"),
            Need("PUT", f"/{_EMPLOYEES}/{{id}}/", ("additional_info",), "employee.change_employee"),
        ),
        proof=Proof.RECORDED,
        traps=(
            "employees are called by Horilla's own ids: people = the issuer of those accounts",
            "a write reads the record, changes our part of it and puts it back: two calls, of which the budget counts one",
            "whoever changes the record in between is overwritten, and ours may be: a look finds that, and it is sent again",
            "who may not write is told 400, who has no good token 403",
            "the token has to be made by somebody who is logged in: its login can't be had without one",
            "key results of its performance module can't be written by REST",
        ),
        repeatable=True,
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at(_EMPLOYEES)
        self._bearer = Bearer(options)

    def record(self, evidence: Evidence) -> Record:
        """What stands under our key."""
        fields = {
            "employee": theirs.person(evidence, "/employee"),
            "course": evidence.course_id,
            "status": evidence.status.value,
            "completed_at": time_text(evidence.completed_at),
            "score": str(evidence.score.raw) if evidence.score else None,
        }
        return Record(fields, None, frozenset({"employee"}))

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:
        """One completion. It goes away from whoever had it before."""
        (job,) = jobs
        employee = str(job.record.fields["employee"])
        key = job.evidence.natural_key
        for other in {job.remote_id} - {None, employee}:
            gone = await self._put(line, str(other), key, None)
            if not gone.good:
                return _written(gone, jobs, None)
        told = {name: value for name, value in job.record.fields.items() if name != "employee"}
        reply = await self._put(line, employee, key, None if job.verb is Verb.DELETE else told)
        return _written(reply, jobs, employee)

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:
        """GET the employee; ours is what stands under our key."""
        (job,) = jobs
        employee = str(job.record.fields["employee"])
        reply = await self._ask(line, "GET", employee)
        info = _info(reply)
        if info is None:
            return not_found_out(reply, jobs)
        mine = info.get(_OURS)
        found = mine.get(job.evidence.natural_key) if isinstance(mine, dict) else None
        if not isinstance(found, dict):
            return Looked([Found(None)], reply)
        return Looked([Found({"employee": employee, **found}, employee)], reply)

    async def _put(self, line: Line, employee: str, key: str, told: Mapping[str, Any] | None) -> Reply:
        """Change what stands under a key, and nothing else. Raises UnansweredError."""
        had = await self._employee(line, employee)
        info = _info(had) or {}
        mine = info.get(_OURS)
        others = {name: one for name, one in mine.items() if name != key} if isinstance(mine, dict) else {}
        changed = {**info, _OURS: {**others, **({key: dict(told)} if told is not None else {})}}
        return await self._ask(line, "PUT", employee, {"additional_info": changed})

    async def _employee(self, line: Line, employee: str) -> Reply:
        try:
            reply = await first(self._ask(line, "GET", employee))
        except UnansweredError as error:
            if error.reply is None or error.reply.status != 404:
                raise
            fault = Fault("TU0103", "/employee", "an employee whom Horilla knows", "nobody")
            raise UnansweredError(error.why, error.reply, fault) from error
        if _info(reply) is None:
            raise UnansweredError("the answer is no employee", reply)
        return reply

    async def _ask(self, line: Line, method: str, employee: str, document: Any = None) -> Reply:
        url = f"{self._url}/{quote(employee, safe='')}/"
        return await self._bearer.ask(line, method, url, document=document)


def _written(reply: Reply, jobs: Sequence[Job], employee: str | None) -> Written:
    if reply.status == 400 and "permission" in str(reply.json()):
        return Written([Answer(Told.DENIED)], reply)
    return Written([Answer(Told.ACCEPTED, employee)], reply) if reply.good else all_of(reply, jobs)


def _info(reply: Reply) -> dict[str, Any] | None:
    """The additional information of an employee; None where the answer is no employee."""
    document = reply.json()
    if not reply.good or not isinstance(document, dict) or "additional_info" not in document:
        return None
    info = document["additional_info"]
    return info if isinstance(info, dict) else {} if info is None else None
