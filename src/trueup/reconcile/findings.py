"""What set differences between the three logs show: TU0301-TU0308 and TU0502. Knows no reason for them.

Why a record was not delivered (throttling, errors, a truncated run) is the delivery room's to say; where
both are found on a record, the catalogue links the consequence to its cause.
"""

from __future__ import annotations

import ibis

from trueup.kit.expressions import DAY, iso, plain_number, yes
from trueup.model.findings import Doubt, Finding, Logs, fault_rows
from trueup.reconcile.pairs import OUTCOMES


def missing(logs: Logs) -> ibis.Table:
    """Records that ought to be in the review system and are not."""
    pairs = logs.pairs
    return pairs.filter(yes(pairs.in_lms & pairs.due & ~pairs.in_review))


def never_received(logs: Logs) -> ibis.Table:
    """TU0301: in the LMS, in no sync log, not in the review system. What no run could have seen yet is pending."""
    gone = missing(logs)
    found = gone.filter(yes(gone.tries.isnull() & ~gone.pending))
    return fault_rows(
        found,
        "TU0301",
        field="record_id",
        expected="an attempt in the sync log",
        actual="none",
        detail=ibis.literal("completed ")
        + ibis.coalesce(found.completed_at_raw, iso(found.completed_at), "at an unknown time"),
    )


def not_delivered(logs: Logs) -> ibis.Table:
    """TU0302: in the LMS and the sync log, never accepted, not in the review system."""
    gone = missing(logs)
    found = gone.filter(yes((gone.tries > 0) & (gone.accepted == 0)))
    outcome = ibis.cases(
        *[(found.last_outcome == at, name) for at, name in enumerate(OUTCOMES)], else_="unknown"
    )
    status = ibis.ifelse(found.last_status.isnull(), "", " (" + found.last_status.cast("string") + ")")
    return fault_rows(
        found,
        "TU0302",
        field="outcome",
        expected="accepted",
        actual=outcome + status,
        detail=found.tries.cast("string")
        + ibis.ifelse(found.tries == 1, " attempt", " attempts")
        + ibis.literal(", the last in run ")
        + found.last_run,
    )


def false_success(logs: Logs) -> ibis.Table:
    """TU0303: the sync log says accepted, the review system has nothing."""
    gone = missing(logs)
    found = gone.filter(yes(gone.accepted > 0))
    return fault_rows(
        found,
        "TU0303",
        field="record_id",
        expected="a row in the review system",
        actual="none",
        detail=ibis.literal("accepted ")
        + iso(found.first_accepted_at)
        + ibis.literal(" in run ")
        + found.last_run,
    )


def _row(found: ibis.Table) -> ibis.Value:
    """The review system's own id of the row, as the end of a sentence."""
    return ibis.ifelse(found.h_review_record_id.isnull(), "", ": row " + found.h_review_record_id)


def orphan(logs: Logs) -> ibis.Table:
    """TU0304: in the review system, not in the LMS."""
    pairs = logs.pairs
    found = pairs.filter(yes(pairs.in_review & ~pairs.in_lms))
    return fault_rows(
        found,
        "TU0304",
        field="record_id",
        expected="a record in the LMS",
        actual="none",
        detail=ibis.literal("the review system shows a completion that the source does not assert")
        + _row(found),
    )


def void_not_applied(logs: Logs) -> ibis.Table:
    """TU0305: voided or revoked in the LMS, still standing in the review system."""
    pairs = logs.pairs
    found = pairs.filter(yes(pairs.in_lms & pairs.is_void & pairs.in_review))
    return fault_rows(
        found,
        "TU0305",
        field="status",
        expected="withdrawn",
        actual="still shown",
        detail=ibis.literal("voided in the LMS")
        + ibis.ifelse(found.updated_at.isnull(), "", " " + iso(found.updated_at)),
    )


def stale_correction(logs: Logs) -> ibis.Table:
    """TU0306: the review system still shows, or was last sent, an earlier revision."""
    pairs = logs.pairs
    both = pairs.filter(yes(pairs.in_lms & pairs.in_review & ~pairs.is_void))
    differs = (both.completed_at - both.h_completed_at).abs() >= 60_000_000
    changed = yes(differs) | ~both.score_agrees
    resembles = changed & (both.stale_time | both.stale_score)
    unsent = yes((both.revision > 1) & (both.updated_at > both.last_accepted_at) & changed)
    behind = yes(both.sent_revision < both.revision)
    found = both.filter(resembles | unsent | behind)
    by_score = ~found.score_agrees
    return fault_rows(
        found,
        "TU0306",
        field=ibis.ifelse(by_score, "score", "completed_at"),
        expected=ibis.ifelse(
            by_score, found.score_wanted, ibis.coalesce(found.completed_at_raw, iso(found.completed_at))
        ),
        actual=ibis.ifelse(
            by_score,
            ibis.coalesce(found.h_score_raw, plain_number(found.h_score)),
            ibis.coalesce(found.h_completed_at_raw, iso(found.h_completed_at)),
        ),
        detail=ibis.literal("the LMS is at revision ")
        + ibis.coalesce(found.revision, found.revisions).cast("string")
        + ibis.ifelse(found.sent_revision.isnull(), "", ", last sent: " + found.sent_revision.cast("string")),
    )


