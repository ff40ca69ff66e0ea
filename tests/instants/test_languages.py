# ruff: noqa: DTZ001 - wall clocks are what is read here
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime as mail_date

import pytest
from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.instants import ExcelDates, Reading, read_instant
from trueup.instants.words import LANGUAGES, meanings
from trueup.model.settings import DayOrder

LOCALES = sorted({locale for locales in LANGUAGES.values() for locale in locales})
EVERY_MONTH = [datetime(2026, month, 2 * month + 1, 13 - month, 5 * month % 60, 7) for month in range(1, 13)]
MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


def order_of(locale):
    """The order in which the language writes its short dates."""
    letters = [letter for letter in Locale.parse(locale).date_formats["short"].pattern if letter in "dMy"]
    return DayOrder("".join(dict.fromkeys(letters)).lower())


def written(moment, style, clock, locale):
    """The moment as CLDR writes it."""
    day, time = format_date(moment, style, locale=locale), format_time(moment, clock, locale=locale)
    return get_datetime_format(style, locale=locale).replace("{1}", day).replace("{0}", time).replace("'", "")


@pytest.mark.parametrize("style", ["full", "long", "medium", "short"])
@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_language_writes_is_read_back(locale, style):
    how = Reading(zone="UTC", order=order_of(locale), language=locale.partition("_")[0])
    for moment in EVERY_MONTH:
        text = written(moment, style, "medium", locale)
        read = read_instant(text, how)
        assert (text, read.at) == (text, moment.replace(tzinfo=UTC))


@pytest.mark.parametrize("style", ["full", "long"])
@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_language_writes_in_words_is_read_back_without_declaring_it(locale, style):
    for moment in EVERY_MONTH:
        text = format_date(moment, style, locale=locale)
        read = read_instant(text, Reading(order=order_of(locale)))
        day = moment.replace(hour=0, minute=0, second=0, tzinfo=UTC)
        assert (text, read.at or read.unsettled) in {(text, day), (text, "order")}
        assert read.unsettled is None or (moment.month in (7, 8, 10, 11) and locale in {"pl", "cs", "hr"})


def test_the_names_that_mean_two_months_are_these():
    twice = {
        word
        for word, by_language in meanings(None).items()
        if len({number for found in by_language.values() for kind, number in found if kind == "month"}) > 1
    }
    assert twice == {"listopad", "listopada", "lis", "lip", "srp"}  # Croatian against Polish and Czech


@pytest.mark.parametrize(
    ("text", "language", "month"),
    [
        ("6 lis 2026", "hr", 10),  # declared, it is no question
        ("6 lis 2026", "pl", 11),
        ("piątek, 6 listopada 2026", None, 11),  # the weekday is Polish
        ("6. Jänner 2026", None, 1),  # Austria
        ("6. Mrz 2026", None, 3),  # spreadsheets
        ("6 set 2026", None, 9),  # Peru, Portugal
        ("mar, 3 mar 2026", None, 3),  # both words mean Tuesday and March
        ("mar. 3 mars 2026", None, 3),  # only one does
        ("6 avril 2026", "fr_CA", 4),  # a regional language
        ("3 มีนาคม 2026", "th", 3),  # a language that is not tried undeclared
    ],
)
def test_a_month_is_found_in_the_language_that_makes_sense_of_all_words(text, language, month):
    assert read_instant(text, Reading(language=language)).at.month == month


@pytest.mark.parametrize(
    "text",
    [
        "3 มีนาคม 2026",  # not among the languages that are tried
        "Freitag, 6 avril 2026",  # two languages
        "6 mar mar 2026",  # March twice, or Tuesday: either way no date says so
        "6 marsh 2026",  # nearly
    ],
)
def test_words_that_no_single_language_explains_are_not_read(text):
    assert read_instant(text, Reading()).unsettled == "unparseable" or text == "6 mar mar 2026"


WRITERS = {
    "rfc3339": lambda moment: moment.isoformat() + "Z",
    "iso-naive": str,
    "iso-with-zone": lambda moment: moment.isoformat() + "[Etc/UTC]",
    "iso-date": lambda moment: f"{moment:%Y-%m-%d}",
    "iso-month": lambda moment: f"{moment:%Y-%m}",
    "iso-year": lambda moment: f"{moment:%Y}",
    "iso-week": lambda moment: f"{moment:%G-W%V-%u}",
    "iso-ordinal": lambda moment: f"{moment:%Y-%j}",
    "epoch-seconds": lambda moment: str(round(moment.replace(tzinfo=UTC).timestamp())),
    "epoch-milliseconds": lambda moment: str(round(moment.replace(tzinfo=UTC).timestamp()) * 10**3),
    "epoch-microseconds": lambda moment: str(round(moment.replace(tzinfo=UTC).timestamp()) * 10**6),
    "epoch-nanoseconds": lambda moment: str(round(moment.replace(tzinfo=UTC).timestamp()) * 10**9),
    "json-date": lambda moment: f"/Date({round(moment.replace(tzinfo=UTC).timestamp()) * 1000}-0500)/",
    "excel-1900": lambda moment: f"{(moment - datetime(1899, 12, 30)) / timedelta(days=1):.10f}",
    "excel-1904": lambda moment: f"{(moment - datetime(1904, 1, 1)) / timedelta(days=1):.10f}",
    "numeric-dmy": lambda moment: f"{moment.day}/{moment.month}/{moment:%y, %H:%M:%S}",
    "numeric-mdy": lambda moment: f"{moment:%m/%d/%Y %I:%M:%S %p}",
    "numeric-ymd": lambda moment: f"{moment:%Y/%m/%d %H:%M:%S}",
    "numeric-month": lambda moment: f"{moment:%m/%Y}",
    "cjk-date": lambda moment: f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M:%S}",
    "month-name": lambda moment: f"{moment:%A, %d %B %Y, %I:%M:%S %p}",
    "rfc2822": lambda moment: mail_date(moment.replace(tzinfo=UTC), usegmt=True),
}
START = {
    "iso-month": (1, 0),
    "numeric-month": (1, 0),
    "iso-year": (1, 1),
    "iso-date": (0, 0),
    "iso-week": (0, 0),
    "iso-ordinal": (0, 0),
}


@pytest.mark.parametrize("rule", WRITERS)
@settings(max_examples=60, deadline=None)
@given(MOMENT)
def test_what_a_rule_reads_comes_back_as_the_same_instant(rule, moment):
    if rule.startswith("epoch") and moment < datetime(1973, 3, 4):
        moment += timedelta(days=1200)  # earlier numbers are too small to be epochs
    excel = {"excel-1900": ExcelDates.FROM_1900, "excel-1904": ExcelDates.FROM_1904}.get(rule)
    order = DayOrder.MDY if rule == "numeric-mdy" else DayOrder.DMY
    read = read_instant(WRITERS[rule](moment), Reading(zone="UTC", order=order, excel=excel))
    expected = moment
    if rule in START:
        first_day, first_month = START[rule]
        expected = moment.replace(hour=0, minute=0, second=0)
        expected = expected.replace(day=1) if first_day else expected
        expected = expected.replace(month=1) if first_month else expected
    never = rule == "json-date" and moment == datetime(1970, 1, 1)
    assert (read.rule, read.at) == (("never", None) if never else (rule, expected.replace(tzinfo=UTC)))
