"""From the outbox to a target and back, on a real database: corrections, voids, people who are not known yet, letters."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import people
import shelves
from deliveries import Fickle, carried, files, folder, on, outgoing, states
from trueup.connectors.forms import theirs
from trueup.connectors.target import Looked, Written
from trueup.delivery.history import store as history
from trueup.delivery.letters.alert import Cohort
from trueup.delivery.outbox import store as outbox
from trueup.identity.policy import default_policy
from trueup.journey import dead_letters, identify, tasks
from trueup.journey.compare import Comparer
from trueup.journey.deliver import Carrier
from trueup.journey.enrol import enrol, enrol_actors
from trueup.journey.identify import Why
from trueup.journey.resolve import resolve
from trueup.journey.trace import trace
from trueup.journey.who import the_person
from trueup.model.completions import Key
from trueup.model.delivery import Answer, Capability, Found, Record, Told
from trueup.model.people import Role
from trueup.model.settings import CycleSettings


def test_what_came_is_carried_there_and_read_back(database, tmp_path):
    async def work(shelf):
        await shelves.take(shelf, *(shelves.event(n) for n in range(120)))
        await carried(shelf, outgoing(folder(tmp_path)))
        return await states(shelf)

    assert on(database, work) == {"verified": 120}
    assert len(files(tmp_path)) == 120


def test_a_correction_is_updated_and_a_void_taken_back(database, tmp_path):
    async def work(shelf):
        to = outgoing(folder(tmp_path))
        await shelves.take(shelf, shelves.event(1), shelves.event(2))
        await carried(shelf, to)
        better = {"raw": 5, "min": 0, "max": 5}
        await shelves.take(
            shelf,
            shelves.event(1, revision="2", score=better),
            shelves.event(2, revision="2", status="voided"),
        )
        await carried(shelf, to)
        return await states(shelf)

    assert on(database, work) == {"verified": 4}
    (left,) = files(tmp_path)
    assert (left["record_id"], left["revision"], left["score"]["raw"]) == ("cmc-1", "2", "5")


def test_of_several_revisions_that_wait_only_the_last_goes(database, tmp_path):
    async def work(shelf):
        target = Fickle(tmp_path)
        for revision in ("1", "2", "3"):
            await shelves.take(shelf, shelves.event(1, revision=revision))
        await carried(shelf, outgoing(target))
        return await states(shelf), target.writes

    assert on(database, work) == ({"superseded": 2, "verified": 1}, 1)
    assert files(tmp_path)[0]["revision"] == "3"


def test_a_void_of_what_never_went_out_needs_no_call(database, tmp_path):
    async def work(shelf):
        target = Fickle(tmp_path)
        await shelves.take(shelf, shelves.event(1), shelves.event(1, revision="2", status="voided"))
        await carried(shelf, outgoing(target))
        return await states(shelf), target.writes

    assert on(database, work) == ({"superseded": 1, "verified": 1}, 0)
    assert files(tmp_path) == []


def test_what_may_have_arrived_is_looked_for_before_it_is_sent_again(database, tmp_path):
    async def work(shelf):
        target = Fickle(tmp_path, told=Told.UNKNOWN, times=1)
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(target))
        return await states(shelf), target.writes, target.looks

    assert on(database, work) == ({"verified": 1}, 1, 1)


def test_success_without_effect_is_sent_again_and_then_given_up_as_what_it_is(database, tmp_path):
    async def work(shelf):
        target = Fickle(tmp_path, lies=True)
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(target))
        (letter,) = (await dead_letters.waiting(shelf))[1]
        return await states(shelf), target.writes, (letter.code, letter.expected)

    assert on(database, work) == ({"dead": 1}, 3, ("TU0303", "the record as it was sent"))


def test_a_target_that_can_t_be_changed_hands_corrections_to_a_person(database, tmp_path):
    can = frozenset({Capability.CREATE, Capability.READ_BACK})

    async def work(shelf):
        to = outgoing(Fickle(tmp_path, manifest={"capabilities": can}))
        await shelves.take(shelf, shelves.event(1), shelves.event(2))
        await carried(shelf, to)
        await shelves.take(
            shelf,
            shelves.event(1, revision="2", course_id="OTHER"),
            shelves.event(2, revision="2", status="voided"),
        )
        await carried(shelf, to)
        codes = [
            one["code"] for one in await shelf.database.rows("SELECT code FROM outbox WHERE code IS NOT NULL")
        ]
        waiting = await tasks.waiting(shelf)
        before = await Comparer(shelf, to, ()).compare()
        await tasks.done(shelf, [one.open.number for one in waiting], None, "ann", "done there")
        after = await Comparer(shelf, to, ()).compare()
        await shelves.take(shelf, shelves.event(2, revision="3"))
        await carried(shelf, to)
        return (
            sorted(codes), sorted((one.open.verb, one.open.record_id) for one in waiting), (await dead_letters.waiting(shelf))[1],
            [one.cause.value for one in before.differences], ([one.cause.value for one in after.differences], after.same),
            len(files(tmp_path)), len(await tasks.waiting(shelf)),
        )  # fmt: skip  # a row

    assert on(database, work) == (
        ["TU0305", "TU0306"],
        [("delete", "cmc-2"), ("update", "cmc-1")],
        [],
        ["for a person", "for a person"],
        ([], 2),
        2,  # what was taken back by hand is made again where it comes again
        0,
    )


def test_a_correction_by_hand_that_is_not_done_after_all_waits_again(database, tmp_path):
    can = frozenset({Capability.CREATE, Capability.READ_BACK})

    async def work(shelf):
        to = outgoing(Fickle(tmp_path, manifest={"capabilities": can}))
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, to)
        await shelves.take(shelf, shelves.event(1, revision="2", course_id="OTHER"))
        await carried(shelf, to)
        (one,) = await tasks.waiting(shelf)
        await tasks.done(shelf, [one.open.number], None, "ann", "done there")
        back = await tasks.undone(shelf, [one.open.number], None, "ann", "no")
        return back == [one.open.number], [t.open.verb for t in await tasks.waiting(shelf)]

    assert on(database, work) == (True, ["update"])


def test_a_revision_that_changes_nothing_there_is_not_sent(database, tmp_path):
    """xAPI has no revision in what it is sent: here it is the tags that the target does not keep."""

    class Narrow(Fickle):
        def record(self, evidence):
            made = super().record(evidence)
            return replace(
                made, fields={name: value for name, value in made.fields.items() if name != "revision"}
            )

    async def work(shelf):
        target = Narrow(tmp_path)
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(target))
        await shelves.take(shelf, shelves.event(1, revision="2"))
        await carried(shelf, outgoing(target))
        return target.writes, [
            one.outcome
            for chapter in await trace(shelf, Key("moodle-hr", "cmc-1", "2"), ["2"])
            for one in chapter.attempts
        ]

    assert on(database, work) == (1, ["unchanged"])


class Beside(Fickle):
    """A target where a correction stands beside what was: an append takes the one before away, as voiding does."""

    def __init__(self, place, **does):
        super().__init__(
            place,
            **does,
            manifest={
                "capabilities": frozenset(
                    {Capability.APPEND, Capability.CREATE, Capability.DELETE, Capability.READ_BACK}
                )
            },
        )
        self.held: dict[str, Any] = {}

    async def write(self, line, jobs):
        self.writes += 1
        fails = self.writes in self.does.get("fails", ())
        if not fails or self.does.get("after"):
            for job in jobs:
                if job.before is not None:
                    self.held.pop(str(job.before.key), None)
                self.held[str(job.evidence.key)] = job.record.fields
        told = self.does["as_"] if fails else Told.ACCEPTED
        return Written([Answer(told) for _ in jobs])

    async def look(self, line, jobs):
        return Looked([Found(self.held.get(str(job.evidence.key))) for job in jobs])


@pytest.mark.parametrize("as_", [Told.ACCEPTED, Told.UNKNOWN])
@pytest.mark.parametrize("after", [True, False])
def test_a_correction_beside_that_fails_or_lies_never_leaves_two(database, tmp_path, as_, after):
    target = Beside(tmp_path, fails={2}, as_=as_, after=after)

    async def work(shelf):
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(target))
        await shelves.take(shelf, shelves.event(1, revision="2", course_id="OTHER"))
        await carried(shelf, outgoing(target))
        return await states(shelf)

    assert on(database, work) == {"verified": 2}
    assert list(target.held) == ["moodle-hr:cmc-1:2"]


class OnlyPeople(Fickle):
    """A target that needs a number of the roster."""

    def record(self, evidence):
        from trueup.connectors.target import UnfitError
        from trueup.model.completions import Fault

        if evidence.person is None:
            raise UnfitError(Fault("TU0103", "/employee_number", "a person of the roster", "nobody"))
        return super().record(evidence)


def test_somebody_who_is_not_known_yet_is_waited_for_and_not_given_up(database, tmp_path):
    async def work(shelf):
        carrier = Carrier(shelf, outgoing(OnlyPeople(tmp_path)), "test")
        await carrier.ready()
        await shelves.take(
            shelf, shelves.event(1, account=..., employee_number="E1001"), now=datetime.now(UTC)
        )
        await carrier.turn()
        before = await states(shelf), await shelf.database.value("SELECT code FROM outbox")
        await enrol(shelf, "hr", [people.entry("u1", "E1001")], now=datetime.now(UTC))
        await enrol_actors(shelf, now=datetime.now(UTC), policy=default_policy())
        await shelf.database.run("UPDATE outbox SET run_at = '-infinity'")
        await carried(shelf, carrier.to)
        return before, await states(shelf)

    assert on(database, work) == (({"queued": 1}, "TU0103"), {"verified": 1})
    assert files(tmp_path)[0]["employee_number"] == "E1001"


def test_a_target_that_calls_people_by_accounts_of_its_own_is_told_those(database, tmp_path):
    class ByAccount(OnlyPeople):
        def record(self, evidence):
            return Record({**super().record(evidence).fields, "there": theirs.person(evidence, "/there")})

    async def work(shelf):
        now = datetime.now(UTC)
        await enrol(shelf, "hr", [people.entry("u1", "E1001")], now=now)
        await shelves.take(shelf, shelves.event(1, account=..., employee_number="E1001"), now=now)
        await enrol_actors(shelf, now=now, policy=default_policy())
        to = outgoing(ByAccount(tmp_path), people="bamboohr")
        carrier = Carrier(shelf, to, "test")
        await carrier.ready()
        await carrier.turn()
        before = await states(shelf), await shelf.database.value("SELECT code FROM outbox")
        accounts = [people.entry("117", "E1001")]
        await enrol(shelf, "bamboohr", accounts, now=now, role=Role.ACCOUNT)
        await resolve(shelf, now=now)
        await shelf.database.run("UPDATE outbox SET run_at = '-infinity'")
        await carried(shelf, to)
        return before, await states(shelf)

    assert on(database, work) == (({"queued": 1}, "TU0103"), {"verified": 1})
    assert files(tmp_path)[0]["there"] == "117"


def test_what_went_out_stays_out_where_its_person_is_not_known_any_more(database, tmp_path):
    class Forgetful(OnlyPeople):
        known = True

        def record(self, evidence):
            return super().record(replace(evidence, person=evidence.person if self.known else None))

    async def work(shelf):
        now = datetime.now(UTC)
        await enrol(shelf, "hr", [people.entry("u1", "E1001")], now=now)
        await shelves.take(shelf, shelves.event(1, account=..., employee_number="E1001"), now=now)
        await enrol_actors(shelf, now=now, policy=default_policy())
        target = Forgetful(tmp_path, told=Told.UNKNOWN, times=1)
        carrier = Carrier(shelf, outgoing(target), "test")
        await carrier.ready()
        await carrier.turn()
        target.known = False
        await asyncio.sleep(0.06)
        await carrier.turn()
        before = await states(shelf), await shelf.database.value("SELECT code FROM outbox")
        target.known = True
        await shelf.database.run("UPDATE outbox SET run_at = '-infinity'")
        await carried(shelf, carrier.to)
        return before, await states(shelf), target.writes

    assert on(database, work) == (({"sent": 1}, "TU0103"), {"verified": 1}, 1)


def test_nobody_until_the_deadline_is_given_up_with_the_cause(database, tmp_path):
    async def work(shelf):
        await shelves.take(shelf, shelves.event(1), now=datetime.now(UTC) - timedelta(days=3))
        await carried(shelf, outgoing(OnlyPeople(tmp_path)))
        (letter,) = (await dead_letters.waiting(shelf))[1]
        return letter.code, letter.pointer

    assert on(database, work) == ("TU0103", "/employee_number")


def test_redriving_is_previewed_refused_while_the_rule_fails_and_ends_the_letter_once_verified(
    database, tmp_path
):
    async def work(shelf):
        refusing = Fickle(tmp_path, told=Told.REFUSED)
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(refusing))
        letters = (await dead_letters.waiting(shelf))[1]
        targets = {"review": outgoing(folder(tmp_path))}
        (same,) = await dead_letters.previewed(shelf, targets, letters)
        (gone,) = await dead_letters.previewed(shelf, {}, letters)
        (anyway,) = await dead_letters.previewed(shelf, targets, letters, anyway=True)
        sent = await dead_letters.redrive(shelf, [anyway], "ann")
        twice = await dead_letters.redrive(shelf, [anyway], "ann")
        (on_its_way,) = (await dead_letters.waiting(shelf))[1]
        await carried(shelf, outgoing(folder(tmp_path)))
        left = (await dead_letters.waiting(shelf))[1]
        (ended,) = await dead_letters.named(shelf, [letters[0].letter_id])
        return (
            "exactly this" in str(same.refusal), "not declared" in str(gone.refusal), (anyway.refusal, anyway.verb),
            sent == [letters[0].letter_id], twice, on_its_way.redriven_by, left, ended.ended_by, await states(shelf),
        )  # fmt: skip  # a row

    assert on(database, work) == (
        True,
        True,
        (None, "create"),
        True,
        [],
        "ann",
        [],
        "verified",
        {"verified": 1},
    )


def test_what_dies_again_waits_again_with_its_new_cause(database, tmp_path):
    async def work(shelf):
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(Fickle(tmp_path, told=Told.REFUSED)))
        letters = (await dead_letters.waiting(shelf))[1]
        targets = {"review": outgoing(folder(tmp_path))}
        await dead_letters.redrive(
            shelf, await dead_letters.previewed(shelf, targets, letters, anyway=True), "ann"
        )
        await carried(shelf, outgoing(Fickle(tmp_path / "elsewhere", lies=True)))
        (again,) = (await dead_letters.waiting(shelf))[1]
        return again.letter_id == letters[0].letter_id, again.code, again.redriven_at

    assert on(database, work) == (True, "TU0303", None)


def test_what_is_discarded_is_kept_with_its_reason_and_is_not_sent(database, tmp_path):
    async def work(shelf):
        await shelves.take(shelf, shelves.event(1))
        await carried(
            shelf, outgoing(Fickle(tmp_path, told=Told.REFUSED, manifest={"capabilities": frozenset()}))
        )
        (letter,) = (await dead_letters.waiting(shelf))[1]
        gone = await dead_letters.discard(shelf, [letter.letter_id], "ann", "done by hand")
        again = await dead_letters.discard(shelf, [letter.letter_id], "ann", "done by hand")
        (kept,) = await dead_letters.named(shelf, [letter.letter_id])
        return gone == [letter.letter_id], again, kept.ended_by, kept.reason, await states(shelf)

    assert on(database, work) == (True, [], "ann", "done by hand", {"dead": 1})


def test_one_that_is_refused_holds_back_no_other_of_its_batch(database, tmp_path):
    class Poisoned(Fickle):
        async def write(self, line, jobs):
            bad = [job for job in jobs if job.evidence.course_id == "POISON"]
            if bad:
                self.writes += 1
                return Written([Answer(Told.TOO_MUCH if len(jobs) > 1 else Told.REFUSED) for _ in jobs])
            return await super().write(line, jobs)

    async def work(shelf):
        await shelves.take(
            shelf, *(shelves.event(n, course_id="POISON" if n == 17 else "OK") for n in range(60))
        )
        await carried(shelf, outgoing(Poisoned(tmp_path)))
        (letter,) = (await dead_letters.waiting(shelf))[1]
        return await states(shelf), letter.record_id

    assert on(database, work) == ({"dead": 1, "verified": 59}, "cmc-17")


@pytest.mark.parametrize("told", [Told.THROTTLED, Told.DENIED, Told.FAILED])
def test_trouble_of_the_target_alone_loses_and_doubles_nothing(database, tmp_path, told):
    async def work(shelf):
        target = Fickle(tmp_path, told=told, times=2)
        await shelves.take(shelf, *(shelves.event(n) for n in range(5)))
        carrier = Carrier(shelf, outgoing(target), "test")
        await carrier.ready()
        for _ in range(200):
            await carrier.turn()
            await shelf.database.run("UPDATE destination SET closed_until = '-infinity'")
            await shelf.database.run("UPDATE outbox SET run_at = '-infinity' WHERE state = 'queued'")
            if not await history.waits(shelf.database, ["review"]):
                break
            await asyncio.sleep(0.01)
        return await states(shelf), target.writes

    assert on(database, work) == ({"verified": 5}, 3)


def test_a_story_tells_every_try(database, tmp_path):
    async def work(shelf):
        await shelves.take(shelf, shelves.event(1))
        await carried(shelf, outgoing(Fickle(tmp_path, told=Told.UNKNOWN, times=1)))
        (chapter,) = await trace(shelf, Key("moodle-hr", "cmc-1", "1"), ["1"])
        return [(one.kind, one.outcome, one.code) for one in chapter.attempts], chapter.deliveries[
            0
        ].state.value

    assert on(database, work) == ([("create", "unknown", "TU0402"), ("look", "there", None)], "verified")


def test_what_was_delivered_follows_its_person_through_a_merge_and_back(database, tmp_path):
    async def work(shelf):
        now = datetime.now(UTC)
        await enrol(
            shelf, "hr", [people.entry("u1", "E1001"), people.entry("u2", "E1002", "Bob Ray")], now=now
        )
        await shelves.take(shelf, shelves.event(1, account=..., employee_number="E1001"), now=now)
        await enrol_actors(shelf, now=now, policy=default_policy())
        to = outgoing(folder(tmp_path))
        await carried(shelf, to)
        ann, bob = [await the_person(shelf, number, now=now) for number in ("E1001", "E1002")]
        why = Why.of_person("steward", "one human", now)
        merged = await identify.merge(shelf, ann, bob, why)
        numbers = [files(tmp_path)[0]["employee_number"]]
        seen = await outbox.follow(shelf.database, ["review"], 0)
        again = await outbox.follow(shelf.database, ["review"], 0)
        await carried(shelf, to)
        numbers.append(files(tmp_path)[0]["employee_number"])
        await identify.unmerge(shelf, merged.decisions[0], why)
        await outbox.follow(shelf.database, ["review"], seen[0])
        await carried(shelf, to)
        numbers.append(files(tmp_path)[0]["employee_number"])
        return numbers, seen[1], again[1], await states(shelf)

    assert on(database, work) == (["E1001", "E1002", "E1001"], 1, 0, {"verified": 1})


def test_a_found_answer_may_carry_more_than_was_sent():
    from trueup.journey.outcomes import differing

    assert differing(Record({"a": 1}), Found({"a": 1, "b": 2}).fields or {}) == []


def test_an_alert_names_the_department_and_the_cycle_that_most_of_it_belongs_to(database, tmp_path):
    async def work(shelf):
        now = datetime.now(UTC)
        entries = [
            people.entry(
                f"u{n}", f"E{n}", f"Ann{chr(97 + n)} Lee", department=("Sales" if n < 4 else "Legal",)
            )
            for n in range(6)
        ]
        await enrol(shelf, "hr", entries, now=now)
        await shelves.take(
            shelf, *(shelves.event(n, account=..., employee_number=f"E{n}") for n in range(6)), now=now
        )
        await enrol_actors(shelf, now=now, policy=default_policy())
        await carried(shelf, outgoing(Fickle(tmp_path, told=Told.REFUSED)))
        spring = CycleSettings("2026-H1", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 30, tzinfo=UTC))
        (alert,) = await dead_letters.alarming(replace(shelf, cycles=(spring,)), datetime.now(UTC))
        return alert.died, alert.most

    assert on(database, work) == (6, Cohort("Sales", "2026-H1", 4))
