"""Exports of systems of which no file is at hand: the fields that their documentation names."""

import json

import pytest

from trueup.reconcile.reading import inspect, read
from trueup.reconcile.recognise import cornerstone, scorm_cloud, successfactors
from trueup.reconcile.recognise.claim import NOTHING
from trueup.reconcile.recognise.words import flag, outcome, outcome_verdict, status, status_verdict


def _inspected(folder, name, content):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return inspect(path, name)


def _only(one):
    rows = []
    for batch in read(one, []):
        columns = {name: column.to_pylist() for name, column in batch.columns.items()}
        rows += [{name: values[i] for name, values in columns.items()} for i in range(len(batch.lines))]
    return rows


SHEETS = {
    "successfactors.csv": (
        (
            "User ID,Last Name,Item Type,Item ID,Item Title,Revision Date,Completion Date,Completion Status,Grade\n"
            "E1,G,COURSE,SAFE,Safety,1/1/2024,3/14/2026 09:30 AM America/New_York,COURSE-COMPL,95\n"
            "E2,G,COURSE,SAFE,Safety,1/1/2024,3/15/2026 09:30 AM America/New_York,ONL-INCMPL,\n"
        ),
        ("successfactors", "completions", 2, 0),
        {
            "employee_number": "E1",
            "course_id": "SAFE",
            "status": "completed",
            "score": "95",
            "record_id": "successfactors|SAFE||E1|3/14/2026 09:30 AM America/New_York",
        },
    ),
    "transcript.csv": (
        (
            "User ID,User Full Name,Training Title,Training Object ID,Transcript Status,Transcript Completed Date,Transcript Score\n"
            "E1,Ana,Safety,abc,Completed (Equivalent),3/14/2026 9:30 AM,95\nE2,Bo,Safety,abc,In Progress / Past Due,,\n"
        ),
        ("cornerstone", "completions", 2, 0),
        {"employee_number": "E1", "course_id": "abc", "status": "completed", "score": "95"},
    ),
    "registrations.csv": (
        "registrationId,learnerId,courseId,Registration Completion,Completed Date,Score\nr1,ana,c1,COMPLETED,2026-03-01T10:00:00Z,85\nr2,bo,c1,INCOMPLETE,,\n",
        ("scorm-cloud", "completions", 2, 0),
        {
            "record_id": "r1",
            "account_name": "ana",
            "status": "completed",
            "score": "85",
            "scale": "scorm-cloud:0..100",
        },
    ),
    "workers.csv": (
        "Employee ID,Worker,Hire Date,Termination Date,Supervisory Organization,Email - Primary Work,Location\n21001,Ana,2024-01-04,,Sales,a@x.test,Oslo\n",
        ("workday", "people", 1, 0),
        {
            "person_id": "21001",
            "employee_number": "21001",
            "email": "a@x.test",
            "hired_on": "2024-01-04",
            "city": "Oslo",
        },
    ),
    "bamboo.csv": (
        "Employee #,First Name,Last Name,Hire Date,Work Email,Department,Location,Job Title\n1,Ana,G,2024-01-04,a@x.test,Sales,Oslo,Rep\n",
        ("bamboohr", "people", 1, 0),
        {"employee_number": "1", "email": "a@x.test", "hired_on": "2024-01-04"},
    ),
    "users.csv": (
        'canvas_user_id,user_id,login_id,first_name,last_name,full_name,sortable_name,email,status\n1,E1,ana,Ana,G,Ana G,"G, Ana",a@x.test,suspended\n',
        ("canvas", "accounts", 1, 0),
        {"account_issuer": "canvas", "account_name": "ana", "employee_number": "E1", "suspended": "true"},
    ),
    "gradebook.csv": (
        'Student,ID,SIS User ID,SIS Login ID,Section,Quiz (123),Final Score\n    Points Possible,,,,,10,(read only)\n"G, Ana",12,E1,ana,S,9,90\n',
        ("canvas", "grades", 2, 1),  # the row of the points possible is nobody
        {"employee_number": "E1", "score": "90"},
    ),
    "appraisals.csv": (
        "ID,Employee,Employee Name,Appraisal Cycle,Final Score\nA1,HR-EMP-1,Ana,2026-Q1,4.2\n",
        ("frappe-hr", "reviews", 1, 0),
        {"review_record_id": "A1", "person": "HR-EMP-1", "score": "4.2", "cycle": "2026-Q1"},
    ),
    "certificates.csv": (
        "ID,Member,Course,Issue Date\nC1,a@x.test,safety,2026-03-01\n",
        ("frappe-lms", "completions", 1, 0),
        {"record_id": "C1", "email": "a@x.test", "course_id": "safety", "status": "completed"},
    ),
    "statements.csv": (
        (
            "id,actor.mbox,verb.id,object.id,timestamp,result.score.raw\n1,mailto:a@x.test,http://adlnet.gov/expapi/verbs/passed,https://c/1,2026-03-01T10:00:00Z,8\n"
            "2,mailto:a@x.test,http://adlnet.gov/expapi/verbs/experienced,https://c/1,2026-03-01T10:00:00Z,\n"
        ),
        ("xapi", "completions", 2, 1),
        {"record_id": "1", "email": "a@x.test", "status": "passed", "score": "8"},
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_of_a_system_is_read(tmp_path, name):
    text, (system, role, rows, reported), row = SHEETS[name]
    one = _inspected(tmp_path, name, text)
    assert (one.system, one.role, one.rows, one.reported) == (system, role, rows, reported)
    (first,) = _only(one)
    assert row.items() <= first.items()


DOCUMENTS = {
    "learninghistories.json": (
        {
            "value": [
                {
                    "userID": "E1",
                    "componentID": "SAFE",
                    "componentTypeID": "COURSE",
                    "completionDate": 1773480000000,
                    "completionStatusID": "FAILED",
                    "grade": None,
                }
            ]
        },
        ("successfactors", "completions", 1, 0),
        {"employee_number": "E1", "course_id": "SAFE", "status": "failed", "completed_at": "1773480000000"},
    ),
    "registrations.json": (
        {
            "registrations": [
                {
                    "id": "r1",
                    "instance": 0,
                    "registrationCompletion": "COMPLETED",
                    "registrationSuccess": "FAILED",
                    "score": {"scaled": 35.5},
                    "completedDate": "2026-03-01T10:00:00Z",
                    "learner": {"id": "ana", "email": "a@x.test"},
                    "course": {"id": "c1"},
                },
                {
                    "id": "r2",
                    "registrationCompletion": "UNKNOWN",
                    "registrationSuccess": "UNKNOWN",
                    "learner": {"id": "bo"},
                    "course": {"id": "c1"},
                },
                {"id": "r3", "registrationCompletion": "COMPLETED", "course": {"id": "c1"}},
            ]
        },
        ("scorm-cloud", "completions", 3, 1),
        {"record_id": "r1", "status": "failed", "score": "35.5", "attempt": "0", "account_name": "ana"},
    ),
    "report.json": (
        {
            "Report_Entry": [
                {
                    "Employee_ID": "21001",
                    "WID": "a1b2",
                    "Legal_First_Name": "Ana",
                    "Legal_Last_Name": "G",
                    "Hire_Date": "2024-01-04",
                    "Worker_Type": "Employee",
                }
            ]
        },
        ("workday", "people", 1, 0),
        {"person_id": "a1b2", "employee_number": "21001", "first_name": "Ana"},
    ),
    "progress.json": (
        [
            {
                "id": 1,
                "display_name": "Ana",
                "progress": {
                    "requirement_count": 2,
                    "requirement_completed_count": 2,
                    "completed_at": "2026-03-01T10:00:00Z",
                },
            },
            {
                "id": 2,
                "display_name": "Bo",
                "progress": {"requirement_count": 2, "requirement_completed_count": 1, "completed_at": None},
            },
        ],
        ("canvas", "completions", 2, 0),
        {"account_name": "1", "status": "completed", "completed_at": "2026-03-01T10:00:00Z"},
    ),
    "enrollments.json": (
        [
            {
                "id": 1,
                "course_id": 2,
                "user_id": 3,
                "sis_user_id": "E1",
                "enrollment_state": "completed",
                "updated_at": "2026-01-01T00:00:00Z",
                "grades": {"final_score": 88.0},
            }
        ],
        ("canvas", "grades", 1, 0),
        {"employee_number": "E1", "score": "88"},
    ),
    "reviews.json": (
        {
            "object": "list",
            "data": [
                {
                    "object": "review",
                    "id": "x",
                    "reviewee": {"id": "u1"},
                    "reviewer": {"id": "u2"},
                    "question": {"id": "q"},
                    "response": {"rating": 4},
                }
            ],
            "hasMore": False,
        },
        ("lattice", "reviews", 1, 0),
        {"review_record_id": "x", "person": "u1", "score": "4"},
    ),
    "training.json": (
        [
            {
                "id": "9",
                "employeeId": "123",
                "completed": "2026-03-01",
                "type": "4",
                "instructor": "",
                "hours": None,
            }
        ],
        ("bamboohr", "reviews", 1, 0),
        {"review_record_id": "9", "person": "123", "course_id": "4", "completed_at": "2026-03-01"},
    ),
    "employee.json": (
        {
            "data": [
                {
                    "name": "HR-EMP-1",
                    "employee_name": "Ana G",
                    "first_name": "Ana",
                    "date_of_joining": "2024-01-04",
                    "company_email": "a@x.test",
                }
            ]
        },
        ("frappe-hr", "people", 1, 0),
        {"person_id": "HR-EMP-1", "email": "a@x.test", "hired_on": "2024-01-04"},
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_of_a_system_is_read(tmp_path, name):
    content, (system, role, rows, reported), row = DOCUMENTS[name]
    one = _inspected(tmp_path, name, content)
    assert (one.system, one.role, one.rows, one.reported) == (system, role, rows, reported)
    (first,) = _only(one)
    assert row.items() <= first.items()


def test_review_without_a_course_asks_for_it(tmp_path):
    one = _inspected(tmp_path, "appraisals.csv", SHEETS["appraisals.csv"][0])
    assert [(need.key, need.required) for need in one.needs] == [("constants.course_id", True)]
    assert not one.usable


def _statement(**changes):
    return {
        "id": "s1",
        "actor": {"account": {"homePage": "https://lms.test", "name": "ana"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://c/1"},
        "timestamp": "2026-03-01T10:00:00Z",
    } | changes


STATEMENTS = [
    ({}, {"account_issuer": "https://lms.test", "account_name": "ana", "status": "completed"}, ""),
    ({"actor": {"mbox": "mailto:A@x.test"}}, {"email": "A@x.test"}, ""),  # its case is kept
    (
        {"actor": {"openid": "https://id/ana"}},
        {"account_issuer": "openid", "account_name": "https://id/ana"},
        "",
    ),
    ({"actor": {"mbox_sha1sum": "ab12"}}, {"account_issuer": "mbox_sha1sum", "account_name": "ab12"}, ""),
    ({"actor": {"name": "Ana"}}, None, "a name alone is none"),
    ({"actor": {"objectType": "Group", "mbox": "mailto:g@x.test"}}, None, "a group"),
    ({"verb": {"id": "http://adlnet.gov/expapi/verbs/initialized"}}, {"status": "launched"}, ""),
    ({"verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"}}, None, "no completion: the verb is"),
    ({"verb": {}}, None, "without a verb"),
    ({"object": {"objectType": "Agent", "id": "x"}}, None, "no activity"),
    (
        {
            "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
            "object": {"objectType": "StatementRef", "id": "s0"},
        },
        {"record_id": "s0", "revision": "2", "status": "voided"},
        "",
    ),
    ({"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}, None, "names no statement"),
    ({"result": {"score": {"scaled": 0.5}}}, {"score": "0.5", "scale": "xapi:-1..1"}, ""),
    (
        {"result": {"score": {"raw": 5}}},
        {"score": "5", "scale": None},
        "",
    ),  # a range that isn't said isn't invented
    ({"context": {"registration": "r1", "extensions": {"x": 1}}}, {"attempt": "r1"}, ""),
    (
        {"timestamp": None, "stored": "2026-03-02T10:00:00Z"},
        {"completed_at": "2026-03-02T10:00:00Z"},
        "",
    ),  # xAPI: timestamp defaults to stored
]


@pytest.mark.parametrize(("changes", "row", "reason"), STATEMENTS)
def test_statement_says_who_what_and_when_or_why_it_is_no_completion(changes, row, reason):
    from trueup.reconcile.recognise.xapi import translate

    emitted = translate(_statement(**changes), {})
    if row is None:
        assert emitted.rows == ()
        assert reason in emitted.reason
    else:
        assert emitted.reason == ""
        assert row.items() <= emitted.rows[0].items()


def test_empty_page_of_statements_is_a_valid_file(tmp_path):
    one = _inspected(tmp_path, "page.json", {"more": "", "statements": []})
    assert (one.system, one.role, one.rows) == ("xapi", "completions", 0)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("COURSE-COMPL", "completed"),
        ("ONL-INCMPL", None),  # "incomplete" before "complete"
        ("NOT-COMPLETED", None),
        ("NOT-PASSED", "failed"),  # before "passed"
        ("EXAM-PASS", "passed"),
        ("CLASS-ATTENDED", "completed"),
        ("XYZ", None),
    ],
)
def test_tenants_codes_are_told_by_the_words_in_them(code, meaning):
    assert successfactors.meaning_of(code) == meaning


def test_unknown_code_is_reported_and_a_known_beginning_is_not():
    assert successfactors._verdict("XYZ") == "a completion status that is not known"
    assert successfactors._verdict("ONL-INCMPL") == NOTHING
    assert successfactors._verdict("COURSE-COMPL") is None
    assert cornerstone._verdict("Pending Approval") == NOTHING
    assert scorm_cloud.outcome("COMPLETED", "UNKNOWN", "") == "completed"
    assert scorm_cloud.outcome("INCOMPLETE", "UNKNOWN", "2026-03-01") == "launched"


@pytest.mark.parametrize(
    ("word", "meaning", "verdict"),
    [
        ("Completed", "completed", None),
        ("abgeschlossen", "completed", None),
        ("nicht abgeschlossen", None, NOTHING),  # contains the word, and isn't it
        ("Not Passed", "failed", None),
        ("no", None, NOTHING),
        ("yes", "completed", None),
        ("", None, None),  # blank: the check finds it
        ("purple", None, "a status that is not known"),
    ],
)
def test_status_words_mean_what_they_say(word, meaning, verdict):
    assert status(word) == meaning
    assert status_verdict(word) == verdict


def test_outcomes_and_flags_are_understood_or_left_as_they_are():
    assert [outcome(word) for word in ("OK", "rate limited", "Timeout", "ignored", "purple")] == [
        "accepted",
        "throttled",
        "error",
        "skipped",
        None,
    ]
    assert outcome_verdict("purple") == "an outcome that is not known"
    assert outcome_verdict(None) is None
    assert [flag(word) for word in ("Ja", "否", "perhaps")] == ["true", "false", "perhaps"]
