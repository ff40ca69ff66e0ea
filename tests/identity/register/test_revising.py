"""What is believed changes as its system says otherwise, and every state of knowledge can be told later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.identity.register.revising import Believed, Said, employment, is_another, revised
from trueup.model.people import Kind

HIRED, TODAY, LEFT = date(2020, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


def said(kind: Kind, value: str) -> Said:
    return Said(kind, value, value.lower(), "test/1")


MAIL, OTHER = said(Kind.EMAIL, "ann@x.org"), said(Kind.EMAIL, "moe@x.org")
NUMBER = said(Kind.EMPLOYEE_NUMBER, "E1")
FORMER = said(Kind.FORMER_NUMBER, "E0")
WORKS = employment(HIRED, None, active=True, today=TODAY)


def after(held: list[Believed], texts: list[Said], work: Believed, today: date) -> list[Believed]:
    """What is believed then, with rows numbered as a store would."""
    change = revised(held, texts, work, today)
    kept = [one for one in held if one.number not in change.closed]
    number = max((one.number or 0 for one in held), default=0) + 1
    return kept + [replace(one, number=number + place) for place, one in enumerate(change.new)]


def periods(held: list[Believed], what: Said) -> list[tuple[date | None, date | None]]:
    return sorted(((one.start, one.end) for one in held if one.said == what), key=str)


def test_what_is_known_first_is_true_since_the_employment_began():
    held = after([], [MAIL, NUMBER], WORKS, TODAY)
    assert periods(held, MAIL) == [(HIRED, None)]
    assert periods(held, WORKS.said) == [(HIRED, None)]


def test_former_identifiers_are_as_old_as_can_be():
    assert periods(after([], [FORMER], WORKS, TODAY), FORMER) == [(None, None)]


def test_a_renamed_person_has_the_old_until_today_and_the_new_from_today():
    held = after(after([], [MAIL], WORKS, TODAY), [OTHER], WORKS, LEFT)
    assert periods(held, MAIL) == [(HIRED, LEFT)]
    assert periods(held, OTHER) == [(LEFT, None)]


def test_the_last_day_counts_in_full():
    held = after(
        after([], [MAIL], WORKS, TODAY), [MAIL], employment(HIRED, LEFT, active=True, today=TODAY), TODAY
    )
    assert periods(held, MAIL) == [(HIRED, LEFT + timedelta(days=1))]


def test_whoever_comes_back_has_it_before_and_anew_but_not_between():
    gone = employment(HIRED, date(2024, 6, 30), active=True, today=TODAY)
    back = employment(date(2025, 1, 1), None, active=True, today=TODAY)
    held = after(after([], [MAIL], gone, TODAY), [MAIL], back, TODAY)
    assert periods(held, MAIL) == [(HIRED, date(2024, 7, 1)), (date(2025, 1, 1), None)]


def test_a_first_day_that_was_wrong_is_corrected():
    earlier = employment(date(2019, 1, 1), None, active=True, today=TODAY)
    held = after(after([], [MAIL, FORMER], WORKS, TODAY), [MAIL, FORMER], earlier, TODAY)
    assert periods(held, MAIL) == [(date(2019, 1, 1), None)]
    assert periods(held, FORMER) == [(None, None)]


def test_whoever_was_missing_for_a_day_was_never_away():
    away = replace(WORKS, end=TODAY)
    held = after(after(after([], [MAIL], WORKS, TODAY), [MAIL], away, TODAY), [MAIL], WORKS, TODAY)
    assert periods(held, MAIL) == [(HIRED, None)]


WAYS = st.lists(
    st.tuples(
        st.lists(st.sampled_from([MAIL, OTHER, NUMBER, FORMER]), unique=True),
        st.sampled_from([None, date(2025, 1, 1), date(2027, 1, 1)]),
    ),
    min_size=1,
    max_size=6,
)


@given(WAYS)
def test_the_same_said_again_changes_nothing(ways):
    held: list[Believed] = []
    today = TODAY
    for texts, ends in ways:
        work = employment(HIRED, ends, active=True, today=today)
        held = after(held, texts, work, today)
        again = revised(held, texts, work, today)
        assert not again.closed
        assert not again.new
        today += timedelta(days=30)


@given(WAYS)
def test_what_is_said_today_holds_today_and_no_period_is_empty_or_doubled(ways):
    held: list[Believed] = []
    today = TODAY
    for texts, ends in ways:
        work = employment(HIRED, ends, active=True, today=today)
        held = after(held, texts, work, today)
        there = {one.said for one in held if one.holds_on(today)}
        if work.holds_on(today):
            assert set(texts) <= there
        for one in held:
            assert one.start is None or one.end is None or one.start < one.end
            assert sum(it.said == one.said and it.holds_on(today) for it in held) <= 1
        today += timedelta(days=30)


NAMED = said(Kind.LAST_NAME, "Lee")


@pytest.mark.parametrize(
    ("before", "now", "began", "another"),
    [
        ([said(Kind.LAST_NAME, "Ray")], [NAMED], date(2026, 1, 1), True),  # a recycled number
        ([NAMED], [NAMED], date(2026, 1, 1), False),  # a rehire
        (
            [said(Kind.LAST_NAME, "Ray")],
            [NAMED],
            date(2025, 1, 1),
            False,
        ),  # the bearer had not left: a correction
        ([], [NAMED], date(2026, 1, 1), False),  # without names nobody is another
    ],
)
def test_a_number_is_another_humans_only_after_its_bearer_left_and_under_no_common_name(
    before, now, began, another
):
    was = employment(HIRED, date(2025, 12, 31), active=True, today=TODAY)
    held = [Believed(one, HIRED, was.end) for one in before] + [was]
    assert is_another(held, now, employment(began, None, active=True, today=TODAY)) is another
