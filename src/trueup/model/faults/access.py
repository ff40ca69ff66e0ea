"""Family 07, access: what accounts may do and roles may see. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    7,
    "access",
    "Access: who may do and see what",
    "Has every account what it needs, and sees nobody more than they may?",
)

FAULTS = (
    Fault(
        code="TU0701",
        name="over-scoped",
        trigger="A connector's account is granted more than the connector needs.",
        cause=(
            "The account was set up with an administrator's role to make it work, a scope was granted for a test and "
            "stayed, or the vendor sells access by account and not by field."
        ),
        fix=(
            "Compare the scope named with what the connector declares that it needs. Take it away in the vendor's "
            "console, run one sync of each kind, and check again with a new export of the grants. Where the vendor "
            "has no narrower scope, the privacy officer records why it is accepted, and until when."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Each connector's needed endpoints, methods and fields are written down",
            "Service accounts start without rights and get them one by one",
            "Grants are exported and compared before every cycle",
            "Each connector has an account of its own",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 72, Owner.PRIVACY_OFFICER),
        severity=Severity.MEDIUM,
        kpi="exposure_count",
        needs=("grants",),
        example=Example(
            "scope",
            "not granted (the connector reads completions only)",
            "payroll:read granted",
            "With this token anybody who holds it can read salaries.",
        ),
    ),
    Fault(
        code="TU0702",
        name="under-scoped",
        trigger="A connector needs more than is granted to it, or the log holds 401 or 403 answers.",
        cause=(
            "A token expired, a right was taken away in a clean-up, or the connector learned something new. Not every "
            "system says so: Moodle may answer a missing capability with an empty list and status 200, Horilla with "
            "400 or 500."
        ),
        fix=(
            "Renew the token if it expired; otherwise grant the scope named in the fault to the service account and "
            "nothing wider. Try one record, then send again what was refused meanwhile. An empty answer where data "
            "was expected counts as a refusal."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The expiry of every token is in the calendar, with a warning two weeks before",
            "A probe calls each needed endpoint before every run and stops the run where one is refused",
            "Rights are taken away only after a look at what the connectors need",
            "An unexpectedly empty list raises an alert",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 4, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="dead_letter_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "http_status",
            "200",
            "403 on every record since 2026-03-15",
            "The scope reviews:write was taken away in a clean-up on 15 March, in the middle of the cycle.",
        ),
    ),
    Fault(
        code="TU0703",
        name="evidence-leaked",
        trigger="A role can see what it must not.",
        cause=(
            "A field that the role may not see is part of what the review system shows it: a new export column, a "
            "free-text field, a role that was copied from a wider one, or a former manager who kept the view."
        ),
        fix=(
            "Hide the field from the role in the review system now, then find out since when and by whom it was seen "
            "(the system's access log). The privacy officer decides whether it has to be reported. Take the field out "
            "of the transfer if no purpose needs it; the command writes the review file with the field blank in the "
            "rows that show it."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "For each role it is written down what it must see and what it must not",
            "A test account of each role looks at a sample review before a cycle opens",
            "New fields are hidden until the policy allows them",
            "A manager's view ends with the reporting line",
        ),
        escalation=Escalation(Owner.PRIVACY_OFFICER, 4, Owner.ON_CALL_ENGINEER),
        severity=Severity.CRITICAL,
        kpi="exposure_count",
        needs=("reviews", "policy"),
        example=Example(
            "health_note",
            "hidden from role reviewer",
            "in the rows that role reviewer sees",
            "The accommodation noted for an exam reached all who rate the person.",
        ),
        consequence_of=("TU1001",),
    ),
    Fault(
        code="TU0704",
        name="unused-grant",
        trigger="A scope is granted, needed on paper, and was never used in the period.",
        cause=(
            "The connector no longer calls that endpoint, or the job that would use it does not run. The second is a "
            "fault of the transfer that shows nowhere else."
        ),
        fix=(
            "Ask first whether the job that needs the scope ran at all in the period; if it should have, start it and "
            "look at what is missing. If the connector has no more use for it, strike it from the declared needs and "
            "take the grant away."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The declared needs are changed together with the connector's code",
            "Grants without use for a cycle are reviewed and removed",
            "Every scheduled job reports that it ran, also when there was nothing to do",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 168, Owner.PRIVACY_OFFICER),
        severity=Severity.LOW,
        kpi="exposure_count",
        needs=("grants",),
        example=Example(
            "last_used_at",
            "within the period",
            "never",
            "The scope grades:read is granted and declared; the job for regrades has been switched off since January.",
        ),
    ),
)
