"""What `make bench` measures of the intake: events a second, durable, through HTTP, as ratios to PostgreSQL's own limit.

    python benchmarks/bench_intake.py [--rounds 3] [--events 1e6] [--only rate,cost,memory,ralph]

Everything in one run on one machine, alternating, medians. `trueup serve` runs as people run it, with canonicalising,
outbox, receipts and audit log all on; 16 connections. Only the ratios mean something elsewhere. Exit code 1 where a bar
is missed.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import intake_cost
import intake_limits
from bench_check import Bar, shown
from intake_events import SOURCE
from intake_serving import Service, peer, send, serving
from trueup.kit.database import DatabaseSettings, Opened, migrate, migrations, opened

CONNECTIONS = 16
SINGLES, BATCHES, BATCH = 3_000, 200, 100
PARTS = ("rate", "cost", "memory", "ralph")
SETTINGS = f'[[sources]]\nname = "{SOURCE}"\ntargets = ["review"]\n'


@dataclass(slots=True)
class Seeds:
    """A seed for each load, so that no two share a key."""

    last: int = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def load(service: Service, seeds: Seeds, size: int, count: int, kind: str = "events") -> dict[str, float]:
    """One load of `count` requests; ends the run where an answer is not what it should be."""
    told = send(service, kind=kind, seed=seeds.next(), size=size, count=count, connections=CONNECTIONS)
    if told["wrong"]:
        sys.exit(f"{told['wrong']} requests of {count} were not taken, the first: {told['first_wrong']}")
    return told


def row(what: str, rate: float, told: dict[str, float] | None = None) -> None:
    waited = f"{told['p50_ms']:>9.1f} {told['p99_ms']:>9.1f}" if told else ""
    print(f"  {what:<46} {rate:>12,.0f} {waited}", flush=True)


def rate(told: dict[str, float]) -> float:
    return told["events"] / told["seconds"]


async def against_the_limit(
    use: Opened, start: Callable[[], Service], rounds: int, seeds: Seeds
) -> list[Bar]:
    """Batches against COPY, singles against pgbench, in turns."""
    with start() as service:  # people get their keys, and the limit gets its rows
        await asyncio.to_thread(load, service, seeds, BATCH, BATCHES)
    names, rows = await intake_limits.rows_of(use, BATCH * BATCHES)
    number = names.index("statement_id")
    copies, batches, inserts, singles = [], [], [], []
    for _ in range(rounds):
        await intake_limits.emptied(use)
        copies.append(await intake_limits.copied(use, names, rows))
        await intake_limits.emptied(use)
        with start() as service:
            await asyncio.to_thread(load, service, seeds, BATCH, 20)
            batches.append(await asyncio.to_thread(load, service, seeds, BATCH, BATCHES))
        await intake_limits.emptied(use)
        await intake_limits.copied(use, names, rows[:BATCH])
        inserts.append(await intake_limits.inserted(use, names, int(str(rows[0][number])), 4))
        await intake_limits.emptied(use)
        with start() as service:
            await asyncio.to_thread(load, service, seeds, BATCH, 20)
            singles.append(await asyncio.to_thread(load, service, seeds, 1, SINGLES))
    middle = [sorted(told, key=rate)[len(told) // 2] for told in (batches, singles)]
    row("COPY, batches of 100 (the limit)", median(copies))
    row("trueup serve, batches of 100", rate(middle[0]), middle[0])
    row("pgbench, single inserts, 16 clients (the limit)", median(inserts))
    row("trueup serve, singles", rate(middle[1]), middle[1])
    return [
        Bar("batches of 100 / COPY", rate(middle[0]) / median(copies), 0.4, "x", at_least=True),
        Bar("singles / pgbench", rate(middle[1]) / median(inserts), 0.4, "x", at_least=True),
    ]


def cost(start: Callable[[], Service], seeds: Seeds) -> None:
    """What canonicalising and the audit log take of what the service's process takes for an event."""
    with start() as service:
        load(service, seeds, BATCH, BATCHES)
        before = service.processor_seconds()
        told = load(service, seeds, BATCH, BATCHES)
        whole = (service.processor_seconds() - before) / told["events"] * 1e6
    print("  of the service's processor time, microseconds an event in batches of 100")
    print(f"    {'all of it':<44} {whole:>12.1f}")
    for what, took in intake_cost.steps():
        print(f"    {what:<44} {took:>12.1f} {took / whole:>9.0%}")


def memory(start: Callable[[], Service], seeds: Seeds, events: int) -> list[Bar]:
    """The service's memory over many events, after a tenth of them and at the end."""
    count = events // BATCH // 10
    with start() as service:
        held = []
        for _ in range(10):
            told = load(service, seeds, BATCH, count)
            held.append(service.resident() / 2**20)
        row(f"after {count * BATCH * 10:,} events", rate(told), told)
        print(f"    MiB of the service after each tenth: {', '.join(f'{one:.0f}' for one in held)}")
    return [Bar(f"memory, end / first tenth, {events:.0e} events", held[-1] / held[0], 1.1, "x")]


def against_ralph(start: Callable[[], Service], seeds: Seeds) -> None:
    """The same statements to Ralph's LRS on files, which answers before they are on disk."""
    loads = ((BATCH, 60), (1, 600))
    seed = seeds.next()
    for name, starting in (("ralph", peer), ("trueup serve", start)):
        with starting() as service:
            again = Seeds(seed)
            load(service, again, 1, 20, "statements")  # Ralph checks a password once, slowly
            for size, count in loads:
                told = load(service, again, size, count, "statements")
                row(
                    f"{name}, statements, {f'batches of {size}' if size > 1 else 'singles'}", rate(told), told
                )
    seeds.last = again.last


async def measured(parts: list[str], rounds: int, events: int, data: Path) -> list[Bar]:
    (data / "trueup.toml").write_text(SETTINGS, encoding="utf-8")
    bars: list[Bar] = []
    seeds = Seeds()
    print(f"  {'':<46} {'events/s':>12} {'p50 ms':>9} {'p99 ms':>9}")
    async with opened(DatabaseSettings(data), connections=2, limit=None) as use:
        await migrate(use.database, migrations())
        start = await asyncio.to_thread(serving, data)
        if "rate" in parts:
            bars += await against_the_limit(use, start, rounds, seeds)
        if "cost" in parts:
            await asyncio.to_thread(cost, start, seeds)
        if "memory" in parts:
            bars += await asyncio.to_thread(memory, start, seeds, events)
        if "ralph" in parts:
            await intake_limits.emptied(use)
            await asyncio.to_thread(against_ralph, start, seeds)
    return bars


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=3, help="runs of each, of which the median counts")
    asked.add_argument("--events", type=float, default=1e6, help="over which memory has to stay flat")
    asked.add_argument("--only", default=",".join(PARTS), help=f"which parts: {', '.join(PARTS)}")
    asked.add_argument("--json", type=Path, help="also write the bars here")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="trueup-bench-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)  # the superuser's server runs as another account
        bars = asyncio.run(measured(told.only.split(","), told.rounds, int(told.events), Path(made)))
    shown(bars)
    if told.json:
        told.json.write_text(
            json.dumps([{"what": b.what, "value": b.value, "bar": b.limit, "kept": b.kept} for b in bars])
        )
    return 0 if all(bar.kept for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