def consumed_unreported(logs: Logs) -> ibis.Table | None:
    """TU0307: launched, and no result of the same person and course since; younger launches are in progress."""
    if logs.facts.statuses is not None and "launched" not in logs.facts.statuses:
        return None
    last = logs.relation("records", lambda logs: logs.roles["completions"])
    patience = int(logs.settings.launched_days * DAY)
    launched = last.filter(yes(last.status.lower() == "launched"))
    began = ibis.coalesce(launched.completed_at, launched.enrolled_at, launched.updated_at)
    launched = launched.mutate(began=began, person=launched.key)
    launched = launched.filter(launched.began.fill_null(0) <= logs.as_of - patience)
    results = last.filter(yes(last.status.lower() != "launched"))
    if "keys" in logs.kept:
        found = _without_result(launched, results, logs.kept["keys"].select("who", "person_id"))
    else:
        found = launched.anti_join(results, ["who", "course_id"])
    return fault_rows(
        found,
        "TU0307",
        field="status",
        expected="completed, passed or failed",
        actual="launched",
        detail=ibis.ifelse(
            found.score.isnull(), "no result since the launch", "a score is there, but no result"
        ),
    )


def _without_result(launched: ibis.Table, results: ibis.Table, keys: ibis.Table) -> ibis.Table:
    """Launches whose person, under whatever account, has no result of the course."""
    whose = keys.mutate(whom=ibis.coalesce(keys.person_id, keys.who)).select("who", "whom")
    mine = launched.join(whose, "who")
    theirs = results.join(whose.semi_join(mine, "whom"), "who").select("whom", "course_id").distinct()
    return mine.anti_join(theirs, ["whom", "course_id"])


def repeated_id(logs: Logs) -> ibis.Table:
    """TU0502: one record id stands more than once in the review system."""
    found = _repeated_ids(logs)
    return fault_rows(
        found,
        "TU0502",
        field="record_id",
        expected="1 row",
        actual=found.h_copies.cast("string") + " rows",
        detail=ibis.literal("the same record id stands more than once") + _row(found),
        file=found.h_file,
        line=found.h_line,
        other_file=found.file,
        other_line=found.line,
    )


def twin(logs: Logs) -> ibis.Table:
    """TU0502: one person's completion of a course stands in the review system under two records."""
    found = _twins(logs)
    return fault_rows(
        found,
        "TU0502",
        field="record_id",
        expected="1 row",
        actual="2 rows",
        detail=ibis.literal("the same person, course and time stand under record ")
        + found.twin
        + _row(found),
        course_id=found.h_course_id,
        file=found.h_file,
        line=found.h_line,
        other_file=found.twin_file,
        other_line=found.twin_line,
    )


def _repeated_ids(logs: Logs) -> ibis.Table:
    """Review rows whose record id another row had before them."""
    pairs = logs.pairs
    shown = pairs.filter(yes(pairs.in_review & (pairs.h_copies > 1)))
    order = ibis.window(
        group_by="record_id", order_by=[shown.h_received_at.fill_null(0), shown.h_file, shown.h_line]
    )
    ranked = shown.select(
        "record_id", "person", "course_id", "h_copies", "h_review_record_id", "file", "line", "h_file", "h_line",
        nth=ibis.row_number().over(order),
    )  # fmt: skip  # one row of names
    return ranked.filter(ranked.nth > 0)


def _twins(logs: Logs) -> ibis.Table:
    """Review rows without a partner whose person, course and time stand under another row too, with that row."""
    pairs = logs.pairs
    orphans = pairs.filter(
        yes(pairs.in_review & ~pairs.in_lms & pairs.h_person_id.notnull() & pairs.h_completed_at.notnull())
    )
    orphans = orphans.select(
        "record_id",
        "person",
        "h_person_id",
        "h_course_id",
        "h_completed_at",
        "h_file",
        "h_line",
        "h_review_record_id",
    )
    reviews = logs.roles["reviews"]
    near = reviews.semi_join(
        orphans, [reviews.course_id == orphans.h_course_id, reviews.completed_at == orphans.h_completed_at]
    )
    named = logs.reviewer(near)
    other = named.select(
        twin=named.record_id,
        h_person_id=named.person_id,
        h_course_id=named.course_id,
        h_completed_at=named.completed_at,
        twin_file=named.file,
        twin_line=named.line,
    )
    met = orphans.join(other, ["h_person_id", "h_course_id", "h_completed_at"])
    met = met.filter((met.twin_line != met.h_line) | (met.twin_file != met.h_file))
    met = met.mutate(twin=met.twin.fill_null("without an id"))
    return met.group_by(
        ["record_id", "person", "h_course_id", "h_file", "h_line", "h_review_record_id"]
    ).aggregate(
        twin=met.twin.min(), twin_file=met.twin_file.argmin(met.twin_line), twin_line=met.twin_line.min()
    )


def unreadable_row(logs: Logs) -> ibis.Table | None:
    """TU0308: rows that reading had to leave out; the reader's own problems, one a row."""
    return logs.constant(logs.facts.unreadable)


_THREE = ("completions", "sync", "reviews")
_TWO = ("completions", "reviews")
FINDINGS = (
    Finding("TU0301", _THREE, never_received, (Doubt.MISSING,)),
    Finding("TU0302", _THREE, not_delivered, (Doubt.MISSING,)),
    Finding("TU0303", _THREE, false_success, (Doubt.MISSING,)),
    Finding("TU0304", _TWO, orphan, (Doubt.ORPHAN,)),
    Finding("TU0305", _TWO, void_not_applied, (Doubt.UNDUE,)),
    Finding("TU0306", _TWO, stale_correction, (Doubt.REVISED, Doubt.APART, Doubt.SCORE, Doubt.BEHIND)),
    Finding("TU0307", ("completions",), consumed_unreported),
    Finding("TU0308", (), unreadable_row),
    Finding("TU0502", _TWO, repeated_id, (Doubt.COPIES,)),
    Finding("TU0502", _TWO, twin, (Doubt.ORPHAN,)),
)
