"""Deliveries, dead letters and a record's story as documents, the same on every door. Knows no door and no table."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trueup.doors.conversion import in_utc
from trueup.model.faults import fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trueup.delivery.comparisons.store import Comparison
    from trueup.delivery.history.store import Attempt, Call, Delivery
    from trueup.delivery.letters.alert import Alert
    from trueup.delivery.letters.store import Group, Letter
    from trueup.journey.dead_letters import Preview
    from trueup.journey.overview import Overview
    from trueup.journey.trace import Chapter
    from trueup.model.delivery import Budget, Manifest


def overview_document(one: Overview) -> dict[str, Any]:
    """How everything stands."""
    return {
        "schema": "trueup.status/1",
        "at": in_utc(one.at),
        "deliveries": [
            {
                "target": count.target,
                "state": count.state.value,
                "count": count.count,
                "oldest": in_utc(count.oldest),
                "overdue": count.overdue,
            }
            for count in one.deliveries
        ],
        "calls": [
            {
                "target": call.target,
                "scope": call.scope,
                "last_hour": call.calls,
                "throttled": call.throttled,
                "failed": call.failed,
                "median_seconds": call.seconds,
                "remaining": call.remaining,
                "batch": int(call.batch),
                "closed_until": in_utc(call.closed_until),
            }
            for call in one.calls
        ],
        "tasks": [
            {
                "target": count.target,
                "count": count.count,
                "overdue": count.overdue,
                "oldest": in_utc(count.oldest),
            }
            for count in one.tasks
        ],
        "dead_letters": [group_of(group) for group in one.dead],
        "alerts": [_alert(alert) for alert in one.alerts],
        "compared": [_comparison(done) for done in one.compared],
        "quarantine": [
            {"code": wait.code, "owner": wait.owner, "count": wait.count} for wait in one.quarantined
        ],
    }


def _alert(one: Alert) -> dict[str, Any]:
    most = one.most
    return {
        "target": one.target,
        "died": one.died,
        "ended": one.ended,
        "share": round(one.share, 6),
        "most": {"department": most.department, "cycle": most.cycle, "died": most.died} if most else None,
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "target": one.target,
        "at": in_utc(one.begun_at),
        "due": one.due,
        "same": one.same,
        "causes": dict(one.causes),
        "failed": one.failed,
    }


def group_of(group: Group) -> dict[str, Any]:
    """Letters of one cause."""
    return {
        "target": group.target,
        "code": group.code,
        "name": fault(group.code).name,
        "expected": group.expected,
        "actual": group.actual,
        "count": group.count,
        "first": in_utc(group.first),
        "last": in_utc(group.last),
    }


def letter_of(letter: Letter) -> dict[str, Any]:
    """One letter: its cause, who settles it, and what became of it."""
    known = fault(letter.code)
    return {
        "number": letter.letter_id,
        "record": f"{letter.source}:{letter.record_id}:{letter.revision}",
        "target": letter.target,
        "code": letter.code,
        "name": known.name,
        "pointer": letter.pointer,
        "expected": letter.expected,
        "actual": letter.actual,
        "attempts": letter.attempts,
        "owner": known.escalation.owner.value,
        "fix": known.fix,
        "died_at": in_utc(letter.died_at),
        "redriven_at": in_utc(letter.redriven_at),
        "redriven_by": letter.redriven_by,
        "ended_at": in_utc(letter.ended_at),
        "ended_by": letter.ended_by,
        "reason": letter.reason,
    }


def letters_document(groups: Iterable[Group], letters: Iterable[Letter]) -> dict[str, Any]:
    """What was given up, by cause and one by one."""
    return {
        "schema": "trueup.dead-letters/1",
        "causes": [group_of(one) for one in groups],
        "letters": [letter_of(one) for one in letters],
    }


def preview_of(one: Preview, *, reveal: bool = False) -> dict[str, Any]:
    """What redriving a letter would do."""
    fields = one.fields or {}
    return {
        "number": one.letter.letter_id,
        "record": f"{one.letter.source}:{one.letter.record_id}:{one.letter.revision}",
        "target": one.letter.target,
        "redriven": one.refusal is None,
        "why_not": one.refusal,
        "verb": one.verb,
        "fields": {
            name: value if reveal or name not in one.personal else "(personal)"
            for name, value in fields.items()
        },
    }


def story_document(record: str, chapters: Sequence[Chapter]) -> dict[str, Any]:
    """A record's whole story, a revision after another."""
    return {
        "schema": "trueup.trace/1",
        "record": record,
        "revisions": [_chapter(one) for one in chapters],
    }


