"""Family 01, identity: whose record it is. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    1, "identity", "Identity: who learned it", "Does the record lead to exactly one, and the right, person?"
)

FAULTS = (
    Fault(
        code="TU0101",
        name="missing-identifier",
        trigger="A record's person key is null or blank where the contract requires it.",
        cause=(
            "The account in the learning system was made without an employee number, or the export leaves the column "
            "out: Moodle leaves the idnumber key out of its answer when it is empty, and leaves names out when the "
            "service account may not see full names, so an import mapping writes null without an error."
        ),
        fix=(
            "Look at the file and line to see whether the whole column is empty or one person's cell. "
            "Whole column: correct the import mapping or the export's field list, export again. "
            "One person: enter the employee number on the account in the learning system from the HR roster, "
            "export again and resend the record. Never fill the key from the display name."
        ),
        command="trueup inspect FILE",
        checklist=(
            "The employee number is a required field of the account form and of single sign-on provisioning",
            "The export's field list contains the person key, and the service account may read it",
            "The import mapping stops on an absent key and does not read it as an empty value",
            "A weekly report lists active accounts without an employee number",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 24, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="missing_rate",
        needs=("completions",),
        example=Example(
            "employee_number",
            "E1016",
            "null",
            "The account emp16 has no idnumber, so the completion belongs to nobody and cannot enter a review.",
        ),
    ),
    Fault(
        code="TU0102",
        name="malformed-identifier",
        trigger=(
            "The person key has another type or pattern than the contract states, such as a legacy number where a "
            "UUID is expected."
        ),
        cause=(
            "An import mapping picks the wrong column (the local account id instead of the corporate id), or a "
            "spreadsheet changed the key on the way: leading zeros lost, 1.0E+05 for 100000, blanks around it."
        ),
        fix=(
            "Compare expected and actual: another kind of key means the mapping takes the wrong column; the same key "
            "deformed means that it went through a spreadsheet. Correct the mapping, or export the column as text, "
            "then send the affected records again. Keys that are right but of an older form belong in the roster as "
            "former numbers."
        ),
        command="trueup inspect FILE",
        checklist=(
            "The contract names the type and pattern of the person key, for each file",
            "Key columns are exported as text and no file is saved from a spreadsheet on the way",
            "The mapping is tested with a key with leading zeros, one in lower case and one former number",
            "Former employee numbers are in the roster before an old export is loaded",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 8, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="missing_rate",
        needs=("reviews",),
        example=Example(
            "person",
            "3f0c1c52-8d0e-4b7e-9a53-0d1f5d3c7a21",
            "4711",
            "The review system keys persons by UUID; 4711 is the local account id, which it cannot resolve.",
        ),
    ),
    Fault(
        code="TU0103",
        name="unknown-person",
        trigger="The person key is well-formed and resolves to nobody in the roster.",
        cause=(
            "The person is newer than the roster, is an external learner, or left and was dropped from it; or the "
            "key is right but written otherwise: Moodle compares idnumber exactly, so case and blanks count."
        ),
        fix=(
            "Look the person up in HR by name and mail. A hire: export the roster again. A leaver: export the roster "
            "with leavers and their last day. A changed number or mail: add it to the person as a former number or "
            "alias. An external learner: exclude the account from the transfer, on the record. Then check again."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The roster export is newer than the newest completion",
            "The roster contains leavers for as long as a review can still refer to them",
            "Former numbers, former names and alias mail addresses are part of the roster export",
            "External and test accounts are marked in the learning system and kept out of the transfer",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 24, Owner.ON_CALL_ENGINEER),
        severity=Severity.HIGH,
        kpi="missing_rate",
        needs=("completions", "people"),
        example=Example(
            "employee_number",
            "a number in the roster",
            "E2044",
            "E2044 was hired on Monday; the roster was exported on the Friday before.",
        ),
    ),
    Fault(
        code="TU0104",
        name="ambiguous-person",
        trigger="The person key, or the best match for it, resolves to more than one person.",
        cause=(
            "The key is not unique where it is kept: Moodle allows two accounts with one idnumber or one mail "
            "address and answers both, and a SCIM server may accept an employee number twice. Shared mailboxes and "
            "colleagues of the same name do the rest."
        ),
        fix=(
            "Do not choose the first match. Compare the candidates on employee number, hire date and department; the "
            "steward decides which person the account belongs to, and the wrong number or mail is taken off the "
            "other account. Then check again: the record must resolve to one person."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Employee numbers are unique in the roster and in the learning system, case and blanks aside",
            "No two persons share a mail address; shared mailboxes are marked as such",
            "The connector stops on a second match and never takes the first row",
            "Names are never used as a key, alone or with the department",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 24, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="missing_rate",
        needs=("completions", "people"),
        example=Example(
            "employee_number",
            "one person",
            "E1007 is on emp07 and on emp17",
            "Two people carry the number, so the completion could go into either review.",
        ),
        consequence_of=("TU0106",),
    ),
    Fault(
        code="TU0105",
        name="swapped-persons",
        trigger="A's completions stand under B in the review system, and B's under A.",
        cause=(
            "Two rows of a mapping table or a roster were crossed, by a sort of one column without the others, say, "
            "or two accounts were renamed into each other's names. Both persons resolve, so nothing complains."
        ),
        fix=(
            "Confirm with one record that each person can vouch for. Correct the two rows of the mapping, not the "
            "completions. Then move the records of both persons in the review system in one step, tell the reviewers "
            "of open reviews, and check again. Reviews already closed go to HR with the list of records."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The mapping is made from one export by key and never edited or sorted by hand",
            "A change of the mapping lists the persons whose link changed before it takes effect",
            "A sample of links is compared with name, mail and department of the roster in every cycle",
            "Renamed accounts keep the identifier that they had",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 4, Owner.PRIVACY_OFFICER),
        severity=Severity.CRITICAL,
        kpi="verified_rate",
        needs=("completions", "reviews", "people"),
        example=Example(
            "person",
            "E1003",
            "E1004",
            "LMS-88 was earned by E1003 and stands under E1004, while LMS-91 of E1004 stands under E1003.",
        ),
    ),
    Fault(
        code="TU0106",
        name="reused-identifier",
        trigger="The identifier belonged to another person at the time of the completion.",
        cause=(
            "A mail address, account name or employee number was given to a new hire after its holder left, and the "
            "transfer resolves it as of today instead of as of the completion."
        ),
        fix=(
            "Resolve the completion as of the day it happened: it belongs to the former holder. Give the new holder "
            "an identifier of their own, note the old one on the leaver with its last day, and take records that "
            "reached the new holder's review out of it by hand."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Mail addresses, account names and numbers of leavers are not given out again for years",
            "The roster carries the first and last day of every identifier's holder",
            "Accounts of leavers are suspended, neither renamed nor handed on",
            "Links are looked up as of the completion's time, not as of now",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 8, Owner.PRIVACY_OFFICER),
        severity=Severity.CRITICAL,
        kpi="verified_rate",
        needs=("completions", "people"),
        example=Example(
            "email",
            "k.meyer@corp.example held by E0912 until 2025-03-31",
            "k.meyer@corp.example held by E2010 since 2025-09-01",
            "The completion of 12 February 2025 is the leaver's; today the address is the new hire's.",
        ),
    ),
    Fault(
        code="TU0107",
        name="misfiled-person",
        trigger=(
            "A record of one person stands under another person in the review system, and not the other way round."
        ),
        cause=(
            "One link is wrong: a mistyped employee number, the first of several matches taken, a namesake, or a "
            "record filed by hand. Unlike in a swap, nothing of the other person's stands here in exchange."
        ),
        fix=(
            "Compare the record's person in the learning system with the person it stands under. Correct the link or "
            "the number on the account, move the record to the right person in the review system, and look through "
            "the other records of the wrongly linked account. Tell the reviewers of both persons if a review is open."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The transfer resolves persons by employee number or UUID, never by name",
            "A second match stops the record instead of being dropped",
            "Records filed by hand in the review system carry the source's record id",
            "After every import a sample of records is read back and compared by person",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 4, Owner.PRIVACY_OFFICER),
        severity=Severity.CRITICAL,
        kpi="verified_rate",
        needs=("completions", "reviews", "people"),
        example=Example(
            "person",
            "E1003 (Anna Schmidt, Hamburg)",
            "E1450 (Anna Schmidt, Lyon)",
            "The course was earned in Hamburg; the namesake's review counts it and the learner's does not.",
        ),
        consequence_of=("TU0106", "TU0104"),
    ),
)
