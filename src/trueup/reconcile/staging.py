"""Canonical text to typed relations on disk. Knows kinds and Parquet, not systems, times or engines.

How text becomes an instant is the instants room's knowledge: it comes in as a function.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trueup.model.relations import NO_KEY, PERSON_KEYS, ROLES, Kind, Role
from trueup.reconcile import payloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Moments(Protocol):
    """A column of instants, as the instants room answers it."""

    @property
    def at(self) -> pa.Array:
        """timestamp[us], UTC."""

    @property
    def raw(self) -> pa.Array:
        """The texts as given."""

    @property
    def precision(self) -> pa.Array:
        """How closely each says when."""

    @property
    def offset(self) -> pa.Array:
        """Minutes east of UTC."""

    @property
    def rule(self) -> pa.Array:
        """The rule applied, or why none could be."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some canonical rows of one file: what `reading` hands over."""

    lines: pa.Array
    columns: dict[str, pa.Array]
    extras: dict[str, pa.Array]


Convert = "Callable[[str, pa.Array, pa.Array | None], Moments]"  # column, texts, zones -> moments

_KINDS = {
    Kind.TEXT: pa.string(),
    Kind.LIST: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.FLAG: pa.bool_(),
}
_SAID_BY_EXTRAS = (("extras", pa.string()), ("visible_to", pa.string()))
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
_YES = (
    "true",
    "t",
    "yes",
    "y",
    "1",
    "ja",
    "oui",
    "sí",
    "si",
    "sim",
    "tak",
    "ano",
    "是",
    "是的",
    "نعم",
    "on",
    "granted",
)
_NO = ("false", "f", "no", "n", "0", "nein", "non", "não", "nao", "nie", "ne", "否", "لا", "off", "denied")
_VIEWERS = ("visible_to", "viewer_role", "viewer", "role", "audience")


def schema_of(role: Role) -> pa.Schema:
    """The columns of a role's relation on disk (model/relations.py says what each holds)."""
    fields: list[tuple[str, pa.DataType]] = []
    for column in role.columns:
        if column.kind is Kind.INSTANT:
            fields += _instant_fields(column.name)
        else:
            fields.append((column.name, _KINDS[column.kind]))
            if column.kind is Kind.NUMBER:
                fields.append((f"{column.name}_raw", pa.string()))
    if role.name == "sync":
        fields += payloads.SAID
    if role.name == "reviews":
        fields += _SAID_BY_EXTRAS
    return pa.schema([*fields, ("file", pa.string()), ("line", pa.int64())])


def _instant_fields(name: str) -> list[tuple[str, pa.DataType]]:
    return [
        (name, pa.int64()),
        (f"{name}_raw", pa.string()),
        (f"{name}_precision", pa.string()),
        (f"{name}_offset", pa.int32()),
        (f"{name}_rule", pa.string()),
    ]


def stage(
    role_name: str,
    file: str,
    batches: Iterable[Batch],
    into: Path,
    convert: Callable[[str, pa.Array, pa.Array | None], Moments],
) -> int:
    """Write the batches of one file, typed, as the Parquet file `into`; answers how many rows went in.

    `convert(column, texts, zones)` reads a column of instants; `zones` is the row's own zone where the
    role has one (cycles), else None.
    """
    role = ROLES[role_name]
    schema = schema_of(role)
    rows = 0
    with pq.ParquetWriter(into, schema, compression="snappy") as writer:
        for batch in batches:
            table = _typed(role, schema, file, batch, convert)
            writer.write_table(table)
            rows += len(table)
    return rows


def _typed(
    role: Role,
    schema: pa.Schema,
    file: str,
    batch: Batch,
    convert: Callable[[str, pa.Array, pa.Array | None], Moments],
) -> pa.Table:
    n = len(batch.lines)
    typed: dict[str, pa.Array] = {"file": pa.repeat(file, n), "line": batch.lines}
    zones = _text(batch.columns["zone"]) if "zone" in batch.columns and role.name == "cycles" else None
    for column in role.columns:
        given = batch.columns.get(column.name)
        if given is None:
            continue
        if column.kind is Kind.INSTANT:
            typed |= _instant(column.name, given, convert(column.name, given, zones))
        elif column.kind is Kind.NUMBER:
            typed[column.name], typed[f"{column.name}_raw"] = _number(given)
        else:
            typed[column.name] = _key(given) if column.name in PERSON_KEYS else _PLAINLY[column.kind](given)
    if role.name == "policy" and "retention_days" not in batch.columns:
        typed["retention_days"] = _retention(batch)
    if role.name == "sync" and "payload" in typed:
        typed |= payloads.payloads_say(typed["payload"])
    if role.name == "reviews":
        typed |= _extras_say(batch.extras, n)
    arrays = [typed.get(field.name, pa.nulls(n, field.type)) for field in schema]
    return pa.table(
        [array.cast(field.type) for array, field in zip(arrays, schema, strict=True)], schema=schema
    )


