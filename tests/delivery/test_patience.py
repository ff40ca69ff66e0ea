"""Waits, batches and the alert: numbers alone."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.delivery import patience
from trueup.delivery.letters.alert import Alert, alerts
from trueup.delivery.letters.store import Rate


@given(st.integers(0, 10_000), st.integers())
def test_a_wait_doubles_has_jitter_and_ends_somewhere(failed, seed):
    wait = patience.backoff(failed, Random(seed)).total_seconds()
    most = min(patience.LONGEST, 2.0 ** min(max(failed, 1) - 1, 30))
    assert most / 2 <= wait <= most


def test_those_who_failed_together_do_not_come_back_together():
    assert len({patience.backoff(4, Random(seed)) for seed in range(50)}) == 50


def test_a_batch_grows_by_one_and_halves():
    assert patience.grown(4.0, 10) == 5.0
    assert patience.grown(10.0, 10) == 10.0
    assert patience.halved(9.0) == 4.5
    assert patience.halved(1.0) == 1.0


@pytest.mark.parametrize(
    ("ended", "died", "alarms"),
    [
        (1000, 5, False),  # 0.5 % is the threshold
        (1000, 6, True),
        (20, 1, True),
        (19, 1, False),  # too few to speak of a share
        (19, 5, True),  # but so many are not chance
        (0, 0, False),
    ],
)
def test_the_share_of_what_died_alarms_once_enough_has_ended(ended, died, alarms):
    assert alerts([Rate("hr", ended, died)]) == ([Alert("hr", died, ended)] if alarms else [])
