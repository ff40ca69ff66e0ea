"""What the logs show about scores: TU0801-TU0805. Knows the matrix, not why a score is stale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import or_null, plain_number, text, union, yes
from trueup.model.findings import Finding, Logs, fault_rows
from trueup.scoring.matrix import Scale, agrees, expected, is_canonical, latest_of, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OURS = {"other_file": None, "other_line": None}  # only the LMS row is meant
MAJORITY = 0.5  # a version that most of a scale's rows carry is the one both sides use


@dataclass(frozen=True, slots=True)
class Reading:
    """One combination of scales that occurs: the source's (with its version) and the review's (None: 0-100)."""

    source_scale: str  # as written
    version: str | None  # as the review writes it, where it is a version of the source's scale
    review_scale: str | None  # as written
    scale: Scale
    target: Scale | None


def plain_version(version: str) -> str:
    """A version as it is compared.

    >>> plain_version("v2"), plain_version("2.0")
    ('2', '2.0')
    """
    return version.strip().lower().removeprefix("v")


def readings(
    known: Sequence[Scale], lms: Iterable[str], reviews: Iterable[tuple[str | None, str | None]]
) -> tuple[Reading, ...]:
    """Every combination of scale names and versions in the logs that the declared scales can convert."""
    newest = latest_of(known)
    found = []
    for source in sorted(set(lms)):
        for shown, version in sorted(set(reviews), key=str):
            mine = newest.get(named(source))
            if mine is None or not (mine.converts or (shown and named(shown) == mine.scale)):
                continue
            target = newest.get(named(shown)) if shown else None
            if shown and target is None and not is_canonical(shown):
                continue
            exact = next(
                (
                    scale
                    for scale in known
                    if scale.scale == mine.scale
                    and version
                    and plain_version(scale.version) == plain_version(version)
                ),
                None,
            )
            found.append(Reading(source, version if exact else None, shown, exact or mine, target))
    return tuple(dict.fromkeys(found))


def _applies(table: ibis.Table, reading: Reading) -> ir.Value:
    condition = table.scale == reading.source_scale
    shown = table.h_scale.isnull() if reading.review_scale is None else table.h_scale == reading.review_scale
    condition = condition & shown
    if reading.version is not None:
        condition = condition & (table.h_scale_version == reading.version)
    return yes(condition)


def _in_order(readings: Sequence[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda reading: reading.version is None)


def wanted(table: ibis.Table, readings: Sequence[Reading]) -> ir.Value:
    """What the review should show; null where the declared scales give nothing."""
    cases = [
        (_applies(table, one), expected(table.score, one.scale, one.target)) for one in _in_order(readings)
    ]
    return ibis.cases(*cases, else_=or_null("float64")) if cases else or_null("float64")


def agreeing(table: ibis.Table, readings: Sequence[Reading]) -> ir.Value:
    """Whether the review's score is what the matrix gives; what can't be told agrees.

    Where the review names no scale, the source's own score is right as well as the converted one.
    """
    cases = []
    for one in _in_order(readings):
        value = expected(table.score, one.scale, one.target)
        right = (
            agrees(table.h_score, value, one.scale, one.target)
            | value.isnull()
            | table.h_score.isnull()
            | table.score.isnull()
        )
        if one.review_scale is None:
            right = right | yes((table.h_score - table.score).abs() <= 0.005)
        cases.append((_applies(table, one), right))
    return ibis.cases(*cases, else_=ibis.literal(value=True)) if cases else ibis.literal(value=True)


def _known(logs: Logs) -> Sequence[Scale]:
    return logs.facts["scales"]  # type: ignore[return-value]  # journey puts a tuple of Scale there


def _is_known(column: ir.Value, names: Iterable[str]) -> ir.Value:
    return yes(column.isin(sorted(names))) if names else ibis.literal(value=False)


def unknown_scale(logs: Logs) -> ibis.Table:
    """TU0801: a score whose scale is not declared, or that is no number."""
    names: list[str] = logs.facts["known_lms_scales"]  # type: ignore[assignment]  # as written, by journey
    review_names: list[str] = logs.facts["known_review_scales"]  # type: ignore[assignment]  # as above
    pairs = logs.pairs
    scored = pairs.filter(yes(pairs.in_lms & pairs.score_raw.notnull() & ~pairs.is_void))
    bare = scored.filter(yes(scored.scale.isnull())) if logs.has("completions", "scale") else None
    strange = scored.filter(yes(scored.scale.notnull() & ~_is_known(scored.scale, names)))
    wordy = scored.filter(yes(scored.score.isnull()) & _is_known(scored.scale, names))
    shown = pairs.filter(
        yes(
            pairs.in_review
            & pairs.h_score_raw.notnull()
            & pairs.h_scale.notnull()
            & ~_is_known(pairs.h_scale, review_names)
        )
    )
    rows = [
        fault_rows(
            strange,
            "TU0801",
            field="scale",
            expected="a declared scale",
            actual=strange.scale,
            detail=ibis.literal("score ") + strange.score_raw,
            person=strange.key,
            **_OURS,
        ),
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
        fault_rows(
            shown,
            "TU0801",
            field="scale",
            expected="a declared scale",
            actual=shown.h_scale,
            detail=ibis.literal("the review system's score ") + shown.h_score_raw,
            file=shown.h_file,
            line=shown.h_line,
        ),
    ]
    if bare is not None:
        rows.append(
            fault_rows(
                bare,
                "TU0801",
                field="scale",
                expected="a declared scale",
                actual=or_null("string"),
                detail=ibis.literal("score ") + bare.score_raw + " names no scale",
                person=bare.key,
                **_OURS,
            )
        )
    return union(rows)


def _ranges(known: Sequence[Scale]) -> dict[str, tuple[float, float]]:
    """The widest range that any version of a scale allows."""
    ranges: dict[str, tuple[float, float]] = {}
    for scale in known:
        lows = [scale.low] if scale.low is not None else [points for points, _ in scale.points[:1]]
        highs = [scale.high] if scale.high is not None else [points for points, _ in scale.points[-1:]]
        if not lows or not highs:
            continue
        low, high = ranges.get(scale.scale, (lows[0], highs[0]))
        ranges[scale.scale] = (min(low, lows[0]), max(high, highs[0]))
    return ranges


def outside(score: ir.Value, scale: ir.Value, written: Iterable[str], known: Sequence[Scale]) -> ir.Value:
    """Whether a score lies outside every version of its scale."""
    ranges = _ranges(known)
    cases = []
    for name in sorted(set(written)):
        low, high = ranges.get(named(name), (0.0, 100.0) if is_canonical(name) else (None, None))
        if low is not None:
            cases.append((yes(scale == name), yes((score < low) | (score > high))))
    return ibis.cases(*cases, else_=ibis.literal(value=False)) if cases else ibis.literal(value=False)


def _range_text(scale: ir.Value, written: Iterable[str], known: Sequence[Scale]) -> ir.Value:
    ranges = _ranges(known)
    cases = []
    for name in sorted(set(written)):
        if named(name) in ranges or is_canonical(name):
            low, high = ranges.get(named(name), (0.0, 100.0))
            cases.append((yes(scale == name), text(f"{low:g} to {high:g}")))
    return ibis.cases(*cases, else_=or_null("string")) if cases else or_null("string")


def out_of_range(logs: Logs) -> ibis.Table:
    """TU0802: a score outside its scale, on either side."""
    lms: list[str] = logs.facts["known_lms_scales"]  # type: ignore[assignment]  # by journey
    shown: list[str] = logs.facts["known_review_scales"]  # type: ignore[assignment]  # by journey
    pairs = logs.pairs
    wild = pairs.filter(yes(pairs.in_lms) & outside(pairs.score, pairs.scale, lms, _known(logs)))
    theirs = pairs.filter(
        yes(pairs.in_review)
        & outside(pairs.h_score, pairs.h_scale, shown, _known(logs))
        & ~outside(pairs.score, pairs.scale, lms, _known(logs))
    )
    return union(
        [
            fault_rows(
                wild,
                "TU0802",
                field="score",
                expected=_range_text(wild.scale, lms, _known(logs)),
                actual=wild.score_raw,
                detail=ibis.literal("on scale ") + wild.scale,
                person=wild.key,
                **_OURS,
            ),
            fault_rows(
                theirs,
                "TU0802",
                field="score",
                expected=_range_text(theirs.h_scale, shown, _known(logs)),
                actual=theirs.h_score_raw,
                detail=ibis.literal("the review system's score, on scale ") + theirs.h_scale,
                file=theirs.h_file,
                line=theirs.h_line,
            ),
        ]
    )


def conversion_mismatch(logs: Logs) -> ibis.Table:
    """TU0803: the review system's score is not what the matrix gives, or it has none where the source has."""
    pairs = logs.pairs
    lms: list[str] = logs.facts["known_lms_scales"]  # type: ignore[assignment]  # by journey
    both = pairs.filter(
        yes(pairs.in_lms & pairs.in_review & ~pairs.is_void)
        & ~outside(pairs.score, pairs.scale, lms, _known(logs))
    )
    wrong = both.filter(~both.score_agrees)
    lost = both.filter(yes(both.score.notnull() & both.h_score_raw.isnull()))
    rows = [_unequal(wrong, ibis.literal("from ") + wrong.score_raw + " on " + wrong.scale)]
    if logs.has("reviews", "score"):
        rows.append(_unequal(lost, "the review system has no score"))
    return union(rows)


