"""The vendors' sources keep the contract; what each of their records says, page by page."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from contract import SourceContract, Tokens

from trueup.connectors.canvas import Canvas
from trueup.connectors.cornerstone import Cornerstone
from trueup.connectors.forms.bearer import Bearer
from trueup.connectors.openedx import OpenEdx
from trueup.connectors.scorm_cloud import ScormCloud
from trueup.connectors.source import Range
from trueup.connectors.successfactors_history import SuccessFactorsHistory
from trueup.connectors.target import Line, Options, UnansweredError, UnusableOptionsError

SITE = "https://lms.example.com"
SINCE = Range(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


class TestCanvas(SourceContract):
    said = [  # noqa: RUF012 - a table
        {
            "record_id": "course:101:user:7",
            "revision": "2026-03-29T01-30-00Z",
            "account": {"issuer": SITE, "name": "7"},
            "course_id": "101",
            "status": "completed",
            "occurred_at": "2026-03-29T01:30:00Z",
        },
        {
            "record_id": "course:102:user:9",
            "revision": "2026-03-30T10-00-00Z",
            "account": {"issuer": SITE, "name": "9"},
            "course_id": "102",
            "status": "completed",
            "occurred_at": "2026-03-30T10:00:00Z",
        },
    ]

    @pytest.fixture
    def source(self):
        return Canvas(Options(SITE, "token", {"courses": "101, 102"}))

    def site(self, request):
        first = f"{SITE}/api/v1/courses/101/bulk_user_progress?per_page=100"
        done = {"requirement_count": 3, "requirement_completed_count": 3}
        if str(request.url) == first:
            link = f'<{first}>; rel="current",<{first}&page=2>; rel="next",<{first}>; rel="first"'
            rows = [
                {"id": 7, "progress": {**done, "completed_at": "2026-03-29T01:30:00Z"}},
                {"id": 8, "progress": {**done, "requirement_completed_count": 1, "completed_at": None}},
            ]
            return httpx2.Response(200, json=rows, headers={"link": link})
        if "101" in request.url.path:
            return httpx2.Response(200, json=[{"id": 6, "progress": {"error": {"message": "no modules"}}}])
        return httpx2.Response(200, json=[{"id": 9, "progress": {"completed_at": "2026-03-30T10:00:00Z"}}])

    def test_a_next_page_of_another_server_is_not_asked_for(self, source):
        link = '<https://elsewhere.example.com/x>; rel="next"'
        with pytest.raises(ValueError, match="another server"):
            self.pulled(source, lambda _: httpx2.Response(200, json=[], headers={"link": link}))

    def test_what_a_call_costs_is_learned_from_its_answer(self, source):
        headers = {"x-request-cost": "1.25", "x-rate-limit-remaining": "598.5"}
        pages, _ = self.pulled(source, lambda _: httpx2.Response(200, json=[], headers=headers))
        assert (pages[0].reply.signals.cost, pages[0].reply.signals.remaining) == (1.25, 598.5)


class TestOpenEdx(SourceContract):
    course = "course-v1:Org+X+2026"
    said = [  # noqa: RUF012 - a table
        {
            "record_id": f"course:{course}:user:ann",
            "revision": "2026-03-29T01-30-00+0000_0.85",
            "account": {"issuer": SITE, "name": "ann"},
            "email": "ann@corp.example.com",
            "course_id": course,
            "status": "passed",
            "occurred_at": "2026-03-29T01:30:00+0000",
            "score": {"raw": "0.85", "min": "0", "max": "1"},
        },
        {
            "record_id": f"course:{course}:user:cid",
            "revision": "passed_1.0",
            "account": {"issuer": SITE, "name": "cid"},
            "course_id": course,
            "status": "passed",
            "score": {"raw": "1.0", "min": "0", "max": "1"},
        },
    ]

    @pytest.fixture
    def source(self):
        return OpenEdx(Options(SITE, "token", {"courses": self.course}))

    def site(self, request):
        path = unquote(request.url.path)
        if path.startswith("/api/certificates") and "/ann/" in path:
            return httpx2.Response(200, json={"is_passing": True, "created_date": "2026-03-29T01:30:00+0000"})
        if path.startswith("/api/certificates"):
            return httpx2.Response(404, json={"error_code": "no_certificate_for_user"})
        if "cursor" in str(request.url):
            row = {"username": "cid", "email": None, "passed": True, "percent": 1.0}
            return httpx2.Response(200, json={"results": [row], "next": None})
        rows = [
            {"username": "ann", "email": "ann@corp.example.com", "passed": True, "percent": 0.85},
            {"username": "bob", "email": "bob@corp.example.com", "passed": False, "percent": 0.2},
        ]
        return httpx2.Response(
            200, json={"results": rows, "next": f"{SITE}/api/grades/v1/courses/x/?cursor=abc"}
        )


class TestScormCloud(SourceContract):
    said = [  # noqa: RUF012 - a table
        {
            "record_id": "reg-1:0",
            "revision": "2026-03-29T01-31-00.000Z",
            "account": {"issuer": SITE, "name": "E1001"},
            "course_id": "SAFE101",
            "attempt": "0",
            "status": "passed",
            "occurred_at": "2026-03-29T01:30:00.000Z",
            "recorded_at": "2026-03-29T01:31:00.000Z",
            "score": {"raw": "83.5", "min": "0", "max": "100"},
        },
        {
            "record_id": "reg-3:1",
            "revision": "2026-03-30T01-31-00.000Z",
            "account": {"issuer": SITE, "name": "E1003"},
            "course_id": "GDPR301",
            "attempt": "1",
            "status": "completed",
            "recorded_at": "2026-03-30T01:31:00.000Z",
        },
    ]

    @pytest.fixture
    def source(self):
        return ScormCloud(Options(SITE, "app:secret"))

    def site(self, request):
        done = {"registrationCompletion": "COMPLETED", "registrationSuccess": "UNKNOWN", "instance": 0}
        if request.url.params.get("more") == "next-token":
            assert set(request.url.params) == {"more"}
            third = {"id": "reg-3", "learner": {"id": "E1003"}, "course": {"id": "GDPR301", "version": 2}}
            rows = [{**done, **third, "instance": 1, "updated": "2026-03-30T01:31:00.000Z"}]
            return httpx2.Response(200, json={"registrations": rows, "more": ""})
        first = {"id": "reg-1", "learner": {"id": "E1001"}, "course": {"id": "SAFE101", "version": 0}}
        rows = [
            {
                **done,
                **first,
                "registrationSuccess": "PASSED",
                "score": {"scaled": 83.5},
                "updated": "2026-03-29T01:31:00.000Z",
                "completedDate": "2026-03-29T01:30:00.000Z",
            },
            {**done, **first, "id": "reg-2", "registrationCompletion": "INCOMPLETE"},
        ]
        return httpx2.Response(200, json={"registrations": rows, "more": "next-token"})

    def test_a_range_is_asked_for_in_utc_by_when_it_was_updated(self, source):
        pages, asked = self.pulled(source, self.site, SINCE)
        assert dict(asked[0].url.params) == {
            "since": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z", "datetimeFilter": "updated",
        }  # fmt: skip  # a table
        assert max(page.through for page in pages) == datetime(2026, 3, 30, 1, 31, tzinfo=UTC)

    def test_a_secret_of_another_form_is_refused(self):
        with pytest.raises(UnusableOptionsError, match="appId"):
            ScormCloud(Options(SITE, "token"))


class TestCornerstone(SourceContract):
    said = [  # noqa: RUF012 - a table
        {
            "record_id": "12:LO-1:1",
            "revision": "2026-03-29T01-31-00",
            "account": {"issuer": SITE, "name": "12"},
            "course_id": "LO-1",
            "status": "completed",
            "occurred_at": "2026-03-29T01:30:00Z",
            "recorded_at": "2026-03-29T01:31:00Z",
            "score": {"raw": "88", "scale": "percent"},
        },
        {
            "record_id": "13:LO-1:1",
            "revision": "2026-03-30T08-00-00+02-00",
            "account": {"issuer": SITE, "name": "13"},
            "course_id": "LO-1",
            "status": "voided",
            "recorded_at": "2026-03-30T06:00:00Z",
        },
    ]

    @pytest.fixture
    def source(self):
        return Cornerstone(Options(SITE, "token", {"scale": "percent"}))

    def site(self, request):
        row = {"transc_object_id": "LO-1", "reg_num": 1, "user_lo_status_group_id": 11, "is_removed": False}
        if "skip" in str(request.url):
            gone = {
                "transc_user_id": 13,
                "is_removed": True,
                "user_lo_last_modified_dt": "2026-03-30T08:00:00+02:00",
            }
            open_ = {"transc_user_id": 14, "user_lo_status_group_id": 12}
            return httpx2.Response(200, json={"value": [row | gone, row | open_]})
        done = {
            "transc_user_id": 12,
            "user_lo_comp_dt": "2026-03-29T01:30:00",
            "user_lo_score": 88,
            "user_lo_last_modified_dt": "2026-03-29T01:31:00",
        }
        named = "/services/api/x/odata/api/views/vw_rpt_transcript?$skip=1"
        return httpx2.Response(200, json={"value": [row | done], "@odata.nextLink": named})

    def test_a_range_is_asked_for_by_when_it_was_changed(self, source):
        _, asked = self.pulled(source, self.site, SINCE)
        assert (
            "user_lo_last_modified_dt gt cast('2026-03-01T00:00:00Z', Edm.DateTimeOffset)"
            in asked[0].url.params["$filter"]
        )


class TestSuccessFactorsHistory(SourceContract):
    wanted = Range(people=("E1002", "E1001"))
    said = [  # noqa: RUF012 - a table
        {
            "record_id": "E1001:35523770",
            "revision": "1781704730293",
            "employee_number": "E1001",
            "course_id": "SAFE101",
            "status": "completed",
            "occurred_at": "2026-06-17T13:58:33.000Z",
            "recorded_at": "2026-06-17T13:58:50.293Z",
            "score": {"raw": "100"},
        },
        {
            "record_id": "E1002:2",
            "revision": "1",
            "employee_number": "E1002",
            "course_id": "SAFE101",
            "status": "failed",
        },
    ]

    @pytest.fixture
    def source(self):
        return SuccessFactorsHistory(Options(SITE, "token"))

    def site(self, request):
        if "E1002" in request.url.params["$filter"]:
            row = {"studentComponentID": 2, "componentID": "SAFE101", "provideCredit": False, "grade": None}
            return httpx2.Response(200, json={"value": [row]})
        row = {
            "studentComponentID": 35523770,
            "componentID": "SAFE101",
            "provideCredit": True,
            "grade": "100",
            "comments": None,
            "completionDate": 1781704713000,
            "lastUpdateTimestamp": 1781704730293,
        }
        ours = {**row, "studentComponentID": 1, "comments": "trueup moodle-hr:cmc-1 1"}
        return httpx2.Response(200, json={"value": [row, ours]})

    def test_a_range_is_asked_for_by_the_day_of_completion(self, source):
        _, asked = self.pulled(source, self.site, Range(SINCE.since, SINCE.until, ("O'Neil",)))
        assert asked[0].url.params["$filter"] == (
            "criteria/targetUserID eq 'O''Neil' and criteria/fromDate eq 1772323200000 and criteria/toDate eq 1775001600000"
        )


TOKENS = {"token_url": f"{SITE}/oauth/token", "client_id": "trueup"}


def with_tokens(tokens: Tokens, times: int, **more: Any) -> list[int]:
    async def inside() -> list[int]:
        bearer = Bearer(Options(SITE, "client-secret", {**TOKENS, **more}))
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(tokens.answer)) as client:
            line = Line(client)
            return [(await bearer.ask(line, "GET", f"{SITE}/x")).status for _ in range(times)]

    return asyncio.run(inside())


def ok(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200)


def test_a_token_is_had_once_for_as_long_as_it_is_good():
    tokens = Tokens(ok)
    assert with_tokens(tokens, 5) == [200] * 5
    assert tokens.given == 1
    assert tokens.forms == [b"grant_type=client_credentials"]


def test_a_token_that_ends_is_had_anew_before_it_does():
    tokens = Tokens(ok, lasts=0)
    assert with_tokens(tokens, 3) == [200] * 3
    assert tokens.given == 3


def test_a_token_that_is_not_taken_any_more_is_had_anew():
    tokens = Tokens(ok)
    revoked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        found = tokens.answer(request)
        if request.url.path == "/x" and not revoked:
            revoked.append(True)
            tokens.good = "another"
        return found

    class Site:
        pass

    site = Site()
    site.answer = answer  # type: ignore[attr-defined]
    assert with_tokens(site, 3) == [200, 401, 200]  # type: ignore[arg-type]


def test_a_scope_of_several_parts_goes_as_json():
    tokens = Tokens(ok)
    with_tokens(tokens, 1, token_scope={"companyId": "corp", "userType": "admin"})
    assert json.loads(tokens.forms[0]) == {
        "grant_type": "client_credentials",
        "client_id": "trueup",
        "client_secret": "client-secret",
        "scope": {"companyId": "corp", "userType": "admin"},
    }


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(401, json={"error": "invalid_client"}),
        httpx2.Response(200, json={"error": "x"}),
        httpx2.Response(200, json={"access_token": "a\r\nb"}),
        httpx2.Response(200, content=b"<html>"),
    ],
)
def test_where_no_token_can_be_had_nothing_is_asked(answer):
    class Site:
        def __init__(self):
            self.asked = []

        def answer(self, request):
            self.asked.append(request.url.path)
            return answer

    site = Site()
    with pytest.raises(UnansweredError):
        with_tokens(site, 1)
    assert site.asked == ["/oauth/token"]
