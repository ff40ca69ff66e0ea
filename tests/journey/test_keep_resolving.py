"""Accounts that come while a service runs find their people, without a run over everybody; on a real database."""

import asyncio
from datetime import timedelta

from people import DAY_1, LMS, company, entry
from shelves import event, on_shelf, take
from trueup.journey.arrive import Shelf
from trueup.journey.enrol import enrol
from trueup.journey.keep_resolving import Resolver, keep_resolving
from trueup.kit.database import DatabaseSettings
from trueup.model.people import Role


async def comes(shelf: Shelf, number: int) -> None:
    """A completion under an account that says whose it is."""
    account = {"issuer": LMS, "name": f"emp{number}"}
    await take(
        shelf, event(number, account=account, employee_number=f"E{number}", email=f"ann{number}@x.org")
    )


async def linked(shelf: Shelf) -> int:
    count: int = await shelf.database.value("SELECT count(person_id) FROM activity_facts")
    return count


def test_accounts_are_linked_as_they_come_and_once(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        resolver = Resolver(shelf)
        await comes(shelf, 0)
        assert await resolver.catch_up(now=DAY_1) is None  # there is no roster
        await enrol(shelf, "hr", company(20), now=DAY_1)
        first = await resolver.catch_up(now=DAY_1)
        assert first
        assert (first.linked, await linked(shelf)) == (1, 1)
        assert await resolver.catch_up(now=DAY_1) is None
        for number in (1, 2):
            await comes(shelf, number)
        later = await resolver.catch_up(now=DAY_1)
        assert later
        assert (later.linked, await linked(shelf)) == (2, 3)
        await resolver.close()

    on_shelf(database, work)


def test_whom_the_roster_does_not_have_yet_is_found_once_it_does(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        resolver = Resolver(shelf)
        await enrol(shelf, "hr", company(10), now=DAY_1)
        await enrol(
            shelf, LMS, [entry("emp12", "E12", "Annm Leea", "ann12@x.org")], now=DAY_1, role=Role.ACCOUNT
        )
        done = await resolver.catch_up(now=DAY_1)
        assert done
        assert done.linked == 0
        await enrol(shelf, "hr", company(20), now=DAY_1 + timedelta(days=1))
        done = await resolver.catch_up(now=DAY_1 + timedelta(days=1))
        assert done
        assert done.linked == 1
        await resolver.close()

    on_shelf(database, work)


def test_what_the_matcher_cannot_do_ends_no_service(database: DatabaseSettings, monkeypatch):
    async def work(shelf: Shelf) -> None:
        stop, looks = asyncio.Event(), []

        async def fails(_resolver: Resolver, *, now: object) -> None:
            looks.append(now)
            if len(looks) == 2:
                stop.set()
            raise MemoryError

        monkeypatch.setattr(Resolver, "catch_up", fails)
        await asyncio.wait_for(keep_resolving(shelf, stop, said=lambda *_: None, seconds=0.01), 10)
        assert len(looks) == 2

    on_shelf(database, work)
