"""What the logs show about when things happened: TU0201-TU0203, TU0205-TU0207. Knows no cycle.

Where two instants do not agree (comparing.py), the first rule that explains it names the fault: an earlier revision
(reconcile's TU0306), a time that became a date, the time of the sync, a whole zone offset shared by a
group; what is left is a moved time.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from trueup.instants.comparing import NEAR_SYNC, compared, offsets, shifted_groups
from trueup.kit.expressions import DAY, day_of, iso, or_null, union, yes
from trueup.model.findings import Doubt, Finding, Logs, fault_rows
from trueup.model.instants import Unsettled
from trueup.model.relations import ROLES, Kind

AMBIGUOUS = (Unsettled.NAIVE.value, Unsettled.FOLD.value)
IMPOSSIBLE = (Unsettled.UNPARSEABLE.value, Unsettled.GAP.value, Unsettled.ORDER.value)
_CLOCK_SLIP = DAY  # a record this far past everything the logs know is in the future


def _text_of(at: ir.Value, raw: ir.Value) -> ir.Value:
    return ibis.coalesce(raw, iso(at))


def _unsettled(logs: Logs, code: str, rules: tuple[str, ...], expected: str) -> list[ibis.Table]:
    """Completion times on either side whose rule says that they name no single instant."""
    sides = []
    for side, where in (("", "the LMS"), ("h_", "the review system")):
        rule = logs.pairs[f"{side}completed_at_rule"]
        bad = logs.pairs.filter(yes(rule.isin(rules)))
        place = {"file": bad.h_file, "line": bad.h_line} if side else {}
        sides.append(
            fault_rows(
                bad,
                code,
                field="completed_at",
                expected=expected,
                actual=bad[f"{side}completed_at_raw"],
                detail=ibis.literal(f"{where}'s time is ") + bad[f"{side}completed_at_rule"],
                **place,
            )
        )
    return sides


def _elsewhere(logs: Logs, code: str, rules: tuple[str, ...], expected: str) -> ibis.Table | None:
    """The same for every other column of instants, one row a file and column."""
    found = []
    for name, column in _with_unsettled(logs):
        table = logs.roles[name]
        bad = table.filter(yes(table[f"{column}_rule"].isin(rules)))
        grouped = bad.group_by("file").aggregate(
            n=bad.count(), line=bad.line.min(), raw=bad[f"{column}_raw"].min()
        )
        found.append(
            fault_rows(
                grouped,
                code,
                field=f"{name}.{column}",
                expected=expected,
                actual=grouped.raw,
                detail=grouped.n.cast("string") + f" values of {column} in this file, the first at this line",
            )
        )
    return union(found) if found else None


def _with_unsettled(logs: Logs) -> list[tuple[str, str]]:
    """The (role, column) of instants, but for those that the pairs compare, that hold one which could not be read."""
    if "unsettled" not in logs.remembered:
        found: list[tuple[str, str]] = []
        for name, table in logs.roles.items():
            given = logs.given.get(name, frozenset())
            columns = [
                column.name
                for column in ROLES[name].columns
                if column.kind is Kind.INSTANT
                and column.name in given
                and (name, column.name) not in _COMPARED
            ]
            if columns:
                bad = {
                    column: yes(table[f"{column}_rule"].isin(AMBIGUOUS + IMPOSSIBLE)) for column in columns
                }
                said = logs.fetch(table.aggregate(**{column: rule.any() for column, rule in bad.items()}))[0]
                found += [(name, column) for column in columns if said[column]]
        logs.remembered["unsettled"] = found
    columns_found: list[tuple[str, str]] = logs.remembered["unsettled"]
    return columns_found


_COMPARED = {("completions", "completed_at"), ("reviews", "completed_at")}


_PLACED = "a time with its offset, or a declared zone"
_THERE = "a date and time that exist"


def naive_time(logs: Logs) -> ibis.Table:
    """TU0201: a completion's time without offset, where no zone is declared or the clock showed it twice."""
    return union(_unsettled(logs, "TU0201", AMBIGUOUS, _PLACED))


def naive_elsewhere(logs: Logs) -> ibis.Table | None:
    """TU0201: the same in any other column of times."""
    return _elsewhere(logs, "TU0201", AMBIGUOUS, _PLACED)


