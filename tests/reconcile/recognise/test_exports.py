"""Every real export: its system, role, rows, columns, and what it asks for."""

import csv
import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from trueup.reconcile.reading import inspect, read

EXPORTS = Path(__file__).parents[2] / "exports"
COURSE = "constants.course_id"
WHOLE = "columns.completed_at"  # asked where a report has activities only

# file: system, role, rows, of these reported, canonical rows, keys of what must be told
EXPECTED: dict[str, tuple[str, str | None, int, int, int, str]] = {
    "horilla/de/work-info-export.xlsx": ("horilla", "people", 213, 0, 213, ""),
    "horilla/employee-export.xlsx": ("horilla", "people", 213, 0, 213, ""),
    "horilla/es/work-info-export.xlsx": ("horilla", "people", 213, 0, 213, ""),
    "horilla/pms-bonus-points.csv": ("horilla", "reviews", 3, 1, 2, COURSE),  # "admin admin" has no badge
    "horilla/pms-bonus-points.xlsx": ("horilla", "reviews", 3, 1, 2, COURSE),
    "horilla/work-info-export-all-columns.xlsx": ("horilla", "people", 213, 0, 213, ""),
    "horilla/work-info-export-d-mmm-yyyy.xlsx": ("horilla", "people", 213, 0, 213, ""),
    "horilla/work-info-export-default-ids.xlsx": ("horilla", "people", 14, 0, 14, ""),
    "horilla/work-info-export-dmy-2digit.xlsx": ("horilla", "people", 213, 0, 213, "day_order"),  # 04/01/24
    "horilla/work-info-export-dmy-dots.xlsx": (
        "horilla",
        "people",
        213,
        0,
        213,
        "",
    ),  # dots: the day is first
    "horilla/work-info-export-mdy-slash.xlsx": ("horilla", "people", 213, 0, 213, "day_order"),  # 01/04/2024
    "horilla/work-info-template.xlsx": ("horilla", "people", 0, 0, 0, ""),  # headers only
    "moodle/competency-framework.csv": (
        "moodle",
        "competencies",
        6,
        0,
        5,
        "constants.version",
    ),  # row 1: framework
    "moodle/completion-activity-lead2.csv": ("moodle", "completions", 10, 0, 12, f"{COURSE} {WHOLE} zone"),
    "moodle/completion-activity-lead2.excelcsv.csv": (
        "moodle",
        "completions",
        10,
        0,
        12,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/completion-activity-safe101.csv": ("moodle", "completions", 18, 0, 16, f"{COURSE} {WHOLE} zone"),
    "moodle/completion-activity-safe101.excelcsv.csv": (
        "moodle",
        "completions",
        18,
        0,
        16,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/completion-course-feed201.csv": ("moodle", "completions", 13, 0, 7, f"{COURSE} zone"),
    "moodle/completion-course-gdpr301.excelcsv.csv": ("moodle", "completions", 16, 0, 5, f"{COURSE} zone"),
    "moodle/completion-course-lead2.excelcsv.csv": ("moodle", "completions", 10, 0, 13, f"{COURSE} zone"),
    "moodle/completion-course-safe101.csv": ("moodle", "completions", 18, 0, 23, f"{COURSE} zone"),
    "moodle/completion-course-safe101.excelcsv.csv": ("moodle", "completions", 18, 0, 23, f"{COURSE} zone"),
    "moodle/customreport-cohorts.csv": ("moodle", None, 21, 0, 0, ""),  # memberships, no role of ours
    "moodle/customreport-completions.csv": ("moodle", "completions", 197, 12, 21, "zone"),  # 12 rows: nobody
    "moodle/customreport-completions.json": ("moodle", "completions", 137, 12, 21, "zone"),
    "moodle/customreport-completions.xlsx": ("moodle", "completions", 1079, 14, 21, "zone"),
    "moodle/customreport-courses.csv": ("moodle", None, 7, 0, 0, ""),
    "moodle/customreport-participants.csv": ("moodle", None, 502, 0, 0, ""),  # names only
    "moodle/customreport-users.csv": ("moodle", "accounts", 144, 0, 144, "zone"),
    "moodle/de/competency-framework.csv": ("moodle", "competencies", 6, 0, 5, "constants.version"),
    "moodle/de/completion-activity-lead2.csv": ("moodle", "completions", 10, 0, 12, f"{COURSE} {WHOLE} zone"),
    "moodle/de/completion-activity-lead2.excelcsv.csv": (
        "moodle",
        "completions",
        10,
        0,
        12,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/de/completion-activity-safe101.csv": (
        "moodle",
        "completions",
        18,
        0,
        16,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/de/completion-activity-safe101.excelcsv.csv": (
        "moodle",
        "completions",
        18,
        0,
        16,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/de/completion-course-feed201.csv": ("moodle", "completions", 13, 0, 7, f"{COURSE} zone"),
    "moodle/de/completion-course-feed201.excelcsv.csv": ("moodle", "completions", 13, 0, 7, f"{COURSE} zone"),
    "moodle/de/completion-course-gdpr301.csv": ("moodle", "completions", 16, 0, 5, f"{COURSE} zone"),
    "moodle/de/completion-course-gdpr301.excelcsv.csv": ("moodle", "completions", 16, 0, 5, f"{COURSE} zone"),
    "moodle/de/completion-course-lead2.csv": ("moodle", "completions", 10, 0, 13, f"{COURSE} zone"),
    "moodle/de/completion-course-lead2.excelcsv.csv": ("moodle", "completions", 10, 0, 13, f"{COURSE} zone"),
    "moodle/de/customreport-completions.csv": ("moodle", "completions", 197, 12, 21, "zone"),
    "moodle/de/customreport-users.csv": ("moodle", "accounts", 144, 0, 144, "zone"),
    "moodle/de/grade-history-lead2.csv": ("moodle", "grades", 26, 0, 26, "zone"),
    "moodle/de/grade-history-lead2.xlsx": ("moodle", "grades", 26, 0, 26, "zone"),
    "moodle/de/grades-lead2-all-types-feedback.csv": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/de/grades-lead2-all-types-feedback.ods": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/de/grades-lead2-all-types-feedback.xlsx": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/de/grades-lead2.csv": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/de/grades-lead2.ods": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/de/grades-lead2.xlsx": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/de/grades-lead2.xml": ("unknown", None, 0, 0, 0, ""),  # XML is refused
    "moodle/de/log-safe101.csv": ("moodle", "events", 118, 0, 118, "zone"),
    "moodle/de/log-safe101.json": ("moodle", "events", 119, 0, 119, "zone"),
    "moodle/de/log-safe101.xlsx": ("moodle", "events", 120, 0, 120, "zone"),
    "moodle/de/participants-lead2.csv": ("moodle", "accounts", 11, 0, 11, "columns.account_name"),
    "moodle/fr/completion-activity-lead2.csv": ("moodle", "completions", 10, 0, 12, f"{COURSE} {WHOLE} zone"),
    "moodle/fr/completion-activity-lead2.excelcsv.csv": (
        "moodle",
        "completions",
        10,
        0,
        12,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/fr/completion-course-lead2.excelcsv.csv": ("moodle", "completions", 10, 0, 13, f"{COURSE} zone"),
    "moodle/fr/completion-course-safe101.csv": ("moodle", "completions", 18, 0, 23, f"{COURSE} zone"),
    "moodle/grade-history-lead2.csv": ("moodle", "grades", 26, 0, 26, "zone"),
    "moodle/grade-history-lead2.json": ("moodle", "grades", 26, 0, 26, "zone"),
    "moodle/grade-history-lead2.xlsx": ("moodle", "grades", 26, 0, 26, "zone"),
    "moodle/grades-lead2-all-types-feedback.csv": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/grades-lead2-all-types-feedback.ods": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/grades-lead2-all-types-feedback.xlsx": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/grades-lead2-colon.csv": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/grades-lead2.ods": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/grades-lead2.xlsx": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/log-lead2.csv": ("moodle", "events", 168, 0, 168, "zone"),
    "moodle/log-safe101.csv": ("moodle", "events", 114, 0, 114, "zone"),
    "moodle/log-safe101.json": ("moodle", "events", 115, 0, 115, "zone"),
    "moodle/no-identity/completion-activity-safe101.csv": (
        "moodle",
        "completions",
        18,
        18,
        0,
        COURSE,
    ),  # names only
    "moodle/no-identity/completion-activity-safe101.excelcsv.csv": (
        "moodle",
        "completions",
        18,
        18,
        0,
        COURSE,
    ),
    "moodle/no-identity/completion-course-safe101.csv": (
        "moodle",
        "completions",
        18,
        0,
        23,
        f"{COURSE} zone",
    ),
    "moodle/participants-lead2.csv": ("moodle", "accounts", 11, 0, 11, "columns.account_name"),
    "moodle/participants-lead2.json": ("moodle", "accounts", 11, 0, 11, "columns.account_name"),
    "moodle/participants-lead2.xlsx": ("moodle", "accounts", 11, 0, 11, "columns.account_name"),
    "moodle/tz-new-york/completion-activity-lead2.csv": (
        "moodle",
        "completions",
        10,
        0,
        12,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/tz-new-york/completion-activity-lead2.excelcsv.csv": (
        "moodle",
        "completions",
        10,
        0,
        12,
        f"{COURSE} {WHOLE} zone",
    ),
    "moodle/tz-new-york/completion-course-lead2.csv": ("moodle", "completions", 10, 0, 13, f"{COURSE} zone"),
    "moodle/tz-new-york/completion-course-lead2.excelcsv.csv": (
        "moodle",
        "completions",
        10,
        0,
        13,
        f"{COURSE} zone",
    ),
    "moodle/tz-new-york/de/log-safe101.csv": ("moodle", "events", 126, 0, 126, "zone"),
    "moodle/tz-new-york/grade-history-lead2.csv": ("moodle", "grades", 26, 0, 26, "zone"),
    "moodle/tz-new-york/grades-lead2-all-types-feedback.csv": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/tz-new-york/grades-lead2-all-types-feedback.ods": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/tz-new-york/grades-lead2-all-types-feedback.xlsx": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/tz-new-york/grades-lead2-colon.csv": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/tz-new-york/grades-lead2.csv": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/tz-new-york/grades-lead2.ods": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/tz-new-york/grades-lead2.xlsx": ("moodle", "grades", 10, 0, 10, ""),
    "moodle/users-bulk.csv": ("moodle", "accounts", 1025, 0, 1025, ""),
    "moodle/users-bulk.json": ("moodle", "accounts", 326, 0, 326, ""),
    "moodle/users-bulk.ods": ("moodle", "accounts", 1025, 0, 1025, ""),
    "ralph/statements-all.jsonl": ("xapi", "completions", 200, 3, 197, ""),  # 2 scored, 1 by a group
    "ralph/statements-page1.json": ("xapi", "completions", 100, 3, 97, ""),
    "ralph/statements-page2.json": ("xapi", "completions", 100, 0, 100, ""),
    "scim2-server/groups-listresponse.json": ("scim", None, 1, 0, 0, ""),
    "scim2-server/users-attributes-3.json": ("scim", "people", 17, 0, 17, ""),
    "scim2-server/users-empty.json": ("scim", "people", 0, 0, 0, ""),
    "scim2-server/users-listresponse.json": ("scim", "people", 17, 0, 17, ""),
    "scim2-server/users-page1-count5.json": ("scim", "people", 5, 0, 5, ""),
    "scim2-server/users-page2-count5.json": ("scim", "people", 5, 0, 5, ""),
}
# file: columns that must have been found
COLUMNS = {
    "horilla/de/work-info-export.xlsx": {
        "employee_number": "Badge ID",
        "email": "Work Email",
        "hired_on": "Date Joining",
    },
    "horilla/work-info-export-default-ids.xlsx": {"email": "Email", "department": "Department"},
    "horilla/pms-bonus-points.csv": {"person": "Employee", "score": "Bonus Point"},
    "moodle/completion-course-lead2.excelcsv.csv": {
        "employee_number": "ID number",
        "email": "Email address",
        "completed_at": "Course complete",
    },
    "moodle/de/completion-course-lead2.csv": {
        "employee_number": "ID-Nummer",
        "completed_at": "Kurs abschließen",
    },
    "moodle/fr/completion-course-safe101.csv": {
        "email": "Adresse de courriel",
        "completed_at": "Cours terminé",
    },
    "moodle/customreport-completions.csv": {
        "course_id": "Course ID number",
        "completed_at": "Time completed",
        "status": "Completed",
        "score": "Grade",
    },
    "moodle/de/customreport-completions.csv": {"course_id": "Kurs-ID", "completed_at": "Zeit abgeschlossen"},
    "moodle/customreport-completions.json": {"course_id": "courseidnumber", "completed_at": "timecompleted"},
    "moodle/users-bulk.csv": {"account_name": "username", "employee_number": "idnumber"},
    "moodle/de/log-safe101.json": {"person": "betroffenernutzerin", "occurred_at": "zeit"},
    "moodle/de/grades-lead2.csv": {"employee_number": "ID-Nummer", "score": "Kurs gesamt (Punkte)"},
    "ralph/statements-all.jsonl": {"record_id": "id", "email": "actor.mbox", "course_id": "object.id"},
    "scim2-server/users-listresponse.json": {"person_id": "id", "email": "emails"},
}
# file: words that its problems must contain
SAID = {
    "horilla/work-info-template.xlsx": "holds no rows",
    "horilla/de/work-info-export.xlsx": "employee number stands for",
    "moodle/completion-course-lead2.excelcsv.csv": "not completed although a date stands beside it",
    "moodle/no-identity/completion-activity-safe101.csv": "nothing but the name",
    "moodle/no-identity/completion-course-safe101.csv": "Moodle's own user ID",
    "moodle/customreport-completions.csv": "no person in the row",
    "moodle/customreport-participants.csv": "a name is no key",
    "moodle/de/grades-lead2.xml": "XML",
    "ralph/statements-page1.json": "one page of several",
    "ralph/statements-all.jsonl": "the actor is a group",
    "scim2-server/groups-listresponse.json": "no users",
    "scim2-server/users-page1-count5.json": "5 of 17",
}


def _inspected(name: str):
    return inspect(EXPORTS / name, name)


def _counted(path: Path) -> int | None:
    """The rows of a file as another reader counts them; None where none of the other readers fits."""
    if path.suffix == ".csv":
        raw = path.read_bytes()
        text = raw.decode("utf-16" if raw[:2] == b"\xff\xfe" else "utf-8-sig")
        mark = (
            "\t"
            if raw[:2] == b"\xff\xfe"
            else ":"
            if "colon" in path.name
            else ";"
            if "all-types" in path.name
            else ","
        )
        return sum(1 for row in csv.reader(text.splitlines(keepends=True), delimiter=mark) if row) - 1
    if path.suffix == ".jsonl":
        return len(path.read_text(encoding="utf-8").splitlines())
    if path.suffix == ".json":
        whole = json.loads(path.read_text(encoding="utf-8"))
        return len(whole[0] if isinstance(whole, list) else whole.get("statements", whole.get("Resources")))
    if path.suffix == ".xlsx":
        return max(openpyxl.load_workbook(path).worksheets[0].max_row - 1, 0)
    return None


def test_every_export_is_in_the_table():
    here = {str(p.relative_to(EXPORTS)) for p in EXPORTS.rglob("*") if p.is_file() and p.name != "README.md"}
    assert here == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_export_is_what_it_is(name):
    system, role, rows, reported, _, needs = EXPECTED[name]
    one = _inspected(name)
    assert (one.system, one.role, one.rows, one.reported) == (system, role, rows, reported)
    assert " ".join(need.key for need in one.needs) == needs
    assert COLUMNS.get(name, {}).items() <= one.columns.items()
    assert SAID.get(name, "") in " / ".join(problem.what for problem in one.problems)
    assert one.confidence >= 0.5 if role else one.confidence <= 1.0


@pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if row[1] is not None])
def test_rows_read_are_rows_used_and_rows_reported(name):
    one, unusable, emitted, used = _inspected(name), [], 0, 0
    for batch in read(one, unusable):
        emitted += len(batch.lines)
        used += batch.used
        assert all(len(column) == len(batch.lines) for column in batch.columns.values())
    assert (used + len(unusable), emitted) == (one.rows, EXPECTED[name][4])
    assert all(problem.line is not None and problem.what for problem in unusable)


@pytest.mark.parametrize(
    "name", [n for n, row in EXPECTED.items() if row[2] and not n.endswith((".ods", ".xml"))]
)
def test_rows_are_as_many_as_another_reader_counts(name):
    counted = _counted(EXPORTS / name)
    if counted is None:
        pytest.skip("no other reader for this format")
    assert _inspected(name).rows == counted


def _rows(name: str, **constants: str) -> list[dict[str, object]]:
    from trueup.model.settings import FileSettings

    one = inspect(EXPORTS / name, name, FileSettings(path=name, constants=constants))
    rows: list[dict[str, object]] = []
    for batch in read(one, []):
        columns = {key: column.to_pylist() for key, column in batch.columns.items()}
        rows += [
            {key: values[i] for key, values in columns.items()} | {"line": line}
            for i, line in enumerate(batch.lines.to_pylist())
        ]
    return rows


@pytest.mark.parametrize("language", ["", "de/", "fr/"])
def test_both_completion_reports_of_a_course_agree_in_every_language(language):
    course = "completion-course-lead2.csv" if language == "de/" else "completion-course-lead2.excelcsv.csv"
    by_activity = _rows(f"moodle/{language}completion-activity-lead2.csv", course_id="LEAD2")
    by_course = _rows(f"moodle/{language}{course}", course_id="LEAD2")
    # report B knows that emp01's "Lead, Day 1" was taken back by hand; report A only that it isn't completed
    assert Counter(row["status"] for row in by_activity) == {
        "failed": 3,
        "passed": 2,
        "voided": 1,
        "completed": 6,
    }
    assert Counter(row["status"] for row in by_course) == {"failed": 3, "passed": 2, "completed": 8}
    assert [row["course_id"] for row in by_course if row["employee_number"] == "E1001"] == [
        "LEAD2",
        "LEAD2/Final test; 60 % to pass",
        "LEAD2/Role play (scale)",
    ]
    assert {row["record_id"] for row in by_course if row["employee_number"] == "E1001"} == {
        "moodle|LEAD2||E1001",
        "moodle|LEAD2|Final test; 60 % to pass|E1001",
        "moodle|LEAD2|Role play (scale)|E1001",
    }


def test_completion_of_one_person_has_one_id_in_two_reports():
    report = {row["record_id"] for row in _rows("moodle/customreport-completions.csv")}
    course = {
        row["record_id"]
        for row in _rows("moodle/completion-course-lead2.excelcsv.csv", course_id="CRS-LEAD-2")
    }
    whole = {key for key in course if "||" in str(key)}
    assert "moodle|CRS-SAFE-101||E1001" in report
    assert whole
    assert all(str(key).startswith("moodle|CRS-LEAD-2||E") for key in whole)


def test_blanks_of_a_number_are_kept_for_the_check_to_find():
    numbers = [row["employee_number"] for row in _rows("moodle/users-bulk.csv")]
    assert " e1019 " in numbers
    assert numbers.count("E1007") == 2


def test_decimal_comma_becomes_a_point():
    assert {row["score"] for row in _rows("moodle/de/customreport-completions.csv")} == {
        row["score"] for row in _rows("moodle/customreport-completions.csv")
    }


def test_voiding_statement_is_a_second_revision_of_the_one_it_voids():
    rows = _rows("ralph/statements-all.jsonl")
    voids = [row for row in rows if row["status"] == "voided"]
    assert [(row["revision"], row["course_id"]) for row in voids] == [("2", None)] * 2
    standing = {row["record_id"]: row["status"] for row in rows if row["status"] != "voided"}
    assert [standing.get(row["record_id"]) for row in voids] == [
        "failed",
        None,
    ]  # the other one isn't in the file


def test_score_of_a_statement_comes_with_its_range():
    scored = {(row["score"], row["scale"]) for row in _rows("ralph/statements-all.jsonl") if row["score"]}
    assert ("87.5", "xapi:0..100") in scored


def test_people_of_scim_are_known_by_id_number_and_every_address():
    people = {row["person_id"]: row for row in _rows("scim2-server/users-listresponse.json")}
    moved = people["83720efa1e874778a75b04971adf2e5a"]
    assert (moved["employee_number"], moved["email"]) == ("E2002", "new02@corp.example.test")
    assert moved["aliases"] == "Emp02.Home@Example.COM;third@example.com;emp02@corp.example.test"
    assert (
        people["01e6bce26aae455b8575064ed736c774"]["email"] is None
    )  # x3 has a user name that is no address


def test_day_order_that_only_another_column_proves_is_offered_not_used():
    one = _inspected("horilla/work-info-export-mdy-slash.xlsx")
    need = one.needs[0]
    assert need.required
    assert "Contract End Date has 12/31/2027" in need.why
    assert need.example == 'day_order = "mdy"'
    assert one.declared.day_order is None


def test_day_order_that_the_column_proves_is_used():
    assert _inspected("moodle/completion-course-safe101.csv").declared.day_order == "dmy"


def test_course_of_a_report_is_suggested_from_the_file_name_and_never_used():
    one = _inspected("moodle/completion-course-safe101.csv")
    need = next(need for need in one.needs if need.key == COURSE)
    assert (need.required, need.example) == (True, 'constants.course_id = "safe101"')
    assert {row["course_id"] for row in _rows("moodle/completion-course-safe101.csv")} == {None}
