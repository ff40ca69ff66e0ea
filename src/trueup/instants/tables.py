"""A zone's offsets for whole columns, from 1900 to 2100. Knows no single texts; other years are looked up elsewhere.

The changes up to the last one that the zone's file lists come from there (RFC 8536); those that its rule goes on
to make are found by asking zoneinfo week by week, and then to the second.
"""

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from trueup.instants.zones import DAY_SECONDS, EPOCH, offset_at, zone_file, zone_named

FIRST_YEAR, LAST_YEAR = 1900, 2100
UNIQUE, GAP, FOLD = 0, 1, 2

_START = round((datetime(FIRST_YEAR, 1, 1) - EPOCH).total_seconds()) - 2 * DAY_SECONDS  # noqa: DTZ001 - a wall clock
_END = round((datetime(LAST_YEAR + 1, 1, 1) - EPOCH).total_seconds()) + 2 * DAY_SECONDS  # noqa: DTZ001 - a wall clock
_WEEK = 7 * DAY_SECONDS  # no rule of the package keeps an offset for less than four
_HEADER = struct.Struct(">4s1s15x6L")  # RFC 8536, 3.1


@dataclass(frozen=True, slots=True)
class OffsetTable:
    """When a zone's offset changed, and to what.

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
    """The table of a zone; ValueError where no zone is called so."""
    zone = zone_named(name)
    data = zone_file(zone.key)
    listed = [moment for moment in _listed(data) if _START < moment < _END]
    rule = data.rstrip(b"\n").rpartition(b"\n")[
        2
    ]  # as "CET-1CEST,M3.5.0,M10.5.0/3"; no comma: the last offset stays
    ruled = _ruled(max([_START, *listed]), zone) if b"," in rule else []
    changes, offsets = [], [offset_at(_START, zone)]
    for moment in (*listed, *ruled):
        if (offset := offset_at(moment, zone)) != offsets[-1]:
            changes.append(moment)
            offsets.append(offset)
    moved, known = np.array(changes, np.int64), np.array(offsets, np.int64)
    return OffsetTable(
        changes=moved,
        offsets=known,
        maybe=moved + np.minimum(known[:-1], known[1:]),
        surely=moved + np.maximum(known[:-1], known[1:]),
    )


def _listed(data: bytes) -> tuple[int, ...]:
    """The moments of change in a TZif file, from its block of 64-bit times."""
    _, _, isut, isstd, leap, times, types, chars = _HEADER.unpack_from(data)
    second = _HEADER.size + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    count = _HEADER.unpack_from(data, second)[5]
    return struct.unpack_from(f">{count}q", data, second + _HEADER.size)


def _ruled(start: int, zone: ZoneInfo) -> list[int]:
    """The moments of change from `start` on, at most one a week."""
    found = []
    for week, following in pairwise([*range(start, _END, _WEEK), _END]):
        before = offset_at(week, zone)
        if offset_at(following, zone) != before:
            early, late = week, following
            while late - early > 1:
                middle = (early + late) // 2
                early, late = (middle, late) if offset_at(middle, zone) == before else (early, middle)
            found.append(late)
    return found
