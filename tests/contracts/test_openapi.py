"""contracts/openapi.yaml is OpenAPI 3.1, and says of every operation what a caller has to know."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

CONTRACTS = Path(__file__).parents[2] / "contracts"
SCHEMAS = sorted(CONTRACTS.glob("*.schema.json"))
API = yaml.safe_load((CONTRACTS / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, item in API["paths"].items()
    for method, operation in item.items()
    if method in {"get", "put", "post", "delete"}
]
operations = pytest.mark.parametrize(("where", "operation"), OPERATIONS, ids=[row[0] for row in OPERATIONS])


def test_the_contract_is_an_openapi_3_1_document():
    document, base = read_from_filename(str(CONTRACTS / "openapi.yaml"))
    assert document["openapi"].startswith("3.1.")
    validate(document, base_uri=base)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_schema_is_json_schema_2020_12(path: Path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@operations
def test_every_operation_names_the_scope_it_needs(where: str, operation: dict[str, Any]):
    scopes = {scope for way in operation["security"] for asked in way.values() for scope in asked}
    if scopes:
        (scope,) = scopes
        assert f"cope `{scope}`" in operation["description"]
    else:
        assert {"Public", "No token", "RFC 6749"} & {
            w for w in ("Public", "No token", "RFC 6749") if w in operation["description"]
        }


@operations
def test_every_answer_carries_the_request_id(where: str, operation: dict[str, Any]):
    for status, answer in operation["responses"].items():
        told = (
            API["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer
        )
        assert "X-Request-Id" in told.get("headers", {}), f"{where} {status}"


@operations
def test_what_needs_a_token_answers_401_403_and_what_waits_429_503(where: str, operation: dict[str, Any]):
    answers = set(operation["responses"])
    if any(asked for way in operation["security"] for asked in way.values()):
        assert {"401", "403", "429", "503"} <= answers
    if "requestBody" in operation:
        assert {"400", "408", "413", "415", "429", "503"} <= answers


@operations
def test_every_refusal_is_a_problem(where: str, operation: dict[str, Any]):
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            continue
        told = API["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        kinds = set(told["content"])
        assert kinds == {"application/problem+json"} or answer["$ref"].endswith("/OAuth")
