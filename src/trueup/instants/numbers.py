"""Times told by one number: epochs, days of a workbook, dates without signs. Knows no words.

The unit of an epoch is the one in which the number means a time from 1973-03-03T09:46:40Z to 5138-11-16 (or
as long before 1970): seconds from 1e8, milliseconds from 1e11, microseconds from 1e14, nanoseconds from 1e17
to 1e20. Less than 1e8 is no epoch; 0 is never.
"""

import re

from trueup.instants.layout import Layout, spans
from trueup.model.instants import Precision

SECOND, MILLISECOND, MICROSECOND, NANOSECOND = 10**9, 10**6, 10**3, 1  # in nanoseconds
EPOCHS = (  # digits of the whole part: rule, nanoseconds a unit, precision
    (range(9, 12), "epoch-seconds", SECOND, Precision.SECOND),
    (range(12, 15), "epoch-milliseconds", MILLISECOND, Precision.MILLISECOND),
    (range(15, 18), "epoch-microseconds", MICROSECOND, Precision.MICROSECOND),
    (range(18, 21), "epoch-nanoseconds", NANOSECOND, Precision.NANOSECOND),
)
EXCEL_END = 2_958_466  # the day after 9999-12-31

_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>0{1,20})(?:\.(?P<fraction>0{1,20}))?")
_JSON_DATE = re.compile(
    r"\\?/date\((?P<minus>-?)(?P<whole>0{1,17})(?:(?P<sign>[+-])(?P<offset_hour>00)(?P<offset_minute>00))?\)\\?/"
)


def number(shape: str) -> Layout | None:
    """A bare number; which unit or date it is depends on its value."""
    match = _NUMBER.fullmatch(shape)
    if match is None:
        return None
    return Layout("number", Precision.SECOND, spans(match), negative=match["sign"] == "-")


def json_date(shape: str) -> Layout | None:
    """/Date(ms)/ and /Date(ms+0200)/ of Microsoft's JSON: UTC milliseconds; the offset only says where."""
    match = _JSON_DATE.fullmatch(shape)
    if match is None:
        return None
    sign = {"+": 1, "-": -1}.get(match["sign"] or "", 0)
    return Layout("json-date", Precision.MILLISECOND, spans(match), negative=match["minus"] == "-", sign=sign)


def epoch_of(digits: int) -> tuple[str, int, Precision] | None:
    """Rule, nanoseconds a unit and precision of a number with so many digits before the point."""
    for widths, rule, unit, precision in EPOCHS:
        if digits in widths:
            return rule, unit, precision
    return None
