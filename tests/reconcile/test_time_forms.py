from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.instants import Reading, read_instant
from trueup.reconcile.time_forms import Shape, TimeForm, form_of, written, written_day

NOON = int(datetime(2026, 3, 6, 12, 30, 15, 250_000, tzinfo=UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("like", "offset", "expected"),
    [
        ("2026-01-01T00:00:00Z", 60, "2026-03-06T12:30:15Z"),  # UTC stays UTC
        ("2026-01-01 00:00:00 UTC", None, "2026-03-06 12:30:15 UTC"),
        ("2026-01-01T00:00:00.000Z", None, "2026-03-06T12:30:15.250Z"),
        ("2026-01-01T00:00:00.000000+00:00", None, "2026-03-06T12:30:15.250000+00:00"),
        ("2026-01-01T00:00:00+01:00", 60, "2026-03-06T13:30:15+01:00"),  # the source's own offset
        ("2026-01-01T00:00:00+01:00", None, "2026-03-06T12:30:15+00:00"),  # the source has none
        ("2026-01-01T00:00:00+0530", 330, "2026-03-06T18:00:15+0530"),
        ("2026-01-01 00:00:00+01", 60, "2026-03-06 13:30:15+01"),
        ("2026-01-01 00:00:00+01", 330, "2026-03-06 12:30:15+00"),  # half an hour can't be said
        ("2026-01-01T00:00Z", None, "2026-03-06T12:30Z"),  # finer than the form: cut off
        ("1770000000", None, "1772800215"),
        ("1770000000000", None, "1772800215250"),
    ],
)
def test_a_time_is_written_as_its_column_writes_times(like, offset, expected):
    form = form_of([like])
    assert form is not None
    assert written(form, NOON, offset, None) == expected


@pytest.mark.parametrize(
    "texts",
    [
        ["06/03/2026 13:00"],  # the order of day and month would be a guess
        ["6. März 2026"],
        ["46087.5"],  # days of a workbook
        [],
        [None, " "],
        ["31/12/2026", "30/12/2026", "2026-03-06T13:00:00Z"],  # mostly something else
    ],
)
def test_a_form_that_says_more_than_one_thing_is_none(texts):
    assert form_of(texts) is None


def test_a_wall_clock_needs_its_zone():
    form = form_of(["2026-03-06 13:00:00"])
    assert form is not None
    assert written(form, NOON, 60, None) is None
    assert written(form, NOON, None, ZoneInfo("Europe/Berlin")) == "2026-03-06 13:30:15"


def test_a_column_of_dates_holds_no_time():
    form = form_of(["2026-03-06", "2026-03-07", "2026-03-07T13:00:00Z"])
    assert form == TimeForm(Shape.DATE, dates_too=True)
    assert written(form, NOON, None, None) is None


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (1, "2026-03-07"),  # one in ten: the column holds dates as well
        (0, None),  # a date among times would be taken for midnight
    ],
)
def test_a_day_is_written_as_a_date_where_the_column_has_dates(dates, expected):
    form = form_of(["2026-03-06T13:00:00Z"] * 9 + ["2026-03-06"] * dates)
    assert form is not None
    assert written_day(form, NOON + 11 * 3_600_000_000, 60) == expected


@given(
    st.integers(10**15, 4 * 10**15),
    st.integers(-12 * 4, 14 * 4),
    st.sampled_from(["2026-01-01T00:00:00.000000+01:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00+0000"]),
)
def test_what_is_written_reads_as_the_same_instant(at, quarters, like):
    form = form_of([like])
    assert form is not None
    read = read_instant(written(form, at, quarters * 15, None), Reading())
    assert read is not None
    assert read.at is not None
    again = (read.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert 0 <= at - again < form.slack
