"""The leg that finds the person of every account: what the policy is sure of is linked, the rest waits for a person.

Joins the matcher with what systems say and what was decided. Nothing that a person decided is decided again.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import pyarrow as pa

from trueup.identity.contested import store as waiting_in
from trueup.identity.contested.store import Candidate
from trueup.identity.decisions import store
from trueup.identity.decisions.store import Decision, Kind
from trueup.identity.matching.match import SEPARATOR, Links, match
from trueup.identity.matching.model import Fitted, usual
from trueup.identity.policy import Policy, default_policy
from trueup.identity.register.store import accounts as all_accounts
from trueup.identity.register.store import roster
from trueup.journey.enrol import enrol_actors
from trueup.journey.identify import POLICY, Why, keep

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from trueup.journey.arrive import Shelf

_INTEGERS = frozenset({"hired_on", "created_at"})
_COLUMNS = (
    "employee_number", "email", "first_name", "last_name", "department", "city", "aliases", "former_numbers",
    "former_last_names",
)  # fmt: skip  # a list


@dataclass(frozen=True, slots=True)
class Resolved:
    """How many accounts were looked at (all, or those that came), and what became of those that were nobody's."""

    accounts: int
    linked: int
    waiting: int
    alone: int  # nobody is like them


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A link that a policy would not make: what was decided, and what it says instead (None: that a person decide)."""

    record_id: int
    decision_id: int
    by: str
    person: UUID
    instead: UUID | None
    band: str


async def resolve(
    shelf: Shelf,
    *,
    now: datetime,
    policy: Policy | None = None,
    memory: int | None = None,
    learn: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Resolved:
    """Links every account that is nobody's and surely somebody's; the others are given candidates.

    The weights are those that were learned last; they are learned anew with `learn`, or where there are none.
    """
    policy = policy or default_policy()
    tell("reading whom the ledger speaks of")
    await enrol_actors(shelf, now=now, policy=policy)
    accounts = await all_accounts(shelf.database)
    open_ = {int(one["account_name"]) for one in accounts if one["linked"] is None}
    if not open_:
        await waiting_in.keep_candidates(shelf.database, [], (), policy.hash)
        return Resolved(len(accounts), 0, 0, 0)
    links = await _links(shelf, policy, accounts, now, memory=memory, learn=learn, tell=tell)
    return await settle(shelf, policy, links, open_, len(accounts), now=now)


async def settle(
    shelf: Shelf, policy: Policy, links: Links, open_: Collection[int], accounts: int, *, now: datetime
) -> Resolved:
    """Links what is sure of the accounts that are open, and keeps whom the others may be; of `accounts` in all."""
    apart = await store.apart(shelf.database)
    found = [
        (one, band)
        for one, band in _rows(links)
        if one.record_id in open_ and (one.record_id, one.person_id) not in apart
    ]
    sure = {one.record_id: one for one, band in found if band == "auto" and one.rank == 1}
    waiting = [one for one, _ in found if one.record_id not in sure]
    async with shelf.database.transaction() as both:
        await store.alone(both)
        decided = await store.people_of(both, sure)  # by somebody else, meanwhile
        made = [_decision(one) for one in sure.values() if one.record_id not in decided]
        if made:
            await keep(shelf, both, Why(POLICY, now, "", policy.hash), made, None)
        await waiting_in.keep_candidates(both, open_, waiting, policy.hash)
    left = {one.record_id for one in waiting}
    return Resolved(accounts, len(made), len(left), len(open_) - len(sure) - len(left))


async def contradicted(
    shelf: Shelf,
    policy: Policy,
    *,
    now: datetime,
    memory: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Contradiction]:
    """The links that stand and that this policy would not make, by people and by policies before it."""
    accounts = await all_accounts(shelf.database)
    links = await _links(shelf, policy, accounts, now, memory=memory, learn=False, tell=tell)
    best = {one.record_id: (one, band) for one, band in _rows(links) if one.rank == 1}
    linked = {int(one["account_name"]) for one in accounts if one["linked"] is not None}
    people = await store.people_of(shelf.database, linked)
    kept = {one.decision_id: one for one in await store.history(shelf.database, linked)}
    found = []
    for record_id, (person, decision_id) in sorted(people.items()):
        candidate, band = best.get(record_id, (None, "none"))
        by = kept[decision_id].batch.decided_by
        sure = candidate is not None and band == "auto"
        other = candidate.person_id if sure and candidate is not None else None
        if other == person or (by != POLICY and not sure):
            continue  # what a person decided where the policy asks one is no contradiction
        if kept[decision_id].decision.kind is not Kind.FOUND:
            found.append(Contradiction(record_id, decision_id, by, person, other, band))
    return found


async def _links(
    shelf: Shelf,
    policy: Policy,
    accounts: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    memory: int | None,
    learn: bool,
    tell: Callable[[str], None],
) -> Links:
    people = await roster(shelf.database)
    model = None if learn else await model_kept(shelf)
    with tempfile.TemporaryDirectory(prefix="trueup-", ignore_cleanup_errors=True) as place:
        links = await asyncio.to_thread(
            lambda: match(
                people_table(people), accounts_table(accounts), policy,
                model=model, memory=memory, spill=Path(place), tell=tell,
            )
        )  # fmt: skip  # a list
    if model is None:
        await keep_learned(shelf, links.model, len(people), policy, now)
    return links


async def model_kept(shelf: Shelf) -> Fitted | None:
    """The weights that were learned last."""
    kept = await waiting_in.model(shelf.database)
    return msgspec.json.decode(kept, type=Fitted) if kept else None


async def keep_learned(shelf: Shelf, model: Fitted, people: int, policy: Policy, now: datetime) -> None:
    """Keeps weights for the next time, unless they are the usual ones: then there was too little to learn from."""
    if model != usual(people, within=False):
        await waiting_in.keep_model(shelf.database, msgspec.json.encode(model).decode(), policy.hash, now)


def people_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The roster as the matcher takes it."""
    return _table(rows, ("person_id", *_COLUMNS, "hired_on"))


def accounts_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Accounts as the matcher takes them."""
    return _table(rows, ("account_issuer", "account_name", *_COLUMNS, "created_at"))


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pa.Table:
    return pa.table(
        {
            name: pa.array([row.get(name) for row in rows], pa.int64() if name in _INTEGERS else pa.string())
            for name in columns
        }
    )


def _rows(links: Links) -> Iterable[tuple[Candidate, str]]:
    for row in links.table.to_pylist():
        if row["person"] is not None:
            record_id = int(row["account"].rpartition(SEPARATOR)[2])
            person = UUID(row["person"])
            yield (
                Candidate(
                    record_id, row["rank"], person, row["weight"], row["margin"], row["gate"], tuple(row["vetoes"]),
                    row["evidence"],
                ),
                row["band"],
            )  # fmt: skip


def _decision(one: Candidate) -> Decision:
    return Decision(
        Kind.LINK,
        one.person_id,
        one.record_id,
        rule=one.gate or "",
        weight=one.weight,
        margin=one.margin,
        evidence=one.evidence,
    )
