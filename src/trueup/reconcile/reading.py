"""A file to what it is and to its canonical rows. Knows the way through a file, not any system's headers.

`inspect` says what a file is and never raises for a bad one; `read` gives its canonical rows. Every
row read is either used or reported, each with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from trueup.kit.settings import Asked, Proposed
from trueup.model.relations import ROLES
from trueup.model.settings import CheckSettings, FileSettings
from trueup.reconcile.formats import Columns, Grid, Hints, Problem, Records, UnreadableFile, open_table
from trueup.reconcile.recognise import recognise
from trueup.reconcile.recognise.claim import Claim, Need
from trueup.reconcile.recognise.sampling import sample_of
from trueup.reconcile.recognise.streaming import stream
from trueup.reconcile.recognise.times import OrderHint, TimesSeen, order_hint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from trueup.reconcile.recognise.translating import Translated

__all__ = ["CanonicalBatch", "Inspection", "Need", "Problem", "inspect", "proposed", "read", "told_of"]

_EVERY_ROW = 200_000  # of a Parquet file, no more rows than these are looked at for how times are written


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, as far as it can be told.

    `rows` counts all rows, the unusable ones too: rows = used + reported. `readable` is False where the
    file (or its rest) can't be read at all; such a file has no role. `confidence` is 0..1.
    """

    file: str
    path: Path
    system: str
    role: str | None
    rows: int
    columns: dict[str, str]
    confidence: float
    problems: tuple[Problem, ...]
    needs: tuple[Need, ...]
    layout: str = ""
    used: int = 0
    reported: int = 0
    readable: bool = True
    claim: Claim | None = None
    declared: FileSettings | None = (
        None  # what was declared, and the day order where the whole file proves one
    )

    @property
    def usable(self) -> bool:
        """Whether `read` can give canonical rows of a role that `check` knows, with nothing left to be told."""
        return self.readable and self.role in ROLES and not any(need.required for need in self.needs)


@dataclass(frozen=True, slots=True)
class CanonicalBatch:
    """Some canonical rows: text columns, or already typed ones from Parquet; a missing column is absent.

    `extras` (reviews only): whatever else was transferred, by its own header, as text. `used` counts the
    rows of the file that these rows come from, or that were understood and hold nothing for the role.
    """

    role: str
    lines: pa.Array
    columns: dict[str, pa.Array]
    extras: dict[str, pa.Array]
    used: int


def inspect(path: Path, shown_as: str, declared: FileSettings | None = None) -> Inspection:
    """What the file is: system, role, columns, how sure, what is wrong, what must be told."""
    told = declared or FileSettings(path=shown_as)
    try:
        table = open_table(path, Hints(told.encoding, told.delimiter, told.sheet), shown_as)
        sample = sample_of(table)
        claim = recognise(sample, told)
        return _surveyed(path, shown_as, told, table, claim, hint=order_hint(sample))
    except UnreadableFile as error:
        return Inspection(
            shown_as, path, "unknown", None, 0, {}, 0.0, (error.problem,), (), readable=False, declared=told
        )


def _surveyed(
    path: Path,
    shown_as: str,
    told: FileSettings,
    table: Grid | Records | Columns,
    claim: Claim,
    *,
    hint: OrderHint | None,
) -> Inspection:
    times = TimesSeen(claim.role)
    used = reported = looked_at = 0
    reasons: dict[str, list[int]] = {}
    notes: dict[str, list[int]] = {}
    broken: list[Problem] = []
    try:
        for translated in stream(table, claim, told):
            used += translated.used
            reported += len(translated.refused)
            for refused in translated.refused:
                reasons.setdefault(refused.reason, []).append(refused.line)
            for line, note in translated.notes:
                notes.setdefault(note, []).append(line)
            if not isinstance(table, Columns) or looked_at < _EVERY_ROW:
                times.look_at(translated.columns)
            looked_at += len(translated.lines)
    except UnreadableFile as error:
        broken.append(error.problem)
    lost = [problem for problem in table.problems if problem.line is not None]
    remarks = [problem for problem in table.problems if problem.line is None]
    rows = used + reported + len(lost)
    problems = [
        *broken,
        *remarks,
        *claim.problems,
        *_summed(shown_as, reasons),
        *_noted(shown_as, notes),
        *lost[:20],
        *_nothing_in_it(shown_as, rows, claim),
    ]
    problems += times.problems(shown_as)
    return Inspection(
        file=shown_as,
        path=path,
        system=claim.system,
        role=None if broken else claim.role,
        rows=rows,
        columns=dict(claim.columns),
        confidence=0.0 if broken else claim.confidence,
        problems=tuple(problems),
        needs=(*claim.needs, *times.needs(told, claim, hint)),
        layout=claim.layout,
        used=used,
        reported=reported + len(lost),
        readable=not broken,
        claim=claim,
        declared=replace(told, day_order=told.day_order or times.proved),
    )


