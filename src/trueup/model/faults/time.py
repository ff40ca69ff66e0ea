"""Family 02, time: when it happened. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    2, "time", "Time: when it happened", "Do both sides mean the same instant, and one that can be?"
)

FAULTS = (
    Fault(
        code="TU0201",
        name="naive-time",
        trigger="A time has neither an offset nor a zone declared for its source.",
        cause=(
            "The export writes wall-clock time of the exporting user or of the server and does not say which. "
            "Moodle's reports do so in the zone of whoever downloads them. Some stores accept such a time and fail "
            "later: one naive timestamp in a Ralph store makes every later query by time fail."
        ),
        fix=(
            "Find out in whose zone the file was exported (the profile of the exporting user, or the server's "
            "setting) and declare it for the file in trueup.toml. Better: export epoch seconds or times with offset. "
            "A zone is never guessed; until it is declared the record's instant is unknown."
        ),
        command="trueup check --init DIR",
        checklist=(
            "Each source's zone is declared in trueup.toml, or its times carry an offset",
            "Exports are made by a service user with a fixed zone, not by whoever is on duty",
            "The connector sends RFC 3339 with offset and rejects a time without one",
            "A record from each source near midnight and near a clock change is part of the tests",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 24, Owner.LEARNING_ADMIN),
        severity=Severity.MEDIUM,
        kpi="time_fault_rate",
        needs=("completions",),
        example=Example(
            "completed_at",
            "2026-03-31T23:40:00+02:00",
            "2026-03-31 23:40:00",
            "In Berlin this is the last evening of the cycle; in New York it is already the next one.",
        ),
    ),
    Fault(
        code="TU0202",
        name="zone-shift",
        trigger="The two sides differ by a whole zone offset that is constant over a group of records.",
        cause=(
            "One side took local time for UTC or applied the offset twice, for everything from one source, site or "
            "period: a connector that drops the offset, a server moved to another zone, a forgotten summer-time rule."
        ),
        fix=(
            "The difference names the zone: 120 minutes ahead on summer dates and 60 on winter dates is Berlin time "
            "stored as UTC. Correct the zone in the connector of the group named in the fault, then write the corrected times "
            "with the command, look at the list of changes (above all at records that change cycle), and load them."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "The connector keeps the offset, or converts once, at the door, to UTC",
            "Servers and databases of the transfer run in UTC",
            "The zone of every source and site is declared, by IANA name and not as a fixed offset",
            "After a clock change, a server move or an upgrade ten records are compared on both sides",
            "Times of the last hour before a cut-off are compared before each cycle",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 8, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="time_fault_rate",
        needs=("completions", "reviews"),
        example=Example(
            "completed_at",
            "2026-03-31T22:15:00Z",
            "2026-04-01T00:15:00Z",
            "120 minutes on every record of site Munich since 29 March: local time was stored as UTC.",
        ),
        consequence_of=("TU0201",),
    ),
    Fault(
        code="TU0203",
        name="lost-precision",
        trigger="A time became a date, or a date became midnight, between the two sides.",
        cause=(
            "The receiving field is a date (training records of BambooHR and review dates of OrangeHRM take no "
            "time), or a date was parsed into a timestamp and midnight, often midnight UTC, was made up."
        ),
        fix=(
            "If the review system can hold a time, change the field and load the corrected values. If it holds dates "
            "only, send the date in the zone of the review cycle, not the UTC date, and keep the full time beside it "
            "(a note or a custom field). Look first at records within a day of a cut-off: only they can change cycle."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "The precision of each field is stated in the contract of both sides",
            "A date is treated as a whole day in a declared zone, never as midnight UTC",
            "Dates are derived from times in the zone of the review cycle",
            "Records of the first and last day of a cycle are compared before the cut-off",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 48, Owner.DATA_STEWARD),
        severity=Severity.MEDIUM,
        kpi="time_fault_rate",
        needs=("completions", "reviews"),
        example=Example(
            "completed_at",
            "2026-03-31T21:05:00Z",
            "2026-03-31",
            "The time of day is gone, so a cut-off on 31 March at 18:00 can no longer be applied.",
        ),
    ),
    Fault(
        code="TU0204",
        name="wrong-cycle",
        trigger="The time in the learning system and the record in the review system fall into different review cycles.",
        cause=(
            "Nearly always the consequence of a time that moved (zone shift, lost precision, invented time) across a "
            "cycle's edge, of a late delivery that was filed by the day it arrived, or of a cycle whose dates were "
            "entered in another zone."
        ),
        fix=(
            "Settle the cause named with the fault first: most of these vanish with it. What remains was filed by "
            "arrival or by hand: write the corrected cycle with the command and load it while the cycle is open. "
            "After the freeze, attach it as an addendum and tell the reviewer; do not change the frozen review."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "The cycle follows from when the learning happened, never from when the record arrived",
            "Opening and cut-off are kept as instants with an IANA zone",
            "Cycles touch without gap or overlap",
            "In the week of a cut-off the records around it are compared every day",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 8, Owner.ON_CALL_ENGINEER),
        severity=Severity.CRITICAL,
        kpi="time_fault_rate",
        needs=("completions", "reviews", "cycles"),
        example=Example(
            "cycle",
            "2026-Q1",
            "2026-Q2",
            "Completed on 31 March at 22:15 UTC, shown as 1 April 00:15: the review of the first quarter lacks it.",
        ),
        consequence_of=("TU0202", "TU0203", "TU0206", "TU0306", "TU0207", "TU0901", "TU0205", "TU0201"),
    ),
    Fault(
        code="TU0205",
        name="impossible-time",
        trigger="A time is unparseable, in the future, or before the course or the employment existed.",
        cause=(
            "Day and month exchanged, milliseconds read as seconds, a 'never' stored as 0 and shown as 1 January "
            "1970 (Moodle uses 0 for never in several fields), a wrong clock, or completions taken over from another "
            "employer. Some stores accept any text as a timestamp."
        ),
        fix=(
            "Read the raw text in the file at the line named. Exchanged day and month or a wrong unit: declare the "
            "order for the file and check again. A 0 or 1970: the source has no time; leave it empty and ask for the "
            "evidence. A true mistake: correct it in the learning system, with the learner's evidence, and resend."
        ),
        command="trueup check --init DIR",
        checklist=(
            "The order of day and month is declared for every file with numeric dates",
            "Zero and empty times are sent as absent, never as 1970 or as now",
            "The transfer rejects times in the future and times before the hire date, with the record named",
            "Clocks of the learning system are synchronised",
        ),
        escalation=Escalation(Owner.LEARNING_ADMIN, 48, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="time_fault_rate",
        needs=("completions",),
        example=Example(
            "completed_at",
            "a time between the hire on 2019-05-01 and the export on 2026-04-02",
            "1970-01-01T00:00:00Z",
            "The source wrote 0, which means never; read as an instant it is 1 January 1970.",
        ),
        consequence_of=("TU0106", "TU0202"),
    ),
    Fault(
        code="TU0206",
        name="invented-time",
        trigger="The review system's time equals the sync time, not the time that the source asserts.",
        cause=(
            "The connector fills an absent or rejected completion time with the current time, or the review system "
            "stamps the row on arrival and shows that stamp as the completion time. Sources that give no time invite "
            "it: Moodle's web service has none for a whole course, so it has to be derived from the criteria."
        ),
        fix=(
            "Turn the default off in the connector: a record without a time is sent without one or not at all. Write "
            "the times that the source asserts with the command and load them. Where the source has none, derive it "
            "by a written rule (the latest criterion where all count, the earliest where any does) and mark it so."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "No mapping of the transfer contains a default of 'now'",
            "Occurred, recorded and synced are three fields on both sides",
            "A test sends a record without a time and sees it stopped",
            "A derived time names its rule in the record",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 8, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="time_fault_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "completed_at",
            "2026-02-11T14:03:20Z",
            "2026-04-02T02:00:07Z",
            "The nightly run sent it on 2 April at 02:00:07 and wrote that instant as the completion time.",
        ),
        consequence_of=("TU0205", "TU0201"),
    ),
    Fault(
        code="TU0207",
        name="moved-time",
        trigger=(
            "The two sides' instants differ, and neither a zone, lost precision, an invented time nor a correction "
            "explains it."
        ),
        cause=(
            "Another field was mapped (the enrolment, the grading or the last access instead of the completion), the "
            "time of another attempt was taken, day and month were exchanged, or somebody edited the date in the "
            "review system."
        ),
        fix=(
            "Compare the review system's time with the record's other times: if it equals one of them, the mapping "
            "takes the wrong field; if 03-04 stands for 04-03, the order is wrong; otherwise ask who edited it. "
            "Correct the mapping, write the source's times with the command and load them."
        ),
        command="trueup check DIR --fix OUT",
        checklist=(
            "The contract names which time of the source is the completion time",
            "The record of the attempt that counts is the one that is sent",
            "Dates cross the transfer in ISO 8601 only",
            "Manual edits of learning evidence in the review system are switched off or logged",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 24, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="time_fault_rate",
        needs=("completions", "reviews"),
        example=Example(
            "completed_at",
            "2026-03-04T09:30:00Z",
            "2026-04-03T09:30:00Z",
            "No zone is thirty days wide: 4 March was read as 3 April.",
        ),
        consequence_of=("TU0306", "TU0205"),
    ),
)
