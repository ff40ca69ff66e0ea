"""One text to one instant. Knows the order of judgement, not the forms: those are the rules'."""

import re

from trueup.instants.civil import civil_of
from trueup.instants.counting import counted
from trueup.instants.folding import fold
from trueup.instants.layout import SHAPED
from trueup.instants.placing import none, placed
from trueup.instants.reading import Reading
from trueup.instants.rules import layout_of
from trueup.model.instants import Instant, Unsettled

MAX_LENGTH = 200  # characters; no date is longer
_NO_DIGITS = re.compile("[^0-9]+")


def read_instant(raw: str | None, how: Reading) -> Instant | None:
    """The instant that a text says, or an Instant that says why there is none; None for null and blank.

    Reads every text, raises for none. `at` is cut to microseconds; years 1 to 9999 are known. For what no rule
    reads `rule` is "none", for a numeric date of open order "numeric"; otherwise it is the rule that applied
    (`RULES`), also where no single instant follows.

    >>> read_instant("2026-03-06 13:00:13", Reading(zone="Europe/Berlin")).at.isoformat()
    '2026-03-06T12:00:13+00:00'
    >>> read_instant("2026-03-06 13:00:13", Reading()).unsettled.value
    'naive'
    """
    if raw is None or not raw.strip():
        return None
    if len(raw) > MAX_LENGTH:
        return none(raw, "none", Unsettled.UNPARSEABLE)
    text = fold(raw)
    return _judged(raw, text, how) if text else None


def _judged(raw: str, text: str, how: Reading) -> Instant:
    """The instant of a folded text."""
    layout = layout_of(text.translate(SHAPED), how.order, how.language)
    if layout.unsettled is not None:
        return none(raw, layout.rule, layout.unsettled)
    digits = _NO_DIGITS.sub("", text)
    if "whole" in layout.parts:
        return counted(raw, layout, digits, how)
    civil = civil_of(layout, digits)
    if civil is Unsettled.NEVER:
        return none(raw, "never", civil)
    if isinstance(civil, Unsettled):
        return none(raw, layout.rule, civil, layout.precision)
    return placed(raw, layout, civil, digits, how.zone)
