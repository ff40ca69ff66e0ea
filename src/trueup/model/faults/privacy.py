"""Family 10, privacy: what may be known, by whom and how long. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    10,
    "privacy",
    "Privacy: what may be known",
    "Was only what the purpose allows transferred, on a valid basis, for as long as allowed?",
)

FAULTS = (
    Fault(
        code="TU1001",
        name="excess-field",
        trigger="A transfer carries a field that its purpose does not allow.",
        cause=(
            "The connector sends the source's record as it is, so that a new column of the source travels along; or a "
            "field was added for a test. What the vendor returns by default is seldom what the purpose needs."
        ),
        fix=(
            "Take the field out of the connector's list of fields, then have it deleted where it arrived; the command "
            "writes the review file with the field blank. If a purpose does need the field, the privacy officer adds it to the policy "
            "first."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "The connector sends a list of named fields and never the whole record",
            "The list is the policy's list for the purpose, and a test compares the two",
            "A planted marker in an unlisted field never shows on the other side",
            "Payloads in logs are kept as short as the fields themselves",
        ),
        escalation=Escalation(Owner.PRIVACY_OFFICER, 24, Owner.ON_CALL_ENGINEER),
        severity=Severity.HIGH,
        kpi="exposure_count",
        needs=("reviews", "policy"),
        example=Example(
            "date_of_birth",
            "not transferred for purpose performance-review",
            "transferred",
            "A new column of the HR export went along with each record since 2 March.",
        ),
    ),
    Fault(
        code="TU1002",
        name="no-basis",
        trigger="A record was transferred with no consent or other lawful basis on record.",
        cause=(
            "The person joined after consents were collected, the record of the basis is kept under another key, or "
            "the transfer does not ask. A basis that exists and is not on record counts as none here."
        ),
        fix=(
            "Stop further transfers of the person's records. If a basis exists (employment contract, works "
            "agreement), the privacy officer records it with purpose and date; if not, ask for consent, or have what "
            "was transferred deleted. Then check again."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The transfer looks the basis up, for person and purpose, at the moment of sending",
            "Joining the company includes the record of the basis",
            "The records of consent use the roster's person id or employee number",
            "Each transferred record names the basis that it was sent under",
        ),
        escalation=Escalation(Owner.PRIVACY_OFFICER, 24, Owner.DATA_STEWARD),
        severity=Severity.CRITICAL,
        kpi="exposure_count",
        needs=("sync", "consents"),
        example=Example(
            "basis",
            "a basis for E1040 and purpose performance-review",
            "none",
            "E1040 joined in February; consents were collected in January.",
        ),
        consequence_of=("TU0101", "TU0102", "TU0104", "TU0103"),
    ),
    Fault(
        code="TU1003",
        name="withdrawn",
        trigger="A record was transferred after the person withdrew the consent that it rests on.",
        cause=(
            "The consent was looked up when the record was queued and not again when it was sent, or the withdrawal "
            "reaches the transfer a day later by file."
        ),
        fix=(
            "Stop the person's records at once, have those sent after the withdrawal deleted in the review system, "
            "and confirm that to the person. Then look consent up immediately before sending, and let withdrawals "
            "reach the transfer when they are made."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Consent is looked up in the moment of sending, not of queueing",
            "A withdrawal reaches the transfer within minutes",
            "Queued records of the person are stopped, and the stop is logged",
            "A test withdraws between queueing and sending and sees nothing sent",
        ),
        escalation=Escalation(Owner.PRIVACY_OFFICER, 4, Owner.ON_CALL_ENGINEER),
        severity=Severity.CRITICAL,
        kpi="exposure_count",
        needs=("sync", "consents"),
        example=Example(
            "attempt_at",
            "before 2026-03-10T09:00:00Z (withdrawn)",
            "2026-03-11T02:00:14Z",
            "The run of the following night sent two records that had been queued before the withdrawal.",
        ),
    ),
    Fault(
        code="TU1004",
        name="identity-exposed",
        trigger="A reviewer's view shows an identifier that should be a pseudonym.",
        cause=(
            "The pseudonym stands in the key while the name or mail stands in another field (a label, a note, the "
            "record id), or the rows were loaded before pseudonyms were switched on."
        ),
        fix=(
            "Hide the view until it is mended. Replace the identifier by the person's pseudonym for this group and "
            "cycle, search the free-text fields for names and mails as well, and issue new pseudonyms if the link of "
            "the old ones was visible. The privacy officer decides who has to be told."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Reviewers' views are made of pseudonyms only, keyed by group and cycle",
            "Record ids and notes that reach reviewers contain neither names nor mails",
            "A known test person is searched for in each view before the cycle opens",
            "The table that leads back to persons is open to the steward only, and each look is logged",
        ),
        escalation=Escalation(Owner.PRIVACY_OFFICER, 4, Owner.ON_CALL_ENGINEER),
        severity=Severity.CRITICAL,
        kpi="exposure_count",
        needs=("reviews", "policy"),
        example=Example(
            "person",
            "a pseudonym, p-7f3a91",
            "E1033",
            "The reviewer of an anonymous round reads the employee number.",
        ),
        consequence_of=("TU1001",),
    ),
    Fault(
        code="TU1005",
        name="retention-overdue",
        trigger="A record is kept longer than its purpose allows.",
        cause=(
            "Deleting is nobody's job in the review system, the period was never set there, or copies (exports, "
            "attachments, backups) outlive the record."
        ),
        fix=(
            "Make sure that no legal hold applies. Have the records of the list deleted in the review system, with a "
            "note of what and when, and look for copies in exports and attachments. Then set the period in the "
            "system, or put the deletion into the calendar after every cycle."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Each purpose has a retention period, set in the policy and in the review system",
            "Deletion runs by itself after every cycle and reports what it deleted",
            "Legal holds are recorded by person and end date",
            "Exports and attachments have an end date too",
        ),
        escalation=Escalation(Owner.PRIVACY_OFFICER, 168, Owner.ON_CALL_ENGINEER),
        severity=Severity.MEDIUM,
        kpi="exposure_count",
        needs=("reviews", "policy"),
        example=Example(
            "received_at",
            "after 2024-04-02 (730 days kept)",
            "2023-02-14T10:12:00Z",
            "Kept 413 days longer than the purpose performance-review allows.",
        ),
    ),
)
