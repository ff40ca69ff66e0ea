"""More than can be taken, slower than it may be, and a database that goes away: an answer each time, nothing lost."""

import asyncio
import time
from typing import Any

import pytest
from served import SOURCE, command, serving
from starlette.requests import Request

import servers
from trueup.doors.api.bodies import Limits, checked_depth, events_of, read_body
from trueup.doors.api.figures import new_figures
from trueup.doors.api.problems import Refused
from trueup.doors.api.turns import TurnLimits, Turns
from trueup.kit.database import DatabaseSettings
from trueup.kit.database.embedded import start

EVENT = {
    "account": {"issuer": "https://lms.example.com", "name": "emp16"},
    "course_id": "SAFE101",
    "status": "completed",
}


def request(chunks: list[tuple[float, bytes]], **headers: str) -> Request:
    """A request whose body comes in pieces, each after so many seconds."""
    told = {
        "content-type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    waiting = iter(chunks)

    async def receive() -> dict[str, Any]:
        pause, piece = next(waiting)
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": piece, "more_body": True}

    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


def refused(work: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        asyncio.run(work)
    return caught.value


def test_a_body_that_trickles_in_is_cut_off_in_time():
    slow = request([(0.05, b" ")] * 100)
    began = time.monotonic()
    told = refused(read_body(slow, ("application/json",), Limits(seconds=0.2)))
    assert told.what.code == "body-too-slow"
    assert time.monotonic() - began < 2


def test_a_body_that_never_says_its_size_is_cut_off_at_the_limit():
    endless = request([(0, b"x" * 1000)] * 100)
    assert refused(read_body(endless, ("application/json",), Limits(size=5000))).what.code == "body-too-large"


@pytest.mark.parametrize(
    ("raw", "deep"),
    [
        (b"[" * 32 + b"]" * 32, False),  # as deep as it may be
        (b"[" * 33 + b"]" * 33, True),
        (b'{"a":"' + b"[" * 1000 + b'"}', False),  # brackets of a text are no levels
        (b'{"a":"\\"' + b"[" * 40 + b'"}', False),  # nor behind an escaped quote
        (
            b"[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]",
            False,
        ),
    ],
)
def test_depth_is_counted_in_levels(raw: bytes, deep: bool):
    if not deep:
        assert checked_depth(raw, Limits()) == raw
        return
    with pytest.raises(Refused) as caught:
        checked_depth(raw, Limits())
    assert caught.value.what.code == "nested-too-deeply"


def test_a_turn_is_waited_for_and_not_for_ever():
    async def crowd() -> list[str]:
        turns = Turns(TurnLimits(working=1, waiting=2, seconds=0.3, buffered=100), new_figures())

        async def one(seconds: float) -> str:
            try:
                async with turns.turn(10):
                    await asyncio.sleep(seconds)
                    return "taken"
            except Refused as error:
                return f"{error.what.code} {error.retry_after}"

        return await asyncio.gather(one(0.2), one(0.2), one(0.2), one(0.2))

    # the first works, the second waits its turn, the third waits too long, the fourth finds the line full
    assert asyncio.run(crowd()) == ["taken", "taken", "busy 2", "busy 2"]


def test_bodies_are_held_up_to_a_limit():
    async def two() -> str:
        turns = Turns(TurnLimits(buffered=100), new_figures())
        async with turns.turn(60):
            try:
                async with turns.turn(60):
                    return "taken"
            except Refused as error:
                return error.what.code

    assert asyncio.run(two()) == "busy"


def test_lines_end_where_json_lines_end_and_nowhere_else():
    from trueup.doors.api.bodies import NDJSON, Body

    events, batch = events_of(Body('{"a":"\u2028"}\r\n\n{"b":1}\n'.encode(), NDJSON), Limits())
    assert batch
    assert [event.strip() for event in events] == ['{"a":"\u2028"}'.encode(), b'{"b":1}']


def test_a_database_that_goes_away_is_503_and_back_again_nothing_acknowledged_is_lost():
    with servers.place() as data:
        settings = DatabaseSettings(data)
        environment = servers.environment(settings)
        first = start(data / "database")
        words = ("--scope", "completions:write", "--scope", "completions:read")
        token = command(environment, "account", "create", "tester", "--source", SOURCE, *words)
        socket = f"postgresql:///postgres?host={first.place.sockets}&user=trueup"
        with serving({**environment, "TRUEUP_DATABASE_URL": socket}) as served:
            served.token = token
            put = f"/v1/completions/{SOURCE}:kept:1"
            assert served.ask("PUT", put, EVENT).status == 201
            first.stop()
            told = served.ask("PUT", f"/v1/completions/{SOURCE}:later:1", EVENT)
            assert (told.status, told.json["code"]) == (503, "unavailable")
            assert int(told.headers["retry-after"]) > 0
            assert served.ask("GET", "/readyz").status == 503
            assert served.ask("GET", "/healthz").status == 200
            second = start(data / "database")
            try:
                assert served.ask("PUT", put, EVENT).status == 200
                assert served.ask("GET", "/readyz").status == 200
            finally:
                second.stop()
