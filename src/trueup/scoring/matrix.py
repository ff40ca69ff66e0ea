"""How a score on one scale reads on another, by the published matrix. Knows scales, not logs.

A scale converts to 0-100 by its points (`1=0;2=25;...`, straight lines between two points) or, where it
has none, by its ends; then by its rounding. From 0-100 to another scale the way back is taken. Every
conversion is total on the scale and monotone (requirements F8b/c).
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import EXACT, or_null, yes
from trueup.model.scales import Scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SLIP = 1e-6  # two floats that print alike
MOST_DIGITS = 6  # of a rounding; finer ones than that are lost in a float
LOOSE = 0.51  # where no rounding is declared, any rounding to a whole number is right

_CANONICAL = {
    "0100",
    "0to100",
    "percent",
    "percentage",
    "pct",
    "canonical",
    "100",
    "%",
    "points100",
    "hundred",
}


def named(text: str) -> str:
    """A scale's name as it is compared.

    >>> named(" 1-5 Stars ") == named("1-5 stars")
    True
    """
    return re.sub(r"\s+", " ", text.strip().lower())


def is_canonical(name: str) -> bool:
    """Whether the name can only mean 0-100.

    >>> is_canonical("0-100"), is_canonical("1-5")
    (True, False)
    """
    return re.sub(r"[^a-z0-9%]", "", name.lower()) in _CANONICAL


def scales(rows: Iterable[dict[str, object]]) -> tuple[Scale, ...]:
    """The scales of the canonical relation, versions in order: 2 before 10."""
    found = [_scale(row) for row in rows]
    return tuple(sorted(found, key=lambda scale: (scale.scale, version_order(scale.version))))


def _scale(row: dict[str, object]) -> Scale:
    points = parse_points(str(row["points"] or ""))
    labels = () if points else parse_labels(str(row["points"] or ""))
    rounding, digits = parse_rounding(str(row["rounding"] or ""))
    return Scale(
        scale=named(str(row["scale"])),
        version=str(row["version"] or ""),
        low=None if labels else _float(row["min"]),
        high=None if labels else _float(row["max"]),
        step=None if labels else _float(row["step"]),
        points=points or tuple((at, at) for at in sorted({place for _, place in labels})),
        labels=labels,
        rounding=rounding,
        digits=digits,
    )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts 2 before 10 and v1.9 before v1.10."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.findall(r"\d{1,18}|[^\d]+", version)
    )


def parse_points(text: str) -> tuple[tuple[float, float], ...]:
    """The matrix as pairs in order of score; pairs that are no finite numbers are left out.

    >>> parse_points("1=0; 2=25;5=100")
    ((1.0, 0.0), (2.0, 25.0), (5.0, 100.0))
    """
    pairs = []
    for part in text.split(";"):
        score, _, value = part.partition("=")
        try:
            pair = (float(score), float(value))
        except ValueError:
            continue
        if all(map(math.isfinite, pair)):
            pairs.append(pair)
    return tuple(sorted(pairs))


def parse_labels(text: str) -> tuple[tuple[str, float], ...]:
    """The words of a scale with their places on 0-100, in the order given.

    >>> parse_labels("A=100; B=85;Not passed=0")
    (('a', 100.0), ('b', 85.0), ('not passed', 0.0))
    """
    pairs = []
    for part in text.split(";"):
        label, _, place = part.partition("=")
        try:
            value = float(place)
        except ValueError:
            continue
        if named(label) and math.isfinite(value):
            pairs.append((named(label), value))
    return tuple(pairs)


def parse_rounding(text: str) -> tuple[str, int | None]:
    """The rule (half_up, half_even, half_down, floor, ceil) and the digits it leaves; more than 6 are no rounding.

    >>> parse_rounding("half-even"), parse_rounding("half_up:2"), parse_rounding("none"), parse_rounding("1")
    (('half_even', 0), ('half_up', 2), ('', None), ('half_up', 1))
    """
    plain = text.strip().lower().replace("-", "_").replace(" ", "_")
    number = re.search(r"\d+", plain)
    digits = int(number.group()[:4]) if number else 0
    if digits > MOST_DIGITS or plain.startswith(("no", "un")):
        return "", None
    for rule, words in (
        ("half_even", ("half_even", "halfeven", "banker", "even")),
        ("half_down", ("half_down", "halfdown")),
        ("half_up", ("half_up", "halfup", "nearest")),
        ("floor", ("floor", "down", "trunc")),
        ("ceil", ("ceil", "up")),
        ("half_up", ("round", "half")),
    ):
        if any(word in plain for word in words):
            return rule, digits
    return ("half_up", digits) if number else ("", None)


def latest_of(known: Sequence[Scale]) -> dict[str, Scale]:
    """The newest version of each scale."""
    return {scale.scale: scale for scale in known}


def canonical(score: ir.Value, scale: Scale) -> ir.Value:
    """0-100 before rounding; null outside the points. A word's score is its place on 0-100 already."""
    if scale.labels:
        return score
    if scale.points:
        return _between(score, scale.points)
    if scale.low is None or scale.high is None or scale.high <= scale.low:
        return or_null("float64")
    return (score - scale.low) * 100.0 / (scale.high - scale.low)


