"""The one table of rules by which texts are read, in the order they are tried. Knows shapes, not values."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from trueup.instants import iso, numbers
from trueup.instants.layout import Layout, unsettled
from trueup.instants.never import never
from trueup.instants.spoken import spoken
from trueup.model.instants import Unsettled
from trueup.model.settings import DayOrder


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of writing a time: what it reads (with an example), and who defined it."""

    name: str
    reads: str
    example: str
    source: str


RULES: tuple[Rule, ...] = (
    Rule(
        "rfc3339",
        "date and time with Z or an offset",
        "2026-03-06T13:00:13.25+01:00",
        "RFC 3339, 5.6; ISO 8601-1, 5.4",
    ),
    Rule(
        "iso-with-zone",
        "date and time with a bracketed zone",
        "2026-03-06T13:00:13[Europe/Berlin]",
        "RFC 9557, 4.1",
    ),
    Rule("iso-naive", "date and time without offset", "2026-03-06 13:00:13", "ISO 8601-1, 5.4.2"),
    Rule(
        "iso-date",
        "a date, extended or basic, also with an offset",
        "2026-03-06",
        "ISO 8601-1, 5.2.2; XSD 1.1-2, 3.3.9",
    ),
    Rule("iso-month", "a year and a month", "2026-03", "ISO 8601-1, 5.2.2.3"),
    Rule("iso-year", "a year from 1900 to 2100", "2026", "ISO 8601-1, 5.2.2.3"),
    Rule("iso-week", "a day of a week of a year", "2026-W10-5", "ISO 8601-1, 5.2.4"),
    Rule("iso-ordinal", "a day of a year", "2026-065", "ISO 8601-1, 5.2.3"),
    Rule("epoch-seconds", "seconds since 1970, from 1e8 to 1e11", "1772802013.25", "POSIX.1, 4.16"),
    Rule(
        "epoch-milliseconds",
        "milliseconds since 1970, from 1e11 to 1e14",
        "1772802013250",
        "ECMA-262, 21.4.1",
    ),
    Rule(
        "epoch-microseconds",
        "microseconds since 1970, from 1e14 to 1e17",
        "1772802013250000",
        "Parquet, TIMESTAMP",
    ),
    Rule(
        "epoch-nanoseconds",
        "nanoseconds since 1970, from 1e17 to 1e20",
        "1772802013250000000",
        "Parquet, TIMESTAMP",
    ),
    Rule(
        "json-date",
        "milliseconds since 1970 in a marked string",
        "/Date(1772802013250+0100)/",
        "OData 2.0, JSON format 4",
    ),
    Rule("excel-1900", "days of a workbook, where declared", "46087.5418", "ECMA-376-1, 18.17.4.1"),
    Rule("excel-1904", "days of a workbook that counts from 1904", "44625.5418", "ECMA-376-1, 18.17.4.1"),
    Rule(
        "numeric-ymd",
        "year, month, day in numbers; two-digit years where declared",
        "2026/3/6 1:00 PM",
        "CLDR, dateFormats",
    ),
    Rule("numeric-dmy", "day, month, year in numbers", "26/03/2026, 13:00", "CLDR, dateFormats"),
    Rule("numeric-mdy", "month, day, year in numbers", "03/26/26 1:00 PM", "CLDR, dateFormats"),
    Rule("numeric-month", "month and year in numbers", "03/2026", "CLDR, availableFormats yM"),
    Rule("cjk-date", "numbers with 年月日 or 년월일", "2026年03月6日 星期五 13:00", "CLDR, dateFormats"),
    Rule(
        "month-name",
        "a date with the name of its month, in any known language",
        "Freitag, 6. März 2026, 13:01",
        "CLDR, months",
    ),
    Rule(
        "rfc2822",
        "the date of mail and HTTP",
        "Fri, 06 Mar 2026 13:00:13 GMT",
        "RFC 5322, 3.3; RFC 9110, 5.6.7",
    ),
    Rule(
        "never",
        "a source's own word for no time",
        "-",
        "MySQL zero dates; Moodle, string never; .NET and Go zero times",
    ),
)
_READERS: tuple[Callable[[str], Layout | None], ...] = (
    iso.zoned,
    iso.naive,
    iso.date,
    numbers.number,
    never,
    iso.month,
    iso.week,
    iso.ordinal,
    numbers.json_date,
)


@lru_cache(maxsize=8192)
def layout_of(shape: str, order: DayOrder | None, language: str | None) -> Layout:
    """What the first reader that knows the shape says of it; an unsettled layout where none does."""
    for reader in _READERS:
        if (layout := reader(shape)) is not None:
            return layout
    return spoken(shape, order, language) or unsettled(Unsettled.UNPARSEABLE)
