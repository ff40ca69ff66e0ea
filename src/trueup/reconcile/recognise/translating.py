"""Rows to canonical columns, as a claim says. Knows arrays and verdicts, not systems, files or formats."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from trueup.model.relations import Kind
from trueup.reconcile.recognise.claim import (
    NOTHING,
    CanonicalRow,
    Cellwise,
    Columnwise,
    Emitted,
    Pick,
    Recordwise,
)
from trueup.reconcile.recognise.headers import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NESTED = "nested JSON where a value is due"


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that can't be used, and why."""

    line: int
    reason: str
    expected: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class Translated:
    """Canonical columns of some rows; `used` of the rows read went in or hold nothing, the others are refused."""

    lines: pa.Array
    columns: dict[str, pa.Array]
    extras: dict[str, pa.Array]
    used: int
    refused: tuple[Refused, ...]
    notes: tuple[tuple[int, str], ...] = ()  # line, what is worth saying of a row that was used


def translate_columns(
    how: Columnwise, role: str | None, lines: pa.Array, cells: Mapping[int, pa.Array]
) -> Translated:
    """Pick, clean and judge whole columns. `cells` holds every column that `how` names, by its position."""
    n = len(lines)
    reasons = _reasons(how, n, cells)
    columns = {pick.canonical: _picked(pick, role, n, cells) for pick in how.picks}
    for name, value in how.constants.items():
        given = columns.get(name)
        columns[name] = pa.repeat(pa.scalar(value), n) if given is None else _filled(given, value)
    if how.record_key and "record_id" not in columns:
        columns["record_id"] = record_ids([_key_part(part, columns, n) for part in how.record_key], n)
    extras = {header: as_text(cells[index]) for header, index in how.extras if index in cells}
    use = pc.is_null(reasons)
    refused = _refused(how, lines, cells, reasons)
    if not pc.all(use, min_count=0).as_py():
        columns = {name: column.filter(use) for name, column in columns.items()}
        extras = {name: column.filter(use) for name, column in extras.items()}
        lines = lines.filter(use)
    return Translated(lines, columns, extras, n - len(refused), refused)


def record_ids(parts: Sequence[pa.Array], n: int) -> pa.Array:
    """An id made of what identifies the record: the same row gives the same id in every export."""
    if not parts:
        return pa.nulls(n, pa.string())
    texts = [pc.utf8_trim_whitespace(pc.fill_null(as_text(part), "")) for part in parts]
    return pc.binary_join_element_wise(*texts, "|")


def _key_part(part: str, columns: Mapping[str, pa.Array], n: int) -> pa.Array:
    """One part of a record id: a column, or the first of several ("a/b") that is not blank."""
    found: pa.Array = pa.nulls(n, pa.string())
    for name in part.split("/"):
        if name in columns:
            text = as_text(columns[name])
            found = pc.coalesce(found, pc.if_else(is_blank(text), pa.scalar(None, pa.string()), text))
    return found


def _reasons(how: Columnwise, n: int, cells: Mapping[int, pa.Array]) -> pa.Array:
    reasons = pa.nulls(n, pa.string())
    if how.need_any:
        empty = pa.repeat(pa.scalar(value=True), n)
        for index in how.need_any:
            empty = pc.and_(empty, is_blank(as_text(cells[index])))
        reasons = pc.if_else(empty, pa.scalar(how.need_any_says), reasons)
    for verdict in how.verdicts:
        reasons = pc.coalesce(
            reasons, _mapped(as_text(cells[verdict.source]), verdict.judge, judges_null=True)
        )
    return reasons


def _refused(
    how: Columnwise, lines: pa.Array, cells: Mapping[int, pa.Array], reasons: pa.Array
) -> tuple[Refused, ...]:
    against = pc.and_(pc.is_valid(reasons), pc.not_equal(reasons, NOTHING))
    places = pc.indices_nonzero(pc.fill_null(against, fill_value=False)).to_pylist()
    refused = []
    for place in places:
        reason = reasons[place].as_py()
        expected = actual = ""
        for verdict in how.verdicts:
            cell = as_text(cells[verdict.source].slice(place, 1))[0].as_py()
            if verdict.judge(cell) == reason:
                expected, actual = verdict.expected, cell or ""
                break
        refused.append(Refused(lines[place].as_py(), reason, expected, actual))
    return tuple(refused)


