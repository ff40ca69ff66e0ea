# ruff: noqa: DTZ001 - wall clocks are what is read here
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from cases import CASES
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import rows_of, rows_one_by_one

from trueup.instants import ExcelDates, Reading, convert, vector
from trueup.instants.zones import zone_names
from trueup.model.settings import DayOrder

ZONES = sorted(zone_names())
ZONE = st.sampled_from(ZONES)
MOMENT = st.datetimes(datetime(1899, 12, 30), datetime(2101, 1, 3))
READING = st.builds(
    Reading,
    zone=st.none() | ZONE,
    order=st.none() | st.sampled_from(DayOrder),
    excel=st.none() | st.sampled_from(ExcelDates),
)
# every one a form whose digits are filled in, so that months of 13 and hours of 25 occur as well
FORMS = [
    "{y:04}-{m:02}-{d:02}T{h:02}:{i:02}:{s:02}Z",
    "{y:04}-{m:02}-{d:02}T{h:02}:{i:02}:{s:02}.{f:06}+{h:02}:{i:02}",
    "{y:04}-{m:02}-{d:02}T{h:02}:{i:02}:{s:02}.{f:03}-{d:02}{m:02}",
    "{y:04}-{m:02}-{d:02} {h:02}:{i:02}:{s:02}",
    "{y:04}-{m:02}-{d:02} {h:02}:{i:02}:{s:02},{f:09}",
    "{y:04}{m:02}{d:02}T{h:02}{i:02}{s:02}",
    "{y:04}-{m:02}-{d:02}",
    "{y:04}{m:02}{d:02}",
    "{y:04}{m:02}{d:02}{h:02}{i:02}{s:02}",
    "{y:04}-{m:02}",
    "{y:04}-W{d:02}-{m:01}",
    "{y:04}-{f:03}",
    "{d}/{m:02}/{s:02}, {h:02}:{i:02}",
    "{d:02}.{m:02}.{y:04} {h}:{i:02}:{s:02}",
    "{m}/{d}/{y:04} {h}:{i:02} PM",
    "{d} mars {y:04} {h:02}:{i:02}",
    "Monday, {d} March {y:04}, {h}:{i:02} AM",
    "{y:04}年{m:02}月{d}日 {h:02}:{i:02}",
    "{d:02} Mar {y:04} {h:02}:{i:02}:{s:02} CET",
    "{y:04}-{m:02}-{d:02} {h:02}:{i:02} Europe/Berlin",
    "{y:04}-{m:02}-{d:02} {h:02}:{i:02}[Etc/GMT+{h:01}]",
    "{y:04}{f:06}",
    "{y:04}{f:09}",
    "-{y:04}{f:09}",
    "{y:04}{f:09}.{i:02}",
    "{y:04}{f:06}.{f:03}",
    "{y:04}{f:06}{i:02}{s:02}",
    "{y:04}{d}.{f}",
    "/Date({y:04}{f:09}+{h:02}{i:02})/",
]
FIELDS = st.fixed_dictionaries(
    {
        "y": st.integers(1890, 2110) | st.integers(0, 9999),
        "m": st.integers(0, 13),
        "d": st.integers(0, 32),
        "h": st.integers(0, 25),
        "i": st.integers(0, 61),
        "s": st.integers(0, 61),
        "f": st.integers(0, 999_999),
    }
)


@settings(max_examples=60, deadline=None)
@given(form=st.sampled_from(FORMS), fields=st.lists(FIELDS, min_size=1, max_size=60), how=READING)
def test_a_column_of_any_form_reads_as_its_texts_do(form, fields, how):
    values = [form.format(**each) for each in fields]
    values += values[: max(0, vector.FEW + 5 - len(values))] * 60  # enough of one shape to be read with numpy
    assert rows_of(convert(pa.array(values), how)) == list(rows_one_by_one(values, how))


