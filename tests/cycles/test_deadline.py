"""Until when a completion has to be there."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.cycles.deadline import deadline
from trueup.model.settings import CycleSettings

OPENS, CUTOFF = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
CYCLE = CycleSettings("2026-H2", OPENS, CUTOFF, sla_hours=2)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("occurred", "received", "at", "urgent"),
    [
        (OPENS, OPENS + HOUR, OPENS + 25 * HOUR, False),
        (CUTOFF - 3 * HOUR, CUTOFF - 3 * HOUR, CUTOFF, False),
        (CUTOFF - HOUR, CUTOFF - HOUR, CUTOFF, True),
        (CUTOFF - HOUR, CUTOFF, CUTOFF, True),
        (CUTOFF, CUTOFF + HOUR, CUTOFF + 3 * HOUR, True),  # late: it has the cycle's own time
        (CUTOFF + HOUR, CUTOFF + HOUR, CUTOFF + 25 * HOUR, False),  # it counts for another cycle
        (None, CUTOFF - HOUR, CUTOFF, True),  # no time: by its arrival
        (None, CUTOFF + HOUR, CUTOFF + 25 * HOUR, False),
    ],
)
def test_the_deadline(occurred, received, at, urgent):
    told = deadline([CYCLE], occurred, received)
    assert (told.at, told.urgent) == (at, urgent)


INSTANTS = st.integers(0, 730 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + hours * HOUR)


@given(st.none() | INSTANTS, INSTANTS)
def test_no_deadline_is_before_the_arrival(occurred, received):
    assert deadline([CYCLE], occurred, received).at >= received
