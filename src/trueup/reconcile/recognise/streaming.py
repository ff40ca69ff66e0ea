"""All rows of a file through its claim, chunk by chunk. Knows the shapes of tables, not what is in them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pyarrow as pa

from trueup.model.relations import Kind
from trueup.reconcile.formats import Columns, Grid, Records, UnreadableFile
from trueup.reconcile.recognise.cells import Cells, Numbered, cells_of, joined
from trueup.reconcile.recognise.claim import Cellwise, Claim, Columnwise, Recordwise, Translation
from trueup.reconcile.recognise.sampling import value_at
from trueup.reconcile.recognise.translating import (
    Translated,
    as_text,
    plain,
    translate_columns,
    translate_rows,
)

CHUNK = 20_000
_AT_ONCE = 4_000  # JSON records held at once: more leave the processor's cache


def stream(table: Grid | Records | Columns, claim: Claim) -> Iterator[Translated]:
    """Every row, translated. Without a translation rows are only counted. Raises UnreadableFile."""
    how = claim.translate
    if isinstance(table, Grid):
        yield from _grid(table, how, claim.role)
    elif isinstance(table, Columns):
        yield from _typed(table, how, claim.role)
    else:
        yield from _records(table, how, claim)


def _counted(n: int) -> Translated:
    return Translated(pa.array([], pa.int64()), {}, {}, n, ())


def _grid(table: Grid, how: Translation | None, role: str | None) -> Iterator[Translated]:
    if isinstance(how, Columnwise):
        for some in table.texts(sorted(_wanted(how))):
            yield translate_columns(how, role, some.lines, some.columns)
        return
    for chunk in table.chunks():
        if isinstance(how, Cellwise):
            yield translate_rows(how, list(zip(chunk.lines, zip(*chunk.columns, strict=True), strict=True)))
        else:
            yield _counted(len(chunk.lines))


def _typed(table: Columns, how: Translation | None, role: str | None) -> Iterator[Translated]:
    for first, batch in table.batches():
        lines = pa.array(np.arange(first, first + batch.num_rows, dtype=np.int64))
        if isinstance(how, Columnwise):
            cells = {i: batch.column(i) for i in _wanted(how)}
            yield translate_columns(how, role, lines, cells)
        elif isinstance(how, Cellwise):
            texts = [as_text(column).to_pylist() for column in batch.columns]
            yield translate_rows(how, list(zip(lines.to_pylist(), zip(*texts, strict=True), strict=True)))
        else:
            yield _counted(batch.num_rows)


def _wanted(how: Columnwise) -> set[int]:
    """The columns that a translation looks at."""
    wanted = {i for pick in how.picks for i in pick.sources} | {verdict.source for verdict in how.verdicts}
    return wanted | set(how.need_any) | {index for _, index in how.extras}


def _records(table: Records, how: Translation | None, claim: Claim) -> Iterator[Translated]:
    if isinstance(how, Columnwise):
        yield from _record_columns(table, how, claim)
        return
    for rows in _some(table, CHUNK):
        if isinstance(how, Recordwise):
            yield translate_rows(how, rows)
        elif isinstance(how, Cellwise):
            cells = [
                (line, tuple(plain(value_at(record, key), Kind.LIST, nested=True)[0] for key in claim.keys))
                for line, record in rows
            ]
            yield translate_rows(how, cells)
        else:
            yield _counted(len(rows))


def _some(table: Records, most: int) -> Iterator[list[Numbered]]:
    """The records, so many at a time. Where the rest can't be read, those before it come first."""
    records = table.records()
    while True:
        rows: list[Numbered] = []
        try:
            rows.extend(islice(records, most))
        except UnreadableFile:
            if rows:
                yield rows
            raise
        if not rows:
            return
        yield rows


def _record_columns(table: Records, how: Columnwise, claim: Claim) -> Iterator[Translated]:
    wanted = sorted(_wanted(how))
    gathered: list[Cells] = []
    first = True
    for rows in _some(table, _AT_ONCE):
        gathered.append(cells_of(rows, wanted, how, claim))
        if first or sum(len(cells.lines) for cells in gathered) >= CHUNK:
            yield _translated(joined(gathered), how, claim)
            gathered, first = [], False
    if gathered:
        yield _translated(joined(gathered), how, claim)


def _translated(cells: Cells, how: Columnwise, claim: Claim) -> Translated:
    done = translate_columns(how, claim.role, cells.lines, cells.columns)
    return replace(done, refused=(*cells.refused, *done.refused))
