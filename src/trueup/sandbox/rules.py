"""What the company may do with the records: consents, grants of the service accounts, the policy. Knows no records."""

from random import Random

from trueup.sandbox.moments import DAY, HOUR, utc_text
from trueup.sandbox.rows import Consent, Grant, Policy
from trueup.sandbox.staff import Member

PURPOSE = "performance-review"
RETENTION_DAYS = "400"
TRANSFERRED = (
    "review_record_id",
    "record_id",
    "revision",
    "status",
    "person",
    "course_id",
    "title",
    "completed_at",
    "score",
    "scale",
    "scale_version",
    "competency",
    "label",
    "cycle",
    "received_at",
)
# may reach the review system, but not the reviewer's eyes
NOT_FOR_REVIEWERS = ("manager_note", "absence_reason", "email", "employee_number")
NOT_TRANSFERRED = ("date_of_birth", "salary_band", "home_address")
SCOPES = {
    "svc-trueup-moodle": (
        "webservice/rest:use",
        "core_completion_get_course_completion_status",
        "core_completion_get_activities_completion_status",
        "core_user_get_users_by_field",
        "gradereport_user_get_grade_items",
        "core_enrol_get_enrolled_users",
    ),
    "svc-trueup-academy": ("statements/read", "statements/read/mine", "activities/read", "agents/read"),
    "svc-trueup-reviews": ("reviews:read", "reviews:write", "reviews:delete", "cycles:read", "people:read"),
    "svc-trueup-hr": ("scim/users:read", "scim/groups:read"),
}


def make_consents(seed: int, members: list[Member], year: int) -> list[Consent]:
    """One basis a person, from before their first record; noted by id, by number or by address."""
    dice = Random(f"{seed}:consents")
    rows, this_year = [], f"{year}-01-01"
    for member in members:
        luck, row = dice.random(), member.row
        key = row.person_id
        if row.left_on or row.hired_on > this_year:
            pass  # the forms of those who come and go are noted by id
        elif luck < 0.15 and row.employee_number:
            key = row.employee_number
        elif luck > 0.95:
            key = row.email
        basis = dice.choices(("consent", "contract", "legitimate interest"), (6, 3, 1))[0]
        rows.append(
            Consent(key, PURPOSE, basis, utc_text(member.hired + dice.randrange(8 * HOUR, 5 * DAY)), "")
        )
    return rows


def make_grants(seed: int, ends: int) -> list[Grant]:
    """Every scope is granted, needed, and used in the last day."""
    dice = Random(f"{seed}:grants")
    return [
        Grant(account, scope, "true", "true", utc_text(ends - dice.randrange(60, 20 * HOUR)))
        for account, scopes in SCOPES.items()
        for scope in scopes
    ]


def make_policy() -> list[Policy]:
    """Which fields may be transferred (role blank), and which of them a reviewer may see."""
    rows = [
        Policy(PURPOSE, "", field, "true", RETENTION_DAYS) for field in (*TRANSFERRED, *NOT_FOR_REVIEWERS)
    ]
    rows += [Policy(PURPOSE, "", field, "false", "") for field in NOT_TRANSFERRED]
    rows += [Policy(PURPOSE, "reviewer", field, "true", "") for field in TRANSFERRED]
    rows += [
        Policy(PURPOSE, "reviewer", field, "false", "") for field in (*NOT_FOR_REVIEWERS, *NOT_TRANSFERRED)
    ]
    return rows
