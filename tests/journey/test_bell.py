"""Whoever delivers learns at once that something is due: in the process, from another one, and after a lost connection."""

import asyncio
import time

import servers
import shelves
from deliveries import TO_REVIEW, folder, outgoing
from trueup.delivery.outbox.store import CHANNEL
from trueup.journey import bell as bells
from trueup.journey.arrive import Shelf
from trueup.journey.bell import Bell
from trueup.journey.keep_delivering import keep_delivering


async def until(true) -> float:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < 20
        await asyncio.sleep(0.005)
    return time.monotonic() - begun


def test_a_ring_between_a_look_and_the_wait_is_heard():
    async def work():
        bell = Bell()
        rung = bell.next()
        bell.ring()
        await asyncio.wait_for(rung.wait(), 1)
        return bell.next().is_set()

    assert asyncio.run(work()) is False


def test_what_comes_in_is_delivered_before_anybody_would_have_looked(database, tmp_path, monkeypatch):
    monkeypatch.setattr("trueup.journey.keep_delivering.REST", 60.0)

    async def work(shelf: Shelf):
        stop = asyncio.Event()
        working = asyncio.create_task(keep_delivering(shelf, [outgoing(folder(tmp_path))], stop))
        await asyncio.sleep(0.5)
        await shelves.take(shelf, shelves.event(1))
        waited = await until(lambda: list(tmp_path.glob("*.json")))
        stop.set()
        await working
        return waited

    assert shelves.on_shelf(database, work, TO_REVIEW) < 10


def test_another_process_is_told_and_many_arrivals_are_told_once(database):
    async def work(use: servers.Opened):
        here, there, stop, told = Bell(), Bell(), asyncio.Event(), []
        tasks = [
            asyncio.create_task(here.keep_telling(use.database, stop)),
            asyncio.create_task(there.keep_hearing(use.database, stop)),
        ]
        async with use.database.listening(CHANNEL, lambda: told.append(1)):
            await asyncio.sleep(0.3)
            rung = there.next()
            for _ in range(100):
                here.ring()
            await asyncio.wait_for(rung.wait(), 5)
            await asyncio.sleep(3 * bells.EVERY)
        stop.set()
        await asyncio.gather(*tasks)
        return len(told)

    assert servers.use(database, work) == 1


def test_a_lost_connection_is_listened_to_again(database, monkeypatch):
    monkeypatch.setattr(bells, "TROUBLE", 0.05)

    async def work(use: servers.Opened):
        bell, stop = Bell(), asyncio.Event()
        hearing = asyncio.create_task(bell.keep_hearing(use.database, stop))
        await asyncio.sleep(0.3)
        first = bell.next()
        await use.database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
        )
        await asyncio.wait_for(first.wait(), 5)  # it listens again, and looks for what was told meanwhile
        second = bell.next()
        await use.database.run("SELECT pg_notify($1, '')", CHANNEL)
        await asyncio.wait_for(second.wait(), 5)
        stop.set()
        await hearing
        return True

    assert servers.use(database, work)
