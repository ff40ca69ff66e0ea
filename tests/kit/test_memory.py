"""Sizes are read as people write them, and what may be used is the smallest of all limits."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.kit.memory import allowed_bytes, parse_size

SIZES = [
    ("2GiB", 2 * 2**30),
    ("2GB", 2 * 2**30),  # nobody means the other thousand
    ("2g", 2 * 2**30),
    (" 512 MB ", 512 * 2**20),
    ("0.5GiB", 2**29),
    ("1t", 2**40),
    ("67108864", 2**26),  # bytes, and the least that is taken
    ("64MiB", 2**26),
    ("1e9", 10**9),  # as Python writes it
    ("100000000b", 10**8),
]


@pytest.mark.parametrize(("text", "size"), SIZES)
def test_size_is_read_as_people_write_it(text, size):
    assert parse_size(text) == size


BAD = [
    ("", "is no size"),
    ("much", "is no size"),
    ("GiB", "is no size"),  # a unit of nothing
    ("2 XiB", "is no size"),
    ("2,5GiB", "is no size"),  # two and a half, or two and five hundred?
    ("63MiB", "at least 64MiB"),
    ("0", "at least 64MiB"),
    ("-2GiB", "at least 64MiB"),
    ("nan", "at least 64MiB"),
    ("inf", "at least 64MiB"),  # no number either
    ("9" * 400 + "GiB", "at least 64MiB"),  # nor is this, in a float
]


@pytest.mark.parametrize(("text", "why"), BAD)
def test_what_is_no_size_is_refused_with_the_reason(text, why):
    with pytest.raises(ValueError, match=why):
        parse_size(text)


@given(st.text(max_size=20) | st.from_regex(r"[0-9.e+-]{1,12} ?[kmgt]?i?b?", fullmatch=True))
def test_any_text_is_a_size_or_refused(text):
    try:
        size = parse_size(text)
    except ValueError:
        return
    assert size >= 2**26


def test_limit_of_the_process_itself_counts():
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31));"
        "from trueup.kit.memory import allowed_bytes; print(allowed_bytes())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 2**31


def test_no_more_is_allowed_than_the_machine_has():
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 2**26 <= allowed_bytes() <= physical
