"""How an entry of the catalogue is said, to people and to machines. Knows no way of showing it (terminal, page)."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from trueup.model.faults import Fault, Severity, consequences_of, family_of

SCHEMA = "trueup.faults/1"

MEANING_OF = {
    Severity.CRITICAL: "a review is decided on wrong or missing evidence, or a person is exposed",
    Severity.HIGH: "evidence is missing or wrong unless somebody acts before the cut-off",
    Severity.MEDIUM: "evidence is doubtful, or will be wrong if nothing changes",
    Severity.LOW: "upkeep: nothing is wrong yet",
}


def spell_hours(hours: int) -> str:
    """A time to act as people say it.

    >>> spell_hours(1), spell_hours(24), spell_hours(72), spell_hours(100)
    ('1 hour', '24 hours', '3 days', '100 hours')
    """
    if hours >= 48 and hours % 24 == 0:
        return f"{hours // 24} days"
    return "1 hour" if hours == 1 else f"{hours} hours"


def who_acts(entry: Fault) -> str:
    """The escalation path in one line.

    >>> from trueup.model.faults import fault
    >>> who_acts(fault("TU0202"))
    'on-call engineer, within 8 hours; then HR data steward'
    """
    way = entry.escalation
    return f"{way.owner.value}, within {spell_hours(way.hours)}; then {way.next_tier.value}"


def seen_in(entry: Fault) -> str:
    """The roles of files without which the fault can't be seen.

    >>> from trueup.model.faults import fault
    >>> seen_in(fault("TU0202")), seen_in(fault("TU0308"))
    ('completions, reviews', 'any file')
    """
    return ", ".join(entry.needs) or "any file"


def as_document(entries: Iterable[Fault]) -> str:
    """The faults as the JSON document (schema trueup.faults/1) that `faults` and `explain` answer with."""
    return json.dumps({"schema": SCHEMA, "faults": [as_object(entry) for entry in entries]}, indent=2)


def as_object(entry: Fault) -> dict[str, Any]:
    """One fault in plain values, in the order in which people read it."""
    way = entry.escalation
    return {
        "code": entry.code,
        "name": entry.name,
        "family": family_of(entry.code).key,
        "severity": entry.severity.value,
        "trigger": entry.trigger,
        "cause": entry.cause,
        "fix": entry.fix,
        "command": entry.command or None,
        "checklist": list(entry.checklist),
        "escalation": {"owner": way.owner.value, "hours": way.hours, "next_tier": way.next_tier.value},
        "kpi": entry.kpi,
        "needs": list(entry.needs),
        "example": asdict(entry.example),
        "caused_by": list(entry.consequence_of),
        "leads_to": [other.code for other in consequences_of(entry.code)],
    }
