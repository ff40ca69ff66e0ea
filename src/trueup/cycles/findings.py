"""What the logs show about review cycles: TU0204, TU0901-TU0904. Knows the calendar, no delivery."""

from __future__ import annotations

import ibis

from trueup.cycles.attribution import may_stand_under, told
from trueup.kit.expressions import HOUR, SECOND, any_of, iso, plain_number, union, yes
from trueup.model.findings import Cycle, Doubt, Finding, Logs, fault_rows


def wrong_cycle(logs: Logs) -> ibis.Table:
    """TU0204: by time, or by the cycle it is filed under, the review counts it for another cycle."""
    pairs = logs.pairs
    known = [cycle.cycle for cycle in logs.cycles]
    both = pairs.filter(
        yes(pairs.in_lms & pairs.in_review & pairs.completed_at.notnull() & (pairs.cycles == 1))
    )
    filed = yes(
        both.h_cycle.notnull()
        & ~may_stand_under(both.completed_at, both.h_cycle, logs.cycles)
        & both.h_cycle.isin(known)
    )
    filed_nowhere = yes(both.h_cycle.notnull() & ~both.h_cycle.isin(known))
    apart = (both.completed_at - both.h_completed_at).abs() >= SECOND
    moved = yes((both.cycle != both.h_cycle_by_time) & apart)
    found = both.filter(filed | filed_nowhere | moved).mutate(filed=filed | filed_nowhere)
    return fault_rows(
        found,
        "TU0204",
        field=ibis.ifelse(found.filed, "cycle", "completed_at"),
        expected=found.cycle,
        actual=ibis.ifelse(found.filed, found.h_cycle, found.h_cycle_by_time),
        detail=ibis.literal("completed ") + iso(found.completed_at),
    )


def _delivered(logs: Logs) -> ibis.Table:
    """Records in the review system with the instant they got there; a correction's own arrival is no lateness."""
    pairs = logs.pairs
    there = pairs.filter(yes(pairs.in_lms & pairs.in_review & pairs.completed_at.notnull() & pairs.due))
    corrected = yes((there.revisions > 1) | (there.revision > 1))
    first = ibis.least(
        ibis.coalesce(there.h_received_at, there.first_accepted_at),
        ibis.coalesce(there.first_accepted_at, there.h_received_at),
    )
    at = ibis.ifelse(corrected, first, ibis.coalesce(there.h_received_at, there.first_accepted_at))
    return there.mutate(delivered_at=at)


def late_completion(logs: Logs) -> ibis.Table:
    """TU0901: completed in the window of one cycle, delivered after its cut-off. Between two it is TU0904."""
    there = _delivered(logs)
    late = there.mutate(cutoff_at=told(there.completed_at, logs.cycles, "cutoff_at"))
    found = late.filter(yes((late.delivered_at > late.cutoff_at) & (late.cycles == 1)))
    return fault_rows(
        found,
        "TU0901",
        field="received_at",
        expected=ibis.literal("by ") + iso(found.cutoff_at),
        actual=iso(found.delivered_at),
        detail=ibis.literal("cycle ") + found.cycle,
    )


def sla_breached(logs: Logs) -> ibis.Table:
    """TU0902: completed after the cut-off and within grace, delivered later than the cycle's SLA allows."""
    there = _delivered(logs)
    rows = []
    for cycle in logs.cycles:
        if cycle.cutoff_at is None or cycle.sla_hours is None:
            continue
        until = cycle.grace_until or cycle.frozen_at or cycle.cutoff_at
        after = there.filter(
            yes(
                (there.completed_at > cycle.cutoff_at)
                & (there.completed_at <= until)
                & ((there.h_cycle == cycle.cycle) | there.h_cycle.isnull() | (there.cycle == cycle.cycle))
            )
        )
        took = after.delivered_at - after.completed_at
        found = after.mutate(took=took).filter(yes(took > int(cycle.sla_hours * HOUR)))
        rows.append(
            fault_rows(
                found,
                "TU0902",
                field="received_at",
                expected=f"within {cycle.sla_hours:g} h",
                actual=plain_number((found.took.cast("float64") / HOUR).round(2)) + " h",
                detail=ibis.literal(f"cycle {cycle.cycle}: completed ")
                + iso(found.completed_at)
                + ", delivered "
                + iso(found.delivered_at),
            )
        )
    return union(rows) if rows else _none(there)


def _none(table: ibis.Table) -> ibis.Table:
    return fault_rows(table.filter(ibis.literal(value=False)), "TU0902", field="received_at")


