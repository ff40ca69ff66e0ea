"""Parquet, written again with the same schema and types. Knows types, not what a column means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trueup.reconcile.formats.problem import unreadable
from trueup.reconcile.formats.shapes import Columns
from trueup.reconcile.formats.source import Source, whole
from trueup.reconcile.recognise.translating import as_text
from trueup.reconcile.rewriting.rows import Decide, Edit

_CODECS = {"SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD"}


@dataclass(slots=True)
class TypedRows:
    """One batch of a Parquet file."""

    lines: range
    batch: pa.RecordBatch
    texts: dict[int, pa.Array] = field(default_factory=dict)

    @property
    def header(self) -> list[str]:
        """The schema's names."""
        names: list[str] = self.batch.schema.names
        return names

    def cell(self, place: int, column: int) -> str | None:
        """The text of a cell."""
        if column not in self.texts:
            self.texts[column] = as_text(self.batch.column(column))
        value: str | None = self.texts[column][place].as_py()
        return value

    def whole(self, place: int) -> dict[str, str | None]:
        """All cells of a row, by their headers."""
        return {name: self.cell(place, column) for column, name in enumerate(self.batch.schema.names)}

    def slid(self, _place: int) -> bool:
        """Never: each value has its own name or column."""
        return False

    def holds(self, column: int, text: str | None) -> bool:
        """Whether the text is a value of the column's kind."""
        kind = self.batch.schema.field(column)
        if text is None:
            return bool(kind.nullable)
        try:
            typed(text, kind.type)
        except (pa.ArrowException, ValueError, TypeError):
            return False
        return True


def rewrite_parquet(source: Source, table: Columns, into: IO[bytes], decide: Decide) -> None:
    """Write a Parquet file again, with its own compression. Raises UnreadableFile where a page is broken."""
    with whole(source, source.limits.workbook) as file:
        codec = _codec(file)
    with pq.ParquetWriter(into, table.schema, compression=codec) as writer:
        for first, batch in table.batches():
            rows = TypedRows(range(first, first + batch.num_rows), batch)
            writer.write_batch(_edited(batch, decide(rows)))


def _codec(file: IO[bytes]) -> str:
    try:
        metadata = pq.ParquetFile(file).metadata
    except (pa.ArrowException, OSError) as error:
        raise unreadable("", "the Parquet file is broken or cut off") from error
    if not metadata.num_row_groups or not metadata.num_columns:
        return "SNAPPY"
    codec = metadata.row_group(0).column(0).compression
    return codec if codec in _CODECS else "NONE"


def _edited(batch: pa.RecordBatch, edits: Mapping[int, Edit]) -> pa.RecordBatch:
    if not edits:
        return batch
    columns = list(batch.columns)
    for number in sorted({column for edit in edits.values() for column in edit.cells}):
        values = {place: edit.cells[number] for place, edit in edits.items() if number in edit.cells}
        columns[number] = _with(columns[number], values)
    changed = pa.RecordBatch.from_arrays(columns, schema=batch.schema)
    gone = {place for place, edit in edits.items() if edit.removed}
    if not gone:
        return changed
    return changed.filter(pa.array([place not in gone for place in range(batch.num_rows)]))


def _with(column: pa.Array, values: Mapping[int, str | None]) -> pa.Array:
    """The column with some values replaced, in its own type."""
    kind = column.type
    plain = column.dictionary_decode() if pa.types.is_dictionary(kind) else column
    blank = pa.array([place in values and values[place] is None for place in range(len(column))])
    plain = pc.if_else(blank, pa.scalar(None, plain.type), plain)
    said = {place: text for place, text in values.items() if text is not None}
    if said:
        mask = pa.array([place in said for place in range(len(column))])
        new = pa.array([typed(said[place], plain.type) for place in sorted(said)], plain.type)
        plain = pc.replace_with_mask(plain, mask, new)
    return plain.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else plain


def typed(text: str, kind: pa.DataType) -> object:
    """A text as a value of a column's type; ValueError, TypeError or ArrowInvalid where it is none.

    >>> typed("74", pa.int64()), typed("2026-03-06T13:00:13Z", pa.timestamp("us", "UTC")).year
    (74, 2026)
    """
    if pa.types.is_dictionary(kind):
        return typed(text, kind.value_type)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(text)
    if pa.types.is_date(kind):
        return datetime.fromisoformat(text).date()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return text
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_floating(kind):
        return float(text)
    raise TypeError(f"a column of {kind} is not written")
