"""From the digits of a text and its layout to a time on the wall clock. Knows no zones.

Two-digit years follow POSIX strptime: 69-99 are 1969-1999, 00-68 are 2000-2068. 24:00 is 0:00 of the next day
(ISO 8601-1, 5.3.2). A second 60 is read as the last nanosecond of its minute, so that it stays in its day and
in its review cycle.
"""

import calendar
from dataclasses import dataclass
from datetime import date

from trueup.instants.layout import Half, Layout, Span
from trueup.instants.zones import DAY_SECONDS
from trueup.model.instants import Precision, Unsettled
from trueup.model.settings import DayOrder

EPOCH_DAY = date(1970, 1, 1).toordinal()
LAST_NANO = 999_999_999


@dataclass(frozen=True, slots=True)
class Civil:
    """A time on the wall clock: days since 1970-01-01, seconds of the day, nanoseconds of the second."""

    rule: str
    day: int
    second: int
    nano: int
    leap: bool
    end_day: int  # the first day after, where only days are known


def full_year(year: int, width: int) -> int:
    """The year that two digits mean; others as they are."""
    if width > 2:
        return year
    return 1900 + year if year >= 69 else 2000 + year


def civil_of(layout: Layout, digits: str) -> Civil | Unsettled:
    """The time that the digits say, or why they say none."""
    values = {
        part: int(digits[start:stop]) for part, (start, stop) in layout.parts.items() if part != "fraction"
    }
    found = _date(layout, values)
    if isinstance(found, Unsettled):
        return found
    rule, day, end_day = found
    if layout.weekday is not None and (day + 3) % 7 != layout.weekday:
        return Unsettled.UNPARSEABLE  # the weekday contradicts the date
    clock = _clock(layout, values, nanoseconds(digits, layout.parts.get("fraction")))
    if clock is None:
        return Unsettled.UNPARSEABLE
    second, nano, leap = clock
    if (day, second, nano) == (date(1, 1, 1).toordinal() - EPOCH_DAY, 0, 0):
        return Unsettled.NEVER  # the zero time of .NET and Go
    day, second = day + second // DAY_SECONDS, second % DAY_SECONDS
    return Civil(rule, day, second, nano, leap, end_day)


def nanoseconds(digits: str, span: Span | None) -> int:
    """The fraction of a second, cut to nanoseconds."""
    return int(digits[span[0] : span[1]][:9].ljust(9, "0")) if span else 0


def _date(layout: Layout, values: dict[str, int]) -> tuple[str, int, int] | Unsettled:
    """(rule, day, first day after)."""
    rule, width = layout.rule, layout.width("year")
    if "first" in values:
        decided = _order(values["first"], values["other"], values["year"], width)
        if isinstance(decided, Unsettled):
            return decided
        order, values["year"], values["month"], values["day"] = decided
        rule = f"numeric-{order}"
    if not any(values.get(part, layout.month or 0) for part in ("year", "month", "day", "ordinal", "week")):
        return Unsettled.NEVER  # 0000-00-00
    year, month = full_year(values["year"], width), layout.month or values.get("month", 1)
    try:
        if "week" in values:
            day = date.fromisocalendar(year, values["week"], values["weekday"]).toordinal()
        elif "ordinal" in values:
            day = date(year, 1, 1).toordinal() + values["ordinal"] - 1
            if not 1 <= values["ordinal"] <= 365 + calendar.isleap(year):
                return Unsettled.UNPARSEABLE
        else:
            day = date(year, month, values.get("day", 1)).toordinal()
    except ValueError:
        return Unsettled.UNPARSEABLE
    length = 1
    if layout.precision is Precision.MONTH:
        length = calendar.monthrange(year, month)[1]
    elif layout.precision is Precision.YEAR:
        length = 365 + calendar.isleap(year)
    return rule, day - EPOCH_DAY, day - EPOCH_DAY + length


def _order(first: int, other: int, last: int, width: int) -> tuple[DayOrder, int, int, int] | Unsettled:
    """(order, year, month, day) of a numeric date whose order nobody declared, where its values decide it.

    A number over 12 is no month; equal numbers need no order; a first number over 31 before a last one of two
    digits is a year.
    """
    if first == other == last == 0:
        return DayOrder.DMY, 0, 0, 0
    if first > 31 and width == 2:
        return DayOrder.YMD, first, other, last
    if first > 12 >= other or first == other:
        return DayOrder.DMY, last, other, first
    if other > 12 >= first:
        return DayOrder.MDY, last, first, other
    return Unsettled.UNPARSEABLE if first > 12 else Unsettled.ORDER


def _clock(layout: Layout, values: dict[str, int], nano: int) -> tuple[int, int, bool] | None:
    """(second of the day, nanosecond, whether it is a leap second); None where no clock shows it."""
    hour, minute, second = values.get("hour", 0), values.get("minute", 0), values.get("second", 0)
    if layout.half is not None:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if layout.half is Half.PM else 0)
    if hour == 24 and minute == second == nano == 0:
        return DAY_SECONDS, 0, False
    if hour > 23 or minute > 59 or second > 60:
        return None
    leap = second == 60
    return hour * 3600 + minute * 60 + (59 if leap else second), LAST_NANO if leap else nano, leap
