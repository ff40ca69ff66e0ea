"""Whose the accounts of the logs are, by the matcher: what is sure counts, what is not is a hint for a person.

Knows how relations go into the matcher and come back, no rule of matching. The same code as `trueup identity match`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from trueup.identity import crosswalk
from trueup.identity.matching.match import SEPARATOR, match
from trueup.identity.policy import default_policy
from trueup.kit.expressions import or_null, union

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trueup.journey.work import Work

_SAID = ("employee_number", "email", "first_name", "last_name", "department", "city")
_PEOPLE = ("person_id", "former_numbers", "aliases", "former_last_names", "hired_on", *_SAID)


def match_accounts(work: Work, workspace: Path, memory: int, tell: Callable[[str], None]) -> None:
    """Leaves `linked_accounts` (account, person_id), of those that are surely somebody's.

    And `likely` (account, maybe, bits): of the others, who they most likely are. Of an account that stands more than
    once the first row counts; one that only completions name is known by what they say of it.
    """
    if "people" not in work.roles or (
        not work.has("completions", "account_name") and "accounts" not in work.roles
    ):
        return
    people = work.engine.fetch(_first(work.roles["people"].select(*_PEOPLE), "person_id"))
    accounts = work.engine.fetch(_first(_accounts(work), "account"))
    if not len(people) or not len(accounts):
        return
    tell("matching accounts with people")
    given = accounts.append_column("account_issuer", accounts["issuer"]).append_column(
        "account_name", accounts["name"]
    )
    policy = default_policy()
    links = match(people, given, policy, memory=memory, spill=workspace, tell=tell)
    best = [row for row in links.table.to_pylist() if row["rank"] == 1]
    sure = [row for row in best if row["band"] == "auto"]
    others = [row for row in best if row["band"] != "auto"]
    work.kept["linked_accounts"] = work.engine.constant(_links(sure, "person_id"), "linked_accounts")
    work.kept["likely"] = work.engine.constant(_links(others, "maybe"), "likely")
    work.facts.notes.append(
        f"{len(accounts):,} accounts were matched with {len(people):,} people by the identity policy"
        f" {policy.hash[:12]}: {len(sure):,} are surely somebody's, {len(others):,} are likely so."
    )


def _links(rows: list[dict[str, object]], whose: str) -> pa.Table:
    return pa.table(
        {
            "account": pa.array([row["account"] for row in rows], pa.string()),
            whose: pa.array([row["person"] for row in rows], pa.string()),
            "bits": pa.array([row["weight"] for row in rows], pa.float64()),
        }
    )


def _accounts(work: Work) -> ibis.Table:
    """Every account, of the list of accounts before those that completions name; `account` is it as one text."""
    parts = []
    if "accounts" in work.roles:
        parts.append(_named(work.roles["accounts"], 0, (*_SAID, "created_at")))
    if work.has("completions", "account_name"):
        written = work.roles["completions"].filter(lambda t: t.account_name.notnull())
        columns = [name for name in ("employee_number", "email") if work.has("completions", name)]
        parts.append(
            _named(written.select("account_issuer", "account_name", *columns).distinct(), 1, tuple(columns))
        )
    return union(parts)


def _named(table: ibis.Table, place: int, columns: tuple[str, ...]) -> ibis.Table:
    account = crosswalk.account_text(table.account_issuer, table.account_name)
    kinds = dict.fromkeys(_SAID, "string") | {"created_at": "int64"}
    said = {name: table[name] if name in columns else or_null(kind) for name, kind in kinds.items()}
    named = table.filter(table.account_name.notnull())
    return named.select(
        account=account,
        issuer=account.split(SEPARATOR)[0],
        name=account.split(SEPARATOR)[1],
        place=ibis.literal(place, "int64"),
        **said,
    )


def _first(table: ibis.Table, key: str) -> ibis.Table:
    """One row of each key: the first in an order that a rerun gives again."""
    order = [table[name] for name in table.columns if name != key]
    window = ibis.window(group_by=key, order_by=([table.place] if "place" in table.columns else []) + order)
    ranked = table.filter(table[key].notnull()).mutate(nth=ibis.row_number().over(window))
    return ranked.filter(ranked.nth == 0).drop("nth")
