"""What a layout says of a file that it takes for its own. Knows no file and no layout.

A claim says the system, the role, which header is which canonical column, how sure that is, what is
wrong, what must be told, and how a row becomes canonical rows (`translate`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trueup.reconcile.formats import Problem

CanonicalRow = dict[str, str | None]  # canonical column -> text


@dataclass(frozen=True, slots=True)
class Need:
    """Something a file can't tell and a person must. `example` is the line to put into trueup.toml.

    `required`: without it the file can't be read at all; otherwise it is read, and what stays open is
    reported row by row (a time without a zone is a finding, not a refusal).
    """

    what: str
    key: str
    why: str
    example: str
    required: bool = False

    @property
    def todo(self) -> str:
        """What to do about it, as a sentence: an example that is a comment is the whole advice."""
        if self.example.startswith("#"):
            return self.example.removeprefix("#").strip()
        return f"put into trueup.toml, under this file: {self.example}"


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file, as much as recognition looks at.

    `header` are the columns of a sheet, or the keys of JSON records in order of appearance (inner keys
    as "outer.inner"); `rows` are cells in that order. `records` are the first JSON records as they are.
    """

    file: str
    format: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...] = ()
    records: tuple[Mapping[str, object], ...] = ()
    envelope: Mapping[str, object] = field(default_factory=dict)

    @property
    def nested(self) -> bool:
        """Whether the file holds JSON records rather than a sheet."""
        return bool(self.records) or self.format in {"json", "jsonl"}

    def inner(self, index: int) -> bool:
        """Whether a column is an inner key of another one."""
        outer = self.header[index].rpartition(".")[0]
        return self.nested and bool(outer) and outer in self.header

    def holds_objects(self, index: int) -> bool:
        """Whether a JSON column holds objects wherever it holds anything: it is its inner keys that count."""
        values = [record.get(self.header[index]) for record in self.records] if self.nested else []
        return any(isinstance(v, dict) for v in values) and all(
            v is None or isinstance(v, dict) for v in values
        )

    def beside(self, taken: Collection[int]) -> tuple[tuple[str, int], ...]:
        """The named columns that are not taken, inner keys left out."""
        return tuple(
            (h, i) for i, h in enumerate(self.header) if h.strip() and i not in taken and not self.inner(i)
        )

    def column(self, index: int) -> list[str]:
        """The cells of one column that are not blank."""
        return [cell for row in self.rows if index < len(row) and (cell := row[index]) and cell.strip()]


@dataclass(frozen=True, slots=True)
class Emitted:
    """What became of one row: canonical rows, or the reason why it can't be used (never both).

    No rows and no reason: the row was understood and holds nothing for this role (an activity that is
    not completed yet, the row that names a framework).
    """

    rows: tuple[CanonicalRow, ...] = ()
    reason: str = ""
    expected: str = ""
    actual: str = ""
    notes: tuple[str, ...] = ()  # worth saying of a row that is used; said once a file, with how often


@dataclass(frozen=True, slots=True)
class Pick:
    """Where a canonical column comes from: the first of `sources` that is not blank, cleaned.

    `clean` returns the canonical text, or None where the cell stands for "nothing".
    """

    canonical: str
    sources: tuple[int, ...]
    clean: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which rows a column keeps out: `judge` says of its raw cell None (use the row), NOTHING or a reason."""

    source: int
    judge: Callable[[str | None], str | None]
    expected: str = ""


NOTHING = ""  # a verdict: the row was understood and holds nothing for this role


@dataclass(frozen=True, slots=True)
class Columnwise:
    """One row gives at most one canonical row: columns are picked, cleaned and judged as a whole."""

    picks: tuple[Pick, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    need_any: tuple[int, ...] = ()  # a row is of use only where one of these is not blank
    need_any_says: str = "no person in the row"
    record_key: tuple[str, ...] = ()  # canonical columns that make the record id where the file has none
    extras: tuple[tuple[str, int], ...] = ()  # whatever else a review carries: header, column
    nested: frozenset[int] = frozenset()  # columns in which a JSON object is kept as JSON text


@dataclass(frozen=True, slots=True)
class Cellwise:
    """One row of a sheet gives any number of canonical rows."""

    translate: Callable[[Sequence[str | None]], Emitted]


@dataclass(frozen=True, slots=True)
class Recordwise:
    """One JSON record gives any number of canonical rows."""

    translate: Callable[[Mapping[str, object]], Emitted]


Translation = Columnwise | Cellwise | Recordwise


@dataclass(frozen=True, slots=True)
class Parts:
    """The activities of a course, by keys that were made for them here: nobody else need know these.

    `whole`: the file also says when the course as a whole was completed.
    """

    course: str
    keys: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A layout's view of a file."""

    system: str
    layout: str
    role: str | None
    confidence: float
    columns: Mapping[str, str]
    translate: Translation | None
    problems: tuple[Problem, ...] = ()
    needs: tuple[Need, ...] = ()
    keys: tuple[str, ...] = ()  # the sample's header, for JSON records: what a column number stands for
    parts: Parts | None = None

    def with_problems(self, *problems: Problem) -> "Claim":
        """The same claim with more problems."""
        return replace(self, problems=(*self.problems, *problems))

    def with_needs(self, *needs: Need) -> "Claim":
        """The same claim with more needs."""
        return replace(self, needs=(*self.needs, *needs))
