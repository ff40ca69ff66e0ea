"""Raw text to instant, with the rule that was applied. Knows no files and no columns' names.

`read_instant` reads one text, `convert` a column; both by the one table `RULES`. `infer_reading` fills what a
column's own values decide. What is said nowhere is not guessed: see `model.instants.Unsettled`.
"""

from trueup.instants.infer import Conflict, infer_language, infer_order, infer_reading
from trueup.instants.reading import ExcelDates, Reading
from trueup.instants.rules import RULES, Rule
from trueup.instants.scalar import read_instant
from trueup.instants.vector import Converted, convert
from trueup.instants.zones import zone_named

__all__ = [
    "RULES",
    "Conflict",
    "Converted",
    "ExcelDates",
    "Reading",
    "Rule",
    "convert",
    "infer_language",
    "infer_order",
    "infer_reading",
    "read_instant",
    "zone_named",
]
