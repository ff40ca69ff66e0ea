"""How long is waited before the next try, and how many records go in one call. Knows numbers, no call.

Waits double, with jitter, so that those who failed together don't come back together; a batch grows by one with each
call that went well, and halves with each that did not (requirements F3b, F4c).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

FIRST = 1.0  # seconds
LONGEST = 900.0  # seconds
TRIES = 12  # writes of one delivery before it is given up
DENIED = 60.0  # seconds that a target is left alone that does not let us in
QUIET = 60.0  # seconds at most that a destination is left alone that fails
QUIET_AFTER = 5  # calls that failed in a row, before the whole destination is left alone


def backoff(failed: int, dice: Random, first: float = FIRST, longest: float = LONGEST) -> timedelta:
    """The wait after so many failures in a row: half of it is certain, half is chance.

    >>> from random import Random
    >>> 2.0 <= backoff(3, Random(1)).total_seconds() <= 4.0
    True
    """
    most = min(longest, first * 2.0 ** min(max(failed, 1) - 1, 30))
    return timedelta(seconds=most / 2 + dice.random() * most / 2)


def grown(batch: float, most: int) -> float:
    """One more record in the next call, at most as many as the vendor takes."""
    return min(float(most), batch + 1.0)


def halved(batch: float) -> float:
    """Half as many records in the next call, at least one."""
    return max(1.0, batch / 2.0)
