"""Each planted fault against the faulty files: is it really there, and is nothing else different?"""

import itertools
import json
from collections import defaultdict
from datetime import timedelta

import pytest
from sample_book import Written, moment, write_and_read

from trueup.model.faults import CATALOGUE
from trueup.sandbox.plant import PLANTERS

# the contract's list, so that a code that vanishes from both the catalogue and the sandbox is missed by somebody
FAMILIES = {"01": 7, "02": 7, "03": 8, "04": 5, "05": 3, "06": 5, "07": 4, "08": 5, "09": 4, "10": 5}
CODES = {f"TU{family}{number:02d}" for family, count in FAMILIES.items() for number in range(1, count + 1)}
OF_THE_RUN = {"page", "limit", "run_ended_at"}  # a record that comes or goes changes them for the whole run


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Written:
    return write_and_read(tmp_path_factory.mktemp("planted") / "out")


def lines_of(written, code):
    return [line for line in written.truth if line["code"] == code]


def test_every_code_of_the_contract_and_of_the_catalogue_has_a_planter_and_no_other():
    assert PLANTERS.keys() == CODES
    assert set(CATALOGUE) == CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_code_is_planted_at_least_three_times(written, code):
    assert len(lines_of(written, code)) >= 3


@pytest.mark.parametrize("code", ["TU0202"])
def test_a_zone_shift_moves_at_least_eight_records_of_one_site_by_the_same_amount(written, code):
    groups = defaultdict(int)
    for line in lines_of(written, code):
        groups[line["note"]] += 1
    assert len(groups) == 3
    assert min(groups.values()) >= 8


def test_truth_is_about_things_that_exist_and_about_known_codes(written):
    records = written.clean.by_record("completions").keys() | written.faulty.by_record("completions").keys()
    records |= written.faulty.by_record("reviews").keys()
    people = {row["person_id"] for row in written.clean.rows("people")}
    runs = {row["run_id"] for book in (written.clean, written.faulty) for row in book.rows("sync")}
    cycles = {row["cycle"] for row in written.faulty.rows("cycles")}
    for line in written.truth:
        assert {line["code"], *line["also"]} <= CODES
        assert line["code"] not in line["also"]
        assert line["note"]
        for field, known in (("record_id", records), ("person", people), ("run_id", runs), ("cycle", cycles)):
            assert field not in line or line[field] in known, line


def test_no_record_has_two_planted_faults(written):
    records = [line["record_id"] for line in written.truth if "record_id" in line]
    assert len(records) == len(set(records))


def differing(written, role, *keys):
    """The keys under which the two books hold other rows, apart from what is the whole run's."""

    def by_key(book):
        found = defaultdict(list)
        for row in book.rows(role):
            cells = {name: cell for name, cell in row.items() if cell and name not in OF_THE_RUN}
            found[tuple(row[key] for key in keys)].append(sorted(cells.items()))
        return found

    clean, faulty = by_key(written.clean), by_key(written.faulty)
    return {key for key in clean.keys() | faulty.keys() if clean.get(key) != faulty.get(key)}


@pytest.mark.parametrize("role", ["completions", "reviews", "sync"])
def test_the_twins_differ_only_in_records_that_the_truth_names_or_whose_people_it_names(written, role):
    named = {line["record_id"] for line in written.truth if "record_id" in line} | {""}
    # a new colleague who was given a leaver's address has it on all his records; a launch is named, not its result
    heirs = {
        row["person"]
        for row in written.faulty.rows("reviews")
        if row["record_id"] in named_of(written, "TU0106")
    }
    theirs = {
        cell
        for row in written.clean.rows("people")
        if row["person_id"] in heirs
        for cell in row.values()
        if cell
    }
    of_heirs = {
        row["record_id"]
        for row in written.clean.rows("completions")
        if row["email"].lower() in theirs or row["employee_number"] in theirs
    }
    launched = named_of(written, "TU0307")
    clean = written.clean.by_record("completions")
    results = {
        key
        for key, rows in clean.items()
        if (rows[0]["account_name"], rows[0]["course_id"])
        in {(clean[one][0]["account_name"], clean[one][0]["course_id"]) for one in launched}
    }
    # a void that a missing run should have carried comes later, a regrade did not happen: neither is a fault
    runs = {row["run_id"] for row in written.faulty.rows("sync")}
    second_thoughts = {
        row["record_id"]
        for row in written.clean.rows("sync")
        if row["run_id"] not in runs and json.loads(row["payload"])["revision"] > 1
    }
    assert {
        key for (key,) in differing(written, role, "record_id")
    } <= named | of_heirs | results | second_thoughts


