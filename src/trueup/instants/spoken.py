"""The shapes that people write and see: numeric dates, month names, clocks of twelve hours. Knows no values.

A text is one date, at most one time of day, its half, its zone, and a weekday; beside them only words that
say nothing ("de", "um", "Uhr"). Anything else left over and the text is not read.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

from trueup.instants.layout import Half, Layout, Span, clock_precision, unsettled
from trueup.instants.words import FILLERS, HALVES, WORD, meanings
from trueup.instants.zones import names_by_lower_case
from trueup.model.instants import Precision, Unsettled
from trueup.model.settings import DayOrder

_CLOCKS = (
    re.compile(
        r"(?<![0:.])(?P<hour>00?):(?P<minute>00)(?::(?P<second>00)(?:[.,:](?P<fraction>0{1,9}))?)?(?![0:])"
    ),
    re.compile(
        r"(?<!0)(?P<hour>00?) ?[時时点點시] ?(?:(?P<minute>00?) ?[分분])? ?(?:(?P<second>00?) ?[秒초])?"
    ),
    re.compile(r"(?<![0.])(?P<hour>00?) ?h ?(?P<minute>00)(?: ?(?:m|min)? ?(?P<second>00) ?s?)?(?![0\w])"),
    re.compile(r"(?<![0:.,/-])(?P<hour>00?)(?= ?[ap]\.? ?m(?![a-z]))"),
)
_DOTTED = re.compile(r"(?<![0.,/-])(?P<hour>00?)\.(?P<minute>00)(?:\.(?P<second>00))?(?= *(?:uhr)?$)")
_NUMERIC = (
    (
        "cjk-date",
        re.compile(r"(?P<year>0000|00) ?[年년] ?(?P<month>00?) ?[月월](?: ?(?P<day>00?) ?[日일号號])?"),
    ),
    ("cjk-date", re.compile(r"(?<![0./-])(?P<day>00?)-(?P<month>00?)[月월]-(?P<year>0000|00)(?!0)")),
    (
        "numeric-ymd",
        re.compile(r"(?<![0./-])(?P<year>0000) ?(?P<s>[./-]) ?(?P<month>00?) ?(?P=s) ?(?P<day>00?)(?!0)\.?"),
    ),
    (
        "numeric",
        re.compile(
            r"(?<![0./-])(?P<first>00?) ?(?P<s>[./-]) ?(?P<other>00?) ?(?P=s) ?(?P<year>0000|00?)(?!0)\.?"
        ),
    ),
    ("numeric-month", re.compile(r"(?<![0./-])(?P<month>00?)[./-](?P<year>0000)(?![0./-])")),
)
_HALF = re.compile(r" ?(?:(?P<letter>[ap])\.? ?m\b\.?|(?P<word>[^\W\d_]+(?:\.[^\W\d_]+)*)\.?)")
_HALF_BEFORE = re.compile(r"(?:(?P<letter>[ap])\.? ?m\.?|(?P<word>[^\W\d_]+))\.? ?$")
_ZONE = re.compile(
    r" ?(?:utc|gmt|ut)(?P<sign>[+-])(?P<offset_hour>00?)(?::?(?P<offset_minute>00))?(?![0:])"
    r"| ?(?P<bare>[+-])(?P<bare_hour>00)(?::?(?P<bare_minute>00))?(?![0:])"
    r"| ?(?P<zone>[a-z_]{1,20}(?:/[a-z0_+-]{1,40}){1,2})"
    r"| ?(?P<letters>[a-z]{1,4})(?![a-z.])"
)
_BRACKET = re.compile(r" ?\[(?P<zone>[a-z_+\-/0]{1,60})\]")
_COMMENT = re.compile(r" ?\([^()0]{1,80}\)$")
_REMARK = re.compile(r"\([^()]*\)")
_LONG_WORD = re.compile(r"(?<![^\W\d_])(?<!-)[a-z]{4,}(?![^\W\d_]|-)")
_PUNCTUATION = re.compile(r"[\s.,/\-'()|·ºª\u05f3\w]*")
_RFC_2822 = re.compile(
    r"(?:[a-z]{3}, )?00? [a-z]{3} 00(?:00)? 00:00(?::00)? (?:[+-]0000|[a-z]{1,4})(?: \([^()]*\))?"
)
# names of offsets that mean one thing wherever they are printed; CST, IST and BST do not
OFFSETS = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3,
    "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Clock:
    """What the words around a time of day say."""

    half: Half | None = None
    sign: int = 0
    offset: int | None = None
    zone: str | None = None


class _Draft:
    """A shape while its parts are being found: what has been taken is blanked, so that places stay."""

    def __init__(self, shape: str, language: str | None) -> None:
        self.shape = self.rest = shape
        self.language = language
        self.parts: dict[str, Span] = {}

    def copy(self) -> "_Draft":
        """The same, to try something."""
        twin = _Draft(self.shape, self.language)
        twin.rest, twin.parts = self.rest, dict(self.parts)
        return twin

    def span(self, start: int, stop: int) -> Span:
        """The digits between two places of the shape."""
        before = self.shape.count("0", 0, start)
        return before, before + self.shape.count("0", start, stop)

    def take(self, match: re.Match[str]) -> None:
        """Keeps the digits of the named groups, and blanks the match."""
        for name, group in match.groupdict().items():
            if group and "0" in group:
                self.parts[name.replace("bare", "offset")] = self.span(match.start(name), match.end(name))
        self.blank(match.start(), match.end())

    def blank(self, start: int, stop: int) -> None:
        """Marks a place as understood."""
        self.rest = self.rest[:start] + " " * (stop - start) + self.rest[stop:]


def spoken(shape: str, order: DayOrder | None, language: str | None) -> Layout | None:
    """The layout of a numeric date or of one with a month name; None for anything else."""
    if "0" not in shape or not _plausible(shape, language):
        return None
    draft, clock = _Draft(shape, language), _Clock()
    for pattern in _CLOCKS:
        if (match := pattern.search(shape)) is not None:
            clock = _around(draft, match)
            break
    for rule, pattern in _NUMERIC:
        if (match := pattern.search(draft.rest)) is not None:
            layout = _numeric(draft.copy(), match, rule, order, clock)
            if layout is not None:
                return layout
    return _named(draft, clock)


def _plausible(shape: str, language: str | None) -> bool:
    """Whether no longer word stands in the shape that no date has: most texts that are none end here."""
    known = meanings(language)
    words = _LONG_WORD.findall(_REMARK.sub("", shape))
    return all(word in known or word in FILLERS or word in _zone_words() for word in words)


@cache
def _zone_words() -> frozenset[str]:
    return frozenset(
        word for name in names_by_lower_case() for word in _LONG_WORD.findall(name.replace("_", " "))
    )


def _around(draft: _Draft, match: re.Match[str]) -> _Clock:
    """Takes a time of day, the half of the day beside it, and the zone behind it."""
    draft.take(match)
    end, half, sign, offset, zone = match.end(), None, 0, None, None
    for beside in (_HALF.match(draft.rest, end), _HALF_BEFORE.search(draft.rest, 0, match.start())):
        if beside is not None and (half := HALVES.get(_half(beside))) is not None:
            draft.blank(beside.start(), beside.end())
            end = max(end, beside.end())
            break
    if (place := _ZONE.match(draft.rest, end)) is not None:
        letters, named = place["letters"], place["zone"]
        if place["sign"] or place["bare"]:
            sign = -1 if "-" in (place["sign"], place["bare"]) else 1
        elif letters in OFFSETS:
            offset = OFFSETS[letters] * 3600
        elif named and ("0" in named or named in names_by_lower_case()):
            zone = named
        if sign or zone or offset is not None:
            draft.take(place)
            if (comment := _COMMENT.search(draft.rest)) is not None:
                draft.blank(comment.start(), comment.end())
    if zone is None and (bracket := _BRACKET.search(draft.rest)) is not None:
        zone = bracket["zone"]
        draft.take(bracket)
    return _Clock(half, sign, offset, zone)


def _half(match: re.Match[str]) -> str:
    return f"{match['letter']}m" if match["letter"] else match["word"].replace(".", "")


def _numeric(
    draft: _Draft, match: re.Match[str], rule: str, order: DayOrder | None, clock: _Clock
) -> Layout | None:
    """The layout of a date in numbers, where nothing but a weekday stands beside it."""
    draft.take(match)
    if "hour" not in draft.parts and (dotted := _DOTTED.search(draft.rest)) is not None:
        clock = _around(draft, dotted)
    senses = _senses(draft, months=0)
    if not senses or "0" in draft.rest:
        return None
    parts = draft.parts
    width = _width(parts["year"])
    if width == 1 and (order is not DayOrder.YMD or _width(parts["first"]) != 2):
        return None
    if "first" in parts and order is not None and (order is not DayOrder.YMD or width <= 2):
        names = {
            DayOrder.DMY: ("day", "month", "year"),
            DayOrder.MDY: ("month", "day", "year"),
            DayOrder.YMD: ("year", "month", "day"),
        }[order]
        found = parts.pop("first"), parts.pop("other"), parts.pop("year")
        parts |= dict(zip(names, found, strict=True))
        rule = f"numeric-{order}"
    return _layout(rule, draft, clock, None, senses)


def _named(draft: _Draft, clock: _Clock) -> Layout | None:
    """The layout of a date with the name of its month."""
    if "hour" not in draft.parts and (dotted := _DOTTED.search(draft.rest)) is not None:
        clock = _around(draft, dotted)
    senses = _senses(draft, months=1)
    numbers = [(match.start(), match.end()) for match in re.finditer("0+", draft.rest)]
    months = {month for month, _ in senses}
    if not months or not _assign(draft, numbers):
        return None
    if len(months) > 1:
        return unsettled(Unsettled.ORDER, "month-name")
    rule = "rfc2822" if _RFC_2822.fullmatch(draft.shape) else "month-name"
    return _layout(rule, draft, clock, months.pop(), senses)


def _assign(draft: _Draft, numbers: list[tuple[int, int]]) -> bool:
    """Tells the year from the day: four digits are a year; of two short numbers the second is."""
    widths = [stop - start for start, stop in numbers]
    names = {(4,): ("year",), (4, 1): ("year", "day"), (4, 2): ("year", "day")}.get(tuple(widths))
    if names is None and len(widths) == 2 and widths[0] <= 2 and widths[1] in (2, 4):
        names = ("day", "year")
    if names is None:
        return False
    for name, (start, stop) in zip(names, numbers, strict=True):
        draft.parts[name] = draft.span(start, stop)
    return True


def _layout(
    rule: str, draft: _Draft, clock: _Clock, month: int | None, senses: set[tuple[int, int | None]]
) -> Layout | None:
    weekdays = {weekday for _, weekday in senses}
    precision = Precision.DAY if {"day", "first"} & draft.parts.keys() else Precision.MONTH
    if "hour" in draft.parts:
        if precision is Precision.MONTH:
            return None
        precision = clock_precision(draft.parts)
    return Layout(
        rule,
        precision,
        draft.parts,
        month=month,
        weekday=weekdays.pop() if len(weekdays) == 1 else None,
        half=clock.half,
        sign=clock.sign,
        offset=clock.offset,
        zone=clock.zone,
    )


def _width(span: Span) -> int:
    return span[1] - span[0]


def _senses(draft: _Draft, *, months: int) -> set[tuple[int, int | None]]:
    """What the words left over can mean together, in any one language: (month or 0, weekday or None).

    Exactly `months` of them name a month, at most one a weekday, and all others say nothing.
    """
    words, known = WORD.findall(draft.rest), meanings(draft.language)
    telling = [word for word in words if word in known]
    silent = [word for word in words if word in FILLERS or word in HALVES]
    if len(words) > 8 or not set(words) <= {*telling, *silent} or not _PUNCTUATION.fullmatch(draft.rest):
        return set()
    senses: set[tuple[int, int | None]] = set()
    for language in {name for word in telling for name in known[word]} or {""}:
        choices = [
            known.get(word, {}).get(language, []) + ([("filler", 0)] if word in silent else [])
            for word in words
        ]
        for chosen in product(*choices):
            named = [number for kind, number in chosen if kind == "month"]
            days = [number for kind, number in chosen if kind == "weekday"]
            if len(named) == months and len(days) <= 1:
                senses.add((named[0] if named else 0, days[0] if days else None))
    return senses
