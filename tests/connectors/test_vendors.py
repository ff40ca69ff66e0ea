"""The vendors' targets keep the contract, against an imitation of theirs over real sockets; what is special to each."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from contract import AT, GOOD, HttpContract

import imitations
from trueup.connectors.bamboohr import BambooHr
from trueup.connectors.frappe_feedback import FrappeFeedback
from trueup.connectors.frappe_skills import FrappeSkills
from trueup.connectors.frappe_training import FrappeTraining
from trueup.connectors.horilla import Horilla
from trueup.connectors.lattice import Lattice
from trueup.connectors.orangehrm import OrangeHrm
from trueup.connectors.target import (
    Line,
    NoReplyError,
    Options,
    UnansweredError,
    UnfitError,
    UnusableOptionsError,
)
from trueup.model.completions import Key, Status
from trueup.model.delivery import Job, Person, Told, Verb

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "localhost"]), pytest.mark.xdist_group("imitated")]
RECORDED = Path(__file__).parent.parent / "recordings" / "horilla"
COURSES = {"SAFE101": "7", "X": "8"}
OTHER = Person("0c0ffee0-0000-4000-8000-000000000002", "E1002", "bob@corp.example.com", ("E1002",))


@pytest.fixture(scope="session")
def there() -> Iterator[imitations.Imitation]:
    with imitations.review_system() as running:
        yield running


def options(there: imitations.Imitation, **more: Any) -> Options:
    return Options(there.address, "key", {"courses": COURSES, **more})


def anybody(target: Any, work: Any, handler: Any) -> Any:
    """What comes of some work with a target whose system answers so."""

    async def inside() -> Any:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
            return await work(target, Line(client, seconds=2.0))

    return asyncio.run(inside())


class MovingContract(HttpContract):
    """A record that turns out to be somebody else's leaves the one and is found at the other."""

    def test_what_changes_hands_is_gone_from_whoever_had_it(self, target):
        mine = replace(GOOD, key=Key("moodle-hr", f"m-{uuid4()}", "1"))
        theirs = replace(mine, person=OTHER)

        async def work(line):
            first = self.job(target, mine)
            made = await self.made(line, target, first)
            moved = self.job(target, theirs, Verb.UPDATE, remote_id=made, before=theirs)
            await target.write(line, [moved])
            return (await target.look(line, [moved])).found[0], (await target.look(line, [first])).found[0]

        at_other, at_first = self.run(work)
        assert at_other.fields is not None
        assert at_first.fields is None or at_first.fields["employee"] == OTHER.there[0]


class TestBambooHr(MovingContract):
    @pytest.fixture
    def target(self, there):
        return BambooHr(options(there))

    def test_its_day_is_the_day_in_the_declared_zone(self, there):
        late = replace(GOOD, completed_at=datetime(2026, 3, 29, 22, 30, tzinfo=UTC))
        days = [
            BambooHr(options(there, zone=zone)).record(late).fields["completed"]
            for zone in ("UTC", "Europe/Berlin", "America/New_York")
        ]
        assert days == ["2026-03-29", "2026-03-30", "2026-03-29"]

    def test_a_correction_that_is_refused_says_that_the_old_row_is_gone(self, target):
        async def work(target, line):
            job = self.job(target, GOOD, Verb.UPDATE, remote_id="7", before=GOOD)
            return (await target.write(line, [job])).answers[0]

        answer = anybody(
            target, work, lambda asked: httpx2.Response(200 if asked.method == "DELETE" else 400)
        )
        assert (answer.told, answer.fault.code) == (Told.REFUSED, "TU0302")
        assert "taken away" in answer.fault.actual


class TestFrappeTraining(MovingContract):
    @pytest.fixture
    def target(self, there):
        return FrappeTraining(options(there))


class TestFrappeSkills(MovingContract):
    @pytest.fixture
    def target(self, there):
        mine = uuid4().hex  # a skill has no key of ours: each test has skills of its own
        return FrappeSkills(options(there, courses={"SAFE101": f"Fire {mine}", "X": f"Other {mine}"}))

    def test_a_score_is_a_share_of_its_scale(self, target):
        assert target.record(GOOD).fields["proficiency"] == 0.8

    def test_whoever_has_no_map_gets_one_with_the_skill(self, there):
        target = FrappeSkills(options(there))
        new = replace(GOOD, person=replace(OTHER, there=(uuid4().hex,)))

        async def work(line):
            job = self.job(target, new)
            return (await target.write(line, [job])).answers[0].told, (await target.look(line, [job])).found[
                0
            ].fields

        told, fields = self.run(work)
        assert (told, fields["proficiency"]) == (Told.ACCEPTED, 0.8)


