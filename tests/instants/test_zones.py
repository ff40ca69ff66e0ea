# ruff: noqa: DTZ001 - wall clocks are what is read here
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trueup.instants import Reading, read_instant
from trueup.instants.tables import FOLD, GAP, UNIQUE, offset_table
from trueup.instants.zones import EPOCH, offset_at, offsets_around, zone_named, zone_names

ZONES = sorted(zone_names())
LOCAL = st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31, 23, 59, 59)).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll", "Asia/Gaza"]
)
def test_the_table_misses_no_change_that_zoneinfo_shows_day_by_day(name):
    zone, table = zone_named(name), offset_table(name)
    days = np.arange(-25_567, 47_846) * 86_400  # 1900-01-01 to 2100-12-30
    assert table.at(days).tolist() == [offset_at(day, zone) for day in days.tolist()]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ZONES), st.lists(LOCAL, min_size=1, max_size=30))
@example("Pacific/Apia", [datetime(2011, 12, 30, 12)])  # a whole day skipped
@example("Pacific/Kiritimati", [datetime(2026, 1, 1)])  # +14
@example("Etc/GMT+12", [datetime(2026, 1, 1)])  # -12
@example("America/St_Johns", [datetime(2007, 11, 4, 0, 0, 30)])  # clocks went back at a minute past midnight
@example("Africa/Monrovia", [datetime(1972, 1, 7, 0, 30)])  # went forward by 44 minutes 30 seconds
def test_the_table_agrees_with_zoneinfo(name, moments):
    zone = zone_named(name)
    local = np.array([round((moment - EPOCH).total_seconds()) for moment in moments], np.int64)
    utc, offset, state = offset_table(name).to_utc(local)
    for row, second in enumerate(local.tolist()):
        before, after = offsets_around(second, zone)
        assert state[row] == (UNIQUE if before == after else FOLD if before > after else GAP)
        if before == after:
            assert (utc[row], offset[row]) == (second - before, before)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30)),
    st.sampled_from(["before", "at", "after"]),
)
def test_a_local_time_round_a_change_of_clocks_is_read_or_refused_for_its_reason(name, moment, side):
    table, zone = offset_table(name), zone_named(name)
    if not len(table.changes):
        return
    nearest = int(np.searchsorted(table.changes, round((moment - EPOCH).total_seconds()))) % len(
        table.changes
    )
    step = {"before": -1, "at": 0, "after": 1}[side]
    instant = EPOCH.replace(tzinfo=UTC) + timedelta(seconds=int(table.changes[nearest]) + step)
    clock = instant.astimezone(zone)
    read = read_instant(str(clock.replace(tzinfo=None)), Reading(zone=name))
    twice = clock.replace(fold=0).utcoffset() != clock.replace(fold=1).utcoffset()
    assert (read.unsettled, read.at) == (("fold", None) if twice else (None, instant))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.dates(datetime(1900, 1, 2).date(), datetime(2100, 12, 30).date()))
@example("America/Sao_Paulo", datetime(2018, 11, 4).date())  # no midnight
@example("America/St_Johns", datetime(2007, 11, 4).date())  # two midnights
@example("Pacific/Apia", datetime(2011, 12, 29).date())  # the day before a day that was skipped
def test_days_of_a_zone_follow_each_other_and_begin_on_their_date(name, day):
    how, zone = Reading(zone=name), zone_named(name)
    today, tomorrow = (
        read_instant(day.isoformat(), how),
        read_instant((day + timedelta(days=1)).isoformat(), how),
    )
    if today.unsettled is not None:
        assert today.unsettled == "gap"
        return
    assert today.at.astimezone(zone).date() == day
    assert (today.at - timedelta(seconds=1)).astimezone(zone).date() < day
    assert today.at < today.until
    assert tomorrow.unsettled == "gap" or tomorrow.at == today.until


@settings(max_examples=60, deadline=None)
@given(st.integers(-12 * 60, 14 * 60), LOCAL)
def test_every_offset_is_taken_as_written(minutes, clock):
    sign, hours = "-" if minutes < 0 else "+", abs(minutes) // 60
    text = f"{clock.isoformat()}{sign}{hours:02}:{abs(minutes) % 60:02}"
    read = read_instant(text, Reading(zone="Asia/Kathmandu"))
    assert (read.at, read.offset_minutes) == (clock.replace(tzinfo=UTC) - timedelta(minutes=minutes), minutes)


@pytest.mark.parametrize("name", ZONES)
def test_every_zone_of_the_package_can_be_declared_and_named_in_a_text(name):
    declared = read_instant("2026-03-06 12:00:00", Reading(zone=name))
    in_brackets = read_instant(f"2026-03-06T12:00:00[{name}]", Reading())
    assert (declared.zone, declared.at) == (name, in_brackets.at)
    assert in_brackets.zone == name


def test_zones_are_read_without_a_zone_database_of_the_system(monkeypatch):
    import zoneinfo

    zone_named.cache_clear()
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    zoneinfo.reset_tzpath(to=())
    try:
        assert read_instant("2026-03-06 13:00", Reading(zone="Europe/Berlin")).offset_minutes == 60
    finally:
        zoneinfo.reset_tzpath()
