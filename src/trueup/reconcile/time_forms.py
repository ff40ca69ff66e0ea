"""In which form a column writes its times, and a time in that form. Knows forms, not columns, files or zones' rules.

Only forms that say one thing are written: ISO 8601 (RFC 3339) texts and numbers since 1970. Of any other the
form is unknown, and nothing is written: a day order or a month's name would be a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

MIXED = 0.1  # a column with this share of bare dates holds dates as well as times
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:(?P<between>[Tt ])\d{2}:\d{2}(?P<second>:\d{2}(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<mark> ?(?:[Zz]|UTC|GMT)|(?P<offset>[+-]\d{2}(?::?\d{2})?))?)?"
)
_EPOCH = re.compile(r"\d{9,10}|\d{12,13}|\d{15,16}")
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Shape(StrEnum):
    """The three ways of writing a time that are known here."""

    DATE = "date"
    CLOCK = "date and time"
    EPOCH = "number since 1970"


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How a column writes its times.

    `mark` is what says the zone: "Z" and its like, "+hh:mm", "+hhmm" or "+hh" for an offset, "" for none.
    `unit` is how many microseconds one of an epoch number is.
    """

    shape: Shape
    between: str = "T"
    seconds: bool = True
    fraction: int = 0
    mark: str = "Z"
    unit: int = 1_000_000
    dates_too: bool = False

    @property
    def slack(self) -> int:
        """Microseconds that the form can't say."""
        if self.shape is Shape.EPOCH:
            return self.unit
        return 60_000_000 if not self.seconds else 10 ** (6 - min(self.fraction, 6))


def form_of(texts: Iterable[str | None]) -> TimeForm | None:
    """The form that most of a column's times have; None where most have none that is known here.

    >>> form_of(["2026-03-06T13:00:13Z", "2026-03-06", "2026-03-07T13:00:13Z"]).mark
    'Z'
    >>> form_of(["06/03/2026", "07/03/2026"]) is None
    True
    """
    seen: Counter[TimeForm | None] = Counter()
    for text in texts:
        if text and text.strip():
            seen[_form(text.strip())] += 1
    whole = seen.total()
    dates = seen.pop(TimeForm(Shape.DATE), 0)
    clocks = seen.total()
    if not whole:
        return None
    if dates > clocks:
        return TimeForm(Shape.DATE, dates_too=True)
    usual = seen.most_common(1)[0][0]
    if usual is None or usual.shape is Shape.EPOCH:
        return usual
    return TimeForm(
        usual.shape,
        usual.between,
        usual.seconds,
        usual.fraction,
        usual.mark,
        dates_too=dates >= MIXED * whole,
    )


def _form(text: str) -> TimeForm | None:
    if _EPOCH.fullmatch(text):
        return TimeForm(
            Shape.EPOCH, unit={9: 1_000_000, 10: 1_000_000, 12: 1_000, 13: 1_000}.get(len(text), 1)
        )
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    if found["between"] is None:
        return TimeForm(Shape.DATE)
    mark = found["mark"] or ""
    if found["offset"]:
        mark = {3: "+hh", 5: "+hhmm", 6: "+hh:mm"}[len(mark)]
    return TimeForm(
        Shape.CLOCK, found["between"], found["second"] is not None, len(found["fraction"] or ""), mark
    )


def written(form: TimeForm, at: int, offset: int | None, zone: tzinfo | None) -> str | None:
    """An instant in a form; None where the form can't say it.

    `at` is microseconds since 1970 UTC, `offset` the source's own offset in minutes, `zone` the one that holds
    for texts without offset. What is finer than the form is cut off.

    >>> form = form_of(["2026-03-06 13:00:13.250+01:00"])
    >>> written(form, 1_772_798_413_250_000, 60, None)
    '2026-03-06 13:00:13.250+01:00'
    """
    if form.shape is Shape.DATE:
        return None
    if form.shape is Shape.EPOCH:
        return str(at // form.unit)
    where = _where(form, offset, zone)
    if where is None:
        return None
    moment = (_START + timedelta(microseconds=at)).astimezone(where)
    clock = moment.strftime("%H:%M:%S" if form.seconds else "%H:%M")
    part = f".{moment.microsecond:06}000"[: 1 + form.fraction] if form.seconds and form.fraction else ""
    return f"{moment:%Y-%m-%d}{form.between}{clock}{part}{_mark(form, moment)}"


def _where(form: TimeForm, offset: int | None, zone: tzinfo | None) -> tzinfo | None:
    if not form.mark:
        return zone
    if not form.mark.startswith("+"):
        return UTC
    whole_hours = form.mark == "+hh"
    return UTC if offset is None or (whole_hours and offset % 60) else timezone(timedelta(minutes=offset))


def _mark(form: TimeForm, moment: datetime) -> str:
    if not form.mark.startswith("+"):
        return form.mark
    spelled = moment.strftime("%z")
    return {"+hh": spelled[:3], "+hhmm": spelled[:5], "+hh:mm": f"{spelled[:3]}:{spelled[3:5]}"}[form.mark]


def written_day(form: TimeForm, at: int, offset: int | None) -> str | None:
    """A day, of which no time is known, as a date; None where the column holds none.

    >>> written_day(TimeForm(Shape.DATE, dates_too=True), 1_772_755_200_000_000, None)
    '2026-03-06'
    """
    if not form.dates_too:
        return None
    return f"{_START + timedelta(microseconds=at, minutes=offset or 0):%Y-%m-%d}"