@settings(max_examples=40, deadline=None)
@given(zone=ZONE, moments=st.lists(MOMENT, min_size=1, max_size=40))
def test_local_times_of_every_zone_read_as_their_texts_do(zone, moments):
    values = [str(moment)[:19] for moment in moments] * (vector.FEW + 1)
    how = Reading(zone=zone)
    assert rows_of(convert(pa.array(values), how)) == list(rows_one_by_one(values, how))


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=30), max_size=8),
    how=READING,
)
def test_any_text_at_all_reads_without_an_error_and_comes_back(values, how):
    converted = convert(pa.array(values, pa.string()), how)
    assert rows_of(converted) == list(rows_one_by_one(values, how))
    assert all(
        raw is None or raw == value for raw, value in zip(converted.raw.to_pylist(), values, strict=True)
    )


@settings(max_examples=80, deadline=None)
@given(st.text("0123456789 -/.:,+TZtzapmhW年月日時分()[]'marcde\u00a0\u200f٣", max_size=40), READING)
def test_texts_made_of_the_signs_of_dates_read_without_an_error(text, how):
    values = [text] * (vector.FEW + 1)
    assert rows_of(convert(pa.array(values), how)) == list(rows_one_by_one(values, how))


@pytest.mark.parametrize("how", [Reading(), Reading(zone="Europe/Berlin", order=DayOrder.DMY)])
def test_all_cases_in_one_column_keep_their_rows(how):
    values = [case.raw for case in CASES] + [None, ""]
    mixed = values * 2 + values[::-1] * 60
    assert rows_of(convert(pa.array(mixed), how)) == list(rows_one_by_one(mixed, how))


def test_a_slice_of_a_column_reads_as_itself():
    values = ["2026-03-06 13:00:13", None, "2026-03-07 13:00:13", "x"] * 60
    how = Reading(zone="Europe/Berlin")
    sliced = pa.array(values).slice(3, 150)
    assert rows_of(convert(sliced, how)) == list(rows_one_by_one(values[3:153], how))


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_every_kind_of_string_column_is_read(kind):
    values = ["2026-03-06T13:00:13Z", None, "x"]
    chunked = pa.chunked_array([pa.array(values).cast(kind), pa.array(values).cast(kind)])
    assert rows_of(convert(chunked, Reading())) == list(rows_one_by_one(values * 2, Reading()))


@pytest.mark.parametrize("kind", [pa.string(), pa.null(), pa.timestamp("us"), pa.int64()])
def test_an_empty_column_stays_empty(kind):
    converted = convert(pa.array([], kind), Reading())
    assert (rows_of(converted), converted.at.type, converted.offset.type) == (
        [],
        pa.timestamp("us"),
        pa.int32(),
    )
    assert {converted.raw.type, converted.precision.type, converted.rule.type} == {pa.string()}


