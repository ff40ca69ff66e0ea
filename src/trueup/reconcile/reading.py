"""A file to what it is and to its canonical rows. Knows the way through a file, not any system's headers.

`identify` says what a file is by its beginning, `inspect` by all its rows; neither raises for a bad file.
`read` gives its canonical rows; a `Survey` gives them and what they say together, in one pass. Every row
read is either used or reported, each with its line.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from trueup.kit.settings_draft import Asked, Proposed
from trueup.model.settings import CheckSettings, FileSettings
from trueup.reconcile.formats import Columns, Hints, Problem, UnreadableFile, open_table
from trueup.reconcile.inspection import CanonicalBatch, Inspection, Opened
from trueup.reconcile.recognise import recognise
from trueup.reconcile.recognise.claim import Need
from trueup.reconcile.recognise.sampling import sample_of
from trueup.reconcile.recognise.streaming import stream
from trueup.reconcile.survey import Survey, batch_of, lost_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "CanonicalBatch",
    "Inspection",
    "Need",
    "Problem",
    "Survey",
    "identify",
    "inspect",
    "proposed",
    "read",
    "surveyed",
    "told_of",
]


def identify(path: Path, shown_as: str, declared: FileSettings | None = None) -> Inspection:
    """What the file is by its beginning: system, role, columns, how sure, what must be told in any case.

    A `Survey` of it then reads all rows, once. Never raises for a bad file.
    """
    told = declared or FileSettings(path=shown_as)
    try:
        table = open_table(path, Hints(told.encoding, told.delimiter, told.sheet), shown_as)
        sample = sample_of(table)
        claim = recognise(sample, told)
    except UnreadableFile as error:
        return Inspection(
            shown_as, path, "unknown", None, 0, {}, 0.0, (error.problem,), (), readable=False, declared=told
        )
    rows = table.rows if isinstance(table, Columns) else 0
    return Inspection(
        file=shown_as,
        path=path,
        system=claim.system,
        role=claim.role,
        rows=rows,
        columns=dict(claim.columns),
        confidence=claim.confidence,
        problems=(*table.remarks, *claim.problems),
        needs=claim.needs,
        layout=claim.layout,
        used=rows,
        claim=claim,
        declared=told,
        opened=Opened(table, sample),
    )


def inspect(path: Path, shown_as: str, declared: FileSettings | None = None) -> Inspection:
    """What the file is: system, role, columns, how sure, what is wrong, what must be told, by all its rows."""
    identified = identify(path, shown_as, declared)
    return surveyed(identified) if identified.opened is not None else identified


def surveyed(identified: Inspection) -> Inspection:
    """What an identified file is by all its rows."""
    survey = Survey(identified)
    for _ in survey.batches():
        pass
    return survey.inspection()


def read(inspection: Inspection, unusable: list[Problem]) -> Iterator[CanonicalBatch]:
    """The canonical rows of a file; each row that can't be used goes to `unusable`, with its line.

    Raises UnreadableFile where the file can't be read; ValueError where nobody knows its role.
    """
    claim, told = inspection.claim, inspection.declared
    if claim is None or told is None or claim.role is None:
        raise ValueError(f"{inspection.file}: no role is known, so there are no canonical rows")
    table = open_table(inspection.path, Hints(told.encoding, told.delimiter, told.sheet), inspection.file)
    for translated in stream(table, claim):
        unusable += lost_in(inspection.file, translated)
        yield batch_of(claim.role, translated)
    unusable += [problem for problem in table.problems if problem.line is not None]


def told_of(settings: CheckSettings, shown_as: str) -> FileSettings:
    """What is declared for a file: the entries whose path matches, later ones winning, then what holds for all.

    A path is matched as written, and against the file's name alone.
    """
    told = FileSettings(path=shown_as)
    for entry in settings.files:
        if declares(entry, shown_as):
            told = _with(told, entry)
    return replace(told, zone=told.zone or settings.zone, day_order=told.day_order or settings.day_order)


def declares(entry: FileSettings, shown_as: str) -> bool:
    """Whether an entry of the settings is about that file: by its path as it is, or as a pattern.

    >>> declares(FileSettings(path="Q3 [1].csv"), "hr/Q3 [1].csv"), declares(FileSettings(path="*.csv"), "Q3.xlsx")
    (True, False)
    """
    name = shown_as.replace("\\", "/")
    bare = name.rpartition("/")[2]
    as_it_is = entry.path in {name, bare} or name.endswith(f"/{entry.path}")
    return as_it_is or any(
        fnmatch(*pair) for pair in ((name, entry.path), (bare, entry.path), (name, f"*/{entry.path}"))
    )


def proposed(inspection: Inspection) -> Proposed:
    """What `trueup check --init` writes of a file, to be confirmed."""
    return Proposed(
        path=inspection.file,
        role=inspection.role,
        system=inspection.system,
        confidence=inspection.confidence,
        rows=inspection.rows,
        columns=inspection.columns,
        remarks=tuple(_remark(problem) for problem in inspection.problems),
        asked=tuple(
            Asked(need.key, f"{need.what}: {need.why}", need.example, need.required)
            for need in inspection.needs
        ),
    )


def _remark(problem: Problem) -> str:
    return f"{problem.what}: {problem.todo}" if problem.todo else problem.what


def _with(told: FileSettings, entry: FileSettings) -> FileSettings:
    """What an entry declares, over what was declared before; columns and constants are joined."""
    return FileSettings(
        path=told.path,
        role=entry.role or told.role,
        system=entry.system or told.system,
        columns={**told.columns, **entry.columns},
        constants={**told.constants, **entry.constants},
        zone=entry.zone or told.zone,
        day_order=entry.day_order or told.day_order,
        decimal=entry.decimal or told.decimal,
        encoding=entry.encoding or told.encoding,
        delimiter=entry.delimiter or told.delimiter,
        sheet=entry.sheet or told.sheet,
    )
