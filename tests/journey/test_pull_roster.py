"""A roster out of another SCIM server: pages as real ones answer them, servers that stall, and rosters that move."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from trueup.identity.scim.elsewhere import NoPageError
from trueup.journey.pull_roster import Pulled, UnsteadyRosterError, pull
from trueup.kit.fetching import Fetcher, FetchError, Patience
from trueup.model.people import Kind

RECORDINGS = Path(__file__).parents[1] / "recordings" / "scim"
WORK = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Server:
    """Answers as a function says, and notes what was asked and how long was waited."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self.asked: list[httpx2.Request] = []
        self.waited: list[float] = []
        self.told: list[str] = []
        self._answer = answer

    def pulled(self, page: int = 2, patience: Patience | None = None) -> Pulled:
        async def wait(seconds: float) -> None:
            self.waited.append(seconds)

        async def inside() -> Pulled:
            def answered(request: httpx2.Request) -> httpx2.Response:
                self.asked.append(request)
                return self._answer(request)

            async with httpx2.AsyncClient(transport=httpx2.MockTransport(answered)) as client:
                fetcher = Fetcher(client, patience or Patience(), tell=self.told.append, wait=wait)
                return await pull(fetcher, "https://idp.example/scim/v2/", page=page, tell=self.told.append)

        return asyncio.run(inside())


def listed(users: list[dict[str, Any]], total: int | None = None, **more: Any) -> httpx2.Response:
    return httpx2.Response(
        200, json={"totalResults": len(users) if total is None else total, "Resources": users, **more}
    )


def people(number: int) -> list[dict[str, Any]]:
    return [{"id": f"u{n}", "userName": f"u{n}"} for n in range(number)]


def paged(users: list[dict[str, Any]], most: int = 100) -> Callable[[httpx2.Request], httpx2.Response]:
    """A server that gives at most so many at once, whatever is asked for."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        start = int(request.url.params["startIndex"]) - 1
        count = min(int(request.url.params["count"]), most)
        return listed(users[start : start + count], len(users))

    return answer


@pytest.mark.parametrize(("asked_for", "given"), [(2, 100), (100, 3), (100, 100), (1, 1)])
def test_everybody_comes_in_whatever_pages(asked_for: int, given: int):
    server = Server(paged(people(7), given))
    assert sorted(one.key for one in server.pulled(asked_for).entries) == [f"u{n}" for n in range(7)]
    assert {str(request.url.copy_with(query=None)) for request in server.asked} == {
        "https://idp.example/scim/v2/Users"
    }


def test_a_recorded_page_is_read():
    recorded = json.loads(json.loads((RECORDINGS / "list_page_1.json").read_text())["response"]["body"])
    users = recorded["Resources"]
    pulled = Server(lambda _: listed(users)).pulled()
    assert [one.key for one in pulled.entries] == [one["id"] for one in users]
    assert not pulled.unusable


def test_what_a_user_says_is_an_entry_whatever_its_server_adds_or_forgets():
    told = {
        "ID": "26",
        "username": "ana@corp.example",
        "Name": {"givenName": "Ana", "familyName": "Sample"},
        "emails": [{"value": "a@home.example"}, {"value": "ana@corp.local", "primary": "True", "vendor": 1}],
        "active": "False",
        "photos": "not even a list",
        "urn:vendor:extension": {"x": 1},
        WORK: {"employeeNumber": "E7", "department": "Sales", "vendor": {}},
    }
    (entry,) = Server(lambda _: listed([told])).pulled().entries
    assert (entry.key, entry.active) == ("26", False)
    assert entry.said == {
        Kind.EMPLOYEE_NUMBER: ("E7",),
        Kind.EMAIL: ("ana@corp.local", "a@home.example"),
        Kind.ALIAS: ("ana@corp.example",),
        Kind.FIRST_NAME: ("Ana",),
        Kind.LAST_NAME: ("Sample",),
        Kind.DEPARTMENT: ("Sales",),
    }


@pytest.mark.parametrize(
    "told",
    [
        {"userName": "nobody"},  # no id
        {"id": "1", "userName": "x", "emails": "a@b.example"},  # no list
        {"id": "1", "userName": "x", "name": {"givenName": "x" * 1001}},  # endless
        {"id": "1", "userName": "a\0@b.example"},  # no text
    ],
)
def test_a_user_that_cant_be_read_is_told_with_its_place_and_keeps_no_other_out(told: dict[str, Any]):
    pulled = Server(lambda _: listed([*people(1), told])).pulled(page=10)
    assert [one.key for one in pulled.entries] == ["u0"]
    assert [one.where for one in pulled.unusable] == ["user 2"]


def test_a_server_that_asks_for_patience_is_waited_for():
    answers = [
        httpx2.Response(429, headers={"Retry-After": "7"}),
        httpx2.Response(503),
        httpx2.Response(503, headers={"Retry-After": "999999"}),
        listed(people(1)),
    ]
    server = Server(lambda _: answers.pop(0))
    assert len(server.pulled().entries) == 1
    assert server.waited == [7.0, 2.0, 300.0]


def test_a_connection_that_breaks_is_tried_again_and_given_up_in_the_end():
    def broken(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    server = Server(broken)
    with pytest.raises(FetchError) as error:
        server.pulled(patience=Patience(attempts=3))
    assert "3 times" in error.value.what
    assert server.waited == [1.0, 2.0]


@pytest.mark.parametrize("status", [301, 401, 403, 404])
def test_a_refusal_is_told_at_once_and_no_redirect_is_followed(status: int):
    server = Server(lambda _: httpx2.Response(status, headers={"Location": "https://elsewhere.example/"}))
    with pytest.raises(FetchError) as error:
        server.pulled()
    assert (error.value.status, len(server.asked), server.waited) == (status, 1, [])
    assert error.value.todo


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"totalResults": 1, "Resources": [1]}',
        b'{"Resources": {}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_list_of_users_is_refused(body: bytes):
    with pytest.raises(NoPageError):
        Server(lambda _: httpx2.Response(200, content=body)).pulled()


def test_an_endless_answer_is_cut_off():
    with pytest.raises(FetchError, match="more than"):
        Server(lambda _: httpx2.Response(200, content=b" " * 2000)).pulled(patience=Patience(size=1000))


@pytest.mark.parametrize(
    "meanwhile", [[], [{"id": "u4", "userName": "u4"}]], ids=["away", "away and another added"]
)
def test_a_roster_that_shifts_while_it_is_read_is_read_again_and_nobody_is_missed(
    meanwhile: list[dict[str, Any]],
):
    users = people(4)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if len(server.asked) == 2:  # somebody of the first page is taken away
            users[:] = [*users[1:], *meanwhile]
        return paged(users)(request)

    server = Server(answer)
    assert sorted(one.key for one in server.pulled().entries) == sorted(one["id"] for one in users)
    assert len(server.asked) > 2


def test_a_roster_that_never_stands_still_is_refused():
    def answer(request: httpx2.Request) -> httpx2.Response:
        return listed(people(2) if request.url.params["startIndex"] == "1" else [], 3)

    with pytest.raises(UnsteadyRosterError):
        Server(answer).pulled()


def test_cursors_are_followed_where_the_server_gives_them():
    def answer(request: httpx2.Request) -> httpx2.Response:
        last = "cursor" in request.url.params
        return httpx2.Response(
            200,
            json={
                "Resources": people(4)[2:] if last else people(2),
                **({} if last else {"nextCursor": "c2"}),
            },
        )

    server = Server(answer)
    assert len(server.pulled().entries) == 4
    assert "startIndex" not in server.asked[1].url.params
