"""Time zones and their offsets. Knows no text forms; takes every rule from the tzdata package, never the machine.

So the same file gives the same instants on every machine, also where no system zone database is installed.
Local times are seconds since 1970-01-01T00:00:00 on the wall clock; offsets are seconds east of UTC.
"""

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY_SECONDS = 86_400
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock, no instant
FIRST_YEAR, LAST_YEAR = 1900, 2100  # what the tables cover; other years are looked up one by one
UNIQUE, GAP, FOLD = 0, 1, 2


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
    *folders, leaf = known.split("/")
    place = resources.files("tzdata.zoneinfo")
    for folder in folders:
        place = place.joinpath(folder)
    with place.joinpath(leaf).open("rb") as data:
        return ZoneInfo.from_file(data, key=known)


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


@dataclass(frozen=True, slots=True)
class OffsetTable:
    """A zone's offsets from 1900 to 2100, for whole columns.

    `changes` are UTC seconds; `offsets` has one more member. A change moves the wall clock from `maybe`
    (local second from which it may have happened) to `surely` (from which it surely has); what lies between
    occurs twice or not at all.
    """

    changes: NDArray[np.int64]
    offsets: NDArray[np.int64]
    maybe: NDArray[np.int64]
    surely: NDArray[np.int64]

    def to_utc(
        self, local: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
        """(UTC seconds, offsets, UNIQUE | GAP | FOLD) of local seconds; only where UNIQUE the first two hold."""
        passed = np.searchsorted(self.surely, local, side="right")
        begun = np.searchsorted(self.maybe, local, side="right")
        offset = self.offsets[passed]
        state = np.zeros(len(local), np.int8)
        between = np.flatnonzero(begun != passed)
        if len(between):
            at = passed[between]
            state[between] = np.where(self.offsets[at + 1] > self.offsets[at], GAP, FOLD)
        return local - offset, offset, state

    def at(self, instant: NDArray[np.int64]) -> NDArray[np.int64]:
        """The offsets at UTC seconds."""
        return self.offsets[np.searchsorted(self.changes, instant, side="right")]


@cache
def offset_table(name: str) -> OffsetTable:
    """The table of a zone, found by asking zoneinfo day by day and then to the second."""
    zone = zone_named(name)
    start = round((datetime(FIRST_YEAR, 1, 1) - EPOCH).total_seconds()) - 2 * DAY_SECONDS  # noqa: DTZ001
    end = round((datetime(LAST_YEAR + 1, 1, 1) - EPOCH).total_seconds()) + 2 * DAY_SECONDS  # noqa: DTZ001
    changes: list[int] = []
    offsets = [offset_at(start, zone)]
    for day in range(start, end, DAY_SECONDS):
        while (at_end := offset_at(day + DAY_SECONDS, zone)) != offsets[-1]:
            early, late = (changes[-1] if changes and changes[-1] > day else day), day + DAY_SECONDS
            while late - early > 1:
                middle = (early + late) // 2
                if offset_at(middle, zone) == offsets[-1]:
                    early = middle
                else:
                    late = middle
            changes.append(late)
            offsets.append(offset_at(late, zone))
            if offsets[-1] == at_end:
                break
    moved, known = np.array(changes, np.int64), np.array(offsets, np.int64)
    return OffsetTable(
        changes=moved,
        offsets=known,
        maybe=moved + np.minimum(known[:-1], known[1:]),
        surely=moved + np.maximum(known[:-1], known[1:]),
    )
