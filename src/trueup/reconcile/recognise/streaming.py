"""All rows of a file through its claim, chunk by chunk. Knows the shapes of tables, not what is in them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from trueup.model.relations import Kind
from trueup.reconcile.formats import Columns, Grid, Records
from trueup.reconcile.recognise.claim import Cellwise, Claim, Columnwise, Recordwise, Translation
from trueup.reconcile.recognise.headers import kind_of
from trueup.reconcile.recognise.sampling import value_at
from trueup.reconcile.recognise.translating import (
    NESTED,
    Refused,
    Translated,
    as_text,
    plain,
    points,
    translate_columns,
    translate_rows,
)

CHUNK = 20_000


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
    gathered: list[tuple[int, dict[str, object]]] = []
    for numbered in table.records():
        gathered.append(numbered)
        if len(gathered) == CHUNK:
            yield _some_records(gathered, how, claim)
            gathered = []
    if gathered:
        yield _some_records(gathered, how, claim)


def _some_records(
    rows: list[tuple[int, dict[str, object]]], how: Translation | None, claim: Claim
) -> Translated:
    if isinstance(how, Recordwise):
        return translate_rows(how, rows)
    if isinstance(how, Cellwise):
        cells = [
            (line, tuple(plain(value_at(record, key), Kind.LIST, nested=True)[0] for key in claim.keys))
            for line, record in rows
        ]
        return translate_rows(how, cells)
    if isinstance(how, Columnwise):
        return _record_columns(rows, how, claim)
    return _counted(len(rows))


def _record_columns(rows: list[tuple[int, dict[str, object]]], how: Columnwise, claim: Claim) -> Translated:
    canonical = {i: pick.canonical for pick in how.picks for i in pick.sources}
    loose = {index for _, index in how.extras} | how.nested
    bad: dict[int, Refused] = {}
    cells: dict[int, list[str | None]] = {}
    for index in sorted(_wanted(how)):
        key, name = claim.keys[index], canonical.get(index, "")
        column: list[str | None] = []
        for place, (line, record) in enumerate(rows):
            text, fine = _cell(value_at(record, key), name, claim.role, nested=index in loose)
            if not fine and place not in bad:
                bad[place] = Refused(line, NESTED, f"one value as {name or key}", str(text)[:80])
            column.append(text)
        cells[index] = column
    keep = [place for place in range(len(rows)) if place not in bad]
    lines = pa.array([rows[place][0] for place in keep], pa.int64())
    arrays = {
        index: pa.array([column[place] for place in keep], pa.string()) for index, column in cells.items()
    }
    done = translate_columns(how, claim.role, lines, arrays)
    return Translated(done.lines, done.columns, done.extras, done.used, (*bad.values(), *done.refused))


def _cell(value: Any, name: str, role: str | None, *, nested: bool) -> tuple[str | None, bool]:
    if name == "points" and (text := points(value)) is not None:
        return text, True
    return plain(value, kind_of(role, name), nested=nested)
