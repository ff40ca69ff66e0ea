"""Events in and what is known of them, at the running service."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from served import TRUEUP, Answer, Served

CONTRACTS = Path(__file__).parents[3] / "contracts"

SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8")) for path in CONTRACTS.glob("*.schema.json")
}
REGISTRY = Registry().with_resources((name, Resource.from_contents(one)) for name, one in SCHEMAS.items())


def keeps(document: Any, name: str) -> None:
    Draft202012Validator(SCHEMAS[name], registry=REGISTRY).validate(document)


def event(**more: Any) -> dict[str, Any]:
    told = {
        "account": {"issuer": "https://lms.example.com", "name": "emp16"},
        "course_id": "SAFE101",
        "status": "completed",
        "occurred_at": "2026-03-29T01:30:00+01:00",
        "score": {"raw": 87.5, "min": 0, "max": 100},
    }
    return {name: value for name, value in {**told, **more}.items() if value is not None}


def put(served: Served, record: str, body: Any, revision: str = "1", **headers: str) -> Answer:
    return served.ask("PUT", f"/v1/completions/lms:{quote(record, safe='')}:{revision}", body, **headers)


def test_an_event_is_taken_once_and_its_receipt_is_the_same_each_time(served: Served):
    record = str(uuid4())
    first, second = put(served, record, event()), put(served, record, event())
    assert (first.status, second.status) == (201, 200)
    keeps(first.json, "batch.schema.json")
    assert second.json["duplicate"] == 1
    assert first.json["verdicts"][0]["receipt"] == second.json["verdicts"][0]["receipt"]


def test_one_event_is_the_same_through_every_way_in(served: Served):
    record = str(uuid4())
    assert put(served, record, event()).status == 201
    told = served.ask("POST", "/v1/completions", [event(source="lms", record_id=record)])
    assert (
        told.json["duplicate"] == 1
    )  # the key in the address or in the body, the first revision said or not
    assert served.ask("POST", "/v1/completions", event(record_id=record, revision="1")).status == 200


def test_another_body_under_the_key_is_a_conflict_and_changes_nothing(served: Served):
    record = str(uuid4())
    put(served, record, event())
    told = put(served, record, event(status="failed"))
    assert (told.status, told.json["code"]) == (409, "conflict")
    keeps(told.json, "problem.schema.json")
    assert served.ask("GET", f"/v1/completions/lms:{record}:1").json["status"] == "completed"


def test_a_correction_is_a_new_revision_and_the_latest_is_shown(served: Served):
    record = str(uuid4())
    put(served, record, event(), "1")
    put(served, record, event(status="failed"), "2")
    latest = served.ask("GET", f"/v1/completions/lms:{record}").json
    assert (latest["revision"], latest["status"], latest["revisions"]) == ("2", "failed", ["1", "2"])
    assert served.ask("GET", f"/v1/completions/lms:{record}:1").json["status"] == "completed"


@pytest.mark.parametrize("record", ["a/b", "a:b", "ü%2F", "receipt", "a b"])
def test_any_record_id_is_one_segment_of_the_address(served: Served, record: str):
    record = f"{uuid4()}-{record}"
    assert put(served, record, event()).status == 201
    told = served.ask("GET", f"/v1/completions/lms:{quote(record, safe='')}:1")
    assert told.json["record_id"] == record


def test_times_come_back_byte_for_byte_with_the_rule_that_read_them(served: Served):
    record = str(uuid4())
    put(served, record, event(occurred_at="/Date(1774744200000)/", recorded_at=1774744260))
    told = served.ask("GET", f"/v1/completions/lms:{record}:1/conversions").json["conversions"]
    assert [(one["field"], one["raw"], one["at"]) for one in told] == [
        ("occurred_at", "/Date(1774744200000)/", "2026-03-29T00:30:00.000000Z"),
        ("recorded_at", "1774744260", "2026-03-29T00:31:00.000000Z"),
    ]


def test_a_score_comes_back_with_its_digits(served: Served):
    record = str(uuid4())
    body = json.dumps(event()).replace("87.5", "87.500")
    served.ask("PUT", f"/v1/completions/lms:{record}:1", body, Content_Type="application/json")
    assert served.ask("GET", f"/v1/completions/lms:{record}:1").json["score"]["raw"] == "87.500"


def test_a_receipt_has_its_proof_within_a_second_and_verifies_offline(served: Served, tmp_path):
    import subprocess

    record = str(uuid4())
    put(served, record, event())
    time.sleep(1)
    told = served.ask("GET", f"/v1/completions/lms:{record}:1/receipt")
    keeps(told.json, "receipt.schema.json")
    assert told.json["proof"]
    (tmp_path / "receipt.json").write_bytes(told.body)
    key = next(line["key"] for line in served.log if line["event"] == "audit.key_made")
    verified = subprocess.run(
        [TRUEUP, "receipt", "verify", tmp_path / "receipt.json", "--key", key],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"status": "done"}, 422, "TU0308", "/status"),
    ({"course_id": None}, 422, "TU0308", "/course_id"),
    ({"employee_number": 1016}, 202, "TU0102", "/employee_number"),  # durable, in quarantine
    ({"account": None}, 202, "TU0101", ""),
    ({"occurred_at": "2026-03-29T01:30:00"}, 202, "TU0201", "/occurred_at"),  # whose zone?
    ({"occurred_at": "2026-02-30T00:00:00Z"}, 202, "TU0205", "/occurred_at"),
    ({"occurred_at": "2999-01-01T00:00:00Z"}, 202, "TU0205", "/occurred_at"),
    ({"score": {"raw": 5}}, 202, "TU0801", "/score"),
    ({"score": {"raw": 500, "min": 0, "max": 100}}, 202, "TU0802", "/score/raw"),
    ({"tags": ["x"] * 51}, 422, "TU0308", "/tags"),
]


@pytest.mark.parametrize(("wrong", "status", "code", "pointer"), WRONG)
def test_what_is_wrong_is_named_with_its_place_and_nothing_of_a_person_comes_back(
    served: Served, wrong: dict[str, Any], status: int, code: str, pointer: str
):
    told = put(served, str(uuid4()), event(**wrong))
    assert told.status == status, told.body
    problem = told.json if status == 422 else told.json["verdicts"][0]["problem"]
    keeps(problem, "problem.schema.json")
    assert (problem["code"], problem["pointer"]) == (code, pointer)
    assert problem["expected"]
    assert "emp16" not in told.body.decode()
    assert "1016" not in json.dumps(problem)


def test_what_waits_in_quarantine_is_shown_and_a_right_resend_replaces_it(served: Served):
    record = str(uuid4())
    put(served, record, event(account=None))
    waiting = served.ask("GET", f"/v1/completions/lms:{record}:1").json
    assert (waiting["state"], waiting["fault"], waiting["status"]) == ("quarantined", "TU0101", None)
    assert put(served, record, event()).status == 201
    assert served.ask("GET", f"/v1/completions/lms:{record}:1").json["state"] == "taken"


def test_members_that_the_contract_does_not_name_are_dropped_and_named(served: Served):
    record = str(uuid4())
    told = put(
        served,
        record,
        event(date_of_birth="1980-01-01", account={"issuer": "https://x.org", "name": "e", "nick": "x"}),
    )
    assert told.json["verdicts"][0]["dropped"] == ["/account/nick", "/date_of_birth"]
    assert (
        put(served, record, event(account={"issuer": "https://x.org", "name": "e"})).status == 200
    )  # the same without


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed-body"),
        ("[1]", 400, "malformed-body"),
        ("null", 400, "malformed-body"),
        ("", 400, "malformed-body"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, 400, "nested-too-deeply"),
        ('{"source":"other"}', 400, "key-mismatch"),
        ('{"record_id":"another"}', 400, "key-mismatch"),
    ],
)
def test_a_body_that_is_no_event_is_refused_whole(served: Served, body: str, status: int, code: str):
    told = put(served, str(uuid4()), body, Content_Type="application/json")
    assert (told.status, told.json["code"]) == (status, code)


@pytest.mark.parametrize(
    "key", ["lms", "lms:", "lms::1", "LMS:a:1", "lms:a:", "lms:a: ", "lms:%00:1", "lms:%ff:1"]
)
def test_an_address_that_holds_no_key_is_refused(served: Served, key: str):
    told = served.ask("PUT", f"/v1/completions/{quote(key, safe='%:')}", event())
    assert (told.status, told.json["code"]) == (400, "bad-parameter")


def test_nothing_is_known_of_what_never_came(served: Served):
    for path in ("", "/receipt", "/conversions"):
        assert served.ask("GET", f"/v1/completions/lms:never{path}").status == 404


def test_an_account_speaks_for_its_own_source_only(served: Served):
    told = served.ask("PUT", "/v1/completions/other:a:1", event())
    assert (told.status, told.json["code"]) == (403, "foreign-source")
    assert served.ask("GET", "/v1/completions/other:a:1").status == 403
    batch = served.ask("POST", "/v1/completions", [event(source="other", record_id="a")])
    (verdict,) = batch.json["verdicts"]
    assert (verdict["outcome"], verdict["problem"]["code"], verdict["problem"]["pointer"]) == (
        "rejected",
        "foreign-source",
        "/0/source",
    )


def test_each_event_of_a_batch_is_judged_by_itself(served: Served):
    record = str(uuid4())
    batch = [
        event(source="lms", record_id=f"{record}-1"),
        event(source="lms", record_id=f"{record}-2", status="done"),
        event(source="lms", record_id=f"{record}-1"),
        event(source="lms", record_id=f"{record}-1", status="failed"),
        event(source="lms", record_id=f"{record}-3", account=None),
        {"deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]},
        7,
    ]
    told = served.ask("POST", "/v1/completions", batch)
    assert told.status == 200
    keeps(told.json, "batch.schema.json")
    outcomes = [verdict["outcome"] for verdict in told.json["verdicts"]]
    assert outcomes == [
        "accepted",
        "rejected",
        "duplicate",
        "conflict",
        "quarantined",
        "rejected",
        "rejected",
    ]
    pointers = [
        verdict["problem"]["pointer"] if verdict["problem"] else None for verdict in told.json["verdicts"]
    ]
    assert pointers == [None, "/1/status", None, "/3", "/4", "/5", "/6"]
    assert told.json["accepted"] == told.json["conflict"] == 1


def test_lines_of_ndjson_stand_for_themselves(served: Served):
    record = str(uuid4())
    lines = [
        json.dumps(event(source="lms", record_id=record)),
        "",
        "{broken",
        json.dumps(event(source="lms", record_id=record)),
    ]
    told = served.ask("POST", "/v1/completions", "\n".join(lines), Content_Type="application/x-ndjson")
    assert [verdict["outcome"] for verdict in told.json["verdicts"]] == ["accepted", "rejected", "duplicate"]


@pytest.mark.parametrize(("batch", "status"), [("[]", 400), (json.dumps([{}] * 1001), 413), ("[1,", 400)])
def test_a_batch_that_is_none_is_refused_whole(served: Served, batch: str, status: int):
    assert served.ask("POST", "/v1/completions", batch, Content_Type="application/json").status == status


def test_a_single_event_needs_a_key_of_its_own_or_the_requests(served: Served):
    told = served.ask("POST", "/v1/completions", event())
    assert (told.status, told.json["code"]) == (400, "missing-key")
    key = str(uuid4())
    first = served.ask("POST", "/v1/completions", event(), Idempotency_Key=key)
    again = served.ask("POST", "/v1/completions", event(), Idempotency_Key=key)
    assert (first.status, again.status) == (201, 200)
    assert first.json["verdicts"][0]["key"] == f"lms:{key}:1"


def test_an_idempotency_key_with_another_body_is_422_and_stores_nothing(served: Served):
    key, record = str(uuid4()), str(uuid4())
    batch = [event(source="lms", record_id=f"{record}-1")]
    assert served.ask("POST", "/v1/completions", batch, Idempotency_Key=key).json["accepted"] == 1
    assert served.ask("POST", "/v1/completions", batch, Idempotency_Key=key).json["duplicate"] == 1
    told = served.ask(
        "POST", "/v1/completions", [event(source="lms", record_id=f"{record}-2")], Idempotency_Key=key
    )
    assert (told.status, told.json["code"]) == (422, "key-reused")
    assert served.ask("GET", f"/v1/completions/lms:{record}-2").status == 404


def test_a_thousand_duplicates_at_a_time_have_one_effect_and_one_receipt(served: Served):
    record = str(uuid4())
    with ThreadPoolExecutor(32) as crowd:
        told = list(crowd.map(lambda _: put(served, record, event()), range(1000)))
    assert sorted({one.status for one in told}) == [200, 201]
    assert sum(one.status == 201 for one in told) == 1
    assert len({json.dumps(one.json["verdicts"][0]["receipt"]) for one in told}) == 1


def test_a_token_without_the_scope_brings_nothing_in(served: Served):
    token = served.trueup("account", "create", "only-reads", "--source", "lms", "--scope", "completions:read")
    told = put(served, str(uuid4()), event(), Authorization=f"Bearer {token}")
    assert (told.status, told.json["expected"]) == (403, "completions:write")
