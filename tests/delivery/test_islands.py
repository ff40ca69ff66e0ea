"""A window that no run took is found whole, between the right runs, and told from single misses."""

from dataclasses import replace

import pyarrow as pa
import pytest

from rows_at_hand import Hand, at
from trueup.delivery import islands as room
from trueup.delivery.islands import Block, Run, islands

START, MINUTE = at("2026-01-05T08:00:00Z"), 60_000_000
PAIRS = pa.schema(
    [
        ("record_id", pa.string()),
        ("person", pa.string()),
        ("updated_at", pa.int64()),
        ("completed_at", pa.int64()),
        ("tries", pa.int64()),
        *((name, pa.bool_()) for name in ("in_lms", "in_review", "due", "pending")),
    ]
)


def found(hand: Hand, told: str, *, limit: int | None = None, page: int | None = None, order=None):
    """The windows in a log told as a text: one letter a record in order of time.

    a, b, c: the run that sent it; `.` sent by none and missing; `x` sent by none and there all the same;
    `v` voided, so that it need not be there; `p` too young for any run.
    """
    records, pairs, sync = [], [], []
    for n, letter in enumerate(told):
        name, when = f"r{n:03}", START + n * MINUTE
        other = when if order is None else START + order[n] * MINUTE
        times = {"updated_at": when, "completed_at": other}
        sent = letter in "abc"
        records.append({"record_id": name, "course_id": "C", "due": letter != "v", "line": n + 2, **times})
        pairs.append(
            {"record_id": name, "person": f"p{n}", "tries": 1 if sent else None, "in_lms": True, **times}
            | {"in_review": sent or letter == "x", "due": letter != "v", "pending": letter == "p"}
        )
        if sent:
            place = sum(one["run_id"] == letter for one in sync)
            sync.append(
                {"run_id": letter, "record_id": name, "attempt_at": START + (1000 + n) * MINUTE}
                | {"outcome": "accepted", "limit": limit, "page": place // page if page else None}
            )
    logs = hand.logs({"completions": [], "sync": sync}, hand.table(pairs, PAIRS))
    columns = {"record_id": pa.string(), "course_id": pa.string(), "due": pa.bool_(), "file": pa.string()}
    columns |= {name: pa.int64() for name in ("line", "updated_at", "completed_at")}
    logs.kept["records"] = hand.table([{"file": "lms.csv", **row} for row in records], pa.schema(columns))
    return islands(logs)


def said(blocks: list[Block]) -> list[tuple[str, str, str | None, str | None, bool]]:
    """(first record, last record, run before, run after, at the limit) of each window, in order of time."""
    listed = sorted(blocks, key=lambda block: block.members[0].record_id)
    return [
        (
            block.members[0].record_id,
            block.members[-1].record_id,
            block.run_before,
            block.run_after,
            block.at_limit,
        )
        for block in listed
    ]


WINDOWS = [
    ("aaaa....bbbb", None, [("r004", "r007", "a", "b", False)]),  # a skipped window
    ("aaaa...bbbb", None, [("r004", "r006", "a", "b", False)]),  # three misses make one
    ("aaaa..bbbb", None, []),  # two do not
    ("aaaa....bbbb", 4, [("r004", "r007", "a", "b", True)]),  # the run before ended at its limit
    ("aaaa....bbbb", 2, [("r004", "r007", "a", "b", True)]),  # after a whole number of batches
    ("aaaa....bbbb", 3, [("r004", "r007", "a", "b", False)]),  # its last batch had room left
    ("aa.aa....bbbb", 5, [("r005", "r008", "a", "b", True)]),  # a single miss took a place of the run
    (
        "aaaa....b....cccc",
        4,
        [("r004", "r012", "a", "c", True)],
    ),  # one record of the window was sent after all
    ("aaaa....bb....cccc", None, [("r004", "r013", "a", "c", False)]),
    ("aaaa....bbb....cccc", None, [("r004", "r007", "a", "b", False), ("r011", "r014", "b", "c", False)]),
    ("aaaa....b.cccc", None, [("r004", "r007", "a", "b", False)]),  # and a single miss is one of its own
    ("aaaa.bbbb", 4, [("r004", "r004", "a", "b", True)]),  # one record right behind a full run
    ("aaaa.bbbb", 5, []),
    ("aa.aa.aa.aa", None, []),  # single misses scattered among sent records
    ("aaaa....aaaa", None, []),  # amid one run that had room: no window between runs
    ("aaaa....", None, []),  # nothing after it: the next run may still take it
    ("aaaa....", 4, [("r004", "r007", "a", None, True)]),  # unless the last run stopped at its limit
    ("....aaaa", None, []),  # before the first run of the log: an earlier log has it
    ("aaa...bbb...ccc", None, [("r003", "r005", "a", "b", False), ("r009", "r011", "b", "c", False)]),  # two
    ("aaa..v.bbb", None, [("r003", "r006", "a", "b", False)]),  # a voided record does not break a window
    ("aaa..x..bbb", None, []),  # a record that is there does
    ("aaa..p..bbb", None, []),  # so does one that waits for the next run
    ("aaax....bbb", None, [("r004", "r007", None, "b", False)]),  # it is there, and no run says so
]


@pytest.mark.parametrize(("told", "limit", "windows"), WINDOWS)
def test_window_is_found_between_its_runs(hand, told, limit, windows):
    assert said(found(hand, told, limit=limit)) == windows


def test_window_names_every_record_it_holds_with_person_and_place(hand):
    (block,) = found(hand, "aaaa...bbbb")
    assert [(one.record_id, one.person, one.course_id, one.file, one.line) for one in block.members] == [
        (f"r00{n}", f"p{n}", "C", "lms.csv", n + 2) for n in (4, 5, 6)
    ]
    assert (block.sent, block.limit, block.file) == (4, None, "sync")


def test_run_whose_pages_are_all_full_has_ended_at_its_limit(hand):
    assert said(found(hand, "aaaaaa....bbb", page=3)) == [("r006", "r009", "a", "b", True)]
    assert said(found(hand, "aaaaa....bbb", page=3)) == [("r005", "r008", "a", "b", False)]


def test_window_in_the_order_of_completion_is_found_where_that_of_change_hides_it(hand):
    # by change every second record is missing; by completion the misses stand together
    told = "a.a.a.abbb"
    order = [0, 4, 1, 5, 2, 6, 3, 7, 8, 9]
    assert said(found(hand, told)) == []
    assert said(found(hand, told, order=order)) == [("r001", "r005", "a", "b", False)]


def test_window_seen_in_both_orders_is_told_once_and_whole(hand):
    # by completion, one record of the window lies elsewhere
    order = [0, 1, 2, 3, 4, 5, 6, 7.5, 7, 8, 9, 10]
    blocks = found(hand, "aaaa....bbbb", order=[int(place * 2) for place in order])
    assert said(blocks) == [("r004", "r007", "a", "b", False)]


def test_big_log_gives_the_windows_of_a_small_one(hand, monkeypatch):
    told = "a" * 150 + "." * 40 + "b" * 150 + ".b" * 5 + "b" * 50
    whole = found(hand, told)
    monkeypatch.setattr(room, "FEW", 0)  # so that only dense stretches are laid out in order
    assert said(found(hand, told)) == said(whole) == [("r150", "r189", "a", "b", False)]


RUN = Run("a", 0, 0, None, None, None, 0, "sync.csv", 2)
LIMITS = [
    (replace(RUN, records=300, attempts=300, limit=100), 0, 100),  # three full batches
    (replace(RUN, records=299, attempts=299, limit=100), 0, None),  # the last had room
    (replace(RUN, records=299, attempts=299, limit=100), 1, 100),  # a missing record took the place
    (replace(RUN, records=97, attempts=100, limit=100), 0, 100),  # retries took places
    (replace(RUN, records=0, attempts=0, limit=100), 0, None),  # an empty run stopped at nothing
    (replace(RUN, records=500, attempts=500), 0, 500),  # a round number, where the log names no limit
    (replace(RUN, records=499, attempts=499), 0, None),
    (replace(RUN, records=30, attempts=30, last_page=10, largest_page=10, pages=3), 0, 10),  # full pages
    (replace(RUN, records=27, attempts=27, last_page=7, largest_page=10, pages=3), 0, None),
    (
        replace(RUN, records=7, attempts=7, last_page=7, largest_page=7, pages=1),
        0,
        None,
    ),  # one page tells nothing
]


@pytest.mark.parametrize(("run", "strays", "limit"), LIMITS)
def test_run_has_reached_its_limit_where_no_place_was_left(run, strays, limit):
    assert run.reached(strays) == limit
