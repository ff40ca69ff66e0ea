"""Small drawings as SVG: bars, gauges, stacked columns. Knows lengths and CSS classes, nothing of faults.

Colours come from the page's style sheet by class (`f-` fills, `s-` strokes), so that one drawing serves light,
dark and print. Every text is escaped. Lengths are in user units; the page scales the whole.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

_NONE = Markup("")

Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class Series:
    """One part of every stacked column: its word, its colour class and its pattern (colour is never alone)."""

    word: str
    colour: str  # the end of an `f-` and `s-` class
    pattern: str = ""  # "", "lines" or "dots"


@dataclass(frozen=True, slots=True)
class Stack:
    """One column: what stands under it, what it says when pointed at, and its parts from the bottom up."""

    label: str
    says: str
    parts: tuple[int, ...]


def frame(key: str, size: tuple[float, float], title: str, says: str, body: Markup) -> Markup:
    """A drawing with a title and a description that a screen reader reads out; `key` is unique on the page."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{key}-t {key}-d">'
        '<title id="{key}-t">{title}</title><desc id="{key}-d">{says}</desc>{body}</svg>'
    ).format(w=_n(size[0]), h=_n(size[1]), key=key, title=title, says=says, body=body)


def text(
    x: float, y: float, said: str, *, colour: str = "muted", anchor: str = "start", bold: bool = False
) -> Markup:
    """A line of text of 11 units; `anchor` is start, middle or end."""
    weight = Markup(' font-weight="650"') if bold else _NONE
    return Markup('<text class="f-{}" x="{}" y="{}" font-size="11" text-anchor="{}"{}>{}</text>').format(
        colour, _n(x), _n(y), anchor, weight, said
    )


def rect(box: Box, colour: str, radius: float = 0) -> Markup:
    """A filled rectangle."""
    x, y, width, height = box
    return Markup('<rect class="f-{}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>').format(
        colour, _n(x), _n(y), _n(max(width, 0)), _n(max(height, 0)), _n(radius)
    )


def line(path: str, colour: str, width: float = 1, dash: str = "") -> Markup:
    """A stroked path; `dash` as in SVG, "" for a whole line."""
    dashes = Markup(' stroke-dasharray="{}"').format(dash) if dash else _NONE
    return Markup('<path class="s-{}" d="{}" fill="none" stroke-width="{}"{}/>').format(
        colour, path, _n(width), dashes
    )


def share_bar(share: float, colour: str = "series") -> Markup:
    """A share (0..1) as a horizontal bar that stretches to the room it is given; the figure stands beside it."""
    filled = min(100.0, max(1.0 if share > 0 else 0.0, share * 100))
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}{}</svg>'
    ).format(rect((0, 0, 100, 8), "sunk"), rect((0, 0, filled, 8), colour))


def gauge(value: float | None, warn: float | None, breach: float | None, *, higher_is_worse: bool) -> Markup:
    """A figure between its thresholds: zones of ok, warn and breach, and a needle. "" where it can't be drawn."""
    known = [edge for edge in (value, warn, breach) if edge is not None and math.isfinite(edge)]
    if value is None or warn is None or breach is None or len(known) < 3:
        return _NONE
    span = abs(breach - warn) or abs(breach) or 1.0
    low = min(*known, min(warn, breach) - span)
    low = max(0.0, low) if min(known) >= 0 else low
    high = max(*known, max(warn, breach) + span)
    width, height = 120.0, 10.0

    def at(edge: float) -> float:
        return 3 + (edge - low) / (high - low) * (width - 6)

    edges = (low, min(warn, breach), max(warn, breach), high)
    zones = (
        ("ok-zone", "warn-zone", "crit-zone") if higher_is_worse else ("crit-zone", "warn-zone", "ok-zone")
    )
    drawn = _NONE.join(
        rect((at(start), 6, at(end) - at(start) - 1, height), zone)
        for start, end, zone in zip(edges, edges[1:], zones, strict=False)
    )
    needle = line(f"M{_n(at(value))},1V21", "ink", 2.4)
    return Markup(
        '<svg class="gauge" viewBox="0 0 120 22" width="120" height="22" aria-hidden="true" focusable="false">{}{}</svg>'
    ).format(drawn, needle)


