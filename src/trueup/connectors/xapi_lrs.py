"""An LRS as a target: completions as xAPI statements. Knows xAPI's statements resource, no table.

Each revision of a record is a statement of its own, whose id follows from its key, so that sending it again is the same
statement (xAPI 1.0.3, Communication 2.1.1 and 2.1.2). A correction voids the statement before and follows it in one
batch; taking back voids alone (Data 2.3.2).
"""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from trueup.connectors.target import Looked, Options, UnfitError, Written, all_of, not_found_out
from trueup.kit.canonical_json import digest
from trueup.model.completions import Fault, Status
from trueup.model.delivery import (
    Answer,
    Capability,
    Found,
    Job,
    Manifest,
    Need,
    Proof,
    Record,
    Told,
    Verb,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line
    from trueup.model.delivery import Evidence

NAMES = UUID("6f1a8d0e-7f2c-5d5e-9a53-0d4c1f6f7a10")  # of the ids that follow from keys
KEY = "https://trueup.dev/xapi/key"  # the extension that carries what the record is called
_VERB = {
    Status.COMPLETED: "http://adlnet.gov/expapi/verbs/completed",
    Status.PASSED: "http://adlnet.gov/expapi/verbs/passed",
    Status.FAILED: "http://adlnet.gov/expapi/verbs/failed",
}
_VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_SUCCESS = {Status.PASSED: True, Status.FAILED: False}


class XapiLrs:
    """Writes statements to an LRS and reads them back by their ids."""

    manifest = Manifest(
        name="xapi-lrs",
        title="xAPI LRS",
        capabilities=frozenset(
            {Capability.CREATE, Capability.APPEND, Capability.DELETE, Capability.READ_BACK}
        ),
        needs=(
            Need(
                "POST", "/statements", ("actor", "verb", "object", "result", "timestamp"), "statements/write"
            ),
            Need("GET", "/statements", (), "statements/read"),
        ),
        proof=Proof.RUN,
        traps=(
            "a batch is taken whole or not at all; one bad statement refuses the others, so it is halved",
            "some answer 200 with a list for one statement that is asked for (Ralph), the standard says 404",
            "some do not apply voiding (Ralph): then what was taken back is still found, and is TU0305",
        ),
        batch=50,
        look_batch=1,
        window=timedelta(seconds=2),
        repeatable=True,
    )

    def __init__(self, options: Options) -> None:
        self._url = options.at("statements")
        token = base64.b64encode(options.secret.encode()).decode()
        self._headers = {
            "X-Experience-API-Version": options.text("version", "1.0.3"),
            **({"Authorization": f"Basic {token}"} if options.secret else {}),
        }
        self._home = options.text("home_page", "https://trueup.invalid/people")
        self._courses = options.text("courses", "https://trueup.invalid/courses/")

    def record(self, evidence: Evidence) -> Record:
        """The statement of a completion; `fields` are the parts by which it is recognised when it is read back."""
        verb = _VERB.get(evidence.status)
        if verb is None:
            raise UnfitError(Fault("TU0302", "/status", "completed, passed or failed", evidence.status.value))
        result: dict[str, Any] = {"completion": True}
        if evidence.status in _SUCCESS:
            result["success"] = _SUCCESS[evidence.status]
        if (score := _score(evidence)) is not None:
            result["score"] = score
        statement: dict[str, Any] = {
            "id": statement_id(evidence),
            "actor": self._actor(evidence),
            "verb": {"id": verb},
            "object": {"id": _iri(self._courses, evidence.course_id)},
            "result": result | {"extensions": {KEY: evidence.natural_key}},
        }
        if evidence.completed_at is not None:
            statement["timestamp"] = _timestamp(evidence.completed_at)
        return Record(_parts(statement), statement, frozenset({"actor"}))

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:
        """POST: all or nothing. 409 says that another statement has this id."""
        statements: list[Any] = []
        for job in jobs:
            if job.verb in {Verb.DELETE, Verb.APPEND} and job.before is not None:
                statements.append(self._void(job))
            if job.verb is not Verb.DELETE:
                statements.append({**job.record.sent, "id": _written_as(job)})
        reply = await line.ask("POST", self._url, headers=self._headers, document=statements)
        if reply.status == 409 and len(jobs) == 1:  # a statement of this id is there: which one, a look says
            return Written([Answer(Told.UNKNOWN)], reply)
        if not reply.good:
            return all_of(reply, jobs)
        return Written([Answer(Told.ACCEPTED, _written_as(job)) for job in jobs], reply)

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:
        """GET by id. A voided statement is not found so."""
        (job,) = jobs
        wanted = _looked_up_as(job)
        reply = await line.ask("GET", self._url, headers=self._headers, params={"statementId": wanted})
        if reply.status == 404:
            return Looked([Found(None)], reply)
        document = reply.json()
        if not reply.good or not isinstance(document, dict):
            return not_found_out(reply, jobs)
        listed = document.get("statements", [document])
        found = (
            [one for one in listed if isinstance(one, dict) and one.get("id") == wanted]
            if isinstance(listed, list)
            else []
        )
        return Looked([Found(_parts(found[0]), wanted) if found else Found(None)], reply)

    def _actor(self, evidence: Evidence) -> dict[str, Any]:
        """As its source names them, so that it stays the same statement whoever that turns out to be; else as the roster."""
        person = evidence.person
        if evidence.account and evidence.issuer:
            return {"objectType": "Agent", "account": {"homePage": evidence.issuer, "name": evidence.account}}
        named = bool(evidence.employee_number or evidence.email)
        number = evidence.employee_number or (person.employee_number if person and not named else None)
        mail = evidence.email or (person.email if person and not named else None)
        if number:
            return {"objectType": "Agent", "account": {"homePage": self._home, "name": number}}
        if mail:
            return {"objectType": "Agent", "mbox": f"mailto:{mail}"}
        raise UnfitError(Fault("TU0101", "/actor", "an account, an employee number or an address", "none"))

    def _void(self, job: Job) -> dict[str, Any]:
        assert job.before is not None  # noqa: S101 - there is nothing to void without it
        voided = job.remote_id or statement_id(job.before)
        return {
            "id": str(uuid5(NAMES, f"void {voided} {job.evidence.key}")),
            "actor": {"objectType": "Agent", "account": {"homePage": self._home, "name": "trueup"}},
            "verb": {"id": _VOIDED},
            "object": {"objectType": "StatementRef", "id": voided},
        }


def statement_id(evidence: Evidence) -> str:
    """The id of a revision's statement: always the same one."""
    return str(uuid5(NAMES, str(evidence.key)))


def _same_revision(job: Job) -> bool:
    return job.before is not None and job.before.key == job.evidence.key


def _written_as(job: Job) -> str:
    """The id that a write leaves behind: what else is said of the same revision is another statement."""
    if job.verb is Verb.DELETE:
        return job.remote_id or statement_id(job.before or job.evidence)
    if job.verb is Verb.APPEND and _same_revision(job):
        return str(uuid5(NAMES, f"{job.evidence.key} {digest(dict(job.record.fields))}"))
    return statement_id(job.evidence)


def _looked_up_as(job: Job) -> str:
    """The id under which it should be found."""
    if job.verb is Verb.DELETE or (job.verb is Verb.UPDATE and _same_revision(job)):
        return job.remote_id or statement_id(job.before or job.evidence)
    return _written_as(job)


def _parts(statement: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared: who, what, how, how well and when, in one form whoever wrote it down."""
    result, actor = _member(statement, "result"), _member(statement, "actor")
    score = _member(result, "score")
    return {
        "actor": actor.get("account") or str(actor.get("mbox", "")).lower(),
        "verb": _id(statement.get("verb")),
        "object": _id(statement.get("object")),
        "success": result.get("success"),
        "score": {name: float(value) for name, value in score.items() if isinstance(value, int | float)} or None,
        "timestamp": _instant(statement.get("timestamp")) if "timestamp" in statement else None,
    }  # fmt: skip  # a table


def _member(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    told = of.get(name)
    return told if isinstance(told, dict) else {}


def _id(told: Any) -> Any:
    return told.get("id") if isinstance(told, dict) else None


def _instant(told: Any) -> Any:
    """An instant in UTC; what can't be read stays as it is."""
    try:
        read = datetime.fromisoformat(str(told))
    except ValueError:
        return told
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _timestamp(completed: datetime | date) -> str:
    """An instant; of a day alone its noon in UTC, which is that day nearly everywhere. xAPI has no dates."""
    if isinstance(completed, datetime):
        return completed.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{completed.isoformat()}T12:00:00Z"


def _score(evidence: Evidence) -> dict[str, float] | None:
    score = evidence.score
    if score is None:
        return None
    told = {"raw": float(score.raw)}
    if score.low is not None and score.high is not None and score.low < score.high:
        scaled = (score.raw - score.low) / (score.high - score.low)
        told |= {"min": float(score.low), "max": float(score.high)}
        if 0 <= scaled <= 1:
            told["scaled"] = float(round(scaled, 7))
    return told


def _iri(base: str, course: str) -> str:
    return (
        course
        if "://" in course
        else base + "".join(c if c.isalnum() or c in "-._~" else f"%{ord(c):02X}" for c in course)
    )
