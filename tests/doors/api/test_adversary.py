"""What no honest sender sends: each time a problem with all its members, the rest goes in, and the service goes on."""

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from served import SOURCE, Served

import servers
from trueup.doors.api.bodies import Body, Limits, events_of
from trueup.doors.api.problems import Refused
from trueup.kit.database import DatabaseSettings

MEMBERS = {
    "type", "title", "status", "detail", "instance", "code", "request_id", "time", "attempt", "pointer",
    "expected", "actual", "owner", "escalation", "todo", "docs",
}  # fmt: skip  # contracts/problem.schema.json
DEEP = b'{"a":' * 10_000 + b"1" + b"}" * 10_000


def event(name: str, **members: Any) -> dict[str, Any]:
    good = {
        "source": SOURCE,
        "record_id": f"adversary-{name}",
        "account": {"issuer": "https://lms.example.com", "name": "emp16"},
        "course_id": "SAFE101",
        "status": "completed",
    }
    return good | members


def raw(served: Served, sent: bytes, seconds: float = 10) -> bytes:
    """What comes back for bytes, until the connection closes."""
    told = b""
    with socket.create_connection(("127.0.0.1", served.port), timeout=seconds) as connection:
        connection.sendall(sent)
        while piece := connection.recv(65536):
            told += piece
    return told


def problem(told: bytes) -> dict[str, Any]:
    """The problem in an answer, all of whose members are there."""
    head, _, body = told.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    found = json.loads(body)
    assert set(found) == MEMBERS
    assert head.split()[1].decode() == str(found["status"])
    return found


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # half a TLS hello
        b"\x00\xff garbage\r\n\r\n",
        b"GET /" + b"a" * 66_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",  # longer than any address
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_bytes_that_are_no_http_are_a_problem_too(served: Served, sent: bytes):
    assert problem(raw(served, sent))["code"] in {"malformed-request", "headers-too-large"}
    assert served.ask("GET", "/healthz").status == 200


def test_garbage_behind_a_request_leaves_its_answer(served: Served):
    told = raw(served, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 200")
    told = raw(served, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2 + b"GET / HTTP/9.9\r\n\r\n")
    heads = [part.split(b"\r\n")[0] for part in told.split(b"HTTP/1.1 ")[1:]]
    assert heads == [b"200 OK", b"200 OK", b"400 Bad Request"]
    assert b"malformed-request" in told


def test_a_body_that_breaks_off_into_garbage_is_a_problem(served: Served):
    head = f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\nContent-Type: application/json\r\n"
    told = raw(served, head.encode() + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\nno length\r\n")
    assert problem(told)["code"] == "malformed-request"


@pytest.mark.parametrize(
    "lines", [[b"X: " + b"a" * 200_000], [b"X-%d: %s" % (n, b"a" * 900) for n in range(100)]]
)
def test_headers_without_an_end_are_cut_off(served: Served, lines: list[bytes]):
    sent = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"\r\n".join(lines)
    assert problem(raw(served, sent))["code"] == "headers-too-large"


def test_many_requests_on_one_connection_are_no_large_header(served: Served):
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 30_000 + b"\r\n\r\n"
    told = raw(served, one * 5 + one.replace(b"Host: x", b"Host: x\r\nConnection: close"))
    assert told.count(b"HTTP/1.1 200 OK") == 6


@pytest.mark.parametrize("said", [True, False])
def test_a_body_of_a_hundred_megabytes_is_refused(served: Served, said: bool):
    size = 100 * 1024 * 1024
    head = f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\nContent-Type: application/json\r\n"
    length = f"Content-Length: {size}\r\n\r\n" if said else "Transfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall((head + length).encode())
        piece = b"x" * 2**20
        for _ in range(0 if said else 9):  # more than it may be, and no end
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        told = connection.recv(65536)
        while b"\r\n\r\n" not in told or not told.endswith(b"}"):
            told += connection.recv(65536)
    assert problem(told)["code"] == "body-too-large"


def test_one_event_nested_ten_thousand_deep_keeps_no_other_out(served: Served):
    good = [json.dumps(event(f"deep-{number}")).encode() for number in range(3)]
    batch = b"[" + b", ".join([good[0], DEEP, good[1], b"[[],[]]", good[2]]) + b" ]"
    told = served.ask("POST", "/v1/completions", batch, Content_Type="application/json")
    outcomes = [one["outcome"] for one in told.json["verdicts"]]
    assert outcomes == ["accepted", "rejected", "accepted", "rejected", "accepted"]
    wrong = told.json["verdicts"][1]["problem"]
    assert (set(wrong), wrong["code"], wrong["pointer"]) == (MEMBERS, "nested-too-deeply", "/1")


@pytest.mark.parametrize("batch", [b"[" + DEEP, b"[" + DEEP + b"] x", b"[" + DEEP + b"]]", b"[" * 10_000])
def test_a_deep_batch_that_is_no_array_is_refused_whole(served: Served, batch: bytes):
    told = served.ask("POST", "/v1/completions", batch, Content_Type="application/json")
    assert (told.status, told.json["code"]) == (400, "malformed-body")


def test_eight_megabytes_of_brackets_take_no_time():
    body = Body(b"[" * 4_000_000 + b"]" * 4_000_000, "application/json")
    began = time.monotonic()
    with pytest.raises(Refused, match="nested"):
        events_of(body, Limits())
    assert time.monotonic() - began < 1


def test_an_expired_token_is_none(served: Served):
    token = served.trueup("account", "create", "brief", "--source", SOURCE, "--scope", "completions:read")

    async def expire(use: servers.Opened) -> None:
        await use.database.run("UPDATE service_token SET expires_at = now() WHERE account = 'brief'")

    servers.use(DatabaseSettings(Path(served.environment["TRUEUP_DATA_DIR"])), expire, 1)
    told = served.ask("GET", f"/v1/completions/{SOURCE}:x:1", Authorization=f"Bearer {token}")
    assert (told.status, told.json["code"], set(told.json)) == (401, "unauthorized", MEMBERS)


def test_none_of_it_was_a_defect(served: Served):
    said = [
        line
        for line in served.log
        if line["event"] == "request.failed" or "Traceback" in line.get("text", "")
    ]
    assert said == []
