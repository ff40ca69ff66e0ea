"""From files to typed relations: the first part of `check`. Knows the way of a file, not what is wrong in it.

Every row that is read is either in a relation or in `unreadable`, with its file and line.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003  # a doctest makes one
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup import instants
from trueup.model.answers import InputFile
from trueup.model.relations import NEEDED_ROLES, ROLES
from trueup.reconcile import direct, reading, staging
from trueup.reconcile.formats import Problem, UnreadableFile, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import ibis

    from trueup.kit.engine import Engine
    from trueup.model.settings import CheckSettings, FileSettings

IGNORED = "ignore"  # the role that settings give to a file that is no log
_DATA = re.compile(
    r"\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|xlsx|xlsm|xls|ods|xml|html?)(\.gz)?$|\.gz$", re.IGNORECASE
)
_NO_LOGS = re.compile(r"^(readme|licen[cs]e|changelog|notes)\b|^\.|^truth\.jsonl$", re.IGNORECASE)


class RefusedError(Exception):
    """The logs can't be checked as they are: every reason, each with file, line and what to do."""

    def __init__(self, reasons: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{reason.file}: {reason.what}" for reason in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was read. `given` names, per role, the columns that at least one file has."""

    roles: dict[str, ibis.Table]
    given: dict[str, frozenset[str]]
    inputs: tuple[InputFile, ...]
    unreadable: tuple[Problem, ...]
    notes: tuple[str, ...]
    inspections: tuple[reading.Inspection, ...] = ()


@dataclass(slots=True)
class _Shelf:
    """What one role has gathered so far."""

    relations: list[ibis.Table] = field(default_factory=list)
    staged: list[Path] = field(default_factory=list)
    given: set[str] = field(default_factory=set)


def files_of(directory: Path) -> list[Path]:
    """The data files under a directory, in order of name; settings, notes and hidden files are none."""
    return sorted(
        path
        for path in directory.rglob("*")
        if path.is_file()
        and _DATA.search(path.name)
        and not _NO_LOGS.search(path.name)
        and not any(part.startswith(".") for part in path.relative_to(directory).parts)
    )


def shown_as(path: Path) -> str:
    r"""A file's name as text that can be written anywhere: bytes that are no UTF-8 are spelled out.

    >>> shown_as(Path("p\udcff.csv"))
    'p\\xff.csv'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def inspect_all(
    directory: Path, settings: CheckSettings, tell: Callable[[str], None]
) -> list[reading.Inspection]:
    """What every data file of the directory is; files that the settings ignore are left out."""
    found = []
    for path in files_of(directory):
        shown = shown_as(path.relative_to(directory))
        told = reading.told_of(settings, shown)
        if told.role == IGNORED:
            continue
        tell(f"looking at {shown}")
        found.append(reading.inspect(path, shown, told))
    return found


def gather(
    directory: Path, settings: CheckSettings, engine: Engine, workspace: Path, tell: Callable[[str], None]
) -> Gathered:
    """Read every file of the directory into relations on the engine.

    Raises RefusedError where a file can't be read or told apart, or where a role that is needed is missing.
    """
    inspections = inspect_all(directory, settings, tell)
    _refuse(directory, inspections)
    shelves: dict[str, _Shelf] = {}
    inputs, unreadable = [], []
    for number, one in enumerate(inspections):
        if one.role not in ROLES:
            inputs.append(
                InputFile(one.role or "", one.file, one.rows, sha256_of(one.path), one.system, 0, one.rows)
            )
            continue
        tell(f"reading {one.file}")
        shelf = shelves.setdefault(one.role, _Shelf())
        shelf.given |= set(one.columns) | set(one.declared.constants if one.declared else {})
        lost: list[Problem] = []
        view = direct.relation(engine, one)
        if view is not None:
            shelf.relations.append(view)
        else:
            path = workspace / f"{one.role}-{number}.parquet"
            _stage(one, path, lost)
            shelf.staged.append(path)
        unreadable += lost
        reported = len(lost)
        inputs.append(
            InputFile(
                one.role, one.file, one.rows, sha256_of(one.path), one.system, one.rows - reported, reported
            )
        )
    roles = {name: _relation(engine, shelf) for name, shelf in shelves.items()}
    return Gathered(
        roles,
        {name: frozenset(shelf.given) for name, shelf in shelves.items()},
        tuple(inputs),
        tuple(unreadable),
        tuple(_notes(inspections)),
        tuple(inspections),
    )


def _relation(engine: Engine, shelf: _Shelf) -> ibis.Table:
    parts = list(shelf.relations)
    if shelf.staged:
        parts.append(engine.relation(shelf.staged))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.union(part.select(*whole.columns))
    return whole


def _refuse(directory: Path, inspections: Sequence[reading.Inspection]) -> None:
    reasons: list[Problem] = []
    if not inspections:
        reasons.append(
            Problem(
                str(directory),
                None,
                "there is no data file in this directory",
                "completions, sync log and review records as CSV, JSON, Parquet, Excel or OpenDocument",
                todo="export them into it, or try: trueup sample demo && trueup check demo/logs",
            )
        )
    for one in inspections:
        if not one.readable or one.role is None:
            reasons += _why(one)
        reasons += [
            Problem(
                one.file,
                None,
                f"needs to be told {need.what}: {need.why}",
                todo=f"put into trueup.toml, under this file: {need.example}",
            )
            for need in one.needs
            if need.required and one.role is not None
        ]
    held = {one.role for one in inspections}
    if inspections and not reasons:
        reasons += [
            Problem(
                str(directory),
                None,
                f"no file has the role {role!r}: {ROLES[role].says}",
                f"a file with {_columns(role)}",
                "roles found: " + ", ".join(sorted(str(name) for name in held if name)),
                "add the export, or say in trueup.toml which file it is: trueup check --init DIR",
            )
            for role in NEEDED_ROLES
            if role not in held
        ]
    if reasons:
        raise RefusedError(reasons)


def _columns(role: str) -> str:
    return ", ".join(ROLES[role].required)


def _why(one: reading.Inspection) -> list[Problem]:
    if one.problems:
        return list(one.problems[:3])
    return [
        Problem(
            one.file,
            None,
            "it can't be told what this file is",
            "one of " + ", ".join(ROLES),
            todo='say so in trueup.toml (role = "completions"), or leave it out (role = "ignore")',
        )
    ]


def _notes(inspections: Iterable[reading.Inspection]) -> Iterator[str]:
    """What the reader should know and no row shows: remarks on whole files, and files of one role that differ."""
    by_role: dict[str, list[reading.Inspection]] = {}
    for one in inspections:
        yield from (f"{problem.file}: {problem.what}" for problem in one.problems if problem.line is None)
        if one.role in ROLES:
            by_role.setdefault(str(one.role), []).append(one)
        else:
            yield f"{one.file}: {one.role} are recognised, and not used by check yet"
    for role, files in by_role.items():
        for other in files[1:]:
            apart = set(files[0].columns) ^ set(other.columns)
            if apart:
                yield (
                    f"{files[0].file} and {other.file} are both {role}, but only one of them has: "
                    + ", ".join(sorted(apart))
                )


def _stage(one: reading.Inspection, into: Path, lost: list[Problem]) -> int:
    told = one.declared
    assert told is not None  # noqa: S101  # an inspection with a role has its settings
    ways: dict[str, instants.Reading] = {}

    def convert(column: str, texts: pa.Array, zones: pa.Array | None) -> staging.Moments:
        if column not in ways:
            ways[column] = _reading(told, texts)
        if zones is not None:
            return _by_zone(texts, zones, ways[column])
        return instants.convert(texts, ways[column])

    batches = (staging.Batch(batch.lines, batch.columns, batch.extras) for batch in reading.read(one, lost))
    try:
        return staging.stage(str(one.role), one.file, batches, into, convert)
    except UnreadableFile as error:
        raise RefusedError([error.problem]) from error


def _reading(told: FileSettings, texts: pa.Array) -> instants.Reading:
    """How a column is read: as declared, else by the order that its first rows prove."""
    how = instants.Reading(zone=told.zone, order=told.day_order)
    if not pa.types.is_string(texts.type):
        return how
    inferred = instants.infer_reading(texts.unique().to_pylist(), how)
    return how if isinstance(inferred, instants.Conflict) else inferred


def _by_zone(texts: pa.Array, zones: pa.Array, how: instants.Reading) -> staging.Moments:
    """Rows that name their own zone (cycles), each read in it."""
    from dataclasses import replace  # noqa: PLC0415  # only cycles come this way

    whole = [None] * len(texts)
    parts: dict[str, list[object]] = {
        name: list(whole) for name in ("at", "raw", "precision", "offset", "rule")
    }
    for zone in zones.unique().to_pylist():
        try:
            mine = replace(how, zone=zone or how.zone)
        except ValueError:
            mine = how  # a zone that is none leaves the time naive, which is a finding
        rows = [row for row, named in enumerate(zones.to_pylist()) if named == zone]
        moments = instants.convert(texts.take(pa.array(rows, pa.int64())), mine)
        for name, values in parts.items():
            for row, value in zip(rows, getattr(moments, name).to_pylist(), strict=True):
                values[row] = value
    kinds = {
        "at": pa.timestamp("us"),
        "raw": pa.string(),
        "precision": pa.string(),
        "offset": pa.int32(),
        "rule": pa.string(),
    }
    return instants.Converted(**{name: pa.array(values, kinds[name]) for name, values in parts.items()})