NOON = datetime(2026, 3, 6, 12, 0, 13, 250_000)
BERLIN = Reading(zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("values", "how", "raw", "row"),
    [
        # aware: the zone of the column is where the offset comes from
        (pa.array([NOON], pa.timestamp("us", "UTC")), Reading(), "2026-03-06 12:00:13.250000Z", (NOON, "microsecond", 0, "rfc3339")),
        (pa.array([NOON], pa.timestamp("ms", "Europe/Berlin")), Reading(), "2026-03-06 13:00:13.250+01:00", (NOON, "millisecond", 60, "rfc3339")),
        (pa.array([NOON], pa.timestamp("us", "+05:30")), Reading(), "2026-03-06 17:30:13.250000+05:30", (NOON, "microsecond", 330, "rfc3339")),
        (pa.array([NOON], pa.timestamp("us", "-03:00")), Reading(), "2026-03-06 09:00:13.250000-03:00", (NOON, "microsecond", -180, "rfc3339")),
        # naive: the declared zone, or nothing
        (pa.array([NOON], pa.timestamp("us")), BERLIN, "2026-03-06 12:00:13.250000", (NOON - timedelta(hours=1), "microsecond", 60, "iso-naive")),
        (pa.array([NOON.replace(microsecond=0)], pa.timestamp("s")), Reading(), "2026-03-06 12:00:13", (None, "second", None, "naive")),
        (pa.array([1772798413250000123], pa.timestamp("ns")), BERLIN, "2026-03-06 12:00:13.250000123", (NOON - timedelta(hours=1), "nanosecond", 60, "iso-naive")),
        (pa.array([datetime(2026, 10, 25, 2, 30)], pa.timestamp("s")), BERLIN, "2026-10-25 02:30:00", (None, "second", None, "fold")),
        # dates
        (pa.array([date(2026, 3, 6)], pa.date32()), Reading(), "2026-03-06", (datetime(2026, 3, 6), "day", None, "iso-date")),
        (pa.array([date(2026, 3, 6)], pa.date64()), BERLIN, "2026-03-06", (datetime(2026, 3, 5, 23), "day", 60, "iso-date")),
        # numbers
        (pa.array([1772798413]), Reading(), "1772798413", (NOON.replace(microsecond=0), "second", 0, "epoch-seconds")),
        (pa.array([1772798413250.0]), Reading(), "1772798413250", (NOON, "millisecond", 0, "epoch-milliseconds")),
        (pa.array([1772798413.25]), Reading(), "1772798413.25", (NOON, "millisecond", 0, "epoch-seconds")),
        (pa.array([1772798413250.5], pa.float64()), Reading(), "1772798413250.5", (NOON.replace(microsecond=250_500), "microsecond", 0, "epoch-milliseconds")),
        (pa.array([Decimal("1772798413.25")]), Reading(), "1772798413.25", (NOON, "millisecond", 0, "epoch-seconds")),
        (pa.array([float("nan")]), Reading(), "nan", (None, None, None, "never")),
        (pa.array([float("inf")]), Reading(), "inf", (None, None, None, "unparseable")),
        (pa.array([0], pa.uint32()), Reading(), "0", (None, None, None, "never")),
        (pa.array([20260306], pa.int32()), BERLIN, "20260306", (datetime(2026, 3, 5, 23), "day", 60, "iso-date")),
        (pa.array([46087.5]), Reading(zone="UTC", excel=ExcelDates.FROM_1900), "46087.5", (datetime(2026, 3, 6, 12), "second", 0, "excel-1900")),
    ],
)  # fmt: skip
def test_a_typed_value_reads_as_its_text(values, how, raw, row):
    at, precision, offset, rule = row
    assert rows_of(convert(values, how)) == [(at, raw, precision, offset, rule)]
    assert rows_of(convert(values, how)) == list(rows_one_by_one([raw], how))


def test_typed_nulls_stay_null():
    for kind in (
        pa.timestamp("us", "Europe/Berlin"),
        pa.timestamp("us"),
        pa.date32(),
        pa.int64(),
        pa.float64(),
        pa.null(),
    ):
        assert rows_of(convert(pa.array([None, None], kind), BERLIN)) == [(None,) * 5] * 2


def test_a_column_that_can_hold_no_times_is_refused():
    with pytest.raises(
        TypeError, match="a column of bool holds no times; expected texts, timestamps, dates or numbers"
    ):
        convert(pa.array([True]), Reading())


def test_a_zone_of_a_column_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="there is no time zone 'Mars/Olympus'"):
        convert(pa.array([0], pa.int64()).cast(pa.timestamp("us", "Mars/Olympus")), Reading())


@settings(max_examples=40, deadline=None)
@given(zone=ZONE, moment=MOMENT)
def test_an_aware_column_keeps_its_instant_in_every_zone(zone, moment):
    values = pa.array([moment.replace(tzinfo=UTC)], pa.timestamp("us", zone))
    assert convert(values, Reading()).at.to_pylist() == [moment]
