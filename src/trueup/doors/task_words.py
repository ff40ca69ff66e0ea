"""Tasks as documents, the same on every door. Knows no door and no table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.connectors.forms.plain import plain
from trueup.doors.conversion import in_utc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journey.tasks import Task

DO = {"create": "enter", "update": "enter or change", "delete": "take out"}
"""What a person does for each verb."""


def tasks_document(tasks: Sequence[Task], *, reveal: bool) -> dict[str, Any]:
    """The tasks that wait."""
    return {"schema": "trueup.tasks/1", "tasks": [task_of(one, reveal=reveal) for one in tasks]}


def task_of(one: Task, *, reveal: bool) -> dict[str, Any]:
    """One task: what is to be done, until when, and with what. Personal fields are shown where they are asked for."""
    task, evidence = one.open, one.evidence
    record = plain(evidence) if evidence is not None and task.verb != "delete" else None
    return {
        "number": task.number,
        "target": task.target,
        "do": DO.get(task.verb, task.verb),
        "record": f"{task.source}:{task.record_id}:{task.revision}",
        "due_at": in_utc(task.due_at),
        "since": in_utc(task.since),
        "fields": {
            name: value if reveal or name not in record.personal else f"{len(str(value))} characters"
            for name, value in record.fields.items()
        }
        if record
        else {},
    }
