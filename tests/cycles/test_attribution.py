"""Every instant counts for the cycle that its calendar says, to the microsecond, in every zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rows_at_hand import at
from trueup.cycles.attribution import calendar, cycle_of, how_many, in_grace, may_stand_under, told, within
from trueup.instants import Reading, convert
from trueup.model.findings import Cycle

OPENS, CUTOFF = at("2026-01-01T00:00:00Z"), at("2026-03-31T22:00:00Z")
GRACE = at("2026-04-07T22:00:00Z")
DAY = 86_400_000_000


def cycle(name: str, opens: int | None, cutoff: int | None, grace: int | None = None) -> Cycle:
    return Cycle(name, opens, cutoff, grace, None, 2.0, "cycles.csv", 2)


Q1 = cycle("Q1", OPENS, CUTOFF, GRACE)
Q2 = cycle("Q2", CUTOFF, CUTOFF + 91 * DAY)  # opens the moment Q1 is cut off
Q3 = cycle("Q3", CUTOFF + 92 * DAY, CUTOFF + 180 * DAY)  # a day after Q2
OPEN_ENDED = cycle("open", OPENS, None)
CALENDAR = (Q1, Q2, Q3)


@pytest.mark.parametrize(
    ("moment", "counts_for"),
    [
        (OPENS - 1, None),  # the microsecond before any cycle
        (OPENS, "Q1"),  # exactly at the opening
        (CUTOFF, "Q1"),  # exactly at the cut-off, and at the opening of the next: the one that is cut off
        (CUTOFF + 1, "Q2"),  # in the grace of Q1, but the window of Q2 goes first
        (Q2.cutoff_at, "Q2"),  # the last instant of Q2
        (Q2.cutoff_at + 1, None),  # between two cycles, and Q2 has no grace
        (Q3.opens_at, "Q3"),  # no cycle is cut off here, so the opening counts
    ],
)
def test_instant_counts_for_the_cycle_of_its_window(hand, moment, counts_for):
    assert hand.column(lambda t: cycle_of(t.at, CALENDAR), at=[moment]) == [counts_for]
    assert hand.column(lambda t: how_many(t.at, CALENDAR), at=[moment]) == [int(counts_for is not None)]


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        (CUTOFF, False),  # not after the cut-off
        (CUTOFF + 1, True),
        (GRACE, True),  # exactly at the end of grace
        (GRACE + 1, False),
    ],
)
def test_grace_takes_what_comes_after_the_cut_off_up_to_its_end(hand, moment, taken):
    assert hand.column(lambda t: in_grace(t.at, Q1), at=[moment]) == [taken]
    alone = hand.column(lambda t: cycle_of(t.at, (Q1,)), at=[moment])
    assert alone == ["Q1" if moment <= GRACE else None]


def test_two_graces_count_once_and_for_the_earlier_cycle(hand):
    other = cycle("Q1b", OPENS + 1, CUTOFF - 1, GRACE)
    assert hand.column(lambda t: how_many(t.at, (Q1, other)), at=[GRACE]) == [1]
    assert hand.column(lambda t: cycle_of(t.at, (Q1, other)), at=[GRACE]) == ["Q1"]


def test_overlapping_windows_both_count(hand):
    year = cycle("2026", OPENS, OPENS + 365 * DAY)
    assert hand.column(lambda t: how_many(t.at, (Q1, year)), at=[OPENS, CUTOFF, CUTOFF + 1]) == [2, 2, 1]


@pytest.mark.parametrize(
    "incomplete",
    [
        OPEN_ENDED,  # no cut-off is known
        cycle("no start", None, CUTOFF),  # no opening is known
    ],
)
def test_cycle_without_both_ends_counts_nothing(hand, incomplete):
    assert hand.column(lambda t: within(t.at, incomplete, (incomplete,)), at=[OPENS + 1]) == [False]
    assert hand.column(lambda t: cycle_of(t.at, (incomplete,)), at=[OPENS + 1]) == [None]


def test_unknown_instant_counts_for_no_cycle(hand):
    nothing = pa.array([None], pa.int64())
    assert hand.column(lambda t: cycle_of(t.at, CALENDAR), at=nothing) == [None]
    assert hand.column(lambda t: how_many(t.at, CALENDAR), at=nothing) == [0]
    assert hand.column(lambda t: in_grace(t.at, Q1), at=nothing) == [False]


def test_no_calendar_counts_nothing(hand):
    assert hand.column(lambda t: cycle_of(t.at, ()), at=[OPENS]) == [None]
    assert hand.column(lambda t: how_many(t.at, ()), at=[OPENS]) == [0]
    assert hand.column(lambda t: told(t.at, (), "cutoff_at"), at=[OPENS]) == [None]


@pytest.mark.parametrize(
    ("moment", "filed", "may"),
    [
        (OPENS, "Q1", True),
        (OPENS - 1, "Q1", False),  # before it opened
        (CUTOFF, "Q2", True),  # the shared edge may stand under either
        (CUTOFF, "Q1", True),
        (GRACE, "Q1", True),  # grace counts
        (GRACE + 1, "Q1", False),
        (Q2.cutoff_at + 1, "Q2", False),  # no grace, so the cut-off is the end
        (OPENS, "q1", False),  # a cycle by another name
        (OPENS, None, False),  # filed under none
    ],
)
def test_evidence_may_stand_under_the_cycle_that_takes_it(hand, moment, filed, may):
    said = hand.column(
        lambda t: may_stand_under(t.at, t.filed, CALENDAR), at=[moment], filed=pa.array([filed], pa.string())
    )
    assert said == [may]


def test_cut_off_is_told_of_the_window_and_not_of_grace(hand):
    said = hand.column(lambda t: told(t.at, CALENDAR, "cutoff_at"), at=[OPENS, CUTOFF, Q2.cutoff_at + 1])
    assert said == [CUTOFF, CUTOFF, None]
    assert hand.column(lambda t: told(t.at, CALENDAR, "frozen_at"), at=[OPENS]) == [None]


@settings(max_examples=10, deadline=None)
@given(
    edges=st.lists(st.integers(0, 400), min_size=2, max_size=7, unique=True).map(sorted),
    moments=st.lists(st.integers(-10, 410), min_size=1, max_size=40),
)
def test_chain_of_cycles_counts_every_instant_between_its_ends_exactly_once(hand, edges, moments):
    chain = [cycle(str(n), opens, cutoff) for n, (opens, cutoff) in enumerate(pairwise(edges))]
    counted = hand.column(lambda t: how_many(t.at, chain), at=moments)
    assert counted == [int(edges[0] <= moment <= edges[-1]) for moment in moments]
    names = hand.column(lambda t: cycle_of(t.at, chain), at=moments)
    assert [name is not None for name in names] == [bool(n) for n in counted]


@settings(max_examples=10, deadline=None)
@given(
    spans=st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.none() | st.integers(0, 20)), max_size=5
    ),
    moments=st.lists(st.integers(-5, 125), min_size=1, max_size=40),
)
def test_instant_has_a_cycle_exactly_where_at_least_one_counts_it(hand, spans, moments):
    cycles = [
        cycle(str(n), opens, opens + length, None if grace is None else opens + length + grace)
        for n, (opens, length, grace) in enumerate(spans)
    ]
    counted = hand.column(lambda t: how_many(t.at, cycles), at=moments)
    names = hand.column(lambda t: cycle_of(t.at, cycles), at=moments)
    assert [name is not None for name in names] == [n > 0 for n in counted]


def row(zone: str | None, **texts: str) -> dict[str, object]:
    """A row of the cycles relation, its instants read as the instants room reads them."""
    said: dict[str, object] = {"cycle": "C", "zone": zone, "sla_hours": None, "file": "cycles.csv", "line": 2}
    for name in ("opens_at", "cutoff_at", "grace_until", "frozen_at"):
        read = convert(pa.array([texts.get(name)], pa.string()), Reading(zone=zone))
        said[name] = read.at.cast(pa.int64())[0].as_py()
        said[f"{name}_precision"] = read.precision[0].as_py()
        said[f"{name}_offset"] = read.offset[0].as_py()
    return said


def local(zone: str, day: str, clock: str = "00:00:00") -> int:
    return at(
        datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone)).isoformat()
    )


@pytest.mark.parametrize(
    ("zone", "day", "day_after"),
    [
        ("UTC", "2026-03-31", "2026-04-01"),  # a plain day
        ("Europe/Berlin", "2026-03-31", "2026-04-01"),  # an offset
        ("Europe/Berlin", "2026-03-29", "2026-03-30"),  # 23 hours: clocks go forward
        ("Europe/Berlin", "2026-10-25", "2026-10-26"),  # 25 hours: clocks go back
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-06"),  # half an hour of difference
        ("Pacific/Kiritimati", "2026-12-31", "2027-01-01"),  # +14
        ("Etc/GMT+12", "2026-12-31", "2027-01-01"),  # -12
        ("Asia/Kathmandu", "2026-02-28", "2026-03-01"),  # +05:45
    ],
)
def test_date_as_an_end_means_the_last_microsecond_of_that_local_day(zone, day, day_after):
    (one,) = calendar([row(zone, opens_at="2026-01-01", cutoff_at=day, grace_until=day, frozen_at=day)])
    assert one.cutoff_at == one.grace_until == one.frozen_at == local(zone, day_after) - 1
    assert one.opens_at == local(zone, "2026-01-01")


def test_time_as_an_end_is_that_instant():
    (one,) = calendar([row("Europe/Berlin", opens_at="2026-01-01T08:00:00", cutoff_at="2026-03-31T18:00:00")])
    assert (one.opens_at, one.cutoff_at) == (at("2026-01-01T07:00:00Z"), at("2026-03-31T16:00:00Z"))


def test_month_as_an_end_means_the_end_of_that_month():
    (one,) = calendar([row("UTC", opens_at="2026-01", cutoff_at="2026-03")])
    assert (one.opens_at, one.cutoff_at) == (at("2026-01-01T00:00:00Z"), at("2026-04-01T00:00:00Z") - 1)


@pytest.mark.parametrize("zone", [None, "", "Nowhere/At all", "Europe", "../../etc/passwd", "\0"])
def test_date_whose_zone_nobody_knows_ends_by_the_offset_it_was_read_at(zone):
    read = row("Europe/Berlin", opens_at="2026-01-01", cutoff_at="2026-03-31")
    (one,) = calendar([read | {"zone": zone}])
    assert one.cutoff_at == at("2026-03-31T22:00:00Z") - 1


def test_month_is_that_of_the_offset_it_was_read_at():
    read = row("Asia/Tokyo", opens_at="2026-01", cutoff_at="2026-02")
    (one,) = calendar([read | {"zone": None}])
    assert one.cutoff_at == at("2026-03-01T00:00:00+09:00") - 1


def test_year_as_an_end_means_the_end_of_that_year():
    (one,) = calendar([row("Europe/Berlin", opens_at="2028", cutoff_at="2028")])  # a leap year
    assert one.cutoff_at == at("2029-01-01T00:00:00+01:00") - 1


def test_end_of_time_is_an_end_like_any_other():
    (one,) = calendar([row("UTC", opens_at="2026-01-01", cutoff_at="9999-12-31")])
    assert one.cutoff_at == at("9999-12-31T23:59:59.999999Z")


def test_end_that_nothing_could_read_is_unknown():
    (one,) = calendar([row(None, opens_at="2026-01-01T08:00:00", cutoff_at="soon")])
    assert (one.opens_at, one.cutoff_at) == (None, None)  # naive, and no time at all


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Asia/Tehran"]
    ),
    day=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
@example("Africa/Cairo", date(2024, 4, 25))  # clocks go forward at midnight: the next day begins at one
@example("America/Santiago", date(2026, 4, 4))  # clocks go back at midnight: the last hour occurs twice
def test_last_instant_of_a_cut_off_date_has_that_date_and_the_next_has_not(zone, day):
    (one,) = calendar([row(zone, opens_at="2019-01-01", cutoff_at=day.isoformat())])
    ends = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=one.cutoff_at)
    assert ends.astimezone(ZoneInfo(zone)).date() == day
    assert (ends + timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)


def test_cycles_stand_in_order_of_opening():
    rows = [
        row("UTC", opens_at=opens, cutoff_at="2027-01-01") | {"cycle": opens}
        for opens in ("2026-07-01", "2026-01-01", "2026-04-01")
    ]
    assert [one.cycle for one in calendar(rows)] == ["2026-01-01", "2026-04-01", "2026-07-01"]
