"""The shapes of ISO 8601, RFC 3339 and RFC 9557. Knows no words beside the signs of those standards."""

import re

from trueup.instants.layout import Layout, clock_precision, spans
from trueup.instants.zones import names_by_lower_case
from trueup.model.instants import Precision

_OFFSET = r"(?:\s?(?P<z>z|utc|gmt)|\s?(?P<sign>[+-])(?P<offset_hour>00)(?::?(?P<offset_minute>00)(?::?(?P<offset_second>00))?)?)?"
_BRACKET = r"(?:\s?\[!?(?P<zone>[a-z_+\-/0]{1,60})\])?(?:\[!?[a-z0-9\-]{1,20}=[a-z0-9\-]{1,40}\])?"
_EXTENDED = re.compile(
    r"(?P<year>0000)-(?P<month>00)-(?P<day>00)(?:t|\s|t\s)(?P<hour>00?)"
    r"(?::(?P<minute>00)(?::(?P<second>00)(?:[.,](?P<fraction>0{1,40}))?)?)?" + _OFFSET + _BRACKET
)
_BASIC = re.compile(
    r"(?P<year>0000)(?P<month>00)(?P<day>00)[t ](?P<hour>00)"
    r"(?:(?P<minute>00)(?:(?P<second>00)(?:[.,](?P<fraction>0{1,40}))?)?)?" + _OFFSET + _BRACKET
)
_COMPACT = re.compile(
    r"(?P<year>0000)(?P<month>00)(?P<day>00)(?P<hour>00)(?P<minute>00)(?P<second>00)(?:\.(?P<fraction>0{1,9}))?(?P<z>z)"
)
_DATE = re.compile(r"(?P<year>0000)-(?P<month>00)-(?P<day>00)" + _OFFSET)
_MONTH = re.compile(r"(?P<year>0000)-(?P<month>00)")
_WEEK = re.compile(r"(?P<year>0000)-?w(?P<week>00)(?:-?(?P<weekday>0))?")
_ORDINAL = re.compile(r"(?P<year>0000)-(?P<ordinal>000)")


def zoned(shape: str) -> Layout | None:
    """Date and time with an offset, Z or a bracketed zone: extended, basic or compact."""
    match = _EXTENDED.fullmatch(shape) or _BASIC.fullmatch(shape) or _COMPACT.fullmatch(shape)
    if match is None or not (match["z"] or match["sign"] or match.groupdict().get("zone")):
        return None
    named = match.groupdict().get("zone")
    if named and "0" not in named and named not in names_by_lower_case():
        return None
    parts = spans(match)
    return Layout(
        "rfc3339" if match["z"] or match["sign"] else "iso-with-zone",
        clock_precision(parts),
        parts,
        offset=0 if match["z"] else None,
        sign=0 if match["z"] or not match.groupdict().get("sign") else (-1 if match["sign"] == "-" else 1),
        zone=named,
    )


def naive(shape: str) -> Layout | None:
    """Date and time without an offset, extended or basic."""
    match = _EXTENDED.fullmatch(shape) or _BASIC.fullmatch(shape)
    if match is None or match["zone"]:
        return None
    parts = spans(match)
    return Layout("iso-naive", clock_precision(parts), parts)


def date(shape: str) -> Layout | None:
    """A calendar date, with the offset that XML Schema dates may have (XSD 1.1 part 2, 3.3.9)."""
    match = _DATE.fullmatch(shape)
    if match is None:
        return None
    sign = -1 if match["sign"] == "-" else 1
    return Layout(
        "iso-date",
        Precision.DAY,
        spans(match),
        offset=0 if match["z"] else None,
        sign=sign if match["sign"] else 0,
    )


def month(shape: str) -> Layout | None:
    """A year and a month."""
    match = _MONTH.fullmatch(shape)
    return Layout("iso-month", Precision.MONTH, spans(match)) if match else None


def week(shape: str) -> Layout | None:
    """A day of an ISO week; the week alone has no precision of its own and is not read."""
    match = _WEEK.fullmatch(shape)
    return Layout("iso-week", Precision.DAY, spans(match)) if match and match["weekday"] else None


def ordinal(shape: str) -> Layout | None:
    """A day of a year."""
    match = _ORDINAL.fullmatch(shape)
    return Layout("iso-ordinal", Precision.DAY, spans(match)) if match else None
