"""What is known of a moment once its raw text has been read. Knows no parsing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Precision(StrEnum):
    """How finely the text says when; coarsest first."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    SECOND = "second"
    MILLISECOND = "millisecond"
    MICROSECOND = "microsecond"
    NANOSECOND = "nanosecond"


class Unsettled(StrEnum):
    """Why a text gives no single instant. Each is a finding, never a guess."""

    NAIVE = "naive"  # no offset, and no zone is declared: TU0201
    FOLD = "fold"  # the local time occurs twice (clocks went back): TU0201
    GAP = "gap"  # the local time does not occur (clocks went forward): TU0205
    ORDER = "order"  # day and month can't be told apart, and no order is declared: TU0205
    UNPARSEABLE = "unparseable"  # no rule reads it: TU0205
    NEVER = "never"  # the source's own word for "no time": 0, "-", "never", "null"


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment as given and as understood (requirements F2a-c).

    `at` is aware, in UTC, and the start of the interval where `precision` is a day or coarser;
    None where `unsettled` says why. `offset_minutes` is what the text or its zone says, None where
    neither does. `rule` names the rule that read the text.
    """

    raw: str
    at: datetime | None
    offset_minutes: int | None
    zone: str | None
    precision: Precision | None
    rule: str
    unsettled: Unsettled | None = None
    until: datetime | None = None  # end of the interval (exclusive) where precision is a day or coarser
