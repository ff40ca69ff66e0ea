"""How the times of a whole file are written, and what must be told before they can be read. Reads none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from trueup.model.relations import ROLES, Kind
from trueup.model.settings import DayOrder, FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import Claim, Need, Sample
from trueup.reconcile.recognise.evidence import Order, OrderTally, day_order
from trueup.reconcile.recognise.translating import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping


_NUMERIC = r"^\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2}"
_CLOCK = r"\d:\d\d"
_PLACED = r"(?i)(z|utc|gmt|[+-]\d\d:?\d\d|:\d\d(\.\d+)?[+-]\d\d|\]|\s(africa|america|antarctica|asia|atlantic|australia|europe|indian|pacific|us|etc)/[a-z_/]+)\s*$"
_EVENT_TIMES = {"events": ("occurred_at",), "grades": ("graded_at",)}


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


class TimesSeen:
    """Looks at the instant columns of a role, batch by batch."""

    __slots__ = ("_filled", "_naive", "_names", "_numeric", "_orders", "_timed")

    def __init__(self, role: str | None) -> None:
        columns = ROLES[role].columns if role in ROLES else ()
        self._names = tuple(c.name for c in columns if c.kind is Kind.INSTANT) or _EVENT_TIMES.get(
            role or "", ()
        )
        self._orders: dict[str, OrderTally] = {}
        self._numeric: dict[str, int] = {}  # column -> numeric dates in it
        self._filled: dict[str, int] = {}  # column -> values in it
        self._naive: dict[str, str] = {}  # column -> an example
        self._timed: dict[str, list[int]] = {}  # column -> [with a time of day, of these without a place]

    def look_at(self, columns: Mapping[str, pa.Array]) -> None:
        """Count the forms in these rows."""
        for name in self._names:
            column = columns.get(name)
            if column is None or not pa.types.is_string(column.type):
                continue
            numeric = column.filter(pc.match_substring_regex(column, _NUMERIC))
            self._filled[name] = self._filled.get(name, 0) + (
                pc.sum(pc.invert(is_blank(column))).as_py() or 0
            )
            if len(numeric):
                self._numeric[name] = self._numeric.get(name, 0) + len(numeric)
                self._orders.setdefault(name, OrderTally()).add(numeric.unique().to_pylist())
            timed = column.filter(pc.match_substring_regex(column, _CLOCK))
            if len(timed):
                naive = timed.filter(pc.invert(pc.match_substring_regex(timed, _PLACED)))
                count = self._timed.setdefault(name, [0, 0])
                count[0] += len(timed)
                count[1] += len(naive)
                if len(naive):
                    self._naive.setdefault(name, naive[0].as_py().strip())

    def problems(self, file: str) -> list[Problem]:
        """Columns in which some dates read only as day-month and others only as month-day."""
        return [
            Problem(
                file,
                None,
                f"{name}: some dates have the day first, others the month",
                expected="one order in a column",
                actual=f"{tally.dmy} with the day first, {tally.mdy} with the month first",
                todo="find out which rows were written by another system or person, and export again",
            )
            for name, tally in self._orders.items()
            if tally.order is Order.CONFLICT
        ]

    @property
    def proved(self) -> DayOrder | None:
        """The day order of the whole file, where its columns prove one and none is left open."""
        orders = {tally.order for tally in self._orders.values()} - {Order.NONE}
        return DayOrder(orders.pop().value) if orders in ({Order.DMY}, {Order.MDY}) else None

    def needs(self, told: FileSettings, claim: Claim, hint: OrderHint | None = None) -> list[Need]:
        """The day order where no value proves it, and the zone where no time of a column carries one.

        The order is required where most values of the column hang on it; elsewhere the few are a finding.
        `hint` is what another column of the file says; it is offered, never used.
        """
        needs = []
        open_ones = {
            n: tally for n, tally in self._orders.items() if tally.order in {Order.EITHER, Order.CONFLICT}
        }
        if open_ones and told.day_order is None:
            name, tally = next(iter(open_ones.items()))
            needs.append(
                Need(
                    what="the order of day and month",
                    key="day_order",
                    why=f"{name} ({claim.columns.get(name, name)}): {tally.example or 'its dates'} reads both ways in every row"
                    + (f"; but {hint.header} has {hint.example}" if hint else ""),
                    example=f'day_order = "{hint.order if hint else "dmy"}"',
                    required=self._numeric[name] * 2 > self._filled[name],
                )
            )
        naive = next((n for n, (timed, bare) in self._timed.items() if timed == bare), None)
        if naive is not None and told.zone is None:
            needs.append(
                Need(
                    what="the time zone of the times in this file",
                    key="zone",
                    why=f"{naive} ({claim.columns.get(naive, naive)}): {self._naive[naive]!r} doesn't say where; "
                    "exports are written in the zone of the user who exported",
                    example='zone = "Europe/Berlin"',
                )
            )
        return needs
