"""The service itself: ids, problems, tokens, scopes, limits, figures, and how it stops."""

import json
import socket
import time
from uuid import UUID, uuid4

import pytest
from served import Served, serving


def test_it_is_healthy_and_ready(served: Served):
    assert served.ask("GET", "/healthz").json == {"status": "ok"}
    assert served.ask("GET", "/readyz").json == {"status": "ready"}


def test_a_head_answers_as_a_get_without_its_body(served: Served):
    told = served.ask("HEAD", "/healthz")
    assert (told.status, told.body) == (200, b"")


def test_every_answer_carries_the_senders_request_id_or_a_new_one(served: Served):
    mine = str(uuid4())
    assert served.ask("GET", "/healthz", X_Request_Id=mine).headers["x-request-id"] == mine
    assert UUID(served.ask("GET", "/healthz", X_Request_Id="not one").headers["x-request-id"])


def test_the_log_names_the_operation_and_never_the_address(served: Served):
    mine = str(uuid4())
    served.ask("GET", "/v1/problems/emp16@example.com", X_Request_Id=mine)
    for _ in range(50):
        lines = [line for line in served.log if line.get("request_id") == mine]
        if lines:
            break
        time.sleep(0.05)
    (line,) = lines
    assert (line["event"], line["operation"], line["status"]) == ("request.answered", "getProblem", 404)
    assert "emp16" not in json.dumps(line)


def test_a_problem_says_what_is_wrong_and_what_to_do(served: Served):
    mine = str(uuid4())
    told = served.ask("GET", "/metrics", Authorization="Bearer no", X_Request_Id=mine, X_Attempt="3")
    assert told.status == 401
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["www-authenticate"].startswith("Bearer")
    problem = told.json
    assert (problem["code"], problem["status"], problem["request_id"], problem["attempt"]) == (
        "unauthorized",
        401,
        mine,
        3,
    )
    assert problem["instance"] == f"urn:uuid:{mine}"
    assert problem["todo"]
    meaning = served.ask("GET", problem["type"])  # a problem's type leads to what it means
    assert meaning.json["code"] == "unauthorized"


@pytest.mark.parametrize("code", ["TU0101", "busy"])
def test_every_code_is_explained(served: Served, code: str):
    assert served.ask("GET", f"/v1/problems/{code}").json["todo"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/healthz/", 404),  # no other way to write it
        ("DELETE", "/healthz", 405),
        ("GET", "/v1/problems/TU9999", 404),
        ("GET", "/v1/oauth/token", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(served: Served, method: str, path: str, status: int):
    told = served.ask(method, path)
    assert told.status == status
    assert told.json["status"] == status
    assert (status != 405) or told.headers["allow"]


def test_the_figures_count_requests_by_operation(served: Served):
    served.ask("GET", "/healthz")
    text = served.ask("GET", "/metrics").body.decode()
    assert 'trueup_request_seconds_count{operation="getHealth",status="200"}' in text
    assert "lms" not in text  # no label is a source's


def test_figures_need_their_scope(served: Served):
    token = served.trueup("account", "create", "auditor", "--scope", "audit:read")
    told = served.ask("GET", "/metrics", Authorization=f"Bearer {token}")
    assert told.status == 403
    assert (told.json["code"], told.json["expected"], told.json["actual"]) == (
        "missing-scope",
        "metrics:read",
        "audit:read",
    )


def basic(name: str, token: str) -> str:
    import base64

    return "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()


def test_a_token_works_as_the_password_of_its_account_only(served: Served):
    assert served.ask("GET", "/metrics", Authorization=basic("tester", served.token)).status == 200
    assert served.ask("GET", "/metrics", Authorization=basic("other", served.token)).status == 401
    assert served.ask("GET", "/metrics", Authorization="Basic %%%").status == 401
    assert served.ask("GET", "/metrics", Authorization=served.token).status == 401


FORM = "application/x-www-form-urlencoded"


def test_client_credentials_give_a_short_lived_token_with_fewer_scopes(served: Served):
    told = served.ask(
        "POST",
        "/v1/oauth/token",
        "grant_type=client_credentials&scope=metrics%3Aread",
        Authorization=basic("tester", served.token),
        Content_Type=FORM,
    )
    assert told.status == 200
    assert told.headers["cache-control"] == "no-store"
    answer = told.json
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "metrics:read")
    assert 3000 < answer["expires_in"] <= 3600
    assert served.ask("GET", "/metrics", Authorization=f"Bearer {answer['access_token']}").status == 200
    again = served.ask(  # an access token gives no further token: it would never end
        "POST",
        "/v1/oauth/token",
        "grant_type=client_credentials",
        Authorization=basic("tester", answer["access_token"]),
        Content_Type=FORM,
    )
    assert (again.status, again.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ("grant_type=client_credentials&client_id=tester&client_secret=tu_wrong", 401, "invalid_client"),
        ("grant_type=client_credentials", 401, "invalid_client"),
        ("grant_type=password", 400, "unsupported_grant_type"),
        ("", 400, "invalid_request"),
        ("grant_type", 400, "invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"),
        ("grant_type=client_credentials&client_id=tester&client_secret={token}&scope=everything", 400, "invalid_scope"),
    ],
)  # fmt: skip
def test_a_wrong_request_for_a_token_is_refused_as_oauth_says(
    served: Served, form: str, status: int, error: str
):
    told = served.ask(
        "POST", "/v1/oauth/token", form.replace("{token}", served.token), Authorization="", Content_Type=FORM
    )
    assert (told.status, told.json["error"]) == (status, error)


