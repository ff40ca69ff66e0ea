"""Canvas: users of a provisioning report, progress, grades. Knows that an enrolment there has no completion date.

An enrolment that is "completed" has been concluded by a date or a teacher; that is no learning. Only
course progress says when somebody completed a course.
"""

from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import NOTHING, Claim, Sample
from trueup.reconcile.recognise.evidence import dash_is_nothing
from trueup.reconcile.recognise.headers import has
from trueup.reconcile.recognise.tables import Field, Keep, Table, claim_table

_COMPLETED_AT = ("progress.completed_at", "completed_at", "course_progress.completed_at")


def _dated(cell: str | None) -> str | None:
    return None if cell and cell.strip() else NOTHING


def _completed(_: str) -> str | None:
    return "completed"


def _suspended(cell: str) -> str | None:
    return "true" if cell.strip().lower() in {"suspended", "deleted"} else "false"


TABLES = (
    Table(
        system="canvas",
        name="provisioning report: users",
        role="accounts",
        signature=(("canvas_user_id",), ("login_id",), ("sortable_name", "full_name", "first_name")),
        fields=(
            Field("account_name", ("login_id",)),
            Field("employee_number", ("user_id",)),
            Field("email", ("email",)),
            Field("first_name", ("first_name",)),
            Field("last_name", ("last_name",)),
            Field("created_at", ("created_at",)),
            Field("suspended", ("status",), _suspended),
        ),
        constants={"account_issuer": "canvas"},
        confidence=0.97,
    ),
    Table(
        system="canvas",
        name="course progress",
        role="completions",
        signature=(
            _COMPLETED_AT,
            ("progress.requirement_count", "requirement_count"),
            ("progress.requirement_completed_count", "requirement_completed_count"),
        ),
        fields=(
            Field("account_name", ("login_id", "user.login_id", "user_id", "id")),
            Field("employee_number", ("sis_user_id", "user.sis_user_id")),
            Field("email", ("email", "user.email")),
            Field("course_id", ("sis_course_id", "course_id", "course.id")),
            Field("status", _COMPLETED_AT, _completed),
            Field("completed_at", _COMPLETED_AT),
        ),
        keeps=(Keep(_COMPLETED_AT, _dated),),
        constants={"source": "canvas", "account_issuer": "canvas"},
        record_key=("source", "course_id", "", "employee_number/email/account_name"),
        confidence=0.95,
    ),
    Table(
        system="canvas",
        name="submissions",
        role="grades",
        signature=(
            ("assignment_id",),
            ("user_id",),
            ("submitted_at", "graded_at"),
            ("workflow_state", "grade", "score"),
        ),
        fields=(
            Field("person", ("user.sis_user_id", "sis_user_id", "user_id")),
            Field("course_id", ("course_id",)),
            Field("item", ("assignment_id",)),
            Field("attempt", ("attempt",)),
            Field("score", ("score",)),
            Field("graded_at", ("graded_at",)),
            Field("submitted_at", ("submitted_at",)),
        ),
        says=(("submissions of assignments: they hold grades, not completions of courses", ""),),
        confidence=0.93,
    ),
    Table(
        system="canvas",
        name="enrollments",
        role="grades",
        signature=(("enrollment_state",), ("user_id", "sis_user_id"), ("course_id", "sis_course_id")),
        fields=(
            Field("employee_number", ("sis_user_id", "user.sis_user_id")),
            Field("person", ("user.login_id", "user_id")),
            Field("course_id", ("sis_course_id", "course_id")),
            Field("score", ("grades.final_score", "grades.current_score")),
            Field("updated_at", ("updated_at",)),
        ),
        says=(
            (
                "an enrolment has no completion date, and its state says that it was concluded, not that anybody learned",
                "fetch the progress of the course instead",
            ),
        ),
        confidence=0.93,
    ),
    Table(
        system="canvas",
        name="gradebook",
        role="grades",
        signature=(
            ("Student", "Student Name"),
            ("SIS User ID", "SIS Login ID"),
            ("Section", "Final Score", "Current Score"),
        ),
        fields=(
            Field("employee_number", ("SIS User ID",)),
            Field("account_name", ("SIS Login ID",)),
            Field("score", ("Final Score", "Current Score"), dash_is_nothing),
        ),
        person=("ID", "SIS User ID", "SIS Login ID"),
        says=(("the gradebook holds no date of any grade", ""),),
        confidence=0.95,
    ),
)


def claim_canvas(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on one of Canvas's exports."""
    claim = next(
        (claim for table in TABLES if (claim := claim_table(table, sample, declared)) is not None), None
    )
    if (
        claim is None
        and has(sample, ("canvas_course_id",))
        and has(sample, ("canvas_user_id",))
        and has(sample, ("role", "role_id"))
    ):
        what = "enrolments say who may learn, not who has: no completion is in them"
        problem = Problem(sample.file, 1, what, todo="export the progress of the course")
        return Claim("canvas", "provisioning report: enrollments", None, 0.9, {}, None, (problem,))
    return claim
