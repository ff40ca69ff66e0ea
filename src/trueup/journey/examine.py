"""The leg that looks at all that a service keeps, and says of each: fine, or what is wrong and what to do. Changes nothing.

Joins the database (kit), privacy (master key), audit (head and what waits), intake, delivery and access (what stands in
them). Knows no door, no port and no file of theirs.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from trueup.access.store import accounts
from trueup.audit import store as audit
from trueup.audit.problem import BrokenLogError
from trueup.audit.sequencer import NotThisLogError, in_step
from trueup.delivery.history.store import counts
from trueup.intake.quarantine.store import Wanted, waiting
from trueup.journey.open_shelf import MASTER_KEY
from trueup.kit.database import DatabaseError, clock, database_settings, migrations, opened, standing
from trueup.kit.database.place import Place
from trueup.model.delivery import State as Standing
from trueup.model.faults import fault
from trueup.privacy.master_key import MasterKeyError, master_keys
from trueup.privacy.store import master_keys_in_use

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from trueup.kit.database import Database, DatabaseSettings, Opened
    from trueup.kit.signing import SigningKey

APART = timedelta(seconds=2)  # that two clocks may be
SOON = timedelta(days=14)  # before it ends, a token is to be rotated
PATIENCE = 2.0  # seconds that what waits longest has to get its place: the sequencer needs one at most


class State(StrEnum):
    """How something stands."""

    FINE = "fine"
    WRONG = "wrong"
    UNSEEN = "unseen"  # it can't be looked at before something else is right


@dataclass(frozen=True, slots=True)
class Sign:
    """What was seen of one thing, and what to do where it is wrong."""

    name: str
    state: State
    found: str
    todo: str = ""


_KEPT = ("schema", "clock", "audit log", "quarantine", "outbox", "tokens")


async def examine(environ: Mapping[str, str], keys: Sequence[SigningKey]) -> list[Sign]:
    """The database, the master key, and what stands in the tables. `keys`: those of the audit log, none where it has none."""
    settings = database_settings(environ)
    if settings.url is None and not Place(settings.data / "database").cluster.exists():
        first = f"none yet: the first start makes it in {settings.data / 'database'}"
        return [Sign("database", State.FINE, first), _master_key(environ, settings, ()), *_unseen(_KEPT)]
    try:
        async with opened(settings, connections=2) as use:
            return await _seen(use, environ, settings, keys)
    except DatabaseError as error:
        wrong = Sign("database", State.WRONG, _told(error.what, error.expected), error.todo)
        return [wrong, *_unseen(("master key", *_KEPT))]


async def _seen(
    use: Opened, environ: Mapping[str, str], settings: DatabaseSettings, keys: Sequence[SigningKey]
) -> list[Sign]:
    database = use.database
    signs = [Sign("database", State.FINE, f"{use.server.shown}: PostgreSQL {use.version}")]
    schema = await _schema(database)
    signs += [schema, await _clock(database)]
    if schema.state is not State.FINE:
        return [*signs, *_unseen(("master key", *_KEPT[2:]))]
    signs.append(_master_key(environ, settings, await master_keys_in_use(database)))
    looks: Sequence[Callable[[Database], Awaitable[Sign]]] = (_quarantine, _outbox, _tokens)
    return [*signs, await _audit_log(database, keys), *[await look(database) for look in looks]]


def _unseen(names: Sequence[str]) -> list[Sign]:
    return [Sign(name, State.UNSEEN, "not before there is a database that is up to date") for name in names]


async def _schema(database: Database) -> Sign:
    try:
        stands = await standing(database, migrations())
    except DatabaseError as error:
        return Sign("schema", State.WRONG, _told(error.what, error.expected), error.todo)
    if stands.pending:
        names = ", ".join(f"{one.number:04}_{one.name}" for one in stands.pending)
        return Sign("schema", State.WRONG, f"migrations are pending: {names}", "trueup db migrate")
    return Sign("schema", State.FINE, f"up to date: {len(stands.applied)} migrations")


async def _clock(database: Database) -> Sign:
    """Compared with the middle of the question's way there and back."""
    asked = datetime.now(UTC)
    shown = await clock(database)
    back = datetime.now(UTC)
    apart = abs(shown - (asked + (back - asked) / 2))
    said = f"{apart.total_seconds():.3f} s from the database's"
    if apart > APART:
        return Sign(
            "clock",
            State.WRONG,
            said,
            "let NTP set both clocks: times of arrival and ends of tokens depend on them",
        )
    return Sign("clock", State.FINE, said)