def _picked(pick: Pick, role: str | None, n: int, cells: Mapping[int, pa.Array]) -> pa.Array:
    column = cells[pick.sources[0]]
    for other in pick.sources[1:]:
        column, spare = as_text(column), as_text(cells[other])
        column = pc.if_else(is_blank(column), spare, column)
    if pick.clean is not None and not _typed(column):
        return _mapped(as_text(column), pick.clean)
    texts = kind_of(role, pick.canonical) in {Kind.TEXT, Kind.LIST, None} or not n or _textual(column.type)
    return as_text(column) if texts else column


def _textual(kind: pa.DataType) -> bool:
    """Whether a column holds texts in one of Arrow's several ways, or nothing at all."""
    if pa.types.is_dictionary(kind):
        return _textual(kind.value_type)
    return bool(pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind))


def _typed(column: pa.Array) -> bool:
    kind = column.type
    return bool(pa.types.is_boolean(kind) or pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _filled(column: pa.Array, value: str) -> pa.Array:
    text = as_text(column)
    return pc.if_else(is_blank(text), pa.scalar(value), text)


def _mapped(column: pa.Array, clean: Callable[[Any], str | None], *, judges_null: bool = False) -> pa.Array:
    """Apply a function of one text to a column, once for each different text."""
    coded = column.dictionary_encode()
    answers = pa.array([clean(text) for text in coded.dictionary.to_pylist()], pa.string())
    mapped = answers.take(coded.indices)
    if judges_null:
        mapped = pc.if_else(pc.is_null(column), pa.scalar(clean(None), pa.string()), mapped)
    return mapped


def is_blank(column: pa.Array) -> pa.Array:
    """Whether each text is null, empty or blanks."""
    return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), fill_value=True)


def as_text(column: pa.Array) -> pa.Array:
    """A column as text: whole floats without ".0", lists of plain values joined by ";", objects as JSON."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_nested(kind):
        return pa.array(
            [plain(value, Kind.LIST, nested=True)[0] for value in column.to_pylist()], pa.string()
        )
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([None if value is None else value.hex() for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _floats(column: pa.Array) -> pa.Array:
    """A column of whole numbers that became floats because some are missing is written as whole numbers."""
    known = column.drop_null()
    if (
        len(known)
        and pc.all(pc.equal(known, pc.floor(known))).as_py()
        and pc.all(pc.is_finite(known)).as_py()
    ):
        return column.cast(pa.int64(), safe=False).cast(pa.string())
    return column.cast(pa.string())


def plain(value: object, kind: Kind | None, *, nested: bool = False) -> tuple[str | None, bool]:
    """A JSON value as the text of a cell, and whether it may stand there.

    An array of plain values is a list column's text; an object or array anywhere else is kept as JSON
    only where `nested` allows it.
    """
    if value is None or isinstance(value, str):
        return value, True
    if isinstance(value, bool):
        return str(value).lower(), True
    if isinstance(value, (int, float)):
        return (
            repr(int(value))
            if isinstance(value, float) and value.is_integer() and abs(value) < 1e15
            else repr(value)
        ), True
    if (
        kind is Kind.LIST
        and isinstance(value, (list, tuple))
        and all(not isinstance(item, (dict, list)) for item in value)
    ):
        return ";".join(plain(item, None)[0] or "" for item in value), True
    return _as_json(value), nested


def _as_json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError):  # such as a number beyond 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def points(value: object) -> str | None:
    """The points of a scale given as a JSON object: {"1": 0, "2": 25} is "1=0;2=25"; None for anything else."""
    if not isinstance(value, dict) or not value:
        return None
    parts = [(str(key), plain(score, None)) for key, score in value.items()]
    return (
        ";".join(f"{key}={text}" for key, (text, _) in parts) if all(fine for _, (_, fine) in parts) else None
    )


def translate_rows(how: Cellwise | Recordwise, rows: Sequence[tuple[int, Any]]) -> Translated:
    """Translate one row after the other: each (line, cells or record) gives any number of canonical rows."""
    lines: list[int] = []
    out: list[CanonicalRow] = []
    refused: list[Refused] = []
    notes: list[tuple[int, str]] = []
    for line, row in rows:
        emitted: Emitted = how.translate(row)
        notes += [(line, note) for note in emitted.notes]
        if emitted.reason:
            refused.append(Refused(line, emitted.reason, emitted.expected, emitted.actual))
            continue
        out += emitted.rows
        lines += [line] * len(emitted.rows)
    names = list(dict.fromkeys(name for row in out for name in row))
    columns = {name: pa.array([row.get(name) for row in out], pa.string()) for name in names}
    return Translated(
        pa.array(lines, pa.int64()), columns, {}, len(rows) - len(refused), tuple(refused), tuple(notes)
    )
