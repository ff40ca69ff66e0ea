import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.doors.report import svg

SERIES = (svg.Series("sound", "series"), svg.Series("faulty", "crit", "lines"))


def drawn(markup):
    return ET.fromstring(str(markup))


def heights(picture, fill):
    bars = [one for one in picture.iter("rect") if fill in (one.get("class"), one.get("fill"))]
    return [float(one.get("height")) for one in bars]


def test_columns_are_as_tall_as_their_parts():
    picture = drawn(
        svg.columns(
            "c", "Title", "Says", SERIES, [svg.Stack("a", "A", (10, 5)), svg.Stack("b", "B", (20, 0))]
        )
    )
    sound, faulty = heights(picture, "f-series")[1:], heights(picture, "url(#c-crit)")[1:]  # first: legend
    assert sound[1] == pytest.approx(2 * sound[0], abs=0.2)
    assert faulty == [pytest.approx(sound[0] / 2, abs=0.2)]


def test_a_drawing_says_what_it_shows():
    picture = drawn(svg.columns("c", "Title <b>", "Says & more", SERIES, [svg.Stack("a", "A: 15", (10, 5))]))
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "c-t c-d"
    assert picture.find("title").text == "Title <b>"
    assert picture.find("desc").text == "Says & more"
    assert picture.find("g/title").text == "A: 15"


def test_no_columns_leave_an_empty_axis():
    assert drawn(svg.columns("c", "t", "s", SERIES, [])).findall("g") == []


@given(st.integers(0, 10**9))
def test_ticks_start_at_nought_end_at_or_above_and_are_few(highest):
    ticks = svg.nice_ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 6
    assert len({after - before for before, after in itertools.pairwise(ticks)}) == 1


@pytest.mark.parametrize(("share", "width"), [(0, 0), (0.001, 1), (0.5, 50), (1, 100), (7, 100)])
def test_a_share_fills_its_part_and_never_vanishes(share, width):
    assert float(drawn(svg.share_bar(share)).findall("rect")[1].get("width")) == width


@pytest.mark.parametrize(
    ("value", "higher_is_worse", "zone"),
    [(0.2, True, "ok-zone"), (1.5, True, "warn-zone"), (9, True, "crit-zone"), (0.2, False, "crit-zone")],
)
def test_the_needle_stands_in_the_zone_of_the_state(value, higher_is_worse, zone):
    edges = (1.0, 2.0) if higher_is_worse else (2.0, 1.0)
    picture = drawn(svg.gauge(value, *edges, higher_is_worse=higher_is_worse))
    needle = float(picture.find("path").get("d").removeprefix("M").partition(",")[0])
    under = [
        one.get("class").removeprefix("f-")
        for one in picture.findall("rect")
        if float(one.get("x")) - 1 <= needle <= float(one.get("x")) + float(one.get("width")) + 1
    ]
    assert zone in under


@pytest.mark.parametrize(
    "missing", [(None, 1, 2), (1, None, 2), (1, 1, None), (float("nan"), 1, 2), (float("inf"), 1, 2)]
)
def test_a_gauge_that_can_not_be_drawn_is_left_out(missing):
    assert svg.gauge(*missing, higher_is_worse=True) == ""


def test_equal_thresholds_and_values_still_draw():
    assert drawn(svg.gauge(0, 0, 0, higher_is_worse=True)).findall("rect")
