"""What delivery takes: under a quota against the quota's own minimum, without one against a plain queue, and a pull.

    python benchmarks/bench_delivery.py [--records 20000] [--deliveries 20000] [--statements 10000] [--only quota,rate,pull]

The quota is 100 calls in any six seconds (100 a minute, ten times as fast), ten records a call, imitated in a process
of its own. The plain queue is one table, taken by a hundred under SKIP LOCKED and marked done: what delivery can't beat.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID

import httpx2

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import imitations
import people
import real_lrs
import servers
import shelves
from trueup.connectors.successfactors import SuccessFactors
from trueup.connectors.target import Line, Looked, Options, Written
from trueup.connectors.xapi_source import XapiSource
from trueup.identity.policy import default_policy
from trueup.journey.arrive import Shelf
from trueup.journey.deliver import Carrier, Outgoing
from trueup.journey.enrol import enrol, enrol_actors
from trueup.journey.pull import Incoming, Puller
from trueup.kit.database import Database, DatabaseSettings
from trueup.model.delivery import Answer, Budget, Capability, Evidence, Job, Manifest, Proof, Record, Told
from trueup.model.settings import CycleSettings, SourceSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLS, PER, BATCH = 100, timedelta(seconds=6), 10
URGENT = 50
LONG = timedelta(hours=1)  # nothing is read back while it is measured
TO_TALENT = {"*": SourceSettings("*", targets=("talent",))}


class Sink:
    """A target that takes everything at once: what is left is delivery's own work."""

    manifest = Manifest(
        "sink", "Sink", frozenset({Capability.CREATE}), (), Proof.RUN, repeatable=True, batch=100
    )

    def record(self, evidence: Evidence) -> Record:
        return Record({"course": evidence.course_id, "key": evidence.natural_key})

    async def write(self, _line: Line, jobs: Sequence[Job]) -> Written:
        return Written([Answer(Told.ACCEPTED) for _ in jobs])

    async def look(self, _line: Line, _jobs: Sequence[Job]) -> Looked:
        raise AssertionError


async def filled(shelf: Shelf, count: int, *, urgent: int = 0) -> None:
    """So many deliveries are due; `urgent` of them came after a cut-off."""
    now = datetime.now(UTC)
    await enrol(shelf, "hr", people.company(100), now=now)
    cycle = CycleSettings("2026-H2", now - timedelta(days=90), now - timedelta(hours=1))
    late = replace(shelf, cycles=(cycle,))
    for where, first, last, at in (
        (shelf, 0, count - urgent, "2020-03-29T01:30:00Z"),
        (late, count - urgent, count, (now - timedelta(days=2)).isoformat()),
    ):
        for start in range(first, last, 500):
            events = [
                shelves.event(n, account=..., employee_number=f"E{n % 100}", occurred_at=at)
                for n in range(start, min(start + 500, last))
            ]
            await shelves.take(where, *events, now=now)
    await enrol_actors(shelf, now=now, policy=default_policy())
    await shelf.database.run("ANALYZE")  # as the server does by itself within a minute


async def quota(shelf: Shelf, there: imitations.Imitation, records: int) -> None:
    await filled(shelf, records, urgent=URGENT)
    there.settle(calls=CALLS, per_seconds=PER.total_seconds(), counts="writes")
    async with httpx2.AsyncClient() as client:
        to = Outgoing(
            "talent",
            SuccessFactors(Options(there.address)),
            Line(client),
            Budget(CALLS, PER),
            Budget(),
            BATCH,
            LONG,
        )
        carriers = [Carrier(shelf, to, f"bench-{n}") for n in range(4)]
        await carriers[0].ready()

        async def lane(carrier: Carrier) -> None:
            while (done := await carrier.turn()).records or done.opens_at:
                if done.opens_at:
                    await asyncio.sleep(max(0.0, (done.opens_at - datetime.now(UTC)).total_seconds()))

        await asyncio.gather(*(lane(one) for one in carriers))
    row = await shelf.database.row(
        """SELECT count(*) AS calls, count(*) FILTER (WHERE status = 429) AS throttled,
                  extract(epoch FROM max(started_at) - min(started_at))::float8 AS took FROM call"""
    )
    last_urgent = await shelf.database.value(
        """SELECT extract(epoch FROM max(c.started_at) - (SELECT min(started_at) FROM call))::float8
           FROM outbox o JOIN attempt a USING (statement_id, target) JOIN call c ON c.call_id = a.call_id WHERE o.urgent"""
    )
    left = await shelf.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'")
    least = ((records + BATCH - 1) // BATCH - CALLS) / CALLS * PER.total_seconds()
    print(
        f"  {records:,} records, {row['calls']:,} calls, {left} left: {row['took']:.2f} s, the quota's minimum {least:.2f} s"
    )
    bar("time / the quota's minimum", row["took"] / least, 1.02)
    bar("calls that were throttled, %", 100 * row["throttled"] / row["calls"], 0.5)
    print(f"  the last of {URGENT} urgent ones went {last_urgent:.2f} s after the first call")


async def drained(shelf: Shelf) -> int:
    """All that is due, by one worker."""
    async with httpx2.AsyncClient() as client:
        carrier = Carrier(shelf, Outgoing("talent", Sink(), Line(client), Budget(), None, 100, LONG), "bench")
        await carrier.ready()
        records = 0
        while (done := await carrier.turn()).records:
            records += done.records
        return records


async def rate(shelf: Shelf, settings: DatabaseSettings, deliveries: int) -> None:
    await filled(shelf, deliveries)
    limit = await plain(shelf.database, deliveries)
    print(f"  {'plain queue, one worker':<40} {limit:>10,.0f} /s")
    for workers in (1, 2):
        await shelf.database.run("UPDATE outbox SET state = 'queued', run_at = '-infinity'")
        await shelf.database.run("TRUNCATE attempt, call, standing CASCADE")
        command = [sys.executable, __file__, "--drain", str(settings.data), settings.binaries or ""]
        begun = perf_counter()
        running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(workers)]  # noqa: ASYNC220 - two
        told = [json.loads((await asyncio.to_thread(one.communicate))[0]) for one in running]
        took = max(one["ended"] for one in told) - min(one["begun"] for one in told)
        each = sum(one["records"] for one in told) / took
        print(
            f"  {f'delivery, {workers} worker(s)':<40} {each:>10,.0f} /s  {each / limit:.2f} of it  ({perf_counter() - begun:.1f} s in all)"
        )


