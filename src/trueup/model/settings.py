"""What a person declares about their exports and sources (trueup.toml). Knows nothing of the file it is kept in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Options = dict[str, str | dict[str, str]]
"""What a connector takes beside: texts, and tables of texts."""


class DayOrder(StrEnum):
    """In which order day, month and year stand in numeric dates."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class Matching(StrEnum):
    """How the accounts of the logs find their people."""

    OFF = "off"  # not at all: a record is whose number or address it carries itself
    EXACT = "exact"  # by the number and address that the list of accounts notes on them
    FULL = "full"  # by all that is said of them, too (trueup identity match)


@dataclass(frozen=True, slots=True)
class FileSettings:
    """What is declared for the files that match `path` (a glob relative to the directory checked).

    What is None is recognised from the file itself.
    """

    path: str
    role: str | None = None
    system: str | None = None
    columns: dict[str, str] = field(default_factory=dict)  # canonical -> source header
    constants: dict[str, str] = field(
        default_factory=dict
    )  # canonical -> value for every row (course_id ...)
    zone: str | None = None  # IANA zone of times without offset (the exporting user's)
    day_order: DayOrder | None = None
    decimal: str | None = None  # "." or ","
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What is declared of a source whose events are taken in; the name "*" is for all that have no entry."""

    name: str
    zone: str | None = None  # IANA zone of times without offset, and of dates
    day_order: DayOrder | None = None
    keep_raw: bool = True  # False: our reading and a digest are kept, the event itself is not
    drop: tuple[str, ...] = ()  # members that no purpose allows: gone before anything is stored
    targets: tuple[str, ...] = ()  # where its completions are to be delivered
    connector: str | None = None  # how it is pulled; None: it sends by itself
    address: str = ""
    secret: str = ""  # "env:NAME" or "file:PATH"
    people: str = ""  # who issued the accounts by which it is asked about people; else it is by their numbers
    options: Options = field(default_factory=dict)  # what its connector takes beside
    every_minutes: float = 15.0  # between two pulls, by a running service
    overlap_hours: float = 24.0  # that a pull looks back
    sweep_hours: float = 24.0  # between two pulls that read all of it


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """What is declared of a system that completions are delivered to."""

    name: str
    connector: str  # as `trueup connectors` lists them
    address: str = ""
    secret: str = ""  # "env:NAME" or "file:PATH": the secret itself never stands in the settings
    people: str = ""  # who issued the accounts by which it calls people; else it calls them by their numbers
    options: Options = field(default_factory=dict)  # what its connector takes beside
    calls: int | None = None  # that it allows in per_seconds; None: what its connector knows
    per_seconds: float = 60.0
    reserve: float | None = None  # share of them that is kept for what is urgent
    batch: int | None = None  # records in one call
    window_seconds: float | None = None  # until what was written can be read there
    timeout_seconds: float = 30.0  # for one answer
    first_wait_seconds: float = 1.0  # before another try; it doubles each time
    tries: int | None = None  # before a delivery is given up
    compare_hours: float = (
        24.0  # between two comparisons of all that it holds, by a running service; 0: never
    )


@dataclass(frozen=True, slots=True)
class CycleSettings:
    """A review cycle: what happens in its window counts for it; what comes after its cut-off is urgent."""

    name: str
    opens_at: datetime
    cutoff_at: datetime
    sla_hours: float = 2.0  # that a completion has that comes after the cut-off


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """All that a person may declare."""

    files: tuple[FileSettings, ...] = ()
    sources: tuple[SourceSettings, ...] = ()
    targets: tuple[TargetSettings, ...] = ()
    cycles: tuple[CycleSettings, ...] = ()
    zone: str | None = None  # for files that declare none of their own
    day_order: DayOrder | None = None
    purpose: str | None = None  # the purpose of the transfer, for policy and consents
    matching: Matching = Matching.EXACT
    as_of: str | None = None  # ISO 8601; default: the latest instant the logs know
    launched_days: float = 1.0  # a launched course without a result is reported after this long
    shift_group: int = 3  # how many records make a constant offset a zone shift
    retention_days: dict[str, int] = field(default_factory=dict)  # purpose -> days
    thresholds: dict[str, tuple[float, float]] = field(default_factory=dict)  # KPI -> (warn, breach)
