"""From a time on the wall clock to instants: offsets, zones, intervals. Knows no text forms.

An offset in the text goes before a zone in the text, and that before the declared zone. A day begins at its
first instant: at 01:00 where midnight is skipped, at the first midnight where there are two.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from trueup.instants.civil import Civil
from trueup.instants.layout import Layout
from trueup.instants.zones import DAY_SECONDS, first_instant, offsets_around, zone_named
from trueup.model.instants import Instant, Precision, Unsettled

INTERVALS = (Precision.DAY, Precision.MONTH, Precision.YEAR)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = round((datetime(1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
_END = round((datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()) + DAY_SECONDS
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """What the text itself says about its place."""

    seconds: int | None  # offset
    known: bool  # False for -00:00: the instant is known, the local offset is not (RFC 3339, 4.3)
    zone: ZoneInfo | None


def none(raw: str, rule: str, reason: Unsettled, precision: Precision | None = None) -> Instant:
    """The Instant that says why there is no instant; what can't be read has no precision."""
    told = precision if reason in (Unsettled.NAIVE, Unsettled.FOLD, Unsettled.GAP, Unsettled.ORDER) else None
    return Instant(raw, None, None, None, told, rule, reason)


def said_by(layout: Layout, digits: str) -> Said | None:
    """The offset and zone in the text; None where they can't be."""
    seconds, known, zone = layout.offset, True, None
    if layout.sign:
        hours, minutes, rest = (
            _int(layout, digits, f"offset_{part}") for part in ("hour", "minute", "second")
        )
        if hours > 23 or minutes > 59 or rest > 59:
            return None
        seconds = layout.sign * (hours * 3600 + minutes * 60 + rest)
        known = layout.sign > 0 or seconds != 0
    if layout.zone is not None:
        numbers = iter(digits[slice(*layout.parts.get("zone", (0, 0)))])
        try:
            zone = zone_named("".join(next(numbers, "0") if char == "0" else char for char in layout.zone))
        except ValueError:
            return None
    return Said(seconds, known, zone)


def placed(raw: str, layout: Layout, civil: Civil, digits: str, declared: str | None) -> Instant:
    """The instant, or interval, of a wall-clock time; NAIVE, FOLD or GAP where no single one follows."""
    said, local = said_by(layout, digits), civil.day * DAY_SECONDS + civil.second
    if said is None or not _FIRST <= local < _END:
        return none(raw, civil.rule, Unsettled.UNPARSEABLE)
    zone = said.zone or (zone_named(declared) if declared and said.seconds is None else None)
    if layout.precision in INTERVALS:
        return _interval(raw, layout.precision, civil, said, zone)
    if zone is None and said.seconds is None:
        return none(raw, civil.rule, Unsettled.NAIVE, layout.precision)
    offset = _offset_of(local, layout, said, zone)
    if isinstance(offset, Unsettled):
        return none(raw, civil.rule, offset, layout.precision)
    at = moment(local - offset, civil.nano)
    if at is None or (civil.leap and (at.hour, at.minute) != (23, 59)):
        return none(raw, civil.rule, Unsettled.UNPARSEABLE)  # leap seconds end a UTC day
    return Instant(
        raw,
        at,
        minutes(offset) if said.known else None,
        zone.key if zone else None,
        layout.precision,
        civil.rule,
    )


def _offset_of(local: int, layout: Layout, said: Said, zone: ZoneInfo | None) -> int | Unsettled:
    """The offset said; else the zone's, where it has just one at that local time."""
    if zone is None:
        return said.seconds or 0
    before, after = offsets_around(local, zone)
    if said.seconds is not None:
        agree = layout.offset is not None or said.seconds in (before, after)  # Z only says that UTC is known
        return said.seconds if agree else Unsettled.UNPARSEABLE
    if before == after:
        return before
    return Unsettled.FOLD if before > after else Unsettled.GAP


def _interval(raw: str, precision: Precision, civil: Civil, said: Said, zone: ZoneInfo | None) -> Instant:
    """The days from `civil.day` to `civil.end_day` (exclusive), nominal in UTC where nothing says where."""
    start, end, offset, key = civil.day * DAY_SECONDS, civil.end_day * DAY_SECONDS, said.seconds, None
    if zone is not None and offset is None:
        key = zone.key
        start, offset = first_instant(start, zone)
        if start + offset >= end:
            return none(raw, civil.rule, Unsettled.GAP, precision)  # the zone skipped the whole day
        end = first_instant(end, zone)[0] if end < _END else end
    else:
        start, end = start - (offset or 0), end - (offset or 0)
    at, until = moment(start, 0), moment(end, 0) or _LATEST
    if at is None:  # pragma: no cover - only 0001-01-01 could be, and that is NEVER
        return none(raw, civil.rule, Unsettled.UNPARSEABLE)
    return Instant(raw, at, minutes(offset) if said.known else None, key, precision, civil.rule, until=until)


def moment(second: int, nano: int) -> datetime | None:
    """The instant of a UTC second, cut to microseconds; None outside the years 1 to 9999."""
    if not _FIRST <= second < _END:
        return None
    return _EPOCH + timedelta(seconds=second, microseconds=nano // 1000)


def minutes(seconds: int | None) -> int | None:
    """An offset in whole minutes, half ones up: local mean times before about 1920 have odd seconds."""
    return None if seconds is None else (seconds + 30) // 60


def _int(layout: Layout, digits: str, part: str) -> int:
    start, stop = layout.parts.get(part, (0, 0))
    return int(digits[start:stop] or "0")
