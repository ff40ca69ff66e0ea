"""What `check` answers (faults.md, "What `check` answers"). Knows nothing of how it is shown or found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a figure stands against its thresholds."""

    OK = "ok"
    WARN = "warn"
    BREACH = "breach"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that was read. `rows` = `used` + `reported`; nothing is skipped silently."""

    role: str
    file: str
    rows: int
    sha256: str
    system: str = ""
    used: int = 0
    reported: int = 0


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure against its thresholds. `value` is in `unit`; None where it can't be told."""

    key: str
    title: str
    value: float | None
    unit: str  # "%", "s", "h"
    warn: float | None
    breach: float | None
    higher_is_worse: bool
    state: State
    says: str  # "12 of 3,400 completions are not in the review system"


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """One family with faults, ranked by likelihood (0..1: its share of what the faults cost the review)."""

    family: str
    likelihood: float
    n: int
    headline: str


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A code that could not be looked for, and what it needs."""

    code: str
    needs: str


@dataclass(frozen=True, slots=True)
class Where:
    """The file and line of a row."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One fault found. `caused_by` is the code of the fault on the same record that explains this one."""

    code: str
    name: str
    severity: str
    record_id: str | None
    person: str | None
    course_id: str | None
    field: str | None
    expected: str | None
    actual: str | None
    where: tuple[Where, ...]
    detail: str
    caused_by: str | None = None


@dataclass(frozen=True, slots=True)
class RunLine:
    """One sync run: when, how many records, how they ended."""

    run_id: str
    started_at: str | None  # ISO 8601, UTC
    ended_at: str | None
    records: int
    accepted: int
    throttled: int
    errors: int
    rejected: int


@dataclass(frozen=True, slots=True)
class CycleLine:
    """One review cycle, for the calendar. Instants are ISO 8601, UTC."""

    cycle: str
    opens_at: str | None
    cutoff_at: str | None
    grace_until: str | None
    frozen_at: str | None
    completions: int
    late: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day's completions (by the source's UTC date) and how many of them have a fault."""

    day: str  # YYYY-MM-DD
    completions: int
    faulty: int


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """How many records are moved by a constant offset, and where."""

    group: str
    minutes: int
    n: int


@dataclass(frozen=True, slots=True)
class Charts:
    """What the page draws beside the faults."""

    days: tuple[DayLine, ...] = ()
    runs: tuple[RunLine, ...] = ()
    cycles: tuple[CycleLine, ...] = ()
    shifts: tuple[ShiftLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything one `check` found. `faults(limit)` iterates, primary causes before their consequences."""

    inputs: tuple[InputFile, ...]
    kpis: tuple[Kpi, ...]
    counts: dict[str, int]  # code -> faults found, consequences included
    primary_counts: dict[str, int]  # code -> faults that nothing else on the record explains
    families: tuple[FamilyLine, ...]
    unchecked: tuple[Unchecked, ...]
    faults: Callable[[int | None], Iterator[FaultRow]]
    faults_file: str  # Parquet file with all of them, gone when the check ends
    as_of: str  # ISO 8601, UTC: the latest instant that the logs know
    engine: str
    charts: Charts = field(default_factory=Charts)
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All faults, consequences included."""
        return sum(self.counts.values())

    @property
    def clean(self) -> bool:
        """Whether nothing was found and no threshold is breached (exit code 0)."""
        return self.total == 0 and all(kpi.state is not State.BREACH for kpi in self.kpis)
