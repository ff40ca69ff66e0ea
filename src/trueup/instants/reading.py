"""How the texts of one column are to be read. Knows no text; what is None is neither declared nor inferred."""

from dataclasses import dataclass
from enum import StrEnum

from trueup.instants.words import known_language
from trueup.instants.zones import zone_named
from trueup.model.settings import DayOrder


class ExcelDates(StrEnum):
    """From where a workbook counts its days (ECMA-376-1, 18.17.4.1)."""

    FROM_1900 = "1900"  # 1 = 1900-01-01, and 60 = a 29 February 1900 that never was
    FROM_1904 = "1904"  # 0 = 1904-01-01


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is read.

    `zone` (IANA) for times without offset, `order` of numeric dates, `language` of month names (a CLDR code as
    "de"), `excel` where bare numbers are days of a workbook. ValueError, naming what is close, where no zone or language is called so.
    """

    zone: str | None = None
    order: DayOrder | None = None
    language: str | None = None
    excel: ExcelDates | None = None

    def __post_init__(self) -> None:
        if self.zone is not None:
            zone_named(self.zone)
        if self.language is not None:
            known_language(self.language)