def _chapter(one: Chapter) -> dict[str, Any]:
    entry = one.told.entry
    read = entry.completion
    return {
        "revision": entry.key.revision,
        "number": entry.statement_id,
        "received_at": in_utc(entry.received_at),
        "contract": entry.contract,
        "digest": one.told.digest,
        "leaf_index": one.leaf,
        "person_id": str(one.person) if one.person else None,
        "erased": one.told.who is None,
        "quarantined": entry.fault.code if entry.fault else None,
        "course_id": read.course_id if read else None,
        "status": read.status.value if read else None,
        "occurred_at": in_utc(read.occurred.at) if read and read.occurred else None,
        "occurred_rule": read.occurred.rule if read and read.occurred else None,
        "deliveries": [delivery_of(delivery) for delivery in one.deliveries],
        "attempts": [attempt_of(attempt) for attempt in one.attempts],
        "dead_letters": [letter_of(letter) for letter in one.letters],
    }


def delivery_of(one: Delivery) -> dict[str, Any]:
    """Where a completion stands at a target."""
    return {
        "target": one.target,
        "state": one.state.value,
        "due_at": in_utc(one.due_at),
        "urgent": one.urgent,
        "attempts": one.attempts,
        "code": one.code,
        "since": in_utc(one.changed_at),
        "next_at": in_utc(one.run_at),
    }


def attempt_of(one: Attempt) -> dict[str, Any]:
    """One try, and what its answer said."""
    return {
        "target": one.target,
        "attempt": one.attempt,
        "kind": one.kind,
        "outcome": one.outcome,
        "code": one.code,
        "at": in_utc(one.at),
        "status": one.status,
        "request_id": one.request_id,
        "cost": one.cost,
        "remaining": one.remaining,
        "error": one.error,
        "digest": one.digest.hex() if one.digest else None,
        "diff": list(one.diff),
        "worker": one.worker,
    }


def calls_document(calls: Iterable[Call]) -> dict[str, Any]:
    """Calls, one by one."""
    told = [{**asdict(one), "started_at": in_utc(one.started_at)} for one in calls]
    return {"schema": "trueup.calls/1", "calls": told}


def connector_of(one: Manifest) -> dict[str, Any]:
    """What a connector can do, needs, and was built from."""
    return {
        "name": one.name,
        "title": one.title,
        "capabilities": sorted(can.value for can in one.capabilities),
        "proof": one.proof.value,
        "repeatable": one.repeatable,
        "batch": one.batch,
        "window_seconds": one.window.total_seconds(),
        "budget": _budget(one.budget),
        "look_budget": _budget(one.look_budget) if one.look_budget else None,
        "needs": [
            {
                "method": need.method,
                "path": need.path,
                "fields": list(need.fields),
                "scope": need.scope or None,
            }
            for need in one.needs
        ],
        "traps": list(one.traps),
    }


PROOF = {
    "run": "the real system answers in the tests",
    "recorded": "tested against real answers, recorded",
    "documented": "built from documentation alone: nobody has seen it work",
}
"""What it means that a connector was built so."""


def limit_of(one: Manifest) -> str:
    """How much the vendor allows, as far as its connector knows."""
    budget = one.budget
    if budget.calls:
        return f"{budget.calls} calls in {budget.per.total_seconds():g} s"
    if budget.high:
        return f"a bucket of {budget.high:g} that leaks {budget.drain:g} a second"
    return "none known"


def _budget(one: Budget) -> dict[str, Any]:
    return {
        "calls": one.calls,
        "per_seconds": one.per.total_seconds() if one.calls else None,
        "reserve": one.reserve,
        "cost_high": one.high,
        "cost_drain": one.drain if one.high else None,
    }
