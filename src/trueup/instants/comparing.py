"""The two sides' instants beside one another, with why they differ. Knows no fault.

Two instants agree when they are less than a second apart, or a minute where either side only says minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import DAY, HOUR, MINUTE, SECOND, any_of, yes

if TYPE_CHECKING:
    from trueup.model.findings import Logs

NEAR_SYNC = MINUTE  # a review time this close to the sync's own is the sync's
WIDEST = 14 * 60  # minutes: no zone is further from UTC
QUARTER = 15  # minutes: every zone offset in use since 1972 is a multiple of it


def compared(logs: Logs) -> ibis.Table:
    """Records on both sides whose instants differ, with the reason in `why`.

    why: stale, date, sync, offset (a whole number of quarter hours), moved. `minutes` is the difference.
    """
    pairs = logs.pairs
    both = pairs.filter(
        yes(pairs.in_lms & pairs.in_review & pairs.completed_at.notnull() & pairs.h_completed_at.notnull())
    )
    coarse = (both.completed_at_precision == "minute") | (both.h_completed_at_precision == "minute")
    slack = ibis.ifelse(yes(coarse), MINUTE, SECOND)
    delta = both.h_completed_at - both.completed_at
    minutes = (delta.cast("float64") / MINUTE).round().cast("int64")
    lost, agree = _by_the_day(both, delta, slack, logs.facts.offsets)
    whole = yes(
        (minutes % QUARTER == 0)
        & (minutes != 0)
        & (minutes.abs() <= WIDEST)
        & ((delta - minutes * MINUTE).abs() <= slack)
    )
    why = ibis.cases(
        (lost, "date"),
        (agree, "agree"),
        (both.stale_time, "stale"),
        (yes(_at_the_sync(both) & (delta.abs() > 2 * NEAR_SYNC)), "sync"),
        (yes(both.h_completed_at_precision == "day"), "moved"),
        (whole, "offset"),
        else_="moved",
    )
    judged = both.select(*_COMPARED_COLUMNS, why=why, minutes=minutes, source_key=both.source.fill_null(""))
    return judged.filter(judged.why != "agree")


def _by_the_day(
    both: ibis.Table, delta: ir.Value, slack: ir.Value, offsets: list[int]
) -> tuple[ir.Value, ir.Value]:
    """Whether a time became its date or that date's midnight, and whether the two sides agree.

    What a day is depends on the place: the offset of either side, or one where the company lives.
    """
    lms_day = yes(both.completed_at_precision == "day")
    their_day = yes(both.h_completed_at_precision == "day")
    places = [
        both.completed_at_offset.fill_null(0).cast("int64") * MINUTE,
        both.h_completed_at_offset.fill_null(0).cast("int64") * MINUTE,
        *(ibis.literal(minutes * MINUTE, "int64") for minutes in offsets),
    ]
    same_days = [
        (both.h_completed_at + place) // DAY == (both.completed_at + place) // DAY for place in places
    ]
    same_day = any_of(same_days)
    midnight = any_of(
        [
            same & ((both.h_completed_at + place) % DAY == 0)
            for same, place in zip(same_days, places, strict=True)
        ]
    )
    their_midnight = midnight & ~their_day
    lost = yes(
        same_day
        & ((their_day & ~lms_day) | (their_midnight & (delta.abs() >= slack)) | (lms_day & their_midnight))
    )
    in_its_day = lms_day & (delta >= -14 * HOUR) & (delta < DAY + 12 * HOUR)
    agree = ibis.ifelse(
        lms_day | their_day,
        ibis.ifelse(lms_day & their_day, same_day, in_its_day),
        delta.abs() < slack,
    )
    return lost, agree


def _at_the_sync(both: ibis.Table) -> ir.Value:
    """Whether the review system's time is one of the sync's own."""
    near = [
        (both.h_completed_at - both[name]).abs() <= NEAR_SYNC
        for name in (
            "h_received_at",
            "first_accepted_at",
            "last_accepted_at",
            "last_try_at",
            "run_started_at",
            "run_ended_at",
        )
    ]
    on_its_day = both.h_completed_at // DAY == both.h_received_at // DAY
    return any_of([*near, yes(both.h_completed_at_precision == "day") & on_its_day])


_COMPARED_COLUMNS = (
    "record_id", "person", "course_id", "file", "line", "other_file", "other_line", "cycle", "h_cycle_by_time",
    "completed_at", "completed_at_raw", "h_completed_at", "h_completed_at_raw",
)  # fmt: skip  # one row of names


def shifted_groups(logs: Logs) -> ibis.Table:
    """(source_key, minutes, n): offsets that enough records of one source share."""
    offset = offsets(logs)
    grouped = offset.group_by(["source_key", "minutes"]).aggregate(
        n=offset.count(), first=offset.completed_at.min(), last=offset.completed_at.max()
    )
    return grouped.filter(grouped.n >= logs.settings.shift_group)


def offsets(logs: Logs) -> ibis.Table:
    """Records whose instants differ by a whole number of quarter hours."""
    judged = logs.relation("times", compared)
    return judged.filter(judged.why == "offset")
