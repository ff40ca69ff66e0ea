"""Values of JSON records to columns of text, a column at a time. Knows values, not what a column means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup.reconcile.recognise.headers import kind_of
from trueup.reconcile.recognise.sampling import value_at
from trueup.reconcile.recognise.translating import NESTED, Refused, plain, points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.model.relations import Kind
    from trueup.reconcile.recognise.claim import Claim, Columnwise

Numbered = tuple[int, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Cells:
    """The wanted columns of some records, those left out that have an object where a value is due."""

    lines: pa.Array
    columns: dict[int, pa.Array]
    refused: tuple[Refused, ...]


def cells_of(rows: Sequence[Numbered], wanted: Sequence[int], how: Columnwise, claim: Claim) -> Cells:
    """The wanted columns, by their place among the claim's keys."""
    names = {i: pick.canonical for pick in how.picks for i in pick.sources}
    loose = {index for _, index in how.extras} | how.nested
    records = [record for _, record in rows]
    bad: dict[int, Refused] = {}
    columns: dict[int, pa.Array] = {}
    for index in wanted:
        key, name = claim.keys[index], names.get(index, "")
        values = _values(records, key)
        column, misplaced = _texts(values, name, claim.role, nested=index in loose)
        for place, text in misplaced:
            if place not in bad:
                bad[place] = Refused(rows[place][0], NESTED, f"one value as {name or key}", text[:80])
        columns[index] = column
    lines = pa.array([line for line, _ in rows], pa.int64())
    if bad:
        keep = pa.array([place for place in range(len(rows)) if place not in bad], pa.int64())
        lines = lines.take(keep)
        columns = {index: column.take(keep) for index, column in columns.items()}
    return Cells(lines, columns, tuple(bad.values()))


def joined(some: Sequence[Cells]) -> Cells:
    """The same rows as one."""
    if len(some) == 1:
        return some[0]
    return Cells(
        pa.concat_arrays([cells.lines for cells in some]),
        {index: pa.concat_arrays([cells.columns[index] for cells in some]) for index in some[0].columns},
        tuple(refused for cells in some for refused in cells.refused),
    )


def _values(records: Sequence[Mapping[str, object]], key: str) -> list[object]:
    if "." in key:
        return [value_at(record, key) for record in records]
    return [record.get(key) for record in records]


def _texts(
    values: list[object], name: str, role: str | None, *, nested: bool
) -> tuple[pa.Array, list[tuple[int, str]]]:
    """The values as text, and the places (with what stands there) where an object or list may not stand."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {str}:
        return pa.array(values, pa.string()), []
    if kinds == {int} and (column := _whole_numbers(values)) is not None:
        return column, []
    if len(kinds) == 1 and kinds <= {float, bool}:  # of one type, as 1, 1.0 and true are equal
        texts = {value: plain(value, None)[0] for value in set(values)}
        return pa.array([texts[value] for value in values], pa.string()), []
    kind = kind_of(role, name)
    column, misplaced = [], []
    for place, value in enumerate(values):
        text, fine = _cell(value, kind, scale=name == "points", nested=nested)
        column.append(text)
        if not fine:
            misplaced.append((place, str(text)))
    return pa.array(column, pa.string()), misplaced


def _whole_numbers(values: list[object]) -> pa.Array | None:
    try:
        return pa.array(values, pa.int64()).cast(pa.string())
    except (pa.ArrowInvalid, OverflowError):  # beyond 64 bits
        return None


def _cell(value: object, kind: Kind | None, *, scale: bool, nested: bool) -> tuple[str | None, bool]:
    if scale and (text := points(value)) is not None:
        return text, True
    return plain(value, kind, nested=nested)
