"""HR systems' lists of workers: Workday, BambooHR, Frappe HR, SAP Employee Central, Merge. Data only.

Where no column is a UUID, the system's own id or the employee number stands for the person; the claim
says so.
"""

from trueup.model.settings import FileSettings
from trueup.reconcile.recognise.claim import Claim, Sample
from trueup.reconcile.recognise.tables import Field, Table, claim_table

WORKDAY = Table(
    system="workday",
    name="workers report",
    role="people",
    signature=(
        ("Employee_ID", "Worker_ID", "Employee ID"),
        ("Hire_Date", "Original_Hire_Date", "Hire Date", "Most_Recent_Hire_Date"),
        (
            "Worker",
            "Legal_Name_-_First_Name",
            "Legal_First_Name",
            "First_Name",
            "Worker_Type",
            "Supervisory_Organization",
            "Preferred_First_Name",
            "Business_Title",
        ),
        (
            "Supervisory_Organization",
            "Worker_Type",
            "WID",
            "Workday_ID",
            "Cost_Center",
            "Worker",
            "primaryWorkEmail",
            "Email_-_Primary_Work",
            "Work_Email",
            "Legal_First_Name",
            "Employee_Type",
            "Business_Title",
        ),
    ),
    fields=(
        Field(
            "person_id",
            ("WID", "Workday_ID", "Universal_ID", "UUID", "Employee_ID", "Worker_ID", "Employee ID"),
        ),
        Field("employee_number", ("Employee_ID", "Worker_ID", "Employee ID")),
        Field(
            "email",
            (
                "Email_-_Primary_Work",
                "primaryWorkEmail",
                "Work_Email",
                "Email_Address",
                "Primary_Work_Email",
                "Email",
            ),
            merge=True,
        ),
        Field("aliases", ("Email_-_Primary_Home", "Home_Email", "Personal_Email")),
        Field(
            "first_name",
            (
                "Legal_Name_-_First_Name",
                "Legal_First_Name",
                "First_Name",
                "Preferred_First_Name",
                "Preferred_Name_-_First_Name",
            ),
        ),
        Field(
            "last_name",
            (
                "Legal_Name_-_Last_Name",
                "Legal_Last_Name",
                "Last_Name",
                "Preferred_Last_Name",
                "Preferred_Name_-_Last_Name",
            ),
        ),
        Field("hired_on", ("Original_Hire_Date", "Hire_Date", "Hire Date", "Most_Recent_Hire_Date")),
        Field("left_on", ("Termination_Date", "Last_Day_of_Work", "Termination Date")),
        Field("department", ("Supervisory_Organization", "Department", "Cost_Center", "Organization")),
        Field("city", ("Work_City", "City", "Location", "Primary_Work_Address_City")),
    ),
    confidence=0.92,
)
BAMBOO = Table(
    system="bamboohr",
    name="employees",
    role="people",
    signature=(
        ("Employee #", "employeeNumber", "EEID", "id"),
        ("First Name", "firstName"),
        ("Last Name", "lastName"),
        ("workEmail", "Work Email", "Employee #"),
        (
            "Hire Date",
            "hireDate",
            "supervisor",
            "Employment Status",
            "jobTitle",
            "Job Title",
            "displayName",
            "Reporting to",
        ),
    ),
    fields=(
        Field("person_id", ("UUID", "EEID", "id", "Employee #", "employeeNumber")),
        Field("employee_number", ("Employee #", "employeeNumber")),
        Field("email", ("Work Email", "workEmail", "Email", "bestEmail")),
        Field("aliases", ("Home Email", "homeEmail", "Personal Email")),
        Field("first_name", ("First Name", "firstName")),
        Field("last_name", ("Last Name", "lastName")),
        Field("hired_on", ("Original Hire Date", "originalHireDate", "Hire Date", "hireDate")),
        Field("left_on", ("Termination Date", "terminationDate")),
        Field("department", ("Department", "department")),
        Field("city", ("City", "city", "Location", "location")),
    ),
    confidence=0.88,
)
BAMBOO_TRAINING = Table(
    system="bamboohr",
    name="training records",
    role="reviews",
    signature=(
        ("employeeId", "Employee ID", "Employee #"),
        ("completed", "Completed"),
        ("type", "Training Type", "Training"),
        ("instructor", "hours", "credits", "Instructor", "Hours", "Credits"),
    ),
    fields=(
        Field("review_record_id", ("id",)),
        Field("person", ("employeeId", "Employee ID", "Employee #")),
        Field("course_id", ("type", "Training Type", "Training")),
        Field("completed_at", ("completed", "Completed")),
    ),
    says=(("a training record has a date only, and its type is a number of BambooHR's own list", ""),),
    confidence=0.9,
)
FRAPPE = Table(
    system="frappe-hr",
    name="employees",
    role="people",
    signature=(
        ("Employee", "employee", "ID", "name", "Employee Number", "employee_number"),
        ("Date of Joining", "date_of_joining"),
        ("First Name", "first_name", "Employee Name", "employee_name", "Full Name"),
    ),
    fields=(
        Field("person_id", ("Employee", "employee", "name", "ID", "Employee Number", "employee_number")),
        Field(
            "employee_number", ("Employee Number", "employee_number", "Employee", "employee", "name", "ID")
        ),
        Field(
            "email",
            ("Company Email", "company_email", "Preferred Email", "prefered_email", "User ID", "user_id"),
            merge=True,
        ),
        Field("aliases", ("Personal Email", "personal_email")),
        Field("first_name", ("First Name", "first_name")),
        Field("last_name", ("Last Name", "last_name")),
        Field("hired_on", ("Date of Joining", "date_of_joining")),
        Field("left_on", ("Relieving Date", "relieving_date")),
        Field("department", ("Department", "department")),
        Field("city", ("City", "city", "Branch", "branch")),
    ),
    confidence=0.9,
)
MERGE = Table(
    system="merge",
    name="employees",
    role="people",
    signature=(
        ("remote_id",),
        ("employee_number",),
        ("work_email",),
        ("employment_status", "start_date", "termination_date"),
    ),
    fields=(
        Field("person_id", ("id", "remote_id")),
        Field("employee_number", ("employee_number",)),
        Field("email", ("work_email",)),
        Field("aliases", ("personal_email",)),
        Field("first_name", ("first_name",)),
        Field("last_name", ("last_name",)),
        Field("hired_on", ("hire_date", "start_date")),
        Field("left_on", ("termination_date",)),
    ),
    confidence=0.9,
)


def claim_workforce(sample: Sample, declared: FileSettings) -> Claim | None:
    """The best claim of the HR systems' lists."""
    tables = (BAMBOO_TRAINING, WORKDAY, FRAPPE, MERGE, BAMBOO)
    claims = [claim for table in tables if (claim := claim_table(table, sample, declared)) is not None]
    return max(claims, key=lambda claim: (claim.confidence, len(claim.columns)), default=None)
