# ruff: noqa: PLR0917 - a row of a table is read by position
"""One text a row, and what has to follow from it; read one by one and by the column. Knows no implementation."""

from dataclasses import dataclass

from trueup.instants import ExcelDates, Reading
from trueup.model.settings import DayOrder

NOWHERE = Reading()
BERLIN = Reading(zone="Europe/Berlin")
NEW_YORK = Reading(zone="America/New_York")
DMY = Reading(zone="Europe/Berlin", order=DayOrder.DMY)
MDY = Reading(zone="America/New_York", order=DayOrder.MDY)
YMD = Reading(zone="Asia/Seoul", order=DayOrder.YMD)
EXCEL = Reading(zone="Europe/Berlin", excel=ExcelDates.FROM_1900)
EXCEL_1904 = Reading(zone="Europe/Berlin", excel=ExcelDates.FROM_1904)
DAY, MONTH, YEAR, HOUR, MINUTE, SECOND = "day", "month", "year", "hour", "minute", "second"
MS, US, NS = "millisecond", "microsecond", "nanosecond"


@dataclass(frozen=True, slots=True)
class Case:
    """A text and how it is read; `at` and `until` are UTC, or `unsettled` says why there is none."""

    raw: str
    rule: str
    at: str | None = None
    precision: str | None = None
    offset: int | None = None
    how: Reading = NOWHERE
    until: str | None = None
    unsettled: str | None = None


def utc(raw, at, precision=SECOND, offset=0, rule="rfc3339", how=NOWHERE):
    return Case(raw, rule, at, precision, offset, how)


def local(raw, at, precision=MINUTE, offset=60, rule="month-name", how=BERLIN):
    return Case(raw, rule, at, precision, offset, how)


def span(raw, at, until, rule, precision=DAY, offset=None, how=NOWHERE):
    return Case(raw, rule, at, precision, offset, how, until)


def never(raw, how=BERLIN):
    return Case(raw, "never", how=how, unsettled="never")


def unread(raw, rule="none", how=BERLIN):
    return Case(raw, rule, how=how, unsettled="unparseable")


def left_open(raw, why, rule, precision, how=NOWHERE):
    return Case(raw, rule, precision=precision, how=how, unsettled=why)


