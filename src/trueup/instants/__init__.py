"""Raw text to instant, with the rule that was applied."""

from trueup.instants.reading import ExcelDates, Reading
from trueup.instants.scalar import read_instant
from trueup.instants.vector import Converted, convert

__all__ = ["Converted", "ExcelDates", "Reading", "convert", "read_instant"]