def back(value: ir.Value, scale: Scale) -> ir.Value:
    """From 0-100 to a score on the scale."""
    if scale.labels:
        return value
    if scale.points:
        mirrored = sorted((value, score) for score, value in scale.points)
        return _between(value, tuple(mirrored))
    if scale.low is None or scale.high is None:
        return or_null("float64")
    return value * (scale.high - scale.low) / 100.0 + scale.low


def _between(x: ir.Value, points: Sequence[tuple[float, float]]) -> ir.Value:
    cases = [(x == at, ibis.literal(value)) for at, value in points]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x1 > x0:
            cases.append(((x > x0) & (x < x1), (x - x0) * (y1 - y0) / (x1 - x0) + y0))
    return ibis.cases(*cases, else_=or_null("float64"))


def rounded(value: ir.Value, scale: Scale) -> ir.Value:
    """The value by the scale's own rounding; as it is where none is declared."""
    if scale.digits is None:
        return value
    factor = 10.0**scale.digits
    tame = (value * factor).abs() < EXACT  # a score beyond has nothing to round, and would be no integer
    scaled = ibis.ifelse(tame, value * factor, 0.0)
    down = (scaled + SLIP).floor()
    rest = scaled - down
    tie = (rest - 0.5).abs() < SLIP
    odd = (down % 2).abs() > 0.5
    rules = {
        "half_up": ibis.ifelse(tie | (rest > 0.5), down + 1, down),
        "half_down": ibis.ifelse(~tie & (rest > 0.5), down + 1, down),
        "half_even": ibis.ifelse(ibis.ifelse(tie, odd, rest > 0.5), down + 1, down),
        "floor": down,
        "ceil": (scaled - SLIP).ceil(),
    }
    return ibis.ifelse(tame, rules[scale.rounding] / factor, value)


def expected(score: ir.Value, scale: Scale, target: Scale | None) -> ir.Value:
    """What the review should show: `target` None means 0-100."""
    if target is not None and target.scale == scale.scale:
        return score
    on_hundred = canonical(score, scale)
    if target is None or target.reads_as_canonical:
        return rounded(on_hundred, scale)
    return rounded(back(on_hundred, target), target)


def agrees(shown: ir.Value, wanted: ir.Value, scale: Scale, target: Scale | None) -> ir.Value:
    """Whether a shown score is what the matrix gives, as closely as the declared rounding can tell."""
    same_scale = target is not None and target.scale == scale.scale
    ruled = scale if target is None or target.reads_as_canonical else target
    near = 0.005 if same_scale or ruled.digits is not None else LOOSE
    return yes((shown - wanted).abs() <= near)
