"""Small ibis expressions that both engines compute alike. Knows no relation and no rule."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

if TYPE_CHECKING:
    from collections.abc import Iterable

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EXACT = 2.0**53  # floats from here on have no neighbours one apart, and may be no integer


def iso(instant: ir.Value) -> ir.Value:
    """Microseconds since 1970 UTC as `2026-03-02T13:00:13Z`."""
    moment = (instant // SECOND).as_timestamp("s")
    return moment.strftime("%Y-%m-%d") + "T" + moment.strftime("%H:%M:%S") + "Z"


def day_of(instant: ir.Value) -> ir.Value:
    """The UTC date of an instant as `2026-03-02`."""
    return (instant // SECOND).as_timestamp("s").strftime("%Y-%m-%d")


def plain_number(value: ir.Value) -> ir.Value:
    """A number as people write it: `75` for 75.0, `62.5`, at most four decimals; beyond 2**53 as the engine does."""
    small = value.abs() < EXACT
    whole = ibis.ifelse(small, value, 0.0).round().cast("int64")
    return ibis.ifelse(small & (value == whole), whole.cast("string"), value.round(4).cast("string"))


def or_null(kind: str) -> ir.Value:
    """A typed null."""
    return ibis.null().cast(kind)


def text(value: str) -> ir.Value:
    """A literal text."""
    return ibis.literal(value, type="string")


def yes(condition: ir.Value) -> ir.Value:
    """The condition, with unknown read as no (SQL's three values made two)."""
    return condition.fill_null(False)


def any_of(conditions: Iterable[ir.Value]) -> ir.Value:
    """Whether at least one holds; unknown counts as no."""
    return reduce(lambda one, other: one | other, [yes(condition) for condition in conditions])


def union(tables: Iterable[ibis.Table]) -> ibis.Table:
    """All rows of all tables; columns as in the first."""
    first, *others = tables
    for other in others:
        first = first.union(other.select(*first.columns))
    return first


def members(table: ibis.Table, column: str, name: str) -> ibis.Table:
    """One row for each non-blank member of a `;` list, in the new column `name`."""
    split = table.filter(table[column].notnull()).mutate(**{name: table[column].split(";").unnest()})
    trimmed = split.mutate(**{name: split[name].strip()})
    return trimmed.filter(trimmed[name] != "")
