"""A completion in plain fields of ours, for targets that have none of their own. Knows no target."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from trueup.model.delivery import Record

if TYPE_CHECKING:
    from trueup.model.delivery import Evidence

PERSONAL = frozenset({"person_id", "employee_number", "account"})


def plain(evidence: Evidence) -> Record:
    """All that a target may be told of a completion; what is not known is left out."""
    person = evidence.person
    fields = {
        "source": evidence.key.source,
        "record_id": evidence.key.record_id,
        "revision": evidence.key.revision,
        "person_id": person.person_id if person else None,
        "employee_number": (person.employee_number if person else None) or evidence.employee_number,
        "account": {"issuer": evidence.issuer, "name": evidence.account} if evidence.account else None,
        "course_id": evidence.course_id,
        "status": evidence.status.value,
        "completed_at": time_text(evidence.completed_at),
        "score": _score(evidence),
        "tags": list(evidence.tags) or None,
    }
    return Record({name: value for name, value in fields.items() if value is not None}, None, PERSONAL)


def time_text(completed: datetime | date | None) -> str | None:
    """An instant in UTC, or a date, as text."""
    if isinstance(completed, datetime):
        return completed.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return completed.isoformat() if completed else None


def _score(evidence: Evidence) -> dict[str, Any] | None:
    """A score with its scale; numbers keep their digits as text."""
    score = evidence.score
    if score is None:
        return None
    told = {
        "raw": str(score.raw),
        "min": None if score.low is None else str(score.low),
        "max": None if score.high is None else str(score.high),
        "scale": score.scale,
        "scale_version": score.scale_version,
    }
    return {name: value for name, value in told.items() if value is not None}
