"""A whole column of texts to instants. Knows no forms: what a shape means it asks the rules, once a shape.

Every text is grouped by its shape (its bytes, digits as 0). Shapes that many rows share are read with numpy;
everything else, and every row that numpy is not sure of, text by text through the distinct values. Both give
the same (tests/instants/test_vector.py).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trueup.instants.columns import Digits, Flags, Ints, Spots, Times, spots_of, times
from trueup.instants.folding import fold
from trueup.instants.layout import SHAPED, Layout, fraction_precision, unsettled
from trueup.instants.numbers import epoch_of
from trueup.instants.reading import Reading
from trueup.instants.rules import layout_of
from trueup.instants.scalar import MAX_LENGTH, read_instant
from trueup.instants.tables import FOLD, GAP, UNIQUE
from trueup.instants.typed import as_text
from trueup.model.instants import Precision, Unsettled

FEW = 48  # rows of one shape below which numpy costs more than it saves
_SHAPED = np.arange(256, dtype=np.uint8)
_SHAPED[48:58] = 48
_PRECISIONS = list(Precision)
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Converted:
    """A column of instants, row for row: all null where the text is null or blank.

    `at`: timestamp[us], UTC without saying so, null where unsettled. `raw`: string, byte for byte. `precision`:
    string. `offset`: int32, minutes east of UTC. `rule`: string, the rule that applied or, where there is no
    instant, why (a value of `Unsettled`).
    """

    at: pa.Array
    raw: pa.Array
    precision: pa.Array
    offset: pa.Array
    rule: pa.Array


class _Columns:
    """The columns while they are being filled."""

    def __init__(self, rows: int) -> None:
        self.at = np.zeros(rows, np.int64)
        self.settled = np.zeros(rows, np.bool_)
        self.offset = np.zeros(rows, np.int32)
        self.placed = np.zeros(rows, np.bool_)
        self.precision = np.full(rows, -1, np.int8)
        self.rule = np.full(rows, -1, np.int16)
        self.codes: dict[str, int] = {}

    def code(self, rule: str) -> int:
        return self.codes.setdefault(rule, len(self.codes))

    def unsettle(self, rows: Ints, reason: Unsettled, precision: Precision | None) -> None:
        self.rule[rows] = self.code(reason)
        if precision is not None:
            self.precision[rows] = _PRECISIONS.index(precision)

    def settle(self, rows: Ints, at: Ints | int, rule: str, precision: Precision) -> None:
        self.at[rows], self.settled[rows], self.rule[rows] = at, True, self.code(rule)
        self.precision[rows] = _PRECISIONS.index(precision)

    def place(self, rows: Ints, minutes: Ints | int, known: Flags | bool) -> None:
        self.offset[rows], self.placed[rows] = minutes, known

    def converted(self, raw: pa.Array) -> Converted:
        blank = self.rule < 0
        if blank.any():
            raw = pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), raw)
        return Converted(
            at=pa.array(self.at, mask=~self.settled).view(pa.timestamp("us")),
            raw=raw,
            precision=_named(self.precision, [str(precision) for precision in _PRECISIONS]),
            offset=pa.array(self.offset, mask=~self.placed),
            rule=_named(self.rule, list(self.codes)),
        )


@dataclass(frozen=True, slots=True)
class _Octets:
    """The bytes of a column of texts, and where in them each row begins."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int32]


def convert(values: pa.Array | pa.ChunkedArray, how: Reading) -> Converted:
    """The instants of a column of strings, timestamps, dates or numbers; the same as `read_instant` row by row.

    A typed value reads as its ISO 8601 or decimal text, which is its `raw`. TypeError for other types.
    """
    texts = as_text(values)
    columns = _Columns(len(texts))
    _fill(columns, texts, how)
    return columns.converted(texts)


