"""The three logs meet record by record: the last revision, how it fared, and every row that shows it."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rows_at_hand import Hand, at
from trueup.reconcile.pairs import (
    OUTCOMES,
    due,
    held,
    latest,
    pairs,
    repeated,
    revised,
    sent,
    with_record_ids,
)

NOON, SECOND = at("2026-03-02T12:00:00Z"), 1_000_000


def last_revisions(hand: Hand, rows: list[dict[str, Any]]) -> list[tuple[str, str, int, int]]:
    """(record, file, line, how many revisions there are), in order of record."""
    completions = hand.relation("completions", rows)
    found = latest(completions, revised(completions))
    return [
        (row["record_id"], row["file"], row["line"], row["revisions"])
        for row in hand.rows(found, "record_id", "line")
    ]


LAST = [
    ([{"revision": 1}, {"revision": 3}, {"revision": 2}], 3),  # the highest revision, wherever it stands
    ([{"revision": 10}, {"revision": 9}], 2),  # as a number, not as a text
    ([{}, {"revision": 2}], 3),  # one without a number is the first
    ([{"revision": 1}, {}], 3),  # two firsts: the later line
    ([{"updated_at": NOON}, {"updated_at": NOON - 1}], 2),  # no numbers: the later change
    ([{"updated_at": NOON}, {}], 2),  # a known change goes before an unknown one
    ([{"revision": 2}, {"revision": 1, "updated_at": NOON}], 2),  # the number goes before the time
    ([{}, {}], 3),  # a repetition: the later line
]


@pytest.mark.parametrize(("revisions", "line"), LAST)
def test_last_revision_of_a_record_is_kept(hand, revisions, line):
    found = last_revisions(hand, [{"record_id": "r", **revision} for revision in revisions])
    assert found == [("r", "completions", line, len(revisions))]


def test_record_of_another_file_with_the_same_line_is_untouched(hand):
    rows = [
        {"record_id": "r", "file": "march.csv", "line": 2},
        {"record_id": "r", "file": "april.csv", "line": 2, "revision": 2},
        {"record_id": "s", "file": "may.csv", "line": 2},
    ]
    assert last_revisions(hand, rows) == [("r", "april.csv", 2, 2), ("s", "may.csv", 2, 1)]


def test_record_beside_an_overtaken_one_on_one_line_is_kept(hand):
    rows = [
        # a report with a column for each course gives several records a line
        {"record_id": "r", "file": "march.csv", "line": 2},
        {"record_id": "s", "file": "march.csv", "line": 2},
        {"record_id": "r", "file": "april.csv", "line": 2, "revision": 2},
    ]
    assert last_revisions(hand, rows) == [("r", "april.csv", 2, 2), ("s", "march.csv", 2, 1)]


def test_rows_of_a_record_with_revisions_carry_what_each_said(hand):
    rows = [
        {"record_id": "r", "revision": 1, "completed_at": NOON, "score": 60.0, "scale": "percent"},
        {"record_id": "r", "revision": 2, "completed_at": NOON + 1, "score": 70.0, "scale": "percent"},
        {"record_id": "s"},
    ]
    found = hand.rows(revised(hand.relation("completions", rows)), "nth")
    said = [(row["nth"], row["line"], row["completed_at"], row["score"], row["revisions"]) for row in found]
    assert said == [(0, 3, NOON + 1, 70.0, 2), (1, 2, NOON, 60.0, 2)]


def test_all_records_are_the_last_where_none_has_revisions(hand):
    completions = hand.relation("completions", [{"record_id": "r"}, {"record_id": "s"}])
    assert not hand.rows(revised(completions))
    assert [row["revisions"] for row in hand.rows(latest(completions, None))] == [1, 1]


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "record_id": st.sampled_from("rst"),
                "revision": st.none() | st.integers(1, 3),
                "updated_at": st.none() | st.integers(0, 3),
                "file": st.sampled_from(["a.csv", "b.csv"]),
            }
        ),
        min_size=1,
        max_size=12,
    )
)
def test_each_record_is_kept_once_and_no_row_outranks_it(hand, rows):
    rows = [{**row, "line": line} for line, row in enumerate(rows, 2)]

    def rank(row: dict[str, Any]) -> tuple[int, int, int]:
        return row["revision"] or 1, -1 if row["updated_at"] is None else row["updated_at"], row["line"]

    by_record = {name: [row for row in rows if row["record_id"] == name] for name in "rst"}
    right = [
        (name, (best := max(listed, key=rank))["file"], best["line"], len(listed))
        for name, listed in by_record.items()
        if listed
    ]
    assert last_revisions(hand, rows) == right


def fared(hand: Hand, *attempts: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"record_id": "r", "run_id": "a", "attempt_at": NOON + n * SECOND} | said
        for n, said in enumerate(attempts)
    ]
    (found,) = hand.rows(sent(hand.relation("sync", rows)))
    return found


def test_record_fares_as_its_attempts_say(hand):
    found = fared(
        hand,
        {"outcome": "throttled", "http_status": 429},
        {"outcome": "Accepted", "http_status": 200, "payload_revision": 1, "run_id": "b"},
        {"outcome": "accepted", "http_status": 201, "payload_revision": 2, "run_id": "c"},
        {"outcome": "error", "http_status": None, "run_id": "d", "payload_revision": 3},
    )
    assert found == {
        "record_id": "r",
        "tries": 4,
        "accepted": 2,
        "runs_accepted": 2,
        "accepted_run": "b",
        "other_run": "c",
        "first_accepted_at": NOON + SECOND,
        "last_accepted_at": NOON + 2 * SECOND,
        "last_try_at": NOON + 3 * SECOND,
        "last_outcome": OUTCOMES.index("error"),
        "last_status": None,  # no answer came
        "last_run": "d",
        "sent_revision": 2,  # what was not accepted was not sent
        "sync_file": "sync",
        "sync_line": 5,
    }


LAST_ATTEMPT = [
    ([{"outcome": "accepted"}, {"outcome": "rejected"}], "rejected"),
    (
        [{"outcome": "rejected", "attempt_at": NOON}, {"outcome": "accepted", "attempt_at": NOON - 1}],
        "rejected",
    ),
    ([{"outcome": "THROTTLED"}], "throttled"),  # capitals
    ([{"outcome": "exploded"}], "error"),  # a word of its own is no success
    ([{"outcome": None}], "error"),
    ([{"outcome": "skipped", "attempt_at": None}], "skipped"),  # when is unknown
    ([{"outcome": "rejected", "attempt_at": -NOON}], "rejected"),  # before 1970
    ([{"outcome": "rejected", "attempt_at": at("9999-12-31T23:59:59Z")}], "rejected"),  # the end of time
    ([{"outcome": "rejected", "attempt_at": 2**62}], "rejected"),  # and beyond
]


@pytest.mark.parametrize(("attempts", "outcome"), LAST_ATTEMPT)
def test_last_outcome_is_that_of_the_last_attempt(hand, attempts, outcome):
    assert OUTCOMES[fared(hand, *attempts)["last_outcome"]] == outcome


STATUSES = [
    ([200, 503], 503),  # the last
    ([503, None], None),  # the last had none
    ([99_999], None),  # no status of HTTP
    ([-1], None),
    ([99_999, 404], 404),  # and it spoils no other
]


@pytest.mark.parametrize(("statuses", "last"), STATUSES)
def test_last_status_is_that_of_the_last_attempt(hand, statuses, last):
    attempts = [{"outcome": "error", "http_status": status} for status in statuses]
    assert fared(hand, *attempts)["last_status"] == last


def test_record_accepted_twice_by_one_run_was_accepted_by_one_run(hand):
    found = fared(hand, {"outcome": "accepted"}, {"outcome": "accepted"})
    assert (found["accepted"], found["runs_accepted"]) == (2, 1)
    assert fared(hand, {"outcome": "error"})["runs_accepted"] == 0


def test_rows_of_a_record_are_counted_and_rows_without_one_are_not(hand):
    reviews = hand.relation(
        "reviews", [{"record_id": name, "person": "p"} for name in ("r", "r", "s", None, None)]
    )
    found = hand.rows(held(reviews, repeated(reviews)), "h_line")
    assert [(row["record_id"], row["h_copies"]) for row in found] == [
        ("r", 2),
        ("r", 2),
        ("s", 1),
        (None, 1),
        (None, 1),
    ]
    assert {name for name in found[0] if not name.startswith("h_")} == {"record_id"}


LMS = pa.schema(
    [
        ("record_id", pa.string()),
        ("person_id", pa.string()),
        ("course_id", pa.string()),
        ("completed_at", pa.int64()),
        ("due", pa.bool_()),
    ]
)
SHOWN = pa.schema(
    [
        ("record_id", pa.string()),
        ("review_record_id", pa.string()),
        ("person_id", pa.string()),
        ("course_id", pa.string()),
        ("completed_at", pa.int64()),
        ("file", pa.string()),
        ("line", pa.int64()),
    ]
)


def adopted(hand: Hand, records: list[tuple[Any, ...]], rows: list[tuple[Any, ...]]) -> list[str]:
    """The record that each review row stands for, in order of the rows.

    `records` are (id, person, time[, due]); `rows` (id, person, time[, id of the review system]). One course.
    """
    last = [
        {
            "record_id": one[0],
            "person_id": one[1],
            "completed_at": one[2],
            "course_id": "C",
            "due": one[-1] is not False,
        }
        for one in records
    ]
    shown = [
        {"record_id": one[0], "person_id": one[1], "completed_at": one[2], "course_id": "C", "file": "h.csv"}
        | {"line": line, "review_record_id": one[3] if len(one) > 3 else None}
        for line, one in enumerate(rows, 2)
    ]
    found = with_record_ids(hand.table(shown, SHOWN), hand.table(last, LMS), hand.engine.keep)
    return [row["record_id"] for row in sorted(hand.rows(found), key=lambda row: row["line"])]


ADOPTED = [
    # one of each: whatever the time says
    ([("r", "p", 1)], [(None, "p", 1)], ["r"]),
    ([("r", "p", 1)], [(None, "p", 9)], ["r"]),
    # several: the same time first, the rest in order
    ([("r", "p", 1), ("s", "p", 2)], [(None, "p", 2), (None, "p", 1)], ["s", "r"]),
    ([("r", "p", 1), ("s", "p", 2)], [(None, "p", 2), (None, "p", 7)], ["s", "r"]),
    ([("r", "p", 1), ("s", "p", 2)], [(None, "p", 8), (None, "p", 7)], ["s", "r"]),
    # another person's record is nobody's partner, and a person who is not known has none
    ([("r", "p", 1)], [(None, "q", 2)], ["review row h.csv:2"]),
    ([("r", None, 1)], [(None, None, 2, "hr-7")], ["hr-7"]),
    # but where one record and one row are alone at their instant, whoever they name
    ([("r", "p", 1)], [(None, "q", 1)], ["r"]),
    ([("r", None, 1)], [(None, None, 1, "hr-7")], ["r"]),
    # a class completed at one stroke: that of p is missing, and q's row is q's
    ([("r", "p", 1), ("s", "o", 1)], [(None, "q", 1), (None, "o", 1)], ["review row h.csv:2", "s"]),
    # a record that a row names is not given to another row
    ([("r", "p", 1)], [("r", "p", 1), (None, "p", 1)], ["r", "review row h.csv:3"]),
    # what need not be there is met at its own time only
    ([("v", "p", 1, False)], [(None, "p", 1)], ["v"]),
    ([("v", "p", 1, False)], [(None, "p", 2)], ["review row h.csv:2"]),
    # two rows for one record: the second is an orphan of its own
    ([("r", "p", 1)], [(None, "p", 1), (None, "p", 1)], ["r", "review row h.csv:3"]),
    # no time on either side
    ([("r", "p", None)], [(None, "p", None)], ["r"]),
]


@pytest.mark.parametrize(("records", "rows", "right"), ADOPTED)
def test_review_row_without_a_record_adopts_that_of_its_person_and_course(hand, records, rows, right):
    assert adopted(hand, records, rows) == right


def test_rows_that_all_name_their_record_stay_as_they_are(hand):
    assert adopted(hand, [("r", "p", 1)], [("s", "p", 1), ("r", "q", 2)]) == ["s", "r"]


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("pq"), st.integers(0, 3)), max_size=6),
    st.lists(st.tuples(st.sampled_from("pq"), st.integers(0, 3)), max_size=6),
)
def test_no_record_is_adopted_twice_and_none_is_left_where_a_row_waits(hand, mine, theirs):
    records = [(f"r{n}", person, when) for n, (person, when) in enumerate(mine)]
    rows = [(None, person, when) for person, when in theirs]
    found = adopted(hand, records, rows)
    assert len(found) == len(set(found)) == len(rows)
    met = [name for name in found if name.startswith("r") and " " not in name]
    for p in "pq":  # a row under a wrong person may meet a record of the same time, beside these
        waiting = min(sum(one[1] == p for one in records), sum(one[1] == p for one in rows))
        assert sum(records[int(name[1:])][1] == p for name in met) >= waiting


def test_every_record_of_any_side_is_in_the_pairs(hand):
    last = hand.table([{"record_id": name, "file": "lms"} for name in ("both", "lost", "tried")])
    sync = [{"record_id": name, "run_id": "a", "outcome": "accepted"} for name in ("both", "tried", "ghost")]
    reviews = hand.relation("reviews", [{"record_id": name} for name in ("both", "both", "orphan")])
    found = hand.rows(
        pairs(last, sent(hand.relation("sync", sync)), held(reviews, repeated(reviews))),
        "record_id",
        "h_line",
    )
    assert [
        (row["record_id"], row["file"], row["tries"], row["h_line"], row["h_copies"]) for row in found
    ] == [
        ("both", "lms", 1, 2, 2),
        ("both", "lms", 1, 3, 2),
        ("lost", "lms", None, None, None),
        ("orphan", None, None, 4, 1),
        ("tried", "lms", 1, None, None),
    ]


DUE = [
    ("completed", True),
    ("passed", True),
    ("failed", False),  # unless the company sends those too
    ("voided", False),
    ("launched", False),
    (None, False),
]


def test_results_are_due_and_others_where_the_company_sends_them(hand):
    statuses = [status for status, _ in DUE]
    said = hand.column(lambda t: due(t.status, frozenset()), status=pa.array(statuses))
    assert said == [is_due for _, is_due in DUE]
    assert hand.column(lambda t: due(t.status, frozenset({"failed"})), status=["failed", "voided"]) == [
        True,
        False,
    ]
