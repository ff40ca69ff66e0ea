"""Moodle's other exports: custom reports, users, participants, logs, grades, competencies. Data and their quirks.

Headers come in the language of the user who exported, and a custom report has any columns in any order.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import NOTHING, Cellwise, Claim, Emitted, Sample
from trueup.reconcile.recognise.evidence import dash_is_nothing
from trueup.reconcile.recognise.headers import first_present, has
from trueup.reconcile.recognise.moodle_words import HEADERS
from trueup.reconcile.recognise.names import fold
from trueup.reconcile.recognise.tables import Field, Keep, Table, claim_table, missing_need
from trueup.reconcile.recognise.words import yes_no

_COURSE = HEADERS["course_id_number"] + HEADERS["course_short_name"] + HEADERS["course_full_name"]
_PERSON = HEADERS["id_number"] + HEADERS["email"] + HEADERS["username"]
_KEY = ("source", "course_id", "", "employee_number/email/account_name")


def _done(cell: str | None) -> str | None:
    """Yes is a completion, No is none yet; a word in a language that is not known is reported."""
    if cell is None or not cell.strip():
        return NOTHING
    answer = yes_no(cell)
    if answer is None:
        return "yes or no in a language that is not known"
    return None if answer else NOTHING


def _dated(cell: str | None) -> str | None:
    return None if cell and cell.strip() else NOTHING


def _completed(_: str) -> str | None:
    return "completed"


_IDENTITY = (
    Field("employee_number", HEADERS["id_number"]),
    Field("email", HEADERS["email"]),
)
_NAMES = (
    Field("first_name", HEADERS["first_name"]),
    Field("last_name", HEADERS["last_name"]),
    Field("department", HEADERS["department"]),
)
_COMPLETION_FIELDS = (
    Field("account_name", HEADERS["username"]),
    *_IDENTITY,
    Field("course_id", _COURSE),
    Field("completed_at", HEADERS["time_completed"]),
    Field("enrolled_at", HEADERS["time_enrolled"] + HEADERS["time_started"], merge=True),
    Field("score", HEADERS["grade"]),
)

TABLES = (
    Table(
        system="moodle",
        name="custom report: course participants",
        role="completions",
        signature=(HEADERS["time_completed"], _COURSE, HEADERS["completed"]),
        fields=(*_COMPLETION_FIELDS, Field("status", HEADERS["completed"], _completed)),
        keeps=(Keep(HEADERS["completed"], _done, "yes or no"),),
        person=_PERSON + HEADERS["full_name"],
        constants={"source": "moodle", "account_issuer": "moodle"},
        record_key=_KEY,
        confidence=0.97,
    ),
    Table(
        system="moodle",
        name="custom report: course participants, without the column Completed",
        role="completions",
        signature=(HEADERS["time_completed"], _COURSE, _PERSON),
        fields=(*_COMPLETION_FIELDS, Field("status", HEADERS["time_completed"], _completed)),
        keeps=(Keep(HEADERS["time_completed"], _dated),),
        person=_PERSON + HEADERS["full_name"],
        constants={"source": "moodle", "account_issuer": "moodle"},
        record_key=_KEY,
        confidence=0.85,
    ),
    Table(
        system="moodle",
        name="bulk user download",
        role="accounts",
        signature=(
            ("username",),
            ("firstname",),
            ("lastname",),
            ("idnumber",),
            ("institution", "phone1", "department"),
        ),
        fields=(
            Field("account_name", ("username",)),
            Field("employee_number", ("idnumber",)),
            Field("email", ("email",)),
            Field("first_name", ("firstname",)),
            Field("last_name", ("lastname",)),
            Field("department", ("department",)),
            Field("city", ("city",)),
            Field("suspended", ("suspended",)),
        ),
        constants={"account_issuer": "moodle"},
        confidence=0.97,
    ),
    Table(
        system="moodle",
        name="custom report: users",
        role="accounts",
        signature=(
            HEADERS["username"],
            HEADERS["suspended"] + HEADERS["confirmed"] + HEADERS["last_access"],
            HEADERS["email"] + HEADERS["full_name"],
        ),
        fields=(
            Field("account_name", HEADERS["username"]),
            *_IDENTITY,
            *_NAMES,
            Field("city", HEADERS["city"]),
            Field("created_at", HEADERS["time_created"]),
            Field("suspended", HEADERS["suspended"]),
        ),
        constants={"account_issuer": "moodle"},
        confidence=0.95,
    ),
    Table(
        system="moodle",
        name="log",
        role="events",
        signature=(
            HEADERS["time"],
            HEADERS["affected_user"],
            HEADERS["event_context"],
            HEADERS["event_name"],
        ),
        fields=(
            Field("occurred_at", HEADERS["time"], dash_is_nothing),
            Field("actor", HEADERS["full_name"], dash_is_nothing),
            Field("person", HEADERS["affected_user"], dash_is_nothing),
            Field("context", HEADERS["event_context"], dash_is_nothing),
            Field("event", HEADERS["event_name"]),
            Field("description", HEADERS["description"]),
            Field("origin", HEADERS["origin"]),
        ),
        confidence=0.97,
    ),
    Table(
        system="moodle",
        name="grade history",
        role="grades",
        signature=(HEADERS["grade_item"], HEADERS["revised_grade"], HEADERS["date_and_time"]),
        fields=(
            Field("graded_at", HEADERS["date_and_time"]),
            *_IDENTITY,
            Field("department", HEADERS["department"]),
            Field("item", HEADERS["grade_item"]),
            Field("score_before", HEADERS["original_grade"]),
            Field("score", HEADERS["revised_grade"]),
        ),
        person=_PERSON + HEADERS["full_name"] + HEADERS["name"],
        confidence=0.97,
    ),
)
_NO_ROLE = (
    (
        "custom report: cohorts",
        (HEADERS["cohort_id"], HEADERS["time_added"] + HEADERS["time_created"]),
        "a list of cohort memberships: it holds neither completions nor accounts once each",
        "export the custom report of users for accounts, or of course participants for completions",
    ),
    (
        "custom report: participants, without keys",
        (HEADERS["course_full_name"], HEADERS["method"], HEADERS["full_name"]),
        "enrolments with the names of persons only: a name is no key, and no completion is in it",
        "add ID number, e-mail address, course ID number, Completed and Time completed to the report, and export again",
    ),
    (
        "custom report: courses",
        (HEADERS["course_category"], HEADERS["course_short_name"], HEADERS["course_full_name"]),
        "a list of courses: check needs none",
        "leave it out",
    ),
)
_LONGEST = 1000  # characters of a header that may name an item
_SUFFIX = re.compile(r"^(?P<item>.+?)\s*[(（](?P<kind>[^()（）]+)[)）]\s*$", re.DOTALL)
_UNIX = re.compile(r"^\d{9,11}(?:\.0)?$")


def claim_moodle_table(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on any of Moodle's tables but the completion reports."""
    claims = [claim for table in TABLES if (claim := claim_table(table, sample, declared)) is not None]
    claims += [
        claim
        for other in (_participants, _grades, _framework)
        if (claim := other(sample, declared)) is not None
    ]
    best = max(claims, key=lambda claim: claim.confidence, default=None)
    return best if best is not None else _without_role(sample)


