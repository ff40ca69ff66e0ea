"""Typed columns as texts: what a timestamp, date or number of Parquet would be written as. Knows no rules."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from trueup.instants.tables import offset_table
from trueup.instants.zones import zone_named

_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def as_text(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One string array; TypeError naming the type where it can be no time.

    Timestamps become ISO 8601 with as many digits as their unit has, with the offset of their zone where they
    have one; numbers their decimal digits, never an exponent.
    """
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays([as_text(chunk) for chunk in values.chunks] or [pa.array([], pa.string())])
    kind = values.type
    if kinds.is_dictionary(kind):
        return as_text(values.dictionary).take(values.indices)
    if kinds.is_string(kind):
        return values
    if (
        kinds.is_null(kind)
        or kinds.is_large_string(kind)
        or kinds.is_string_view(kind)
        or kinds.is_integer(kind)
    ):
        return values.cast(pa.string())
    if kinds.is_date(kind) or kinds.is_decimal(kind):
        return values.cast(pa.date32() if kinds.is_date(kind) else kind).cast(pa.string())
    if kinds.is_floating(kind):
        return _decimals(values.cast(pa.float64()))
    if kinds.is_timestamp(kind):
        return _timestamps(values)
    raise TypeError(f"a column of {kind} holds no times; expected texts, timestamps, dates or numbers")


def _decimals(values: pa.Array) -> pa.Array:
    """Floats without exponent; nan and infinity as the words that say so."""
    plain = values.cast(pa.string())
    odd = pc.fill_null(pc.match_substring(plain, "e"), False)
    if not pc.any(odd).as_py():
        return plain
    spelled = [np.format_float_positional(value, trim="-") for value in values.filter(odd).to_pylist()]
    return pc.replace_with_mask(plain, odd, pa.array(spelled, pa.string()))


def _timestamps(values: pa.Array) -> pa.Array:
    kind = values.type
    if kind.tz is None:
        return values.cast(pa.string())
    naive = values.cast(pa.int64()).cast(pa.timestamp(kind.unit))
    if kind.tz.upper() in {"UTC", "ETC/UTC", "GMT", "Z"}:
        return pc.binary_join_element_wise(naive.cast(pa.string()), "Z", "")
    offsets = _offsets(values.cast(pa.int64()), kind)
    local = pc.add(values.cast(pa.int64()), pa.array(offsets * _UNITS[kind.unit])).cast(
        pa.timestamp(kind.unit)
    )
    spelled = {offset: _spelled(offset) for offset in np.unique(offsets).tolist()}
    suffix = pa.array([spelled[offset] for offset in offsets.tolist()], pa.string())
    return pc.binary_join_element_wise(local.cast(pa.string()), suffix, "")


def _offsets(values: pa.Array, kind: pa.DataType) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Seconds east of UTC, row by row, of a column that names its zone or a fixed offset."""
    seconds = np.asarray(values.fill_null(0)) // _UNITS[kind.unit]
    if kind.tz[0] in "+-":
        hours, _, minutes = kind.tz[1:].partition(":")
        fixed = (int(hours) * 60 + int(minutes or 0)) * 60
        return np.full(len(seconds), -fixed if kind.tz[0] == "-" else fixed, np.int64)
    return offset_table(zone_named(kind.tz).key).at(seconds)


def _spelled(offset: int) -> str:
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
    seconds = f":{abs(offset) % 60:02}" if offset % 60 else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}{seconds}"
