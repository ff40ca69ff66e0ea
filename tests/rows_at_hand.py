"""Canonical rows written by hand, and questions to an engine about them. Knows the relations' columns, no rule."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa

from trueup.kit.engine import Engine
from trueup.model.findings import FAULT_COLUMNS, Facts, Logs
from trueup.model.relations import ROLES
from trueup.model.settings import CheckSettings
from trueup.reconcile.staging import schema_of

Rows = Iterable[Mapping[str, object]]


def at(iso: str) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 text with its offset."""
    moment = datetime.fromisoformat(iso)
    assert moment.tzinfo is not None, f"{iso} names no offset"
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    passed = moment - epoch
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


class Hand:
    """An engine with the means to lay rows before it and to read answers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def relation(self, role: str, rows: Rows) -> ibis.Table:
        """Rows of a role; what a row does not say is null, `file` is the role, `line` counts from 2."""
        said = [{"file": role, "line": line, **row} for line, row in enumerate(rows, 2)]
        return self.table(said, schema_of(ROLES[role]))

    def table(self, rows: Rows, schema: pa.Schema | None = None) -> ibis.Table:
        """Any rows."""
        listed = [dict(row) for row in rows]
        if schema is not None:
            strange = {name for row in listed for name in row} - set(schema.names)
            assert not strange, f"the relation has no {strange}"
        return self.engine.constant(pa.Table.from_pylist(listed, schema=schema), "hand")

    def column(self, says: Callable[[ibis.Table], Any], **columns: Iterable[object] | pa.Array) -> list[Any]:
        """What an expression over some columns gives, row by row, in the order of the rows."""
        given = {name: pa.array(values) for name, values in columns.items()}
        rows = len(next(iter(given.values())))
        table = self.engine.constant(pa.table({**given, "nth": pa.array(range(rows), pa.int64())}), "asked")
        answered = self.engine.fetch(table.select("nth", said=says(table)))
        by_row = dict(zip(answered["nth"].to_pylist(), answered["said"].to_pylist(), strict=True))
        return [by_row[row] for row in range(rows)]

    def rows(self, expression: ibis.Table, *by: str) -> list[dict[str, Any]]:
        """The rows of an expression, in order of some columns (all, where none are named)."""
        listed: list[dict[str, Any]] = self.engine.fetch(expression).to_pylist()
        order = by or tuple(expression.columns)
        return sorted(listed, key=lambda row: [(row[name] is not None, str(row[name])) for name in order])

    def logs(self, roles: Mapping[str, Rows], pairs: ibis.Table | None = None, **said: Any) -> Logs:
        """Logs of these rows for a finding to look at; every column of a role counts as given."""
        tables = {role: self.relation(role, rows) for role, rows in roles.items()}
        return Logs(
            roles=tables,
            given={role: frozenset(ROLES[role].names) for role in roles},
            pairs=self.relation("completions", []) if pairs is None else pairs,
            **{"as_of": at("2026-04-01T00:00:00Z"), "settings": CheckSettings(), "facts": Facts()} | said,
            fetch=lambda expression: self.engine.fetch(expression).to_pylist(),
            constant=self._faults,
        )

    def _faults(self, rows: list[dict[str, object]]) -> ibis.Table | None:
        kinds = {name: pa.int64() if name.endswith("line") else pa.string() for name in FAULT_COLUMNS}
        return self.table(rows, pa.schema(kinds)) if rows else None