def _instant(name: str, given: pa.Array, moments: Moments) -> dict[str, pa.Array]:
    """The five columns of an instant. A column of typed instants was never a text, so that it has no `_raw`."""
    return {
        name: moments.at.cast(pa.int64()),
        f"{name}_raw": pa.nulls(len(given), pa.string()) if is_utc(given.type) else moments.raw,
        f"{name}_precision": moments.precision,
        f"{name}_offset": moments.offset,
        f"{name}_rule": moments.rule,
    }


def is_utc(kind: pa.DataType) -> bool:
    """Whether a column of that type holds instants, which need no reading."""
    return bool(pa.types.is_timestamp(kind)) and kind.tz in {"UTC", "Etc/UTC", "+00:00", "Z"}


def _text(values: pa.Array) -> pa.Array:
    """Trimmed text; blank is null."""
    if not pa.types.is_string(values.type):
        values = values.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _key(values: pa.Array) -> pa.Array:
    """Trimmed text; blank, and an exporter's word for it, is null: nobody's number is NULL."""
    plain = _text(values)
    blank = pc.is_in(pc.utf8_lower(plain), pa.array(NO_KEY))
    return pc.if_else(blank, pa.scalar(None, pa.string()), plain)


def _number(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Numbers, null where the text is none, and the text as given. Not-a-number and infinities are no scores."""
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        numbers = values.cast(pa.float64())
        numbers = pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
        return numbers, values.cast(pa.string())
    raw = _text(values)
    readable = pc.match_substring_regex(raw, _NUMBER)
    numbers = pc.if_else(readable, raw, pa.scalar(None, pa.string())).cast(pa.float64())
    return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64())), raw


def _integer(values: pa.Array) -> pa.Array:
    """Whole numbers (3, 3.0), null where the value is none or is too big to be told from its neighbours."""
    if pa.types.is_signed_integer(values.type):
        return values.cast(pa.int64())
    numbers = _number(values)[0]
    whole = pc.and_(pc.equal(numbers, pc.floor(numbers)), pc.less(pc.abs(numbers), 2.0**53))
    return pc.if_else(whole, numbers, pa.scalar(None, pa.float64())).cast(pa.int64())


def _flag(values: pa.Array) -> pa.Array:
    """True, false, or null where the word is neither."""
    if pa.types.is_boolean(values.type):
        return values
    folded = pc.utf8_lower(_text(values))
    yes = pc.is_in(folded, pa.array(_YES))
    no = pc.is_in(folded, pa.array(_NO))
    return pc.if_else(yes, pa.scalar(True), pc.if_else(no, pa.scalar(False), pa.scalar(None, pa.bool_())))


_PLAINLY = {Kind.TEXT: _text, Kind.LIST: _text, Kind.INTEGER: _integer, Kind.FLAG: _flag}


def _retention(batch: Batch) -> pa.Array:
    """Days of retention that a policy states as a row of its own: field `retention_days`, allowed `365` or `P1Y`."""
    none = [None] * len(batch.lines)
    fields = _text(batch.columns["field"]).to_pylist() if "field" in batch.columns else none
    values = _text(batch.columns["allowed"]).to_pylist() if "allowed" in batch.columns else none
    stated = [
        _days(value) if field and re.search("ret(ention|ain)|keep", field, re.IGNORECASE) else None
        for field, value in zip(fields, values, strict=True)
    ]
    return pa.array(stated, pa.int64())


def _days(text: str | None) -> int | None:
    r"""Whole days of a number or an ISO 8601 duration.

    >>> _days("365"), _days("P1Y"), _days("P6M"), _days("true")
    (365, 365, 182, None)
    """
    match = re.fullmatch(
        r"(?:P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?|(\d{2,7}))", text or ""
    )
    if match is None:
        return None
    years, months, weeks, days, plain = (int(part) if part else 0 for part in match.groups())
    return plain or int(years * 365 + months * 365 / 12 + weeks * 7 + days)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z_]", "", re.sub(r"[\s-]+", "_", name.strip().lower()))


def _extras_say(extras: dict[str, pa.Array], n: int) -> dict[str, pa.Array]:
    """Which other fields each review row carries, and for whom it is shown where it says so."""
    if not extras:
        return {}
    filled: list[list[str]] = [[] for _ in range(n)]
    said: dict[str, pa.Array] = {}
    for name, values in extras.items():
        text = _text(values)
        if _plain(name) in _VIEWERS:
            said["visible_to"] = text
            continue
        plain = name.strip().replace(";", ",")
        for row in pc.indices_nonzero(pc.is_valid(text)).to_pylist():
            filled[row].append(plain)
    said["extras"] = pa.array([";".join(names) if names else None for names in filled], pa.string())
    return said
