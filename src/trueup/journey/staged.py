"""One file to typed rows on disk, in one pass where one is enough. Knows how its times are read, not what is wrong.

How a column of times is read is decided by the whole column: what is declared, else what its own texts
prove. The first rows are taken at their word; where the whole file then says something else, the file is
read again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup import instants
from trueup.model.settings import FileSettings
from trueup.reconcile import reading, staging
from trueup.reconcile.formats import Problem, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path


class RefusedError(Exception):
    """The logs can't be checked as they are: every reason, each with file, line and what to do."""

    def __init__(self, reasons: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{reason.file}: {reason.what}" for reason in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Ways:
    """How the columns of times of one file are read; `usual` is for columns whose texts decide nothing."""

    usual: instants.Reading
    columns: Mapping[str, instants.Reading]
    conflicts: Mapping[str, instants.Conflict]

    def of(self, column: str) -> instants.Reading:
        """How that column is read."""
        return self.columns.get(column, self.usual)


def ways_of(told: FileSettings, texts: Mapping[str, Sequence[str]]) -> Ways:
    """As declared, else by the order and language that the texts of a column prove."""
    usual = instants.Reading(zone=told.zone, order=told.day_order)
    columns, conflicts = {}, {}
    for name, some in texts.items():
        found = instants.infer_reading(some, usual)
        if isinstance(found, instants.Conflict):
            conflicts[name] = found
        else:
            columns[name] = found
    return Ways(usual, columns, conflicts)


def stage_at_once(identified: reading.Inspection, into: Path, lost: list[Problem]) -> reading.Inspection:
    """Stage an identified file as the Parquet file `into` and answer what it is by all its rows.

    One pass, unless its first rows leave the day order open or the later ones say something else. Where the
    file can't be read to its end the answer says so, and what is staged is of no use.
    """
    told = _told(identified)
    survey = reading.Survey(identified)
    batches = survey.batches()
    first = next(batches, None)
    early = ways_of(told, survey.times.texts)
    if first is not None and not (survey.times.open and told.day_order is None):
        _write(identified, chain((first,), batches), into, early)
    else:
        for _ in batches:
            pass
        early = Ways(early.usual, {}, {})
    whole = survey.inspection()
    if not whole.readable or any(need.required for need in whole.needs):
        return whole  # it will be refused
    late = ways_of(_told(whole), whole.times)
    if first is None or any(early.of(name) != late.of(name) for name in whole.times) or survey.times.open:
        lost += stage_surveyed(whole, into)
    else:
        lost += survey.lost
    return _with_conflicts(whole, late)


def stage_surveyed(whole: reading.Inspection, into: Path) -> list[Problem]:
    """Stage a surveyed file as the Parquet file `into`; answers the rows that can't be used.

    Raises RefusedError where it can't be read (any more).
    """
    lost: list[Problem] = []
    try:
        _write(whole, reading.read(whole, lost), into, ways_of(_told(whole), whole.times))
    except UnreadableFile as error:
        raise RefusedError([error.problem]) from error
    return lost


def _told(one: reading.Inspection) -> FileSettings:
    return one.declared or FileSettings(path=one.file)


def _write(
    one: reading.Inspection, batches: Iterable[reading.CanonicalBatch], into: Path, ways: Ways
) -> None:
    rows = (staging.Batch(batch.lines, batch.columns, batch.extras) for batch in batches)
    staging.stage(str(one.role), one.file, rows, into, _converter(ways))


def _converter(ways: Ways) -> Callable[[str, pa.Array, pa.Array | None], staging.Moments]:
    def convert(column: str, texts: pa.Array, zones: pa.Array | None) -> staging.Moments:
        if zones is not None:
            return _by_zone(texts, zones, ways.of(column))
        return instants.convert(texts, ways.of(column))

    return convert


def _with_conflicts(whole: reading.Inspection, ways: Ways) -> reading.Inspection:
    """The inspection, which also says where no single order reads a column."""
    said = [
        Problem(
            whole.file,
            None,
            f"{name}: no one order of day, month and year reads all its dates, so each that reads in two ways "
            "is left without a time",
            "one order in a column",
            f"{conflict.one!r} and {conflict.other!r}",
            "find out which rows were written by another system or person, and export again",
        )
        for name, conflict in ways.conflicts.items()
        if not any(problem.what.startswith(f"{name}: ") for problem in whole.problems)
    ]
    return replace(whole, problems=(*whole.problems, *said))


_PARTS = {
    "at": pa.timestamp("us"),
    "raw": pa.string(),
    "precision": pa.string(),
    "offset": pa.int32(),
    "rule": pa.string(),
}


def _by_zone(texts: pa.Array, zones: pa.Array, how: instants.Reading) -> staging.Moments:
    """Rows that name their own zone (cycles), each read in it."""
    rows_of: dict[str | None, list[int]] = {}
    for row, zone in enumerate(zones.to_pylist()):
        rows_of.setdefault(zone, []).append(row)
    parts: dict[str, list[object]] = {name: [None] * len(texts) for name in _PARTS}
    for zone, rows in rows_of.items():
        try:
            mine = replace(how, zone=zone or how.zone)
        except ValueError:
            mine = how  # a zone that is none leaves the time naive, which is a finding
        moments = instants.convert(texts.take(pa.array(rows, pa.int64())), mine)
        for name, values in parts.items():
            for row, value in zip(rows, getattr(moments, name).to_pylist(), strict=True):
                values[row] = value
    return instants.Converted(**{name: pa.array(values, _PARTS[name]) for name, values in parts.items()})
