"""What taking events in costs, without a door: batches of 100, against COPY into the same tables in the same run.

    python benchmarks/bench_intake.py [--events 50000]

Everything is on: reading, sealing, audit leaf, outbox, fsync. Absolute figures are this machine's; the ratios hold.
"""

import argparse
import asyncio
import json
import tempfile
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import asyncpg

from trueup import instants
from trueup.intake.canonical import Terms, read_event
from trueup.journey.arrive import Incoming, Shelf, arrive
from trueup.kit.database import DatabaseSettings, migrate, migrations, opened
from trueup.kit.database.pool import Server
from trueup.model.settings import SourceSettings
from trueup.privacy.keys import MASTER_BYTES, MasterKey
from trueup.privacy.master_key import MasterKeys

BATCH = 100
PEOPLE = 500
ROUNDS = 3
NOW = datetime.now(UTC)
NUMBERS = count(1)


def event() -> bytes:
    number = next(NUMBERS)
    return json.dumps(
        {
            "source": "moodle-hr",
            "record_id": f"cmc-{number}",
            "account": {"issuer": "https://lms.example.com", "name": f"emp{number % PEOPLE}"},
            "course_id": f"COURSE-{number % 40}",
            "status": "passed",
            "occurred_at": f"2026-03-{number % 28 + 1:02}T{number % 24:02}:30:{number % 60:02}+01:00",
            "recorded_at": "2026-03-29T02:00:00Z",
            "score": {"raw": number % 101, "min": 0, "max": 100},
            "tags": ["safety", "2026"],
        }
    ).encode()


def batches(events: int) -> list[list[Incoming]]:
    return [[Incoming(event()) for _ in range(BATCH)] for _ in range(events // BATCH)]


async def taken_in(shelf: Shelf, events: int, at_once: int) -> tuple[float, float]:
    """Seconds, and seconds of this process's own work."""
    waiting = iter(batches(events))

    async def worker() -> None:
        for batch in waiting:
            await arrive(shelf, batch, door="api", now=NOW)

    began, worked = perf_counter(), process_time()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return perf_counter() - began, process_time() - worked


async def copied(server: Server, rows: list[dict[str, Any]], first: int) -> float:
    """Seconds for as many rows, copied into the same three tables, a transaction for each batch."""
    made = []
    for offset, row in enumerate(rows):
        made.append(
            tuple({**row, "record_id": f"copy-{first + offset}", "statement_id": first + offset}.values())
        )
    place = list(rows[0]).index("statement_id")
    connection = await asyncpg.connect(
        host=server.host, port=server.port, user=server.user, database=server.database
    )
    began = perf_counter()
    for at in range(0, len(made), BATCH):
        some = made[at : at + BATCH]
        numbers = [row[place] for row in some]
        into = partial(connection.copy_records_to_table, schema_name="trueup")
        async with connection.transaction():
            await into("completion", records=some, columns=list(rows[0]))
            await into("outbox", records=[(n, "review", NOW) for n in numbers])
            await into(
                "audit_pending",
                records=[(n, bytes(32)) for n in numbers],
                columns=["statement_id", "commitment"],
            )
    took = perf_counter() - began
    await connection.close()
    return took


def read_alone(events: int) -> float:
    """Seconds for reading alone."""
    how = instants.Reading()
    terms = Terms(lambda _member, raw, _zone: instants.read_instant(raw, how))
    bodies = [event() for _ in range(events)]
    began = process_time()
    for body in bodies:
        read_event(body, lambda _source: terms, NOW)
    return process_time() - began


async def measure(events: int, data: Path) -> None:
    async with opened(DatabaseSettings(data), limit=None) as use:
        await migrate(use.database, migrations())
        keys = MasterKeys((MasterKey(bytes(MASTER_BYTES)),))
        shelf = Shelf(use.database, keys, {"*": SourceSettings("*", targets=("review",))})
        await taken_in(shelf, events, 1)  # warm
        statement = "SELECT * FROM completion ORDER BY statement_id LIMIT $1"
        rows = [dict(row) for row in await use.database.rows(statement, events)]
        print(f"{events:,} events in batches of {BATCH}, a second; the ratio is to COPY in the same round")
        for number in range(1, ROUNDS + 1):
            copy = await copied(use.server, rows, number * 10**9)
            one, own = await taken_in(shelf, events, 1)
            four, _ = await taken_in(shelf, events, 4)
            print(
                f"  COPY {events / copy:9,.0f}   one after the other {events / one:8,.0f} ({copy / one:.2f})"
                f"   four at once {events / four:8,.0f} ({copy / four:.2f})   own work {own / events * 1e6:.0f} us an event"
            )
        print(
            f"  of that, reading (JSON, canonical form, times, score) {read_alone(events) / events * 1e6:.0f} us"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trueup-bench-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)  # the superuser's server runs as another account
        asyncio.run(measure(told.events, Path(made)))


if __name__ == "__main__":
    main()
