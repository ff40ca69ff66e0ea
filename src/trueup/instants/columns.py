"""Many digits at once: the values of a layout over all rows of one shape. Knows no zones, no arrow types.

What these vector rules do not decide (`Times.sure` is False) is read text by text; so they hold only the plain
cases: years 1900 to 2100, months, days and hours that exist, no leap second, no 24:00.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.instants.layout import Half, Layout
from trueup.instants.numbers import epoch_of
from trueup.instants.placing import INTERVALS
from trueup.instants.tables import FIRST_YEAR, LAST_YEAR, UNIQUE, offset_table
from trueup.instants.zones import DAY_SECONDS

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MONTH_STARTS = (
    np.arange(f"{FIRST_YEAR}-01", f"{LAST_YEAR + 1}-02", dtype="datetime64[M]")
    .astype("datetime64[D]")
    .astype(np.int64)
)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds since 1970 (wall clock, or UTC for epochs), microseconds of the second, and which rows are sure."""

    second: Ints
    micro: Ints | int
    sure: Flags


@dataclass(frozen=True, slots=True)
class Digits:
    """The digits of all rows of one shape: the bytes of the column, and where in it each digit stands."""

    data: NDArray[np.uint8]
    starts: Ints  # where each row begins in `data`
    places: list[int]  # where in a row each digit stands
    stride: int = 0  # bytes from row to row where all are equally long, else 0

    def number(self, start: int, stop: int) -> Ints:
        """The value of the digits from `start` to `stop`, row by row."""
        value = np.zeros(len(self.starts), np.int64)
        for digit in range(start, stop):
            value *= 10
            value += self._column(self.places[digit])
            value -= 48
        return value

    def _column(self, place: int) -> NDArray[np.uint8]:
        if self.stride:
            first = int(self.starts[0]) + place
            return self.data[first : first + self.stride * (len(self.starts) - 1) + 1 : self.stride]
        return self.data[self.starts + place]


def times(layout: Layout, digits: Digits) -> Times | None:
    """The times of all rows; None for layouts that are read text by text."""
    if "whole" in layout.parts:
        return _epochs(layout, digits)
    if "year" not in layout.parts or {"week", "ordinal", "first"} & layout.parts.keys():
        return None
    day, sure = _days(layout, digits)
    second, clock_sure = _clock(layout, digits)
    micro: Ints | int = 0
    if "fraction" in layout.parts:
        micro = fraction(layout, digits)
    return Times(day * DAY_SECONDS + second, micro, sure & clock_sure)


def fraction(layout: Layout, digits: Digits) -> Ints:
    """Microseconds of the second, cut."""
    start, stop = layout.parts["fraction"]
    stop = min(stop, start + 6)
    value = digits.number(start, stop)
    value *= 10 ** (6 - (stop - start))
    return value


def _days(layout: Layout, digits: Digits) -> tuple[Ints, Flags]:
    year = digits.number(*layout.parts["year"])
    if layout.width("year") == 2:
        year += np.where(year >= 69, 1900, 2000)
    month: Ints | int = layout.month or 1
    if "month" in layout.parts:
        month = digits.number(*layout.parts["month"])
    sure: Flags = (
        (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (np.asarray(month) >= 1) & (np.asarray(month) <= 12)
    )
    at = np.where(sure, (year - FIRST_YEAR) * 12 + month - 1, 0)
    start = _MONTH_STARTS[at]
    if "day" in layout.parts:
        day = digits.number(*layout.parts["day"]) - 1
        sure &= (day >= 0) & (day < _MONTH_STARTS[at + 1] - start)
        start = start + day
    if layout.weekday is not None:
        sure &= (start + 3) % 7 == layout.weekday
    return start, sure


def _clock(layout: Layout, digits: Digits) -> tuple[Ints | int, Flags | bool]:
    if "hour" not in layout.parts:
        return 0, True
    hour = digits.number(*layout.parts["hour"])
    sure: Flags = hour <= (23 if layout.half is None else 12)
    if layout.half is not None:
        hour = hour % 12 + (12 if layout.half is Half.PM else 0)
    second = hour * 3600
    for part, scale in (("minute", 60), ("second", 1)):
        if part in layout.parts:
            value = digits.number(*layout.parts[part])
            sure &= value <= 59
            second += value * scale
    return second, sure


def _epochs(layout: Layout, digits: Digits) -> Times | None:
    """Numbers of 9 to 17 digits; a leading 0, and 14 digits that may spell a date, are read text by text."""
    start, stop = layout.parts["whole"]
    unit = epoch_of(stop - start)
    if layout.rule != "number" or unit is None or layout.negative or stop - start > 17 or stop - start == 14:
        return None
    per_second = 10**9 // unit[1]
    if "fraction" in layout.parts and per_second > 1:
        return None
    value = digits.number(start, stop)
    sure: Flags = value >= 10 ** (stop - start - 1)
    if "fraction" in layout.parts:
        return Times(value, fraction(layout, digits), sure)
    return Times(value // per_second, value % per_second * (1_000_000 // per_second), sure)


@dataclass(frozen=True, slots=True)
class Spots:
    """Where the times of one shape lie: UTC seconds, offsets, UNIQUE | GAP | FOLD, and which rows are sure.

    `naive`: nothing says where. `known`: False where the offset is not (dates, -00:00); None = all are.
    """

    utc: Ints
    offset: Ints
    state: NDArray[np.int8] | int
    sure: Flags | bool
    known: Flags | None = None
    naive: bool = False


def spots_of(layout: Layout, found: Times, digits: Digits, declared: str | None) -> Spots | None:
    """The instants of wall-clock times; None for layouts that are read text by text."""
    none, zone = np.zeros(len(found.second), np.int64), layout.zone or declared
    if layout.zone and ("zone" in layout.parts or layout.sign or layout.offset is not None):
        return None
    if layout.sign:
        offset, plausible = _offsets(layout, digits)
        known = None if layout.sign > 0 else offset != 0
        return Spots(found.second - offset, offset, UNIQUE, plausible, known)
    if layout.offset is not None or "whole" in layout.parts:
        return Spots(found.second - (layout.offset or 0), none + (layout.offset or 0), UNIQUE, True)
    if zone is None:
        dates = layout.precision in INTERVALS
        return Spots(found.second, none, UNIQUE, True, known=np.zeros(len(none), np.bool_), naive=not dates)
    utc, offset, state = offset_table(zone).to_utc(found.second)
    return Spots(utc, offset, state, state == UNIQUE if layout.precision in INTERVALS else True)


def _offsets(layout: Layout, digits: Digits) -> tuple[Ints, Flags]:
    """Offsets in seconds as the text gives them, and which can be."""
    offset = np.zeros(len(digits.starts), np.int64)
    plausible = np.ones(len(digits.starts), np.bool_)
    for part, scale, most in (("hour", 3600, 23), ("minute", 60, 59), ("second", 1, 59)):
        if f"offset_{part}" in layout.parts:
            value = digits.number(*layout.parts[f"offset_{part}"])
            plausible &= value <= most
            offset += value * (scale * layout.sign)
    return offset, plausible
