"""Parquet to batches of typed columns. Knows rows and batches, not what a column means."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from trueup.reconcile.formats.problem import unreadable
from trueup.reconcile.formats.shapes import CHUNK_ROWS, Columns
from trueup.reconcile.formats.source import Source, whole


def open_parquet(source: Source) -> Columns:
    """The columns of a Parquet file; UnreadableFile where its footer or, while reading, a page is broken."""
    with whole(source, source.limits.workbook) as file, _translated(source):
        table = pq.ParquetFile(file)
        schema, rows = table.schema_arrow, table.metadata.num_rows
    return Columns(source.shown, schema, rows, lambda: _batches(source))


def _batches(source: Source) -> Iterator[tuple[int, pa.RecordBatch]]:
    with whole(source, source.limits.workbook) as file:
        with _translated(source):
            batches = pq.ParquetFile(file).iter_batches(batch_size=CHUNK_ROWS)
        first = 1
        while True:
            with _translated(source):
                batch = next(batches, None)
            if batch is None:
                return
            yield first, batch
            first += batch.num_rows


@contextmanager
def _translated(source: Source) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise unreadable(
            source.shown,
            "the Parquet file is broken or cut off",
            "a footer and pages that match",
            type(error).__name__,
            "Copy or export it again.",
        ) from error
