"""Killed at any moment, under load: what was acknowledged is there, once, with everything that follows from it.

A short form; the fsyncs are real here. TRUEUP_KILLS says how many rounds (default 4, the proof runs 50).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import servers
from shelves import counted, on_shelf
from trueup.journey.arrive import Shelf
from trueup.kit.database import DatabaseSettings

ROUNDS = int(os.environ.get("TRUEUP_KILLS", "4"))

SENDER = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from shelves import KEYS, TARGETS, event, sent
from trueup.journey.arrive import Shelf, arrive
from trueup.kit.database import DatabaseSettings, UnavailableError, migrate, migrations, opened

async def sender(shelf, who, first):
    number = first
    while True:
        names = [f"{who}-{number + n}" for n in range(10)]
        batch = sent(*(event(n, record_id=name) for n, name in enumerate(names)))
        try:
            verdicts = await arrive(shelf, batch, door="api", now=datetime.now(UTC))
        except UnavailableError:
            await asyncio.sleep(0.02)
            continue
        lines = "".join(f"{v.outcome.value} {v.key.record_id}\\n" for v in verdicts)
        os.write(1, lines.encode())
        number += 10

async def main():
    async with opened(DatabaseSettings(Path(sys.argv[1]), None, sys.argv[2] or None)) as use:
        await migrate(use.database, migrations())
        shelf = Shelf(use.database, KEYS, TARGETS)
        os.write(1, f"server {use.embedded.process.pid}\\n".encode())
        await asyncio.gather(*(sender(shelf, who, int(sys.argv[3])) for who in range(4)))

asyncio.run(main())
"""


@pytest.fixture(params=servers.KINDS)
def durable(request: pytest.FixtureRequest) -> Iterator[DatabaseSettings]:
    """An embedded database of its own that the sender starts, with real fsyncs."""
    with servers.place() as data:
        yield DatabaseSettings(data, None, servers.programs(request.param))


def test_no_acknowledged_event_is_lost_or_doubled(durable: DatabaseSettings):
    chance = random.Random(3)
    acknowledged: list[str] = []
    for round_ in range(ROUNDS):
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(durable.data), durable.binaries or "", str(round_ * 1_000_000), str(Path(__file__).parent)],
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(servers.__file__).parent)},
        )  # fmt: skip  # one call
        assert sender.stdout is not None
        server = int(sender.stdout.readline().split()[1])
        time.sleep(0.3 + chance.random() * 0.4)
        if round_ % 2:
            os.kill(server, signal.SIGKILL)  # the sender starts it again, and goes on
            time.sleep(0.8)
        sender.kill()
        told = sender.stdout.read().decode()
        sender.wait()
        acknowledged += [line.split()[1] for line in told.splitlines(keepends=True) if line.endswith("\n")]
    assert len(acknowledged) > 20 * ROUNDS
    assert len(set(acknowledged)) == len(acknowledged)

    async def work(shelf: Shelf) -> tuple[set[str], dict[str, int]]:
        rows = await shelf.database.rows("SELECT record_id FROM completion")
        return {row["record_id"] for row in rows}, await counted(shelf)

    kept, rows = on_shelf(durable, work)
    assert set(acknowledged) <= kept
    assert len(kept) == rows["completion"] == rows["audit_pending"] == rows["outbox"] // 2
