"""The matrix converts every score of a scale exactly, in order, and by the rounding that the scale declares."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.model.scales import Scale
from trueup.scoring.matrix import (
    LOOSE,
    agrees,
    back,
    canonical,
    expected,
    is_canonical,
    latest_of,
    named,
    parse_points,
    parse_rounding,
    rounded,
    scales,
    version_order,
)

FIVE = Scale("1-5", "1", 1, 5, points=((1, 0), (2, 25), (3, 50), (4, 75), (5, 100)))
BENT = Scale("bent", "1", 0, 10, points=((0, 0), (5, 80), (10, 100)))  # lenient at the low end
GERMAN = Scale("noten", "1", 1, 6, points=((1, 100), (4, 50), (6, 0)))  # 1 is the best
LINEAR = Scale("0-20", "1", 0, 20)
HUNDRED = Scale("percent", "1", 0, 100)
STEPS = Scale("steps", "1", 1, 4, points=((1, 0), (2, 50), (3, 50), (4, 100)))  # two scores collide


def _rounds(rule: str, digits: int = 0) -> Scale:
    return Scale("any", "1", 0, 100, rounding=rule, digits=digits)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("1=0;2=25;5=100", ((1, 0), (2, 25), (5, 100))),  # as the contract writes it
        (" 5 = 100 ; 1 = 0 ", ((1, 0), (5, 100))),  # blanks and another order change nothing
        ("1=0;;5=100;", ((1, 0), (5, 100))),  # empty parts are no points
        ("A=4;B=3", ()),  # letters are no scores on a line
        ("1=0;2=many;5=100", ((1, 0), (5, 100))),  # a pair that is no number is left out
        ("nan=0;1=nan;2=inf;3=30", ((3, 30),)),  # not-a-number and infinity are no numbers
        ("-2=0;2=100", ((-2, 0), (2, 100))),  # a scale may go below nought
        ("", ()),  # no matrix
    ],
)
def test_points_are_read_in_order_of_score(text, points):
    assert parse_points(text) == points


@pytest.mark.parametrize(
    ("text", "rule", "digits"),
    [
        ("half_up", "half_up", 0),  # the contract's own words
        ("half-even", "half_even", 0),  # a dash for an underscore
        ("Half Down", "half_down", 0),  # capitals and a blank
        ("floor", "floor", 0),
        ("ceil", "ceil", 0),
        ("ceiling", "ceil", 0),  # the other word
        ("banker's", "half_even", 0),  # what accountants call it
        ("truncate", "floor", 0),  # cut off
        ("half_up:2", "half_up", 2),  # with the digits that it leaves
        ("2 decimals", "half_up", 2),  # digits alone: as people round
        ("round", "half_up", 0),
        ("round down", "floor", 0),  # says down, so never up
        ("ROUND_UP", "ceil", 0),  # says up
        ("ROUND_FLOOR", "floor", 0),  # the name that Python gives it
        ("ROUND_HALF_EVEN", "half_even", 0),
        ("none", "", None),  # nothing is rounded
        ("no rounding", "", None),  # the word "round" in a denial
        ("", "", None),
        ("as the teacher likes", "", None),  # an unknown rule is none, it is not guessed
    ],
)
def test_rounding_is_read_by_its_own_word(text, rule, digits):
    assert parse_rounding(text) == (rule, digits)


@given(st.text(max_size=30) | st.from_regex(r"half_up:[0-9]{1,12}", fullmatch=True))
def test_no_text_breaks_the_reading_of_rounding_points_or_versions(text):
    rule, digits = parse_rounding(text)
    assert (digits is None) == (rule == "")
    assert digits is None or 10.0**digits > 0
    assert all(isfinite(score) and isfinite(value) for score, value in parse_points(text))
    assert version_order(text) < version_order(text + ".1")


def test_superscript_digits_are_text_in_a_version():
    assert version_order("2²") > version_order("2")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2", "10"),  # numbers, not letters
        ("1.9", "1.10"),
        ("v1.9", "v1.10"),
        ("2024-12", "2025-01"),
        ("1", "1.1"),  # a longer version of the same start is later
    ],
)
def test_older_version_comes_first(older, newer):
    assert version_order(older) < version_order(newer)


def test_newest_version_of_each_scale_is_the_one_in_force():
    rows = [
        {"scale": " 1-5  Stars", "version": version, "min": 1.0, "max": 5.0, "step": None, "points": None}
        | {"rounding": None}
        for version in ("10", "9", "v2")
    ]
    assert latest_of(scales(rows[:2]))["1-5 stars"].version == "10"


def test_row_of_the_relation_becomes_a_scale():
    row = {"scale": "1-5", "version": "3", "min": 1, "max": 5.0, "step": 0.5, "points": "1=0;5=100"}
    (scale,) = scales([row | {"rounding": "half_even:1"}])
    assert scale == Scale("1-5", "3", 1.0, 5.0, 0.5, ((1, 0), (5, 100)), "half_even", 1)


@pytest.mark.parametrize(
    ("name", "is_hundred"),
    [
        ("0-100", True),
        ("0 to 100", True),
        ("Percent", True),
        ("%", True),
        ("1-100", False),  # starts at one
        ("1-5", False),
        ("points", False),  # of how many?
    ],
)
def test_name_that_can_only_mean_a_hundred_is_canonical(name, is_hundred):
    assert is_canonical(name) is is_hundred


def test_names_of_scales_are_compared_without_case_and_blanks():
    assert named(" 1-5   Stars ") == named("1-5 stars") != named("1-5stars")


@pytest.mark.parametrize(
    ("scale", "score", "hundred"),
    [
        (FIVE, 1, 0),  # the lowest
        (FIVE, 5, 100),  # the highest
        (FIVE, 3, 50),  # a point
        (FIVE, 3.5, 62.5),  # halfway between two points
        (BENT, 2.5, 40),  # the steep part
        (BENT, 7.5, 90),  # the flat part
        (GERMAN, 1, 100),  # the best is the lowest number
        (GERMAN, 5, 25),
        (STEPS, 2.5, 50),  # between two scores that mean the same
        (LINEAR, 15, 75),  # no points: a straight line between the ends
        (HUNDRED, 62.5, 62.5),  # already there
        (FIVE, 0.9, None),  # below the points
        (FIVE, 5.1, None),  # above them
        (Scale("flat", "1", 3, 3), 3, None),  # a scale of one score measures nothing
        (Scale("open", "1", 0, None), 3, None),  # an end is missing
    ],
)
def test_score_reads_on_a_hundred_as_the_matrix_says(hand, scale, score, hundred):
    assert hand.column(lambda t: canonical(t.score, scale), score=[float(score)]) == [hundred]


def test_missing_score_stays_missing(hand):
    (nothing,) = hand.column(
        lambda t: expected(t.score, _scale_with(FIVE, "half_up"), None), score=_floats(None)
    )
    assert nothing is None


def _floats(*values: float | None):
    import pyarrow as pa

    return pa.array(values, pa.float64())


def _scale_with(scale: Scale, rule: str, digits: int = 0) -> Scale:
    return Scale(scale.scale, scale.version, scale.low, scale.high, None, scale.points, rule, digits)


TIES = (0.5, 1.5, 2.5, 62.5, 63.5, 99.5)
ROUNDED = {
    "half_up": (1, 2, 3, 63, 64, 100),
    "half_down": (0, 1, 2, 62, 63, 99),
    "half_even": (0, 2, 2, 62, 64, 100),
    "floor": (0, 1, 2, 62, 63, 99),
    "ceil": (1, 2, 3, 63, 64, 100),
}


@pytest.mark.parametrize("rule", ROUNDED)
def test_tie_goes_where_its_rule_sends_it(hand, rule):
    said = hand.column(lambda t: rounded(t.value, _rounds(rule)), value=_floats(*TIES))
    assert tuple(said) == ROUNDED[rule]


@pytest.mark.parametrize("rule", ROUNDED)
def test_whole_number_is_its_own_rounding(hand, rule):
    whole = [float(n) for n in range(101)]
    assert hand.column(lambda t: rounded(t.value, _rounds(rule)), value=whole) == whole


@pytest.mark.parametrize(
    ("rule", "digits", "value", "right"),
    [
        ("half_up", 2, 2.675, 2.68),  # the float lies below the tie that was written
        ("half_even", 2, 2.675, 2.68),  # 7 is odd
        ("half_even", 2, 2.665, 2.66),  # 6 is even
        ("half_up", 1, 0.05, 0.1),
        ("floor", 2, 0.29, 0.29),  # 0.29 * 100 is 28.999999999999996
        ("ceil", 1, 1.1, 1.1),  # 1.1 * 10 is 11.000000000000002
    ],
)
def test_written_decimals_are_rounded_not_their_floats(hand, rule, digits, value, right):
    (said,) = hand.column(lambda t: rounded(t.value, _rounds(rule, digits)), value=[value])
    assert said == pytest.approx(right, abs=1e-12)


def test_value_stays_as_it_is_where_no_rounding_is_declared(hand):
    assert hand.column(lambda t: rounded(t.value, FIVE), value=[62.5, 33.333]) == [62.5, 33.333]


@pytest.mark.parametrize("rule", ROUNDED)
def test_score_beyond_any_integer_is_no_reason_to_stop(hand, rule):
    wild = [1e20, -1e20, 1e300, float(2**63)]
    assert hand.column(lambda t: rounded(t.value, _rounds(rule, 2)), value=wild) == wild


_DECIMAL_RULES = {
    "half_up": ROUND_HALF_UP,
    "half_down": ROUND_HALF_DOWN,
    "half_even": ROUND_HALF_EVEN,
    "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
}


def _exactly(score: Decimal, points: list[tuple[int, int]], rule: str, digits: int) -> Decimal:
    """The matrix in fractions, so that nothing is lost before the rounding."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= score <= x1:
            value = y0 + (Fraction(score) - x0) * Fraction(y1 - y0, x1 - x0)
            scaled = value * 10**digits
            nearest = scaled.numerator // scaled.denominator
            rest = scaled - nearest
            # whole part and a rest that only says below, on or above the tie: exact for any fraction
            stand_in = Decimal(nearest) + (
                Decimal(0)
                if rest == 0
                else Decimal("0.5")
                if rest == Fraction(1, 2)
                else Decimal("0.25")
                if rest < Fraction(1, 2)
                else Decimal("0.75")
            )
            return stand_in.quantize(Decimal(1), _DECIMAL_RULES[rule]) / 10**digits
    raise AssertionError(f"{score} is outside {points}")