def named_of(written, code):
    return {line["record_id"] for line in lines_of(written, code)}


@pytest.mark.parametrize(
    ("role", "key", "field"),
    [("people", "person_id", "person"), ("competencies", "id", "competency"), ("grants", "scope", "scope")],
)
def test_the_other_books_differ_only_where_the_truth_says(written, role, key, field):
    about = {line[field] for line in written.truth if field in line}
    if role == "people":  # the second person of a shared address, and the heir of a reused one
        codes = {"TU0104", "TU0106"}
        pairs = sum(1 for line in written.truth if line["code"] in codes)
        others = {one for (one,) in differing(written, role, key)} - about
        assert len(others) <= pairs
    else:
        assert {one for (one,) in differing(written, role, key)} <= about


def shows(line, code, books):
    """Whether the record of the line has that fault, by the simplest reading of its trigger."""
    lms, calls, held, clean = books
    row = lms.get(line["record_id"], [{}])[-1]
    review = held.get(line["record_id"], [{}])[0]
    sent = calls.get(line["record_id"], [])
    truth = clean.get(line["record_id"], [{}])[0]
    outcomes = [call["outcome"] for call in sent]
    moved = {
        "TU0202": lambda: (
            (moment(review["completed_at"]) - moment(row["completed_at"])).total_seconds() % 900 == 0
            and review["completed_at"] != truth["completed_at"]
        ),
        "TU0207": lambda: (
            (moment(review["completed_at"]) - moment(row["completed_at"])).total_seconds() % 900 != 0
        ),
        "TU0204": lambda: review["cycle"] != truth["cycle"],
        "TU0206": lambda: (
            review["completed_at"] == review["received_at"]
            or any(call["attempt_at"].startswith(review["completed_at"][:19]) for call in sent)
        ),
        "TU0301": lambda: row and not sent and not review,
        "TU0302": lambda: row and sent and "accepted" not in outcomes and not review,
        "TU0303": lambda: row and "accepted" in outcomes and not review,
        "TU0304": lambda: review and not row,
        "TU0305": lambda: row["status"] == "voided" and review,
        "TU0306": lambda: row["revision"] == "2" and review["score"] != truth["score"],
        "TU0307": lambda: row["status"] == "launched" and not review,
        "TU0401": lambda: outcomes and set(outcomes) == {"throttled"} and not review,
        "TU0402": lambda: len(outcomes) == 4 and set(outcomes) == {"error"} and not review,
        "TU0403": lambda: row and not sent and not review,
        "TU0404": lambda: (
            outcomes[-1] == "accepted"
            and moment(sent[-1]["attempt_at"]) - moment(sent[0]["attempt_at"]) < timedelta(seconds=8)
        ),
        "TU0405": lambda: (not sent and not review) or len({call["run_id"] for call in sent}) >= 2,
        "TU0502": lambda: len(held[line["record_id"]]) == 2 or review["review_record_id"] != "",
        "TU0703": lambda: review["manager_note"] or review["absence_reason"],
        "TU1004": lambda: review["email"] or review["employee_number"],
        "TU1001": lambda: (
            json.loads(sent[-1]["payload"]).keys() & {"date_of_birth", "mobile_phone", "salary_band"}
        ),
        "TU0803": lambda: review["score"] != truth["score"] and row["score"],
        "TU0804": lambda: review["scale_version"] == "2025",
        "TU0805": lambda: not row["score"] and review["score"],
        "TU0105": lambda: review["person"] != truth["person"],
        "TU0106": lambda: review["person"] != truth["person"],
        "TU0107": lambda: review["person"] != truth["person"],
        "TU0602": lambda: review["label"] != truth["label"],
        "TU0901": lambda: (
            moment(review["received_at"]) > moment(truth["received_at"]) + timedelta(minutes=10)
        ),
        "TU0903": lambda: sent[-1]["run_id"] == line["run_id"],
        "TU0902": lambda: moment(review["received_at"]) - moment(row["completed_at"]) > timedelta(hours=2),
        "TU1005": lambda: row["completed_at"] < "2025" and review["received_at"] < "2025",
    }
    return bool(moved[code]())


