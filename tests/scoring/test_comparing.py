"""Scores on both sides are compared by the scales that meet there, and by no other."""

import pyarrow as pa
import pytest

from trueup.model.findings import Facts
from trueup.model.scales import Scale
from trueup.scoring.comparing import (
    agreeing,
    declared,
    graded,
    outside,
    own_versions,
    places,
    range_text,
    ranges,
    readings,
    review_names,
    said,
    wanted,
)

FIVE_1 = Scale("1-5", "1", 1, 5, points=((1, 0), (3, 50), (5, 100)), rounding="half_up", digits=0)
FIVE_2 = Scale("1-5", "2", 1, 5, points=((1, 20), (3, 60), (5, 100)), rounding="half_up", digits=0)
TWENTY = Scale("0-20", "1", 0, 20, rounding="half_even", digits=0)
WORDS = Scale("words", "1", None, None)  # declared, and nothing to reckon with
GRADES = Scale("grade", "1", None, None, points=((0, 0), (85, 85)), labels=(("b", 85), ("not passed", 0)))
KNOWN = (FIVE_1, FIVE_2, TWENTY, WORDS)


def facts(lms: tuple[str, ...], reviews: tuple[tuple[str | None, str | None], ...]) -> Facts:
    return Facts(scales=KNOWN, lms_scales=lms, review_scales=reviews)


@pytest.mark.parametrize(
    ("lms", "review", "met"),
    [
        ("1-5", ("0-20", None), (FIVE_2, TWENTY)),  # two declared scales: the newest of each
        ("1-5", ("percent", None), (FIVE_2, None)),  # a name that can only mean a hundred
        ("1-5", (None, None), (FIVE_2, None)),  # no scale named: a hundred
        ("1-5", (None, "1"), (FIVE_1, None)),  # the version that the review names
        ("1-5", ("percent", "v1"), (FIVE_1, None)),  # written with a v
        ("1-5", ("percent", "9"), (FIVE_2, None)),  # a version that nobody declared: the newest
        ("1-5 ", ("1-5", None), (FIVE_2, FIVE_2)),  # the same scale on both sides
        ("words", ("words", None), (WORDS, WORDS)),  # nothing to convert, and nothing converted
        ("words", ("percent", None), None),  # nothing converts it
        ("stars", ("percent", None), None),  # not declared
        ("1-5", ("stars", None), None),  # the target is not declared
    ],
)
def test_two_scales_meet_where_both_are_declared(lms, review, met):
    found = readings(facts((lms,), (review,)))
    assert [(one.scale, one.target) for one in found] == ([met] if met else [])


def test_reading_of_a_named_version_goes_before_that_of_the_newest():
    found = readings(facts(("1-5",), (("percent", None), ("percent", "1"), ("percent", "2"))))
    assert [one.version for one in found] == ["1", "2", None]


def rows(hand, says, known: Facts, *listed: tuple[object, ...]):
    """One answer for each (score, scale, review score, review scale, review scale version)."""
    names = ("score", "scale", "h_score", "h_scale", "h_scale_version")
    kinds = (pa.float64(), pa.string(), pa.float64(), pa.string(), pa.string())
    columns = zip(names, kinds, zip(*listed, strict=True), strict=True)
    return hand.column(lambda t: says(t, known), **{name: pa.array(v, kind) for name, kind, v in columns})


BOTH = facts(("1-5", "0-20"), ((None, None), ("percent", None), ("percent", "1"), ("1-5", None)))


SHOULD_SHOW = [
    (3.0, "1-5", "percent", None, 60.0),  # the newest version
    (3.0, "1-5", "percent", "1", 50.0),  # the version that the review names
    (3.0, "1-5", "1-5", None, 3.0),  # one scale: as it is
    (15.0, "0-20", None, None, 75.0),  # by the ends
    (15.0, "0-20", "1-5", None, 4.0),  # over a hundred: 75 lies between 60 and 100, rounded by the target
    (3.0, "1-5", "stars", None, None),  # a scale that nothing is known of
    (3.0, None, "percent", None, None),  # the source names none
    (None, "1-5", "percent", None, None),  # missing stays missing
    (9.0, "1-5", "percent", None, None),  # outside the matrix
]


