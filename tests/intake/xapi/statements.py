"""Statements for the tests: a whole one, and one changed in a place."""

import copy
from typing import Any

ID = "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"
OTHER = "16fd2706-8baf-433b-82eb-8c7fada847da"
AGENT = {"objectType": "Agent", "mbox": "mailto:emp16@example.com"}
ACTIVITY = {
    "objectType": "Activity",
    "id": "https://lms.example.com/course/safe-101",
    "definition": {
        "name": {"en": "Safety", "de-DE": "Sicherheit"},
        "interactionType": "choice",
        "choices": [{"id": "a", "description": {"en": "A"}}, {"id": "b"}],
        "correctResponsesPattern": ["a"],
    },
}
WHOLE: dict[str, Any] = {
    "id": ID,
    "actor": AGENT,
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en-US": "passed"}},
    "object": ACTIVITY,
    "result": {
        "score": {"scaled": 0.875, "raw": 87.5, "min": 0, "max": 100},
        "success": True,
        "completion": True,
        "duration": "PT1H2M3.5S",
        "extensions": {"https://lms.example.com/x": None},
    },
    "context": {
        "registration": OTHER,
        "instructor": {"account": {"homePage": "https://lms.example.com", "name": "teacher"}},
        "team": {
            "objectType": "Group",
            "member": [{"mbox": "mailto:a@example.com"}, {"mbox": "mailto:b@example.com"}],
        },
        "contextActivities": {"parent": {"id": "https://lms.example.com/program/1"}},
        "language": "en-GB",
        "platform": "Moodle",
        "statement": {"objectType": "StatementRef", "id": OTHER},
    },
    "timestamp": "2026-03-29T03:00:00.123456+02:00",
    "version": "1.0.3",
}
GONE = object()


def changed(pointer: str, value: Any = GONE, whole: dict[str, Any] = WHOLE) -> dict[str, Any]:
    """The statement with another value, or none, at a pointer."""
    statement = copy.deepcopy(whole)
    *path, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    here: Any = statement
    for step in path:
        here = here[int(step) if isinstance(here, list) else step]
    key = int(last) if isinstance(here, list) else last
    if value is GONE:
        del here[key]
    else:
        here[key] = value
    return statement
