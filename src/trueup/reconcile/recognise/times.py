"""How the times of a whole file are written, and what must be told before they can be read. Reads none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.model.relations import ROLES, Kind
from trueup.model.settings import DayOrder, FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import Claim, Need, Sample
from trueup.reconcile.recognise.evidence import Order, OrderTally, day_order
from trueup.reconcile.recognise.forms import form_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


_NUMERIC = re.compile(r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_DATE = r"^\s*(?P<date>\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2}))(?:\D|$)"
_CLOCK = re.compile(r"\d:\d\d")
_PLACED = re.compile(
    r"(?i)(z|utc|gmt|[+-]\d\d:?\d\d|:\d\d(\.\d+)?[+-]\d\d|\]|\s(africa|america|antarctica|asia|atlantic|australia|europe|indian|pacific|us|etc)/[a-z_/]+)\s*\Z"
)
_EVENT_TIMES = {"events": ("occurred_at",), "grades": ("graded_at",)}
_FORMS = 5_000  # different forms of one column that are remembered; texts without any form are no evidence


@dataclass(frozen=True, slots=True)
class OrderHint:
    """What the numeric dates of some other column of the file prove."""

    header: str
    example: str
    order: Order


def order_hint(sample: Sample) -> OrderHint | None:
    """The first column, whatever it is for, whose dates prove an order."""
    for index, header in enumerate(sample.header):
        for value in sample.column(index):
            if (order := day_order([value])) in {Order.DMY, Order.MDY}:
                return OrderHint(header, value.strip()[:30], order)
    return None


@dataclass(frozen=True, slots=True)
class _Form:
    """What the form of a text, its digits as 0, says: a numeric date, a time of day, a place for it."""

    blank: bool
    numeric: bool
    timed: bool
    naive: bool


@lru_cache(maxsize=4096)
def _said_by(form: str) -> _Form:
    timed = bool(_CLOCK.search(form))
    return _Form(
        not form.strip(), bool(_NUMERIC.match(form)), timed, timed and _PLACED.search(form.strip()) is None
    )


@dataclass(slots=True)
class _Seen:
    """What one column has shown so far."""

    filled: int = 0
    numeric: int = 0
    timed: int = 0
    naive: int = 0
    naive_example: str = ""
    tally: OrderTally = field(default_factory=OrderTally)
    examples: dict[str, str] = field(default_factory=dict)  # form -> the first text of it
    dates: dict[str, None] = field(default_factory=dict)  # the numeric dates, times cut off

    def look_at(self, column: pa.Array) -> None:
        """Take one more part of the column into account."""
        codes, forms, firsts = form_codes(column)
        counts = np.bincount(codes[codes >= 0], minlength=len(forms)).tolist()
        numeric = []
        for code, (form, first, count) in enumerate(zip(forms, firsts, counts, strict=True)):
            said = _said_by(form)
            if said.blank:
                continue
            self.filled += count
            if said.numeric:
                self.numeric += count
                numeric.append(code)
            elif form not in self.examples and len(self.examples) < _FORMS:
                self.examples[form] = column[first].as_py()
            if said.timed:
                self.timed += count
            if said.naive:
                self.naive += count
                self.naive_example = self.naive_example or column[first].as_py().strip()
        if numeric:
            self._count_dates(column.filter(pa.array(_among(codes, numeric, len(forms)))))

    def _count_dates(self, numeric: pa.Array) -> None:
        cut = pc.extract_regex(numeric, _DATE).field("date")
        for date, count in zip(*cut.drop_null().value_counts().flatten(), strict=True):
            text = date.as_py()
            unasked = not self.tally.example
            self.tally.count(text, count.as_py())
            self.dates.setdefault(text)
            if unasked and self.tally.example:
                whole = numeric[pc.index(cut, date).as_py()].as_py()
                self.tally.example = whole.strip()


def _among(codes: NDArray[np.int32], wanted: list[int], forms: int) -> NDArray[np.bool_]:
    flags = np.zeros(forms + 1, np.bool_)  # the last for null, whose code is -1
    flags[wanted] = True
    answer: NDArray[np.bool_] = flags[codes]
    return answer


class TimesSeen:
    """Looks at the instant columns of a role, batch by batch."""

    __slots__ = ("_names", "_seen")

    def __init__(self, role: str | None) -> None:
        columns = ROLES[role].columns if role in ROLES else ()
        self._names = tuple(c.name for c in columns if c.kind is Kind.INSTANT) or _EVENT_TIMES.get(
            role or "", ()
        )
        self._seen: dict[str, _Seen] = {}

    def look_at(self, columns: Mapping[str, pa.Array]) -> None:
        """Count the forms in these rows."""
        for name in self._names:
            column = columns.get(name)
            if column is not None and pa.types.is_string(column.type):
                self._seen.setdefault(name, _Seen()).look_at(column)

    @property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """Of each column of texts: one text of every form in it, and every numeric date (times cut off).

        They decide order and language of the column as all its texts would.
        """
        return {name: (*seen.examples.values(), *seen.dates) for name, seen in self._seen.items()}

    @property
    def open(self) -> bool:
        """Whether some column has numeric dates, and none of them proves an order so far."""
        return any(seen.tally.order is Order.EITHER for seen in self._seen.values())

    def problems(self, file: str) -> list[Problem]:
        """Columns in which some dates read only as day-month and others only as month-day."""
        return [
            Problem(
                file,
                None,
                f"{name}: some dates have the day first, others the month",
                expected="one order in a column",
                actual=f"{seen.tally.dmy:,} with the day first, {seen.tally.mdy:,} with the month first",
                todo="find out which rows were written by another system or person, and export again",
            )
            for name, seen in self._seen.items()
            if seen.tally.order is Order.CONFLICT
        ]

    @property
    def proved(self) -> DayOrder | None:
        """The day order of the whole file, where its columns prove one and none is left open."""
        orders = {seen.tally.order for seen in self._seen.values()} - {Order.NONE}
        one = orders.pop() if len(orders) == 1 else None
        return DayOrder(one.value) if one in {Order.DMY, Order.MDY, Order.YMD} else None

    def needs(self, told: FileSettings, claim: Claim, sample: Sample) -> list[Need]:
        """The day order where no value proves it, and the zone where no time of a column carries one.

        The order is required where most values of the column hang on it; elsewhere the few are a finding.
        What another column of the sample says is offered as a hint, never used.
        """
        needs = []
        open_ones = [
            (name, seen)
            for name, seen in self._seen.items()
            if seen.tally.order in {Order.EITHER, Order.CONFLICT}
        ]
        if open_ones and told.day_order is None:
            name, seen = open_ones[0]
            hint = order_hint(sample)
            needs.append(
                Need(
                    what="the order of day and month",
                    key="day_order",
                    why=f"{name} ({claim.columns.get(name, name)}): {seen.tally.example or 'its dates'} reads both ways in every row"
                    + (f"; but {hint.header} has {hint.example}" if hint else ""),
                    example=f'day_order = "{hint.order if hint else "dmy"}"',
                    required=seen.numeric * 2 > seen.filled,
                )
            )
        naive, example = next(
            (
                (name, seen.naive_example)
                for name, seen in self._seen.items()
                if seen.timed and seen.timed == seen.naive
            ),
            ("", ""),
        )
        if naive and told.zone is None:
            needs.append(
                Need(
                    what="the time zone of the times in this file",
                    key="zone",
                    why=f"{naive} ({claim.columns.get(naive, naive)}): {example!r} doesn't say where; "
                    "exports are written in the zone of the user who exported",
                    example='zone = "Europe/Berlin"',
                )
            )
        return needs
