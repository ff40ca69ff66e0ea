"""A score in the LMS beside the score in the review system: which scales meet, what the matrix gives. Knows no fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import or_null, plain_number, text, yes
from trueup.scoring.matrix import agrees, expected, is_canonical, latest_of, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trueup.model.findings import Facts
    from trueup.model.scales import Scale

ALIKE = 0.005  # two scores on one scale that differ by less are one score


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


def readings(facts: Facts) -> tuple[Reading, ...]:
    """Every combination of scale names and versions in the logs that the declared scales can convert.

    Those for a named version come first: they hold before the newest one does. A version of the review's own
    scale that is the current one says nothing of the source's scale; one that is overtaken (TU0804) may have been
    taken for both.
    """
    newest, own = latest_of(facts.scales), own_versions(facts)
    found = []
    for source in facts.lms_scales:
        mine = newest.get(named(source))
        for shown, version in facts.review_scales:
            if mine is None or not (mine.converts or (shown and named(shown) == mine.scale)):
                continue
            target = newest.get(named(shown)) if shown else None
            if shown and target is None and not is_canonical(shown):
                continue
            theirs = (
                _version_of(facts.scales, named(shown), version) if shown and named(shown) in own else None
            )
            current = theirs is not None and theirs == target
            exact = None if current else _version_of(facts.scales, mine.scale, version)
            target = theirs or target
            told = version if exact or theirs else None
            found.append(Reading(source, told, shown, exact or mine, target))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: one.version is None))


def own_versions(facts: Facts) -> frozenset[str]:
    """The scales of the review system whose rows give the version of that very scale, by their compared names.

    Elsewhere the version is that of the source's scale: where a row's version is none of its own scale's.
    """
    known: dict[str, set[str]] = {}
    for scale in facts.scales:
        known.setdefault(scale.scale, set()).add(plain_version(scale.version))
    shown: dict[str, set[str]] = {}
    for name, version in facts.review_scales:
        if name and version:
            shown.setdefault(named(name), set()).add(plain_version(version))
    return frozenset(name for name, versions in shown.items() if versions <= known.get(name, set()))


def versioned(table: ibis.Table, facts: Facts) -> ir.Value:
    """The scale, as written, whose version a review row names: its own where it names those, else the source's."""
    own = own_versions(facts)
    theirs = is_one_of(table.h_scale, [name for name in review_names(facts) if named(name) in own])
    return ibis.ifelse(theirs, table.h_scale, table.scale)


def versioned_names(facts: Facts) -> tuple[str, ...]:
    """The declared scales, as written, that such a row may mean."""
    own = own_versions(facts)
    names = {*facts.lms_scales, *(name for name in review_names(facts) if named(name) in own)}
    return declared(facts, sorted(names))


def _version_of(known: Sequence[Scale], name: str, version: str | None) -> Scale | None:
    for scale in known:
        if scale.scale == name and version and plain_version(scale.version) == plain_version(version):
            return scale
    return None


def _applies(table: ibis.Table, reading: Reading) -> ir.Value:
    condition = table.scale == reading.source_scale
    shown = table.h_scale.isnull() if reading.review_scale is None else table.h_scale == reading.review_scale
    condition = condition & shown
    if reading.version is not None:
        condition = condition & (table.h_scale_version == reading.version)
    return yes(condition)


def places(
    facts: Facts, named_as: Iterable[tuple[str | None, str | None]]
) -> list[tuple[str, str, str, float]]:
    """(scale, version, word, place on 0-100) for the words of each scale that stands under such a name and version."""
    newest = latest_of(facts.scales)
    found = []
    for name, version in named_as:
        scale = _version_of(facts.scales, named(name or ""), version) or newest.get(named(name or ""))
        if name and scale is not None:
            found += [(name, version or "", label, place) for label, place in scale.labels]
    return found


def graded(table: ibis.Table, words: ibis.Table) -> ibis.Table:
    """The table with a score for each word of a labelled scale. `words`: scale, version, word, place."""
    version = table.scale_version if "scale_version" in table.columns else or_null("string")
    word = table.score_raw.strip().lower().re_replace(r"\s+", " ")
    met = table.left_join(
        words, [table.scale == words.scale, version.fill_null("") == words.version, word == words.word]
    )
    kept = {name: table[name] for name in table.columns}
    return met.select(**{**kept, "score": ibis.coalesce(table.score, words.place)})


def wanted(table: ibis.Table, facts: Facts) -> ir.Value:
    """What the review should show; null where the declared scales give nothing."""
    cases = [(_applies(table, one), expected(table.score, one.scale, one.target)) for one in readings(facts)]
    return ibis.cases(*cases, else_=or_null("float64")) if cases else or_null("float64")


