"""From two files to links of accounts to people, without a database. Joins the readers and the matcher.

Knows which file is whose, not how a file is read or how a person is found.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.identity.matching.match import Links, match
from trueup.journey.staged import RefusedError, stage_at_once
from trueup.kit.engine import DuckDB
from trueup.model.settings import FileSettings
from trueup.reconcile import direct, reading
from trueup.reconcile.formats import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from trueup.identity.matching.model import Fitted
    from trueup.identity.policy import Policy


@dataclass(frozen=True, slots=True)
class Asked:
    """What is matched with what. Without `people`, accounts among themselves.

    `issuer` is that of accounts whose file does not say it; `columns` names headers that are not recognised:
    canonical column -> header, for the people and for the accounts.
    """

    people: Path | None
    accounts: Path
    issuer: str | None = None
    people_columns: dict[str, str] = field(default_factory=dict)
    accounts_columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matched:
    """The links, and the rows that can't be used."""

    links: Links
    unusable: tuple[Problem, ...]


def match_files(
    asked: Asked,
    policy: Policy,
    *,
    model: Fitted | None,
    memory: int,
    tell: Callable[[str], None],
) -> Matched:
    """Links of the accounts of a file to the people of another, or among themselves.

    Raises RefusedError where a file can't be read as what it is said to be, MatchingError where nothing can be
    learned from it.
    """
    lost: list[Problem] = []
    with tempfile.TemporaryDirectory(prefix="trueup-", ignore_cleanup_errors=True) as place:
        engine = DuckDB(Path(place), memory)
        try:
            people = None
            if asked.people is not None:
                tell(f"reading {asked.people.name}")
                told = FileSettings(asked.people.name, "people", columns=asked.people_columns)
                people = _rows(engine, reading.identify(asked.people, asked.people.name, told), lost)
            tell(f"reading {asked.accounts.name}")
            accounts = _rows(engine, _accounts(asked), lost)
        finally:
            engine.close()
        links = match(people, accounts, policy, model=model, memory=memory, spill=Path(place), tell=tell)
    return Matched(links, tuple(lost))


def _accounts(asked: Asked) -> reading.Inspection:
    """The file of accounts; where it does not say who issued them, that is told, or is the file's name."""
    name = asked.accounts.name
    told = FileSettings(name, "accounts", columns=asked.accounts_columns)
    found = reading.identify(asked.accounts, name, told)
    if "account_issuer" in found.columns and asked.issuer is None:
        return found
    issuer = asked.issuer or name.partition(".")[0]
    return reading.identify(asked.accounts, name, replace(told, constants={"account_issuer": issuer}))


def _rows(engine: DuckDB, found: reading.Inspection, lost: list[Problem]) -> pa.Table:
    _refuse(found)
    view = direct.relation(engine, found)
    if view is None:
        into = Path(tempfile.mkdtemp(dir=engine.workspace)) / "rows.parquet"
        _refuse(stage_at_once(found, into, lost))
        view = engine.relation([into])
    return engine.fetch(view)


def _refuse(found: reading.Inspection) -> None:
    if not found.readable:
        raise RefusedError(found.problems)
    needs = [
        Problem(
            found.file,
            None,
            f"it does not say {need.what}",
            f"a column for it; recognised were {', '.join(sorted(found.columns)) or 'none'}",
            todo=f"name the column, as --column {found.role}.{need.what.partition(':')[0]}=HEADER",
        )
        for need in found.needs
        if need.required
    ]
    if needs:
        raise RefusedError(needs)