async def plain(database: Database, count: int) -> float:
    """Rows taken by a hundred and marked done, nothing else."""
    await database.run(
        "CREATE TABLE plain_queue (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'r', run_at timestamptz)"
    )
    await database.run("CREATE INDEX ON plain_queue (id) WHERE state = 'r'")
    await database.run("INSERT INTO plain_queue (id) SELECT n FROM generate_series(1, $1::bigint) n", count)
    begun = perf_counter()
    while rows := await database.rows(
        """UPDATE plain_queue q SET state = 'l', run_at = now() + interval '30 s' FROM (
             SELECT id FROM plain_queue WHERE state = 'r' ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED) p
           WHERE q.id = p.id RETURNING q.id"""
    ):
        await database.run(
            "UPDATE plain_queue SET state = 'd' WHERE id = ANY($1::bigint[])", [row["id"] for row in rows]
        )
    each = count / (perf_counter() - begun)
    await database.run("DROP TABLE plain_queue")
    return each


def statement(number: int) -> dict[str, object]:
    return {
        "id": str(UUID(int=number)),
        "actor": {"account": {"homePage": "https://lms.example.com", "name": f"emp{number % 700}"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
        "object": {"id": "https://lms.example.com/course/SAFE101"},
        "timestamp": "2026-03-29T01:30:00+01:00",
    }


async def pulling(shelf: Shelf, statements: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="trueup-ralph-") as place,
        real_lrs.running(Path(place)) as address,
    ):
        name, password = real_lrs.CREDENTIALS.split(":")
        async with httpx2.AsyncClient(timeout=120.0, auth=(name, password)) as client:
            for first in range(0, statements, 1000):
                ours = [statement(n) for n in range(first, min(first + 1000, statements))]
                (await client.post(f"{address}/statements", json=ours)).raise_for_status()
            begun = perf_counter()
            url, seen = f"{address}/statements?limit=500", 0
            while url:
                document = (await client.get(url)).json()
                seen += len(document["statements"])
                more = document.get("more") or ""
                url = str(httpx2.URL(address).join(more)) if more and document["statements"] else ""
            bare = seen / (perf_counter() - begun)
        async with httpx2.AsyncClient() as client:
            source = XapiSource(Options(address, real_lrs.CREDENTIALS))
            puller = Puller(
                shelf, Incoming("lrs", source, Line(client, seconds=120), Budget()), "bench", Random(1), print
            )
            puller.tell = lambda _: None
            begun = perf_counter()
            done = await puller.pull(now=datetime.now(UTC))
            each = done.records / (perf_counter() - begun)
    print(f"  {f'{seen:,} statements, pages alone':<40} {bare:>10,.0f} /s")
    print(f"  {f'{done.records:,}, trueup pull, taken in':<40} {each:>10,.0f} /s  {each / bare:.2f} of it")


def bar(what: str, value: float, limit: float) -> None:
    print(f"  {what:<40} {value:>10.3f}  bar {limit}  {'kept' if value <= limit else 'MISSED'}")


def on(work, sources=None) -> None:
    with servers.running("wheel") as settings:
        servers.fresh(settings)
        shelves.on_shelf(settings, lambda shelf: work(shelf, settings), sources)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--records", type=int, default=20_000)
    asked.add_argument("--deliveries", type=int, default=20_000)
    asked.add_argument("--statements", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--only", default="quota,rate,pull")
    asked.add_argument("--drain", nargs=2, help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.drain:
        _drain(Path(told.drain[0]), told.drain[1] or None)
        return
    parts = told.only.split(",")
    if "quota" in parts:
        print("under a quota")
        for _ in range(told.rounds):
            with imitations.review_system() as there:
                on(lambda shelf, _settings, there=there: quota(shelf, there, told.records), TO_TALENT)
    if "rate" in parts:
        print("without a quota, nothing read back")
        on(lambda shelf, settings: rate(shelf, settings, told.deliveries), TO_TALENT)
    if "pull" in parts:
        print("a pull from Ralph")
        on(lambda shelf, _settings: pulling(shelf, told.statements))


def _drain(data: Path, binaries: str | None) -> None:
    import time  # noqa: PLC0415

    async def work(use: servers.Opened) -> dict[str, float]:
        begun = time.time()
        records = await drained(Shelf(use.database, shelves.KEYS, TO_TALENT))
        return {"begun": begun, "records": records, "ended": time.time()}

    print(json.dumps(servers.use(DatabaseSettings(data, None, binaries), work)))


if __name__ == "__main__":
    main()