matrices = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 100)),
    min_size=2,
    max_size=6,
    unique_by=lambda point: point[0],
)


@settings(max_examples=12, deadline=None)
@given(points=matrices, rule=st.sampled_from(list(ROUNDED)), digits=st.integers(0, 2))
def test_every_score_of_every_matrix_is_exact_to_the_last_digit(hand, points, rule, digits):
    points = sorted(points)
    tenths = [Decimal(n) / 10 for n in range(points[0][0] * 10, points[-1][0] * 10 + 1)]
    scale = Scale("m", "1", None, None, points=tuple((float(x), float(y)) for x, y in points))
    scale = _scale_with(scale, rule, digits)
    said = hand.column(lambda t: expected(t.score, scale, None), score=[float(score) for score in tenths])
    right = [float(_exactly(score, points, rule, digits)) for score in tenths]
    assert said == pytest.approx(right, abs=1e-9)


@settings(max_examples=12, deadline=None)
@given(
    values=st.lists(st.integers(0, 100), min_size=2, max_size=6).map(sorted),
    rule=st.sampled_from(["", *ROUNDED]),
    scores=st.lists(st.floats(0, 5, allow_nan=False), min_size=2, max_size=40).map(sorted),
)
def test_higher_score_never_reads_lower(hand, values, rule, scores):
    points = tuple((5.0 * n / (len(values) - 1), float(value)) for n, value in enumerate(values))
    scale = Scale("m", "1", 0, 5, points=points, rounding=rule, digits=0 if rule else None)
    said = hand.column(lambda t: expected(t.score, scale, None), score=scores)
    assert None not in said, "total: every score of the scale reads on a hundred"
    assert said == sorted(said)