def test_review_should_show_what_the_matrix_gives(hand):
    asked = [(score, scale, None, h_scale, version) for score, scale, h_scale, version, _ in SHOULD_SHOW]
    assert rows(hand, wanted, BOTH, *asked) == [right for *_, right in SHOULD_SHOW]


SHOWN = [
    ((3.0, "1-5", 60.0, "percent", None), True),
    ((3.0, "1-5", 50.0, "percent", None), False),  # what the old version gave
    ((3.0, "1-5", 50.0, "percent", "1"), True),  # and says so
    ((3.0, "1-5", 60.0, "percent", "1"), False),  # says the old version and shows the new
    ((15.0, "0-20", 75.0, None, None), True),  # no scale named: converted
    ((15.0, "0-20", 15.0, None, None), True),  # no scale named: or as the source has it
    ((15.0, "0-20", 14.0, None, None), False),  # neither
    ((3.0, "1-5", 3.0, "percent", None), False),  # a hundred is named, so it is not the source's own
    ((3.0, "stars", 3.0, "percent", None), True),  # not declared: can't be told
    ((3.0, "1-5", None, "percent", None), True),  # the review has none: can't be told here
    ((None, "1-5", 0.0, "percent", None), True),  # the source has none: another finding's
]


def test_shown_score_agrees_with_its_own_reading(hand):
    assert rows(hand, agreeing, BOTH, *(row for row, _ in SHOWN)) == [agrees for _, agrees in SHOWN]


def test_everything_agrees_where_no_scales_meet(hand):
    assert rows(hand, agreeing, Facts(), (3.0, "1-5", 99.0, "percent", None)) == [True]
    assert rows(hand, wanted, Facts(), (3.0, "1-5", 99.0, "percent", None)) == [None]


ENDS = [
    (1.0, "1-5", None, False),  # on the lower end
    (5.0, "1-5", None, False),  # on the upper end
    (0.99, "1-5", None, True),
    (5.01, "1-5", None, True),
    (100.0, "percent", None, False),  # not declared, and can only mean 0-100
    (100.5, "%", None, True),
    (-0.1, "percent", None, True),
    (10.0, "1-10", "1", False),  # ten was allowed by the version that it names
    (10.0, "1-10", "2", True),  # no more by the next
    (10.0, "1-10", None, True),  # no version named: the newest holds
    (999.0, "stars", None, False),  # an unknown scale has no outside
    (999.0, "words", None, False),  # nor has one without ends
    (999.0, None, None, False),
    (None, "1-5", None, False),  # no score is no score outside
    (7.0, "points only", None, True),  # ends from its points
    (85.0, "grade", None, False),  # a word's place
    (None, "grade", None, True),  # a word that the scale does not have
    (None, "1-5", None, False),  # a word where numbers are due: another fault
]


def test_score_is_outside_by_the_ends_of_its_scale(hand):
    known = Facts(
        scales=(
            *KNOWN,
            Scale("1-10", "1", 1, 10),
            Scale("1-10", "2", 1, 9),
            GRADES,
            Scale("points only", "1", None, None, points=((1, 0), (6, 100))),
        ),
        review_scales=(("1-10", "1"), ("1-10", "2")),
    )
    allowed = ranges(known, ("1-5", "percent", "%", "1-10", "stars", "words", "points only", "grade"))
    told = hand.column(
        lambda t: outside(t.score, t.raw, t.scale, t.version, allowed),
        raw=["given"] * len(ENDS),
        score=pa.array([score for score, *_ in ENDS], pa.float64()),
        scale=pa.array([scale for _, scale, *_ in ENDS], pa.string()),
        version=pa.array([version for _, _, version, _ in ENDS], pa.string()),
    )
    assert told == [is_outside for *_, is_outside in ENDS]


