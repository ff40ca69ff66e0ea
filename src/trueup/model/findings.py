"""What a finding is, and the logs it looks at. Knows no rule and no code.

A finding is one expression over the relations of `Logs` that gives the rows of one fault code. `check`
only gathers them: what a code means is settled in the room that owns it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.model.scales import Scale
    from trueup.model.settings import CheckSettings

FAULT_COLUMNS = (
    "code",
    "record_id",
    "person",
    "course_id",
    "field",
    "expected",
    "actual",
    "detail",
    "file",
    "line",
    "other_file",
    "other_line",
)


class Doubt(StrEnum):
    """Why a record is looked at closely. One pass over all records asks for each; a room says what each means."""

    ORPHAN = "orphan"  # in the review system alone
    MISSING = "missing"  # due, and not in the review system
    UNDUE = "undue"  # in the review system, and not due
    APART = "apart"  # the two sides' times differ, or one side has none
    COARSE = "coarse"  # one side knows the day alone
    TIMELESS = "timeless"  # due, and no time
    UNREAD = "unread"  # a time is written, and it is no instant
    IMPOSSIBLE = "impossible"  # in the future, before the employment or the enrolment
    PERSON = "person"  # the two sides mean two persons
    COURSE = "course"  # the two sides mean two courses
    UNSURE = "unsure"  # whom the LMS means is unknown, contested, or not by the roster's number
    NOBODY = "nobody"  # whom the review system means is unknown
    SHAPE = "shape"  # the review system's key is not written as the others are
    IDENTIFIED = "identified"  # the review system names a person where it should not
    COPIES = "copies"  # more than once in the review system
    REVISED = "revised"  # more than once in the LMS
    RESENT = "resent"  # accepted more than once
    BEHIND = "behind"  # an earlier revision was sent
    UNCOUNTED = "uncounted"  # in no review cycle, or in several
    FILED = "filed"  # under another cycle than its time says
    LATE = "late"  # there after the cut-off
    SLOW = "slow"  # there after the cycle's SLA
    SCORE = "score"  # the scores disagree, or one side has none
    SCALE = "scale"  # a score on no known scale
    VERSION = "version"  # another version of the scale than the current one
    RANGE = "range"  # outside the scale
    TAG = "tag"  # a competency on one side alone
    BASIS = "basis"  # sent without a basis, before it, or after its withdrawal


@dataclass(frozen=True, slots=True)
class Cycle:
    """One review cycle; instants in microseconds since 1970 UTC. A date's cut-off is the end of that day."""

    cycle: str
    opens_at: int | None
    cutoff_at: int | None
    grace_until: int | None
    frozen_at: int | None
    sla_hours: float | None
    file: str
    line: int


@dataclass(slots=True)
class Facts:
    """Small things that are found out once and that several findings ask for. Instants in microseconds."""

    notes: list[str] = field(default_factory=list)  # what the answer says of how it was found
    run_starts: list[int] = field(default_factory=list)
    run_ends: list[int] = field(default_factory=list)
    run_times: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    run_outcomes: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # run -> records, and attempts by outcome
    last_in_cycle: dict[str, int] = field(default_factory=dict)  # cycle -> its window's last completion
    offsets: list[int] = field(default_factory=lambda: [0])  # minutes east of UTC where the company lives
    statuses: frozenset[str] | None = None  # that occur in the completions, lower case; None: not looked at
    scales: tuple[Scale, ...] = ()
    lms_scales: tuple[str, ...] = ()  # as written in the completions
    review_scales: tuple[
        tuple[str | None, str | None], ...
    ] = ()  # (scale, version) as written in the reviews
    version_shares: dict[tuple[str, str], float] = field(default_factory=dict)
    competency_filled: float = 0.0  # share of review rows that name a competency
    tags_filled: float = 0.0  # share of completions that carry tags
    extras: bool = True  # whether review rows carry more than the canonical columns
    nameless: bool = False  # whether some review rows name no record
    unreceived: bool = False  # whether some review rows don't say when they were received
    first_attempt: int | None = None
    first_received: int | None = None
    last_received: int | None = None
    number_shapes: tuple[str, ...] | None = (
        None  # how employee numbers are written; None where it can't be told
    )
    review_shape: str | None = (
        None  # how nearly all review rows write the person, where some write it otherwise
    )
    pseudonymous: bool = False  # whether the review rows stand under pseudonyms
    pseudonyms_wanted: bool = False  # whether the policy hides identifying fields from reviewers
    person_forbidden: bool = False  # whether the policy hides the person itself from reviewers
    retention_days: int | None = None
    unreadable: list[dict[str, object]] = field(default_factory=list)  # rows of FAULT_COLUMNS
    doubts: frozenset[Doubt] = frozenset(Doubt)  # that at least one record is under

    @property
    def period_start(self) -> int:
        """From when the sync log covers."""
        return min(self.run_starts, default=0)


