"""Requests that come at the same time go together, each with its own answer, and none pays for another one."""

import asyncio

import pytest

from shelves import counted, event, on_shelf, sent
from trueup.journey.arrive import Incoming, Shelf
from trueup.journey.together import MOST, Together
from trueup.model.completions import Outcome


def test_everybody_gets_their_own_answer_in_their_own_order(database):
    async def crowd(shelf: Shelf):
        together = Together(shelf, "api")
        asked = [together.arrive(sent(event(number), event(number, status="done"))) for number in range(100)]
        return await asyncio.gather(*asked), await counted(shelf)

    answers, rows = on_shelf(database, crowd)
    assert rows["completion"] == 100
    for number, answer in enumerate(answers):
        assert [one.outcome for one in answer] == [Outcome.ACCEPTED, Outcome.REJECTED]
        assert answer[0].key is not None
        assert answer[0].key.record_id == f"cmc-{number}"


def test_a_thousand_of_one_event_have_one_effect(database):
    async def crowd(shelf: Shelf):
        together = Together(shelf, "api")
        answers = await asyncio.gather(*(together.arrive(sent(event())) for _ in range(1000)))
        return [answer[0] for answer in answers], await counted(shelf)

    answers, rows = on_shelf(database, crowd)
    assert rows["completion"] == rows["audit_pending"] == 1
    assert sum(one.outcome is Outcome.ACCEPTED for one in answers) == 1
    assert {(one.statement_id, one.received_at, one.salt) for one in answers} == {
        (answers[0].statement_id, answers[0].received_at, answers[0].salt)
    }


def test_one_that_breaks_the_call_breaks_only_its_own(database):
    async def crowd(shelf: Shelf):
        together = Together(shelf, "api")
        good = [together.arrive(sent(event(number))) for number in range(20)]
        broken = together.arrive([Incoming(None)])  # type: ignore[arg-type]  # what no door sends
        return await asyncio.gather(*good[:10], broken, *good[10:], return_exceptions=True)

    told = on_shelf(database, crowd)
    assert isinstance(told.pop(10), TypeError)
    assert [answer[0].outcome for answer in told] == [Outcome.ACCEPTED] * 20


def test_whoever_goes_away_leaves_the_others_theirs(database):
    async def crowd(shelf: Shelf):
        together = Together(shelf, "api")
        gone = asyncio.create_task(together.arrive(sent(event(1))))
        stays = asyncio.create_task(together.arrive(sent(event(2))))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays, gone

    answer, gone = on_shelf(database, crowd)
    assert answer[0].outcome is Outcome.ACCEPTED
    assert gone.cancelled()


@pytest.mark.parametrize("size", [MOST, MOST + 1])
def test_a_batch_of_any_size_goes_at_once(database, size: int):
    async def one(shelf: Shelf):
        return await Together(shelf, "api").arrive(sent(*(event(number) for number in range(size))))

    assert len(on_shelf(database, one)) == size
