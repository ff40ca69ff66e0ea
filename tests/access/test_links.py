"""Links to evidence: whoever has one may read that, and nothing else, until it ends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trueup.access.links import Link, read, written

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SECRET, OTHER = b"s" * 32, b"o" * 32
LINK = Link("culture-amp", UUID(int=7), NOW + timedelta(days=14))
TEXT = written(LINK, SECRET)


def test_a_link_says_what_it_was_written_for():
    assert read(TEXT, [OTHER, SECRET], NOW) == LINK


def test_a_link_ends():
    assert read(TEXT, [SECRET], LINK.until - timedelta(seconds=1)) == LINK
    assert read(TEXT, [SECRET], LINK.until) is None


def test_another_key_ends_all_links():
    assert read(TEXT, [OTHER], NOW) is None
    assert read(TEXT, [], NOW) is None


@example(TEXT.index(".") - 1, "R")  # the same bytes, by spare bits
@given(st.integers(0, len(TEXT) - 1), st.characters(codec="ascii", categories=["L", "N"]))
def test_a_changed_character_makes_it_none(place, letter):
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    assert changed == TEXT or read(changed, [SECRET], NOW) is None


@pytest.mark.parametrize(
    "text", ["", ".", "a.b", "é.é", TEXT + "x", TEXT.partition(".")[0], "." + TEXT, "x" * 10_000]
)
def test_what_is_no_link_is_none(text):
    assert read(text, [SECRET], NOW) is None