def _without_role(sample: Sample) -> Claim | None:
    for name, signature, what, todo in _NO_ROLE:
        if all(has(sample, group) for group in signature):
            problem = Problem(sample.file, 1, what, todo=todo)
            return Claim("moodle", name, None, 0.9, {}, None, (problem,))
    return None


def _participants(sample: Sample, declared: FileSettings) -> Claim | None:
    """The participants of a course: people of the learning management system, without their account names."""
    if has(sample, HEADERS["username"]) or not has(sample, HEADERS["groups"]):
        return None
    table = Table(
        system="moodle",
        name="course participants",
        role="accounts",
        signature=(HEADERS["first_name"], HEADERS["last_name"], HEADERS["email"] + HEADERS["id_number"]),
        fields=(Field("account_name", ()), *_IDENTITY, *_NAMES, Field("city", HEADERS["city"])),
        constants={"account_issuer": "moodle"},
        confidence=0.75,
        says=(("the participants of one course, teachers too; their account names are not in it", ""),),
    )
    return claim_table(table, sample, declared)


def _grades(sample: Sample, declared: FileSettings) -> Claim | None:
    """The grader's export: a person a row, a column an item, the time of the export (not of a grade) last."""
    if sample.nested or not (has(sample, HEADERS["first_name"]) and has(sample, HEADERS["last_name"])):
        return None
    items = [
        (i, found)
        for i, header in enumerate(sample.header)
        if len(header) < _LONGEST and (found := _SUFFIX.match(header.replace(" ", " ")))
    ]
    if not items or not (has(sample, HEADERS["last_downloaded"]) or _last_is_unix(sample)):
        return None
    real = {fold(word) for word in HEADERS["real"]}
    totals = [
        i
        for i, found in items
        if fold(found["kind"]) in real and fold(found["item"]) in {fold(w) for w in HEADERS["course_total"]}
    ]
    table = Table(
        system="moodle",
        name="grades",
        role="grades",
        signature=(HEADERS["first_name"],),
        fields=(
            *_IDENTITY,
            *_NAMES,
            Field("score", tuple(sample.header[i] for i in totals), dash_is_nothing),
        ),
        person=_PERSON + HEADERS["first_name"] + HEADERS["last_name"],
        confidence=0.95,
        says=(
            (
                "no time of any grade is in it (the last column is the time of the export), and no greatest score",
                "",
            ),
        ),
    )
    return claim_table(table, sample, declared)


