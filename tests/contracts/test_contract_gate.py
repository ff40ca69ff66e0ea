"""What the gate lets through and what it stops: each row changes one small contract in one way."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GATE = Path(__file__).parents[2] / "scripts" / "contract_gate.py"

EVENT = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"},
        "status": {"enum": ["passed", "failed"]},
        "score": {"type": ["number", "null"], "minimum": 0},
        "tags": {"type": "array", "maxItems": 5, "items": {"type": "string"}},
    },
}
ANSWER = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string"},
        "state": {"enum": ["taken", "waiting"]},
        "note": {"type": ["string", "null"]},
        "size": {"type": "integer", "minimum": 0},
    },
}
API = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1.2.0"},
    "paths": {
        "/things": {
            "parameters": [{"name": "tenant", "in": "header", "schema": {"type": "string"}}],
            "post": {
                "security": [{"bearer": ["write"]}],
                "parameters": [{"$ref": "#/components/parameters/limit"}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "event.schema.json"}}}},
                "responses": {
                    "200": {
                        "description": "",
                        "headers": {"X-Request-Id": {}},
                        "content": {"application/json": {"schema": {"$ref": "answer.schema.json"}}},
                    },
                    "429": {"description": ""},
                },
            },
            "get": {"security": [], "responses": {"200": {"description": ""}}},
        }
    },
    "components": {
        "parameters": {
            "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}
        }
    },
}
FILE = {"schema": [{"properties": [{"name": "a", "logicalType": "string", "required": False}]}]}
FOLDER = {
    "openapi.yaml": API,
    "event.schema.json": EVENT,
    "answer.schema.json": ANSWER,
    "odcs/things.odcs.yaml": FILE,
}

Change = Callable[[dict[str, Any]], Any]


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, document in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder


def run(contracts: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, GATE, contracts, *words], capture_output=True, text=True, timeout=60, check=False
    )


def broken(tmp_path: Path, change: Change) -> list[str]:
    import importlib.util

    spec = importlib.util.spec_from_file_location("contract_gate", GATE)
    gate = importlib.util.module_from_spec(spec)
    sys.modules["contract_gate"] = gate  # its dataclasses look themselves up
    spec.loader.exec_module(gate)
    changed = copy.deepcopy(FOLDER)
    change(changed)
    return gate.breaks(write(tmp_path / "old", FOLDER), write(tmp_path / "new", changed))


def post(files: dict[str, Any]) -> dict[str, Any]:
    return files["openapi.yaml"]["paths"]["/things"]["post"]


def event(files: dict[str, Any]) -> dict[str, Any]:
    return files["event.schema.json"]["properties"]


def answer(files: dict[str, Any]) -> dict[str, Any]:
    return files["answer.schema.json"]["properties"]


def limit(files: dict[str, Any]) -> dict[str, Any]:
    return files["openapi.yaml"]["components"]["parameters"]["limit"]


def column(files: dict[str, Any]) -> list[dict[str, Any]]:
    return files["odcs/things.odcs.yaml"]["schema"][0]["properties"]


KEEPS: list[tuple[str, Change]] = [
    ("nothing", lambda f: None),
    ("a new path", lambda f: f["openapi.yaml"]["paths"].update({"/more": {"get": {"responses": {}}}})),
    ("a new optional parameter", lambda f: post(f)["parameters"].append({"name": "x", "in": "query", "schema": {}})),
    ("a new status", lambda f: post(f)["responses"].update({"503": {"description": ""}})),
    ("a request takes a further optional member", lambda f: event(f).update(new={"type": "string"})),
    ("a request takes a further value", lambda f: event(f)["status"]["enum"].append("voided")),
    ("a request takes a further type", lambda f: event(f)["id"].update(type=["string", "integer"])),
    ("a request's bound loosens", lambda f: event(f)["id"].update(maxLength=40)),
    ("a request's pattern goes", lambda f: event(f)["id"].pop("pattern")),
    ("a request asks for less", lambda f: f["event.schema.json"].update(required=[])),
    ("an answer says more", lambda f: answer(f).update(new={"type": "string"})),
    ("an answer loses a value", lambda f: answer(f)["state"].update(enum=["taken"])),
    ("an answer's type narrows", lambda f: answer(f)["note"].update(type="string")),
    ("an answer promises more", lambda f: f["answer.schema.json"]["required"].append("note")),
    ("a scope is dropped", lambda f: post(f)["security"][0].update(bearer=[])),
    ("another way in", lambda f: post(f)["security"].append({"basic": []})),
    ("an integer becomes a number in a request", lambda f: limit(f)["schema"].update(type="number")),
    ("a description", lambda f: event(f)["id"].update(description="x")),
    ("a reference instead of the same in place", lambda f: post(f)["requestBody"]["content"].update({"application/json": {"schema": EVENT}})),
    ("a new optional column", lambda f: column(f).append({"name": "b", "logicalType": "string", "required": False})),
]  # fmt: skip

BREAKS: list[tuple[str, Change, str]] = [
    ("a path goes", lambda f: f["openapi.yaml"]["paths"].clear(), "POST /things: is gone"),
    ("an operation goes", lambda f: f["openapi.yaml"]["paths"]["/things"].pop("get"), "GET /things: is gone"),
    ("a scope is added", lambda f: post(f)["security"][0]["bearer"].append("admin"), "lets nobody in"),
    ("what was public asks for a token", lambda f: f["openapi.yaml"]["paths"]["/things"]["get"].update(security=[{"bearer": []}]), "lets nobody in"),
    ("a parameter goes", lambda f: post(f)["parameters"].clear(), "query limit: is gone"),
    ("a path's parameter goes", lambda f: f["openapi.yaml"]["paths"]["/things"]["parameters"].clear(), "header tenant: is gone"),
    ("a parameter is required", lambda f: limit(f).update(required=True), "query limit: is now required"),
    ("a parameter takes less", lambda f: limit(f)["schema"].update(maximum=50), "maximum was 100, is 50"),
    ("a new required parameter", lambda f: post(f)["parameters"].append({"name": "x", "in": "query", "required": True, "schema": {}}), "query x: is new and required"),
    ("a body is required", lambda f: post(f)["requestBody"].update(required=True), "a body is now required"),
    ("a body's media type goes", lambda f: post(f)["requestBody"].update(content={"text/csv": {}}), "application/json is gone"),
    ("a status goes", lambda f: post(f)["responses"].pop("429"), "429: is gone"),
    ("a header goes", lambda f: post(f)["responses"]["200"].pop("headers"), "X-Request-Id is gone"),
    ("an answer's media type goes", lambda f: post(f)["responses"]["200"].update(content={}), "application/json is gone"),
    ("a request asks for more", lambda f: f["event.schema.json"]["required"].append("status"), "/status: is now required"),
    ("a request's member goes", lambda f: event(f).pop("tags"), "/tags: is gone"),
    ("a request takes a value less", lambda f: event(f)["status"].update(enum=["passed"]), 'no longer takes "failed"'),
    ("a request takes a type less", lambda f: event(f)["score"].update(type="number"), "no longer takes null"),
    ("a request's bound tightens", lambda f: event(f)["id"].update(maxLength=10), "maxLength was 20, is 10"),
    ("a request gets a bound", lambda f: event(f)["score"].update(maximum=1), "maximum was None, is 1"),
    ("a request's pattern changes", lambda f: event(f)["id"].update(pattern="^[0-9]+$"), "pattern was"),
    ("a request's item narrows", lambda f: event(f)["tags"]["items"].update(maxLength=3), "/tags/*: maxLength"),
    ("a request closes", lambda f: f["event.schema.json"].update(additionalProperties=False), "no longer takes further members"),
    ("an answer's member goes", lambda f: answer(f).pop("note"), "/note: is gone"),
    ("an answer may leave a member out", lambda f: f["answer.schema.json"].update(required=["id"]), "/state: may now be absent"),
    ("an answer gains a value", lambda f: answer(f)["state"]["enum"].append("lost"), 'may now be "lost"'),
    ("an answer gains a type", lambda f: answer(f)["id"].update(type=["string", "null"]), "may now be null"),
    ("an answer's bound loosens", lambda f: answer(f)["size"].pop("minimum"), "minimum was 0, is None"),
    ("a column goes", lambda f: column(f).clear(), "things.odcs.yaml a: is gone"),
    ("a column is required", lambda f: column(f)[0].update(required=True), "a: is now required"),
    ("a column's type changes", lambda f: column(f)[0].update(logicalType="number"), "a: was string, is number"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "change"), KEEPS, ids=[row[0] for row in KEEPS])
def test_what_makes_requests_wider_and_answers_narrower_breaks_nobody(tmp_path, says: str, change: Change):
    assert not broken(tmp_path, change)


@pytest.mark.parametrize(("says", "change", "named"), BREAKS, ids=[row[0] for row in BREAKS])
def test_what_takes_back_a_promise_is_a_break_and_is_named(tmp_path, says: str, change: Change, named: str):
    found = broken(tmp_path, change)
    assert any(named in line for line in found), found


def test_a_contract_that_is_gone_is_a_break(tmp_path):
    (tmp_path / "old").mkdir()
    write(tmp_path / "old", {"lost.schema.json": ANSWER})
    assert broken(tmp_path, lambda f: None) == ["lost.schema.json: is gone"]


def test_a_released_contract_is_kept_and_compared_with(tmp_path):
    contracts = write(tmp_path / "contracts", FOLDER)
    assert run(contracts, "--release").stdout == "released 1.2.0\n"
    assert run(contracts).stdout == "contracts keep what 1.2.0 promised\n"
    again = run(contracts, "--release")  # a release is never written over
    assert again.returncode == 1
    assert "raise the version" in again.stderr


def test_a_break_fails_the_gate_unless_the_major_version_is_raised_for_it(tmp_path):
    contracts = write(tmp_path / "contracts", FOLDER)
    run(contracts, "--release")
    broken_api = copy.deepcopy(API)
    del broken_api["paths"]["/things"]["get"]
    for version, code in (("1.3.0", 1), ("2.0.0", 0)):
        broken_api["info"]["version"] = version
        write(contracts, {"openapi.yaml": broken_api})
        told = run(contracts)
        assert told.returncode == code, told
        assert ("GET /things: is gone" in told.stdout) == bool(code)


def test_the_contracts_here_keep_what_was_released():
    told = subprocess.run([sys.executable, GATE], capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