CASES = [
    # RFC 3339 and ISO 8601 with an offset
    utc("2026-03-06T13:00:13Z", "2026-03-06T13:00:13"),  # the plainest
    utc("2026-03-06t13:00:13z", "2026-03-06T13:00:13"),  # RFC 3339 allows lower case
    utc("2026-03-06 13:00:13Z", "2026-03-06T13:00:13"),  # and a blank for T
    utc("2026-03-29T01:30:00Z", "2026-03-29T01:30:00"),  # Ralph, as sent
    utc("2026-11-23T16:02:29.250289+00:00", "2026-11-23T16:02:29.250289", US),  # Ralph, stored
    utc("2026-03-29T03:00:00.123456+02:00", "2026-03-29T01:00:00.123456", US, 120),  # Ralph, summer time
    utc("2026-03-29T06:30:00+05:30", "2026-03-29T01:00:00", SECOND, 330),  # half an hour
    utc("2026-03-29T06:30:00-00:00", "2026-03-29T06:30:00", SECOND, None),  # instant known, offset not
    utc("2026-11-23T17:00:15.433938Z", "2026-11-23T17:00:15.433938", US),  # scim2-server, meta.created
    utc("2026-03-06T13:00:13+0100", "2026-03-06T12:00:13", SECOND, 60),  # no colon in the offset
    utc("2026-03-06 13:00:13+01", "2026-03-06T12:00:13", SECOND, 60),  # PostgreSQL
    utc("2026-03-06T13:00:13 +01:00", "2026-03-06T12:00:13", SECOND, 60),  # a blank before the offset
    utc("2026-03-06T13:00:13,5Z", "2026-03-06T13:00:13.5", MS),  # ISO 8601 prefers the comma
    utc("2026-03-06T13:00:13.123456789Z", "2026-03-06T13:00:13.123456", NS),  # cut, not rounded
    utc("2026-03-06T13:00:13.9999999Z", "2026-03-06T13:00:13.999999", NS),  # .NET ticks; rounding would carry
    utc("2026-03-06T13:00Z", "2026-03-06T13:00:00", MINUTE),  # no seconds
    utc("2026-03-06T13Z", "2026-03-06T13:00:00", HOUR),  # hours alone
    utc("20260306T130013Z", "2026-03-06T13:00:13"),  # basic
    utc("20260306130013Z", "2026-03-06T13:00:13"),  # LDAP generalizedTime
    utc("20260306T130013.5+0100", "2026-03-06T12:00:13.5", MS, 60),  # basic with all
    utc("2026-01-01T13:59:59+14:00", "2025-12-31T23:59:59", SECOND, 840),  # easternmost
    utc("2025-12-31T12:00:00-12:00", "2026-01-01T00:00:00", SECOND, -720),  # westernmost
    utc("2026-03-06T24:00:00Z", "2026-03-07T00:00:00"),  # the end of a day
    utc("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999"),  # a leap second stays in its day
    utc("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:59.999999", SECOND, 60),  # the same, elsewhere
    unread("2026-03-06T12:00:60Z", "rfc3339"),  # no leap second falls there
    unread("2026-03-06T24:00:01Z", "rfc3339"),  # past the end of the day
    unread("2026-03-06T13:60:00Z", "rfc3339"),  # no such minute
    unread("2026-02-30T13:00:00Z", "rfc3339"),  # no such day
    unread("2026-13-06T13:00:00Z", "rfc3339"),  # no such month
    unread("2026-03-06T13:00:00+24:00", "rfc3339"),  # no such offset
    unread("2026-03-06T13:00:00+01:60", "rfc3339"),  # nor this
    unread("0001-01-01T00:30:00+01:00", "rfc3339"),  # before the year 1 in UTC
    utc("2026-03-06T13:00:13+01:00[Europe/Berlin]", "2026-03-06T12:00:13", SECOND, 60),  # RFC 9557
    utc("2026-10-25T02:30:00+01:00[Europe/Berlin]", "2026-10-25T01:30:00", SECOND, 60),  # decides the fold
    utc("2026-03-06T12:00:13Z[Europe/Berlin]", "2026-03-06T12:00:13"),  # Z: only UTC is known
    unread("2026-03-06T13:00:13+05:00[Europe/Berlin]", "rfc3339"),  # contradicts itself
    local("2026-03-06T13:00:13[Europe/Berlin]", "2026-03-06T12:00:13", SECOND, 60, "iso-with-zone", NOWHERE),  # java.time
    local("2026-03-06T13:00:13[Etc/GMT+5]", "2026-03-06T18:00:13", SECOND, -300, "iso-with-zone"),  # digits in a name
    left_open("2026-10-25T02:30:00[Europe/Berlin]", "fold", "iso-with-zone", SECOND),  # twice
    unread("2026-03-06T13:00:13[Europe/Berlim]"),  # no such zone
    unread("2026-03-06T13:00:13[Etc/GMT+55]", "iso-with-zone"),  # no such zone, with digits
    # naive
    local("2026-03-06 13:00:13", "2026-03-06T12:00:13", SECOND, 60, "iso-naive"),  # Moodle, activity completion
    local("2026-06-30 14:00:00", "2026-06-30T12:00:00", SECOND, 120, "iso-naive"),  # its expected date, in summer
    local("2026-03-06T13:00:13.5", "2026-03-06T18:00:13.5", MS, -300, "iso-naive", NEW_YORK),  # another zone
    local("20260306130013", "2026-03-06T12:00:13", SECOND, 60, "iso-naive"),  # fourteen digits: no milliseconds
    local("20260306T1300", "2026-03-06T12:00:00", MINUTE, 60, "iso-naive"),  # basic, no seconds
    left_open("2026-03-06 13:00:13", "naive", "iso-naive", SECOND),  # nobody says where
    left_open("2026-03-29 02:30:00", "gap", "iso-naive", SECOND, BERLIN),  # clocks went forward
    left_open("2026-10-25 02:30:00", "fold", "iso-naive", SECOND, BERLIN),  # clocks went back
    left_open("2026-10-25 02:59:59.999", "fold", "iso-naive", MS, BERLIN),  # last moment of it
    local("2026-10-25 03:00:00", "2026-10-25T02:00:00", SECOND, 60, "iso-naive"),  # just after
    local("2026-03-29 03:00:00", "2026-03-29T01:00:00", SECOND, 120, "iso-naive"),  # just after the gap
    local("1890-01-01 00:53:28", "1890-01-01T00:00:00", SECOND, 53, "iso-naive"),  # local mean time, odd seconds
    # dates are intervals
    span("2026-03-06", "2026-03-06T00:00:00", "2026-03-07T00:00:00", "iso-date"),  # nominal without a zone
    span("2024-01-04", "2024-01-03T23:00:00", "2024-01-04T23:00:00", "iso-date", offset=60, how=BERLIN),  # Horilla
    span("20260306", "2026-03-05T23:00:00", "2026-03-06T23:00:00", "iso-date", offset=60, how=BERLIN),  # basic
    span("2026-03-29", "2026-03-28T23:00:00", "2026-03-29T22:00:00", "iso-date", offset=60, how=BERLIN),  # 23 hours
    span("2026-10-25", "2026-10-24T22:00:00", "2026-10-25T23:00:00", "iso-date", offset=120, how=BERLIN),  # 25 hours
    span("2026-03-06+01:00", "2026-03-05T23:00:00", "2026-03-06T23:00:00", "iso-date", offset=60),  # XML Schema
    span("2026-03-06Z", "2026-03-06T00:00:00", "2026-03-07T00:00:00", "iso-date", offset=0),  # XML Schema
    span("2018-11-04", "2018-11-04T03:00:00", "2018-11-05T02:00:00", "iso-date", offset=-120, how=Reading(zone="America/Sao_Paulo")),  # began at 01:00
    span("2007-11-04", "2007-11-04T02:30:00", "2007-11-05T03:30:00", "iso-date", offset=-150, how=Reading(zone="America/St_Johns")),  # went back at 00:01: two midnights
    span("1919-03-31", "1919-03-31T04:30:00", "1919-04-01T04:00:00", "iso-date", offset=-240, how=Reading(zone="America/Toronto")),  # began at 00:30
    left_open("2011-12-30", "gap", "iso-date", DAY, Reading(zone="Pacific/Apia")),  # Samoa skipped the day
    span("2011-12-29", "2011-12-29T10:00:00", "2011-12-30T10:00:00", "iso-date", offset=-600, how=Reading(zone="Pacific/Apia")),  # and the day before
    span("9999-12-31", "9999-12-30T23:00:00", "9999-12-31T23:59:59.999999", "iso-date", offset=60, how=BERLIN),  # "no end", SAP
    span("2026-03", "2026-02-28T23:00:00", "2026-03-31T22:00:00", "iso-month", MONTH, 60, BERLIN),  # a month
    span("2026", "2025-12-31T23:00:00", "2026-12-31T23:00:00", "iso-year", YEAR, 60, BERLIN),  # a year
    span("2026-W10-5", "2026-03-06T00:00:00", "2026-03-07T00:00:00", "iso-week"),  # Friday of week 10
    span("2020-W53-5", "2021-01-01T00:00:00", "2021-01-02T00:00:00", "iso-week"),  # in the next year
    span("2024-366", "2024-12-31T00:00:00", "2025-01-01T00:00:00", "iso-ordinal"),  # last day of a leap year
    unread("2026-366", "iso-ordinal"),  # which 2026 is not
    unread("2025-W53-1", "iso-week"),  # a year of 52 weeks
    unread("20261345"),  # eight digits that are no date are no epoch either
    unread("4200"),  # a salary, no year
    # numbers
    utc("1772802013", "2026-03-06T13:00:13", rule="epoch-seconds"),  # Moodle, time of download
    utc("1772802013.25", "2026-03-06T13:00:13.25", MS, rule="epoch-seconds"),  # float seconds
    utc("1772802013.1234567", "2026-03-06T13:00:13.123456", NS, rule="epoch-seconds"),  # more than microseconds
    utc("1772802013250", "2026-03-06T13:00:13.25", MS, rule="epoch-milliseconds"),  # SAP, completedTimestamp
    utc("1772802013250999", "2026-03-06T13:00:13.250999", US, rule="epoch-microseconds"),  # DuckDB
    utc("1772802013250999123", "2026-03-06T13:00:13.250999", NS, rule="epoch-nanoseconds"),  # pandas
    utc("1772802013250.5", "2026-03-06T13:00:13.2505", US, rule="epoch-milliseconds"),  # pandas, as float
    unread("-99999999999", "epoch-seconds"),  # before the year 1
    utc("100000000", "1973-03-03T09:46:40", rule="epoch-seconds"),  # the first number that is an epoch
    utc("-100000000", "1966-10-31T14:13:20", rule="epoch-seconds"),  # as long before
    unread("99999999"),  # one less is none: it may be anything
    unread("12"),  # a small number is no time of 1970
    unread("1.772802013e9"),  # digits may have been lost
    utc("/Date(1772802013250)/", "2026-03-06T13:00:13.25", MS, rule="json-date"),  # OData 2
    utc("/Date(1772802013250+0200)/", "2026-03-06T13:00:13.25", MS, 120, "json-date"),  # the offset moves nothing
    unread("/Date(99999999999999999)/", "json-date"),  # after the year 9999
    unread("/Date(1772802013250+2400)/", "json-date"),  # no such offset
    utc("/Date(-86400000)/", "1969-12-31T00:00:00", MS, rule="json-date"),  # before 1970
    utc(r"\/Date(1772802013250)\/", "2026-03-06T13:00:13.25", MS, rule="json-date"),  # escaped slashes
    local("46087.541666666664", "2026-03-06T12:00:00", SECOND, 60, "excel-1900", EXCEL),  # 13:00
    local("46087.5418206019", "2026-03-06T12:00:13.3", MS, 60, "excel-1900", EXCEL),  # rounded to milliseconds
    span("46087", "2026-03-05T23:00:00", "2026-03-06T23:00:00", "excel-1900", offset=60, how=EXCEL),  # a whole day
    span("44625", "2026-03-05T23:00:00", "2026-03-06T23:00:00", "excel-1904", offset=60, how=EXCEL_1904),  # 1462 less
    span("59", "1900-02-27T23:00:00", "1900-02-28T23:00:00", "excel-1900", offset=60, how=EXCEL),  # before the bug
    span("61", "1900-02-28T23:00:00", "1900-03-01T23:00:00", "excel-1900", offset=60, how=EXCEL),  # after the bug
    unread("60", "excel-1900", EXCEL),  # 29 February 1900
    unread("0.5", "excel-1900", EXCEL),  # noon of no day
    utc("1772802013", "2026-03-06T13:00:13", rule="epoch-seconds", how=EXCEL),  # too great for a workbook's day
    unread("46087.5"),  # a workbook's day that nobody declared
    # never
    never("0"),  # Moodle
    never("0.0"),  # a float column
    never("-"),  # Moodle's grade exports and logs
    never("never"),  # a word
    never("NULL"),  # a database's word
    never("Nie"),  # Moodle, de
    never("从未"),  # Moodle, zh
    never("0000-00-00"),  # MySQL
    never("0000-00-00 00:00:00"),  # MySQL
    never("00/00/0000"),  # the same, turned round
    never("0001-01-01T00:00:00Z"),  # Go, .NET
    never("/Date(0)/"),  # the epoch itself
    never("/Date(-62135596800000)/"),  # .NET
    never("0", EXCEL),  # an empty formula
    # Moodle
    local("6/03/26, 13:00", "2026-03-06T12:00:00", MINUTE, 60, "numeric-dmy", DMY),  # course completion, en
    local("29/03/26, 03:00", "2026-03-29T01:00:00", MINUTE, 120, "numeric-dmy", DMY),  # the same, after the gap
    left_open("25/10/26, 02:30", "fold", "numeric-dmy", MINUTE, DMY),  # the same, emp04 and emp02
    local("6.03.2026 13:00", "2026-03-06T12:00:00", MINUTE, 60, "numeric-dmy", DMY),  # de
    local("2.03.2026 00:30", "2026-03-01T23:30:00", MINUTE, 60, "numeric-dmy", DMY),  # de, the day before in UTC
    local("6/03/2026 13:00", "2026-03-06T12:00:00", MINUTE, 60, "numeric-dmy", DMY),  # es
    local("6 mars 26, 13:00", "2026-03-06T12:00:00"),  # fr
    local("1 janv. 26, 00:30", "2025-12-31T23:30:00"),  # fr, New Year
    local("2026年03月6日 13:00", "2026-03-06T12:00:00", MINUTE, 60, "cjk-date"),  # zh
    local("23/11/26, 18:00:08", "2026-11-23T17:00:08", SECOND, 60, "numeric-dmy"),  # log, en: 23 decides
    local("23. November 2026, 18:00:09", "2026-11-23T17:00:09", SECOND),  # log, de
    local("23 nov. 26, 18:00:10", "2026-11-23T17:00:10", SECOND),  # log, fr
    local("Monday, 23 November 2026, 6:01 PM", "2026-11-23T17:01:00"),  # grade history, en
    local("Montag, 23. November 2026, 18:01", "2026-11-23T17:01:00"),  # grade history, de
    local("Monday, 2 March 2026, 1:01 PM", "2026-03-02T12:01:00"),  # custom report, en
    local("Saturday, 10 January 2026, 9:00 AM", "2026-01-10T08:00:00"),  # the same, in the morning
    local("Montag, 2. März 2026, 13:01", "2026-03-02T12:01:00"),  # de
    local("lunes, 2 de marzo de 2026, 13:01", "2026-03-02T12:01:00"),  # es
    local("2026年03月2日 星期一 13:01", "2026-03-02T12:01:00", MINUTE, 60, "cjk-date"),  # zh
    span("31-Mar-26", "2026-03-30T22:00:00", "2026-03-31T22:00:00", "month-name", offset=120, how=BERLIN),  # a header
    span("31-März-26", "2026-03-31T00:00:00", "2026-04-01T00:00:00", "month-name"),  # de
    span("31-mars-26", "2026-03-31T00:00:00", "2026-04-01T00:00:00", "month-name"),  # fr
    span("31-3月-26", "2026-03-31T00:00:00", "2026-04-01T00:00:00", "cjk-date"),  # zh
    # Horilla
    span("04.01.2024", "2024-01-03T23:00:00", "2024-01-04T23:00:00", "numeric-dmy", offset=60, how=DMY),  # dots
    span("01/04/2024", "2024-01-04T05:00:00", "2024-01-05T05:00:00", "numeric-mdy", offset=-300, how=MDY),  # slashes
    span("04/01/24", "2024-01-03T23:00:00", "2024-01-04T23:00:00", "numeric-dmy", offset=60, how=DMY),  # two digits
    span("03/02/90", "1990-02-02T23:00:00", "1990-02-03T23:00:00", "numeric-dmy", offset=60, how=DMY),  # a birthday
    span("12/31/2027", "2027-12-31T00:00:00", "2028-01-01T00:00:00", "numeric-mdy"),  # 31 decides
    span("04 Jan. 2024", "2024-01-04T00:00:00", "2024-01-05T00:00:00", "month-name"),  # d-mmm-yyyy
    span("Thursday, January 04, 2024", "2024-01-04T00:00:00", "2024-01-05T00:00:00", "month-name"),  # all in words
    # order
    left_open("04/01/24", "order", "numeric", DAY),  # either
    left_open("01/04/2024 13:00", "order", "numeric", MINUTE, BERLIN),  # a zone does not help
    span("03/03/2026", "2026-03-03T00:00:00", "2026-03-04T00:00:00", "numeric-dmy"),  # the same either way
    span("99/12/31", "1999-12-31T00:00:00", "2000-01-01T00:00:00", "numeric-ymd"),  # 99 is no day
    span("26/03/06", "2026-03-05T15:00:00", "2026-03-06T15:00:00", "numeric-ymd", offset=540, how=YMD),  # declared
    span("2026/3/6", "2026-03-06T00:00:00", "2026-03-07T00:00:00", "numeric-ymd"),  # a year first is never open
    span("01/01/69", "1969-01-01T05:00:00", "1969-01-02T05:00:00", "numeric-mdy", offset=-300, how=MDY),  # POSIX pivot
    span("01/01/68", "2068-01-01T05:00:00", "2068-01-02T05:00:00", "numeric-mdy", offset=-300, how=MDY),  # one before
    unread("12/31/2027", "numeric-dmy", DMY),  # against what is declared
    unread("31/31/2026", "numeric"),  # no order reads it
    left_open("6 lis 2026", "order", "month-name", None),  # October in Croatian, November in Polish
    span("6 lis 2026", "2026-11-06T00:00:00", "2026-11-07T00:00:00", "month-name", how=Reading(language="pl")),  # declared
    # other spellings
    utc("Fri, 06 Mar 2026 13:00:13 GMT", "2026-03-06T13:00:13", rule="rfc2822"),  # HTTP
    utc("Fri, 6 Mar 2026 13:00:13 -0500", "2026-03-06T18:00:13", SECOND, -300, "rfc2822"),  # mail
    utc("6 Mar 2026 13:00 EST", "2026-03-06T18:00:00", MINUTE, -300, "rfc2822"),  # old mail
    utc("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37", rule="month-name"),  # RFC 850
    local("Sun Nov  6 08:49:37 1994", "1994-11-06T07:49:37", SECOND),  # asctime
    utc("Fri Mar 06 13:00:00 CET 2026", "2026-03-06T12:00:00", SECOND, 60, "month-name"),  # java.util.Date
    utc("Fri Mar 06 2026 13:00:00 GMT+0100 (Central European Standard Time)", "2026-03-06T12:00:00", SECOND, 60, "month-name"),  # JavaScript
    unread("Fri Mar 06 13:00:00 CST 2026"),  # Chicago, Shanghai or Havana
    local("2026-03-06 13:00:00 US/Eastern", "2026-03-06T18:00:00", SECOND, -300, "numeric-ymd"),  # SAP's zone ids
    utc("2026-03-06 13:00 UTC", "2026-03-06T13:00:00", MINUTE),  # a zone in letters
    local("03/06/2026 1:00 PM", "2026-03-06T18:00:00", MINUTE, -300, "numeric-mdy", MDY),  # US
    local("03/06/2026 12:05 AM", "2026-03-06T05:05:00", MINUTE, -300, "numeric-mdy", MDY),  # just after midnight
    local("03/06/2026 12:05:09 p. m.", "2026-03-06T17:05:09", SECOND, -300, "numeric-mdy", MDY),  # es_MX, noon
    unread("03/06/2026 13:05 PM", "numeric-mdy", MDY),  # thirteen is no hour of a half
    local("6.3.2026 klo 13.00", "2026-03-06T12:00:00", MINUTE, 60, "numeric-dmy", DMY),  # fi, dots in the clock
    local("06/03/2026 13h05", "2026-03-06T12:05:00", MINUTE, 60, "numeric-dmy", DMY),  # fr
    local("March 6th, 2026 at 1 PM", "2026-03-06T12:00:00", HOUR),  # an hour alone
    local("2026년 3월 6일 금요일 오후 1:01:05", "2026-03-06T12:01:05", SECOND, 60, "cjk-date"),  # ko
    local("2026/03/06(金) 13:00", "2026-03-06T12:00:00", MINUTE, 60, "numeric-ymd"),  # ja, weekday in brackets
    local("الجمعة، 6 مارس 2026، 1:01:05 م", "2026-03-06T12:01:05", SECOND),  # ar
    span("٠٦/٠٣/٢٠٢٦", "2026-03-05T23:00:00", "2026-03-06T23:00:00", "numeric-dmy", offset=60, how=DMY),  # its digits
    span("6\u200f/03\u200f/2026", "2026-03-05T23:00:00", "2026-03-06T23:00:00", "numeric-dmy", offset=60, how=DMY),  # its marks
    local("6\u00a0mars\u202f2026 13:00", "2026-03-06T12:00:00"),  # no-break blanks
    local("  6 MARS 2026 13:00\t", "2026-03-06T12:00:00"),  # blanks around, capitals
    span("6 d’abril de 2026", "2026-04-06T00:00:00", "2026-04-07T00:00:00", "month-name"),  # ca, U+2019
    span("03/2026", "2026-03-01T00:00:00", "2026-04-01T00:00:00", "numeric-month", MONTH),  # a month in numbers
    span("March 2026", "2026-03-01T00:00:00", "2026-04-01T00:00:00", "month-name", MONTH),  # and in words
    unread("Tuesday, 6 March 2026", "month-name"),  # it was a Friday
    local("6 March 2026 13:00 [Europe/Berlin]", "2026-03-06T12:00:00", how=NOWHERE),  # a zone in brackets
    unread("March 2026 13:00"),  # a time of no day
    unread("6/3/6"),  # a year of one digit
    unread("March 26"),  # the day, or the year?
    unread("60.00 required"),  # Moodle's criterion header
    unread("30 days"),  # another
    unread("6 March 2026 or later"),  # more than a date
    unread("from 6 March to 7 March 2026"),  # two dates
    unread("13:00"),  # no date
    unread("Monday"),  # no date either
    unread("12" * 101),  # longer than any date
]  # fmt: skip
