"""Family 09, calendar: whether it came in time. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    9,
    "calendar",
    "Calendar: in time for the review",
    "Did it arrive before the cut-off of the one cycle it belongs to?",
)

FAULTS = (
    Fault(
        code="TU0901",
        name="late-completion",
        trigger="Completed within the window of a cycle, delivered after its cut-off.",
        cause=(
            "The record waited: for a nightly run that came after the cut-off, in a throttled queue behind less "
            "urgent ones, or at the source, which recorded it late."
        ),
        fix=(
            "If the grace period is open, ask the data steward to admit the records of the list to the cycle they "
            "belong to. Otherwise attach them as an addendum and tell the reviewers. Then plan the last runs of the "
            "cycle from the cut-off backwards and send by nearest deadline first."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Runs are denser in the last days before a cut-off, and one ends shortly before it",
            "Records of the cycle that closes first are sent first",
            "Learners know the last safe time to complete, which lies before the cut-off",
            "What late records count for is decided by a written rule",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 8, Owner.ON_CALL_ENGINEER),
        severity=Severity.HIGH,
        kpi="cutoff_headroom",
        needs=("completions", "reviews", "cycles"),
        example=Example(
            "received_at",
            "by 2026-03-31T16:00:00Z (cut-off of 2026-Q1)",
            "2026-04-01T02:00:09Z",
            "Completed on 31 March at 15:20, waiting for the nightly run at the moment of the cut-off.",
        ),
        consequence_of=("TU0702", "TU0401", "TU0402", "TU0404", "TU0405", "TU0403", "TU0903"),
    ),
    Fault(
        code="TU0902",
        name="sla-breached",
        trigger="A completion after the cut-off took longer to deliver than its SLA allows.",
        cause=(
            "Late completions share the queue with everything else and have no priority, a run that was due within "
            "the SLA did not start, or the vendor's budget was used up by a bulk load."
        ),
        fix=(
            "Deliver what is still open now, alone, and tell the reviewers which arrived late. Then give completions "
            "inside the grace period precedence, keep a part of the vendor's budget for them, and let the alert fire "
            "at half the SLA."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "During the grace period a run starts at least twice within the SLA",
            "A reserve of the vendor's budget is kept for completions after the cut-off",
            "Bulk loads are not started between cut-off and freeze",
            "An alert fires before the SLA is broken, not after",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 2, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="sync_latency_p95",
        needs=("completions", "reviews", "cycles"),
        example=Example(
            "received_at",
            "within 2 h (sla_hours of 2026-Q1)",
            "9 h 40 min after the completion",
            "Completed two hours after the cut-off, sent with the nightly run.",
        ),
        consequence_of=("TU0702", "TU0401", "TU0402", "TU0404", "TU0405"),
    ),
    Fault(
        code="TU0903",
        name="window-misaligned",
        trigger="No sync run ended between the last completions of the cycle and its cut-off.",
        cause=(
            "Runs follow a fixed clock (every night at two) that knows nothing of the review calendar, the cut-off "
            "was entered in another zone than the schedule, or the last run failed and was not repeated."
        ),
        fix=(
            "Ask for the cut-off to be held or the grace period to be used, and run now. Then plan from the calendar: "
            "the last run starts early enough to end before the cut-off at the allowed pace, and one more follows at "
            "the end of the grace period. Write schedule and cut-off in one zone."
        ),
        command="trueup check DIR --html check.html",
        checklist=(
            "Sync times are derived from the cycles' cut-offs, for each cycle",
            "The last run before a cut-off has time to be repeated once",
            "Cut-off and schedule name their zone, clock changes included",
            "A failed last run raises an alert before the cut-off",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 4, Owner.DATA_STEWARD),
        severity=Severity.HIGH,
        kpi="cutoff_headroom",
        needs=("completions", "sync", "cycles"),
        example=Example(
            "run_ended_at",
            "between 2026-03-31T15:40Z and 2026-03-31T16:00Z",
            "2026-03-31T02:21Z, the last before the cut-off",
            "41 completions of the last day had no run that could have carried them in time.",
        ),
    ),
    Fault(
        code="TU0904",
        name="unattributed",
        trigger="A completion falls into no review cycle, or into more than one.",
        cause=(
            "Two cycles have a gap or an overlap, often of a day at the edges or of an hour between zones, the cycle "
            "for the period was not opened yet, or the completion has only a date and the edge lies within that day."
        ),
        fix=(
            "Compare the edges of the cycles named. A gap or overlap: HR corrects the calendar so that one ends where "
            "the next begins. A date without time on the edge: the data steward decides by written rule, once, and "
            "notes the reason with the record. A missing cycle: have it opened before the first review refers to it."
        ),
        command="trueup inspect FILE",
        checklist=(
            "Cycles of one population touch: each opens at the instant where the one before closes",
            "The next cycle is in the calendar before the current one closes",
            "Edges are instants with a zone and no bare dates",
            "For records on the edge there is a rule, and their decisions are kept",
        ),
        escalation=Escalation(Owner.DATA_STEWARD, 24, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="cutoff_headroom",
        needs=("completions", "cycles"),
        example=Example(
            "cycle",
            "exactly one",
            "none: after 2026-Q1 (to 31 March 18:00), before 2026-Q2 (from 1 April 00:00)",
            "Completed at 21:30 on 31 March, in the six hours that belong to no cycle.",
        ),
        consequence_of=("TU0205", "TU0201"),
    ),
)