def _fill(columns: _Columns, texts: pa.Array, how: Reading) -> None:
    present = np.flatnonzero(np.asarray(pc.is_valid(texts)))
    if not len(present):
        return
    _, bounds, data = texts.buffers()
    starts = np.frombuffer(bounds, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    octets = _Octets(np.frombuffer(data or b"", np.uint8)[starts[0] : starts[-1]], starts - starts[0])
    shaped = pa.StringArray.from_buffers(
        len(texts), pa.py_buffer(octets.starts), pa.py_buffer(_SHAPED[octets.data])
    ).dictionary_encode()
    shapes, which = shaped.dictionary.to_pylist(), np.asarray(shaped.indices)[present]
    left = [present[:0]]
    for shape, rows in _groups(which, present, len(shapes)):
        left.append(_read_shape(columns, shapes[shape], rows, octets, how))
    remaining = np.concatenate(left)
    if len(remaining):
        _read_one_by_one(columns, texts.take(pa.array(remaining)).dictionary_encode(), remaining, how)


def _groups(which: NDArray[np.int32], rows: Ints, shapes: int) -> list[tuple[int, Ints]]:
    """The rows of each shape, in order."""
    if shapes == 1:
        return [(0, rows)]
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=shapes))
    return [(shape, rows[part]) for shape, part in enumerate(np.split(order, ends[:-1])) if len(part)]


def _read_shape(columns: _Columns, shape: str, rows: Ints, octets: _Octets, how: Reading) -> Ints:
    """Reads what numpy can be sure of; the rows that are left."""
    layout = _layout(shape, how)
    if layout is None:
        return rows
    if layout.unsettled is not None:
        columns.unsettle(rows, layout.unsettled, None)
        return rows[:0]
    if len(rows) < FEW or (how.excel and "whole" in layout.parts):
        return rows
    starts = octets.starts[rows].astype(np.int64)
    steps = np.diff(starts)
    places = [place for place, octet in enumerate(shape.encode()) if octet == 48]
    digits = Digits(octets.data, starts, places, int(steps[0]) if (steps == steps[0]).all() else 0)
    found = times(layout, digits)
    spots = spots_of(layout, found, digits, how.zone) if found is not None else None
    return rows if found is None or spots is None else _write(columns, layout, rows, found, spots)


def _layout(shape: str, how: Reading) -> Layout | None:
    """The layout of all texts of a shape; None for blanks, and for digits that are not in these bytes."""
    if len(shape) > MAX_LENGTH and shape.strip():
        return unsettled(Unsettled.UNPARSEABLE)
    folded = fold(shape)
    if not folded or folded.count("0") != shape.count("0") or folded.translate(SHAPED) != folded:
        return None
    return layout_of(folded, how.order, how.language)


def _write(columns: _Columns, layout: Layout, rows: Ints, found: Times, spots: Spots) -> Ints:
    """Writes the rows that are sure; the rows that are not."""
    unit = epoch_of(layout.width("whole"))
    rule, precision = (unit[0], unit[2]) if unit else (layout.rule, layout.precision)
    if unit and "fraction" in layout.parts:
        precision = fraction_precision(layout.width("fraction"))
    sure = found.sure & spots.sure
    if spots.naive:
        columns.unsettle(rows[sure], Unsettled.NAIVE, precision)
        return rows[~sure]
    for state, reason in ((GAP, Unsettled.GAP), (FOLD, Unsettled.FOLD)):
        odd = sure & (spots.state == state)
        if odd.any():
            columns.unsettle(rows[odd], reason, precision)
    one = sure & (spots.state == UNIQUE)
    where = slice(None) if one.all() else one
    at = (spots.utc * 1_000_000 + found.micro)[where]
    columns.settle(rows[where], at, rule, precision)
    columns.place(
        rows[where],
        (spots.offset[where] + 30) // 60,
        True if spots.known is None else spots.known[where],
    )
    return rows[~sure]


def _read_one_by_one(columns: _Columns, texts: pa.DictionaryArray, rows: Ints, how: Reading) -> None:
    """Reads each distinct text once."""
    read = [read_instant(text, how) for text in texts.dictionary.to_pylist()]
    which = np.asarray(texts.indices)
    groups = (
        _groups(which, rows, len(read))
        if len(read) * 8 < len(rows)
        else zip(which.tolist(), rows[:, None], strict=True)
    )
    for text, where in groups:
        instant = read[text]
        if instant is None:
            continue
        if instant.at is None or instant.precision is None:
            columns.unsettle(where, instant.unsettled or Unsettled.UNPARSEABLE, instant.precision)
            continue
        columns.settle(where, (instant.at - _EPOCH) // _MICROSECOND, instant.rule, instant.precision)
        columns.place(where, instant.offset_minutes or 0, instant.offset_minutes is not None)


def _named(codes: NDArray[np.int16] | NDArray[np.int8], names: list[str]) -> pa.Array:
    """The names that the codes stand for; null for -1."""
    indices = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string())).cast(pa.string())
