"""The statements resource at the running service: what is stored, what comes out, and the completion that it says."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from served import SOURCE, Answer, Served

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
PASSED = "http://adlnet.gov/expapi/verbs/passed"


def statement(**more: Any) -> dict[str, Any]:
    told = {
        "id": str(uuid4()),
        "actor": {"objectType": "Agent", "mbox": "mailto:emp16@example.com"},
        "verb": {"id": PASSED, "display": {"en": "passed", "de": "bestanden"}},
        "object": {"id": f"https://lms.example.com/course/{uuid4()}"},
        "timestamp": "2026-03-29T01:30:00Z",
    }
    return {name: value for name, value in {**told, **more}.items() if value is not None}


def ask(
    served: Served, method: str, path: str, body: Any = None, version: str = "1.0.3", **headers: str
) -> Answer:
    return served.ask(method, f"/xapi/{path}", body, X_Experience_API_Version=version, **headers)


def post(served: Served, body: Any, **headers: str) -> Answer:
    return ask(served, "POST", "statements", body, **headers)


def find(served: Served, **parameters: str) -> list[dict[str, Any]]:
    told = ask(served, "GET", f"statements?{urlencode(parameters)}")
    assert told.status == 200, told.body
    return told.json["statements"]


def completion(served: Served, id_: str) -> Any:
    return served.ask("GET", f"/v1/completions/{SOURCE}:{id_}").json


def test_about_says_the_versions_without_asking_who(served: Served):
    told = served.ask("GET", "/xapi/about", Authorization="")
    assert told.json["version"] == ["1.0.3", "2.0.0"]
    assert told.headers["x-experience-api-version"] == "1.0.3"


def test_a_statement_comes_out_as_it_came_with_what_the_server_assigns(served: Served):
    one = statement(
        result={"score": {"raw": 87.50, "min": 0, "max": 100}, "extensions": {"http://x.org/e": None}}
    )
    told = post(served, one)
    assert (told.status, told.json) == (200, [one["id"]])
    answer = ask(served, "GET", f"statements?statementId={one['id']}")
    assert answer.headers["last-modified"]
    assert answer.headers["x-experience-api-consistent-through"]
    kept = answer.json
    assert {name: kept[name] for name in one} == one
    assert kept["version"] == "1.0.0"
    assert kept["authority"]["account"]["name"] == "tester"
    assert kept["stored"].endswith("Z")


def test_the_completion_that_a_statement_says_is_taken_in(served: Served):
    one = statement(result={"score": {"scaled": 0.5}})
    post(served, one)
    told = completion(served, one["id"])
    assert (told["status"], told["email"], told["course_id"]) == (
        "passed",
        "emp16@example.com",
        one["object"]["id"],
    )
    assert told["score"] == {
        "raw": "0.5",
        "min": "-1",
        "max": "1",
        "scale": "xapi:-1..1",
        "scale_version": None,
    }


def test_a_statement_that_says_no_completion_is_kept_all_the_same(served: Served):
    one = statement(verb={"id": "http://adlnet.gov/expapi/verbs/experienced"})
    assert post(served, one).status == 200
    assert ask(served, "GET", f"statements?statementId={one['id']}").status == 200
    assert served.ask("GET", f"/v1/completions/{SOURCE}:{one['id']}").status == 404


def test_the_same_statement_again_changes_nothing_and_another_one_is_a_conflict(served: Served):
    one = statement()
    assert post(served, one).status == 200
    assert post(served, {**one, "timestamp": "2026-03-29T03:30:00+02:00"}).status == 200  # the same instant
    assert post(served, {**one, "verb": {"id": PASSED}}).status == 200  # a display is no part of it
    told = post(served, {**one, "result": {"success": False}})
    assert (told.status, told.json["code"], told.json["pointer"]) == (409, "conflict", "/id")
    put = ask(served, "PUT", f"statements?statementId={one['id']}", {**one, "result": {"success": False}})
    assert put.status == 409
    assert "result" not in ask(served, "GET", f"statements?statementId={one['id']}").json


def test_put_stores_under_the_id_of_the_parameter(served: Served):
    id_ = str(uuid4())
    told = ask(served, "PUT", f"statements?statementId={id_}", statement(id=None))
    assert (told.status, told.body) == (204, b"")
    assert ask(served, "GET", f"statements?statementId={id_.upper()}").json["id"] == id_
    assert ask(served, "PUT", f"statements?statementId={uuid4()}", statement()).json["code"] == "key-mismatch"
    for wrong in ("statements", "statements?statementId=1", f"statements?statementId={id_}&x=1"):
        assert ask(served, "PUT", wrong, statement(id=None)).status == 400
    assert ask(served, "PUT", f"statements?statementId={id_}", [statement()]).status == 400


def test_a_statement_without_an_id_gets_one_and_sent_again_with_its_time_the_same_one(served: Served):
    one = statement(id=None)
    assert post(served, one).json == post(served, one).json
    timeless = statement(id=None, timestamp=None)  # it may have happened twice
    assert post(served, timeless).json != post(served, timeless).json


def test_a_statement_without_a_time_gets_the_time_it_was_stored_and_its_completion_none(served: Served):
    one = statement(timestamp=None)
    post(served, one)
    kept = ask(served, "GET", f"statements?statementId={one['id']}").json
    assert kept["timestamp"] == kept["stored"]
    assert completion(served, one["id"])["occurred_at"] is None
    assert post(served, {**one, "timestamp": kept["timestamp"]}).status == 200  # assigned: the same statement


def test_a_batch_is_taken_whole_or_not_at_all(served: Served):
    good, bad = statement(), statement(actor={"mbox": "emp16"})
    told = post(served, [good, bad])
    assert told.status == 400
    assert (told.json["code"], told.json["pointer"]) == ("statement-refused", "/1/actor/mbox")
    assert "Data 2.4.2.3" in told.json["expected"]
    assert "emp16" not in told.body.decode()
    assert ask(served, "GET", f"statements?statementId={good['id']}").status == 404
    assert post(served, [good, statement()]).json[0] == good["id"]
    assert post(served, [statement(), {**good, "result": {"success": True}}]).json["pointer"] == "/1/id"


def test_an_id_twice_in_a_batch_refuses_it(served: Served):
    one = statement()
    assert post(served, [one, one]).status == 400
    assert ask(served, "GET", f"statements?statementId={one['id']}").status == 404


def test_an_empty_batch_is_taken(served: Served):
    assert post(served, []).json == []


def void(id_: str) -> dict[str, Any]:
    return statement(
        verb={"id": VOIDED},
        object={"objectType": "StatementRef", "id": id_},
        actor={"mbox": "mailto:admin@example.com"},
    )


def test_a_void_takes_the_completion_back_and_hides_the_statement(served: Served):
    one = statement()
    post(served, one)
    taking = void(one["id"])
    assert post(served, taking).status == 200
    assert ask(served, "GET", f"statements?statementId={one['id']}").status == 404
    assert ask(served, "GET", f"statements?voidedStatementId={one['id']}").json["id"] == one["id"]
    assert [found["id"] for found in find(served, activity=one["object"]["id"])] == [
        taking["id"]
    ]  # it refers to it
    told = completion(served, one["id"])
    assert (told["status"], told["revisions"], told["email"]) == ("voided", ["1", "2"], "emp16@example.com")
    post(served, void(one["id"]))  # once more
    assert completion(served, one["id"])["revisions"] == ["1", "2"]


def test_a_void_may_come_before_what_it_voids_and_in_one_batch_with_it(served: Served):
    late, together = statement(), statement()
    post(served, void(late["id"]))
    post(served, late)
    post(served, [void(together["id"]), together])
    for one in (late, together):
        assert completion(served, one["id"])["status"] == "voided"
        assert ask(served, "GET", f"statements?statementId={one['id']}").status == 404


def test_a_voiding_statement_cannot_be_voided(served: Served):
    one = statement()
    first = void(one["id"])
    post(served, [one, first])
    post(served, void(first["id"]))
    assert ask(served, "GET", f"statements?statementId={first['id']}").status == 200


def test_statements_are_found_by_what_they_hold(served: Served):
    course, registration = f"https://lms.example.com/course/{uuid4()}", str(uuid4())
    who = {"account": {"homePage": "https://lms.example.com", "name": str(uuid4())}}
    one = statement(
        actor=who,
        object={"id": course},
        context={"registration": registration, "instructor": {"mbox": "mailto:t@example.com"}},
    )
    other = statement(
        object={"id": course}, context={"contextActivities": {"parent": {"id": f"{course}/parent"}}}
    )
    post(served, [one, other])
    agent = json.dumps(who)
    for parameters, found in (
        ({"activity": course}, {one["id"], other["id"]}),
        ({"agent": agent}, {one["id"]}),
        ({"agent": agent, "verb": PASSED, "activity": course}, {one["id"]}),
        ({"registration": registration}, {one["id"]}),
        ({"activity": course, "agent": '{"mbox":"mailto:t@example.com"}'}, set()),
        (
            {"activity": course, "agent": '{"mbox":"mailto:t@example.com"}', "related_agents": "true"},
            {one["id"]},
        ),
        ({"activity": f"{course}/parent", "related_activities": "true"}, {other["id"]}),
        ({"agent": '{"mbox":"mailto:nobody@example.com"}'}, set()),
    ):
        assert {each["id"] for each in find(served, **parameters)} == found, parameters


def test_a_reference_to_a_match_matches_too_over_any_number_of_steps(served: Served):
    course = f"https://lms.example.com/course/{uuid4()}"
    one = statement(object={"id": course})
    confirmed = statement(
        verb={"id": "http://x.org/confirmed"}, object={"objectType": "StatementRef", "id": one["id"]}
    )
    seen = statement(
        verb={"id": "http://x.org/seen"}, object={"objectType": "StatementRef", "id": confirmed["id"]}
    )
    post(served, [one, confirmed, seen])
    assert {each["id"] for each in find(served, activity=course)} == {one["id"], confirmed["id"], seen["id"]}


def test_pages_neither_repeat_nor_skip(served: Served):
    course = f"https://lms.example.com/course/{uuid4()}"
    sent = [statement(object={"id": course}) for _ in range(7)]
    for one in sent[:3]:
        post(served, one)
    post(served, sent[3:])  # of one instant
    for ascending in ("false", "true"):
        told = ask(
            served,
            "GET",
            f"statements?{urlencode({'activity': course, 'limit': '2', 'ascending': ascending})}",
        )
        seen = []
        while True:
            seen += told.json["statements"]
            if not told.json["more"]:
                break
            assert told.json["more"].startswith("/xapi/more/")
            told = served.ask("GET", told.json["more"], X_Experience_API_Version="1.0.3")
        assert sorted(each["id"] for each in seen) == sorted(one["id"] for one in sent)
        stored = [each["stored"] for each in seen]
        assert stored == sorted(stored, reverse=ascending == "false")


def test_since_is_exclusive_and_until_inclusive(served: Served):
    course = f"https://lms.example.com/course/{uuid4()}"
    for _ in range(3):
        post(served, statement(object={"id": course}))
    first, middle, last = find(served, activity=course, ascending="true")
    assert [one["id"] for one in find(served, activity=course, since=middle["stored"])] == [last["id"]]
    until = [one["id"] for one in find(served, activity=course, until=middle["stored"])]
    assert until == [middle["id"], first["id"]]


def test_what_is_stored_before_consistent_through_can_be_read(served: Served):
    one = statement()
    told = post(served, one)
    stored = ask(served, "GET", f"statements?statementId={one['id']}").json["stored"]
    time.sleep(0.2)
    assert ask(served, "GET", "statements?limit=1").headers["x-experience-api-consistent-through"] > stored
    assert told.headers["x-experience-api-consistent-through"]


def test_formats_and_languages(served: Served):
    one = statement()
    post(served, one)
    ids = ask(served, "GET", f"statements?statementId={one['id']}&format=ids").json
    assert ids["verb"] == {"id": PASSED}
    canonical = ask(
        served,
        "GET",
        f"statements?statementId={one['id']}&format=canonical",
        Accept_Language="de-AT, en;q=0.1",
    ).json
    assert canonical["verb"]["display"] == {"de": "bestanden"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("statementId=1", "statementId"),
        ("limit=-1", "limit"),
        ("since=2026-03-29", "since"),
        ("Verb=http://x.org/v", "Verb"),
        ("limit=1&limit=2", "limit"),
        ("attachments=1", "attachments"),
        ("agent=%7B%7D", "agent"),
        ("verb=%ff", None),
    ],
)
def test_a_query_that_is_not_understood_is_400(served: Served, query: str, pointer: str | None):
    told = ask(served, "GET", f"statements?{query}")
    assert (told.status, told.json["pointer"]) == (400, pointer)
    assert told.headers["x-experience-api-version"] == "1.0.3"
    assert told.headers["x-experience-api-consistent-through"]


@pytest.mark.parametrize(
    ("version", "answered"), [("1.0", "1.0.3"), ("1.0.9", "1.0.3"), ("2.0.0", "2.0.0"), ("2.0", "2.0.0")]
)
def test_the_version_is_answered_as_it_was_asked_for(served: Served, version: str, answered: str):
    assert (
        ask(served, "GET", "statements?limit=1", version=version).headers["x-experience-api-version"]
        == answered
    )


@pytest.mark.parametrize("version", ["0.9", "1.1.0", "3.0.0", "", "1.0.x"])
def test_another_version_is_refused(served: Served, version: str):
    told = ask(served, "GET", "statements", version=version)
    assert (told.status, told.json["pointer"]) == (400, "X-Experience-API-Version")


def test_version_2_takes_what_version_1_refuses(served: Served):
    one = statement(
        context={"contextAgents": [{"objectType": "contextAgent", "agent": {"mbox": "mailto:a@example.com"}}]}
    )
    assert post(served, one).status == 400
    assert post(served, one, version="2.0.0").status == 200
    assert ask(served, "GET", f"statements?statementId={one['id']}").json["version"] == "2.0.0"


def test_attachments_are_taken_by_their_address_only(served: Served):
    attachment = {
        "usageType": "http://x.org/u",
        "display": {"en": "x"},
        "contentType": "text/plain",
        "length": 1,
        "sha2": "ab" * 32,
    }
    assert post(served, statement(attachments=[{**attachment, "fileUrl": "https://x.org/f"}])).status == 200
    told = post(served, statement(attachments=[attachment]))
    assert (told.status, told.json["pointer"]) == (400, "/attachments/0/fileUrl")
    mixed = post(served, b"--x\r\n\r\n--x--", Content_Type="multipart/mixed; boundary=x")
    assert (mixed.status, mixed.json["code"]) == (415, "wrong-media-type")


def test_attachments_are_answered_in_parts_of_which_the_statements_are_the_only_one(served: Served):
    one = statement()
    post(served, one)
    for query in (f"statementId={one['id']}", f"activity={quote(one['object']['id'])}"):
        told = ask(served, "GET", f"statements?{query}&attachments=true")
        kind, _, boundary = told.headers["content-type"].partition("; boundary=")
        assert kind == "multipart/mixed"
        before, part, after = told.body.decode().split(f"--{boundary}")
        headers, _, body = part.partition("\r\n\r\n")
        assert (before, after, headers.strip()) == ("", "--\r\n", "Content-Type: application/json")
        assert one["id"] in json.dumps(json.loads(body))


def test_the_alternate_syntax_holds_a_request_in_a_form(served: Served):
    one = statement()
    form = {
        "Authorization": f"Bearer {served.token}",
        "X-Experience-API-Version": "1.0.3",
        "Content-Type": "application/json",
    }
    sent = {"Authorization": "", "Content_Type": "application/x-www-form-urlencoded"}
    put = urlencode({**form, "statementId": one["id"], "content": json.dumps(one)})
    assert served.ask("POST", "/xapi/statements?method=PUT", put, **sent).status == 204
    asking = urlencode({**form, "statementId": one["id"]})
    assert served.ask("POST", "/xapi/statements?method=GET", asking, **sent).json["id"] == one["id"]
    posting = urlencode({**form, "content": json.dumps(statement())})
    assert served.ask("POST", "/xapi/statements?method=POST", posting, **sent).status == 200
    bare = {**sent, "Content_Type": "application/json"}  # no form at all
    assert served.ask("POST", "/xapi/statements?method=POST", statement(), **bare).status == 400
    newer = posting.replace("1.0.3", "2.0.0")  # which has no such syntax
    assert served.ask("POST", "/xapi/statements?method=POST", newer, **sent).status == 400
    assert served.ask("POST", "/xapi/statements?method=DELETE", posting, **sent).status == 400
    assert served.ask("POST", "/xapi/statements?method=PUT&statementId=x", put, **sent).status == 400
    assert (
        served.ask(
            "POST", "/xapi/statements?method=GET", urlencode({**form, "Authorization": "x"}), **sent
        ).status
        == 401
    )


def test_sources_see_their_own_statements_only(served: Served):
    one = statement()
    post(served, one)
    scopes = ("--scope", "statements:read", "--scope", "statements:write")
    token = served.trueup("account", "create", "other-lms", "--source", "other-lms", *scopes)
    other = {"Authorization": f"Bearer {token}"}
    assert ask(served, "GET", f"statements?statementId={one['id']}", **other).status == 404
    assert post(served, {**one, "result": {"success": True}}, **other).status == 200  # an id of its own
    assert find(served, activity=one["object"]["id"])[0]["id"] == one["id"]


def test_reading_and_writing_are_two_scopes(served: Served):
    token = served.trueup(
        "account", "create", "xapi-writer", "--source", "lms", "--scope", "statements:write"
    )
    told = ask(served, "GET", "statements", Authorization=f"Bearer {token}")
    assert (told.status, told.json["expected"]) == (403, "statements:read")


def test_many_senders_of_one_batch_at_a_time_store_it_once(served: Served):
    course = f"https://lms.example.com/course/{uuid4()}"
    batch = [statement(object={"id": course}) for _ in range(20)]
    with ThreadPoolExecutor(16) as crowd:
        told = list(crowd.map(lambda turn: post(served, batch[turn % 5 :] + batch[: turn % 5]), range(100)))
    assert {one.status for one in told} == {200}
    assert len(find(served, activity=course)) == 20


@pytest.mark.parametrize(
    "body", ["{", "1", "null", '"x"', "[[]]", "[1]", '{"id":' + "[" * 5000, "[" * 100_000, '{"actor":1e999}']
)
def test_what_is_no_statement_is_400(served: Served, body: str):
    assert post(served, body, Content_Type="application/json").status == 400


@pytest.mark.parametrize(
    "part",
    [
        '"timestamp":"9999-12-31T23:59:59-23:59"',  # no such time in UTC
        '"timestamp":"0001-01-01T00:00:00+23:59"',
        '"result":{"score":{"raw":100000000000000000000000000000001}}',  # no one form for every reader
        '"result":{"response":"\\ud800"}',  # half a character
        '"result":{"response":"\\u0000"}',  # what no database keeps
        '"actor":{"account":{"homePage":"http://x.org","name":"\\u0000"}}',
        '"actor":{"account":{"homePage":"http://x.org","name":"\\ud800"}}',
    ],
)
def test_what_no_reader_agrees_on_is_refused_and_breaks_nothing(served: Served, part: str):
    told = json.dumps(statement(timestamp=None))[:-1] + "," + part + "}"
    assert post(served, told, Content_Type="application/json").status == 400
    batch = post(served, f"[{told}]", Content_Type="application/json")
    assert batch.status == 400


@pytest.mark.parametrize(
    "query",
    [
        "since=9999-12-31T23:59:59-23:59",
        "until=0001-01-01T00:00:00%2B23:59",
        "agent=" + quote('{"account":{"homePage":"http://x.org","name":"\\ud800"}}'),
        "agent=" + quote('{"mbox":7}'),
    ],
)
def test_a_query_that_no_database_answers_is_400(served: Served, query: str):
    assert ask(served, "GET", f"statements?{query}").status == 400


def test_a_name_with_a_nul_is_nobodys(served: Served):
    agent = quote('{"account":{"homePage":"http://x.org","name":"\\u0000"}}')
    assert ask(served, "GET", f"statements?agent={agent}").json["statements"] == []


def test_a_cursor_that_nobody_gave_is_400(served: Served):
    for cursor in ("x", "bnVsbA", quote("%"), "W1tdLCIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsLTFd"):
        assert ask(served, "GET", f"more/{cursor}").status == 400
