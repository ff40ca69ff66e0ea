"""What a column's values say about how they are written: day order, decimal sign, zone. Decides nothing else.

Every answer is either certain for the values seen or None; a guess is never made here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_NUMERIC_DATE = re.compile(r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:\D|$)")
_OFFSET = re.compile(
    r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}|\[[A-Za-z_]+/[A-Za-z_/]+\])\s*$", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_COMMA_DECIMAL = re.compile(r"^\s*-?\d{1,3}(?:[.  '’]\d{3})*,\d+\s*%?\s*$|^\s*-?\d+,\d+\s*%?\s*$")
_THOUSANDS = re.compile(r"^\s*-?\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*%?\s*$")
_POINT_DECIMAL = re.compile(r"^\s*-?\d+\.\d+\s*%?\s*$")

_AROUND = "% \u00a0\u202f"  # what may stand behind a number: a percent sign, blanks that don't break


class Order(StrEnum):
    """What a column of numeric dates says of its day order."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"  # years of two digits first
    EITHER = "either"  # every value reads both ways
    CONFLICT = "conflict"  # some values read only as day-month, some only as month-day
    NONE = "none"  # no numeric dates, or all with the year first


@dataclass(slots=True)
class OrderTally:
    """Counts, over a column, which readings its numeric dates allow.

    Dates with dots have the day first (04.01.2024): no locale of CLDR writes the month first with dots.
    They decide only where nothing else does.
    """

    dmy: int = 0
    mdy: int = 0
    ymd: int = 0
    not_ymd: int = 0
    either: int = 0
    dotted: int = 0
    example: str = ""

    def add(self, values: Iterable[str | None]) -> None:
        """Count the dates among the values that start with two one- or two-digit numbers."""
        for value in values:
            if value:
                self.count(value, 1)

    def count(self, value: str, times: int) -> None:
        """Count one value that stands so many times."""
        found = _NUMERIC_DATE.match(value)
        if found is None:
            return
        first, second, third = int(found[1]), int(found[2]), int(found[3])
        if len(found[3]) == 4 or second > 12 or third > 31:
            self.not_ymd += times
        if first > 31 and len(found[3]) == 2:
            self.ymd += times
        elif first > 12 >= second:
            self.dmy += times
        elif second > 12 >= first:
            self.mdy += times
        elif first != second and found[0].strip()[len(found[1])] == ".":
            self.dotted += times
        elif first != second:
            self.either += times
            self.example = self.example or value.strip()

    @property
    def order(self) -> Order:
        """What the values counted so far say."""
        if self.ymd:
            return Order.CONFLICT if self.not_ymd else Order.YMD
        if self.dmy and self.mdy:
            return Order.CONFLICT
        if self.dmy or self.mdy:
            return Order.DMY if self.dmy else Order.MDY
        if self.either:
            return Order.EITHER
        return Order.DMY if self.dotted else Order.NONE


def day_order(values: Iterable[str | None]) -> Order:
    """The day order that the values prove.

    >>> str(day_order(["6/03/26", "23/11/26"])), str(day_order(["01/04/2024"])), str(day_order(["2024-01-04"]))
    ('dmy', 'either', 'none')
    """
    tally = OrderTally()
    tally.add(values)
    return tally.order


def naive(value: str) -> bool:
    """Whether a text tells a time of day without saying where.

    >>> naive("6/03/26, 13:00"), naive("2026-03-06T13:00:00Z"), naive("2026-03-06"), naive("1770000000")
    (True, False, False, False)
    """
    return bool(_CLOCK.search(value)) and not _OFFSET.search(value)


def decimal_sign(values: Iterable[str | None]) -> str | None:
    """The sign: "," or "." where the numbers prove it, "?" where they read both ways (1,234), None where none has either.

    >>> decimal_sign(["35,33", "2,00"]), decimal_sign(["35.33"]), decimal_sign(["1,234"]), decimal_sign(["12"])
    (',', '.', '?', None)
    """
    sign: str | None = None
    for value in values:
        if not value:
            continue
        if _POINT_DECIMAL.match(value) and len(value.strip().rstrip(_AROUND).rpartition(".")[2]) != 3:
            return "."
        if _COMMA_DECIMAL.match(value) and not _THOUSANDS.match(value):
            return ","
        if _THOUSANDS.match(value):
            sign = sign or ("." if "." in value else "?")
        elif _POINT_DECIMAL.match(value):
            sign = "."
    return sign


def number_with_comma(cell: str) -> str | None:
    """A number written with a decimal comma, with a point; any other text as it is; "-" and blank are nothing.

    >>> number_with_comma("1.035,33"), number_with_comma("100,0%"), number_with_comma("-"), number_with_comma("Expert")
    ('1035.33', '100.0', None, 'Expert')
    """
    text = cell.strip()
    if text in {"", "-", "–"}:
        return None
    bare = text.rstrip(_AROUND)
    if _COMMA_DECIMAL.match(bare):
        return re.sub(r"[.  '’]", "", bare).replace(",", ".")
    return bare if re.fullmatch(r"-?[\d.]+", bare) else text


def number_with_point(cell: str) -> str | None:
    """A number written with a decimal point, without its thousands signs and "%"; "-" and blank are nothing.

    >>> number_with_point("1,035.33"), number_with_point("100.00000 %"), number_with_point("-")
    ('1035.33', '100.00000', None)
    """
    text = cell.strip()
    if text in {"", "-", "–"}:
        return None
    bare = text.rstrip(_AROUND)
    if _THOUSANDS.match(bare):
        return bare.replace(",", "")
    return bare if re.fullmatch(r"-?[\d.]+", bare) else text


def dash_is_nothing(cell: str) -> str | None:
    """The cell, or None where it is blank or the "-" that Moodle prints for nothing."""
    return None if cell.strip() in {"", "-"} else cell
