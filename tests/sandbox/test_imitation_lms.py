"""The imitation LMS: what it has can be asked for, and it is odd as it is told to be."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from trueup.sandbox.imitation.lms import AHEAD, ODDITIES, PAGE, Lms, Telling


def asked(lms: Lms, *requests: tuple[str, str, Any]) -> list[Any]:
    async def inside() -> list[Any]:
        transport = httpx2.ASGITransport(app=lms.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://lms") as client:
            return [await client.request(method, path, json=body) for method, path, body in requests]

    return asyncio.run(inside())


def lms_with(count: int, *odd: str) -> Lms:
    lms = Lms(Telling("http://nowhere", "name:token", 1.0, 10))
    asked(lms, ("PUT", "/imitation", {"odd": list(odd)}), *[("POST", "/imitation/complete", {})] * count)
    return lms


def pulled(lms: Lms) -> list[dict[str, Any]]:
    found, more = [], "/xapi/statements"
    while more:
        page = asked(lms, ("GET", more, None))[0].json()
        found += page["statements"]
        more = page["more"]
    return found


def test_all_that_it_has_is_there_to_be_asked_for_page_by_page():
    lms = lms_with(2 * PAGE + 5)
    assert len({one["id"] for one in pulled(lms)}) == 2 * PAGE + 5


def test_asked_since_an_instant_it_tells_what_came_after():
    lms = lms_with(3)
    stored = [one["stored"] for one in pulled(lms)]
    told = asked(lms, ("GET", f"/xapi/statements?since={stored[-1].replace('+00:00', 'Z')}", None))[0].json()
    assert told["statements"] == []


def test_what_is_lost_is_not_sent_and_is_there_to_be_asked_for():
    lms = lms_with(100, "lost")
    assert 60 < len(lms._waiting) < 95
    assert len(pulled(lms)) == 100


def test_a_lost_page_is_missed_by_whoever_asks_for_all():
    assert len(pulled(lms_with(3 * PAGE, "lost-pages"))) == 2 * PAGE


def test_duplicates_are_sent_again_and_once_more_under_another_id():
    lms = lms_with(4, "duplicates")
    ids = [one["id"] for one in lms._waiting]
    assert (len(ids), len(set(ids))) == (12, 8)


def test_a_clock_that_is_ahead_and_a_scale_that_is_gone_show_in_what_it_says():
    (one,) = pulled(lms_with(1, "skew", "scale"))
    assert datetime.fromisoformat(one["timestamp"]) > datetime.now(UTC) + AHEAD / 2
    assert one["result"]["score"].keys() == {"raw"}


@pytest.mark.parametrize("body", [{}, {"odd": ["moody"]}, {"odd": 3}, []])
def test_an_oddity_that_nobody_knows_is_refused_with_those_there_are(body):
    answer = asked(Lms(Telling("http://nowhere", "a:b", 1.0, 1)), ("PUT", "/imitation", body))[0]
    assert (answer.status_code, set(answer.json()["of"])) == (400, set(ODDITIES))
