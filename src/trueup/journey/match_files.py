"""From two files to links of accounts to people, without a database. Joins the readers and the matcher.

Knows which file is whose, not how a file is read or how a person is found.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.identity.matching.match import Links, match
from trueup.journey.people_files import read_accounts, read_people
from trueup.kit.engine import DuckDB

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.identity.matching.model import Fitted
    from trueup.identity.policy import Policy
    from trueup.reconcile.formats import Problem


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
                people = read_people(engine, asked.people, asked.people_columns, lost)
            tell(f"reading {asked.accounts.name}")
            accounts = read_accounts(engine, asked.accounts, asked.issuer, asked.accounts_columns, lost)
        finally:
            engine.close()
        links = match(people, accounts, policy, model=model, memory=memory, spill=Path(place), tell=tell)
    return Matched(links, tuple(lost))
