"""How what waits in quarantine is told, in lines and in JSON. Knows no request, no statement, and nothing of an event."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.doors.conversion import in_utc
from trueup.doors.fault_words import who_acts
from trueup.model.faults import fault

if TYPE_CHECKING:
    from trueup.intake.quarantine.store import Item, Waiting
    from trueup.journey.decide import Opened

_SAYING = {
    "TU0101": "--as employee_number=E1042",
    "TU0201": "--zone Europe/Berlin",
    "TU0205": "--as {member}=2026-03-29T03:30:00+02:00",
    "TU0801": "--as score.min=0 --as score.max=100",
    "TU0802": "--as score.raw=87.5",
}


def state(item: Item) -> str:
    """What became of it: waiting, resent, released or discarded."""
    if item.released_at is None:
        return "waiting"
    if item.released_by == "resend":
        return "resent"
    return item.decided.outcome.value if item.decided else "released"


def due_at(item: Item) -> datetime:
    """Until when its owner settles it (the catalogue's hours)."""
    return item.received_at + timedelta(hours=fault(item.fault.code).escalation.hours)


def as_waiting(one: Waiting) -> dict[str, Any]:
    """How many of a fault wait."""
    return {"code": one.code, "owner": one.owner, "count": one.count, "since": in_utc(one.since)}


def as_item(item: Item, now: datetime) -> dict[str, Any]:
    """One, as JSON; of what was decided, who did and when."""
    decided = item.decided
    return {
        "number": item.statement_id,
        "key": str(item.key),
        "state": state(item),
        "code": item.fault.code,
        "name": fault(item.fault.code).name,
        "pointer": item.fault.pointer,
        "expected": item.fault.expected,
        "actual": item.fault.actual,
        "owner": item.owner,
        "due_at": in_utc(due_at(item)),
        "overdue": item.released_at is None and due_at(item) < now,
        "origin": item.origin,
        "door": item.door,
        "received_at": in_utc(item.received_at),
        "dropped": list(item.dropped),
        "raw_kept": item.raw_kept,
        "settled_at": in_utc(item.released_at),
        "decision": {
            "number": decided.statement_id,
            "by": decided.decided_by,
            "at": in_utc(decided.decided_at),
        }
        if decided
        else None,
    }


def as_opened(found: Opened, now: datetime) -> dict[str, Any]:
    """One, as JSON, with why it was decided and what was said: null where that was erased with the person."""
    told, text = as_item(found.item, now), found.decision
    if told["decision"]:
        told["decision"] |= {name: text[name] if text else None for name in ("reason", "said")}
    return told


def line(item: Item, now: datetime) -> str:
    """One in two lines, for a list."""
    ends = f"by {due_at(item):%Y-%m-%d %H:%MZ}" if item.released_at is None else state(item)
    late = " (overdue)" if item.released_at is None and due_at(item) < now else ""
    return (
        f"{item.statement_id:>8} {item.fault.code} {item.key}  {item.owner}, {ends}{late}\n"
        f"         expected {item.fault.expected}{_at(item)}; found {item.fault.actual}"
    )


def paragraphs(found: Opened, now: datetime) -> str:
    """One in full: what is wrong and what to do, or what was decided."""
    item, entry = found.item, fault(found.item.fault.code)
    came = f"{item.received_at:%Y-%m-%d %H:%M:%SZ} by {item.door}" + (
        f", {item.origin}" if item.origin else ""
    )
    late = " (overdue)" if item.released_at is None and due_at(item) < now else ""
    told = [
        f"{item.statement_id} {item.key}",
        f"  fault     {entry.code} {entry.name}: {entry.trigger}",
        f"  expected  {item.fault.expected}{_at(item)}",
        f"  found     {item.fault.actual}",
        f"  came      {came}",
        f"  owner     {who_acts(entry)}: by {due_at(item):%Y-%m-%d %H:%MZ}{late}",
        f"  state     {state(item)}"
        + (f" {item.released_at:%Y-%m-%d %H:%M:%SZ}" if item.released_at else ""),
    ]
    if item.dropped:
        told.append(f"  dropped   {' '.join(item.dropped)}")
    return "\n".join(told + (_to_do(found) if item.released_at is None else _decided(found)))


def _decided(found: Opened) -> list[str]:
    decided, text = found.item.decided, found.decision
    if decided is None:
        return []
    said = {str(name): str(value) for name, value in text["said"].items()} if text else {}  # type: ignore[union-attr]  # an object
    return [
        f"  decision  {decided.statement_id} by {decided.decided_by}, {decided.decided_at:%Y-%m-%d %H:%M:%SZ}",
        f"  reason    {text['reason'] if text else 'erased with the person'}",
        *[f"  said      {name}={value}" for name, value in said.items()],
    ]


def _to_do(found: Opened) -> list[str]:
    item = found.item
    saying = _SAYING.get(item.fault.code, "--as FIELD=VALUE").format(
        member=item.fault.pointer.strip("/") or "occurred_at"
    )
    told = ["  do        one of:", "            have the source send it again, right, under the same key"]
    if found.event is None:
        told.append(
            "            (the event itself is not kept: a decision can't release it, only a resend can)"
        )
    else:
        told.append(f'            trueup quarantine release {item.statement_id} {saying} --reason "..."')
    return [
        *told,
        f'            trueup quarantine discard {item.statement_id} --reason "..."',
        f"            why it happens: trueup explain {item.fault.code}",
    ]


def _at(item: Item) -> str:
    return f" at {item.fault.pointer}" if item.fault.pointer else ""
