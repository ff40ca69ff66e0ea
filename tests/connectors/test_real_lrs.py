"""A real LRS (Ralph) takes what we send and answers for it. Skipped where it is not installed (scripts/peer_ralph.sh)."""

import time
from dataclasses import replace

import pytest
from contract import GOOD, TargetContract

import real_lrs
from trueup.connectors.target import Options
from trueup.connectors.xapi_lrs import XapiLrs
from trueup.model.completions import Key, Status
from trueup.model.delivery import Job, Told, Verb

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    pytest.mark.xdist_group("ralph"),
    pytest.mark.skipif(not real_lrs.INSTALLED, reason="Ralph is not installed"),
]


class TestRalph(TargetContract):
    @pytest.fixture
    def target(self, ralph):
        return XapiLrs(Options(ralph, "bench:bench"))

    def test_what_is_deleted_is_gone(self, target):
        """Ralph does not apply voiding (recorded): what was taken back is still found, and is not taken for gone."""
        key = Key("moodle-hr", f"d{time.monotonic_ns()}", "1")
        first = self.job(target, replace(GOOD, key=key))
        voided = replace(GOOD, key=replace(key, revision="2"), status=Status.VOIDED)

        async def work(line):
            await target.write(line, [first])
            job = Job(Verb.DELETE, voided, first.record, None, first.evidence)
            return (await target.write(line, [job])).answers[0].told, (await target.look(line, [job])).found[
                0
            ]

        told, found = self.run(work)
        assert told is Told.ACCEPTED
        assert found.fields is not None

    def test_the_same_again_is_taken_for_what_it_is(self, target):
        job = self.job(target, replace(GOOD, key=Key("moodle-hr", "again", "1")))
        told = [self.run(lambda line: target.write(line, [job])).answers[0].told for _ in range(2)]
        assert told == [Told.ACCEPTED, Told.ACCEPTED]  # 200, then 204

    def test_another_body_under_a_known_id_is_looked_at_before_anything_is_said(self, target):
        key = Key("moodle-hr", "conflict", "1")
        first, other = (self.job(target, replace(GOOD, key=key, course_id=course)) for course in ("A", "B"))
        self.run(lambda line: target.write(line, [first]))
        wrote = self.run(lambda line: target.write(line, [other]))
        assert (wrote.answers[0].told, wrote.reply.status) == (Told.UNKNOWN, 409)
        found = self.run(lambda line: target.look(line, [other])).found[0]
        assert found.fields["object"] != other.record.fields["object"]

    def test_one_that_it_refuses_holds_back_the_batch_which_says_so(self, target):
        nobody = replace(
            GOOD, account=None, issuer=None, person=None, email="ann@corp.test"
        )  # a domain it refuses
        jobs = [
            self.job(target, replace(one, key=Key("moodle-hr", f"p{n}", "1")))
            for n, one in enumerate((GOOD, nobody))
        ]
        both = self.run(lambda line: target.write(line, jobs))
        alone = self.run(lambda line: target.write(line, jobs[1:]))
        assert [one.told for one in both.answers] == [Told.TOO_MUCH] * 2
        assert [one.told for one in alone.answers] == [Told.REFUSED]
        assert "422" in alone.answers[0].fault.actual

    def test_who_may_not_come_in_is_told_so(self, ralph):
        target = XapiLrs(Options(ralph, "nobody:wrong"))
        wrote = self.run(lambda line: target.write(line, [self.job(target)]))
        assert [one.told for one in wrote.answers] == [Told.DENIED]