def _last_is_unix(sample: Sample) -> bool:
    values = {row[-1] for row in sample.rows if row}
    return len(values) == 1 and all(value and _UNIX.match(value) for value in values)


def _framework(sample: Sample, declared: FileSettings) -> Claim | None:
    """A competency framework: its first row is the framework, each other row a competency of it."""
    if not (has(sample, HEADERS["is_framework"]) and has(sample, HEADERS["scale_configuration"])):
        return None
    found = {
        name: first_present(sample, HEADERS[name])[:1]
        for name in ("competency_id_number", "short_name", "is_framework")
    }
    places = {name: at[0] for name, at in found.items() if at}
    if len(places) < len(found):
        return None
    root = next((row for row in sample.rows if (row[places["is_framework"]] or "").strip() == "1"), None)
    framework = declared.constants.get("framework") or (
        root[places["competency_id_number"]] if root else None
    )
    claim = Claim(
        system="moodle",
        layout="competency framework",
        role="competencies",
        confidence=0.97,
        columns={
            "id": sample.header[places["competency_id_number"]],
            "label": sample.header[places["short_name"]],
            "framework": sample.header[places["is_framework"]],
        },
        translate=Cellwise(_competency(places, framework, declared.constants)),
    )
    needs = [] if framework else [missing_need("competencies", "framework")]
    if "version" not in declared.constants:
        needs.append(missing_need("competencies", "version"))
    return claim.with_needs(*needs)


def _competency(
    places: Mapping[str, int], framework: str | None, constants: Mapping[str, str]
) -> Callable[[Sequence[str | None]], Emitted]:
    def translate(cells: Sequence[str | None]) -> Emitted:
        if (cells[places["is_framework"]] or "").strip() == "1":
            return Emitted()
        key = (cells[places["competency_id_number"]] or "").strip()
        if not key:
            return Emitted(reason="a competency without an ID number", expected="an ID number")
        return Emitted(
            (
                {
                    **constants,
                    "framework": framework,
                    "id": key,
                    "label": cells[places["short_name"]],
                    "status": "active",
                },
            )
        )

    return translate
