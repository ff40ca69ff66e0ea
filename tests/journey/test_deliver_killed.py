"""Workers killed with -9 while a review system fails in every way: nothing is lost, nothing is there twice.

TRUEUP_DELIVERIES and TRUEUP_DELIVERY_KILLS say how much of it (`make proof`); the short form runs with all tests.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

import imitations
import people
import servers
import shelves
from trueup.delivery.history import store as history
from trueup.identity.policy import default_policy
from trueup.journey.arrive import Shelf
from trueup.journey.enrol import enrol, enrol_actors
from trueup.journey.open_shelf import open_shelf
from trueup.kit.database import DatabaseSettings
from trueup.kit.settings import load
from trueup.sandbox.imitation.trouble import KINDS

DELIVERIES = int(os.environ.get("TRUEUP_DELIVERIES", "2000"))
KILLS = int(os.environ.get("TRUEUP_DELIVERY_KILLS", "5"))
PATIENCE = 120 + DELIVERIES / 10  # seconds
PEOPLE = max(100, DELIVERIES // 20)
POISON_EVERY = 400

SETTINGS = """
[[sources]]
name = "moodle-hr"
targets = ["talent"]

[[targets]]
name = "talent"
connector = "successfactors"
address = "{address}"
calls = 1_000_000
per_seconds = 1.0
window_seconds = 0.5
timeout_seconds = 1.0
first_wait_seconds = 0.02
tries = 40
"""

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "localhost"]), pytest.mark.xdist_group("imitated")]


async def put_on_the_shelf(shelf: Shelf) -> None:
    """People with numbers, and completions of theirs; every so often one that the system refuses."""
    now = datetime.now(UTC)
    await enrol(shelf, "hr", people.company(PEOPLE), now=now)
    events = [
        shelves.event(
            n,
            account=...,
            employee_number=f"E{n % PEOPLE}",
            course_id="POISON" if n % POISON_EVERY == 7 else f"C{n % 9}",
        )
        for n in range(DELIVERIES)
    ]
    for first in range(0, len(events), 500):
        await shelves.take(shelf, *events[first : first + 500], now=now)
    await enrol_actors(shelf, now=now, policy=default_policy())


def worker(place: Path, environment: dict[str, str]) -> Callable[[], "subprocess.Popen[bytes]"]:
    command = [Path(sys.executable).parent / "trueup", "worker", "--lanes", "6", "--log-level", "error"]
    return lambda: subprocess.Popen(command, cwd=place, env=environment, stderr=subprocess.DEVNULL)


def states(settings: DatabaseSettings) -> dict[str, int]:
    async def work(use: servers.Opened) -> dict[str, int]:
        return {one.state.value: one.count for one in await history.counts(use.database)}

    return servers.use(settings, work, 1)


def test_each_delivery_ends_verified_or_dead_of_its_cause_and_none_is_there_twice(tmp_path):
    with (
        imitations.review_system(timeout_seconds=2.0, slow_seconds=0.05) as there,
        servers.running("wheel") as settings,
    ):
        servers.fresh(settings)
        environment = servers.environment(settings)
        (tmp_path / "trueup.toml").write_text(SETTINGS.format(address=there.address))

        async def fill() -> None:
            async with open_shelf(environment, load(tmp_path)) as shelf:
                await put_on_the_shelf(shelf)

        asyncio.run(fill())
        there.settle(share=0.3)
        start, dice = worker(tmp_path, environment), Random(7)
        working = [start(), start()]
        try:
            until = time.monotonic() + PATIENCE
            for _ in range(KILLS):
                time.sleep(0.8 + dice.random())
                killed = dice.randrange(len(working))
                working[killed].send_signal(signal.SIGKILL)
                working[killed].wait()
                working[killed] = start()
            poisoned = len(range(7, DELIVERIES, POISON_EVERY))
            while set(states(settings)) - {"dead", "verified"}:
                assert time.monotonic() < until, states(settings)
                time.sleep(0.5)
        finally:
            for one in working:
                one.terminate()
            for one in working:
                one.wait()

        async def letters(use: servers.Opened) -> list[tuple[str, str]]:
            rows = await use.database.rows(
                "SELECT d.code, c.course_id FROM dead_letter d JOIN completion c USING (statement_id)"
            )
            return [tuple(row) for row in rows]

        died = servers.use(settings, letters, 1)
        assert [one for one in died if one[1] == "POISON"] == [("TU0302", "POISON")] * poisoned
        assert {code for code, course in died if course != "POISON"} <= {
            "TU0303"
        }  # lied to three times in a row
        told = there.told()
        assert told["events"]["twice"] == []
        assert told["events"]["records"] == DELIVERIES - len(died)
        assert set(told["trouble"]["happened"]) == set(KINDS)  # in every way that it can
