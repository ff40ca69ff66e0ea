"""What the sync log shows about runs and attempts: TU0401-TU0405, and the 401/403 half of TU0702.

Knows attempts, limits and waiting, not what was sent.
"""

from __future__ import annotations

import ibis

from trueup.delivery.islands import islands
from trueup.delivery.retry_after import asked_for
from trueup.kit.expressions import MINUTE, SECOND, iso, plain_number, union, yes
from trueup.model.findings import Doubt, Finding, Logs, fault_rows

THROTTLED, ERROR = 3, 4  # places in reconcile.pairs.OUTCOMES, which the pairs carry as numbers
STORM_GAP = MINUTE  # attempts further apart than this are no storm
_RETRIED = ("throttled", "error", "rejected")


def _undelivered(logs: Logs) -> ibis.Table:
    pairs = logs.pairs
    return pairs.filter(
        yes(pairs.in_lms & pairs.due & ~pairs.in_review & (pairs.tries > 0) & (pairs.accepted == 0))
    )


def _attempts(found: ibis.Table) -> ibis.Value:
    return (
        found.tries.cast("string")
        + ibis.ifelse(found.tries == 1, " attempt", " attempts")
        + ibis.literal(", the last in run ")
        + found.last_run
    )


def throttled_run(logs: Logs) -> ibis.Table:
    """TU0401: the last answer was a throttle (429, or 403 logged as one), and nothing came after it."""
    gone = _undelivered(logs)
    found = gone.filter(yes((gone.last_outcome == THROTTLED) | (gone.last_status == 429)))
    return fault_rows(
        found,
        "TU0401",
        field="outcome",
        expected="a retry after the wait, then accepted",
        actual=ibis.literal("throttled, ") + found.last_status.cast("string").fill_null("no status"),
        detail=_attempts(found),
    )


def server_errors(logs: Logs) -> ibis.Table:
    """TU0402: the last answer was a server error or a time-out, and the retries were used up."""
    gone = _undelivered(logs)
    server = yes(gone.last_status >= 500) | yes(gone.last_status == 408)
    silent = yes((gone.last_outcome == ERROR) & gone.last_status.isnull())
    found = gone.filter(server | silent)
    return fault_rows(
        found,
        "TU0402",
        field="http_status",
        expected="2xx",
        actual=found.last_status.cast("string").fill_null("no answer"),
        detail=_attempts(found),
    )


def refused(logs: Logs) -> ibis.Table:
    """TU0702 in the log: an attempt was answered 401 or 403, and it was no throttle; one row a record."""
    sync = logs.roles["sync"]
    throttle = yes(sync.outcome.lower() == "throttled") | sync.retry_after.notnull()
    barred = sync.filter(yes(sync.http_status.isin([401, 403])) & ~throttle)
    found = barred.group_by("record_id").aggregate(
        n=barred.count(),
        status=barred.http_status.max(),
        run=barred.run_id.min(),
        file=barred.file.min(),
        line=barred.line.min(),
    )
    return fault_rows(
        found,
        "TU0702",
        field="http_status",
        expected="2xx",
        actual=found.status.cast("string"),
        detail=ibis.literal("refused ")
        + found.n.cast("string")
        + ibis.literal(" times, first in run ")
        + found.run,
    )


def _waits(logs: Logs) -> ibis.Table:
    """One row a retried attempt: how long was waited, how long before that, and what the answer asked for."""
    sync = logs.roles["sync"].select(
        "record_id", "target", "attempt_at", "attempt", "outcome", "retry_after", "run_id", "file", "line"
    )
    failed = sync.filter(yes(sync.outcome.lower().isin(_RETRIED))).select("record_id").distinct()
    attempts = sync.semi_join(failed, "record_id")
    attempts = attempts.filter(attempts.attempt_at.notnull())
    window = ibis.window(
        group_by=["record_id", "target"],
        order_by=[attempts.attempt_at, attempts.attempt.fill_null(0), attempts.line],
    )
    stepped = attempts.mutate(
        outcome=attempts.outcome.lower(),
        before=attempts.attempt_at.lag().over(window),
        outcome_before=attempts.outcome.lower().lag().over(window),
        asked=attempts.retry_after.lag().over(window),
        run_before=attempts.run_id.lag().over(window),
    )
    retried = stepped.filter(yes(stepped.outcome_before.isin(_RETRIED)))
    return retried.mutate(
        gap=retried.attempt_at - retried.before, asked_for=asked_for(retried.asked, retried.before)
    )


