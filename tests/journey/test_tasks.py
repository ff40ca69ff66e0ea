"""Tasks for a person: what waits, what is said to be done, what comes after it."""

from datetime import UTC, datetime

import people
import shelves
from deliveries import carried, on, outgoing, states
from trueup.connectors.evidence_pack import EvidencePack
from trueup.connectors.target import Options
from trueup.identity.policy import default_policy
from trueup.journey import tasks
from trueup.journey.enrol import enrol, enrol_actors
from trueup.journey.overview import overview
from trueup.journey.trace import trace
from trueup.model.completions import Key


async def known(shelf, *events, numbers=("E1001",)):
    now = datetime.now(UTC)
    names = ("Ann Lee", "Bob Ray")
    entries = [people.entry(f"u{n}", number, names[n]) for n, number in enumerate(numbers)]
    await enrol(shelf, "hr", entries, now=now)
    await shelves.take(shelf, *events, now=now)
    await enrol_actors(shelf, now=now, policy=default_policy())


def event(number: int, person: str = "E1001", **more):
    return shelves.event(number, account=..., employee_number=person, **more)


def by_hand():
    return outgoing(EvidencePack(Options()))


def did(waiting):
    return [(one.open.verb, one.open.record_id, one.open.revision) for one in waiting]


def test_each_delivery_is_a_task_until_somebody_says_that_it_is_done(database):
    async def work(shelf):
        await known(shelf, event(1), event(2))
        await carried(shelf, by_hand())
        waiting = await tasks.waiting(shelf)
        first = waiting[0].open
        found = await tasks.done(shelf, [first.number, 999], None, "ann", "entered in the review")
        again = await tasks.done(shelf, [first.number], None, "ann", "entered in the review")
        left = await tasks.waiting(shelf)
        (story,) = await trace(shelf, Key(first.source, first.record_id, first.revision), [first.revision])
        seen = await overview(shelf, datetime.now(UTC))
        return (
            len(waiting), found == [first.number], again, did(left), await states(shelf),
            [(one.kind, one.outcome, one.worker) for one in story.attempts][-1], [(t.target, t.count) for t in seen.tasks],
        )  # fmt: skip  # a row

    assert on(database, work) == (
        2,
        True,
        [],
        [("create", "cmc-2", "1")],
        {"accepted": 1, "verified": 1},
        ("task", "done by hand", "ann"),
        [("review", 1)],
    )


def test_what_was_said_to_be_done_may_be_taken_back(database):
    async def work(shelf):
        await known(shelf, event(1))
        await carried(shelf, by_hand())
        (one,) = await tasks.waiting(shelf)
        early = await tasks.undone(shelf, [one.open.number], None, "ann", "no")
        await tasks.done(shelf, [one.open.number], None, "ann", "yes")
        back = await tasks.undone(shelf, [one.open.number], None, "ann", "the wrong review")
        return early, back == [one.open.number], did(await tasks.waiting(shelf)), await states(shelf)

    assert on(database, work) == ([], True, [("create", "cmc-1", "1")], {"accepted": 1})


def test_a_correction_takes_the_place_of_what_waited_and_a_void_is_to_be_taken_out(database):
    async def work(shelf):
        to = by_hand()
        await known(shelf, event(1), event(2))
        await carried(shelf, to)
        await tasks.done(shelf, [one.open.number for one in await tasks.waiting(shelf)], None, "ann", "yes")
        await shelves.take(
            shelf, event(1, revision="2", course_id="OTHER"), event(2, revision="2", status="voided")
        )
        await enrol_actors(shelf, now=datetime.now(UTC), policy=default_policy())
        await carried(shelf, to)
        corrections = did(await tasks.waiting(shelf))
        await shelves.take(shelf, event(1, revision="3", course_id="THIRD"))
        await enrol_actors(shelf, now=datetime.now(UTC), policy=default_policy())
        await carried(shelf, to)
        return sorted(corrections), sorted(did(await tasks.waiting(shelf)))

    assert on(database, work) == (
        [("delete", "cmc-2", "2"), ("update", "cmc-1", "2")],
        [("delete", "cmc-2", "2"), ("update", "cmc-1", "3")],
    )


def test_a_pack_holds_what_the_target_is_to_hold_of_one_person(database):
    async def work(shelf):
        to = by_hand()
        await known(shelf, event(1), event(2), event(3, "E1002"), numbers=("E1001", "E1002"))
        await carried(shelf, to)
        await shelves.take(shelf, event(2, revision="2", status="voided"))
        await enrol_actors(shelf, now=datetime.now(UTC), policy=default_policy())
        await carried(shelf, to)
        found = await tasks.packs(shelf, "review")
        (one,) = await tasks.packs(shelf, "review", [found[0].whose])
        return (
            {p.person.employee_number: [e.natural_key for e in p.evidence] for p in found},
            one.person == found[0].person,
            await tasks.packs(shelf, "another"),
        )

    assert on(database, work) == ({"E1001": ["moodle-hr:cmc-1"], "E1002": ["moodle-hr:cmc-3"]}, True, [])