def window_misaligned(logs: Logs) -> ibis.Table | None:
    """TU0903: no sync run ended between the last completion of a cycle and its cut-off.

    Only for cycles whose cut-off lies within what the sync log covers.
    """
    ends, starts, last_in = logs.facts.run_ends, logs.facts.run_starts, logs.facts.last_in_cycle
    if not ends:
        return None
    bad = [
        cycle
        for cycle in logs.cycles
        if cycle.cutoff_at is not None
        and cycle.cycle in last_in
        and min(starts or ends) <= cycle.cutoff_at <= max(ends)
        and not any(last_in[cycle.cycle] <= end <= cycle.cutoff_at for end in ends)
    ]
    summaries = logs.constant([_misaligned(cycle, last_in[cycle.cycle]) for cycle in bad])
    return (
        union([summaries, *(_stranded(logs, cycle, ends) for cycle in bad)])
        if summaries is not None
        else None
    )


def _stranded(logs: Logs, cycle: Cycle, ends: list[int]) -> ibis.Table:
    """The completions between the last run before the cut-off and the cut-off; which of two cycles is no question."""
    records = logs.relation("records", lambda logs: logs.roles["completions"])
    since = max((end for end in ends if end <= (cycle.cutoff_at or 0)), default=cycle.opens_at or 0)
    found = records.filter(
        yes(
            records.due
            & (records.cycle == cycle.cycle)
            & (records.cycles == 1)
            & (records.completed_at > since)
            & (records.completed_at <= (cycle.cutoff_at or 0))
        )
    )
    return fault_rows(
        found,
        "TU0903",
        field="run_ended_at",
        expected="a run that ends before the cut-off",
        actual="none",
        detail=f"cycle {cycle.cycle}: no run ended after this completion and before the cut-off",
        person=found.key,
    )


def _misaligned(cycle: Cycle, last: int) -> dict[str, object]:
    from datetime import UTC, datetime  # noqa: PLC0415  # only where there is something to say

    def said(at: int) -> str:
        return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    cutoff = said(cycle.cutoff_at or 0)
    return {
        "code": "TU0903",
        "field": "run_ended_at",
        "expected": f"a run that ends between {said(last)} and {cutoff}",
        "actual": "none",
        "detail": f"cycle {cycle.cycle}: its last completions wait until after the cut-off",
        "file": cycle.file,
        "line": cycle.line,
    }


def unattributed(logs: Logs) -> ibis.Table:
    """TU0904: a completion in no cycle, or in more than one; a date that lies across an edge is in two."""
    pairs = logs.pairs
    ours = pairs.filter(
        yes(
            pairs.due
            & pairs.completed_at.notnull()
            & (pairs.cycles != 1)
            & (pairs.completed_at <= logs.as_of + 24 * HOUR)
        )
    )
    return fault_rows(
        ours,
        "TU0904",
        field="completed_at",
        expected="exactly one review cycle",
        actual=ibis.ifelse(ours.cycles == 0, "no cycle", ours.cycles.cast("string") + " cycles"),
        detail=ibis.literal("completed ") + ibis.coalesce(ours.completed_at_raw, iso(ours.completed_at)),
    )


def doubts(table: ibis.Table, cycles: tuple[Cycle, ...]) -> dict[Doubt, ibis.Value]:
    """What makes a record worth a closer look for the findings above."""
    if not cycles:
        return {}
    there = ibis.coalesce(table.h_received_at, table.first_accepted_at)
    slow = [
        (table.completed_at > cycle.cutoff_at)
        & (table.completed_at <= (cycle.grace_until or cycle.frozen_at or cycle.cutoff_at))
        & (there - table.completed_at > int(cycle.sla_hours * HOUR))
        for cycle in cycles
        if cycle.cutoff_at is not None and cycle.sla_hours is not None
    ]
    return {
        Doubt.UNCOUNTED: table.due & (table.cycles != 1),
        Doubt.FILED: table.h_cycle.notnull() & (table.h_cycle != table.cycle),
        Doubt.LATE: there > told(table.completed_at, cycles, "cutoff_at"),
        **({Doubt.SLOW: any_of(slow)} if slow else {}),
    }


_TIMED = ("completions.completed_at", "reviews", "cycles")
FINDINGS = (
    Finding("TU0204", _TIMED, wrong_cycle, (Doubt.FILED, Doubt.APART)),
    Finding("TU0901", _TIMED, late_completion, (Doubt.LATE,)),
    Finding("TU0902", (*_TIMED, "cycles.sla_hours"), sla_breached, (Doubt.SLOW,)),
    Finding("TU0903", ("completions.completed_at", "sync", "cycles"), window_misaligned),
    Finding("TU0904", ("completions.completed_at", "cycles"), unattributed, (Doubt.UNCOUNTED,)),
)
