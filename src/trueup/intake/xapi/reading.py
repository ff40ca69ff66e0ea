"""What completion a statement says: an event of contracts/event.schema.json. Knows valid statements, no person.

The verb is what the source asserts; nothing is inferred from a score. The time of occurrence is the statement's
timestamp and is left open where it has none. A statement that is voided gets revision 2, as `trueup check` reads it,
so that files and the service agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trueup.intake.xapi.selection import who_of
from trueup.intake.xapi.statement import VOIDED
from trueup.model.verbs import STATUSES, verb_name

STATUS_OF = STATUSES | {"complete": "completed"}  # as Activity Streams says it


@dataclass(frozen=True, slots=True)
class NoCompletion:
    """Why a statement says nothing of a completion. It is kept all the same."""

    reason: str


def event_of(statement: Mapping[str, Any], source: str) -> dict[str, Any] | NoCompletion:
    """The event that a valid statement of that source says, or why there is none.

    >>> event_of({"id": "a", "actor": {"mbox": "mailto:e@x.org"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
    ...           "object": {"id": "http://x.org/c"}, "timestamp": "2026-03-29T01:30:00Z"}, "lms")["status"]
    'passed'
    """
    verb = statement["verb"]["id"]
    status = STATUS_OF.get(verb_name(verb))
    if status is None:
        return NoCompletion("another verb")
    if statement["object"].get("objectType", "Activity") != "Activity":
        return NoCompletion("the object is no activity")
    person = _person(statement["actor"])
    if person is None:
        return NoCompletion("the actor is a group: it cannot be told who of it did it")
    event = {
        "source": source,
        "record_id": statement["id"].lower(),
        "revision": "1",
        **person,
        "course_id": statement["object"]["id"],
        "attempt": statement.get("context", {}).get("registration"),
        "status": status,
        "occurred_at": statement.get("timestamp"),
        "score": _score(statement.get("result", {}).get("score", {})),
    }
    return {key: value for key, value in event.items() if value is not None}


def void_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event that takes an event back: its second revision, of the same person and course (Data 2.3.2).

    It is the same whoever voids, and however often, so that it is counted once.
    """
    kept = {key: value for key, value in event.items() if key not in {"occurred_at", "score"}}
    return {**kept, "revision": "2", "status": "voided"}


def voids(statement: Mapping[str, Any]) -> str | None:
    """The id of the statement that this one voids, None where it voids none."""
    target: str | None = statement["object"]["id"].lower() if statement["verb"]["id"] == VOIDED else None
    return target


def _person(actor: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who it is: an account is its issuer and its name (F1a); None for a group."""
    who = None if actor.get("objectType") == "Group" else who_of(actor)
    if who is None:
        return None
    return {"email": who.email} if who.email else {"account": {"issuer": who.issuer, "name": who.name}}


def _score(score: Mapping[str, Any]) -> dict[str, Any] | None:
    """The raw score on its own range, the scaled one only where there is no raw one (Data 2.4.5.1)."""
    if "raw" in score:
        low, high = score.get("min"), score.get("max")
        known = {"min": low, "max": high, "scale": f"xapi:{low}..{high}"} if None not in {low, high} else {}
        return {"raw": score["raw"], **known}
    if "scaled" in score:
        return {"raw": score["scaled"], "min": -1, "max": 1, "scale": "xapi:-1..1"}
    return None
