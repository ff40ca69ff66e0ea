"""The leg from files to enrolled entries: rosters are people, account lists are accounts. Knows no format and no table."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.journey.enrol import enrol_within
from trueup.journey.people_files import read_accounts, read_people, role_of
from trueup.journey.staged import RefusedError
from trueup.kit.engine import DuckDB
from trueup.model.people import Kind, Role, RosterEntry
from trueup.reconcile.formats import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    import pyarrow as pa

    from trueup.journey.arrive import Shelf
    from trueup.journey.enrol import Enrolled

_LISTS = {
    Kind.FORMER_NUMBER: "former_numbers",
    Kind.ALIAS: "aliases",
    Kind.FORMER_LAST_NAME: "former_last_names",
}
_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Read:
    """The entries of a file, by who issued them (a roster's name, or the issuer of its accounts)."""

    role: Role
    entries: Mapping[str, tuple[RosterEntry, ...]]
    unusable: tuple[Problem, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many entries there are."""
        return sum(map(len, self.entries.values()))


def read_roster(
    path: Path,
    *,
    source: str | None,
    role: Role | None,
    columns: Mapping[str, str],
    memory: int,
    tell: Callable[[str], None],
) -> Read:
    """The entries of one file; what it is is recognised where `role` does not say. Raises RefusedError.

    `source` names the roster, or who issued the accounts; else the file says, or its name does.
    """
    lost: list[Problem] = []
    with tempfile.TemporaryDirectory(prefix="trueup-", ignore_cleanup_errors=True) as place:
        engine = DuckDB(Path(place), memory)
        try:
            tell(f"reading {path.name}")
            role = role or _role(path)
            if role is Role.PERSON:
                rows = read_people(engine, path, columns, lost)
                return Read(role, {source or path.name.partition(".")[0]: tuple(_people(rows))}, tuple(lost))
            rows = read_accounts(engine, path, source, columns, lost)
        finally:
            engine.close()
    entries: dict[str, list[RosterEntry]] = {}
    for row in rows.to_pylist():
        entries.setdefault(row["account_issuer"] or "", []).append(
            _entry(row, "account_name", "created_at", None)
        )
    return Read(role, {issuer: tuple(mine) for issuer, mine in entries.items()}, tuple(lost))


async def enrol_read(
    shelf: Shelf, read: Read, *, now: datetime, whole: bool, accept_shrink: bool
) -> dict[str, Enrolled]:
    """What became of a file's entries, by who issued them: all of them take effect, or none. Raises as `enrol` does."""
    async with shelf.database.transaction() as both:
        return {
            issuer: await enrol_within(
                shelf,
                both,
                issuer,
                entries,
                now=now,
                role=read.role,
                whole=whole,
                accept_shrink=accept_shrink,
            )
            for issuer, entries in read.entries.items()
        }


def _role(path: Path) -> Role:
    found = role_of(path)
    roles = {"people": Role.PERSON, "accounts": Role.ACCOUNT}
    if found not in roles:
        raise RefusedError(
            [
                Problem(
                    path.name,
                    None,
                    "it is recognised as " + (found or "nothing"),
                    "a roster of people, or accounts of a system",
                    todo="say which with --people or --accounts, and name its columns with --column",
                )
            ]
        )
    return roles[found]


def _people(rows: pa.Table) -> Iterable[RosterEntry]:
    return (_entry(row, "person_id", "hired_on", "left_on") for row in rows.to_pylist())


def _entry(row: Mapping[str, object], key: str, begins: str, ends: str | None) -> RosterEntry:
    said = {kind: _texts(row, kind) for kind in Kind if kind not in {Kind.ID, Kind.EMPLOYMENT}}
    return RosterEntry(
        str(row[key] or ""),
        {kind: values for kind, values in said.items() if values},
        _day(row.get(begins)),
        _day(row.get(ends)) if ends else None,
        where=f"{row.get('file', '')}:{row.get('line', '')}",
    )


def _texts(row: Mapping[str, object], kind: Kind) -> tuple[str, ...]:
    text = str(row.get(_LISTS.get(kind, kind.value)) or "")
    return tuple(filter(None, (one.strip() for one in (text.split(";") if kind in _LISTS else [text]))))


def _day(microseconds: object) -> date | None:
    if not isinstance(microseconds, int):
        return None
    try:
        return _EPOCH + timedelta(days=microseconds // _DAY)
    except OverflowError:
        return None
