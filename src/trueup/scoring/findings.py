"""What the logs show about scores: TU0801-TU0805. Knows what a wrong score is, not why it is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from trueup.kit.expressions import or_null, plain_number, text, union, yes
from trueup.model.findings import Doubt, Facts, Finding, Logs, fault_rows
from trueup.scoring.comparing import (
    agreeing,
    declared,
    graded,
    is_one_of,
    labelled,
    outside,
    plain_version,
    range_text,
    ranges,
    review_names,
    said,
    versioned,
    versioned_names,
    wanted,
)
from trueup.scoring.matrix import latest_of, named

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["FINDINGS", "agreeing", "doubts", "graded", "said", "versioned", "wanted"]

MAJORITY = 0.5  # a version that most of a scale's rows carry is the one both sides use
_OURS: dict[str, None] = {"other_file": None, "other_line": None}  # only the LMS row is meant


def _given(raw: ir.Value, score: ir.Value) -> ir.Value:
    """A score as it was written; of a typed column, as people write it."""
    return ibis.coalesce(raw, plain_number(score))


def unknown_scale(logs: Logs) -> ibis.Table:
    """TU0801: a score whose scale is not declared, or that is no number."""
    pairs, names = logs.pairs, declared(logs.facts, logs.facts.lms_scales)
    given = _given(pairs.score_raw, pairs.score)
    scored = yes(pairs.in_lms & given.notnull() & ~pairs.is_void)
    known = is_one_of(pairs.scale, names)
    worded = is_one_of(pairs.scale, labelled(logs.facts, logs.facts.lms_scales))
    strange = pairs.filter(scored & yes(pairs.scale.notnull()) & ~known)
    wordy = pairs.filter(scored & yes(pairs.score.isnull()) & known & ~worded)
    rows = [
        _no_scale(strange, strange.scale, ibis.literal("score ") + _given(strange.score_raw, strange.score)),
        fault_rows(
            wordy,
            "TU0801",
            field="score",
            expected="a number on the scale",
            actual=wordy.score_raw,
            detail=ibis.literal("scale ") + wordy.scale,
            person=wordy.key,
            **_OURS,
        ),
        _no_review_scale(logs),
    ]
    if logs.has("completions", "scale"):
        bare = pairs.filter(scored & yes(pairs.scale.isnull()))
        detail = ibis.literal("score ") + _given(bare.score_raw, bare.score) + " names no scale"
        rows.append(_no_scale(bare, or_null("string"), detail))
    return union(rows)


def _no_scale(found: ibis.Table, scale: ir.Value, detail: ir.Value) -> ibis.Table:
    return fault_rows(
        found,
        "TU0801",
        field="scale",
        expected="a declared scale",
        actual=scale,
        detail=detail,
        person=found.key,
        **_OURS,
    )


def _no_review_scale(logs: Logs) -> ibis.Table:
    pairs, names = logs.pairs, declared(logs.facts, review_names(logs.facts))
    shown = pairs.filter(
        yes(
            pairs.in_review
            & pairs.h_score.notnull()
            & pairs.h_scale.notnull()
            & ~is_one_of(pairs.h_scale, names)
        )
    )
    return fault_rows(
        shown,
        "TU0801",
        field="scale",
        expected="a declared scale",
        actual=shown.h_scale,
        detail=ibis.literal("the review system's score ") + _given(shown.h_score_raw, shown.h_score),
        file=shown.h_file,
        line=shown.h_line,
    )


def _wild(table: ibis.Table, facts: Facts) -> ir.Value:
    """Whether the LMS's score lies outside its scale."""
    return outside(
        table.score, table.score_raw, table.scale, table.h_scale_version, ranges(facts, facts.lms_scales)
    )


def _wild_there(table: ibis.Table, facts: Facts) -> ir.Value:
    """Whether the review system's score lies outside its scale."""
    allowed = ranges(facts, review_names(facts))
    return outside(table.h_score, table.h_score_raw, table.h_scale, table.h_scale_version, allowed)


def out_of_range(logs: Logs) -> ibis.Table:
    """TU0802: a score outside its scale, on either side."""
    pairs, facts = logs.pairs, logs.facts
    wild = pairs.filter(yes(pairs.in_lms) & _wild(pairs, facts))
    theirs = pairs.filter(yes(pairs.in_review) & _wild_there(pairs, facts) & ~_wild(pairs, facts))
    return union(
        [
            fault_rows(
                wild,
                "TU0802",
                field="score",
                expected=range_text(wild.scale, wild.h_scale_version, ranges(facts, facts.lms_scales)),
                actual=_given(wild.score_raw, wild.score),
                detail=ibis.literal("on scale ") + wild.scale,
                person=wild.key,
                **_OURS,
            ),
            fault_rows(
                theirs,
                "TU0802",
                field="score",
                expected=range_text(
                    theirs.h_scale, theirs.h_scale_version, ranges(facts, review_names(facts))
                ),
                actual=_given(theirs.h_score_raw, theirs.h_score),
                detail=ibis.literal("the review system's score, on scale ") + theirs.h_scale,
                file=theirs.h_file,
                line=theirs.h_line,
            ),
        ]
    )


