"""What a target calls our people, our courses and our days; and how a record is marked where it has only free text.

Knows no vendor. What is not known there is a fault that says where (UnfitError).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from trueup.connectors.target import UnfitError, UnusableOptionsError
from trueup.model.completions import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from trueup.connectors.target import Options
    from trueup.model.delivery import Evidence


def person(evidence: Evidence, pointer: str) -> str:
    """What the target calls them: by the accounts of `people` that are theirs, or by their number."""
    there = evidence.person.there if evidence.person else ()
    if len(there) == 1:
        return there[0]
    if there:
        raise UnfitError(
            Fault("TU0104", pointer, "one account there that is theirs", f"{len(there)} accounts")
        )
    expected = "a person of the roster whom the target knows"
    raise UnfitError(
        Fault("TU0103", pointer, expected, "nobody" if evidence.person is None else "no name there")
    )


def course(evidence: Evidence, courses: Mapping[str, str], pointer: str) -> str:
    """What the target calls the course, as it is declared (options.courses)."""
    there = courses.get(evidence.course_id)
    if there is None:
        raise UnfitError(Fault("TU0604", pointer, "a course that options.courses names", evidence.course_id))
    return there


def courses_of(options: Options, example: str) -> Mapping[str, str]:
    """The declared courses. Raises UnusableOptionsError where there are none."""
    courses = options.table("courses")
    if not courses:
        raise UnusableOptionsError(f"it needs options.courses = {{ {example} }}: what it calls each course")
    return courses


def zone_of(options: Options) -> tzinfo:
    """The zone in which its dates are (options.zone; UTC where none is named). Raises UnusableOptionsError."""
    name = options.text("zone")
    if name and name not in available_timezones():
        raise UnusableOptionsError(f"options.zone {name!r} is no IANA zone, as Europe/Berlin is")
    return ZoneInfo(name) if name else UTC


def day(evidence: Evidence, zone: tzinfo, pointer: str) -> date:
    """The day of the completion, in the zone of the target's dates; a day without a time stays that day."""
    at = evidence.completed_at
    if at is None:
        raise UnfitError(Fault("TU0201", pointer, "the day of the completion", "none"))
    return at.astimezone(zone).date() if isinstance(at, datetime) else at


def share(evidence: Evidence, pointer: str) -> float:
    """The score as a share of its scale, from 0 to 1."""
    score = evidence.score
    if score is None or score.low is None or score.high is None or score.low >= score.high:
        raise UnfitError(Fault("TU0801", pointer, "a score with the ends of its scale", "none"))
    part = (score.raw - score.low) / (score.high - score.low)
    if not 0 <= part <= 1:
        raise UnfitError(Fault("TU0802", pointer, "a score within its scale", "one outside"))
    return float(part)


def told(evidence: Evidence) -> str:
    """How the completion went, for a person to read: passed, 4 of 5."""
    score = evidence.score
    if score is None:
        return evidence.status.value
    of = f" of {score.high}" if score.high is not None and not score.low else ""
    return f"{evidence.status.value}, {score.raw}{of}"


def mark(evidence: Evidence) -> str:
    """What a record is recognised by where it has no field of its own for our key: the same for all its revisions."""
    return f"[trueup {evidence.natural_key}]"
