"""Review systems' exports: Frappe HR, Lattice, OrangeHRM; and Frappe LMS. Data only.

Most of them hold scores of persons in cycles and no course: what course such a row is of must be told.
"""

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise.claim import Claim, Sample
from trueup.reconcile.recognise.tables import Field, Table, claim_table

TABLES = (
    Table(
        system="frappe-hr",
        name="appraisals",
        role="reviews",
        signature=(
            ("Employee", "employee"),
            ("Appraisal Cycle", "appraisal_cycle"),
            (
                "Final Score",
                "final_score",
                "Total Score",
                "total_score",
                "Appraisal Template",
                "appraisal_template",
                "progress",
                "Progress",
            ),
        ),
        fields=(
            Field("review_record_id", ("ID", "name", "Name")),
            Field("person", ("Employee", "employee")),
            Field("score", ("Final Score", "final_score", "Total Score", "total_score")),
            Field("cycle", ("Appraisal Cycle", "appraisal_cycle")),
            Field("competency", ("KRA", "kra")),
        ),
        confidence=0.92,
    ),
    Table(
        system="frappe-hr",
        name="employee skill map",
        role="reviews",
        signature=(
            ("Employee", "employee", "parent"),
            ("Skill", "skill"),
            ("Proficiency", "proficiency"),
            ("Evaluation Date", "evaluation_date"),
        ),
        fields=(
            Field("review_record_id", ("ID", "name")),
            Field("person", ("Employee", "employee", "parent")),
            Field("competency", ("Skill", "skill")),
            Field("score", ("Proficiency", "proficiency")),
            Field("completed_at", ("Evaluation Date", "evaluation_date")),
        ),
        confidence=0.9,
    ),
    Table(
        system="frappe-lms",
        name="certificates",
        role="completions",
        signature=(("Member", "member"), ("Course", "course"), ("Issue Date", "issue_date")),
        fields=(
            Field("record_id", ("ID", "name")),
            Field("email", ("Member", "member")),
            Field("course_id", ("Course", "course")),
            Field("completed_at", ("Issue Date", "issue_date")),
        ),
        constants={"source": "frappe-lms", "status": "completed"},
        record_key=("source", "course_id", "", "email"),
        says=(("a certificate has the date of its issue; when the course was completed is not in it", ""),),
        confidence=0.9,
    ),
    Table(
        system="lattice",
        name="reviews",
        role="reviews",
        signature=(
            ("reviewee.id", "reviewee", "Reviewee", "Reviewee Email"),
            ("reviewer.id", "reviewer", "Reviewer", "Reviewer Email"),
            (
                "response",
                "response.rating",
                "question",
                "question.id",
                "reviewCycle.id",
                "Review Cycle",
                "Question",
                "Rating",
                "Response",
            ),
        ),
        fields=(
            Field("review_record_id", ("id", "Review ID")),
            Field(
                "person",
                (
                    "reviewee.externalUserId",
                    "reviewee.id",
                    "Reviewee Employee ID",
                    "Reviewee Email",
                    "Reviewee",
                ),
            ),
            Field("course_id", ("courseId", "Course ID", "course_id")),
            Field("score", ("response.rating", "response.ratingValue", "rating", "Rating", "Score")),
            Field("cycle", ("reviewCycle.id", "reviewCycle.name", "Review Cycle")),
            Field("label", ("question.body", "questionText", "Question")),
            Field("received_at", ("submittedAt", "Submitted At", "updatedAt", "createdAt")),
        ),
        confidence=0.9,
    ),
    Table(
        system="lattice",
        name="users",
        role="people",
        signature=(("object",), ("email",), ("preferredName", "isAdmin"), ("startDate", "name", "manager")),
        fields=(
            Field("person_id", ("id",)),
            Field("employee_number", ("externalUserId", "employeeId", "customAttributes.employeeId")),
            Field("email", ("email",)),
            Field("first_name", ("firstName",)),
            Field("last_name", ("lastName",)),
            Field("hired_on", ("startDate",)),
            Field("department", ("department.name", "department")),
        ),
        confidence=0.92,
    ),
    Table(
        system="orangehrm",
        name="performance reviews",
        role="reviews",
        signature=(
            ("Employee", "employee.employeeId", "employee.empNumber"),
            ("Review Period", "reviewPeriodStart", "Review Status", "overallStatus"),
            ("Due Date", "dueDate", "Reviewer", "reviewer"),
        ),
        fields=(
            Field("review_record_id", ("id",)),
            Field("person", ("employee.employeeId", "employee.empNumber", "Employee ID", "Employee")),
            Field("score", ("finalRating", "Final Rating", "rating")),
            Field("cycle", ("Review Period", "reviewPeriodStart")),
        ),
        confidence=0.85,
    ),
)


def claim_appraisals(sample: Sample, declared: FileSettings) -> Claim | None:
    """The best claim of the review systems' exports."""
    claims = [claim for table in TABLES if (claim := claim_table(table, sample, declared)) is not None]
    return max(claims, key=lambda claim: claim.confidence, default=None)
