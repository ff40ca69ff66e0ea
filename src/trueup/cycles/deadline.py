"""Until when a completion has to be in the review system. Knows the calendar, no target.

Before the cut-off of the cycle that it counts for: by then, at the latest. What comes after the cut-off has the cycle's
own time from its arrival (requirements F9c): it is urgent. A deadline is never before the arrival, so that whatever
waits is overtaken only by what is due before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from trueup.model.settings import CycleSettings

USUAL = timedelta(hours=24)  # that a completion has where no cut-off is near


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when, and whether that is so near that the reserve may be used."""

    at: datetime
    urgent: bool


def deadline(
    cycles: Iterable[CycleSettings], occurred_at: datetime | None, received_at: datetime
) -> Deadline:
    """The deadline of a completion that happened and came then; where its source says no time, by its arrival."""
    happened = occurred_at or received_at
    for cycle in cycles:
        if not cycle.opens_at <= happened <= cycle.cutoff_at:
            continue
        sla = timedelta(hours=cycle.sla_hours)
        if received_at > cycle.cutoff_at:
            return Deadline(received_at + sla, urgent=True)
        at = min(received_at + USUAL, cycle.cutoff_at)
        return Deadline(max(at, received_at), urgent=at - received_at <= sla)
    return Deadline(received_at + USUAL, urgent=False)
