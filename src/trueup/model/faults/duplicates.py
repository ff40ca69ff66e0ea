"""Family 05, duplicates: one person or one completion, counted more than once. Knows meanings, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    5,
    "duplicates",
    "Duplicates: counted more than once",
    "Is every person one account, and every completion one record?",
)

FAULTS = (
    Fault(
        code="TU0501",
        name="duplicate-account",
        trigger="Two accounts in one system belong to one person.",
        cause=(
            "Single sign-on made a second account because name or mail changed (marriage, a new domain, another "
            "case), a rehire got a new one, or somebody registered by hand beside the provisioned account."
        ),
        fix=(
            "The steward confirms that it is one person: same employee number, or same mail and hire date; the same "
            "name alone is not enough. Keep the account that sign-on uses, suspend the other and link it to the "
            "person, so that its completions count once. Merge in the learning system only if its merge also moves "
            "attempts and grades."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Provisioning matches on the employee number, not on name or mail",
            "Self-registration is off, or needs an employee number that is unique",
            "Renames and domain changes update the account instead of making a new one",
            "A rehire gets the former account back",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 48, Owner.LEARNING_ADMIN),
        severity=Severity.MEDIUM,
        kpi="duplicate_account_rate",
        needs=("accounts", "people"),
        example=Example(
            "account_name",
            "one active account of E1022",
            "a.schmidt and a.mueller",
            "After her marriage sign-on made a second account; the first one is still active.",
        ),
    ),
    Fault(
        code="TU0502",
        name="duplicate-record",
        trigger="One completion stands more than once in the review system.",
        cause=(
            "It was sent again after a time-out or by an overlapping window, and the target does not recognise it: "
            "adding a training record in BambooHR is not idempotent, so each retry makes another. Keys that contain "
            "the day of sending do the same."
        ),
        fix=(
            "Keep the oldest row of each record id and remove the others with the corrected file of the command, or "
            "by hand where the target has no delete for the connector. Then look up before adding (person, course, "
            "attempt), and key deliveries by source, record id and revision."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "Deliveries carry a key made of source, record id and revision, never of the clock",
            "After a time-out the record is read back before it is sent again",
            "The target's own uniqueness is known, and where it has none the connector looks up first",
            "Scores and hours are totalled over distinct records",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 24, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="verified_rate",
        needs=("completions", "reviews"),
        example=Example(
            "review_record_id",
            "one row for LMS-3001",
            "R-551, R-552 and R-560",
            "The first try timed out after it had been stored; two retries stored it again.",
        ),
        consequence_of=("TU0405", "TU0402", "TU0404"),
    ),
    Fault(
        code="TU0503",
        name="split-history",
        trigger="A person's completions are divided over several accounts.",
        cause=(
            "The person has learned under more than one account: a duplicate in one system, or one account in each of "
            "several systems that nobody linked. Each account alone looks incomplete, so the review may lack what "
            "was done under the other."
        ),
        fix=(
            "Link the accounts to the person first (TU0501). Then compare the person's courses under each account "
            "with the review and send what is missing. Tell the learner which account to use."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "All accounts of a person are linked to one person id before completions are counted",
            "A new learning system is linked to the roster before its first course starts",
            "Reports for reviews are made by person, not by account",
            "After a merge the attempts and grades are counted and equal those before",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 48, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="missing_rate",
        needs=("completions", "people"),
        example=Example(
            "account_name",
            "12 completions under one account",
            "7 under a.schmidt, 5 under a.mueller",
            "The review system follows the newer account and shows five courses.",
        ),
        consequence_of=("TU0501",),
    ),
)
