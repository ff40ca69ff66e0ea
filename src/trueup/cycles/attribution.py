"""Which review cycle an instant counts for. Knows the calendar, not the logs.

A cycle counts evidence from `opens_at` up to and including `cutoff_at` ("the instant after which evidence
counts for the next", glossary). Where one cycle opens the moment another is cut off, that moment belongs
to the one that is cut off. What happens after the cut-off and within `grace_until` still counts for the
cycle, under its SLA, unless another cycle has opened.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import DAY, or_null, yes
from trueup.model.findings import Cycle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def calendar(rows: Iterable[dict[str, object]]) -> tuple[Cycle, ...]:
    """The cycles of the canonical relation, by opening. A date (month, year) as an end means its end where it is."""
    found = [
        Cycle(
            cycle=str(row["cycle"]),
            opens_at=_instant(row, "opens_at", last=False),
            cutoff_at=_instant(row, "cutoff_at", last=True),
            grace_until=_instant(row, "grace_until", last=True),
            frozen_at=_instant(row, "frozen_at", last=True),
            sla_hours=row["sla_hours"] if isinstance(row["sla_hours"], float) else None,
            file=str(row["file"]),
            line=int(str(row["line"])),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda cycle: (cycle.opens_at or 0, cycle.cycle)))


def _instant(row: dict[str, object], name: str, *, last: bool) -> int | None:
    at = row[name]
    if not isinstance(at, int):
        return None
    precision = str(row[f"{name}_precision"])
    return _last(at, precision, _clock(row, name)) if last and precision in {"day", "month", "year"} else at


def _clock(row: dict[str, object], name: str) -> tzinfo:
    """The zone of the row; where it names none, the offset at which its time was read."""
    try:
        return ZoneInfo(str(row.get("zone") or ""))
    except (KeyError, ValueError, OSError):  # no such zone; no name at all; the name of a directory
        offset = row.get(f"{name}_offset")
        return timezone(timedelta(minutes=offset)) if isinstance(offset, int) else UTC


def _last(at: int, precision: str, clock: tzinfo) -> int:
    """The last microsecond of the day, month or year that begins at an instant: days may have 23 or 25 hours."""
    try:
        first = (_EPOCH + timedelta(microseconds=at)).astimezone(clock)
        after = first.date() + timedelta(days={"day": 1, "month": 31, "year": 366}[precision])
        after = after.replace(day=1) if precision != "day" else after
        after = after.replace(month=1) if precision == "year" else after
        begins = datetime(after.year, after.month, after.day, tzinfo=clock)
        return (begins - _EPOCH) // timedelta(microseconds=1) - 1
    except OverflowError:  # 9999-12-31, which stands for never
        return at + DAY - 1


def within(at: ir.Value, cycle: Cycle, cycles: Sequence[Cycle]) -> ir.Value:
    """Whether the cycle counts evidence of that instant."""
    if cycle.opens_at is None or cycle.cutoff_at is None:
        return ibis.literal(value=False)
    shared = any(other.cutoff_at == cycle.opens_at for other in cycles if other is not cycle)
    begun = at > cycle.opens_at if shared else at >= cycle.opens_at
    return yes(begun & (at <= cycle.cutoff_at))


def in_grace(at: ir.Value, cycle: Cycle) -> ir.Value:
    """Whether the instant lies after the cut-off, and the cycle still takes it."""
    if cycle.cutoff_at is None or cycle.grace_until is None:
        return ibis.literal(value=False)
    return yes((at > cycle.cutoff_at) & (at <= cycle.grace_until))


def how_many(at: ir.Value, cycles: Sequence[Cycle]) -> ir.Value:
    """How many cycles count evidence of that instant; grace counts only where no window does."""
    windows = sum(
        (within(at, cycle, cycles).cast("int64") for cycle in cycles), start=ibis.literal(0, "int64")
    )
    graces = sum((in_grace(at, cycle).cast("int64") for cycle in cycles), start=ibis.literal(0, "int64"))
    return ibis.ifelse(windows > 0, windows, (graces > 0).cast("int64"))


def cycle_of(at: ir.Value, cycles: Sequence[Cycle]) -> ir.Value:
    """The name of the cycle that an instant counts for: the first window, else the first grace; or null."""
    cases = [(within(at, cycle, cycles), cycle.cycle) for cycle in cycles]
    cases += [(in_grace(at, cycle), cycle.cycle) for cycle in cycles]
    return ibis.cases(*cases, else_=or_null("string")) if cases else or_null("string")


def may_stand_under(at: ir.Value, named: ir.Value, cycles: Sequence[Cycle]) -> ir.Value:
    """Whether the named cycle may hold evidence of that instant: in its window, at its edge or in grace."""
    allowed = ibis.literal(value=False)
    for cycle in cycles:
        if cycle.opens_at is None or cycle.cutoff_at is None:
            continue
        until = max(cycle.cutoff_at, cycle.grace_until or cycle.cutoff_at)
        allowed = allowed | yes((named == cycle.cycle) & (at >= cycle.opens_at) & (at <= until))
    return allowed


def told(at: ir.Value, cycles: Sequence[Cycle], name: str) -> ir.Value:
    """One instant of the cycle (`cutoff_at`, `frozen_at` ...) that counts evidence of `at`; else null."""
    cases = [
        (within(at, cycle, cycles), ibis.literal(getattr(cycle, name), "int64"))
        for cycle in cycles
        if getattr(cycle, name) is not None
    ]
    return ibis.cases(*cases, else_=or_null("int64")) if cases else or_null("int64")
