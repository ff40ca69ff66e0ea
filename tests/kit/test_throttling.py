"""One parser for every form in which servers say how much may be asked (requirements F4a)."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.kit.throttling import LONGEST, signals

NOW = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)
EPOCH = NOW.timestamp()


@pytest.mark.parametrize(
    ("status", "headers", "body", "throttled", "wait"),
    [
        (429, {"retry-after": "3"}, b"", True, 3.0),
        (429, {"retry-after": "0.05"}, b"", True, 0.05),
        (429, {"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, b"", True, 90.0),
        (429, {"retry-after": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, b"", True, 0.0),
        (429, {"retry-after": "soon"}, b"", True, None),
        (429, {"retry-after": "-5"}, b"", True, None),
        (429, {"retry-after": "99999999"}, b"", True, LONGEST),
        (
            429,
            {"ratelimit": '"default";r=0;t=30'},
            b"",
            True,
            30.0,
        ),  # draft-ietf-httpapi-ratelimit-headers-10
        (429, {"ratelimit": "limit=100, remaining=0, reset=7"}, b"", True, 7.0),  # draft 07
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": "8"}, b"", True, 8.0),  # drafts 00 to 06
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(EPOCH) + 12)}, b"", True, 12.0),
        (
            429,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(EPOCH * 1000) + 1500)},
            b"",
            True,
            1.5,
        ),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-26T12:00:20Z"}, b"", True, 20.0),
        (429, {"x-rate-limit-remaining": "0.0", "x-rate-limit-reset": "4"}, b"", True, 4.0),
        (
            429,
            {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "4"},
            b"",
            True,
            None,
        ),  # another limit was hit
        (429, {}, b"", True, None),
        (403, {}, b"403 Forbidden (Rate Limit Exceeded)", True, None),  # Canvas, until October 2025
        (403, {"x-rate-limit-remaining": "0.0"}, b"", True, None),
        (403, {}, b"you may not read this", False, None),
        (403, {"x-rate-limit-remaining": "599.68"}, b"", False, None),
        (503, {"retry-after": "300"}, b"<html>maintenance", True, 300.0),  # Moodle in maintenance
        (503, {}, b"", False, None),
        (200, {"retry-after": "3"}, b"", False, 3.0),
        (500, {"x-ratelimit-remaining": "0"}, b"", False, None),
    ],
)
def test_what_an_answer_asks_for(status, headers, body, throttled, wait):
    told = signals(status, headers, body, NOW)
    assert told.throttled is throttled
    assert told.wait == (pytest.approx(wait, abs=0.002) if wait is not None else None)


@pytest.mark.parametrize(
    ("headers", "remaining", "limit", "cost"),
    [
        ({"x-rate-limit-remaining": "599.68", "x-request-cost": "0.1203"}, 599.68, None, 0.1203),  # Canvas
        ({"ratelimit": '"hour";r=50;t=30', "ratelimit-policy": '"hour";q=100;w=3600'}, 50.0, 100.0, None),
        ({"ratelimit": '"a";r=5;t=1, "b";r=900;t=60'}, 5.0, None, None),  # the first is the nearest
        ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0"}, 0.0, 100.0, None),
        ({}, None, None, None),  # absent is not nought
        ({"x-ratelimit-remaining": "unlimited"}, None, None, None),
    ],
)
def test_what_is_left_and_what_it_cost(headers, remaining, limit, cost):
    told = signals(200, headers, b"", NOW)
    assert (told.remaining, told.limit, told.cost) == (remaining, limit, cost)


NAMES = (
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit-reset",
    "x-ratelimit-remaining",
    "x-request-cost",
)


@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=80)),
    st.binary(max_size=200),
)
def test_whatever_is_sent_is_read_without_a_fuss_and_no_wait_is_beyond_a_day(status, headers, body):
    told = signals(status, headers, body, NOW)
    assert told.wait is None or 0 <= told.wait <= LONGEST
