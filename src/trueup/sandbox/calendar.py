"""The review calendar and the schedule of sync runs. Knows no people and no records."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from trueup.sandbox.moments import DAY, HOUR, MINUTE, local_second, local_text, utc_text
from trueup.sandbox.rows import Cycle

ZONE_KEY = "Europe/Berlin"
ZONE = ZoneInfo(ZONE_KEY)
SLA_HOURS = 2
LAST_RUN_BEFORE = 30 * MINUTE  # the last run before a cut-off starts this long before it


@dataclass(frozen=True, slots=True)
class ReviewCycle:
    """One cycle; all in seconds since 1970. The next opens when the grace of this one is over: none overlap."""

    key: str
    opens: int
    cutoff: int
    grace_until: int
    frozen: int

    def row(self) -> Cycle:
        """Its row of cycles.csv."""
        return Cycle(
            cycle=self.key,
            opens_at=local_text(self.opens, ZONE),
            cutoff_at=local_text(self.cutoff, ZONE),
            grace_until=local_text(self.grace_until, ZONE),
            frozen_at=local_text(self.frozen, ZONE),
            zone=ZONE_KEY,
            sla_hours=str(SLA_HOURS),
        )

    def holds(self, at: int) -> bool:
        """Whether a completion at that moment counts for this cycle, grace included."""
        return self.opens <= at <= self.grace_until


@dataclass(frozen=True, slots=True)
class Run:
    """One planned sync run. `room` is the time until the next run starts, in seconds."""

    run_id: str
    starts: int
    room: int
    cycle: int


def make_cycle(year: int, quarter: int) -> ReviewCycle:
    """A quarter from its third day to its last second; three days of grace; frozen after nine days more."""
    after_year, after_month = (year, quarter * 3 + 1) if quarter < 4 else (year + 1, 1)
    cutoff = local_second(date(after_year, after_month, 1), 0, ZONE) - 1
    return ReviewCycle(
        key=f"{year}-Q{quarter}",
        opens=local_second(date(year, quarter * 3 - 2, 3), 0, ZONE),
        cutoff=cutoff,
        grace_until=local_second(date(after_year, after_month, 3), 0, ZONE) - 1,
        frozen=local_second(date(after_year, after_month, 10), 0, ZONE) - 1,
    )


def make_cycles(year: int) -> tuple[ReviewCycle, ...]:
    """The three cycles that end with the third quarter."""
    return tuple(make_cycle(year, quarter) for quarter in (1, 2, 3))


def _starts(cycle: ReviewCycle) -> Iterator[int]:
    """Nightly; three-hourly in the last three days, hourly on the last; half-hourly through the grace."""
    last = cycle.cutoff + 1 - LAST_RUN_BEFORE
    dense = last - 3 * DAY
    night = cycle.opens + DAY + 90 * MINUTE
    while night < dense - 2 * HOUR:
        yield night
        night += DAY
    yield from range(dense, last - DAY, 3 * HOUR)
    yield from range(last - DAY, last + 1, HOUR)
    yield from range(cycle.cutoff + 1 + 15 * MINUTE, cycle.grace_until + 2 * HOUR, 30 * MINUTE)


def make_runs(cycles: tuple[ReviewCycle, ...]) -> tuple[Run, ...]:
    """All runs of all cycles, in order of time."""
    starts = [(at, number) for number, cycle in enumerate(cycles) for at in _starts(cycle)]
    ends = [at for at, _ in starts[1:]] + [starts[-1][0] + 30 * MINUTE]
    return tuple(
        Run(f"run-{utc_text(at)[:16].replace('-', '').replace(':', '')}", at, end - at, number)
        for (at, number), end in zip(starts, ends, strict=True)
    )


def first_run_after(runs: tuple[Run, ...], starts: list[int], at: int) -> Run:
    """The run that picks up what changed at that moment; `starts` are the runs' starts."""
    return runs[bisect_right(starts, at)]
