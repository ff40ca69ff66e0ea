"""Calls that come at the same time go together, and each hears of its own events only."""

import asyncio

from shelves import counted, event, on_shelf, sent

from trueup.journey.arrivals import Arrivals
from trueup.journey.arrive import Shelf
from trueup.kit.database import DatabaseSettings, UnavailableError


def test_each_call_hears_of_its_own_events_in_their_order(database: DatabaseSettings):
    async def work(shelf: Shelf) -> list[list[str]]:
        together = Arrivals(shelf, "api")
        calls = [
            sent(event(1), event(2)),
            sent(event(2), event(3, status="maybe")),
            sent(event(1, status="failed")),
        ]
        found = await asyncio.gather(*(together.take(call) for call in calls))
        assert [[one.key.record_id for one in call] for call in found] == [
            ["cmc-1", "cmc-2"], ["cmc-2", "cmc-3"], ["cmc-1"],
        ]  # fmt: skip  # a table
        return [[one.outcome.value for one in call] for call in found]

    assert on_shelf(database, work) == [["accepted", "accepted"], ["duplicate", "rejected"], ["conflict"]]


def test_many_calls_take_few_statements(database: DatabaseSettings):
    async def work(shelf: Shelf) -> int:
        together = Arrivals(shelf, "api")
        await asyncio.gather(*(together.take(sent(event(number))) for number in range(200)))
        assert (await counted(shelf))["completion"] == 200
        return await shelf.database.value("SELECT count(DISTINCT received_at) FROM completion")

    assert on_shelf(database, work) <= 5


def test_an_event_that_nobody_foresaw_fails_its_own_call_only(database: DatabaseSettings):
    async def work(shelf: Shelf) -> list[object]:
        together = Arrivals(shelf, "api")
        calls = [sent(event(1)), [None], sent(event(2))]  # no event at all: a defect of the caller
        return await asyncio.gather(*(together.take(call) for call in calls), return_exceptions=True)

    first, broken, last = on_shelf(database, work)
    assert [first[0].outcome.value, last[0].outcome.value] == ["accepted", "accepted"]
    assert isinstance(broken, AttributeError)


def test_where_the_database_is_away_every_call_hears_of_it(database: DatabaseSettings):
    async def same(shelf: Shelf) -> Shelf:
        return shelf

    async def away() -> list[object]:
        together = Arrivals(on_shelf_that_closed, "api")
        calls = [together.take(sent(event(number))) for number in range(20)]
        return await asyncio.gather(*calls, return_exceptions=True)

    on_shelf_that_closed = on_shelf(database, same)
    found = asyncio.run(away())
    assert len(found) == 20
    assert all(isinstance(one, UnavailableError) for one in found)