def impossible_time(logs: Logs) -> ibis.Table:
    """TU0205: unreadable, missing, in the future, or before the enrolment or the employment existed."""
    return union(
        [
            *_unsettled(logs, "TU0205", IMPOSSIBLE, _THERE),
            *_in_the_future(logs),
            *_before_their_time(logs),
            *_timeless(logs),
        ]
    )


def impossible_elsewhere(logs: Logs) -> ibis.Table | None:
    """TU0205: what can't be read in any other column of times."""
    return _elsewhere(logs, "TU0205", IMPOSSIBLE, _THERE)


def _in_the_future(logs: Logs) -> list[ibis.Table]:
    """Later than anything else in the logs: the LMS's time, or else the review system's alone."""
    pairs = logs.pairs
    latest = logs.as_of + _CLOCK_SLIP
    future = pairs.filter(yes(pairs.in_lms & (pairs.completed_at > latest)))
    reviews = pairs.filter(
        yes(pairs.in_review & ~(pairs.completed_at > latest) & (pairs.h_completed_at > latest))
    )
    expected = ibis.literal("up to ") + iso(ibis.literal(logs.as_of, "int64"))
    return [
        fault_rows(
            future,
            "TU0205",
            field="completed_at",
            expected=expected,
            actual=_text_of(future.completed_at, future.completed_at_raw),
            detail="later than anything else in the logs",
        ),
        fault_rows(
            reviews,
            "TU0205",
            field="completed_at",
            expected=expected,
            actual=_text_of(reviews.h_completed_at, reviews.h_completed_at_raw),
            detail="the review system's time is later than anything else in the logs",
        ),
    ]


def _before_their_time(logs: Logs) -> list[ibis.Table]:
    """Before the person was hired, or was enrolled in the course."""
    pairs = logs.pairs
    settled = pairs.filter(yes(pairs.in_lms & pairs.completed_at.notnull()))
    early = settled.filter(
        yes(
            ~settled.rehired
            & (settled.completed_at < settled.hired_at - _CLOCK_SLIP)
            & settled.rival.isnull()
        )
    )
    unenrolled = settled.filter(yes(settled.completed_at < settled.enrolled_at - _CLOCK_SLIP))
    return [
        fault_rows(
            early,
            "TU0205",
            field="completed_at",
            expected=ibis.literal("from ") + day_of(early.hired_at),
            actual=_text_of(early.completed_at, early.completed_at_raw),
            detail="before the person was hired",
        ),
        fault_rows(
            unenrolled,
            "TU0205",
            field="completed_at",
            expected=ibis.literal("from ") + iso(unenrolled.enrolled_at),
            actual=_text_of(unenrolled.completed_at, unenrolled.completed_at_raw),
            detail="before the person was enrolled in the course",
        ),
    ]


def _timeless(logs: Logs) -> list[ibis.Table]:
    """Completed, with no time, or with the source's word for never."""
    pairs = logs.pairs
    blank = pairs.filter(yes(pairs.due & pairs.completed_at.isnull() & pairs.completed_at_raw.isnull()))
    never = pairs.filter(yes(pairs.due & (pairs.completed_at_rule == Unsettled.NEVER.value)))
    theirs = pairs.filter(
        yes(
            pairs.in_lms & pairs.completed_at.notnull() & (pairs.h_completed_at_rule == Unsettled.NEVER.value)
        )
    )
    return [
        fault_rows(
            blank,
            "TU0205",
            field="completed_at",
            expected="a date and time",
            detail="completed, without a time",
        ),
        fault_rows(
            never,
            "TU0205",
            field="completed_at",
            expected="a date and time",
            actual=never.completed_at_raw,
            detail="completed, and the source's time says never",
        ),
        fault_rows(
            theirs,
            "TU0205",
            field="completed_at",
            expected=_text_of(theirs.completed_at, theirs.completed_at_raw),
            actual=theirs.h_completed_at_raw,
            detail="the review system's time says never",
        ),
    ]