def columns(key: str, title: str, says: str, series: tuple[Series, ...], stacks: list[Stack]) -> Markup:
    """Stacked columns over an axis that starts at nought, with a legend above."""
    width, height, left, top, bottom = 600.0, 230.0, 40.0, 34.0, 26.0
    ticks = nice_ticks(max((sum(stack.parts) for stack in stacks), default=0))
    tall = height - top - bottom

    def y(n: float) -> float:
        return height - bottom - n / ticks[-1] * tall

    slot = (width - left - 8) / max(1, len(stacks))
    thick = min(34.0, slot * 0.78)
    body = [_patterns(key, series), _legend(key, left, series)]
    for tick in ticks:
        body.append(line(f"M{_n(left)},{_n(y(tick))}H{_n(width - 8)}", "grid"))
        body.append(text(left - 8, y(tick) + 4, f"{tick:,}", anchor="end"))
    every = max(1, math.ceil(len(stacks) / 7))
    for at, stack in enumerate(stacks):
        x = left + slot * at + (slot - thick) / 2
        body.append(_stack(key, series, stack, x=x, thick=thick, y=y))
        if at % every == 0:
            body.append(text(x + thick / 2, height - 8, stack.label, anchor="middle"))
    return frame(key, (width, height), title, says, _NONE.join(body))


def nice_ticks(highest: int) -> list[int]:
    """Three to six round whole numbers from 0 to at least `highest`.

    >>> nice_ticks(70), nice_ticks(3), nice_ticks(0), nice_ticks(1_234_567)
    ([0, 20, 40, 60, 80], [0, 1, 2, 3], [0, 1], [0, 500000, 1000000, 1500000])
    """
    if highest <= 0:
        return [0, 1]
    rough = highest / 4
    size = 10 ** max(0, math.floor(math.log10(rough)))
    step = next(times * size for times in (1, 2, 5, 10) if times * size >= rough)
    return [step * n for n in range(math.ceil(highest / step) + 1)]


def _stack(
    key: str, series: tuple[Series, ...], stack: Stack, *, x: float, thick: float, y: Callable[[float], float]
) -> Markup:
    parts, below = [], 0
    for one, n in zip(series, stack.parts, strict=True):
        if n > 0:
            parts.append(_part(key, one, (x, y(below + n), thick, y(below) - y(below + n))))
        below += n
    return Markup("<g><title>{}</title>{}</g>").format(stack.says, _NONE.join(parts))


def _part(key: str, one: Series, box: Box) -> Markup:
    if not one.pattern:
        return rect(box, one.colour)
    x, y, width, height = box
    return Markup('<rect fill="url(#{}-{})" x="{}" y="{}" width="{}" height="{}"/>').format(
        key, one.colour, _n(x), _n(y), _n(width), _n(max(height, 1))
    )


def _patterns(key: str, series: tuple[Series, ...]) -> Markup:
    drawn = {
        "lines": Markup('<path class="s-surface" d="M-1,1L1,-1M0,6L6,0M5,7L7,5" stroke-width="1.4"/>'),
        "dots": Markup('<circle class="f-surface" cx="3" cy="3" r="1.3"/>'),
    }
    made = [
        Markup(
            '<pattern id="{}-{}" width="6" height="6" patternUnits="userSpaceOnUse">'
            '<rect class="f-{}" width="6" height="6"/>{}</pattern>'
        ).format(key, one.colour, one.colour, drawn[one.pattern])
        for one in series
        if one.pattern
    ]
    return Markup("<defs>{}</defs>").format(_NONE.join(made)) if made else _NONE


def _legend(key: str, left: float, series: tuple[Series, ...]) -> Markup:
    x, drawn = left, []
    for one in series:
        drawn.append(_part(key, one, (x, 5, 12, 12)))
        drawn.append(text(x + 18, 15, one.word, colour="ink"))
        x += 18 + 6.4 * len(one.word) + 20
    return _NONE.join(drawn)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