def _unequal(found: ibis.Table, detail: ir.Value | str) -> ibis.Table:
    return fault_rows(
        found,
        "TU0803",
        field="score",
        expected=ibis.coalesce(found.score_wanted, found.score_raw),
        actual=found.h_score_raw,
        detail=detail,
    )


def version_skew(logs: Logs) -> ibis.Table | None:
    """TU0804: the review was scored with another version of the scale than the current one."""
    pairs = logs.pairs
    newest = latest_of(_known(logs))
    lms: list[str] = logs.facts["known_lms_scales"]  # type: ignore[assignment]  # by journey
    shares: dict[tuple[str, str], float] = logs.facts["version_shares"]  # type: ignore[assignment]  # by journey
    both = pairs.filter(
        yes(pairs.in_lms & pairs.in_review & pairs.h_scale_version.notnull() & pairs.h_score.notnull())
    )
    rows = []
    for name in lms:
        current = newest[named(name)].version if named(name) in newest else ""
        usual = {version for (scale, version), share in shares.items() if scale == name and share >= MAJORITY}
        right = usual or {current}
        mine = both.filter(yes(both.scale == name))
        off = mine.filter(
            ~mine.h_scale_version.lower().re_replace("^v", "").isin(sorted(plain_version(v) for v in right))
        )
        rows.append(
            fault_rows(
                off,
                "TU0804",
                field="scale_version",
                expected=", ".join(sorted(right)),
                actual=off.h_scale_version,
                detail=f"scale {name}",
            )
        )
    return union(rows) if rows else None