def zone_shift(logs: Logs) -> ibis.Table:
    """TU0202: the sides differ by a whole zone offset, which a group of records of one source shares."""
    offset, groups = offsets(logs), shifted_groups(logs)
    found = offset.join(groups, ["source_key", "minutes"])
    sign = ibis.ifelse(found.minutes < 0, "-", "+")
    size = found.minutes.abs()
    hours = (size // 60).cast("string").lpad(2, "0") + ":" + (size % 60).cast("string").lpad(2, "0")
    return _apart(
        found,
        "TU0202",
        sign
        + hours
        + ibis.literal(" on ")
        + found.n.cast("string")
        + ibis.literal(" records of this source, ")
        + day_of(found["first"])
        + " to "
        + day_of(found["last"]),
    )


def lost_precision(logs: Logs) -> ibis.Table:
    """TU0203: a time became a date, or a date became midnight, between the two sides."""
    judged = logs.relation("times", compared)
    found = judged.filter(judged.why == "date")
    return _apart(found, "TU0203", "the review system keeps the day and has lost the time")


def invented_time(logs: Logs) -> ibis.Table:
    """TU0206: the review system's time is the sync's, not the one that the source asserts."""
    pairs = logs.pairs
    judged = logs.relation("times", compared)
    found = judged.filter(judged.why == "sync")
    unasserted = pairs.filter(
        yes(
            pairs.in_lms
            & pairs.in_review
            & pairs.due
            & pairs.completed_at.isnull()
            & pairs.completed_at_raw.isnull()
            & (
                ((pairs.h_completed_at - pairs.h_received_at).abs() <= NEAR_SYNC)
                | ((pairs.h_completed_at - pairs.last_accepted_at).abs() <= NEAR_SYNC)
            )
        )
    )
    return union(
        [
            _apart(found, "TU0206", "the review system's time is that of the sync"),
            fault_rows(
                unasserted,
                "TU0206",
                field="completed_at",
                expected=or_null("string"),
                actual=_text_of(unasserted.h_completed_at, unasserted.h_completed_at_raw),
                detail="the source asserts no time; the review system's is that of the sync",
            ),
        ]
    )


def moved_time(logs: Logs) -> ibis.Table:
    """TU0207: the two sides' instants differ, within one review cycle, and no other rule explains it."""
    judged = logs.relation("times", compared)
    groups = shifted_groups(logs)
    alone = judged.filter(judged.why == "offset").anti_join(groups, ["source_key", "minutes"])
    found = union([judged.filter(judged.why == "moved"), alone])
    found = found.filter(~yes(found.cycle != found.h_cycle_by_time))
    pairs = logs.pairs
    gone = pairs.filter(
        yes(
            pairs.in_lms
            & pairs.in_review
            & pairs.completed_at.notnull()
            & pairs.h_completed_at.isnull()
            & pairs.h_completed_at_raw.isnull()
        )
    )
    rows = [_apart(found, "TU0207", ibis.literal("moved by ") + found.minutes.cast("string") + " minutes")]
    if logs.has("reviews", "completed_at"):
        rows.append(
            fault_rows(
                gone,
                "TU0207",
                field="completed_at",
                expected=iso(gone.completed_at),
                detail="the review system has no time",
            )
        )
    return union(rows)


def _apart(found: ibis.Table, code: str, detail: ir.Value | str) -> ibis.Table:
    return fault_rows(
        found,
        code,
        field="completed_at",
        expected=_text_of(found.completed_at, found.completed_at_raw),
        actual=_text_of(found.h_completed_at, found.h_completed_at_raw),
        detail=detail,
    )


_OURS = ("completions.completed_at",)
_BOTH = ("completions.completed_at", "reviews.completed_at")
_IMPOSSIBLE = (Doubt.UNREAD, Doubt.IMPOSSIBLE, Doubt.APART, Doubt.ORPHAN, Doubt.TIMELESS)
_DIFFERING = (Doubt.APART, Doubt.COARSE)
FINDINGS = (
    Finding("TU0201", _OURS, naive_time, (Doubt.UNREAD,)),
    Finding("TU0201", _OURS, naive_elsewhere),
    Finding("TU0202", _BOTH, zone_shift, _DIFFERING),
    Finding("TU0203", _BOTH, lost_precision, _DIFFERING),
    Finding("TU0205", _OURS, impossible_time, _IMPOSSIBLE),
    Finding("TU0205", _OURS, impossible_elsewhere),
    Finding("TU0206", (*_BOTH, "sync"), invented_time, _DIFFERING),
    Finding("TU0207", _BOTH, moved_time, _DIFFERING),
)
