"""SuccessFactors Learning as a target: external learning events, ten in a call. Knows its OData services, no table.

POST learningevent-service/v1/ExternalLearningEvents and GET userlearning-service/v1/LearningHistories (Learning OData
API Reference; KBA 2846276: filters compare with eq alone). There is no update and no delete: corrections are for a person.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from trueup.connectors.forms import theirs
from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.target import Looked, UnfitError, Written, all_of, not_found_out, told_of
from trueup.model.completions import Fault, Status
from trueup.model.delivery import Answer, Budget, Capability, Found, Manifest, Need, Proof, Record, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.connectors.target import Line, Options
    from trueup.model.delivery import Evidence, Job

_EVENTS = "learning/odatav4/public/admin/learningevent-service/v1/ExternalLearningEvents"
HISTORY = "learning/odatav4/public/user/userlearning-service/v1/LearningHistories"
OURS = "trueup "  # begins the comments of what we write
_FIELDS = ("studentID", "description", "completionDate", "completionTimeZoneID", "grade", "comments")


class SuccessFactors:
    """Writes external learning events, and finds them in the person's learning history by the comment they carry."""

    manifest = Manifest(
        name="successfactors",
        title="SAP SuccessFactors Learning (external learning events)",
        capabilities=frozenset({Capability.CREATE, Capability.READ_BACK}),
        needs=(
            Need("POST", f"/{_EVENTS}", _FIELDS, "learningevent-service"),
            Need("GET", f"/{HISTORY}", ("comments", "completionDate", "grade"), "userlearning-service"),
        ),
        proof=Proof.DOCUMENTED,
        traps=(
            "at most 10 records in a call and 100 calls a minute",
            "no update and no delete: a correction or a void is a task for a person (TU0306, TU0305)",
            "the same event twice is two events: what was not answered is looked up before it is sent again",
            "the history is read for one person at a time; its filters know eq alone",
            "options.token_url and options.client_id renew the token; without them the secret is the token",
            "students are called by their numbers, or by the accounts of an issuer (people)",
        ),
        batch=10,
        look_batch=1,
        window=timedelta(seconds=60),
        budget=Budget(calls=100, per=timedelta(minutes=1)),
        look_budget=Budget(calls=100, per=timedelta(minutes=1)),
    )

    def __init__(self, options: Options) -> None:
        self._events = options.at(_EVENTS)
        self._history = options.at(HISTORY)
        self._bearer = Bearer(options)

    def record(self, evidence: Evidence) -> Record | None:
        """The event of a completion, of one that was not failed. It needs a person with a number, and a day."""
        if evidence.status is Status.FAILED:
            return None
        if evidence.completed_at is None:
            raise UnfitError(Fault("TU0201", "/completionDate", "the day of the completion", "none"))
        fields = {
            "studentID": theirs.person(evidence, "/studentID"),
            "description": evidence.course_id,
            "completionDate": _milliseconds(evidence.completed_at),
            "comments": f"{OURS}{evidence.natural_key} {evidence.key.revision}",
        }
        if evidence.score is not None:
            fields["grade"] = str(evidence.score.raw)
        return Record(fields, {**fields, "completionTimeZoneID": "UTC"}, frozenset({"studentID"}))

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:
        """POST up to ten. Where the answer tells of each event, so do we."""
        reply = await self._bearer.ask(
            line,
            "POST",
            self._events,
            document={"externalLearningEvents": [job.record.sent for job in jobs]},
        )
        if not reply.good:
            return all_of(reply, jobs)
        document = reply.json()
        told = document.get("externalLearningEvents") if isinstance(document, dict) else None
        if not isinstance(told, list) or len(told) != len(jobs):
            return Written([Answer(Told.ACCEPTED) for _ in jobs], reply)
        return Written([_one(one) for one in told], reply)

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:
        """GET the history of the person around that day; the event is the one with our comment."""
        (job,) = jobs
        wanted = job.record.fields
        day = timedelta(days=1) // timedelta(milliseconds=1)
        at = int(wanted["completionDate"])
        student = str(wanted["studentID"])
        quoted = student.replace("'", "''")
        reply = await self._bearer.ask(
            line,
            "GET",
            self._history,
            params={
                "$filter": f"criteria/targetUserID eq '{quoted}' and criteria/fromDate eq {at - day} "
                f"and criteria/toDate eq {at + day}"
            },
        )
        document = reply.json()
        if (
            told_of(reply, 1) is not Told.ACCEPTED
            or not isinstance(document, dict)
            or not isinstance(document.get("value"), list)
        ):
            return not_found_out(reply, jobs)
        for one in document["value"]:
            if isinstance(one, dict) and one.get("comments") == wanted["comments"]:
                found = {name: one.get(name) for name in wanted}
                told = {"studentID": student, "description": one.get("title", one.get("description"))}
                return Looked([Found({**found, **told}, None)], reply)
        return Looked([Found(None)], reply)


def _one(told: Any) -> Answer:
    """What the answer says of one event: a message is why it was refused (memory: not seen in a tenant)."""
    message = told.get("errorCode") if isinstance(told, dict) else None
    if not message:
        return Answer(Told.ACCEPTED)
    code = "".join(letter for letter in str(message) if letter.isalnum() or letter in "._-")[:60]
    return Answer(
        Told.REFUSED, None, Fault("TU0302", "", "an event that the target takes", f"refused, {code}")
    )


def _milliseconds(completed: datetime | date) -> int:
    """Milliseconds since 1970, in whole seconds, as the history keeps them; of a day alone its noon in UTC."""
    at = completed if isinstance(completed, datetime) else datetime.combine(completed, time(12), UTC)
    return int(at.timestamp()) * 1000
