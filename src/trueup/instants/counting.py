"""From a bare number to an instant: epochs, workbook days, dates of 4, 8 and 14 digits. Knows no shapes.

A number of 4 digits is a year from 1900 to 2100, one of 8 digits a date and one of 14 a time of those years
(as milliseconds those 14 digits would lie after the year 2571). Where `Reading.excel` is declared, 1 up to
2958465 counts days on the wall clock, rounded to milliseconds as workbooks do; whole numbers are days without
a time. 60 of the 1900 system is a day that never was, and less than 1 is a time without a day.
"""

from datetime import datetime

from trueup.instants.civil import EPOCH_DAY, Civil, civil_of, nanoseconds
from trueup.instants.layout import Layout, fraction_precision
from trueup.instants.numbers import EXCEL_END, MILLISECOND, SECOND, epoch_of
from trueup.instants.placing import minutes, moment, none, placed, said_by
from trueup.instants.reading import ExcelDates, Reading
from trueup.model.instants import Instant, Precision, Unsettled

_DAY_MILLISECONDS = 86_400_000
_ZERO_1900 = datetime(1899, 12, 30).toordinal() - EPOCH_DAY  # noqa: DTZ001 - a day, no instant
_ZERO_1904 = datetime(1904, 1, 1).toordinal() - EPOCH_DAY  # noqa: DTZ001 - a day, no instant
_NET_ZERO = -62_135_596_800_000  # 0001-01-01 in milliseconds: the zero time of .NET
_DATED = {
    4: Layout("iso-year", Precision.YEAR, {"year": (0, 4)}),
    8: Layout("iso-date", Precision.DAY, {"year": (0, 4), "month": (4, 6), "day": (6, 8)}),
    14: Layout(
        "iso-naive",
        Precision.SECOND,
        {
            "year": (0, 4),
            "month": (4, 6),
            "day": (6, 8),
            "hour": (8, 10),
            "minute": (10, 12),
            "second": (12, 14),
        },
    ),
}


def counted(raw: str, layout: Layout, digits: str, how: Reading) -> Instant:
    """The instant that a number means."""
    start, stop = layout.parts["whole"]
    whole, fraction = digits[start:stop], digits[slice(*layout.parts.get("fraction", (0, 0)))]
    if not int(whole) and not int(fraction or "0"):
        return none(raw, "never", Unsettled.NEVER)
    if layout.rule == "json-date":
        return _json_date(raw, layout, digits)
    if how.excel is not None and int(whole) < EXCEL_END and not layout.negative:
        return _workbook_day(raw, int(whole), fraction, how)
    if len(whole) in _DATED and not fraction and not layout.negative and raw.strip()[0] != "+":
        dated = _DATED[len(whole)]
        civil = civil_of(dated, whole)
        if 1900 <= int(whole[:4]) <= 2100 and isinstance(civil, Civil):
            return placed(raw, dated, civil, whole, how.zone)
    return _epoch(raw, whole.lstrip("0"), fraction, negative=layout.negative)


def _epoch(raw: str, whole: str, fraction: str, *, negative: bool) -> Instant:
    unit = epoch_of(len(whole))
    if unit is None:
        return none(raw, "none", Unsettled.UNPARSEABLE)
    rule, scale, precision = unit
    nanos = int(whole) * scale + nanoseconds(fraction, (0, len(fraction))) * scale // SECOND
    if fraction:
        precision = fraction_precision({SECOND: 0, MILLISECOND: 3}.get(scale, 6) + len(fraction))
    second, nano = divmod(-nanos if negative else nanos, SECOND)
    at = moment(second, nano)
    if at is None:
        return none(raw, rule, Unsettled.UNPARSEABLE)
    return Instant(raw, at, 0, None, precision, rule)


def _json_date(raw: str, layout: Layout, digits: str) -> Instant:
    said, (start, stop) = said_by(layout, digits), layout.parts["whole"]
    count = -int(digits[start:stop]) if layout.negative else int(digits[start:stop])
    if count == _NET_ZERO:
        return none(raw, "never", Unsettled.NEVER)
    second, rest = divmod(count, 1000)
    at = moment(second, rest * MILLISECOND)
    if at is None or said is None:
        return none(raw, layout.rule, Unsettled.UNPARSEABLE)
    return Instant(raw, at, minutes(said.seconds or 0), None, layout.precision, layout.rule)


def _workbook_day(raw: str, whole: int, fraction: str, how: Reading) -> Instant:
    rule = f"excel-{how.excel}"
    if whole == 0 or (how.excel is ExcelDates.FROM_1900 and whole == 60):
        return none(raw, rule, Unsettled.UNPARSEABLE)
    zero = _ZERO_1904 if how.excel is ExcelDates.FROM_1904 else _ZERO_1900 + (whole < 60)
    if not int(fraction or "0"):
        return placed(
            raw,
            Layout(rule, Precision.DAY),
            Civil(rule, zero + whole, 0, 0, leap=False, end_day=zero + whole + 1),
            "",
            how.zone,
        )
    scale = 10 ** len(fraction)
    milliseconds = (2 * int(fraction) * _DAY_MILLISECONDS + scale) // (2 * scale)
    second, rest = divmod(milliseconds, 1000)
    layout = Layout(rule, Precision.MILLISECOND if rest else Precision.SECOND)
    civil = Civil(
        rule, zero + whole + second // 86_400, second % 86_400, rest * MILLISECOND, leap=False, end_day=0
    )
    return placed(raw, layout, civil, "", how.zone)
