import pytest
from answers import answer_of, busy, clean
from hypothesis import given
from hypothesis import strategies as st

from trueup.doors.report import wording
from trueup.model.answers import Kpi, State
from trueup.model.faults import CATALOGUE


def kpi(state, *, warn=1.0, breach=2.0, higher_is_worse=True):
    return Kpi("k", "K", 1.0, "%", warn, breach, higher_is_worse, state, "")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (clean(), "No fault found. 2 codes could not be looked for."),
        (answer_of([], kpis=(), unchecked=()), "No fault found."),
        (answer_of([], kpis=(kpi(State.BREACH),)), "No fault found, but 1 figure breaches its threshold."),
        (busy(), "356 faults found in 9 families; 1 figure breaches its threshold."),
        (
            answer_of(list(busy().faults(1)), kpis=(kpi(State.WARN),)),
            "1 fault found in 1 family; no figure breaches its threshold.",
        ),
    ],
)
def test_the_verdict_is_one_true_sentence(answer, says):
    assert wording.verdict(answer) == says


def test_the_exit_code_follows_from_faults_and_breaches():
    assert wording.exit_code(clean()) == 0
    assert wording.exit_code(busy()) == 3
    assert wording.exit_code(answer_of([], kpis=(kpi(State.BREACH),))) == 3


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        (kpi(State.OK), "Warn ≥ 1 %, breach ≥ 2 %"),
        (kpi(State.OK, warn=98, breach=95.5, higher_is_worse=False), "Warn ≤ 98 %, breach ≤ 95.5 %"),
        (kpi(State.OK, warn=None), "Breach ≥ 2 %"),
        (kpi(State.OK, warn=None, breach=None), "No threshold set"),
    ],
)
def test_thresholds_say_in_which_direction_they_hurt(figure, says):
    assert wording.thresholds(figure) == says


def test_consequences_are_counted_apart_or_not_mentioned():
    assert wording.consequences(busy()).startswith("326 faults have a cause of their own, 30 follow")
    assert wording.consequences(clean()) == ""


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (0, "0"),
        (1_234_567, "1,234,567"),
        (99.96, "100"),
        (-0.5, "-0.5"),
        (1e-9, "0"),
        (float("nan"), "?"),
        (float("-inf"), "?"),
    ],
)
def test_numbers_are_short_and_never_crash(value, says):
    assert wording.number(value) == says


@pytest.mark.parametrize(
    ("n", "says"), [(1, "1 hour"), (24, "24 hours"), (48, "2 days"), (50, "50 hours"), (168, "7 days")]
)
def test_times_to_act_are_told_in_days_from_two_on(n, says):
    assert wording.hours(n) == says


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01"])
def test_what_is_no_instant_is_left_as_it_is(text):
    assert wording.instant(text) == text


@given(st.text())
def test_nothing_invisible_is_left_in_what_is_shown(text):
    shown = wording.visible(text)
    assert shown.isprintable()


def test_every_fix_of_the_catalogue_falls_into_steps_that_lose_no_word():
    for entry in CATALOGUE.values():
        steps = wording.steps(entry.fix)
        assert all(step.strip() == step and step for step in steps), entry.code
        assert " ".join(steps).split() == entry.fix.split(), entry.code
