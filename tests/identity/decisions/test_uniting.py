"""Merges that are taken back leave nothing, whatever came between."""

from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.identity.decisions.uniting import united

PEOPLE = st.integers(0, 8)
MERGES = st.lists(st.tuples(PEOPLE, PEOPLE), max_size=12)


@settings(max_examples=1000)
@given(MERGES, st.data())
def test_a_merge_that_was_undone_was_never_made(merges: list[tuple[int, int]], data: st.DataObject):
    undone = data.draw(st.sets(st.integers(0, max(len(merges) - 1, 0))))
    held = [one for place, one in enumerate(merges) if place not in undone]
    survivors = united(held)
    groups = {one: {one} for one in range(9)}  # the same, by sets that are joined
    for person, into in held:
        if groups[person] is not groups[into]:
            groups[person] |= groups[into]
            for one in groups[person]:
                groups[one] = groups[person]
    for one in range(9):
        for other in range(9):
            same = survivors.get(one, one) == survivors.get(other, other)
            assert same == (groups[one] is groups[other])


@given(MERGES)
def test_who_survives_is_of_the_second_side(merges: list[tuple[int, int]]):
    survivors = united(merges)
    for person, into in merges[-1:]:
        before = united(merges[:-1])
        if before.get(person, person) != before.get(into, into):
            assert survivors.get(person) == before.get(into, into)


@given(MERGES)
def test_survivors_stand_for_themselves(merges: list[tuple[int, int]]):
    survivors = united(merges)
    assert not set(survivors.values()) & set(survivors)
