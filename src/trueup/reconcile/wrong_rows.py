"""The faults that can be corrected, each with the review row it is about and what the LMS says. Knows no value to write.

One expression over the faults that `check` has written, so that there may be more of them than memory holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from trueup.kit.expressions import or_null, yes
from trueup.reconcile.corrections import CORRECTED, EXCESS, FOLLOWS, GOES_WITH_ROW, Wrong

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import ibis.expr.types as ir

IDENTITY = ("TU0101", "TU0102", "TU0103", "TU0104", "TU0105", "TU0106", "TU0107")
_SAYS = {"at": "int64", "precision": "string", "offset": "int64", "score": "float64", "scale": "string"}


def wrong_rows(faults: ibis.Table, reviews: Collection[str], source: ibis.Table | None) -> ibis.Table:
    """(file, line) of the review row with the columns of `Wrong`, for each fault that names such a row.

    `faults` has the fault file's columns and file_row_number, `source` the completions that are asked.
    """
    judged = faults.filter(faults.code.isin([*CORRECTED, *FOLLOWS, *GOES_WITH_ROW]) & (faults.code != EXCESS))
    places = _places(judged, reviews)
    said = places.filter(places.file.notnull())
    said = _with_source(said, source)
    said = said.mutate(twin=yes(said.code == "TU0502") & yes(said.twin_line.notnull()))
    others = said.count().over(ibis.window(group_by=["code", "twin", "person", "course_id"]))
    disputed = faults.filter(faults.code.isin(IDENTITY) & faults.record_id.notnull())
    named = disputed.select(disputed_id=faults.record_id, disputed=ibis.literal(value=True)).distinct()
    said = said.mutate(mutual=yes(said.twin & (others > 1)))
    met = said.left_join(named, said.record_id == named.disputed_id)
    names = (
        "number",
        "code",
        "record_id",
        "field",
        "expected",
        "actual",
        "primary",
        *_SAYS,
        "twin",
        "mutual",
    )
    return met.select("file", "line", *[said[name] for name in names], disputed=yes(named.disputed))


def _places(faults: ibis.Table, reviews: Collection[str]) -> ibis.Table:
    """Each fault with its review row, the LMS row beside it, or the other review row that it repeats."""
    table = faults.mutate(
        number=faults.file_row_number.cast("int64"),
        primary=faults.caused_by.isnull(),
        file_0=faults["where"][0]["file"],
        line_0=faults["where"][0]["line"],
        file_1=faults["where"][1]["file"],
        line_1=faults["where"][1]["line"],
    )
    first, second = yes(table.file_0.isin(list(reviews))), yes(table.file_1.isin(list(reviews)))
    no_file, no_line = or_null("string"), or_null("int64")
    other_row = first & second & ~yes((table.file_0 == table.file_1) & (table.line_0 == table.line_1))
    return table.mutate(
        file=ibis.ifelse(first, table.file_0, ibis.ifelse(second, table.file_1, no_file)),
        line=ibis.ifelse(first, table.line_0, ibis.ifelse(second, table.line_1, no_line)),
        source_file=ibis.ifelse(second & ~first, table.file_0, no_file),
        source_line=ibis.ifelse(second & ~first, table.line_0, no_line),
        twin_line=ibis.ifelse(other_row, table.line_1, no_line),
    )


def _with_source(said: ibis.Table, source: ibis.Table | None) -> ibis.Table:
    if source is None:
        return said.mutate(**{name: or_null(kind) for name, kind in _SAYS.items()})
    asked = source.select(
        asked_file=source.file,
        asked_line=source.line,
        asked_id=source.record_id,
        at=source.completed_at,
        precision=source.completed_at_precision,
        offset=source.completed_at_offset.cast("int64"),
        score=source.score,
        scale=source.scale,
    )
    met = said.left_join(
        asked,
        [
            said.source_file == asked.asked_file,
            said.source_line == asked.asked_line,
            said.record_id == asked.asked_id,
        ],
    )
    return met.select(*[said[name] for name in said.columns], *[asked[name] for name in _SAYS])


def in_lines(rows: ibis.Table, file: str, first: int, last: int) -> ibis.Table:
    """The wrong rows of some lines of a file."""
    condition: ir.Value = (rows.file == file) & (rows.line >= first) & (rows.line <= last)
    return rows.filter(condition)


def wrong_of(row: Mapping[str, object]) -> Wrong:
    """One row of the relation as a value."""
    return Wrong(**{name: row[name] for name in Wrong.__slots__})  # type: ignore[arg-type]  # the relation's columns
