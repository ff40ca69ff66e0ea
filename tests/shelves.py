"""Events to be taken in, and shelves to put them on, for tests. Knows the contract, no rule."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import servers
from trueup.journey.arrive import Incoming, Shelf, arrive
from trueup.kit.database import DatabaseSettings
from trueup.model.completions import Verdict
from trueup.model.settings import SourceSettings
from trueup.privacy.keys import MASTER_BYTES, MasterKey
from trueup.privacy.master_key import MasterKeys

KEYS = MasterKeys((MasterKey(b"k" * MASTER_BYTES),))
NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
TARGETS = {"*": SourceSettings("*", targets=("review", "archive"))}

Answer = TypeVar("Answer")


def event(number: int = 1, **members: Any) -> dict[str, Any]:
    """A good event; members replace its own, ... takes one away."""
    good = {
        "source": "moodle-hr",
        "record_id": f"cmc-{number}",
        "account": {"issuer": "https://lms.example.com", "name": f"emp{number % 7}"},
        "course_id": "SAFE101",
        "status": "passed",
        "occurred_at": "2026-03-29T01:30:00+01:00",
        "score": {"raw": 4, "min": 0, "max": 5},
    }
    return {name: value for name, value in (good | members).items() if value is not ...}


def sent(*events: dict[str, Any]) -> list[Incoming]:
    """Those events, as they would arrive."""
    return [Incoming(json.dumps(one).encode()) for one in events]


async def take(shelf: Shelf, *events: dict[str, Any], now: datetime = NOW) -> list[Verdict]:
    """What becomes of them."""
    return await arrive(shelf, sent(*events), door="api", now=now)


def on_shelf(
    settings: DatabaseSettings,
    work: Callable[[Shelf], Awaitable[Answer]],
    sources: dict[str, SourceSettings] | None = None,
    connections: int = 8,
) -> Answer:
    """What `work` answers, given a shelf on that database."""

    async def inside(use: servers.Opened) -> Answer:
        return await work(Shelf(use.database, KEYS, sources or {}))

    return servers.use(settings, inside, connections)


async def counted(shelf: Shelf) -> dict[str, int]:
    """The rows of each table."""
    tables: Sequence[str] = ("actor", "completion", "quarantine", "outbox", "audit_pending")
    return {table: await shelf.database.value(f"SELECT count(*) FROM {table}") for table in tables}
