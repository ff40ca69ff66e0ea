"""SCORM Cloud registrations (API v2), as JSON or sheet. Knows their fields.

`score.scaled` is 0..100 here, not xAPI's -1..1. Completion and success are two things: a course can be
completed and failed; success, where it is known, says more.
"""

from collections.abc import Mapping

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise.claim import NOTHING, CanonicalRow, Claim, Emitted, Recordwise, Sample
from trueup.reconcile.recognise.sampling import value_at
from trueup.reconcile.recognise.tables import Field, Keep, Table, claim_table
from trueup.reconcile.recognise.translating import plain

_SCALE = "scorm-cloud:0..100"
_SHOWN = {
    "record_id": "id",
    "revision": "instance",
    "account_name": "learner.id",
    "email": "learner.email",
    "course_id": "course.id",
    "status": "registrationCompletion",
    "completed_at": "completedDate",
    "enrolled_at": "createdDate",
    "score": "score.scaled",
    "updated_at": "updated",
}
_TRIED = ("attempted", "incomplete")


def claim_scorm_cloud(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on a list of registrations."""
    if not sample.nested:
        return claim_table(_SHEET, sample, declared)
    if not {"registrationCompletion", "registrationSuccess"} & set(sample.header):
        return None
    return Claim(
        system="scorm-cloud",
        layout="registrations",
        role="completions",
        confidence=0.97,
        columns={name: key for name, key in _SHOWN.items() if key in sample.header and name != "revision"},
        translate=Recordwise(lambda record: translate(record, declared.constants)),
    )


def outcome(completion: str, success: str, started: str) -> str | None:
    """What a registration says: success where it is known, else completion, else whether it was opened at all."""
    if success.upper() in {"PASSED", "FAILED"}:
        return success.lower()
    if completion.upper() == "COMPLETED":
        return "completed"
    return "launched" if started else None


def translate(record: Mapping[str, object], constants: Mapping[str, str]) -> Emitted:
    """One registration as a completion."""

    def text(key: str) -> str | None:
        found, fine = plain(value_at(record, key), None)
        return found if fine and found else None

    said = outcome(
        text("registrationCompletion") or "", text("registrationSuccess") or "", text("firstAccessDate") or ""
    )
    if not text("id") or not text("learner.id") or not text("course.id"):
        return Emitted(
            reason="a registration without an id, a learner or a course",
            expected="id, learner.id and course.id",
        )
    if said is None:
        return Emitted()
    score = text("score.scaled")
    row: CanonicalRow = {
        "source": "scorm-cloud",
        "account_issuer": "scorm-cloud",
        **constants,
        "record_id": text("id"),
        "account_name": text("learner.id"),
        "email": text("learner.email"),
        "course_id": text("course.id"),
        "attempt": text("instance"),
        "status": said,
        "completed_at": text("completedDate") if said != "launched" else text("firstAccessDate"),
        "enrolled_at": text("createdDate"),
        "score": score,
        "scale": _SCALE if score is not None else None,
        "updated_at": text("updated"),
    }
    return Emitted((row,))


def _status(word: str) -> str | None:
    return {"completed": "completed", "complete": "completed", "passed": "passed", "failed": "failed"}.get(
        word.strip().lower()
    )


def _verdict(word: str | None) -> str | None:
    return None if word and _status(word) else NOTHING


_COMPLETION = ("registrationCompletion", "Registration Completion", "Completion", "Completion Status")
_SHEET = Table(
    system="scorm-cloud",
    name="registrations in a sheet",
    role="completions",
    signature=(
        ("registrationId", "Registration Id", "registration_id"),
        ("learnerId", "learner.id", "Learner Id"),
        ("courseId", "course.id", "Course Id"),
        _COMPLETION,
    ),
    fields=(
        Field("record_id", ("registrationId", "Registration Id", "registration_id")),
        Field("account_name", ("learnerId", "learner.id", "Learner Id")),
        Field("email", ("learner.email", "Learner Email", "learnerEmail")),
        Field("course_id", ("courseId", "course.id", "Course Id")),
        Field("status", _COMPLETION, _status),
        Field("completed_at", ("completedDate", "Completed Date", "Completion Date")),
        Field("enrolled_at", ("createdDate", "Created Date")),
        Field("score", ("score.scaled", "Score", "score")),
        Field("updated_at", ("updated", "Last Updated")),
    ),
    keeps=(Keep(_COMPLETION, _verdict),),
    constants={"source": "scorm-cloud", "account_issuer": "scorm-cloud", "scale": _SCALE},
    confidence=0.9,
)
