"""Pulling a source into the ledger: cursors, what came late, what is refused, and who is cut off in between."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx2
import pytest

import people
import real_lrs
import shelves
from trueup.connectors.source import Page, Range
from trueup.connectors.target import Line, Options
from trueup.connectors.xapi_source import XapiSource
from trueup.delivery.cursors import store as cursors
from trueup.journey.enrol import enrol
from trueup.journey.pull import Incoming, Pulled, Puller, PullError
from trueup.model.delivery import Budget, Manifest, Proof
from trueup.model.people import Role

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def statement(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "actor": {"account": {"homePage": "https://lms.example.com", "name": f"emp{number % 7}"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
        "object": {"id": "https://lms.example.com/course/SAFE101"},
        "timestamp": "2026-03-29T01:30:00+01:00",
    } | more


class Lrs:
    """An LRS in memory, behind a real connector: pages of three, oldest first."""

    def __init__(self) -> None:
        self.rows: list[tuple[datetime, dict[str, Any]]] = []
        self.asked: list[str] = []
        self.troubles: list[httpx2.Response | Exception] = []
        self.after = lambda: None

    def put(self, number: int, stored: datetime, **more: Any) -> None:
        self.rows.append((stored, statement(number, **more)))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        if self.troubles:
            trouble = self.troubles.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            return trouble
        params = request.url.params
        since = (
            datetime.fromisoformat(params["since"]) if "since" in params else datetime.min.replace(tzinfo=UTC)
        )
        rows = sorted(((at, one) for at, one in self.rows if at > since), key=lambda row: row[0])
        first = int(params.get("from", 0))
        told = [one | {"stored": at.isoformat()} for at, one in rows[first : first + 3]]
        asked = f"&since={params['since'].replace('+', '%2B')}" if "since" in params else ""
        more = f"/xapi/statements?from={first + 3}{asked}" if len(rows) > first + 3 else ""
        self.after()
        return httpx2.Response(200, json={"statements": told, "more": more})


def pulled(
    database: Any, lrs: Lrs, work: Callable[[Any, Callable[..., Awaitable[Pulled]]], Awaitable[Any]]
) -> Any:
    async def inside(shelf: Any) -> Any:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(lrs.answer)) as client:
            source = XapiSource(Options("http://lrs.example.com/xapi"))
            of = Incoming("lrs", source, Line(client, seconds=2.0), Budget(), first_wait=0.001)
            puller = Puller(shelf, of, "test", Random(1), tell=lambda _: None)

            async def pull(wanted: Range | None = None, now: datetime = NOW) -> Pulled:
                return await puller.pull(wanted, now=now)

            return await work(shelf, pull)

    return shelves.on_shelf(database, inside)


async def counted(shelf: Any) -> int:
    return await shelf.database.value("SELECT count(*) FROM completion WHERE source = 'lrs'")


def test_all_pages_are_taken_in_and_a_second_pull_brings_only_what_is_new(database):
    lrs = Lrs()
    for number in range(8):
        lrs.put(number, NOW - DAY * 10 + timedelta(hours=number))

    async def work(shelf, pull):
        first = await pull()
        lrs.put(100, NOW - timedelta(hours=1))
        second = await pull(now=NOW + timedelta(hours=1))
        return (
            (first.pages, first.records, dict(first.outcomes), first.swept),
            (dict(second.outcomes), second.swept),
            await counted(shelf),
        )

    first, second, count = pulled(database, lrs, work)
    assert first == (3, 8, {"accepted": 8}, True)
    assert second == ({"accepted": 1}, False)
    assert count == 9


def test_a_pull_looks_back_over_its_overlap(database):
    lrs = Lrs()
    lrs.put(1, NOW - timedelta(hours=1))

    async def work(shelf, pull):
        await pull()
        lrs.put(2, NOW - timedelta(hours=3))  # stored under an earlier time, committed late
        return dict((await pull(now=NOW + timedelta(hours=1))).outcomes), await counted(shelf)

    assert pulled(database, lrs, work) == ({"accepted": 1}, 2)


def test_what_comes_later_than_any_overlap_is_in_the_next_sweep(database):
    lrs = Lrs()
    lrs.put(1, NOW - timedelta(hours=1))

    async def work(shelf, pull):
        await pull()
        lrs.put(2, NOW - DAY * 90)
        soon = await pull(now=NOW + timedelta(hours=1))
        later = await pull(now=NOW + DAY + timedelta(hours=1))
        return dict(soon.outcomes), (dict(later.outcomes), later.swept), await counted(shelf)

    assert pulled(database, lrs, work) == ({}, ({"accepted": 1}, True), 2)


def test_a_range_is_a_backfill_and_moves_no_cursor(database):
    lrs = Lrs()
    for number in range(4):
        lrs.put(number, NOW - DAY * number)

    async def work(shelf, pull):
        done = await pull(Range(NOW - DAY * 2, None))
        return dict(done.outcomes), (await cursors.cursor(shelf.database, "lrs")).through

    assert pulled(database, lrs, work) == ({"accepted": 2}, None)


def test_a_cursor_never_goes_back(database):
    lrs = Lrs()
    lrs.put(1, NOW)

    async def work(shelf, pull):
        await pull()
        lrs.rows = [(NOW - DAY * 5, statement(2))]
        await pull(now=NOW + DAY * 2)
        return (await cursors.cursor(shelf.database, "lrs")).through

    assert pulled(database, lrs, work) == NOW


def test_one_that_is_no_statement_keeps_no_other_out(database):
    lrs = Lrs()
    lrs.put(1, NOW)
    lrs.put(2, NOW, actor={"name": "no identifier"})
    lrs.put(3, NOW)

    async def work(shelf, pull):
        done = await pull()
        return dict(done.outcomes), done.refused, await counted(shelf)

    outcomes, refused, count = pulled(database, lrs, work)
    assert (outcomes, count) == ({"accepted": 2, "refused": 1}, 2)
    assert "/actor" in refused[0]


def test_whoever_is_cut_off_between_two_pages_loses_nothing_and_doubles_nothing(database):
    lrs = Lrs()
    for number in range(9):
        lrs.put(number, NOW - DAY + timedelta(minutes=number))

    async def work(shelf, pull):
        lrs.after = lambda: lrs.troubles.extend([httpx2.Response(401)]) if len(lrs.asked) == 2 else None
        with pytest.raises(PullError):
            await pull()
        half = await counted(shelf), (await cursors.cursor(shelf.database, "lrs")).through
        lrs.after = lambda: None
        whole = await pull()
        return half, dict(whole.outcomes), await counted(shelf)

    half, _, count = pulled(database, lrs, work)
    assert half == (6, None)
    assert count == 9


def test_trouble_that_passes_is_waited_for_and_every_call_is_recorded(database):
    lrs = Lrs()
    lrs.put(1, NOW)
    lrs.troubles = [
        httpx2.Response(429, headers={"retry-after": "0.01"}),
        httpx2.Response(502),
        httpx2.ReadError("reset"),
    ]

    async def work(shelf, pull):
        done = await pull()
        rows = await shelf.database.rows(
            "SELECT status, error IS NULL AS answered FROM call WHERE kind = 'pull' ORDER BY call_id"
        )
        return dict(done.outcomes), [tuple(row) for row in rows]

    outcomes, calls = pulled(database, lrs, work)
    assert outcomes == {"accepted": 1}
    assert calls == [(429, True), (502, True), (None, False), (200, True)]


@pytest.mark.parametrize(
    "trouble", [httpx2.Response(403, content=b"no"), httpx2.Response(200, content=b"<html>")]
)
def test_what_will_not_pass_is_said_and_the_cursor_stays(database, trouble):
    lrs = Lrs()
    lrs.troubles = [trouble] * 10

    async def work(shelf, pull):
        with pytest.raises(PullError) as said:
            await pull()
        return said.value.todo, (await cursors.cursor(shelf.database, "lrs")).through

    todo, through = pulled(database, lrs, work)
    assert todo
    assert through is None


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
@pytest.mark.xdist_group("ralph")
@pytest.mark.skipif(not real_lrs.INSTALLED, reason="Ralph is not installed")
def test_a_real_lrs_is_pulled_whole_and_what_is_pushed_to_it_comes_back(database, ralph):
    """What Ralph holds from other tests is in it, too: counted is what this one brought."""
    ours = [statement(5_000 + number, timestamp="2026-05-01T10:00:00Z") for number in range(230)]

    async def work(shelf: Any) -> Any:
        async with httpx2.AsyncClient(timeout=30.0) as client:
            name, password = real_lrs.CREDENTIALS.split(":")
            headers = {"X-Experience-API-Version": "1.0.3"}
            sent = await client.post(f"{ralph}/statements", json=ours, headers=headers, auth=(name, password))
            assert sent.status_code in {200, 204}, sent.text
            source = XapiSource(Options(ralph, real_lrs.CREDENTIALS))
            puller = Puller(
                shelf, Incoming("lrs", source, Line(client), Budget()), "test", Random(1), tell=lambda _: None
            )
            first, again = await puller.pull(now=NOW), await puller.pull(now=NOW + DAY * 2)
            mine = await shelf.database.value(
                "SELECT count(*) FROM completion WHERE record_id = ANY($1::text[])",
                [one["id"] for one in ours],
            )
            return first.pages >= 3, mine, again.outcomes["accepted"]

    assert shelves.on_shelf(database, work) == (True, 230, 0)


class OnePersonAtATime:
    """Answers about whoever is asked about."""

    statements = False
    manifest = Manifest("histories", "Histories", frozenset(), (), Proof.RUN, by_person=True)

    def event(self, raw):
        return {
            "record_id": f"{raw.decode()}:1",
            "employee_number": raw.decode(),
            "course_id": "SAFE101",
            "status": "completed",
            "occurred_at": "2026-03-29T01:30:00Z",
        }

    async def page(self, line, wanted, more):
        person, *then = sorted(one for one in wanted.people if more is None or one > more)
        reply = await line.ask("GET", f"https://lms.example.com/{person}")
        return Page([person.encode()], person if then else None, None, reply)


def test_a_source_of_one_person_at_a_time_is_asked_about_the_whole_roster(database):
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return httpx2.Response(200)

    async def work(shelf: Any) -> Any:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
            of = Incoming("histories", OnePersonAtATime(), Line(client), Budget())
            with pytest.raises(PullError, match="no people with a number"):
                await Puller(shelf, of).pull(now=NOW)
            gone = people.entry("u3", "E1003", ends=datetime(2025, 1, 1, tzinfo=UTC).date(), active=False)
            await enrol(
                shelf, "hr", [people.entry("u1", "E1001"), people.entry("u2", "E1002"), gone], now=NOW
            )
            await enrol(shelf, "lms", [people.entry("77", "E1001")], now=NOW, role=Role.ACCOUNT)
            numbers = await Puller(shelf, of).pull(now=NOW)
            accounts = await Puller(shelf, replace(of, name="others", people="lms")).pull(now=NOW)
            return dict(numbers.outcomes), dict(accounts.outcomes)

    assert shelves.on_shelf(database, work) == ({"accepted": 2}, {"accepted": 1})
    assert asked == ["/E1001", "/E1002", "/77"]
