"""How people, conflicts and decisions are told, in lines and in JSON. Knows no request and no statement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.doors.conversion import in_utc
from trueup.doors.report.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.identity.decisions.store import Kept
    from trueup.identity.register.revising import Believed
    from trueup.identity.register.store import Record
    from trueup.journey.conflicts import About, Choice, Conflict, Person
    from trueup.journey.identify import Decided
    from trueup.journey.stewarding import Seen, Told
    from trueup.journey.who import Answer, Bearer
    from trueup.model.people import Kind

_FIELDS = (
    ("name", "name"),
    ("mail", "address"),
    ("number", "number"),
    ("department", "department"),
    ("city", "city"),
)
_LABELS = {"first_name": "first name", "last_name": "last name", "former_last_name": "former last name",
           "employee_number": "number", "former_number": "former number", "email": "address", "alias": "other address"}  # fmt: skip  # a table


def label(kind: str) -> str:
    """A kind of saying as people call it."""
    return _LABELS.get(kind, kind)


def as_record(record: Record) -> dict[str, Any]:
    """A system's own entry."""
    return {
        "number": record.record_id,
        "role": record.role.value,
        "issuer": record.issuer,
        "name": record.name,
        "bearer": record.bearer,
    }


def as_said(said: Mapping[Kind, tuple[str, ...]]) -> dict[str, list[str]]:
    """What is said, by kind."""
    return {kind.value: list(values) for kind, values in said.items()}


def conflicts_document(counts: Mapping[About, int], found: Sequence[Conflict]) -> dict[str, Any]:
    """How many of each kind there are, and those that were asked for."""
    return {
        "schema": "trueup.identity-conflicts/1",
        "counts": {str(kind): n for kind, n in counts.items()},
        "conflicts": [as_conflict(one) for one in found],
    }


def record_document(seen: Seen) -> dict[str, Any]:
    """One record: whose it is, what it is in conflict with, what was decided of it."""
    return {
        "schema": "trueup.identity-record/1",
        "record": as_record(seen.record),
        "person": None if seen.person is None else str(seen.person),
        "conflicts": [as_conflict(one) for one in seen.conflicts],
        "decisions": [as_decision(one.kept, one.record, one.reason) for one in seen.told],
    }


def history_document(found: Sequence[Told]) -> dict[str, Any]:
    """What was decided."""
    return {
        "schema": "trueup.identity-history/1",
        "decisions": [as_decision(one.kept, one.record, one.reason) for one in found],
    }


def decided_document(done: Decided) -> dict[str, Any]:
    """The decisions that stand now, and how many completions have another person."""
    return {
        "schema": "trueup.identity-decided/1",
        "decisions": list(done.decisions),
        "completions": done.moved,
    }


def who_document(answer: Answer) -> dict[str, Any]:
    """Who it was."""
    return {"schema": "trueup.who/1", **_as_answer(answer)}


def as_person(person: Person | None) -> dict[str, Any] | None:
    """Somebody."""
    return None if person is None else {"id": str(person.person), "said": as_said(person.said)}


def as_conflict(one: Conflict) -> dict[str, Any]:
    """A conflict, as JSON."""
    return {
        "number": one.number,
        "about": one.about.value,
        "code": one.code,
        "record": as_record(one.record),
        "said": as_said(one.said),
        "linked": as_person(one.linked),
        "choices": [_as_choice(it) for it in one.choices],
        "others": [as_record(it) for it in one.others],
        "missing_at": one.issuer,
        "completions": one.completions,
        "suggested": one.suggested,
    }


def _as_choice(one: Choice) -> dict[str, Any]:
    return {
        "person": as_person(one.person),
        "weight": one.weight,
        "margin": one.margin,
        "evidence": one.evidence,
        "vetoes": list(one.vetoes),
    }


def line(one: Conflict) -> str:
    """A conflict in a line of a list."""
    beside = f", as {', '.join(it.shown for it in one.others)}" if one.others else ""
    missing = f" at {one.issuer}" if one.issuer else ""
    likely = f": {one.choices[0].person.named}?" if one.choices else ""
    moved = f", {counted(one.completions, 'completion')}" if one.completions else ""
    return f"{one.number:>6}  {one.about.value}{missing}  {one.record.shown}{beside}{likely}{moved}"