@settings(max_examples=12, deadline=None)
@given(
    steps=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=30),
    downwards=st.booleans(),
)
def test_score_comes_back_where_no_two_scores_collide(hand, steps, scores, downwards):
    values = [float(sum(steps[:n])) for n in range(len(steps) + 1)]
    points = tuple((float(n), value) for n, value in enumerate(values[::-1] if downwards else values))
    scale = Scale("m", "1", 0, len(steps), points=points)
    given_scores = [score * len(steps) for score in scores]
    said = hand.column(lambda t: back(canonical(t.score, scale), scale), score=given_scores)
    assert said == pytest.approx(given_scores, abs=1e-6)


@settings(max_examples=8, deadline=None)
@given(
    low=st.integers(-10, 10),
    width=st.integers(1, 100),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=30),
)
def test_points_at_the_ends_convert_as_the_ends_do(hand, low, width, shares):
    high = low + width
    ends = Scale("m", "1", low, high)
    points = Scale("m", "1", low, high, points=((float(low), 0.0), (float(high), 100.0)))
    scores = [low + share * width for share in shares]
    by_ends, by_points = (
        hand.column(lambda t, one=one: canonical(t.score, one), score=scores) for one in (ends, points)
    )
    assert by_ends == pytest.approx(by_points, abs=1e-9)


