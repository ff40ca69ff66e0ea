"""An LRS that is pulled: what a real one answered (recorded), and what any may."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from trueup.connectors.source import Page, PageError, Range
from trueup.connectors.target import Line, NoReplyError, Options
from trueup.connectors.xapi_source import XapiSource

RECORDED = Path(__file__).parent.parent / "recordings" / "ralph"
ASKED: list[httpx2.Request] = []


def recorded(name: str) -> httpx2.Response:
    answer = json.loads((RECORDED / f"{name}.json").read_text())["response"]
    headers = [
        (key, value) for key, value in answer["headers"] if key not in {"content-length", "connection"}
    ]
    return httpx2.Response(answer["status"], headers=headers, content=answer["body"].encode())


def page(answer: httpx2.Response, wanted: Range = Range(), more: str | None = None) -> Page:  # noqa: B008 - a value
    def handler(request: httpx2.Request) -> httpx2.Response:
        ASKED.append(request)
        return answer

    async def inside() -> Page:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
            return await XapiSource(Options("http://127.0.0.1:8100/xAPI", "hr:secret")).page(
                Line(client), wanted, more
            )

    return asyncio.run(inside())


@pytest.mark.parametrize(
    ("name", "count", "more"),
    [("get_all", None, False), ("get_limit3", 3, True), ("get_more_page2", 3, True), ("get_empty", 0, False)],
)
def test_what_ralph_answered_is_read(name, count, more):
    told = page(recorded(name))
    said = json.loads(recorded(name).content)
    assert [json.loads(one) for one in told.raws] == said["statements"]
    assert count is None or len(told.raws) == count
    assert (told.more is not None) is more
    stored = max((one["stored"] for one in said["statements"]), default=None)
    assert told.through == (datetime.fromisoformat(stored) if stored else None)


@pytest.mark.parametrize("name", ["quirk_naive_timestamp_poisons_get_since_naive_500", "err_bad_password"])
def test_what_is_no_page_says_so(name):
    with pytest.raises(PageError) as said:
        page(recorded(name))
    assert said.value.reply.status in {500, 401}


def test_a_range_is_asked_for_by_instants_and_in_their_order():
    ASKED.clear()
    page(recorded("get_empty"), Range(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)))
    (asked,) = ASKED
    assert dict(asked.url.params) | {"limit": "-"} == {
        "since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z", "ascending": "true", "limit": "-",
    }  # fmt: skip  # a table
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.headers["x-experience-api-version"] == "1.0.3"


@pytest.mark.parametrize(
    "more", ["/xAPI/statements?x=1", "statements?x=1", "http://127.0.0.1:8100/other?x=1"]
)
def test_the_next_page_is_asked_for_at_the_same_server(more):
    ASKED.clear()
    page(recorded("get_empty"), more=more)
    assert (ASKED[0].url.host, ASKED[0].url.params["x"]) == ("127.0.0.1", "1")


@pytest.mark.parametrize(
    "more", ["http://elsewhere.example.com/xAPI", "//elsewhere.example.com/", "https://127.0.0.1:8100/xAPI"]
)
def test_credentials_go_to_no_other_server_whatever_more_says(more):
    ASKED.clear()
    with pytest.raises(ValueError, match="another server"):
        page(recorded("get_empty"), more=more)
    assert ASKED == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"statements": 3}', b'{"statements": [1]}', b"\xff", b'{"statements":[' * 200]
)
def test_nonsense_is_no_page(body):
    with pytest.raises(PageError):
        page(httpx2.Response(200, content=body))


def test_what_the_lrs_is_consistent_through_goes_before_what_was_stored():
    body: dict[str, Any] = {"statements": [{"stored": "2026-05-01T10:00:00Z"}], "more": ""}
    early = {"x-experience-api-consistent-through": "2026-05-01T09:00:00Z"}
    assert page(httpx2.Response(200, headers=early, json=body)).through == datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert page(httpx2.Response(200, json=body)).through == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_an_empty_page_is_the_last_one_whatever_it_names():
    assert page(httpx2.Response(200, json={"statements": [], "more": "/xAPI/statements?again"})).more is None


def test_a_body_beyond_its_bounds_is_no_answer():
    async def inside() -> None:
        transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=b"x" * 2000))
        async with httpx2.AsyncClient(transport=transport) as client:
            await XapiSource(Options("http://127.0.0.1:8100/xAPI")).page(
                Line(client, size=1000), Range(), None
            )

    with pytest.raises(NoReplyError, match="1,000 bytes"):
        asyncio.run(inside())
