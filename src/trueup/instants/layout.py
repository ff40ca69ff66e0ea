"""Where in the digits of a text each part of a time stands. Knows no text: it is learned from the text's shape.

The shape of a text is the text, folded, with every digit written 0. What the rules learn from a shape holds
for every text of that shape, so one regular expression serves a whole column, and the values are checked
afterwards (`civil`). A span counts digits only: in "2026-03-06" the day is (6, 8).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from trueup.model.instants import Precision, Unsettled

Span = tuple[int, int]
SHAPED = str.maketrans("123456789", "000000000")


class Half(StrEnum):
    """Half of the day, where hours are counted to twelve."""

    AM = "am"
    PM = "pm"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a shape says: the rule that reads it, the span of each part, and what words stand in it.

    `parts` may hold year, month, day, hour, minute, second, fraction, week, weekday, ordinal, offset_hour,
    offset_minute, offset_second, first and other (day and month in unknown order), whole (a bare number).
    """

    rule: str
    precision: Precision
    parts: dict[str, Span] = field(default_factory=dict)
    month: int | None = None  # named by a word
    weekday: int | None = None  # named by a word, Monday = 0
    half: Half | None = None
    sign: int = 0  # of the offset in `parts`; 0 = none there
    offset: int | None = None  # seconds, said by a letter or word (Z, UTC)
    zone: str | None = None  # IANA name said by the text; its digits stand as 0
    negative: bool = False
    unsettled: Unsettled | None = None  # why the shape alone rules out an instant

    def width(self, part: str) -> int:
        """How many digits a part has; 0 where it is absent."""
        start, stop = self.parts.get(part, (0, 0))
        return stop - start


def unsettled(reason: Unsettled, rule: str = "none") -> Layout:
    """The layout of a shape that can give no instant."""
    return Layout(rule, Precision.YEAR, unsettled=reason)


def spans(match: re.Match[str], *, before: int = 0) -> dict[str, Span]:
    """The digits that each named group of a match covers; groups without digits are left out.

    `before`: how many digits stand before the text that was matched.
    """
    text, found = match.string, {}
    for name, group in match.groupdict().items():
        if group and (count := group.count("0")):
            start = before + text.count("0", 0, match.start(name))
            found[name] = (start, start + count)
    return found


def clock_precision(parts: dict[str, Span]) -> Precision:
    """How finely the parts of a time of day say when."""
    if "fraction" in parts:
        return fraction_precision(parts["fraction"][1] - parts["fraction"][0])
    if "second" in parts:
        return Precision.SECOND
    return Precision.MINUTE if "minute" in parts else Precision.HOUR


def fraction_precision(digits: int) -> Precision:
    """What that many digits of a second, at least one, tell."""
    if digits <= 3:
        return Precision.MILLISECOND
    return Precision.MICROSECOND if digits <= 6 else Precision.NANOSECOND
