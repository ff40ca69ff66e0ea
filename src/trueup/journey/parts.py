"""Activities of courses: compared where the reviews know them, else steps of their course. Knows no export's layout.

An export that has activities instead of courses gets keys for them in reading (`Claim.parts`). A review
system that is sent courses knows none of these keys, and has nothing missing for that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trueup.journey.staged import RefusedError
from trueup.kit.expressions import yes
from trueup.reconcile.formats import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

    from trueup.kit.engine import Engine
    from trueup.reconcile.reading import Inspection
    from trueup.reconcile.recognise.claim import Parts

_NAMED = 3  # activities that a note names


def compared(
    roles: dict[str, ibis.Table], inspections: Sequence[Inspection], engine: Engine
) -> tuple[dict[str, ibis.Table], list[str]]:
    """The relations without the completions of activities that the reviews don't know, and what to say of it.

    Raises RefusedError where a course is left without any completion: then it has to be told which
    activities complete it.
    """
    told = {one.file: one.claim.parts for one in inspections if one.claim is not None and one.claim.parts}
    if not told:
        return roles, []
    every = {key for parts in told.values() for key in parts.keys}
    steps = every - _among(every, roles["reviews"], engine)
    if not steps:
        return roles, []
    completions = roles["completions"]
    kept = completions.filter(~yes(completions.course_id.isin(sorted(steps))))
    there = _among({parts.course for parts in told.values()}, kept, engine)
    refused = [
        _undecided(file, parts)
        for file, parts in told.items()
        if not parts.whole and parts.course not in there and steps.issuperset(parts.keys)
    ]
    if refused:
        raise RefusedError(refused)
    notes = [_note(file, [key for key in parts.keys if key in steps]) for file, parts in told.items()]
    return roles | {"completions": kept}, [note for note in notes if note]


def _among(keys: set[str], table: ibis.Table, engine: Engine) -> set[str]:
    """Which of these courses the table has."""
    found = engine.fetch(table.filter(table.course_id.isin(sorted(keys))).select("course_id").distinct())
    return set(found.column("course_id").to_pylist())


def _undecided(file: str, parts: Parts) -> Problem:
    activities = " | ".join(key.removeprefix(f"{parts.course}/") for key in parts.keys)
    return Problem(
        file,
        None,
        "it says when activities were completed, none of which the reviews know, and not when the course was",
        f"which activities complete {parts.course}, or the course completion report",
        activities,
        f"name them in trueup.toml, under this file: columns.completed_at = {json.dumps(activities, ensure_ascii=False)}",
    )


def _note(file: str, steps: list[str]) -> str:
    if not steps:
        return ""
    more = f" and {len(steps) - _NAMED:,} more" if len(steps) > _NAMED else ""
    return f"{file}: the reviews know courses and not {', '.join(steps[:_NAMED])}{more}: taken for steps of the course, not compared"
