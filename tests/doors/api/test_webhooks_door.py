"""Webhooks at the running service: who may push, what an envelope holds, and what comes twice."""

import base64
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from served import SOURCE, WEBHOOK_SECRET, Answer, Served

EVENT = {
    "account": {"issuer": "https://lms.example.com", "name": "emp16"},
    "course_id": "SAFE101",
    "status": "completed",
}


def push(
    served: Served,
    body: Any,
    *,
    id_: str = "",
    at: float | None = None,
    secret: str = WEBHOOK_SECRET,
    **headers: str,
) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    id_ = id_ or f"msg_{uuid4()}"
    stamp = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{id_}.{stamp}.".encode() + raw, "sha256")).decode()
    told = {
        "webhook-id": id_,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
        "Content-Type": "application/json",
        "Authorization": "",
        **headers,
    }
    path = told.pop("path", SOURCE)
    return served.ask(
        "POST", f"/v1/webhooks/{path}", raw, **{name.replace("_", "-"): value for name, value in told.items()}
    )


def test_an_event_is_taken_by_its_signature_alone_and_once(served: Served):
    record = str(uuid4())
    told = push(served, {**EVENT, "record_id": record})
    assert told.status == 201
    assert told.json["verdicts"][0]["key"] == f"{SOURCE}:{record}:1"
    assert push(served, {**EVENT, "record_id": record}).status == 200  # another message about the same record


def test_an_event_without_a_record_id_has_that_of_its_message(served: Served):
    id_ = f"msg_{uuid4()}"
    assert push(served, EVENT, id_=id_).json["verdicts"][0]["key"] == f"{SOURCE}:{id_}:1"
    assert push(served, EVENT, id_=id_).status == 200  # delivered again
    told = push(served, {**EVENT, "status": "failed"}, id_=id_)
    assert (told.status, told.json["code"]) == (422, "key-reused")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"secret": "whsec_" + base64.b64encode(bytes(32)).decode()}, 401, "bad-signature"),  # another secret
        ({"at": 1_700_000_000}, 401, "bad-signature"),  # replayed
        ({"at": 4_000_000_000}, 401, "bad-signature"),  # a clock far ahead
        ({"webhook_signature": "v1"}, 400, "bad-parameter"),
        ({"webhook_signature": "v2,AAAA"}, 400, "bad-parameter"),
        ({"webhook_timestamp": "now"}, 400, "bad-parameter"),
        ({"Content_Type": "text/plain"}, 415, "wrong-media-type"),
        ({"path": "nobody"}, 404, "not-found"),
    ],
)
def test_what_nobody_signed_now_is_refused(served: Served, changed: dict[str, Any], status: int, code: str):
    record = str(uuid4())
    told = push(served, {**EVENT, "record_id": record}, **changed)
    assert (told.status, told.json["code"]) == (status, code)
    assert WEBHOOK_SECRET not in told.body.decode()
    assert served.ask("GET", f"/v1/completions/{SOURCE}:{record}").status == 404


def test_a_changed_body_does_not_hold(served: Served):
    record = str(uuid4())
    raw = json.dumps({**EVENT, "record_id": record}).encode()
    told = push(served, raw, **{"webhook-signature": "v1," + base64.b64encode(bytes(32)).decode()})
    assert told.status == 401


def test_a_cloudevent_is_an_envelope_in_either_mode(served: Served):
    envelope = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "https://lms.example.com",
        "type": "completion",
    }
    structured = push(served, {**envelope, "data": EVENT}, Content_Type="application/cloudevents+json")
    assert structured.status == 201
    assert structured.json["verdicts"][0]["key"] == f"{SOURCE}:{envelope['id']}:1"
    headers = {f"ce-{name}": value for name, value in envelope.items()}
    assert push(served, EVENT, **headers).status == 200  # the same event, binary


@pytest.mark.parametrize("wrong", [{"specversion": "0.3"}, {"id": ""}, {"data": None}, {"data": 7}])
def test_an_envelope_that_breaks_its_rules_is_400(served: Served, wrong: dict[str, Any]):
    envelope = {
        "specversion": "1.0",
        "id": "1",
        "source": "https://x.org",
        "type": "c",
        "data": EVENT,
        **wrong,
    }
    told = push(served, envelope, Content_Type="application/cloudevents+json")
    assert (told.status, told.json["code"]) == (400, "malformed-body")


def test_an_event_is_of_the_source_of_its_address(served: Served):
    told = push(served, {**EVENT, "record_id": "a", "source": "other"})
    assert (told.status, told.json["code"]) == (400, "key-mismatch")