@dataclass(frozen=True, slots=True)
class Logs:
    """Everything the findings may look at.

    `roles` are the canonical relations that were given. The others are derived by the rooms:
    `pairs` has a row for each record on any side that a finding may concern (reconcile/pairs.py lists
    its columns), `attempts` is the sync log as it is.
    """

    roles: Mapping[str, ibis.Table]
    given: Mapping[str, frozenset[str]]  # role -> canonical columns that at least one file has
    pairs: ibis.Table
    as_of: int  # microseconds since 1970 UTC: the latest instant that the logs know
    settings: CheckSettings
    cycles: tuple[Cycle, ...] = ()
    facts: Facts = field(default_factory=Facts)
    keep: Callable[[ibis.Table, str], ibis.Table] = lambda table, _name: table  # compute once
    fetch: Callable[[ibis.Table], list[dict[str, object]]] = lambda _table: []
    reviewer: Callable[[ibis.Table], ibis.Table] = lambda rows: rows  # gives review rows their person
    constant: Callable[[list[dict[str, object]]], ibis.Table | None] = lambda _rows: (
        None
    )  # rows of FAULT_COLUMNS
    kept: dict[str, ibis.Table] = field(default_factory=dict)
    remembered: dict[str, Any] = field(
        default_factory=dict
    )  # what a room has worked out for several findings

    def relation(self, name: str, made: Callable[[Logs], ibis.Table]) -> ibis.Table:
        """A relation that several findings look at: made and kept once."""
        if name not in self.kept:
            self.kept[name] = self.keep(made(self), name)
        return self.kept[name]

    def has(self, role: str, *columns: str) -> bool:
        """Whether the role was given, with all of these columns."""
        return role in self.roles and set(columns) <= self.given.get(role, frozenset())


@dataclass(frozen=True, slots=True)
class Finding:
    """One code, what it needs, and the expression that gives its rows (FAULT_COLUMNS).

    `needs` are ROLE or ROLE.COLUMN; where one is missing the code is reported as unchecked. A record that
    such a finding names is under at least one of its `doubts`: where no record is, there is nothing to find.
    Findings that look elsewhere than at the pairs have none, and always look. A code may have several findings.
    """

    code: str
    needs: tuple[str, ...]
    rows: Callable[[Logs], ibis.Table | None]
    doubts: tuple[Doubt, ...] = ()


def fault_rows(
    table: ibis.Table,
    code: str,
    *,
    field: ir.Value | str,
    expected: ir.Value | str | None = None,
    actual: ir.Value | str | None = None,
    detail: ir.Value | str = "",
    **instead: ir.Value | str | None,
) -> ibis.Table:
    """The rows of `table` as faults of `code`, in FAULT_COLUMNS.

    record_id, person, course_id, file, line, other_file and other_line come from the table's columns of
    that name unless `instead` says otherwise; what the table does not have is null.
    """
    said: dict[str, ir.Value] = {"code": ibis.literal(code), "field": _value(field)}
    said |= {"expected": _value(expected), "actual": _value(actual), "detail": _value(detail)}
    for name in ("record_id", "person", "course_id", "file", "line", "other_file", "other_line"):
        kind = "int64" if name.endswith("line") else "string"
        if name in instead:
            said[name] = _value(instead[name], kind)
        elif name in table.columns:
            said[name] = table[name]
        else:
            said[name] = ibis.null().cast(kind)
    kinds = {name: ("int64" if name.endswith("line") else "string") for name in FAULT_COLUMNS}
    return table.select(**{name: said[name].cast(kinds[name]) for name in FAULT_COLUMNS})


def _value(given: ir.Value | str | None, kind: str = "string") -> ir.Value:
    if given is None:
        return ibis.null().cast(kind)
    return ibis.literal(given, type="string") if isinstance(given, str) else given