def retry_storm(logs: Logs) -> ibis.Table:
    """TU0404: a retry before Retry-After was over, or a row of quick retries that did not slow down.

    Not slowing down: two waits of at most two seconds, or three and more of at most a minute, the longest
    less than two and a half times the shortest (three doublings make it four times as long).
    """
    waits = logs.relation("waits", _waits)
    hasty = waits.filter(yes(waits.gap < waits.asked_for - SECOND))
    by_record = hasty.group_by("record_id").aggregate(
        n=hasty.count(),
        run=hasty.run_id.min(),
        file=hasty.file.min(),
        line=hasty.line.min(),
        waited=hasty.gap.min(),
        asked_for=hasty.asked_for.max(),
    )
    ignored = fault_rows(
        by_record,
        "TU0404",
        field="attempt_at",
        expected=plain_number(by_record.asked_for.cast("float64") / SECOND) + " s of waiting",
        actual=plain_number((by_record.waited.cast("float64") / SECOND).round(1)) + " s",
        detail=ibis.literal("Retry-After ignored ")
        + by_record.n.cast("string")
        + ibis.literal(" times in run ")
        + by_record.run,
    )
    same = waits.filter(yes((waits.run_before == waits.run_id) & (waits.gap <= STORM_GAP)))
    runs = same.group_by(["record_id", "target", "run_id"]).aggregate(
        gaps=same.count(),
        shortest=same.gap.min(),
        longest=same.gap.max(),
        file=same.file.min(),
        line=same.line.min(),
    )
    flat = yes(runs.longest * 2 < runs.shortest * 5)
    quick = yes((runs.gaps == 2) & (runs.longest <= 2 * SECOND) & (runs.longest * 2 < runs.shortest * 3))
    storm = runs.filter(quick | (flat & (runs.gaps >= 3)))
    storm = storm.anti_join(by_record, "record_id")
    steady = fault_rows(
        storm,
        "TU0404",
        field="attempt_at",
        expected="waits that grow",
        actual=(storm.gaps + 1).cast("string")
        + " attempts, never more than "
        + plain_number((storm.longest.cast("float64") / SECOND).round(1))
        + " s apart",
        detail=ibis.literal("no back-off in run ") + storm.run_id,
    )
    return union([ignored, steady])


def truncated_run(logs: Logs) -> ibis.Table | None:
    """TU0403: a run that ends exactly at its limit, and the records behind it that no run ever took."""
    return _left_behind(logs, "TU0403", truncated=True)


def skipped_window(logs: Logs) -> ibis.Table | None:
    """TU0405: between two runs a window was skipped."""
    return _left_behind(logs, "TU0405", truncated=False)


def _left_behind(logs: Logs, code: str, *, truncated: bool) -> ibis.Table | None:
    blocks = [block for block in islands(logs) if block.at_limit is truncated]
    rows: list[dict[str, object]] = []
    for block in blocks:
        window = f"{len(block.members)} records left behind after run {block.run_before}"
        detail = (
            f"{window}, whose {block.sent} records are exactly its limit of {block.limit}"
            if truncated
            else (f"{window} and before run {block.run_after}")
        )
        rows.append(
            {
                "code": code,
                "field": "limit" if truncated else "cursor",
                "file": block.file,
                "line": block.line,
                "expected": "every record of the window",
                "actual": f"{len(block.members)} skipped",
                "detail": detail,
            }
        )
        rows += [
            {
                "code": code,
                "record_id": member.record_id,
                "person": member.person,
                "course_id": member.course_id,
                "field": "limit" if truncated else "cursor",
                "file": member.file,
                "line": member.line,
                "expected": "an attempt in the sync log",
                "actual": "none",
                "detail": detail,
            }
            for member in block.members
        ]
    return logs.constant(rows)


def window_sent_twice(logs: Logs) -> ibis.Table:
    """TU0405: two runs had the same records accepted, at least half of what the first run sent."""
    pairs = logs.pairs
    again = pairs.filter(
        yes(
            (pairs.runs_accepted > 1)
            & pairs.in_lms
            & ~pairs.is_void
            & (pairs.revision.fill_null(1) <= 1)
            & (pairs.revisions <= 1)
        )
    )
    crowd = again.group_by(["accepted_run", "other_run"]).aggregate(n=again.record_id.nunique())
    sync = logs.roles["sync"]
    sent = (
        sync.filter(yes(sync.outcome.lower() == "accepted"))
        .group_by("run_id")
        .aggregate(of_run=ibis._.count())
    )
    met = crowd.join(sent, crowd.accepted_run == sent.run_id)
    windows = met.filter((met.n >= 3) & (met.n * 2 >= met.of_run)).select("accepted_run", "other_run", "n")
    found = again.join(windows, ["accepted_run", "other_run"])
    first = ibis.row_number().over(ibis.window(group_by="record_id", order_by=[found.h_file, found.h_line]))
    found = found.mutate(nth=first)
    found = found.filter(found.nth == 0)
    return fault_rows(
        found,
        "TU0405",
        field="cursor",
        expected="sent by one run",
        actual=ibis.literal("sent by ") + found.accepted_run + ibis.literal(" and ") + found.other_run,
        detail=found.n.cast("string")
        + ibis.literal(" records of one window were accepted by both runs, first ")
        + iso(found.first_accepted_at),
        file=found.sync_file,
        line=found.sync_line,
    )


_THREE = ("completions", "sync", "reviews")
FINDINGS = (
    Finding("TU0401", _THREE, throttled_run, (Doubt.MISSING,)),
    Finding("TU0402", _THREE, server_errors, (Doubt.MISSING,)),
    Finding("TU0403", _THREE, truncated_run, (Doubt.MISSING,)),
    Finding("TU0404", ("sync",), retry_storm),
    Finding("TU0405", _THREE, skipped_window, (Doubt.MISSING,)),
    Finding("TU0405", _THREE, window_sent_twice, (Doubt.RESENT,)),
    Finding("TU0702", ("sync.http_status",), refused),
)
