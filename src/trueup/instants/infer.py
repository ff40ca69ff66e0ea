"""What a column's own texts say about how to read it. Knows nothing of files, and guesses nothing.

One text can leave open which number is the day; a column rarely does. Evidence for day first is a first number
over 12, for month first a second one over 12, for year first a first one over 31 before two digits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from trueup.instants.folding import fold
from trueup.instants.layout import SHAPED, Layout
from trueup.instants.reading import Reading
from trueup.instants.rules import layout_of
from trueup.instants.scalar import MAX_LENGTH
from trueup.instants.words import LANGUAGES
from trueup.model.instants import Unsettled
from trueup.model.settings import DayOrder


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values of one column that no single order reads."""

    one: str
    other: str


def infer_reading(values: Iterable[str | None], how: Reading) -> Reading | Conflict:
    """`how` with the order and the language that the values decide, where it has none; else as it is."""
    order, shapes = _evidence(values)
    if how.order is None and isinstance(order, Conflict):
        return order
    found = how.order or (order if isinstance(order, DayOrder) else None)
    return replace(how, order=found, language=how.language or _language_of(shapes))


def infer_order(values: Iterable[str | None]) -> DayOrder | Conflict | None:
    """The order of day, month and year that fits every value; None where the values leave it open.

    Two-digit years: 25/12/26 counts as day first (year first is written with four digits but by few), unless
    the last numbers of the column vary more than the first, as days do.

    >>> infer_order(["04/01/24", "31/12/27"]).value, infer_order(["04/01/24", "05/02/24"])
    ('dmy', None)
    """
    return _evidence(values)[0]


def infer_language(values: Iterable[str | None]) -> str | None:
    """The language that reads every month name of the column, where some name means two months without it.

    None where no name needs it, and where the languages that read all of them disagree.
    """
    return _language_of({shape for _, shape, _ in _shapes(values)})


def _evidence(values: Iterable[str | None]) -> tuple[DayOrder | Conflict | None, set[str]]:
    """The order that the values decide, and all their shapes."""
    seen: dict[DayOrder, str] = {}
    firsts, lasts, shapes, short, no_year_first = set(), set(), set(), True, ""
    for text, shape, digits in _shapes(values):
        shapes.add(shape)
        layout = layout_of(shape, None, None)
        if "first" not in layout.parts:
            continue
        first, other, last = (int(digits[slice(*layout.parts[part])]) for part in ("first", "other", "year"))
        if not (first and other):
            continue
        width = layout.width("year")
        firsts.add(first)
        lasts.add(last)
        short = short and width == 2
        if width == 2 and first > 31:
            seen.setdefault(DayOrder.YMD, text)
        elif first > 12 >= other:
            seen.setdefault(DayOrder.DMY, text)
        elif other > 12 >= first:
            seen.setdefault(DayOrder.MDY, text)
        if width == 4 or last > 31 or other > 12:
            no_year_first = no_year_first or text
    days_last = short and not no_year_first and len(lasts) > len(firsts)
    return _decided(seen, no_year_first, days_last=days_last), shapes


def _decided(seen: dict[DayOrder, str], no_year_first: str, *, days_last: bool) -> DayOrder | Conflict | None:
    """What the values seen for each order say together; `no_year_first` is one that can't begin with a year."""
    if DayOrder.YMD in seen:
        return Conflict(seen[DayOrder.YMD], no_year_first) if no_year_first else DayOrder.YMD
    if len(seen) == 2:
        return Conflict(seen[DayOrder.DMY], seen[DayOrder.MDY])
    return None if days_last else next(iter(seen), None)


def _language_of(shapes: set[str]) -> str | None:
    open_shapes = {shape for shape in shapes if _open(layout_of(shape, None, None))}
    if not open_shapes:
        return None
    spelled = open_shapes | {shape for shape in shapes if layout_of(shape, None, None).month is not None}
    fitting: dict[tuple[int | None, ...], str] = {}
    for language in LANGUAGES:
        months = tuple(layout_of(shape, None, language).month for shape in sorted(spelled))
        if None not in months:
            fitting.setdefault(months, language)
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _open(layout: Layout) -> bool:
    return layout.unsettled is Unsettled.ORDER


def _shapes(values: Iterable[str | None]) -> Iterator[tuple[str, str, str]]:
    """(value, shape, digits) of the values that may be dates."""
    for value in values:
        if value and len(value) <= MAX_LENGTH:
            text = fold(value)
            yield value, text.translate(SHAPED), "".join(char for char in text if "0" <= char <= "9")
