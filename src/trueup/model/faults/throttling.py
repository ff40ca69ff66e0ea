"""Family 04, throttling: rate limits and runs. Knows what the faults mean, not how they are found."""

from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

FAMILY = Family(
    4,
    "throttling",
    "Throttling: rate limits and runs",
    "Did every run carry all of its records, at a pace the other side allows?",
)

FAULTS = (
    Fault(
        code="TU0401",
        name="throttled-run",
        trigger="429 answers, or 403 answers that mean the same, left records of the run undelivered.",
        cause=(
            "The run sent more than the other side allows in the time, often because several workers share one token "
            "or everything is sent in the hour before the cut-off. Canvas answered 403 with 'Rate Limit Exceeded' "
            "until October 2025 and 429 since; external learning events of SuccessFactors take 10 records a call "
            "and 100 calls a minute."
        ),
        fix=(
            "Send the run's undelivered records again, oldest cut-off first, at half the pace, and honour Retry-After "
            "where the answer gave one. Then set the connector's budget below the vendor's limit, shared by all "
            "workers that use the token, and start the run earlier than the deadline divided by that pace demands."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The vendor's limit is written down per token, with its unit (calls, records or cost)",
            "One budget is shared by all workers and by other tools that use the same token",
            "A 403 that says rate limit is treated as a pause, any other 403 as a missing permission",
            "A full run at the allowed pace ends well before the cut-off, with a reserve for late records",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 4, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="dead_letter_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "outcome",
            "accepted by the end of the run",
            "throttled (429, Retry-After 60) on the last attempt",
            "From the 101st call of a minute on every answer was 429, and the run ended without coming back to them.",
        ),
        consequence_of=("TU0404",),
    ),
    Fault(
        code="TU0402",
        name="server-errors",
        trigger="5xx answers or time-outs used up the retries.",
        cause=(
            "The other side was down, in maintenance or too slow for the size of the batch. Moodle answers 503 with "
            "Retry-After 300 in maintenance from the command line, but 200 with an error in the body when its "
            "database is gone; Horilla answers 500 where a permission is missing."
        ),
        fix=(
            "See in the log whether all records failed for a time (an outage: send them again once it is over) or "
            "always the same ones (the record or the batch size: halve the batch until one record stands alone). "
            "After a time-out read the record back before sending it again, because it may have been stored."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Retries reach over the longest maintenance window, with growing pauses and jitter",
            "Maintenance windows of both sides are in the calendar and no run is planned into them",
            "Batches shrink after a time-out or a 413 and grow again slowly",
            "A time-out is an unknown outcome: read back, then decide",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 4, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="dead_letter_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "http_status",
            "200 by the last retry",
            "503, 503, 503",
            "Three tries within four minutes, all inside a maintenance window of half an hour.",
        ),
        consequence_of=("TU0404",),
    ),
    Fault(
        code="TU0403",
        name="truncated-run",
        trigger="A run ends exactly at a page or batch limit while records are left.",
        cause=(
            "The reader took the first page for the whole: it asked for more than the server gives (a page holds at "
            "most 100 statements in Ralph whatever limit says, 50 rows in Cornerstone's transcript search), did not "
            "follow the next link, or hit a server limit that drops the rest without an error, as PHP's "
            "max_input_vars does."
        ),
        fix=(
            "Follow the paging to its end (the next link or token, until it is absent), and do not compute the number "
            "of pages. Start the run again from the last cursor known to be good. A run that ends at a round number "
            "is repeated with another page size: if the total changes, it was cut."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Paging ends when the source says so, not when a page is shorter than asked for",
            "The number of records read is compared with the total that the source states",
            "An alert fires when a run ends exactly at its page or batch limit",
            "Long lists of parameters are sent in blocks below the server's limit",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 4, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="missing_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "records of run 2026-03-31",
            "1,342",
            "1,000 (limit 1000)",
            "The run stopped at its limit; 342 completions of the same window are in no run.",
        ),
    ),
    Fault(
        code="TU0404",
        name="retry-storm",
        trigger="Retries ignored Retry-After, or did not back off.",
        cause=(
            "A retry loop with a fixed, short pause, retries at several layers that multiply (client, job and "
            "scheduler), or a client that cannot read the header: Retry-After may be seconds or a date, and other "
            "headers hold floats or are absent."
        ),
        fix=(
            "Stop the loop first: it prolongs the throttling for everybody on the token. Retry at one layer only, "
            "wait at least what Retry-After says, otherwise double the pause each time with jitter, and set an upper "
            "bound on tries. Then send what the storm left undelivered."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "Exactly one layer retries",
            "Retry-After is read as seconds and as a date, and wins over the own pause",
            "Pauses grow, with jitter, and tries are bounded",
            "A test with a server that answers 429 sees the pauses grow",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 4, Owner.LEARNING_ADMIN),
        severity=Severity.MEDIUM,
        kpi="sync_latency_p95",
        needs=("sync",),
        example=Example(
            "attempt_at",
            "60 s or more after the 429 (Retry-After: 60)",
            "1 s after it, eight times",
            "Eight tries in nine seconds, although the answer asked for a minute.",
        ),
    ),
    Fault(
        code="TU0405",
        name="lost-checkpoint",
        trigger="Between two runs a window was skipped, or was sent twice.",
        cause=(
            "The cursor was saved before its records were stored, or not at all after a crash; it is exclusive on "
            "one side and inclusive on the other; or the window is fixed (the last 24 hours) and a run was missed or "
            "late. A cursor on the time of the event skips what is recorded late."
        ),
        fix=(
            "Take the window from the fault. Skipped: run that window again with an overlap; record ids keep what is "
            "there from doubling. Sent twice: look for duplicate records (TU0502). Then save the cursor together with "
            "the rows it stands for, and read with an overlap."
        ),
        command="trueup check DIR --faults faults.csv",
        checklist=(
            "The cursor is saved in the same transaction as the records, after them",
            "Each run starts where the last successful one ended, not at a fixed number of hours ago",
            "Windows overlap, and the record id keeps a record from being sent twice",
            "A missed or failed run is noticed before the next one starts",
        ),
        escalation=Escalation(Owner.ON_CALL_ENGINEER, 8, Owner.LEARNING_ADMIN),
        severity=Severity.HIGH,
        kpi="missing_rate",
        needs=("completions", "sync", "reviews"),
        example=Example(
            "window of the run",
            "from 2026-03-30T02:00Z, where the run before ended",
            "from 2026-03-30T14:00Z",
            "The run of 30 March crashed; the next took the last twelve hours, so half a day is in no run.",
        ),
        consequence_of=("TU0403",),
    ),
)
