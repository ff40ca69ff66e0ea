"""Source, ledger and target as sets: delete or change any record anywhere, and it is named with its cause."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx2
import pytest
from test_pull import NOW, Lrs, statement

import shelves
from deliveries import TO_REVIEW, Fickle, carried, files, folder, outgoing
from trueup.connectors.target import Line, Looked, NoReplyError, Options
from trueup.connectors.xapi_source import XapiSource
from trueup.journey import keep_comparing as keep_comparing_leg
from trueup.journey.compare import Cause, Compared, CompareError, Comparer, repair
from trueup.journey.overview import overview
from trueup.journey.pull import Incoming, Puller
from trueup.model.delivery import Budget, Found, Told


async def compared(shelf: Any, target: Any, pullers: Any = (), window: Any = None) -> Compared:
    comparer = Comparer(shelf, outgoing(target), pullers, Random(1), tell=lambda _: None)
    return await comparer.compare(window)


def told(done: Compared) -> list[tuple[str, str]]:
    return [(one.record, one.cause.value) for one in done.differences]


def on(database: Any, work: Any) -> Any:
    return shelves.on_shelf(database, work, TO_REVIEW)


def test_what_is_the_same_everywhere_makes_no_difference(database, tmp_path):
    async def work(shelf):
        await shelves.take(
            shelf, *(shelves.event(n) for n in range(5)), shelves.event(1, revision="2", status="voided")
        )
        await carried(shelf, outgoing(folder(tmp_path)))
        done = await compared(shelf, folder(tmp_path))
        return told(done), done.due, done.asked, done.same, done.listed

    assert on(database, work) == ([], 5, 4, 5, 4)


def test_each_that_was_lost_changed_or_added_at_the_target_is_named_and_repaired(database, tmp_path):
    async def work(shelf):
        to = outgoing(folder(tmp_path))
        await shelves.take(shelf, *(shelves.event(n) for n in range(6)))
        await carried(shelf, to)
        by_record = {json.loads(path.read_text())["record_id"]: path for path in tmp_path.glob("*.json")}
        by_record["cmc-1"].unlink()
        changed = json.loads(by_record["cmc-2"].read_text()) | {"course_id": "OTHER"}
        by_record["cmc-2"].write_text(json.dumps(changed))
        (tmp_path / "stray.json").write_text(json.dumps({"source": "moodle-hr", "record_id": "stray"}))
        done = await compared(shelf, folder(tmp_path))
        sent = await repair(shelf, "review", done.differences)
        await carried(shelf, to)
        after = await compared(shelf, folder(tmp_path))
        (fields,) = (one.fields for one in done.differences if one.cause is Cause.MISMATCHED)
        return (
            told(done),
            [(one["field"], one["expected"], one["actual"]) for one in fields],
            sent,
            told(after),
        )

    differences, fields, sent, after = on(database, work)
    assert differences == [
        ("moodle-hr:cmc-1", "written then vanished"), ("moodle-hr:cmc-2", "mismatched"), ("moodle-hr:stray", "extra"),
    ]  # fmt: skip  # a row each
    assert fields == [("course_id", "SAFE101", "OTHER")]
    assert (sent, after) == (2, [("moodle-hr:stray", "extra")])


def test_a_void_that_the_target_did_not_apply_is_named(database, tmp_path):
    async def work(shelf):
        to = outgoing(folder(tmp_path))
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, to)
        (kept,) = files(tmp_path)
        (path,) = tmp_path.glob("*.json")
        await shelves.take(shelf, shelves.event(1, revision="2", status="voided"))
        await carried(shelf, to)
        path.write_text(json.dumps(kept))
        return told(await compared(shelf, folder(tmp_path)))

    assert on(database, work) == [("moodle-hr:cmc-1", "void not applied")]


def test_what_waits_is_late_was_given_up_or_is_in_quarantine_is_named_as_that(database, tmp_path):
    async def work(shelf):
        now = datetime.now(UTC)
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(Fickle(tmp_path, told=Told.REFUSED)))
        await shelves.take(shelf, shelves.event(2), now=now)
        await shelves.take(shelf, shelves.event(3), now=now - timedelta(days=3))
        await shelves.take(shelf, shelves.event(4, occurred_at="2026-03-29 01:30:00"), now=now)
        return told(await compared(shelf, folder(tmp_path / "empty")))

    assert on(database, work) == [
        ("moodle-hr:cmc-4", "quarantined"), ("moodle-hr:cmc-2", "on its way"), ("moodle-hr:cmc-3", "overdue"),
        ("moodle-hr:cmc-1", "given up"),
    ]  # fmt: skip  # a row each


def test_what_a_source_lists_and_the_ledger_has_not_is_named(database, tmp_path):
    lrs = Lrs()
    for number in range(5):
        lrs.put(number, NOW)

    async def work(shelf):
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(lrs.answer)) as client:
            of = Incoming("lrs", XapiSource(Options("http://lrs.example.com/xapi")), Line(client), Budget())
            puller = Puller(shelf, of, "test", Random(1), tell=lambda _: None)
            await puller.pull(now=NOW)
            await carried(shelf, outgoing(folder(tmp_path)))
            lrs.put(9, NOW)
            done = await compared(shelf, folder(tmp_path), [puller])
            return told(done), done.sources, done.due

    assert on(database, work) == ([(f"lrs:{statement(9)['id']}", "never received")], {"lrs": 6}, 5)


def test_a_cycle_compares_what_happened_in_its_window(database, tmp_path):
    async def work(shelf):
        await shelves.take(shelf, shelves.event(1), shelves.event(2, occurred_at="2025-03-29T01:30:00Z"))
        await carried(shelf, outgoing(folder(tmp_path)))
        for path in tmp_path.glob("*.json"):
            path.unlink()
        year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
        return told(await compared(shelf, folder(tmp_path), window=year))

    assert on(database, work) == [("moodle-hr:cmc-1", "written then vanished")]


def test_where_the_target_can_t_be_asked_nothing_is_said_of_it(database, tmp_path):
    class Mute(Fickle):
        async def look(self, line, jobs):
            return Looked([Found(None, failed=Told.DENIED) for _ in jobs])

    async def work(shelf):
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(folder(tmp_path)))
        with pytest.raises(CompareError, match="can't be asked"):
            await compared(shelf, Mute(tmp_path))

    on(database, work)


def test_a_service_compares_in_its_own_time_and_keeps_what_that_came_to(database, tmp_path):
    async def work(shelf):
        to = outgoing(folder(tmp_path), compare=timedelta(hours=24))
        await shelves.take(shelf, shelves.event(1), shelves.event(2))
        await carried(shelf, to)
        next(tmp_path.glob("*.json")).unlink()
        stop, told = asyncio.Event(), []

        def said(event, figures):
            told.append((event, figures))
            stop.set()

        await asyncio.wait_for(
            keep_comparing_leg.keep_comparing(shelf, [to], [], stop, said=said, first=timedelta(0)), 30
        )
        seen = await overview(shelf, datetime.now(UTC))
        return told, [(one.target, one.due, one.same, dict(one.causes)) for one in seen.compared], seen.wrong

    assert on(database, work) == (
        [("compare.done", {"due": 2, "same": 1, "written then vanished": 1})],
        [("review", 2, 1, {"written then vanished": 1})],
        True,
    )


def test_what_was_compared_lately_or_is_never_to_be_is_left_alone(database, tmp_path):
    async def work(shelf):
        daily = outgoing(folder(tmp_path), compare=timedelta(hours=24))
        await keep_comparing_leg.compared(shelf, daily, [])
        stop = asyncio.Event()
        running = asyncio.create_task(
            keep_comparing_leg.keep_comparing(
                shelf, [daily, outgoing(folder(tmp_path))], [], stop, said=lambda *_: None, first=timedelta(0)
            )
        )
        await asyncio.sleep(0.3)
        stop.set()
        await running
        return await shelf.database.value("SELECT count(*) FROM comparison")

    assert on(database, work) == 1


def test_a_target_that_can_t_be_asked_is_said_to_be_so(database, tmp_path, monkeypatch):
    class Silent(Fickle):
        async def look(self, line, jobs):
            raise NoReplyError("gone", sent=False)

    async def work(shelf):
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(folder(tmp_path)))
        monkeypatch.setattr("trueup.journey.compare.ATTEMPTS", 1)
        return (await keep_comparing_leg.compared(shelf, outgoing(Silent(tmp_path)), [])).failed

    assert "can't be asked" in on(database, work)