class TestFrappeFeedback(MovingContract):
    @pytest.fixture
    def target(self, there):
        return FrappeFeedback(options(there, cycle="2026-H2", reviewer="E9", criteria="Learning"))

    def before(self, request):
        if request.url.path.endswith("/Appraisal"):
            return httpx2.Response(200, json={"data": [{"name": "HR-APR-1"}]})
        return None

    def test_nobody_gives_feedback_to_themselves(self, target):
        with pytest.raises(UnfitError) as said:
            target.record(replace(GOOD, person=replace(OTHER, there=("E9",))))
        assert said.value.fault.pointer == "/reviewer"

    @pytest.mark.parametrize("found", [[], [{"name": "A"}, {"name": "B"}]])
    def test_whoever_has_not_one_appraisal_in_the_cycle_is_named_so(self, target, found):
        async def work(target, line):
            return await target.write(line, [self.job(target)])

        with pytest.raises(UnansweredError) as said:
            anybody(target, work, lambda _: httpx2.Response(200, json={"data": found}))
        assert (said.value.answer.told, said.value.answer.fault.code) == (Told.REFUSED, "TU0904")


class TestOrangeHrm(MovingContract):
    @pytest.fixture
    def target(self, there):
        return OrangeHrm(options(there, tracker="Learning"))

    def before(self, request):
        if request.url.path.endswith("/employees/trackers"):
            return httpx2.Response(200, json={"data": [{"id": 91, "title": "Learning"}]})
        return None

    def test_what_was_failed_is_a_negative_achievement(self, target):
        marks = [
            target.record(replace(GOOD, status=one)).fields["achievement"]
            for one in (Status.PASSED, Status.FAILED)
        ]
        assert marks == [1, 2]

    def test_whoever_has_no_such_tracker_is_named_so(self, target):
        async def work(target, line):
            return await target.write(line, [self.job(target)])

        with pytest.raises(UnansweredError) as said:
            anybody(
                target, work, lambda _: httpx2.Response(200, json={"data": [{"id": 1, "title": "Sales"}]})
            )
        assert said.value.answer.fault.code == "TU0103"

    @pytest.mark.parametrize(
        ("status", "told"),
        [(500, Told.FAILED), (429, Told.THROTTLED), (403, Told.DENIED), (404, Told.REFUSED)],
    )
    def test_what_has_to_be_asked_first_and_is_not_answered_leaves_nothing_written(
        self, target, status, told
    ):
        async def work(target, line):
            return await target.write(line, [self.job(target)])

        with pytest.raises(NoReplyError) as said:
            anybody(target, work, lambda _: httpx2.Response(status))
        assert (said.value.sent, said.value.answer.told) == (False, told)


class TestLattice(HttpContract):
    @pytest.fixture
    def target(self, there):
        return Lattice(options(there, cycle="2026-H2"))

    def before(self, request):
        page = {"hasMore": False, "endingCursor": None}
        if request.url.path.endswith("/reviewees"):
            return httpx2.Response(200, json={"data": [{"id": "r1", "user": {"id": "E1001"}}], **page})
        if request.url.path.endswith("/reviews"):
            return httpx2.Response(
                200, json={"data": [{"id": "v1", "revieweeId": "r1", "direction": "downward"}], **page}
            )
        return None

    def test_a_draft_that_does_not_repeat_what_was_written_may_not_hold_it(self, target):
        wrote = self.asked(target, lambda _: httpx2.Response(201, json={"data": {"responses": []}}))
        assert [one.told for one in wrote.answers] == [Told.UNKNOWN]

    def test_whoever_has_no_review_in_the_cycle_is_named_so(self, target):
        stranger = replace(GOOD, person=replace(OTHER, there=("nobody",)))
        with pytest.raises(UnansweredError) as said:
            self.run(lambda line: target.write(line, [self.job(target, stranger)]))
        assert said.value.answer.fault.code == "TU0904"

    def test_the_review_is_found_behind_several_pages(self, target):
        last = replace(GOOD, person=replace(OTHER, there=("E1200",)))
        wrote = self.run(lambda line: target.write(line, [self.job(target, last)]))
        assert [one.remote_id for one in wrote.answers] == ["review_199_downward"]


