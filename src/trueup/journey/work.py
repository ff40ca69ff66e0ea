"""What the steps of `check` hand to one another while relations are derived. Knows no rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.model.findings import Facts

if TYPE_CHECKING:
    import ibis

    from trueup.kit.engine import Engine
    from trueup.model.settings import CheckSettings

Row = dict[str, object]


@dataclass(slots=True)
class Work:
    """The engine, what was given, and what has been found out so far."""

    engine: Engine
    roles: dict[str, ibis.Table]
    given: dict[str, frozenset[str]]
    settings: CheckSettings
    facts: Facts = field(default_factory=Facts)
    kept: dict[str, ibis.Table] = field(default_factory=dict)

    def rows(self, expression: ibis.Table) -> list[Row]:
        """The rows of a small expression."""
        rows: list[Row] = self.engine.fetch(expression).to_pylist()
        return rows

    def one(self, expression: ibis.Table) -> Row:
        """The only row of an expression."""
        return self.rows(expression)[0]

    def has(self, role: str, *columns: str) -> bool:
        """Whether the role was given, with all of these columns."""
        return role in self.roles and set(columns) <= self.given.get(role, frozenset())


def whole(value: object) -> int:
    """A count as the engine gives it: null is none."""
    return int(str(value or 0))


def with_columns(table: ibis.Table, other: ibis.Table, key: str, columns: tuple[str, ...]) -> ibis.Table:
    """The table with some columns of another one, where there is a match of one column."""
    met = table.left_join(other, table[key] == other[key])
    return met.select(*[table[name] for name in table.columns], **{name: other[name] for name in columns})
