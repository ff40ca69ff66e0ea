"""From files to typed relations: the first part of `check`. Knows the way of a file, not what is wrong in it.

Every row that is read is either in a relation or in `unreadable`, with its file and line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trueup.journey.directory import Directory, look_into, shown_as
from trueup.journey.parts import compared
from trueup.journey.staged import RefusedError, stage_at_once
from trueup.model.answers import InputFile
from trueup.model.relations import NEEDED_ROLES, ROLES
from trueup.reconcile import direct, reading
from trueup.reconcile.formats import Problem, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import ibis

    from trueup.kit.engine import Engine
    from trueup.model.settings import CheckSettings

__all__ = ["Gathered", "RefusedError", "gather", "inspect_all"]

IGNORED = "ignore"  # the role that settings give to a file that is no log


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


def inspect_all(
    directory: Path, settings: CheckSettings, tell: Callable[[str], None]
) -> list[reading.Inspection]:
    """What every data file of the directory is; files that the settings ignore are left out.

    Raises RefusedError where a directory can't be looked into.
    """
    found = look_into(directory)
    if found.closed:
        raise RefusedError(found.closed)
    return [
        reading.surveyed(one) if one.opened is not None else one
        for one in _identified(directory, found, settings, tell)
    ]


def _identified(
    directory: Path, found: Directory, settings: CheckSettings, tell: Callable[[str], None]
) -> Iterator[reading.Inspection]:
    """What every data file is by its beginning."""
    for path in found.logs:
        shown = shown_as(path.relative_to(directory))
        told = reading.told_of(settings, shown)
        if told.role != IGNORED:
            tell(f"looking at {shown}")
            yield reading.identify(path, shown, told)


def gather(
    directory: Path, settings: CheckSettings, engine: Engine, workspace: Path, tell: Callable[[str], None]
) -> Gathered:
    """Read every file of the directory into relations on the engine, each once.

    Raises RefusedError where a file can't be read or told apart, or where a role that is needed is missing.
    """
    found = look_into(directory)
    if found.closed:
        raise RefusedError(found.closed)
    identified = list(_identified(directory, found, settings, tell))
    if _reasons(directory, identified):
        _refuse(directory, [reading.surveyed(one) if one.opened is not None else one for one in identified])
    shelves: dict[str, _Shelf] = {}
    inputs: list[InputFile] = []
    unreadable: list[Problem] = []
    for number, beginning in enumerate(identified):
        tell(f"reading {beginning.file}")
        path = workspace / f"{beginning.role}-{number}.parquet"
        one = _shelved(beginning, shelves, engine, path, unreadable)
        identified[number] = one  # what is open is let go
        used = one.used if one.role in ROLES else 0
        inputs.append(
            InputFile(
                one.role or "", one.file, one.rows, sha256_of(one.path), one.system, used, one.rows - used
            )
        )
    _refuse(directory, identified)
    if empty := _empty(inputs):
        raise RefusedError(empty)
    roles = {name: _relation(engine, shelf) for name, shelf in shelves.items()}
    roles, steps = compared(roles, identified, engine)
    return Gathered(
        roles,
        {name: frozenset(shelf.given) for name, shelf in shelves.items()},
        tuple(inputs),
        tuple(unreadable),
        (
            *found.notes,
            *_unmatched(found, directory, settings),
            *_notes(identified),
            *steps,
            *_strangers(roles, identified, engine),
        ),
        tuple(identified),
    )


def _shelved(
    identified: reading.Inspection,
    shelves: dict[str, _Shelf],
    engine: Engine,
    into: Path,
    unreadable: list[Problem],
) -> reading.Inspection:
    """Put the rows of one file with those of its role; answers what the file is by all its rows."""
    role = identified.role
    if role not in ROLES:
        return reading.surveyed(identified)
    shelf = shelves.setdefault(role, _Shelf())
    shelf.given |= set(identified.columns)
    shelf.given |= set(identified.declared.constants if identified.declared else {})
    view = direct.relation(engine, identified)
    if view is not None:
        shelf.relations.append(view)
        return replace(identified, opened=None)
    shelf.staged.append(into)
    return stage_at_once(identified, into, unreadable)


def _relation(engine: Engine, shelf: _Shelf) -> ibis.Table:
    parts = list(shelf.relations)
    if shelf.staged:
        parts.append(engine.relation(shelf.staged))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.union(part.select(*whole.columns))
    return whole


def _refuse(directory: Path, inspections: Sequence[reading.Inspection]) -> None:
    reasons = _reasons(directory, inspections)
    if reasons:
        raise RefusedError(reasons)


def _empty(inputs: Sequence[InputFile]) -> list[Problem]:
    """The files of a role that is needed and has no row at all: an export that went wrong must not look healthy."""
    rows = {role: sum(one.rows for one in inputs if one.role == role) for role in NEEDED_ROLES}
    return [
        Problem(
            one.file,
            1,
            "the file holds a header and no rows",
            f"at least one row: {ROLES[one.role].says}",
            "headers only",
            "export it again: the filter, the period or the rights of the export may be too narrow",
        )
        for one in inputs
        if one.role in rows and not rows[one.role]
    ]


def _reasons(directory: Path, inspections: Sequence[reading.Inspection]) -> list[Problem]:
    """Why the files can't be checked as they are."""
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
            Problem(one.file, None, f"needs to be told {need.what}: {need.why}", todo=need.todo)
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
    return reasons


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


def _strangers(
    roles: dict[str, ibis.Table], inspections: Sequence[reading.Inspection], engine: Engine
) -> Iterator[str]:
    """Record ids that were made here for want of any, none of which the sync log has: then it can't be matched."""
    made = [one.file for one in inspections if one.role == "completions" and "record_id" not in one.columns]
    completions, sync = roles["completions"], roles["sync"]
    if not made or engine.fetch(sync.semi_join(completions, "record_id").limit(1)).num_rows:
        return
    if engine.fetch(sync.filter(sync.record_id.notnull()).select("record_id").limit(1)).num_rows:
        yield (
            f"{', '.join(made)}: the export has no record ids, and none of those that were made for it is in the sync"
            " log. So attempts are not told apart from records never tried: what stands under TU0301 may have been"
            " sent and refused. If a column holds the ids that the sync log uses, name it: columns.record_id"
        )


def _unmatched(found: Directory, directory: Path, settings: CheckSettings) -> Iterator[str]:
    """What is declared for files that are not there: a name that is misspelt must not go unseen."""
    names = [shown_as(path.relative_to(directory)) for path in found.logs]
    for entry in settings.files:
        if not any(reading.declares(entry, name) for name in names):
            yield f"trueup.toml: no file matches path = {entry.path!r}, so what it declares is not used"


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