class TestHorilla(MovingContract):
    @pytest.fixture
    def target(self, there):
        return Horilla(Options(there.address, "token"))

    def before(self, request):
        return (
            httpx2.Response(200, json={"additional_info": None})
            if request.method == "GET" and self.writes
            else None
        )

    writes = True

    def asked(self, target, handler, *, looks=False):
        self.writes = not looks
        return super().asked(target, handler, looks=looks)

    def test_what_others_wrote_there_stays(self, target, there):
        self.run(lambda line: target.write(line, [self.job(target)]))
        answer = httpx2.get(f"{there.address}/api/employee/employees/E1001/").json()
        assert answer["additional_info"]["shoe_size"] == 42
        assert "moodle-hr:cmc-1" in answer["additional_info"]["trueup"]


def recorded(name: str) -> httpx2.Response:
    told = json.loads((RECORDED / f"{name}.json").read_text())["response"]
    return httpx2.Response(told["status"], content=told["body"].encode())


class TestWhatHorillaAnswered:
    """Real answers, recorded."""

    target = Horilla(Options("http://127.0.0.1:8090", "TOKEN"))
    evidence = replace(GOOD, person=replace(OTHER, there=("3",)))

    def told(self, *answers: str, verb: Verb = Verb.CREATE):
        record = self.target.record(self.evidence)
        asked: list[httpx2.Request] = []
        left = list(answers)

        def answer(request):
            asked.append(request)
            return recorded(left.pop(0))

        async def work(target, line):
            return await target.write(line, [Job(verb, self.evidence, record)])

        return anybody(self.target, work, answer), asked

    def test_a_change_of_additional_information_is_taken(self):
        wrote, asked = self.told("employee_get", "employee_put_additional_info")
        assert [one.told for one in wrote.answers] == [Told.ACCEPTED]
        (key,) = json.loads(asked[1].content)["additional_info"]["trueup"]
        assert (asked[1].method, key) == ("PUT", "moodle-hr:cmc-1")

    def test_who_may_not_change_it_is_denied_though_the_status_says_bad_request(self):
        wrote, _ = self.told("employee_get", "employee_put_denied")
        assert [one.told for one in wrote.answers] == [Told.DENIED]

    def test_an_employee_whom_it_does_not_know_is_nobody(self):
        with pytest.raises(UnansweredError) as said:
            self.told("employee_get_404")
        assert said.value.answer.fault.code == "TU0103"

    def test_a_token_that_is_not_good_is_refused_whoever_asks(self):
        with pytest.raises(UnansweredError) as said:
            self.told("err_bad_token")
        assert said.value.answer.told is Told.DENIED

    def test_what_it_holds_of_somebody_else_s_is_not_ours(self):
        async def work(target, line):
            job = Job(Verb.CREATE, self.evidence, target.record(self.evidence))
            return (await target.look(line, [job])).found[0]

        found = anybody(self.target, work, lambda _: recorded("employee_put_additional_info"))
        assert (found.fields, found.failed) == (None, None)


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        (BambooHr, {}, "courses"),
        (BambooHr, {"courses": "SAFE101=7"}, "table"),
        (BambooHr, {"courses": COURSES, "zone": "Berlin"}, "IANA"),
        (FrappeTraining, {}, "courses"),
        (FrappeSkills, {}, "courses"),
        (FrappeFeedback, {"cycle": "2026-H2"}, "reviewer"),
        (OrangeHrm, {}, "tracker"),
        (OrangeHrm, {"tracker": "Learning", "token_url": "https://x.example/token"}, "client_id"),
        (Lattice, {"courses": COURSES}, "cycle"),
        (Lattice, {"courses": COURSES, "cycle": "c", "direction": "sideways"}, "downward"),
    ],
)
def test_options_that_can_t_be_worked_with_are_refused_with_what_is_expected(kind, more, said):
    with pytest.raises(UnusableOptionsError, match=said):
        kind(Options("https://hr.example.com", "key", more))


@pytest.mark.parametrize("there", [(), ("1", "2")])
def test_whoever_has_no_name_there_or_several_is_a_fault_that_waits(there):
    target = BambooHr(Options("https://hr.example.com", "key", {"courses": COURSES}))
    with pytest.raises(UnfitError) as said:
        target.record(replace(GOOD, person=replace(OTHER, there=there)))
    assert (said.value.fault.code, said.value.fault.pointer) == ("TU0104" if there else "TU0103", "/employee")


def test_a_course_that_is_not_declared_is_named():
    target = BambooHr(Options("https://hr.example.com", "key", {"courses": COURSES}))
    with pytest.raises(UnfitError) as said:
        target.record(replace(GOOD, course_id="NEW1", completed_at=AT))
    assert (said.value.fault.code, said.value.fault.actual) == ("TU0604", "NEW1")
