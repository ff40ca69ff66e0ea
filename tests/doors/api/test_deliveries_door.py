"""Deliveries over HTTP, from a completion to a dead letter that is sent again: the service itself delivers."""

import time
from pathlib import Path
from typing import Any

import pytest
from served import SOURCE, Served, command, serving

import servers
from deliveries import ARCHIVE_AND_SHUT

EVENT = {
    "account": {"issuer": "https://lms.example.com", "name": "emp1"},
    "course_id": "SAFE101",
    "status": "passed",
    "occurred_at": "2026-03-29T01:30:00+01:00",
}
SCOPES = ("completions:write", "deliveries:read", "deliveries:decide", "metrics:read")


@pytest.fixture
def delivering(database: servers.DatabaseSettings, tmp_path: Path):
    (tmp_path / "trueup.toml").write_text(ARCHIVE_AND_SHUT.format(archive=tmp_path / "archive"))
    environment = servers.environment(database)
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    token = command(environment, "account", "create", "lms", "--source", "moodle-hr", *scopes)
    with serving(environment, "--settings", str(tmp_path / "trueup.toml")) as running:
        running.token = token
        yield running


BY_HAND = """
[[sources]]
name = "*"
targets = ["by-hand"]

[[targets]]
name = "by-hand"
connector = "evidence-pack"
options = { link = "https://trueup.example.com" }
"""
HR = "person_id,employee_number,email,first_name,last_name\nu1,E1001,ann@corp.example.com,Ann,Lee\n"


def test_a_task_is_listed_done_and_undone_and_its_evidence_is_behind_a_link(database, tmp_path):
    (tmp_path / "trueup.toml").write_text(BY_HAND)
    (tmp_path / "people.csv").write_text(HR)
    environment = servers.environment(database)
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    token = command(environment, "account", "create", "lms", "--source", "moodle-hr", *scopes)
    command(environment, "identity", "enrol", str(tmp_path / "people.csv"))
    settings = ["--settings", str(tmp_path / "trueup.toml")]
    with serving(environment, *settings) as running:
        running.token = token
        event = {"employee_number": "E1001", **{k: v for k, v in EVENT.items() if k != "account"}}
        assert running.ask("PUT", "/v1/completions/moodle-hr:r1:1", event).status == 201
        until(lambda: [one["do"] for one in running.ask("GET", "/v1/tasks").json["tasks"]], ["enter"])
        (task,) = running.ask("GET", "/v1/tasks?target=by-hand").json["tasks"]
        assert task["fields"]["employee_number"] == "E1001"
        said = {"numbers": [task["number"]], "note": "entered"}
        assert running.ask("POST", "/v1/tasks/done", said).json["numbers"] == [task["number"]]
        assert running.ask("GET", "/v1/tasks").json["tasks"] == []
        assert running.ask("POST", "/v1/tasks/undo", said).json["outcome"] == "waiting again"
        assert running.ask("POST", "/v1/tasks/done", {"numbers": [1]}).status == 400
        packs = command(
            environment, "task", "pack", str(tmp_path / "packs"), "--target", "by-hand", *settings
        )
        link = next(line.strip() for line in packs.splitlines() if line.strip().endswith("/pdf"))
        path = link.removeprefix("https://trueup.example.com")
        running.token = ""
        pdf = running.ask("GET", path)
        assert (pdf.status, pdf.headers["content-type"], pdf.headers["cache-control"]) == (
            200,
            "application/pdf",
            "no-store",
        )
        assert pdf.body.startswith(b"%PDF-")
        assert "E1001" in running.ask("GET", path.replace("/pdf", "/csv")).body.decode("utf-8-sig")
        for wrong in (path.replace("/pdf", "/exe"), path[:20] + "x" + path[21:], "/evidence/x.y/pdf"):
            assert running.ask("GET", wrong).status == 404
        assert not any(path[10:40] in str(line) or "E1001" in str(line) for line in running.log)


def until(asked: Any, wanted: Any) -> None:
    end = time.monotonic() + 20
    while (said := asked()) != wanted:
        assert time.monotonic() < end, said
        time.sleep(0.1)


def test_a_completion_is_delivered_told_of_and_its_dead_letter_sent_again(delivering: Served):
    def states() -> dict[str, str]:
        story = delivering.ask("GET", "/v1/completions/moodle-hr:r1:1/deliveries").json
        return {one["target"]: one["state"] for one in story["revisions"][0]["deliveries"]}

    assert delivering.ask("PUT", "/v1/completions/moodle-hr:r1:1", EVENT).status == 201
    until(states, {"archive": "verified", "shut": "dead"})
    status = delivering.ask("GET", "/v1/status").json
    assert {(one["target"], one["state"], one["count"]) for one in status["deliveries"]} == {
        ("archive", "verified", 1), ("shut", "dead", 1),
    }  # fmt: skip  # a row each
    figures = delivering.ask("GET", "/metrics").body.decode()
    assert 'trueup_deliveries{state="verified",target="archive"} 1.0' in figures
    assert 'trueup_deliveries{state="dead",target="shut"} 1.0' in figures
    assert 'trueup_deliveries_overdue{target="shut"} 0.0' in figures
    (letter,) = delivering.ask("GET", "/v1/dead-letters?target=shut&fault=TU0402").json["letters"]
    assert delivering.ask("GET", "/v1/dead-letters?target=archive").json["letters"] == []
    number = letter["number"]
    preview = delivering.ask("POST", "/v1/dead-letters/redrive", {"numbers": [number], "preview": True}).json
    assert (preview["sent"], preview["letters"][0]["why_not"], preview["letters"][0]["verb"]) == (
        [],
        None,
        "create",
    )
    assert "emp1" not in str(preview)
    sent = delivering.ask("POST", "/v1/dead-letters/redrive", {"numbers": [number]}).json
    assert sent["sent"] == [number]

    def again() -> Any:
        (one,) = delivering.ask("GET", "/v1/dead-letters").json["letters"]
        return one["redriven_at"]

    until(again, None)
    gone = delivering.ask("POST", "/v1/dead-letters/discard", {"numbers": [number], "reason": "by hand"})
    assert gone.json == {"schema": "trueup.discarded/1", "discarded": [number], "not_waiting": []}
    (ended,) = delivering.ask("GET", "/v1/dead-letters?settled=true").json["letters"]
    assert (ended["ended_by"], ended["reason"]) == ("lms", "by hand")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"/v1/completions/{SOURCE}:nothing/deliveries", None, 404),
        ("GET", "/v1/completions/other:r1/deliveries", None, 403),
        ("GET", "/v1/dead-letters?settled=maybe", None, 400),
        ("GET", "/v1/dead-letters?limit=0", None, 400),
        ("POST", "/v1/dead-letters/redrive", {"numbers": []}, 400),
        ("POST", "/v1/dead-letters/redrive", {"numbers": ["one"]}, 400),
        ("POST", "/v1/dead-letters/discard", {"numbers": [1], "reason": " "}, 400),
        ("POST", "/v1/dead-letters/discard", {"numbers": [1]}, 400),
    ],
)
def test_what_is_not_as_it_should_be_is_a_problem_that_says_where(served: Served, method, path, body, status):
    answer = served.ask(method, path, body)
    assert answer.status == status
    assert answer.json["code"]