def _master_key(environ: Mapping[str, str], settings: DatabaseSettings, in_use: Sequence[str]) -> Sign:
    path = settings.data / MASTER_KEY
    given = environ.get("TRUEUP_MASTER_KEY") or environ.get("TRUEUP_MASTER_KEY_FILE")
    if not given and not path.exists() and not in_use:
        return Sign("master key", State.FINE, f"none yet: the first start makes it, {path}")
    try:
        keys = master_keys(environ, path, in_use)
    except MasterKeyError as error:
        return Sign("master key", State.WRONG, _told(error.what, error.expected), error.todo)
    return Sign("master key", State.FINE, f"{keys.newest.key_id} wraps; {len(keys.keys)} in all")


async def _audit_log(database: Database, keys: Sequence[SigningKey]) -> Sign:
    try:
        size = await in_step(database, keys)
    except NotThisLogError as error:
        return Sign(
            "audit log",
            State.WRONG,
            str(error),
            "give back the key that belongs to this log (TRUEUP_AUDIT_KEY)",
        )
    except BrokenLogError as error:
        return Sign(
            "audit log", State.WRONG, str(error), "trueup audit export DIR && trueup audit verify DIR"
        )
    oldest = await audit.longest_waiting(database)
    until = asyncio.get_running_loop().time() + PATIENCE
    while oldest is not None and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(PATIENCE / 10)
        if await audit.longest_waiting(database) != oldest:
            break
    else:
        if oldest is not None:
            n = await audit.waiting(database)
            return Sign(
                "audit log",
                State.WRONG,
                f"{n:,} entries wait, and nobody gives them their place",
                "trueup serve does it while it runs; without it: trueup audit sequence",
            )
    return Sign(
        "audit log",
        State.FINE,
        "not begun yet" if size is None else f"{size:,} leaves, signed; nothing waits long",
    )


async def _quarantine(database: Database) -> Sign:
    """Wrong where something waits longer than its owner has."""
    waits = await waiting(database, Wanted())
    now = datetime.now(UTC)
    late = [one for one in waits if one.since + timedelta(hours=fault(one.code).escalation.hours) < now]
    if late:
        told = "; ".join(
            f"{one.count:,} {one.code} for the {one.owner} since {one.since:%Y-%m-%d %H:%MZ}" for one in late
        )
        return Sign(
            "quarantine", State.WRONG, f"overdue: {told}", f"trueup quarantine list --fault {late[0].code}"
        )
    return Sign("quarantine", State.FINE, f"{sum(one.count for one in waits):,} wait, none overdue")


async def _outbox(database: Database) -> Sign:
    """Wrong where something is past its deadline, or was given up."""
    stand = await counts(database)
    due = [one for one in stand if one.state in {Standing.QUEUED, Standing.SENT}]
    told = "due: " + (
        "; ".join(f"{one.count:,} for {one.target} since {one.oldest:%Y-%m-%d %H:%MZ}" for one in due)
        or "nothing"
    )
    late = sum(one.overdue for one in stand)
    dead = sum(one.count for one in stand if one.state is Standing.DEAD)
    if late:
        return Sign(
            "outbox",
            State.WRONG,
            f"{told}; {late:,} past their deadline",
            "see that a worker runs: trueup status",
        )
    if dead:
        return Sign("outbox", State.WRONG, f"{told}; {dead:,} were given up", "trueup dlq list")
    return Sign("outbox", State.FINE, told)


async def _tokens(database: Database) -> Sign:
    """Wrong where an account's last token ends soon, or has ended."""
    now = datetime.now(UTC)
    there = [one for one in await accounts(database) if one.revoked_at is None]
    ending = [one for one in there if one.ends_at is None or one.ends_at < now + SOON]
    if not ending:
        return Sign(
            "tokens", State.FINE, f"{len(there)} accounts, no last token ends within {SOON.days} days"
        )
    told = ", ".join(
        f"{one.name} {f'until {one.ends_at:%Y-%m-%d %H:%MZ}' if one.ends_at else 'has none any more'}"
        for one in ending
    )
    return Sign("tokens", State.WRONG, told, f"trueup account rotate {ending[0].name}, or revoke it")


def _told(what: str, expected: str) -> str:
    return f"{what}; expected {expected}" if expected else what
