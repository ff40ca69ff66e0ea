"""The one table of rules by which texts are read, in the order they are tried. Knows shapes, not values."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from trueup.instants import iso, numbers
from trueup.instants.layout import Layout, unsettled
from trueup.instants.never import never
from trueup.model.instants import Unsettled
from trueup.model.settings import DayOrder


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of writing a time: what it reads (with an example), and who defined it."""

    name: str
    reads: str
    example: str
    source: str


RULES: tuple[Rule, ...] = ()
SHAPES: tuple[Callable[[str], Layout | None], ...] = (
    iso.zoned,
    iso.naive,
    iso.date,
    numbers.number,
    never,
    iso.month,
    iso.week,
    iso.ordinal,
    numbers.json_date,
)


@lru_cache(maxsize=8192)
def layout_of(shape: str, order: DayOrder | None, language: str | None) -> Layout:
    """What the first rule that knows the shape says of it; an unsettled layout where none does."""
    for known in SHAPES:
        if (layout := known(shape)) is not None:
            return layout
    return unsettled(Unsettled.UNPARSEABLE)
