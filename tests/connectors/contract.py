"""What every target and every source keeps, whoever made it: test classes that each connector's tests inherit."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import httpx2
import jsonschema
import pytest

from trueup.connectors.source import Page, PageError, Range, Source
from trueup.connectors.target import Line, NoReplyError, Target, UnfitError
from trueup.model.completions import Key, Score, Status
from trueup.model.delivery import Capability, Evidence, Job, Person, Told, Verb

Answer = TypeVar("Answer")
CONTRACTS = Path(__file__).parent.parent.parent / "contracts"
AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
GOOD = Evidence(
    key=Key("moodle-hr", "cmc-1", "1"),
    statement_id=1,
    course_id="SAFE101",
    status=Status.PASSED,
    completed_at=AT,
    score=Score(Decimal(4), Decimal(0), Decimal(5), None, None),
    tags=("gdpr",),
    received_at=AT + timedelta(hours=1),
    person=Person("0c0ffee0-0000-4000-8000-000000000001", "E1001", "ann@corp.example.com", ("E1001",)),
    issuer="https://lms.example.com",
    account="emp01",
)


class TargetContract:
    """Inherit it, and say with `target` how a target is made whose system answers; `poison` is what that refuses."""

    poison = "POISON"

    @pytest.fixture
    def target(self) -> Target:
        raise NotImplementedError

    def run(self, work: Callable[[Line], Awaitable[Answer]], seconds: float = 5.0) -> Answer:
        async def inside() -> Answer:
            async with httpx2.AsyncClient() as client:
                return await work(Line(client, seconds=seconds))

        return asyncio.run(inside())

    def job(self, target: Target, evidence: Evidence = GOOD, verb: Verb = Verb.CREATE, **more: Any) -> Job:
        record = target.record(evidence)
        assert record is not None
        return Job(verb, evidence, record, **more)

    async def made(self, line: Line, target: Target, job: Job) -> str | None:
        """Write it, and what the target calls it: by its answer, or by a look."""
        wrote = await target.write(line, [job])
        return wrote.answers[0].remote_id or (await target.look(line, [job])).found[0].remote_id

    def has(self, target: Target, capability: Capability) -> None:
        if capability not in target.manifest.capabilities:
            pytest.skip(f"{target.manifest.name} can't {capability.value}")

    def test_its_record_is_the_same_whenever_it_is_made(self, target: Target):
        assert target.record(GOOD) == target.record(GOOD)

    def test_a_course_a_status_or_a_person_makes_another_record(self, target: Target):
        other = Person("0c0ffee0-0000-4000-8000-000000000002", "E1002", "bob@corp.example.com", ("E1002",))
        made = {
            str(self.job(target, one).record.fields)
            for one in (GOOD, replace(GOOD, course_id="X"), replace(GOOD, person=other, account="emp02"))
        }
        assert len(made) == 3

    def test_no_value_of_a_personal_field_is_left_to_be_shown(self, target: Target):
        record = self.job(target).record
        shown = str({name: value for name, value in record.fields.items() if name not in record.personal})
        assert "E1001" not in shown
        assert "ann@corp" not in shown
        assert "emp01" not in shown

    @pytest.mark.parametrize(
        "evidence",
        [
            replace(GOOD, completed_at=date(2026, 3, 29)),
            replace(GOOD, completed_at=None),
            replace(GOOD, score=None),
            replace(GOOD, status=Status.FAILED),
            replace(GOOD, status=Status.COMPLETED),
            replace(GOOD, person=None, account=None, issuer=None),
            replace(GOOD, course_id="Größe & <b> 'quoted' \u202e/../x"),
        ],
        ids=["a day", "no time", "no score", "failed", "completed", "nobody", "odd letters"],
    )
    def test_what_it_can_t_hold_is_a_fault_that_says_where(self, target: Target, evidence: Evidence):
        fault = fields = None
        try:
            made = target.record(evidence)
            fields = made.fields if made else "nothing of it"
        except UnfitError as error:
            fault = error.fault
        assert fields or (fault and fault.pointer.startswith("/") and fault.expected)

    def test_what_was_written_is_read_back_as_it_was_sent(self, target: Target):
        self.has(target, Capability.READ_BACK)
        job = self.job(target)

        async def work(line: Line):
            wrote = await target.write(line, [job])
            return wrote.answers, (await target.look(line, [job])).found

        answers, found = self.run(work)
        assert [one.told for one in answers] == [Told.ACCEPTED]
        assert found[0].failed is None
        assert dict(found[0].fields or {}) | dict(job.record.fields) == dict(found[0].fields or {})

    def test_what_was_never_written_is_not_there(self, target: Target):
        self.has(target, Capability.READ_BACK)
        job = self.job(target, replace(GOOD, key=Key("moodle-hr", "never", "1")))
        found = self.run(lambda line: target.look(line, [job])).found
        assert (found[0].fields, found[0].failed) == (None, None)

    def test_a_whole_batch_goes_in_one_call(self, target: Target):
        jobs = [
            self.job(target, replace(GOOD, key=Key("moodle-hr", f"b{n}", "1"), statement_id=n))
            for n in range(target.manifest.batch)
        ]
        wrote = self.run(lambda line: target.write(line, jobs))
        assert [one.told for one in wrote.answers] == [Told.ACCEPTED] * len(jobs)

    def test_what_is_updated_is_read_back_as_the_update(self, target: Target):
        self.has(target, Capability.UPDATE)
        self.has(target, Capability.READ_BACK)
        key = Key("moodle-hr", "u1", "1")
        first = self.job(target, replace(GOOD, key=key))
        better = replace(
            GOOD, key=replace(key, revision="2"), score=Score(Decimal(5), Decimal(0), Decimal(5), None, None)
        )

        async def work(line: Line):
            made = await self.made(line, target, first)
            job = self.job(target, better, Verb.UPDATE, remote_id=made, before=first.evidence)
            await target.write(line, [job])
            return job, (await target.look(line, [job])).found[0]

        job, found = self.run(work)
        assert {name: (found.fields or {}).get(name) for name in job.record.fields} == dict(job.record.fields)

    def test_what_is_deleted_is_gone(self, target: Target):
        self.has(target, Capability.DELETE)
        self.has(target, Capability.READ_BACK)
        key = Key("moodle-hr", "d1", "1")
        first = self.job(target, replace(GOOD, key=key))
        voided = replace(GOOD, key=replace(key, revision="2"), status=Status.VOIDED)

        async def work(line: Line):
            made = await self.made(line, target, first)
            job = Job(Verb.DELETE, voided, first.record, made, first.evidence)
            return (await target.write(line, [job])).answers[0].told, (await target.look(line, [job])).found[
                0
            ]

        told, found = self.run(work)
        assert told is Told.ACCEPTED
        assert (found.fields, found.failed) == (None, None)


class HttpContract(TargetContract):
    """What every target keeps that is spoken to over HTTP, whatever its system answers."""

    def before(self, request: httpx2.Request) -> httpx2.Response | None:
        """The good answer to what a connector has to ask before it writes or looks; None: it is the thing itself."""
        return None

    def asked(
        self, target: Target, handler: Callable[[httpx2.Request], httpx2.Response], *, looks: bool = False
    ):
        def answered(request: httpx2.Request) -> httpx2.Response:
            return self.before(request) or handler(request)

        async def inside():
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(answered)) as client:
                line = Line(client, seconds=2.0)
                job = self.job(target)
                return await (target.look(line, [job]) if looks else target.write(line, [job]))

        return asyncio.run(inside())

    @pytest.mark.parametrize(
        ("status", "headers", "body", "told"),
        [
            (429, {"retry-after": "3"}, b"", Told.THROTTLED),
            (403, {}, b"403 Forbidden (Rate Limit Exceeded)", Told.THROTTLED),
            (503, {"retry-after": "300"}, b"<html>maintenance</html>", Told.THROTTLED),
            (401, {}, b"", Told.DENIED),
            (403, {}, b"forbidden", Told.DENIED),
            (500, {}, b"<html>oops</html>", Told.UNKNOWN),
            (502, {}, b"", Told.UNKNOWN),
            (504, {}, b"", Told.UNKNOWN),
            (302, {"location": "https://login.example.com"}, b"", Told.FAILED),
            (404, {}, b"not found", Told.REFUSED),
        ],
    )
    def test_a_write_that_fails_is_told_from_one_that_may_have_been_done(
        self, target: Target, status, headers, body, told
    ):
        wrote = self.asked(target, lambda _: httpx2.Response(status, headers=headers, content=body))
        assert [one.told for one in wrote.answers] == [told]
        assert wrote.reply is not None
        assert wrote.reply.status == status

    @pytest.mark.parametrize(
        "body",
        [b"", b"null", b"[]", b"{}", b'{"value": 3}', b'{"statements": "x"}', b"\xff\xfe", b"[" * 100_000],
    )
    def test_nonsense_is_never_taken_for_the_record(self, target: Target, body):
        self.has(target, Capability.READ_BACK)
        saw = self.asked(target, lambda _: httpx2.Response(200, content=body), looks=True)
        assert saw.found[0].fields is None

    def test_no_answer_is_no_success(self, target: Target):
        def cut(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ReadError("reset", request=request)

        def nobody(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("refused", request=request)

        for handler, sent in ((cut, True), (nobody, False)):
            with pytest.raises(NoReplyError) as said:
                self.asked(target, handler)
            assert said.value.sent is sent


class SourceContract:
    """What every source that is asked over HTTP keeps. Say how it is made, what its system answers, and what that says.

    `site` answers as the system does; `said` is what a pull of all of it comes to.
    """

    said: ClassVar[list[dict[str, Any]]]
    wanted = Range()

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    def site(self, request: httpx2.Request) -> httpx2.Response:
        raise NotImplementedError

    def pulled(
        self,
        source: Source,
        handler: Callable[[httpx2.Request], httpx2.Response],
        wanted: Range | None = None,
    ) -> tuple[list[Page], list[httpx2.Request]]:
        asked: list[httpx2.Request] = []

        def answered(request: httpx2.Request) -> httpx2.Response:
            asked.append(request)
            return handler(request)

        async def inside() -> list[Page]:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(answered)) as client:
                pages, more = [], None
                while not pages or more is not None:
                    pages.append(await source.page(Line(client, seconds=2.0), wanted or self.wanted, more))
                    more = pages[-1].more
                return pages

        return asyncio.run(inside()), asked

    def events(self, source: Source, pages: list[Page]) -> list[dict[str, Any]]:
        return [event for page in pages for raw in page.raws if (event := source.event(raw)) is not None]

    def test_all_pages_are_read_and_say_what_is_expected(self, source: Source):
        pages, _ = self.pulled(source, self.site)
        assert self.events(source, pages) == self.said

    def test_what_it_says_is_an_event_of_the_contract(self, source: Source):
        schema = json.loads((CONTRACTS / "event.schema.json").read_text())
        pages, _ = self.pulled(source, self.site)
        for event in self.events(source, pages):
            jsonschema.validate({"source": "a-source", **event}, schema)

    def test_each_call_is_one_page(self, source: Source):
        pages, asked = self.pulled(source, self.site)
        assert len(pages) == len(asked)

    @pytest.mark.parametrize(
        ("status", "headers", "told"),
        [
            (401, {}, Told.DENIED),
            (403, {}, Told.DENIED),
            (429, {"retry-after": "7"}, Told.THROTTLED),
            (500, {}, Told.UNKNOWN),
            (503, {"retry-after": "7"}, Told.THROTTLED),
            (302, {"location": "https://login.example.com"}, Told.FAILED),
        ],
    )
    def test_an_answer_that_is_no_page_says_whether_asking_again_may_help(
        self, source, status, headers, told
    ):
        with pytest.raises(PageError) as said:
            self.pulled(source, lambda _: httpx2.Response(status, headers=headers, content=b"<html>"))
        assert said.value.told is told
        assert said.value.reply.signals.wait == (7.0 if "retry-after" in headers else None)

    @pytest.mark.parametrize(
        "body", [b"", b"null", b"3", b'"x"', b'{"value": 3}', b"[3]", b"\xff\xfe", b"[" * 100_000]
    )
    def test_nonsense_is_never_taken_for_the_end(self, source: Source, body):
        with pytest.raises(PageError):
            self.pulled(source, lambda _: httpx2.Response(200, content=body))


class Tokens:
    """A token endpoint before a site: whoever has no token that is good is 401."""

    def __init__(self, site: Callable[[httpx2.Request], httpx2.Response], lasts: int = 3600) -> None:
        self._site = site
        self._lasts = lasts
        self.good = ""
        self.given = 0
        self.forms: list[bytes] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/token"):
            self.given += 1
            self.good = f"token-{self.given}"
            self.forms.append(request.content)
            return httpx2.Response(200, json={"access_token": self.good, "expires_in": self._lasts})
        if request.headers.get("authorization", "").split(" ")[-1] != self.good:
            return httpx2.Response(401)
        return self._site(request)