def test_collision_comes_back_as_one_of_its_scores(hand):
    assert hand.column(lambda t: back(t.value, STEPS), value=[50.0])[0] in {2.0, 3.0}


@pytest.mark.parametrize(
    ("source", "target", "score", "right"),
    [
        (_scale_with(FIVE, "half_up"), None, 3.5, 63),  # to a hundred: by the source's rounding
        (_scale_with(FIVE, "half_even"), HUNDRED, 3.5, 62),  # a declared hundred is the same
        (FIVE, _scale_with(FIVE, "floor"), 3.7, 3.7),  # on one scale nothing converts
        (FIVE, _scale_with(LINEAR, "half_up"), 3.5, 13),  # over a hundred to another: 12.5 by the target's
        (FIVE, _scale_with(LINEAR, "floor"), 3.5, 12),
        (LINEAR, FIVE, 15, 4),  # 75 is a 4
        (LINEAR, GERMAN, 15, 2.5),  # 75 lies halfway between 50 and 100
    ],
)
def test_score_converts_by_the_rounding_of_whoever_shows_it(hand, source, target, score, right):
    assert hand.column(lambda t: expected(t.score, source, target), score=[float(score)]) == [right]


@pytest.mark.parametrize(
    ("shown", "source", "target", "fits"),
    [
        (63.0, _scale_with(FIVE, "half_up"), None, True),
        (62.0, _scale_with(FIVE, "half_up"), None, False),  # a point too low where the rounding is declared
        (63.004, _scale_with(FIVE, "half_up"), None, True),  # what a display cuts off
        (63.49, FIVE, None, True),  # no rounding declared: any whole number near it is right
        (63.0 + LOOSE + 0.02, FIVE, None, False),
        (63.1, FIVE, FIVE, False),  # on one scale there is nothing to round
    ],
)
def test_shown_score_agrees_as_closely_as_the_rounding_can_tell(hand, shown, source, target, fits):
    said = hand.column(lambda t: agrees(t.shown, t.wanted, source, target), shown=[shown], wanted=[63.0])
    assert said == [fits]
