"""The clean twin against every trigger of the catalogue, read by the letter, with nothing of ours but the files."""

import itertools
import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sample_book import Book, moment, write_and_read

SENT = {"completed", "passed", "failed"}


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Book:
    return write_and_read(tmp_path_factory.mktemp("twin") / "out").clean


@pytest.fixture(scope="module")
def last(book):
    """The last revision of each record."""
    return {
        key: max(rows, key=lambda row: int(row["revision"]))
        for key, rows in book.by_record("completions").items()
    }


@pytest.fixture(scope="module")
def reviews(book):
    return book.by_record("reviews")


@pytest.fixture(scope="module")
def who(book):
    """The person behind an account, a number, an address; one only."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in book.rows("people"):
        for number in (row["employee_number"], *row["former_numbers"].split(";")):
            found["number", number].add(row["person_id"])
        for mail in (row["email"], *row["aliases"].split(";")):
            found["mail", mail.lower()].add(row["person_id"])
    for row in book.rows("accounts"):
        persons = (
            found["number", row["employee_number"]]
            if row["employee_number"]
            else found["mail", row["email"].lower()]
        )
        found[row["account_issuer"], row["account_name"]] |= persons
    found.pop(("number", ""), None)
    found.pop(("mail", ""), None)
    return found


def persons_of(who, row):
    keys = (
        (row["account_issuer"], row["account_name"]),
        ("number", row["employee_number"]),
        ("mail", row["email"].lower()),
    )
    return [who[key] for key in keys if key[1]]


def test_every_identifier_of_every_completion_leads_to_the_one_person_of_the_review(book, who, reviews):
    seen = 0
    for row in book.rows("completions"):
        found = persons_of(who, row)
        assert found, row
        assert all(len(persons) == 1 for persons in found), row
        assert len(set.union(*found)) == 1, row
        for review in reviews.get(row["record_id"], ()):
            assert found[0] == {review["person"]}
            assert UUID(review["person"]).version == 4
            seen += 1
    assert seen > 600


def test_nobody_has_two_accounts_in_a_system_and_no_number_or_address_is_two_peoples(book, who):
    assert all(len(persons) == 1 for persons in who.values())
    accounts = Counter()
    for row in book.rows("accounts"):
        (person,) = who[row["account_issuer"], row["account_name"]]
        accounts[row["account_issuer"], person] += 1
    assert set(accounts.values()) == {1}


def test_namesakes_exist_even_in_one_team_and_city(book):
    names = Counter(
        (row["first_name"], row["last_name"], row["department"], row["city"]) for row in book.rows("people")
    )
    assert max(names.values()) > 1


def test_each_sent_record_stands_once_in_the_reviews_with_its_time_to_the_second(last, reviews):
    expected = {key for key, row in last.items() if row["status"] in SENT}
    assert expected == reviews.keys()
    for key, rows in reviews.items():
        (review,) = rows
        assert moment(review["completed_at"]) == moment(last[key]["completed_at"])
        assert review["completed_at"].endswith("Z")
        assert review["course_id"] == last[key]["course_id"]


def test_no_time_is_a_midnight_in_the_future_or_outside_the_employment(book, last, reviews, who):
    people = {row["person_id"]: row for row in book.rows("people")}
    end = max(moment(row["attempt_at"]) for row in book.rows("sync"))
    for row in last.values():
        done = moment(row["completed_at"])
        assert row["completed_at"][11:19] != "00:00:00"
        assert moment(row["completed_at"]).timestamp() % 86_400
        assert done < moment(row["updated_at"]) <= end
        assert moment(row["enrolled_at"]) < done
        person = people[next(iter(persons_of(who, row)[0]))]
        assert person["hired_on"] < row["enrolled_at"][:10]
        assert not person["left_on"] or row["completed_at"][:10] < person["left_on"]


def test_no_review_shows_the_time_of_a_call_or_of_the_receipt(book, reviews):
    calls = {
        key: {moment(row["attempt_at"]).replace(microsecond=0) for row in rows}
        for key, rows in book.by_record("sync").items()
    }
    for key, (review,) in reviews.items():
        assert moment(review["completed_at"]) not in calls[key] | {moment(review["received_at"])}


def test_each_completion_counts_for_exactly_one_cycle_and_is_filed_there(book, last, reviews):
    cycles = [
        (row["cycle"], moment(row["opens_at"]), moment(row["grace_until"])) for row in book.rows("cycles")
    ]
    for key, row in last.items():
        done = moment(row["completed_at"])
        (cycle,) = [name for name, opens, ends in cycles if opens <= done <= ends]
        assert all(review["cycle"] == cycle for review in reviews.get(key, ()))


def test_what_was_done_before_a_cut_off_arrived_before_it_and_grace_kept_its_hours(book, reviews):
    cycles = {row["cycle"]: row for row in book.rows("cycles")}
    graced = 0
    for (review,) in reviews.values():
        cycle = cycles[review["cycle"]]
        done, received = moment(review["completed_at"]), moment(review["received_at"])
        assert done < received
        if done <= moment(cycle["cutoff_at"]):
            assert received < moment(cycle["cutoff_at"])
        else:
            graced += 1
            assert received - done < timedelta(hours=float(cycle["sla_hours"]))
    assert graced >= 10


def test_a_run_ended_between_the_last_completion_and_each_cut_off(book, last):
    ends = {moment(row["run_ended_at"]) for row in book.rows("sync")}
    for cycle in book.rows("cycles"):
        cutoff = moment(cycle["cutoff_at"])
        done = [moment(row["completed_at"]) for row in last.values()]
        latest = max(at for at in done if at <= cutoff)
        assert any(latest < end < cutoff for end in ends)


def test_every_call_was_accepted_in_the_end_and_nothing_was_refused(book, last):
    final = {}
    for row in book.rows("sync"):
        assert row["outcome"] in {"accepted", "throttled", "error"}
        assert row["http_status"] not in {"401", "403"}
        final[row["run_id"], row["record_id"]] = row["outcome"]
    assert set(final.values()) == {"accepted"}
    sent = {record for _, record in final}
    assert {key for key, row in last.items() if row["status"] in SENT} <= sent


def test_every_wait_respects_retry_after_and_grows(book):
    troubles: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    by_run = defaultdict(list)
    for row in book.rows("sync"):
        troubles[row["run_id"], row["record_id"]].append(row)
        by_run[row["run_id"]].append(row)
    dates = 0
    for rows in by_run.values():
        for row, after in itertools.pairwise(rows):
            assert moment(row["attempt_at"]) < moment(after["attempt_at"])
            if row["retry_after"].isdigit():
                assert moment(after["attempt_at"]) - moment(row["attempt_at"]) >= timedelta(
                    seconds=int(row["retry_after"])
                )
            elif row["retry_after"]:
                due = datetime.strptime(row["retry_after"] + "+0000", "%a, %d %b %Y %H:%M:%S GMT%z")
                assert moment(after["attempt_at"]) >= due
                dates += 1
    assert dates  # both forms of Retry-After occur
    for rows in troubles.values():
        times = [moment(row["attempt_at"]) for row in rows]
        waits = [after - before for before, after in itertools.pairwise(times)]
        assert waits == sorted(waits)
        assert [row["attempt"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]


def test_no_run_ends_on_a_full_page_and_none_overlaps_the_next(book):
    runs = defaultdict(list)
    for row in book.rows("sync"):
        runs[row["run_id"]].append(row)
    ended = None
    for run_id in sorted(runs):
        rows = runs[run_id]
        (limit,) = {int(row["limit"]) for row in rows}
        records = {row["record_id"] for row in rows}
        assert len(records) % limit
        assert len(rows) % limit
        assert max(int(row["page"]) for row in rows) == (len(records) - 1) // limit + 1
        started = moment(rows[0]["run_started_at"])
        assert started < moment(rows[0]["attempt_at"])
        assert ended is None or ended < started
        ended = moment(rows[0]["run_ended_at"])
        assert moment(rows[-1]["attempt_at"]) < ended


def test_each_change_is_sent_once_by_the_first_run_that_could_see_it(book):
    runs = sorted({(moment(row["run_started_at"]), row["run_id"]) for row in book.rows("sync")})
    sent = defaultdict(set)
    for row in book.rows("sync"):
        if row["outcome"] == "accepted":
            change = row["record_id"], json.loads(row["payload"])["revision"]
            assert change not in sent
            sent[change].add(row["run_id"])
    for row in book.rows("completions"):
        change = row["record_id"], int(row["revision"])
        if change in sent:
            first = next(run_id for at, run_id in runs if at > moment(row["updated_at"]))
            assert sent[change] == {first}
        else:
            assert row["status"] in {"launched", "voided"}


def test_every_launch_is_followed_by_its_result(book):
    results = defaultdict(list)
    for row in book.rows("completions"):
        if row["status"] in SENT:
            results[row["account_name"], row["email"], row["course_id"]].append(moment(row["completed_at"]))
    launched = [row for row in book.rows("completions") if row["status"] == "launched"]
    assert len(launched) > 10
    for row in launched:
        after = [
            at - moment(row["completed_at"])
            for at in results[row["account_name"], row["email"], row["course_id"]]
        ]
        assert any(timedelta(0) < wait < timedelta(hours=1) for wait in after)


def test_voids_and_regrades_happen_and_reach_the_reviews(book, last, reviews):
    statuses = Counter(row["status"] for row in last.values())
    assert statuses["voided"] > 5
    assert not [key for key, row in last.items() if row["status"] == "voided" and key in reviews]
    assert len([row for row in last.values() if row["revision"] == "2" and row["status"] == "passed"]) > 5


def test_every_score_is_inside_a_declared_scale_and_converted_by_it(book, last, reviews):
    scales = {row["scale"]: row for row in book.rows("scales")}
    assert len(scales) == len(book.rows("scales"))
    for key, (review,) in reviews.items():
        row = last[key]
        if not row["score"]:
            assert not review["score"]
            assert not review["scale"]
            continue
        scale = scales[row["scale"]]
        low, high, score = float(scale["min"]), float(scale["max"]), float(row["score"])
        assert low <= score <= high
        points = dict(pair.split("=") for pair in scale["points"].split(";") if pair)
        right = float(points[row["score"]]) if points else (score - low) / (high - low) * 100
        assert float(review["score"]) == round(right, 6)
        assert review["scale_version"] == scales[review["scale"]]["version"] == scale["version"]


def test_every_competency_is_used_and_every_tag_known_labelled_and_mapped(book, last, reviews):
    known: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, set[str]] = defaultdict(set)
    for row in book.rows("competencies"):
        assert (row["status"], row["replaced_by"]) == ("active", "")
        labels[row["id"]].add(row["label"])
        for tag in (row["id"], *row["aliases"].split(";")):
            known[tag].add(row["id"])
    used = set()
    for key, (review,) in reviews.items():
        ids = set.union(*(known[tag] for tag in last[key]["tags"].split(";")))
        assert ids == {review["competency"]}
        assert review["label"] in labels[review["competency"]]
        used |= ids
    assert used == labels.keys()


def test_every_grant_is_needed_and_was_used_in_the_period(book):
    opens = min(moment(row["opens_at"]) for row in book.rows("cycles"))
    for row in book.rows("grants"):
        assert (row["granted"], row["needed"]) == ("true", "true")
        assert moment(row["last_used_at"]) > opens


def test_everybody_had_a_basis_before_the_first_transfer(book, who, reviews):
    since = {}
    for row in book.rows("consents"):
        assert not row["withdrawn_at"]
        keys = (
            {row["person"]}
            | who.get(("number", row["person"]), set())
            | who.get(("mail", row["person"].lower()), set())
        )
        since |= {key: moment(row["granted_at"]) for key in keys}
    calls = book.by_record("sync")
    for key, (review,) in reviews.items():
        assert since[review["person"]] < min(moment(row["attempt_at"]) for row in calls[key])


def test_only_allowed_fields_are_sent_held_and_shown_and_none_is_too_old(book, reviews):
    allowed = {(row["role"], row["field"]) for row in book.rows("policy") if row["allowed"] == "true"}
    days = {int(row["retention_days"]) for row in book.rows("policy") if row["retention_days"]}
    for row in book.rows("sync"):
        assert all(("", field) in allowed for field in json.loads(row["payload"]))
    end = max(moment(row["attempt_at"]) for row in book.rows("sync"))
    for (review,) in reviews.values():
        assert all({("", field), ("reviewer", field)} <= allowed for field, cell in review.items() if cell)
        assert end - moment(review["completed_at"]) < timedelta(days=min(days))
