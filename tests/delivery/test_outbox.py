"""Leases, budgets and order of what is due, on real databases."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

import servers
from trueup.delivery.outbox import store
from trueup.delivery.outbox.store import Asked, Call, Ended, Settled, Taken
from trueup.kit.database import Database, DatabaseSettings
from trueup.model.delivery import Budget, State

NOW = datetime.now(UTC)
LEASE = timedelta(seconds=30)
FREE = Budget()

Answer = TypeVar("Answer")


def on(settings: DatabaseSettings, work: Callable[[Database], Awaitable[Answer]]) -> Answer:
    async def inside(use: servers.Opened) -> Answer:
        await store.known(use.database, "hr", ["write", "look"], 10)
        return await work(use.database)

    return servers.use(settings, inside)


async def put(
    database: Database,
    *,
    first: int = 1,
    count: int = 1,
    due: timedelta = timedelta(hours=24),
    urgent: bool = False,
) -> None:
    """Deliveries of completions that are not looked at here."""
    await database.run(
        "INSERT INTO outbox (statement_id, target, due_at, urgent) SELECT n, 'hr', $3, $4 FROM generate_series($1::bigint, $2) n",
        first,
        first + count - 1,
        NOW + due,
        urgent,
    )


async def take(
    database: Database,
    budget: Budget = FREE,
    most: int = 10,
    lease: timedelta = LEASE,
    *,
    looks: bool = False,
) -> Taken:
    return await store.take(database, Asked("hr", "write", budget, most, lease, "test"), looks=looks)


async def settle(
    database: Database,
    taken: Taken,
    state: State,
    run_in: timedelta | None = None,
    ended: Ended | None = None,
    **more,
) -> set[int]:
    settled = [
        Settled(one.statement_id, one.attempts, state, "create", state.value, run_in, **more)
        for one in taken.due
    ]
    async with database.transaction() as transaction:
        return await store.settle(transaction, Call("hr", "write", taken, ended or Ended(200), settled))


def numbers(taken: Taken) -> list[int]:
    return [one.statement_id for one in taken.due]


def test_the_earliest_deadline_goes_first_whatever_came_first(database):
    async def work(db):
        await put(db, first=1, count=5, due=timedelta(hours=24))
        await put(db, first=6, count=3, due=timedelta(hours=2))
        return numbers(await take(db, most=4)), numbers(await take(db, most=10))

    assert on(database, work) == ([6, 7, 8, 1], [2, 3, 4, 5])


def test_what_is_leased_is_nobody_elses_and_comes_back_when_the_lease_is_over(database):
    async def work(db):
        await put(db, count=2)
        first = await take(db, lease=timedelta(milliseconds=150))
        again = numbers(await take(db)) + numbers(await take(db, looks=True))
        await asyncio.sleep(0.2)
        late = await take(db, looks=True)  # it may be there: it has to be looked for
        return numbers(first), again, numbers(late), {one.state for one in late.due}, numbers(await take(db))

    assert on(database, work) == ([1, 2], [], [1, 2], {State.SENT}, [])


def test_whoever_lost_the_lease_settles_nothing(database):
    async def work(db):
        await put(db)
        slow = await take(db, lease=timedelta(milliseconds=50))
        await asyncio.sleep(0.1)
        other = await take(db, looks=True)
        lost = await settle(db, slow, State.DEAD)
        mine = await settle(db, other, State.VERIFIED)
        return (
            lost,
            mine,
            await db.value("SELECT state FROM outbox"),
            await db.value("SELECT count(*) FROM attempt"),
        )

    assert on(database, work) == (set(), {1}, "verified", 2)


def test_a_vendor_s_window_is_never_exceeded_by_any_number_of_workers(database):
    budget = Budget(calls=10, per=timedelta(seconds=0.5))

    async def work(db):
        await put(db, count=200)
        times = []

        async def worker():
            while len(times) < 40:
                taken = await take(db, budget, most=1)
                if taken.due:
                    times.append(taken.started_at)
                elif taken.opens_at:
                    await asyncio.sleep(max(0.0, (taken.opens_at - datetime.now(UTC)).total_seconds()))

        await asyncio.gather(*(worker() for _ in range(6)))
        return sorted(times)

    times = on(database, work)
    inside = max(sum(start <= one < start + budget.per for one in times) for start in times)
    assert inside == 10
    assert times[39] - times[0] < timedelta(seconds=1.5 * 1.2)  # and none of it is wasted


def test_the_reserve_is_kept_for_what_is_urgent_or_late(database):
    budget = Budget(calls=4, per=timedelta(hours=1), reserve=0.5)

    async def work(db):
        await put(db, first=1, count=10)
        normal = [numbers(await take(db, budget, most=1)) for _ in range(3)]
        await put(db, first=20, due=timedelta(hours=2), urgent=True)
        urgent = numbers(await take(db, budget, most=1))
        await put(db, first=30, due=-timedelta(hours=1))
        late = numbers(await take(db, budget, most=1))
        over = await take(db, budget, most=1)
        return normal, urgent, late, numbers(over), over.opens_at is not None

    assert on(database, work) == ([[1], [2], []], [20], [30], [], True)


def test_a_bucket_that_leaks_counts_what_calls_cost(database):
    budget = Budget(high=100.0, drain=200.0, charge=50.0)

    async def work(db):
        await put(db, count=10)
        first, second = await take(db, budget, most=1), await take(db, budget, most=1)
        full = await take(db, budget, most=1)
        await settle(db, first, State.VERIFIED, ended=Ended(200, cost=1.0))  # it was cheap: 49 come back
        after = await take(db, budget, most=1)
        return [len(one.due) for one in (first, second, full, after)], full.opens_at is not None

    assert on(database, work) == ([1, 1, 0, 1], True)


def test_a_destination_that_asks_for_patience_is_left_alone_by_all(database):
    async def work(db):
        await put(db, count=3)
        taken = await take(db, most=1)
        await settle(db, taken, State.QUEUED, timedelta(0), Ended(429, wait=0.2))
        shut = await take(db)
        await asyncio.sleep(0.25)
        return numbers(shut), shut.opens_at is not None, numbers(await take(db))

    assert on(database, work) == ([], True, [1, 2, 3])


def test_what_was_refused_in_a_batch_goes_in_smaller_ones(database):
    async def work(db):
        await put(db, count=8)
        sizes = []
        for _ in range(8):
            taken = await take(db, most=8)
            sizes.append(len(taken.due))
            poisoned = 3 in numbers(taken)
            if poisoned and len(taken.due) > 1:
                await settle(db, taken, State.QUEUED, timedelta(0), at_most=len(taken.due) // 2)
            else:
                await settle(db, taken, State.DEAD if poisoned else State.VERIFIED)
        return sizes, await db.value("SELECT array_agg(statement_id) FROM outbox WHERE state = 'dead'")

    sizes, dead = on(database, work)
    assert dead == [3]
    assert sizes == [8, 4, 2, 2, 1, 1, 4, 0]


def test_a_call_that_was_never_made_costs_nothing(database):
    budget = Budget(calls=1, per=timedelta(hours=1))

    async def work(db):
        await put(db)
        taken = await take(db, budget)
        await settle(db, taken, State.QUEUED, timedelta(0), Ended(sent=False))
        return numbers(await take(db, budget))

    assert on(database, work) == [1]


def test_nothing_starves_where_nearer_deadlines_keep_coming(database):
    """A deadline is never in the past when it is given, so the old one's turn comes: at the latest when it is due."""

    async def work(db):
        await put(db, first=1, due=datetime.now(UTC) - NOW + timedelta(milliseconds=600))
        order = []
        for number in range(2, 400):
            await db.run(
                "INSERT INTO outbox (statement_id, target, due_at, urgent) VALUES ($1, 'hr', clock_timestamp() + interval '0.3 s', true)",
                number,
            )
            order += numbers(await take(db, most=1))
            if 1 in order:
                return order
            await asyncio.sleep(0.005)
        return order

    order = on(database, work)
    assert order[-1] == 1
    assert len(order) > 5


def test_an_unknown_destination_is_said_to_be_one(database):
    async def work(db):
        return await store.take(db, Asked("nobody", "write", FREE, 1, LEASE, "test"), looks=False)

    with pytest.raises(LookupError, match="nobody"):
        on(database, work)


def test_two_workers_share_everything_and_each_delivery_is_taken_once(database):
    async def work(db):
        await put(db, count=300)
        seen: Counter[int] = Counter()

        async def worker():
            while (taken := await take(db, most=7)).due:
                seen.update(numbers(taken))
                await settle(db, taken, State.VERIFIED)

        await asyncio.gather(worker(), worker(), worker())
        return seen

    seen = on(database, work)
    assert len(seen) == 300
    assert set(seen.values()) == {1}