def invented_score(logs: Logs) -> ibis.Table:
    """TU0805: the source has no score, the review system has one."""
    pairs = logs.pairs
    found = pairs.filter(
        yes(pairs.in_lms & pairs.in_review & pairs.score_raw.isnull() & pairs.h_score.notnull())
    )
    return fault_rows(
        found,
        "TU0805",
        field="score",
        expected=or_null("string"),
        actual=found.h_score_raw,
        detail="the source asserts no score",
    )


def doubts(
    table: ibis.Table,
    known: Sequence[Scale],
    read: Sequence[Reading],
    lms: Sequence[str],
    shown: Sequence[str],
) -> list[ir.Value]:
    """What makes a record worth a closer look for the findings above."""
    newest = latest_of(known)
    current = [
        (yes(table.scale == name), text(newest[named(name)].version)) for name in lms if named(name) in newest
    ]
    version = ibis.cases(*current, else_=or_null("string")) if current else or_null("string")
    return [
        ~agreeing(table, read),
        table.file.notnull() & table.h_file.notnull() & (table.score.isnull() != table.h_score.isnull()),
        table.h_scale_version != version,
        table.score_raw.notnull() & (table.score.isnull() | ~_is_known(table.scale, lms))
        if known
        else ibis.literal(value=False),
        outside(table.score, table.scale, lms, known),
        table.h_score.notnull() & table.h_scale.notnull() & ~_is_known(table.h_scale, shown),
        outside(table.h_score, table.h_scale, shown, known),
    ]


def said(value: ir.Value) -> ir.Value:
    """A score that the matrix gives, as text."""
    return plain_number(value)


FINDINGS = (
    Finding("TU0801", ("completions.score", "scales"), unknown_scale),
    Finding("TU0802", ("completions.score", "scales"), out_of_range),
    Finding("TU0803", ("completions.score", "reviews.score", "scales"), conversion_mismatch),
    Finding("TU0804", ("completions.scale", "reviews.scale_version", "scales"), version_skew),
    Finding("TU0805", ("completions.score", "reviews.score"), invented_score),
)