def _summed(file: str, reasons: dict[str, list[int]]) -> list[Problem]:
    """One problem for each reason why rows can't be used, with the first line."""
    return [
        Problem(
            file,
            lines[0],
            f"{len(lines):,} row{'s' if len(lines) > 1 else ''} can't be used: {reason} (first: line {lines[0]})",
        )
        for reason, lines in reasons.items()
    ]


def _noted(file: str, notes: dict[str, list[int]]) -> list[Problem]:
    return [Problem(file, lines[0], f"{note} ({len(lines):,} times)") for note, lines in notes.items()]


def _nothing_in_it(file: str, rows: int, claim: Claim) -> list[Problem]:
    if rows or claim.role is None:
        return []
    return [
        Problem(
            file,
            None,
            "the file holds no rows: that is not the same as nobody being there",
            expected="at least one row",
            actual="headers only",
            todo="export again if rows were expected; it may be an import template",
        )
    ]


def read(inspection: Inspection, unusable: list[Problem]) -> Iterator[CanonicalBatch]:
    """The canonical rows of a file; each row that can't be used goes to `unusable`, with its line.

    Raises UnreadableFile where the file can't be read; ValueError where nobody knows its role.
    """
    claim, told = inspection.claim, inspection.declared
    if claim is None or told is None or claim.role is None:
        raise ValueError(f"{inspection.file}: no role is known, so there are no canonical rows")
    table = open_table(inspection.path, Hints(told.encoding, told.delimiter, told.sheet), inspection.file)
    for translated in stream(table, claim, told):
        unusable += [
            Problem(inspection.file, refused.line, refused.reason, refused.expected, refused.actual)
            for refused in translated.refused
        ]
        yield _batch(claim.role, translated)
    unusable += [problem for problem in table.problems if problem.line is not None]


def _batch(role: str, translated: Translated) -> CanonicalBatch:
    return CanonicalBatch(role, translated.lines, translated.columns, translated.extras, translated.used)


def told_of(settings: CheckSettings, shown_as: str) -> FileSettings:
    """What is declared for a file: the entries whose path matches, later ones winning, then what holds for all.

    A path is matched as written, and against the file's name alone.
    """
    told = FileSettings(path=shown_as)
    for entry in settings.files:
        name = shown_as.replace("\\", "/")
        if (
            fnmatch(name, entry.path)
            or fnmatch(name.rpartition("/")[2], entry.path)
            or fnmatch(name, f"*/{entry.path}")
        ):
            told = _with(told, entry)
    return replace(told, zone=told.zone or settings.zone, day_order=told.day_order or settings.day_order)


def proposed(inspection: Inspection) -> Proposed:
    """What `trueup check --init` writes of a file, to be confirmed."""
    return Proposed(
        path=inspection.file,
        role=inspection.role,
        system=inspection.system,
        confidence=inspection.confidence,
        rows=inspection.rows,
        columns=inspection.columns,
        remarks=tuple(
            problem.what for problem in inspection.problems if problem.line is None or inspection.role is None
        ),
        asked=tuple(
            Asked(need.key, f"{need.what}: {need.why}", need.example, need.required)
            for need in inspection.needs
        ),
    )


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