def test_version_is_that_of_the_review_s_own_scale_where_its_rows_name_no_other():
    hundred_1, hundred_2 = Scale("hundred", "1", 0, 100), Scale("hundred", "2", 0, 100)
    known = (FIVE_1, FIVE_2, hundred_1, hundred_2)
    own = Facts(scales=known, lms_scales=("1-5",), review_scales=(("hundred", "1"), ("hundred", "2")))
    assert own_versions(own) == {"hundred"}
    # the current version of a hundred says nothing of the source's; an overtaken one may be meant for both
    assert {(one.version, one.scale, one.target) for one in readings(own)} == {
        ("1", FIVE_1, hundred_1),
        ("2", FIVE_2, hundred_2),
    }
    # a hundred has one version, and a row says 2: that is the source's, and so are all
    other = Facts(scales=known[:3], lms_scales=("1-5",), review_scales=own.review_scales)
    assert own_versions(other) == frozenset()
    assert {one.scale for one in readings(other)} == {FIVE_1, FIVE_2}


def test_range_is_said_as_people_write_it(hand):
    allowed = ranges(Facts(scales=(Scale("half", "1", 0.5, 5),)), ("half", "percent"))
    told = hand.column(
        lambda t: range_text(t.scale, t.version, allowed),
        scale=["half", "percent", "stars"],
        version=pa.array([None] * 3, pa.string()),
    )
    assert told == ["0.5 to 5", "0 to 100", None]


def test_declared_scales_are_those_of_the_books_and_a_plain_hundred():
    assert declared(Facts(scales=KNOWN), ("1-5", " 1-5", "percent", "stars")) == ("1-5", " 1-5", "percent")


def test_scales_of_the_review_system_are_named_once():
    known = Facts(review_scales=(("percent", "2"), ("percent", "1"), (None, "1"), ("1-5", None)))
    assert review_names(known) == ("1-5", "percent")


def test_score_is_said_without_needless_decimals_and_as_the_word_of_its_scale(hand):
    known = Facts(scales=(GRADES,), review_scales=(("Grade", None), ("percent", None)))
    told = hand.column(
        lambda t: said(t.n, t, known),
        n=[60.0, 62.5, 33.33333, 85.0, 0.0, 12.0],
        h_scale=["percent", "percent", "percent", "Grade", "Grade", "Grade"],
        h_scale_version=pa.array([None] * 6, pa.string()),
    )
    assert told == ["60", "62.5", "33.3333", "B", "not passed", "12"]


def test_words_of_a_scale_get_their_place_by_the_version_that_the_row_names(hand):
    newer = Scale("grade", "2", None, None, points=((0, 0), (80, 80)), labels=(("b", 80), ("not passed", 0)))
    known = Facts(scales=(GRADES, newer, FIVE_1))
    named_as = [("Grade", None), ("Grade", "1"), ("Grade", "9"), ("1-5", None), (None, None)]
    columns = zip(
        ("scale", "version", "word", "place"), zip(*places(known, named_as), strict=True), strict=True
    )
    words = hand.engine.constant(pa.table(dict(columns)), "words")
    table = hand.engine.constant(
        pa.table(
            {
                "n": [0, 1, 2, 3, 4, 5],
                "score_raw": ["B", " b", "Not  passed", "b", "C", "B"],
                "score": pa.array([None, None, None, None, None, 7.0]),
                "scale": ["Grade", "Grade", "Grade", "1-5", "Grade", "Grade"],
                "scale_version": ["1", None, "9", None, None, None],
            }
        ),
        "table",
    )
    found = hand.rows(graded(table, words), "n")
    assert [row["score"] for row in found] == [85, 80, 0, None, None, 7]
