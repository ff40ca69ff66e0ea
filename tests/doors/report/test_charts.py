from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from answers import AS_OF, HOSTILE, busy

from trueup.doors.report import charts
from trueup.model.answers import CycleLine, DayLine, RunLine


def drawn(markup):
    return ET.fromstring(str(markup))


def days_from(first, n):
    return tuple(DayLine((first + timedelta(days=i)).isoformat(), 10, i % 3) for i in range(n))


@pytest.mark.parametrize(
    ("n", "columns"),
    [
        (1, 1),
        (92, 92),
        (93, 14),
        (700, 25),
        (4_000, 44),
        (40_000, 11),
    ],  # days, weeks, four weeks, quarters, decades
)
def test_a_long_time_is_drawn_in_longer_columns_and_loses_no_completion(n, columns):
    stacks = drawn(charts.days(days_from(date(1990, 1, 1), n))).findall("g")
    assert len(stacks) == columns
    counted = sum(int(one.find("title").text.split(": ")[1].split()[0].replace(",", "")) for one in stacks)
    assert counted == 10 * n


def test_days_without_completions_leave_a_gap():
    lines = (DayLine("2026-10-01", 5, 1), DayLine("2026-10-04", 5, 0))
    assert [one.find("title").text for one in drawn(charts.days(lines)).findall("g")][
        1
    ] == "2 Oct 2026: 0 completions, 0 with a fault"


def test_more_faulty_than_completed_draws_nothing_below_the_axis():
    assert (
        drawn(charts.days((DayLine("2026-10-01", 2, 5),))).find("g/title").text
        == "1 Oct 2026: 5 completions, 5 with a fault"
    )


@pytest.mark.parametrize("draw", [charts.days, charts.runs])
def test_nothing_to_draw_is_no_chart(draw):
    assert draw(()) is None


def test_days_that_are_no_days_are_left_to_the_table():
    assert charts.days((DayLine(HOSTILE[0], 5, 2),)) is None


def test_each_run_says_how_its_records_ended():
    lines = (RunLine("run-7", None, None, 9, 5, 2, 1, 1),)
    says = drawn(charts.runs(lines)).find("g/title").text
    assert says == "run-7: 5 accepted, 2 throttled, 1 error, 1 rejected of 9 records"


def test_of_many_runs_the_last_sixty_are_drawn():
    lines = tuple(RunLine(f"run-{n}", None, None, 1, 1, 0, 0, 0) for n in range(100))
    stacks = drawn(charts.runs(lines)).findall("g")
    assert len(stacks) == 60
    assert stacks[-1].find("title").text.startswith("run-99:")


def test_the_calendar_has_a_row_and_a_cut_off_for_each_cycle():
    picture = drawn(charts.calendar(busy().charts.cycles, AS_OF))
    titles = [one.find("title").text for one in picture.findall("g")]
    assert titles[0] == "2026-Q3 engineering: cut-off 31 Oct 2026, 23:00 UTC"
    assert len(titles) == 4
    assert len([one for one in picture.iter("path") if one.get("class") == "f-crit"]) == 4


def test_everything_in_the_calendar_stays_inside_it():
    picture = drawn(charts.calendar(busy().charts.cycles, AS_OF))
    _, _, width, height = map(float, picture.get("viewBox").split())
    for box in picture.iter("rect"):
        assert 0 <= float(box.get("x")) <= float(box.get("x")) + float(box.get("width")) <= width
        assert float(box.get("y")) + float(box.get("height")) <= height


@pytest.mark.parametrize(
    "line",
    [
        CycleLine("no end", "2026-01-01T00:00:00+00:00", None, None, None, 0, 0),
        CycleLine("no instant", HOSTILE[0], HOSTILE[1], None, None, 0, 0),
    ],
)
def test_a_cycle_that_can_not_be_placed_is_left_to_the_table(line):
    assert charts.calendar((line,), AS_OF) is None


def test_a_calendar_over_centuries_or_over_nothing_still_draws():
    ages = CycleLine("ages", "1000-01-01T00:00:00+00:00", "9999-12-31T00:00:00+00:00", None, None, 0, 0)
    point = CycleLine("point", AS_OF, AS_OF, AS_OF, AS_OF, 0, 0)
    assert len(drawn(charts.calendar((ages,), AS_OF)).findall("g")) == 1
    assert len(drawn(charts.calendar((point,), AS_OF)).findall("g")) == 1


def test_instants_without_offset_and_with_any_are_told_in_utc():
    line = CycleLine("c", "2026-01-01", "2026-03-31T23:59:59+02:00", None, None, 0, 0)
    assert (
        drawn(charts.calendar((line,), "no instant")).find("g/title").text
        == "c: cut-off 31 Mar 2026, 21:59 UTC"
    )
