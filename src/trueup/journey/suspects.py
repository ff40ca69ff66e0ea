"""The records that a finding may concern: one pass over all asks, a second one fetches. Knows no code.

At ten million records all but a few are in order. The first pass joins as few columns as the doubts of the
rooms need; the second builds the wide pairs of the doubtful records alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from trueup.competency import findings as competency
from trueup.cycles import attribution
from trueup.cycles import findings as cycles
from trueup.journey.work import whole
from trueup.kit.expressions import any_of, or_null, union, yes
from trueup.model.findings import Doubt
from trueup.privacy import findings as privacy
from trueup.reconcile import pairs as sides
from trueup.scoring import findings as scoring

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from trueup.journey.work import Work
    from trueup.model.findings import Cycle


def suspects(
    work: Work,
    records: Callable[[ibis.Table | None], ibis.Table],
    reviews: ibis.Table,
    *,
    reviewer: Callable[[ibis.Table], ibis.Table],
    calendar: tuple[Cycle, ...],
    as_of: int,
) -> ibis.Table:
    """The pairs (reconcile/pairs.py) of every doubtful record, judged.

    `records` gives all records with their persons, or those alone whose ids a table has; `reviewer` gives
    review rows theirs.
    """
    sync = work.roles["sync"]
    twice = work.engine.keep(sides.repeated(reviews), "repeated")
    asks = _attempts_matter(work, calendar)
    tried = sides.sent(sync) if asks else None
    narrow = sides.pairs(records(None), tried, sides.held(reviewer(reviews), twice))
    asked = {doubt: yes(holds) for doubt, holds in _doubts(work, narrow, calendar, as_of).items()}
    suspicious = narrow.filter(any_of(asked.values())).select("record_id", **asked)
    if not asks:
        resent = {doubt: ibis.literal(doubt is Doubt.RESENT) for doubt in asked}
        suspicious = union([suspicious, sides.accepted_twice(sync).mutate(**resent)])
    doubtful = work.kept["doubtful"] = work.engine.keep(suspicious, "doubtful")
    there = work.one(doubtful.aggregate(**{doubt: doubtful[doubt].any() for doubt in asked}))
    work.facts.doubts = frozenset(doubt for doubt in asked if there[doubt])
    wide = sides.pairs(
        records(doubtful),
        sides.sent(sync.semi_join(doubtful, "record_id")),
        sides.held(reviewer(reviews.semi_join(doubtful, "record_id")), twice),
    )
    scored = {  # kept before they are used: their expressions are long where there are many scales
        "score_value": scoring.wanted(wide, work.facts),
        "score_agrees": scoring.agreeing(wide, work.facts),
    }
    joined = work.engine.keep(wide.mutate(**scored), "joined")
    return work.engine.keep(_judged(work, joined, calendar), "suspects")


def _attempts_matter(work: Work, calendar: tuple[Cycle, ...]) -> bool:
    """Whether a doubt depends on when a record itself was sent, or as which revision.

    It does not where the sync log says no revisions, each review row says when it was received, and all
    data were allowed to go before the first of them went and for ever: then the widest join is saved.
    """
    if work.has("sync", "payload"):
        return True
    facts = work.facts
    if calendar and facts.unreceived:
        return True
    allowed = work.kept.get("basis")
    if allowed is None:
        return False
    first = min((at for at in (facts.first_attempt, facts.first_received) if at is not None), default=0)
    bound = allowed.filter(yes(allowed.basis_from >= first) | allowed.withdrawn_at.notnull())
    return whole(work.one(bound.aggregate(n=bound.count()))["n"]) > 0


def _doubts(work: Work, table: ibis.Table, calendar: tuple[Cycle, ...], as_of: int) -> dict[Doubt, ir.Value]:
    facts = work.facts
    asked = sides.doubts(table, as_of) | cycles.doubts(table, calendar) | scoring.doubts(table, facts)
    if "competencies" in work.roles:
        asked |= competency.doubts(table)
    if "consents" in work.roles:
        asked |= privacy.doubts(table)
    if facts.review_shape is not None:
        asked[Doubt.SHAPE] = table.in_review & (table.h_kind != facts.review_shape)
    if facts.pseudonymous or facts.person_forbidden:
        asked[Doubt.IDENTIFIED] = table.h_identified
    return asked


def _judged(work: Work, pair: ibis.Table, calendar: tuple[Cycle, ...]) -> ibis.Table:
    """Adds what several findings ask of a pair: where it stands, what score it should show, if it is stale."""
    runs = work.kept["runs"]
    stale = _stale(work, pair)
    met = pair.left_join(runs, pair.accepted_run == runs.run)
    met = met.left_join(
        stale,
        (pair.record_id == stale.stale_id)
        & (pair.h_file == stale.stale_file)
        & (pair.h_line == stale.stale_line),
    )
    in_lms, in_review = pair.in_lms, pair.in_review
    wanted = pair.score_value
    said = {
        "due": yes(pair.due),
        "is_void": yes(pair.is_void),
        "pending": yes(pair.pending),
        "rehired": yes(pair.rehired),
        "score_wanted": ibis.ifelse(
            wanted.isnull(), or_null("string"), scoring.said(wanted, pair, work.facts)
        ),
        "h_cycle_by_time": attribution.cycle_of(pair.h_completed_at, calendar),
        "person": ibis.coalesce(pair.person_id, pair.key, pair.h_person_id, pair.h_person),
        "course_id": ibis.coalesce(pair.course_id, pair.h_course_id),
        "file": ibis.coalesce(pair.file, pair.h_file),
        "line": ibis.ifelse(in_lms, pair.line, pair.h_line),
        "other_file": ibis.ifelse(in_lms, ibis.coalesce(pair.h_file, pair.sync_file), or_null("string")),
        "other_line": ibis.ifelse(
            in_lms, ibis.ifelse(in_review, pair.h_line, pair.sync_line), or_null("int64")
        ),
        "run_started_at": runs.run_started_at,
        "run_ended_at": runs.run_ended_at,
        "stale_time": yes(stale.was_time),
        "stale_score": yes(stale.was_score),
    }
    kept = [name for name in pair.columns if name not in said and name != "score_value"]
    return met.select(*[pair[name] for name in kept], **said)


def _stale(work: Work, pair: ibis.Table) -> ibis.Table:
    """Review rows that show what an earlier revision of their record said: its time, or its score."""
    before = work.kept["overtaken"]
    before = before.select("record_id", then_at="completed_at", score="score", scale="scale")
    shown = pair.filter(pair.in_lms & pair.in_review & (pair.revisions > 1))
    shown = shown.select(
        "record_id", "h_line", "h_file", "h_completed_at", "h_score", "h_scale", "h_scale_version",
        agrees="score_agrees",
    )  # fmt: skip  # names in one row
    met = shown.join(before, "record_id")
    as_then = scoring.agreeing(met, work.facts) & met.score.notnull() & met.h_score.notnull() & ~met.agrees
    return met.group_by(stale_id="record_id", stale_file="h_file", stale_line="h_line").aggregate(
        was_time=yes((met.h_completed_at - met.then_at).abs() < 1_000_000).max(), was_score=yes(as_then).max()
    )
