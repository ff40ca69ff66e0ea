"""The leg that says how everything stands: deliveries, calls, what was given up, what waits for a person.

Joins delivery and intake. Changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.delivery.comparisons import store as comparisons
from trueup.delivery.history import store as history
from trueup.delivery.letters import store as letters
from trueup.delivery.tasks import store as tasks
from trueup.intake.quarantine.store import Wanted
from trueup.intake.quarantine.store import waiting as quarantined
from trueup.journey.dead_letters import alarming

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from trueup.delivery.comparisons.store import Comparison
    from trueup.delivery.history.store import Calls, Count
    from trueup.delivery.letters.alert import Alert
    from trueup.delivery.letters.store import Group
    from trueup.delivery.tasks.store import Count as Tasks
    from trueup.intake.quarantine.store import Waiting
    from trueup.journey.arrive import Shelf

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Overview:
    """How everything stands now. `calls` are those of the last hour."""

    at: datetime
    deliveries: Sequence[Count]
    calls: Sequence[Calls]
    tasks: Sequence[Tasks]
    dead: Sequence[Group]
    alerts: Sequence[Alert]
    compared: Sequence[Comparison]
    quarantined: Sequence[Waiting]

    @property
    def wrong(self) -> bool:
        """Whether somebody has to look: something is late, too much was given up, or a target holds something else."""
        late = [one.overdue for one in self.deliveries] + [one.overdue for one in self.tasks]
        differ = any(one.causes or one.failed for one in self.compared)
        return bool(self.alerts) or differ or any(late)


async def overview(shelf: Shelf, now: datetime) -> Overview:
    """How everything stands."""
    database = shelf.database
    return Overview(
        now,
        await history.counts(database),
        await history.calls(database, now - HOUR),
        await tasks.counts(database),
        await letters.groups(database),
        await alarming(shelf, now),
        await comparisons.latest(database),
        await quarantined(database, Wanted()),
    )