def conversion_mismatch(logs: Logs) -> ibis.Table:
    """TU0803: the review system's score is not what the matrix gives, or it has none where the source has."""
    pairs = logs.pairs
    both = pairs.filter(yes(pairs.in_lms & pairs.in_review & ~pairs.is_void) & ~_wild(pairs, logs.facts))
    wrong = both.filter(~both.score_agrees)
    source = _given(wrong.score_raw, wrong.score)
    rows = [_unequal(wrong, ibis.literal("from ") + source + " on " + wrong.scale)]
    if logs.has("reviews", "score"):
        lost = both.filter(yes(both.score.notnull() & both.h_score.isnull() & both.h_score_raw.isnull()))
        rows.append(_unequal(lost, "the review system has no score"))
        no_number = yes(both.score.notnull() & both.h_score.isnull() & both.h_score_raw.notnull())
        garbled = both.filter(no_number & ~_wild_there(both, logs.facts))
        rows.append(_unequal(garbled, "the review system's score is no number"))
    return union(rows)


def _unequal(found: ibis.Table, detail: ir.Value | str) -> ibis.Table:
    return fault_rows(
        found,
        "TU0803",
        field="score",
        expected=ibis.coalesce(found.score_wanted, _given(found.score_raw, found.score)),
        actual=_given(found.h_score_raw, found.h_score),
        detail=detail,
    )


def version_skew(logs: Logs) -> ibis.Table | None:
    """TU0804: the review was scored with another version of the scale than the current one.

    A version that most of a scale's rows carry is the one that both sides use, whatever the registry says.
    """
    pairs, facts = logs.pairs, logs.facts
    newest = latest_of(facts.scales)
    both = pairs.filter(
        yes(pairs.in_lms & pairs.in_review & pairs.h_scale_version.notnull() & pairs.h_score.notnull())
    )
    rows = []
    for name in versioned_names(facts):
        usual = {
            v for (scale, v), share in facts.version_shares.items() if scale == name and share >= MAJORITY
        }
        current = newest[named(name)].version if named(name) in newest else ""
        right = sorted({plain_version(version) for version in usual or {current}})
        mine = both.filter(yes(versioned(both, facts) == name))
        off = mine.filter(~mine.h_scale_version.strip().lower().re_replace("^v", "").isin(right))
        rows.append(
            fault_rows(
                off,
                "TU0804",
                field="scale_version",
                expected=", ".join(sorted(usual or {current})),
                actual=off.h_scale_version,
                detail=f"scale {name}",
            )
        )
    return union(rows) if rows else None


def invented_score(logs: Logs) -> ibis.Table:
    """TU0805: the source has no score, the review system has one."""
    pairs = logs.pairs
    found = pairs.filter(
        yes(
            pairs.in_lms
            & pairs.in_review
            & pairs.score.isnull()
            & pairs.score_raw.isnull()
            & pairs.h_score.notnull()
        )
    )
    return fault_rows(
        found,
        "TU0805",
        field="score",
        expected=or_null("string"),
        actual=_given(found.h_score_raw, found.h_score),
        detail="the source asserts no score",
    )


def doubts(table: ibis.Table, facts: Facts) -> dict[Doubt, ir.Value]:
    """What makes a record worth a closer look for the findings above."""
    both = table.in_lms & table.in_review
    one_sided = both & (table.score.isnull() != table.h_score.isnull())
    if not facts.scales:
        return {Doubt.SCORE: one_sided}
    newest = latest_of(facts.scales)
    current = [
        (yes(versioned(table, facts) == name), text(newest[named(name)].version))
        for name in versioned_names(facts)
        if named(name) in newest
    ]
    version = ibis.cases(*current, else_=or_null("string")) if current else or_null("string")
    known = is_one_of(table.scale, declared(facts, facts.lms_scales))
    known_there = is_one_of(table.h_scale, declared(facts, review_names(facts)))
    given = table.score.notnull() | table.score_raw.notnull()
    return {
        Doubt.SCORE: one_sided | ~agreeing(table, facts),
        Doubt.SCALE: (given & (table.score.isnull() | ~known))
        | (table.h_score.notnull() & table.h_scale.notnull() & ~known_there),
        Doubt.VERSION: table.h_scale_version != version,
        Doubt.RANGE: _wild(table, facts) | _wild_there(table, facts),
    }


FINDINGS = (
    Finding("TU0801", ("completions.score", "scales"), unknown_scale, (Doubt.SCALE,)),
    Finding("TU0802", ("completions.score", "scales"), out_of_range, (Doubt.RANGE,)),
    Finding("TU0803", ("completions.score", "reviews.score", "scales"), conversion_mismatch, (Doubt.SCORE,)),
    Finding(
        "TU0804", ("completions.scale", "reviews.scale_version", "scales"), version_skew, (Doubt.VERSION,)
    ),
    Finding("TU0805", ("completions.score", "reviews.score"), invented_score, (Doubt.SCORE,)),
)
