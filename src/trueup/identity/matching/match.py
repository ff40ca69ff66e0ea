"""Which person each account belongs to: the steps, in their order."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from trueup.identity.matching import candidates, columns, gates
from trueup.identity.matching.model import Fitted, Model, usual
from trueup.kit.memory import SHARE
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from trueup.identity.policy import Policy

FEWEST = 50  # pairs that a model can be learned from; fewer are scored by the usual one
SEPARATOR = "\x1f"  # between issuer and name in an account's id
COLUMNS = ("account", "person", "band", "rank", "weight", "margin", "gate", "vetoes", "strangers", "evidence")


class MatchingError(ToldError):
    """What can't be matched, and what to do."""


@dataclass(frozen=True, slots=True)
class Links:
    """What was decided.

    `table` has COLUMNS: a row for each candidate worth showing, and one for each account without any (band none).
    `model` is what scored, to score with again.
    """

    table: pa.Table
    model: Fitted
    policy_hash: str
    keyless: int = 0  # rows of either side without an id: nobody can be linked to them

    def counted(self) -> dict[str, int]:
        """How many accounts are in each band."""
        with duckdb.connect() as con:
            con.register("links", self.table)
            rows = con.execute("select band, count(distinct account) from links group by 1").fetchall()
        return {"auto": 0, "review": 0, "none": 0} | {str(band): int(n) for band, n in rows}


def match(
    people: pa.Table | None,
    accounts: pa.Table,
    policy: Policy,
    *,
    model: Fitted | None = None,
    memory: int | None = None,
    spill: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Links:
    """Links of accounts to people (relations `people` and `accounts`), or among accounts where `people` is None.

    `memory` is what the process may use, in bytes; beyond its share DuckDB spills into the directory `spill`.
    Deterministic: the same tables, policy and model give the same rows in the same order. Raises MatchingError.
    """
    with closing(
        Standing(people, accounts, policy, model=model, memory=memory, spill=spill, tell=tell)
    ) as standing:
        tell("scoring")
        return standing.links()


class Standing:
    """A roster that stands prepared, with what was learned of it: its accounts are linked, and those that come later."""

    def __init__(
        self,
        people: pa.Table | None,
        accounts: pa.Table,
        policy: Policy,
        *,
        model: Fitted | None = None,
        memory: int | None = None,
        spill: Path | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._policy = policy
        self._within = people is None
        self._roster = "accounts" if people is None else "people"
        self._con = con = duckdb.connect(config=_config(memory, spill))
        self._terms: dict[str, str] | None = None
        try:
            tell("normalising names, addresses and numbers")
            self._written = columns.prepare(con, people, accounts, policy)
            self._keyless = _keyless(con, people, accounts)
            _refuse_doubles(con, self._roster)
            for side in {self._roster, "accounts"}:
                candidates.keys(con, side)
            gates.rarity(con, self._roster)
            tell("finding pairs that share something rare")
            candidates.pairs(con, self._roster, "accounts", policy.linking.block)
            self._model = model or _learned(con, self._roster, tell)
        except BaseException:
            con.close()
            raise

    def close(self) -> None:
        """Lets go of all of it."""
        self._con.close()

    def links(self) -> Links:
        """The links of the accounts that it was prepared with, or that came last."""
        con = self._con
        scorer = Model(con, self._model, within=self._within)
        if self._terms is not None:
            scorer.take_terms(self._terms)
        scored = scorer.scored(self._policy.linking.review_weight)
        gates.ranked(con, scored.physical_name, within=self._within)
        gates.banded(con, self._roster, self._policy.linking)
        return Links(_told(con), self._model, self._policy.hash, self._keyless)

    def link(self, accounts: pa.Table) -> Links:
        """The links of accounts that come now, to the people of the roster; by what was learned before.

        Takes as long as a few look-ups in the roster. A standing among accounts alone takes none.
        """
        if self._within:
            raise ValueError("accounts that come later are matched with a roster")
        con = self._con
        if self._terms is None:
            self._terms = Model(con, self._model, within=False).terms()
        columns.arrive(con, accounts, self._policy, self._written)
        _refuse_doubles(con, "accounts")
        self._keyless = _keyless(con, None, accounts)
        candidates.keys(con, "accounts")
        candidates.pairs(con, "people", "accounts", self._policy.linking.block)
        return self.links()


def _config(memory: int | None, spill: Path | None) -> dict[str, str | bool]:
    config: dict[str, str | bool] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if memory is not None:
        config["memory_limit"] = f"{int(memory * SHARE / 2**20)}MiB"
    if spill is not None:
        config["temp_directory"] = str(spill / "matching")
    return config


def _learned(con: duckdb.DuckDBPyConnection, roster: str, tell: Callable[[str], None]) -> Fitted:
    within = roster == "accounts"
    pairs, people = con.execute(
        f"select (select count(*) from pairs), (select count(*) from {roster}_side)"
    ).fetchall()[0]
    if pairs < FEWEST:
        return usual(people, within=within)
    learner = Model(con, None, within=within)
    learner.fit(tell)
    return learner.fitted()


def _refuse_doubles(con: duckdb.DuckDBPyConnection, roster: str) -> None:
    for side in sorted({roster, "accounts"}):
        twice = con.execute(
            f"select count(*) from (select unique_id from {side}_side group by 1 having count(*) > 1)"
        ).fetchall()[0][0]
        if twice:
            raise MatchingError(
                f"{twice:,} ids of the {side} stand on more than one row",
                "one row a person, one row an account of one issuer",
                "remove the doubles, or tell the issuers apart",
            )


def _keyless(con: duckdb.DuckDBPyConnection, people: pa.Table | None, accounts: pa.Table) -> int:
    sides = ["accounts"] if people is None else ["accounts", "people"]
    given = len(accounts) + (0 if people is None else len(people))
    return given - sum(int(con.execute(f"select count(*) from {side}_in").fetchall()[0][0]) for side in sides)


def _told(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """The links, an account at a time, and the accounts that have no candidate at all."""
    named = ", ".join(COLUMNS)
    return con.sql(
        f"""select {named} from links l
        where rank = 1 or account not in (select account from links where band = 'auto')
        union all
        select unique_id, null, 'none', null, null, null, null, [], null, null from accounts_side
        where unique_id not in (select account from links)
        order by account, rank"""
    ).to_arrow_table()