def said(value: ir.Value, table: ibis.Table, facts: Facts) -> ir.Value:
    """A score that the matrix gives, as text: on a labelled scale the word."""
    words = [
        (_is_range(table.h_scale, table.h_scale_version, one) & yes(value == place), text(_cased(label)))
        for one in ranges(facts, review_names(facts))
        for label, place in one.labels
    ]
    return ibis.cases(*words, else_=plain_number(value)) if words else plain_number(value)


def _cased(label: str) -> str:
    return label.upper() if len(label.rstrip("+-")) == 1 else label


def agreeing(table: ibis.Table, facts: Facts) -> ir.Value:
    """Whether the review's score is what the matrix gives; what can't be told agrees.

    Where the review names no scale, the source's own score is right as well as the converted one.
    """
    cases = []
    for one in readings(facts):
        value = expected(table.score, one.scale, one.target)
        right = agrees(table.h_score, value, one.scale, one.target) | value.isnull()
        if one.review_scale is None:
            right = right | yes((table.h_score - table.score).abs() <= ALIKE)
        cases.append((_applies(table, one), right | table.h_score.isnull() | table.score.isnull()))
    return ibis.cases(*cases, else_=ibis.literal(value=True)) if cases else ibis.literal(value=True)


def declared(facts: Facts, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the scales, as written, that are declared or can only mean 0-100."""
    known = {scale.scale for scale in facts.scales}
    return tuple(name for name in names if named(name) in known or is_canonical(name))


def labelled(facts: Facts, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the scales, as written, whose scores are words."""
    known = {scale.scale for scale in facts.scales if scale.labels}
    return tuple(name for name in names if named(name) in known)


def review_names(facts: Facts) -> tuple[str, ...]:
    """The scales that the review system names, as written."""
    return tuple(sorted({name for name, _ in facts.review_scales if name}))


def is_one_of(column: ir.Value, names: Sequence[str]) -> ir.Value:
    """Whether a column holds one of the names; blank is none of them."""
    return yes(column.isin(sorted(names))) if names else ibis.literal(value=False)


@dataclass(frozen=True, slots=True)
class Range:
    """The scores that a scale, or one version of it, allows."""

    name: str  # as written
    version: str | None  # as the review writes it; None: the newest
    low: float
    high: float
    labels: tuple[tuple[str, float], ...] = ()

    @property
    def text(self) -> str:
        """As people write it: `1 to 5`, `A, B or F`."""
        words = [_cased(label) for label, _ in self.labels]
        return (
            f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else f"{self.low:g} to {self.high:g}"
        )


def ranges(facts: Facts, names: Sequence[str]) -> list[Range]:
    """The range of each scale named: of the version that the review names, else of the newest."""
    newest = latest_of(facts.scales)
    versions = sorted({version for _, version in facts.review_scales if version})
    found: list[Range] = []
    for name in names:
        for version in [*versions, None]:
            scale = _version_of(facts.scales, named(name), version) if version else newest.get(named(name))
            low, high = _ends(scale) if scale else (None, None)
            if scale is None and version is None and is_canonical(name):
                low, high = 0.0, 100.0
            if low is not None and high is not None:
                found.append(Range(name, version, low, high, scale.labels if scale else ()))
    return found


def _ends(scale: Scale) -> tuple[float | None, float | None]:
    first = scale.points[0][0] if scale.points else None
    last = scale.points[-1][0] if scale.points else None
    return (scale.low if scale.low is not None else first), (scale.high if scale.high is not None else last)


def outside(
    score: ir.Value, raw: ir.Value, scale: ir.Value, version: ir.Value, allowed: Sequence[Range]
) -> ir.Value:
    """Whether a score lies outside its scale, or is none of its words; unknown scales have no outside."""
    cases = []
    for one in allowed:
        beyond = yes((score < one.low) | (score > one.high))
        strange = yes(score.isnull() & raw.notnull()) if one.labels else ibis.literal(value=False)
        cases.append((_is_range(scale, version, one), beyond | strange))
    return ibis.cases(*cases, else_=ibis.literal(value=False)) if cases else ibis.literal(value=False)


def range_text(scale: ir.Value, version: ir.Value, allowed: Sequence[Range]) -> ir.Value:
    """The range as people write it: `1 to 5`."""
    cases = [(_is_range(scale, version, one), text(one.text)) for one in allowed]
    return ibis.cases(*cases, else_=or_null("string")) if cases else or_null("string")


def _is_range(scale: ir.Value, version: ir.Value, one: Range) -> ir.Value:
    return (
        yes(scale == one.name) if one.version is None else yes((scale == one.name) & (version == one.version))
    )
