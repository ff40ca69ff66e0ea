"""Writing moments down: seconds or milliseconds since 1970 as the text a system would export. Knows no calendar."""

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def utc_text(second: int) -> str:
    """ISO 8601, UTC, whole seconds.

    >>> utc_text(1790726400)
    '2026-09-30T00:00:00Z'
    """
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_milli_text(milli: int) -> str:
    """ISO 8601, UTC, milliseconds; sorts as text the way it sorts in time.

    >>> utc_milli_text(1790726400042)
    '2026-09-30T00:00:00.042Z'
    """
    second, rest = divmod(milli, 1000)
    return f"{utc_text(second)[:-1]}.{rest:03d}Z"


def local_text(second: int, zone: ZoneInfo) -> str:
    """ISO 8601 with the zone's offset at that moment.

    >>> local_text(1790726400, ZoneInfo("Europe/Berlin"))
    '2026-09-30T02:00:00+02:00'
    """
    return datetime.fromtimestamp(second, zone).isoformat()


def offset_minutes(second: int, zone: ZoneInfo) -> int:
    """Minutes east of UTC at that moment."""
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if offset is None else offset // timedelta(minutes=1)


def http_date(second: int) -> str:
    """The date form of Retry-After (RFC 9110, 5.6.7)."""
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


def local_second(day: date, second_of_day: int, zone: ZoneInfo) -> int:
    """The moment at which a wall clock of that zone shows this time of this day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return int((midnight + timedelta(seconds=second_of_day)).timestamp())