def test_a_secret_is_rotated_without_a_gap_and_revoked_at_once(served: Served):
    first = served.trueup("account", "create", "rotating", "--scope", "metrics:read")
    second = served.trueup("account", "rotate", "rotating")
    for token in (first, second):
        assert served.ask("GET", "/metrics", Authorization=f"Bearer {token}").status == 200
    third = served.trueup("account", "rotate", "rotating", "--overlap", "1m")
    served.trueup("account", "revoke", "rotating")
    assert served.ask("GET", "/metrics", Authorization=f"Bearer {third}").status == 401  # never remembered
    time.sleep(5.5)  # a caller is remembered for five seconds
    assert served.ask("GET", "/metrics", Authorization=f"Bearer {second}").status == 401


def test_the_list_of_accounts_shows_no_token(served: Served):
    listed = served.trueup("account", "list", "--json")
    (tester,) = [one for one in json.loads(listed)["accounts"] if one["name"] == "tester"]
    assert (tester["source"], tester["secrets"], tester["revoked_at"]) == ("lms", 1, None)
    assert "tu_" not in listed


def test_a_body_is_bounded_before_it_is_read(served: Served):
    told = served.ask("POST", "/v1/oauth/token", b"x" * (8 * 1024 * 1024 + 1), Content_Type=FORM)
    assert (told.status, told.json["code"]) == (413, "body-too-large")
    for headers, code in (
        ({"Content_Type": "text/csv"}, "wrong-media-type"),
        ({"Content_Type": f"{FORM}; charset=latin1"}, "wrong-media-type"),
        ({"Content_Type": FORM, "Content_Encoding": "gzip"}, "wrong-media-type"),
    ):
        told = served.ask("POST", "/v1/oauth/token", "grant_type=x", **headers)
        assert (told.status, told.json["code"]) == (415, code)
    assert served.ask("POST", "/v1/oauth/token", b"\xff", Content_Type=FORM).status == 415


def test_a_sender_that_goes_away_leaves_the_service_as_it_was(served: Served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as line:
        line.sendall(
            b"POST /v1/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: "
            + FORM.encode()
            + b"\r\nContent-Length: 99\r\n\r\nab"
        )
    assert served.ask("GET", "/readyz").status == 200


def test_it_stops_when_it_is_asked_and_says_so(served: Served):
    with serving(served.environment) as other:
        assert other.ask("GET", "/healthz").status == 200
    assert other.log[-1]["event"] == "serve.stopped"


def test_a_port_that_is_taken_is_said_and_not_a_traceback(served: Served):
    import subprocess

    from served import TRUEUP

    told = subprocess.run(
        [TRUEUP, "serve", "--port", str(served.port)],
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 2
    assert "can't listen" in told.stderr
    assert "Traceback" not in told.stderr
