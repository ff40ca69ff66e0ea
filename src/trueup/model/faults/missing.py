"""Family 03, missing: what one side has and the other has not. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    3,
    "missing",
    "Missing: what did not arrive, or should have gone",
    "Does everything that the source asserts, and nothing else, stand in the review system?",
)

FAULTS = (
    Fault(
        code="TU0301",
        name="never-received",
        trigger="A completion is in the learning system, in no sync log and not in the review system.",
        cause=(
            "The transfer never saw it: its query skips the record (a cursor past it, a page that was lost, a filter "
            "on active users), or drops it silently before anything is logged, for want of a person key. Lists whose "
            "order is not unique lose rows between pages: Horilla answered 213 rows over 11 pages, 193 of them "
            "different; a cursor on the time of the event misses what arrives late."
        ),
        fix=(
            "Settle the cause named with the fault (truncated run, lost checkpoint, missing identifier) if there is "
            "one. Write the list of records with the command, start a run over the window from the oldest of them, "
            "with an overlap of a day, and check again. Compare the source's own count with the run's."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Each run logs every record it saw, with the reason for those it left out",
            "The number of records read is compared with the number that the source states",
            "The cursor follows when the source stored or changed a record, with an overlap, not when it happened",
            "Lists are read in a stable, unique order",
            "Suspended and ended enrolments are part of the query",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 8, Owner.LEARNING_ADMIN),
        severity=Severity.CRITICAL,
        kpi="missing_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "record_id",
            "LMS-4410 in the sync log and in the review system",
            "LMS-4410 in the learning system only",
            "No run has a row for it, so nothing failed and nobody was told.",
        ),
        consequence_of=("TU0405", "TU0403", "TU0101", "TU0102", "TU0104", "TU0103", "TU0205", "TU0308"),
    ),
    Fault(
        code="TU0302",
        name="not-delivered",
        trigger="A completion is in the learning system and in the sync log, was never accepted, and is not in the review system.",
        cause=(
            "Every attempt failed: throttled, server errors, no permission, or the review system rejected the record "
            "for its content. Where batches are all or nothing, one bad record holds back all others of its batch."
        ),
        fix=(
            "Read the last attempt's outcome and status in the fault. Throttled or error: send again outside the busy "
            "hours, with pauses. 401 or 403: renew the token or the grant first. Rejected: settle the fault of the "
            "record itself, then send it alone. Take the list of records from the command."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Records that used up their retries go to a list that somebody owns, with cause and count",
            "An alert fires on the share of undelivered records, not on their number alone",
            "A rejected batch is split until the bad record stands alone",
            "A run ends as failed when a record of it was not accepted",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 8, Owner.DATA_STEWARD),
        severity=Severity.CRITICAL,
        kpi="dead_letter_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "outcome",
            "accepted",
            "throttled, throttled, throttled (429)",
            "Three attempts in run 2026-03-31, none accepted, none after it.",
        ),
        consequence_of=(
            "TU0702",
            "TU0401",
            "TU0402",
            "TU0404",
            "TU0101",
            "TU0102",
            "TU0104",
            "TU0103",
            "TU0205",
            "TU0201",
            "TU0801",
            "TU0802",
            "TU0601",
            "TU0604",
        ),
    ),
    Fault(
        code="TU0303",
        name="false-success",
        trigger="The sync log says accepted, and the review system has nothing.",
        cause=(
            "The answer's status was taken for the deed. Moodle answers errors with HTTP 200 and an exception in the "
            "body; Horilla answers 200 whether or not a form saved; an upsert of SuccessFactors review forms returns "
            "success without validating; an asynchronous import failed after it had been taken in."
        ),
        fix=(
            "Look at the answer's body under the request id named in the fault, not at its status. Correct the "
            "connector's test for success, send the records of the list again and read each back. If the review "
            "system did store it, find out who or what removed it."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Success means read back and compared, not a status below 300",
            "The connector reads the body for error fields and for partial success",
            "Asynchronous imports are followed to their end and their report is kept",
            "The share of records that were verified by reading back is watched",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 4, Owner.DATA_STEWARD),
        severity=Severity.CRITICAL,
        kpi="verified_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "record_id",
            "LMS-2077 in the review system",
            "accepted with status 200, absent",
            "The body of the 200 said errorcode: invalidparameter.",
        ),
        consequence_of=("TU0105", "TU0101", "TU0102", "TU0104", "TU0103", "TU0308"),
    ),
    Fault(
        code="TU0304",
        name="orphan",
        trigger="A record is in the review system and not in the learning system.",
        cause=(
            "The course or the account was deleted or reset in the learning system, the export covers a shorter time "
            "or hides suspended enrolments, a test run wrote into production, or somebody entered it by hand."
        ),
        fix=(
            "First make sure that the export is complete: same period, all courses, leavers and suspended enrolments "
            "too. Then ask the L&D admin whether the course was reset. With evidence, record the completion in the "
            "learning system again; without, take it out of the review and tell the reviewer."
        ),
        command="trueup inspect FILE",
        checklist=(
            "Both exports cover the same period and population",
            "Courses are closed and archived, not deleted or reset, while a review can refer to them",
            "Test systems cannot reach the review system of production",
            "Entries by hand carry who made them and on what evidence",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 48, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="verified_rate",
        needs=("completions", "reviews"),
        example=Example(
            "record_id",
            "a record of the learning system",
            "LMS-0019, known to the review system only",
            "The course was reset in May; its completions are gone at the source and still count in the review.",
        ),
        consequence_of=("TU0502", "TU0105", "TU0101", "TU0102", "TU0104", "TU0103", "TU0308"),
    ),
    Fault(
        code="TU0305",
        name="void-not-applied",
        trigger="A completion is voided or revoked in the learning system and still stands in the review system.",
        cause=(
            "The transfer only adds. A voided xAPI statement vanishes from lists, so that a poller must act on the "
            "voiding statement instead; and some targets take no correction by API at all (external learning events "
            "of SuccessFactors have no update)."
        ),
        fix=(
            "Confirm the void with the L&D admin. Write the corrected file with the command and load it, or delete "
            "the record in the review system; where the target cannot delete, give the named task to a person. Tell "
            "the reviewer if the record was already read in an open review."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "The transfer reads voids, revocations and expired certificates, not only completions",
            "For each target it is written down how a record is taken back: delete, update, counter-entry or task",
            "A test voids a record and sees it leave the review system",
            "Courses are revoked before the cut-off, or their reviewers are told",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 8, Owner.LEARNING_ADMIN),
        severity=Severity.CRITICAL,
        kpi="verified_rate",
        needs=("completions", "reviews"),
        example=Example(
            "status",
            "gone from the review (voided on 2026-03-12)",
            "standing in the review",
            "The exam was annulled on 12 March; the review still counts it.",
        ),
        consequence_of=("TU0702", "TU0401", "TU0402", "TU0405", "TU0403"),
    ),
    Fault(
        code="TU0306",
        name="stale-correction",
        trigger="A later revision of the record in the learning system never reached the review system.",
        cause=(
            "The transfer knows a record by its id alone and skips what it has sent before, or asks for new records "
            "only. Regrades and reopened attempts then stay behind; in Canvas a regrade moves graded_at and an "
            "un-grade does not appear at all."
        ),
        fix=(
            "Write the corrected values with the command and load those of open cycles. Then change the transfer: the "
            "key of a delivery is record id and revision, and the query asks for what changed since, not for what was "
            "made since. A change after the freeze is an amendment that the reviewer is told of."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "Deliveries are keyed by record id and revision",
            "The query follows updated_at, and an un-grade or reopening is found by comparing sets",
            "A test regrades a record and sees the new value in the review system",
            "Teachers know until when a regrade still counts for the cycle",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 24, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="verified_rate",
        needs=("completions", "reviews"),
        example=Example(
            "score",
            "82 (revision 2)",
            "58 (revision 1)",
            "Regraded on 20 March; the review still shows the failing first grade.",
        ),
        consequence_of=("TU0702", "TU0401", "TU0402", "TU0405", "TU0403"),
    ),
    Fault(
        code="TU0307",
        name="consumed-unreported",
        trigger="A course was launched or consumed in full and never reported as completed.",
        cause=(
            "The result was lost on the learner's side: a closed tab, a blocked pop-up, a lost connection at the end, "
            "a package that sends its result only on an exit button. Or a completion rule is missing, so that the "
            "system knows the visit and no completion."
        ),
        fix=(
            "Group by course: many learners of one course point to its package or its completion rule, single ones to "
            "a lost connection. The L&D admin corrects the rule and has completions computed again, or asks the "
            "learner to open the last page once more. Never enter a completion without evidence of one."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Each course that counts has a completion rule, tested once with a real learner account",
            "Packages commit their progress as they go, not on exit only",
            "Launched and unfinished attempts older than a day are listed every week",
            "Learners see whether their completion was recorded before they leave",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 48, Owner.ON_CALL_ENGINEER),
        severity=Severity.MEDIUM,
        kpi="missing_rate",
        needs=("completions",),
        example=Example(
            "status",
            "completed, passed or failed within a day of the launch",
            "launched on 2026-03-02, nothing since",
            "The learner saw the last page; the package reports on its exit button, which was not used.",
        ),
    ),
    Fault(
        code="TU0308",
        name="unreadable-row",
        trigger=(
            "A row of an export cannot be read or has no key: too few or too many cells, NUL bytes, a nested value "
            "where a plain one is due, no record id. Its completion is not in the check."
        ),
        cause=(
            "The file was cut off or joined by hand, a text with the delimiter or a line break in it is not quoted, "
            "or the export stopped in the middle. What stands in such a row is unknown, so what depends on it (a "
            "record that seems missing, or an orphan) may be its consequence."
        ),
        fix=(
            "Open the file at the line named and compare it with the header. Export the file again instead of "
            "repairing it by hand; if the exporter does not quote, choose another delimiter or JSON. If the file "
            "differs from its origin, find the step that changed it."
        ),
        command="trueup inspect FILE",
        checklist=(
            "Files go from the export to the check without being opened and saved in between",
            "The exporter quotes texts, or writes JSON Lines or Parquet",
            "The number of rows is compared with the count that the source states",
            "Each row carries the source's record id",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 24, Owner.LEARNING_ADMIN),
        severity=Severity.MEDIUM,
        kpi="missing_rate",
        needs=(),
        example=Example(
            "line 418 of completions.csv",
            "9 cells, as in the header",
            "11 cells",
            "A course title with two commas is not quoted, so every cell after it stands in the wrong column.",
        ),
    ),
)