def paragraphs(one: Conflict) -> str:
    """A conflict, whole: what is said, whom it may be, field by field, and what to do."""
    lines = [f"{one.number}: {one.about.value}" + (f" ({one.code})" if one.code else "")]
    lines.append(f"  {one.record.role.value:9} {one.record.shown}")
    lines += [f"    {label(kind.value)}: {', '.join(values)}" for kind, values in one.said.items()]
    if one.linked:
        lines.append(f"  now       {one.linked.named}  {one.linked.person}")
    lines += [f"  beside    {it.record_id}: {it.shown}" for it in one.others]
    for place, it in enumerate(one.choices, 1):
        weight = "" if it.weight is None else f"  {it.weight:+.1f} bits, {it.margin:.1f} before the next"
        lines.append(f"  {place}. {it.person.named}  {it.person.person}{weight}")
        for field, shown in _FIELDS:
            if it.evidence and field in it.evidence:
                said = it.evidence[field]
                lines.append(f"       {shown:11}{said['says']} ({said['bits']:+.1f})")
        lines += [f"       against    {veto}" for veto in it.vetoes]
    if one.completions:
        lines.append(f"  moves     {counted(one.completions, 'completion')}")
    lines.append(f"  do        {one.suggested}")
    return "\n".join(lines)


def as_decision(one: Kept, record: Record | None, reason: str | None) -> dict[str, Any]:
    """A decision, as JSON; a record is told in terms that hold in another database, too."""
    decision = one.decision
    return {
        "decision": one.decision_id,
        "batch": one.statement_id,
        "kind": decision.kind.value,
        "record": None if record is None else as_record(record) | {"key": record.key},
        "person": str(decision.person_id),
        "other": None if decision.other_id is None else str(decision.other_id),
        "undoes": decision.undoes,
        "by": one.batch.decided_by,
        "at": one.batch.decided_at.isoformat(),
        "policy": one.batch.policy_hash,
        "rule": decision.rule,
        "weight": decision.weight,
        "margin": decision.margin,
        "evidence": None if decision.evidence is None else json.loads(decision.evidence),
        "reason": reason,
    }


def decision_line(one: Kept, record: Record | None, reason: str | None) -> str:
    """A decision in a line."""
    decision = one.decision
    what = {
        "found": f"{record.shown if record else '?'} founds {decision.person_id}",
        "link": f"{record.shown if record else '?'} is {decision.person_id}",
        "apart": f"{record.shown if record else '?'} is not {decision.person_id}",
        "merge": f"{decision.person_id} is {decision.other_id}",
        "unmerge": f"{decision.person_id} is not {decision.other_id} (undoes {decision.undoes})",
    }[decision.kind.value]
    why = f", because {reason}" if reason else ""
    return f"{one.decision_id:>6}  {one.batch.decided_at:%Y-%m-%d %H:%MZ}  {what}, by {one.batch.decided_by} ({decision.rule}){why}"


def _as_answer(answer: Answer) -> dict[str, Any]:
    """Who it was, as JSON."""
    person = answer.person
    return {
        "value": answer.value,
        "on": answer.on.isoformat(),
        "known": in_utc(answer.known),
        "decided_by": answer.decided_by,
        "person": None
        if person is None
        else {
            "id": str(person.person),
            "records": [
                {**as_record(record), "said": [_as_believed(one) for one in said]}
                for record, said in person.records
            ],
        },
        "bearers": [_as_bearer(one) for one in answer.bearers],
        "otherwise": [_as_bearer(one) for one in answer.otherwise],
    }


def who_lines(answer: Answer) -> str:
    """Who it was, for people to read."""
    when = f"on {answer.on}, as known at {in_utc(answer.known)}"
    if answer.person is not None:
        lines = [f"{answer.value} was {answer.person.person} {when} (by {answer.decided_by})"]
        for record, said in answer.person.records:
            lines.append(f"  {record.shown}")
            lines += [
                f"    {label(one.said.kind.value):17}{one.said.value or ''}{' ' if one.said.value else ''}{_period(one)}"
                for one in said
                if one.said.kind.value != "id"
            ]
        return "\n".join(lines)
    people = {one.person for one in answer.bearers}
    lines = [
        f"{answer.value} was {'nobody' if not people else f'{len(people)} people: none is chosen'} {when}"
    ]
    lines += [f"  {_who(one)}" for one in answer.bearers[:20]]
    if answer.otherwise:
        lines.append("on other days:")
        lines += [f"  {_who(one)}" for one in answer.otherwise[:20]]
    return "\n".join(lines)


def _who(one: Bearer) -> str:
    return f"{one.person or 'nobody yet'}  {one.record.shown}  {one.tier} {_period(one.believed)}"


def _period(one: Believed) -> str:
    """From the first day until before the day of the end."""
    return f"[{one.start or '…'}, {one.end or '…'})"


def _as_believed(one: Believed) -> dict[str, Any]:
    return {
        "kind": one.said.kind.value,
        "value": one.said.value,
        "normalised": one.said.normalised,
        "normaliser": one.said.normaliser,
        "true_from": one.start.isoformat() if one.start else None,
        "true_to": one.end.isoformat() if one.end else None,
    }


def _as_bearer(one: Bearer) -> dict[str, Any]:
    return {
        "person": None if one.person is None else str(one.person),
        "record": as_record(one.record),
        "tier": one.tier,
        **_as_believed(one.believed),
    }
