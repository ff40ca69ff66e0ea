"""Time zones and their offsets. Knows no text forms; takes every rule from the tzdata package, never the machine.

So the same file gives the same instants on every machine, also where no system zone database is installed.
Local times are seconds since 1970-01-01T00:00:00 on the wall clock; offsets are seconds east of UTC.
"""

import difflib
import io
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock, no instant


@cache
def zone_names() -> frozenset[str]:
    """All IANA names of the tzdata package, links included."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def names_by_lower_case() -> dict[str, str]:
    """IANA name by its lower-case spelling; no two differ in case only."""
    return {name.lower(): name for name in zone_names()}


@cache
def zone_named(name: str) -> ZoneInfo:
    """The zone of that IANA name, in any case; ValueError naming close matches where there is none."""
    known = names_by_lower_case().get(name.strip().lower())
    if known is None:
        near = difflib.get_close_matches(name.strip().lower(), names_by_lower_case(), n=3, cutoff=0.6)
        near = near or [lower for lower in sorted(names_by_lower_case()) if name.strip().lower() in lower][:3]
        hint = ", ".join(names_by_lower_case()[lower] for lower in near) or "Europe/Berlin"
        raise ValueError(f"there is no time zone {name[:80]!r}; close to it: {hint}")
    return ZoneInfo.from_file(io.BytesIO(zone_file(known)), key=known)


def zone_file(known: str) -> bytes:
    """The compiled zone (TZif, RFC 8536) of a known name in its own spelling."""
    place = resources.files("tzdata.zoneinfo")
    for part in known.split("/"):
        place = place.joinpath(part)
    return place.read_bytes()


def offsets_around(local: int, zone: ZoneInfo) -> tuple[int, int]:
    """The two offsets that PEP 495 gives a local time: equal where it is unique.

    First greater: it occurs twice (fold). First smaller: it does not occur (gap).
    """
    clock = (EPOCH + timedelta(seconds=local)).replace(tzinfo=zone)
    before, after = clock.utcoffset(), clock.replace(fold=1).utcoffset()
    if before is None or after is None:  # pragma: no cover - a ZoneInfo always answers for a datetime
        raise ValueError(f"{zone.key} has no offset at {clock}")
    return round(before.total_seconds()), round(after.total_seconds())


def first_instant(local: int, zone: ZoneInfo) -> tuple[int, int]:
    """(UTC second, offset) of the first instant whose local time is `local` or, where that is skipped, later.

    This is where a day begins: America/Sao_Paulo skipped midnight in summer, so those days began at 01:00;
    where midnight occurs twice the day begins at the first.
    """
    before, after = offsets_around(local, zone)
    if before >= after:
        return local - before, before
    early, late = local - after, local - before  # the clock jumps after `early` and at or before `late`
    while late - early > 1:
        middle = (early + late) // 2
        if offset_at(middle, zone) == before:
            early = middle
        else:
            late = middle
    return late, after


def offset_at(instant: int, zone: ZoneInfo) -> int:
    """The offset of a zone at a UTC second."""
    moment = (EPOCH + timedelta(seconds=instant)).replace(tzinfo=UTC)
    offset = moment.astimezone(zone).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0
