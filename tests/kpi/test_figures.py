"""Figures are shares of what was counted, and a threshold is reached where the figure stands on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.kpi.figures import MEASURES, UNTOLD, Counted, figures, state_of
from trueup.model.answers import State

WHOLE = Counted(
    due=2_000,
    missing=11,
    undelivered=4,
    verified=1_980,
    wrong_times=2,
    wrong_scores=0,
    persons=400,
    doubled=3,
    exposures=1,
    latency_mean=5.25,
    latency_p95=49.0,
    latency_of=1_900,
    headroom=0.0,
    headroom_cycle="2026-Q1",
)

FIGURES = [
    ("missing_rate", 0.55, State.BREACH),  # 11 of 2,000 is over half a percent
    ("verified_rate", 99.0, State.WARN),  # on the breach: lower would be one
    ("dead_letter_rate", 0.2, State.OK),
    ("sync_latency_mean", 5.25, State.OK),  # only informs
    ("sync_latency_p95", 49.0, State.WARN),  # over two days
    ("duplicate_account_rate", 0.75, State.WARN),  # of people, not of records
    ("time_fault_rate", 0.1, State.OK),
    ("score_fault_rate", 0.0, State.OK),  # none is a figure, not an unknown
    ("exposure_count", 1.0, State.BREACH),  # one is too many
    ("cutoff_headroom", 0.0, State.WARN),  # ended on the cut-off: just in time
]


@pytest.mark.parametrize(("key", "value", "state"), FIGURES)
def test_figure_is_its_share_in_its_state(key, value, state):
    (kpi,) = (one for one in figures(WHOLE, {}) if one.key == key)
    assert (kpi.value, kpi.state) == (value, state)


def test_every_measure_is_told_once():
    assert [kpi.key for kpi in figures(WHOLE, {})] == list(MEASURES)


def test_what_the_logs_cannot_tell_is_unknown_and_never_nought():
    states = {kpi.key: (kpi.value, kpi.state) for kpi in figures(Counted(due=100), {})}
    told = {"missing_rate", "dead_letter_rate"}
    assert {key for key, (value, _) in states.items() if value is None} == set(MEASURES) - told
    assert all(states[key] == (None, State.UNKNOWN) for key in set(MEASURES) - told)


def test_nothing_due_is_no_share_at_all():
    values = {kpi.key: kpi.value for kpi in figures(Counted(due=0, persons=0, verified=0), {})}
    assert values["missing_rate"] is values["verified_rate"] is values["duplicate_account_rate"] is None


def test_sentence_names_part_and_whole():
    says = {kpi.key: kpi.says for kpi in figures(WHOLE, {})}
    assert says["missing_rate"] == "11 of 2,000 completions that ought to be in the review system are not"
    assert "2026-Q1" in says["cutoff_headroom"]


def test_figure_that_cannot_be_told_says_what_is_missing():
    says = {kpi.key: kpi.says for kpi in figures(Counted(), {})}
    assert says == UNTOLD
    assert "no cut-off" in says["cutoff_headroom"]


def test_declared_threshold_goes_before_the_usual_one():
    (kpi,) = (one for one in figures(WHOLE, {"missing_rate": (1.0, 2.0)}) if one.key == "missing_rate")
    assert (kpi.warn, kpi.breach, kpi.state) == (1.0, 2.0, State.OK)


STATES = [
    (0.5, 0.2, 0.5, True, State.BREACH),  # on the breach
    (0.49, 0.2, 0.5, True, State.WARN),
    (0.2, 0.2, 0.5, True, State.WARN),  # on the warning
    (0.19, 0.2, 0.5, True, State.OK),
    (99.0, 99.5, 99.0, False, State.WARN),  # lower is worse: on the breach is not below it
    (98.9, 99.5, 99.0, False, State.BREACH),
    (99.5, 99.5, 99.0, False, State.OK),
    (1e9, None, None, True, State.OK),  # no threshold, no breach
    (1.0, None, 0.5, True, State.BREACH),  # a breach without a warning before it
    (None, 0.2, 0.5, True, State.UNKNOWN),  # nothing measured
]


@pytest.mark.parametrize(("value", "warn", "breach", "higher_is_worse", "state"), STATES)
def test_state_follows_the_thresholds(value, warn, breach, higher_is_worse, state):
    assert state_of(value, warn, breach, higher_is_worse=higher_is_worse) is state


_ORDER = [State.OK, State.WARN, State.BREACH]


@given(
    one=st.floats(0, 100),
    other=st.floats(0, 100),
    limits=st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted),
    higher_is_worse=st.booleans(),
)
def test_worse_figure_is_never_in_a_better_state(one, other, limits, higher_is_worse):
    warn, breach = limits if higher_is_worse else limits[::-1]
    better, worse = sorted((one, other), reverse=not higher_is_worse)
    states = [state_of(value, warn, breach, higher_is_worse=higher_is_worse) for value in (better, worse)]
    assert _ORDER.index(states[0]) <= _ORDER.index(states[1])


@given(due=st.integers(0, 10**7), missing=st.integers(0, 10**7))
def test_share_lies_between_nought_and_a_hundred(due, missing):
    (kpi,) = (
        one for one in figures(Counted(due=due, missing=min(due, missing)), {}) if one.key == "missing_rate"
    )
    assert kpi.value is None if due == 0 else 0 <= kpi.value <= 100
