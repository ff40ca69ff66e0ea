"""Retries that wait longer each time are no storm; those that do not, or that ignore Retry-After, are."""

from rows_at_hand import Hand, at
from trueup.delivery.findings import refused, retry_storm

START, SECOND = at("2026-01-05T08:00:00Z"), 1_000_000


def attempts(record: str, seconds: tuple[float, ...], **said: object) -> list[dict[str, object]]:
    """Attempts at these seconds; all but the last were throttled."""
    return [
        {
            "run_id": "a",
            "record_id": record,
            "target": "hr",
            "attempt_at": START + int(second * SECOND),
            "attempt": n,
            "outcome": "accepted" if n == len(seconds) else "throttled",
            **said,
        }
        for n, second in enumerate(seconds, 1)
    ]


RETRIES = [
    ((0,), {}, False),  # no retry at all
    ((0, 1), {}, False),  # one retry is no row of retries
    ((0, 1, 2), {}, True),  # two waits of a second
    ((0, 1, 3), {}, False),  # the second twice the first: it backs off
    ((0, 3, 6), {}, False),  # two waits are quick up to two seconds only
    ((0, 1, 2, 3), {}, True),  # three waits, all alike
    ((0, 1, 3, 7), {}, False),  # 1, 2, 4: the textbook
    ((0, 2, 5, 9), {}, True),  # 2, 3, 4: it hardly grows
    ((0, 30, 60, 90), {}, True),  # half a minute each, and never more
    ((0, 60, 120, 180), {}, True),  # a minute each
    ((0, 61, 122, 183), {}, False),  # further apart than a minute is no storm
    ((0, 0.1, 0.2, 0.3), {}, True),  # at once, and at once again
    ((0, 59), {"retry_after": "60"}, False),  # clocks may differ by a second
    ((0, 58), {"retry_after": "60"}, True),  # two seconds too soon
    ((0, 60), {"retry_after": "60"}, False),
    ((0, 1.4), {"retry_after": "2.5"}, True),  # part of a second counts
    (
        (0, 90),
        {"retry_after": "Mon, 05 Jan 2026 08:02:00 GMT"},
        True,
    ),  # an HTTP date, two minutes after the start
    ((0, 120), {"retry_after": "Mon, 05 Jan 2026 08:02:00 GMT"}, False),
    ((0, 120), {"retry_after": "mon, 05 jan 2026 08:03:00 gmt"}, True),  # in small letters
    ((0, 9), {"retry_after": "Sun, 04 Jan 2026 08:02:00 GMT"}, False),  # yesterday asks for nothing
    ((0, 9), {"retry_after": "Mon, 05 Foo 2026 08:02:00 GMT"}, False),  # no month
    ((0, 1), {"retry_after": "soon"}, False),  # no number and no date asks for nothing
    ((0, 1), {"retry_after": "9" * 400}, False),  # longer than a life: nothing that could be meant
    ((0, 1, 2), {"outcome": "accepted"}, False),  # sent again after it was accepted: another fault
    ((0, 1, 2), {"outcome": "REJECTED"}, True),  # in capitals
    ((0, 1, 2), {"outcome": "error"}, True),
]


def storms(hand: Hand, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return hand.rows(retry_storm(hand.logs({"sync": rows})), "record_id")


def test_retries_are_a_storm_where_they_do_not_slow_down_or_do_not_wait(hand):
    rows = [
        row for n, (seconds, said, _) in enumerate(RETRIES) for row in attempts(f"r{n:02}", seconds, **said)
    ]
    found = {row["record_id"] for row in storms(hand, rows)}
    assert [f"r{n:02}" in found for n in range(len(RETRIES))] == [storm for *_, storm in RETRIES]


def test_runs_of_the_next_days_are_no_retries_of_each_other(hand):
    rows = [
        attempts("r", (second,), outcome="error", run_id=run)[0]
        for second, run in zip((0, 1, 2), "abc", strict=True)
    ]
    assert storms(hand, rows) == []


def test_two_targets_are_retried_apart(hand):
    rows = attempts("r", (0, 1)) + attempts("r", (0.5, 1.5), target="archive")
    assert storms(hand, rows) == []


def test_attempts_are_taken_in_order_of_time_whatever_the_order_of_the_rows(hand):
    rows = attempts("r", (0, 1, 3, 7))
    assert storms(hand, rows[::-1]) == []


def test_ignored_wait_is_told_with_what_was_asked_and_what_was_waited(hand):
    (row,) = storms(hand, attempts("r", (0, 2, 62, 64), retry_after="60"))
    assert (row["expected"], row["actual"]) == ("60 s of waiting", "2 s")
    assert row["detail"] == "Retry-After ignored 2 times in run a"
    assert (row["file"], row["line"]) == ("sync", 3)  # the first attempt that came too soon


def test_record_that_ignored_a_wait_is_not_told_twice(hand):
    assert len(storms(hand, attempts("r", (0, 1, 2, 3), retry_after="5"))) == 1


REFUSED = [
    ({"http_status": 401}, True),
    ({"http_status": 403}, True),
    ({"http_status": 403, "outcome": "throttled"}, False),  # a throttle by another number
    ({"http_status": 403, "retry_after": "30"}, False),  # says when to come again: a throttle
    ({"http_status": 404}, False),  # not a matter of rights
    ({"http_status": None}, False),
]


def test_refusal_is_a_matter_of_rights_unless_it_is_a_throttle(hand):
    rows = [
        {"run_id": "a", "record_id": f"r{n}", "attempt_at": START, "outcome": "rejected", **said}
        for n, (said, _) in enumerate(REFUSED)
    ]
    found = {row["record_id"] for row in hand.rows(refused(hand.logs({"sync": rows})))}
    assert [f"r{n}" in found for n in range(len(REFUSED))] == [bad for _, bad in REFUSED]