SHOWN = [
    "TU0105",
    "TU0106",
    "TU0107",
    "TU0202",
    "TU0204",
    "TU0206",
    "TU0207",
    "TU0301",
    "TU0302",
    "TU0303",
    "TU0304",
    "TU0305",
    "TU0306",
    "TU0307",
    "TU0401",
    "TU0402",
    "TU0403",
    "TU0404",
    "TU0405",
    "TU0502",
    "TU0602",
    "TU0703",
    "TU0803",
    "TU0804",
    "TU0805",
    "TU0901",
    "TU0902",
    "TU0903",
    "TU1001",
    "TU1004",
    "TU1005",
]


@pytest.fixture(scope="module")
def books(written):
    faulty = written.faulty
    return (
        faulty.by_record("completions"),
        faulty.by_record("sync"),
        faulty.by_record("reviews"),
        written.clean.by_record("reviews"),
    )


@pytest.mark.parametrize("code", SHOWN)
def test_what_is_said_to_be_planted_can_be_seen(written, books, code):
    missing = [line for line in lines_of(written, code) if not shows(line, code, books)]
    assert missing == []


def test_a_truncated_run_ends_exactly_on_a_full_page_in_the_faulty_book_only(written):
    for run_id in {line["run_id"] for line in lines_of(written, "TU0403")}:
        full = []
        for book in (written.faulty, written.clean):
            rows = [row for row in book.rows("sync") if row["run_id"] == run_id]
            full.append(len({row["record_id"] for row in rows}) % int(rows[0]["limit"]) == 0)
        assert full == [True, False]


def test_no_other_run_of_the_faulty_book_ends_on_a_full_page(written):
    planted = {line["run_id"] for line in lines_of(written, "TU0403")}
    runs = defaultdict(list)
    for row in written.faulty.rows("sync"):
        runs[row["run_id"]].append(row)
    for run_id in runs.keys() - planted:
        limit = int(runs[run_id][0]["limit"])
        assert len({row["record_id"] for row in runs[run_id]}) % limit


def test_runs_of_the_faulty_book_end_before_the_next_begins(written):
    runs = sorted(
        {(row["run_id"], row["run_started_at"], row["run_ended_at"]) for row in written.faulty.rows("sync")}
    )
    assert all(one[2] < other[1] for one, other in itertools.pairwise(runs))


def test_an_unreadable_row_is_not_read_by_a_strict_reader(written):
    roles = {line["note"].split()[3].rstrip(":"): line["record_id"] for line in lines_of(written, "TU0308")}
    assert roles.keys() == {"reviews", "completions", "sync"}
    for role, record in roles.items():
        assert record in written.clean.by_record(role)
        assert record not in written.faulty.by_record(role)


def test_the_roster_gives_a_shared_address_to_two_people_and_a_reused_one_to_a_leaver_and_an_heir(written):
    people = written.faulty.rows("people")
    rows = written.faulty.by_record("completions")
    for code, wanted in (("TU0104", 2), ("TU0106", 2)):
        for line in lines_of(written, code):
            value = rows[line["record_id"]][0][line["field"]]
            holders = [person for person in people if value in ";".join(person.values()).split(";")]
            assert len(holders) == wanted, (code, value)


def test_a_persons_consent_is_missing_elsewhere_or_withdrawn_before_the_transfer(written):
    people = {row["person_id"]: row for row in written.faulty.rows("people")}
    consents = {row["person"]: row for row in written.faulty.rows("consents")}
    calls = written.faulty.by_record("sync")
    for line in [*lines_of(written, "TU1002"), *lines_of(written, "TU1003")]:
        person = people[line["person"]]
        row = next(
            (
                consents[key]
                for key in (line["person"], person["employee_number"], person["email"])
                if key in consents
            ),
            None,
        )
        sent = moment(calls[line["record_id"]][-1]["attempt_at"])
        if line["code"] == "TU1003":
            assert moment(row["withdrawn_at"]) < sent
        else:
            assert row is None or row["purpose"] == "newsletter" or moment(row["granted_at"]) > sent


def test_the_truth_names_the_file_and_line_of_an_unreadable_row(written):
    for line in lines_of(written, "TU0308"):
        text = (
            (written.folder / "logs" / line["file"])
            .read_text(encoding="utf-8")
            .splitlines()[line["line"] - 1]
        )
        assert line["record_id"] in text
