"""The contracts agree with the words of the house, and are what they say they are.

What the contracts say of columns, fields and settings is compared with model/; what `check` and `inspect`
really answer is held against them in the doors' tests.
"""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from block_yaml import read_yaml
from json_schema import breaks, schema

from trueup.model import answers
from trueup.model.answers import FaultRow, InputFile, Kpi, State
from trueup.model.faults import CATALOGUE
from trueup.model.faults.entry import Severity
from trueup.model.relations import ROLES, Kind, Role
from trueup.model.settings import (
    CheckSettings,
    CycleSettings,
    DayOrder,
    FileSettings,
    SourceSettings,
    TargetSettings,
)

CONTRACTS = Path(__file__).parents[2] / "contracts"
LOGICAL = {
    Kind.TEXT: "string",
    Kind.LIST: "string",
    Kind.INSTANT: "timestamp",
    Kind.NUMBER: "number",
    Kind.INTEGER: "integer",
    Kind.FLAG: "boolean",
}


def odcs(role: str) -> dict[str, Any]:
    return read_yaml((CONTRACTS / "odcs" / f"{role}.odcs.yaml").read_text(encoding="utf-8"))


def names(of: type) -> set[str]:
    return {field.name for field in fields(of)}


def test_every_role_has_a_contract_and_every_contract_a_role():
    assert {path.name.removesuffix(".odcs.yaml") for path in (CONTRACTS / "odcs").iterdir()} == set(ROLES)


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_contract_is_an_odcs_3_document_for_the_role(role: Role):
    contract = odcs(role.name)
    # ODCS 3.1.0: the five fields that every contract has
    assert contract["apiVersion"] == "v3.1.0"
    assert contract["kind"] == "DataContract"
    assert contract["id"] == f"trueup-{role.name}"
    assert re.fullmatch(r"\d+\.\d+\.\d+", contract["version"])
    assert contract["status"] in {"proposed", "draft", "active", "deprecated", "retired"}
    (table,) = contract["schema"]
    assert (table["name"], table["logicalType"]) == (role.name, "object")
    assert table["description"] == role.says


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_contract_has_the_columns_of_the_role_as_the_house_knows_them(role: Role):
    (table,) = odcs(role.name)["schema"]
    said = [
        (p["name"], p["logicalType"], p["required"], p.get("classification") == "personal", p["description"])
        for p in table["properties"]
    ]
    assert said == [(c.name, LOGICAL[c.kind], c.required, c.personal, c.says) for c in role.columns]
    for column, told in zip(role.columns, table["properties"], strict=True):
        assert told["id"] == column.name
        separators = [c["value"] for c in told.get("customProperties", []) if c["property"] == "separator"]
        assert separators == ([";"] if column.kind is Kind.LIST else [])


@pytest.mark.parametrize("role", ROLES)
def test_contract_uses_only_what_odcs_knows_of_a_column(role: str):
    (table,) = odcs(role)["schema"]
    positions = []
    for told in table["properties"]:
        # ODCS 3.1.0, SchemaProperty: the part that these contracts use
        assert told.keys() <= {
            *(
                "id",
                "name",
                "logicalType",
                "logicalTypeOptions",
                "required",
                "primaryKey",
                "primaryKeyPosition",
            ),
            *("classification", "description", "examples", "relationships", "quality", "customProperties"),
        }
        assert told.keys() >= {"primaryKeyPosition"} or not told.get("primaryKey")
        positions += [told["primaryKeyPosition"]] if told.get("primaryKey") else []
        for rule in told.get("quality", []):
            assert rule["type"] in {"text", "library"}
            assert rule["dimension"] in {
                *(
                    "accuracy",
                    "completeness",
                    "conformity",
                    "consistency",
                    "coverage",
                    "timeliness",
                    "uniqueness",
                ),
            }
            assert ("metric" in rule and "mustBe" in rule) == (rule["type"] == "library")
    assert sorted(positions) == list(range(1, len(positions) + 1))


@pytest.mark.parametrize("role", ROLES)
def test_relationships_lead_to_columns_that_exist(role: str):
    (table,) = odcs(role)["schema"]
    for told in table["properties"]:
        for relationship in told.get("relationships", []):
            found = re.fullmatch(r"(?:(\w+)\.odcs\.yaml#/)?schema/(\w+)/properties/(\w+)", relationship["to"])
            assert found is not None, relationship["to"]
            assert found[2] == (found[1] or role)
            assert found[3] in ROLES[found[2]].names


def test_fault_codes_that_contracts_name_are_in_the_catalogue():
    catalogue = CATALOGUE
    named = {
        custom["value"]
        for role in ROLES
        for told in odcs(role)["schema"][0]["properties"]
        for rule in told.get("quality", [])
        for custom in rule.get("customProperties", [])
    }
    assert named
    assert named <= set(catalogue)


def test_fault_schema_has_the_fields_of_a_fault():
    contract = schema("fault")
    assert set(contract["required"]) == set(contract["properties"]) == names(FaultRow)
    assert contract["properties"]["severity"]["enum"] == list(Severity)
    assert set(contract["properties"]["where"]["items"]["properties"]) == names(answers.Where)


def test_check_schema_has_the_fields_of_an_answer():
    contract = schema("check")
    told = contract["properties"].keys()
    kept_inside = {"faults_file"}  # a path of this run
    assert told - {"schema"} == names(answers.Answer) - kept_inside
    assert set(contract["$defs"]["input"]["properties"]) == names(InputFile)
    assert contract["$defs"]["input"]["properties"]["role"]["enum"] == [*ROLES, "events", "grades"]
    assert set(contract["$defs"]["kpi"]["properties"]) == names(Kpi) - {"key"}
    assert contract["$defs"]["kpi"]["properties"]["state"]["enum"] == list(State)
    charts = contract["$defs"]["charts"]["properties"]
    assert set(charts) == names(answers.Charts)
    for key, line in zip(
        charts, (answers.DayLine, answers.RunLine, answers.CycleLine, answers.ShiftLine), strict=True
    ):
        assert set(charts[key]["items"]["required"]) == set(charts[key]["items"]["properties"]) == names(line)
    assert set(contract["properties"]["families"]["items"]["properties"]) == names(answers.FamilyLine)
    assert set(contract["properties"]["unchecked"]["items"]["properties"]) == names(answers.Unchecked)


def test_settings_schema_has_every_setting():
    contract = schema("settings")
    assert set(contract["properties"]) == names(CheckSettings)
    assert set(contract["$defs"]["file"]["properties"]) == names(FileSettings)
    assert contract["$defs"]["file"]["required"] == ["path"]
    assert set(contract["$defs"]["source"]["properties"]) == names(SourceSettings)
    assert contract["$defs"]["source"]["required"] == ["name"]
    assert set(contract["$defs"]["target"]["properties"]) == names(TargetSettings)
    assert contract["$defs"]["target"]["required"] == ["name", "connector"]
    assert set(contract["$defs"]["cycle"]["properties"]) == names(CycleSettings)
    assert contract["$defs"]["day_order"]["enum"] == list(DayOrder)
    assert contract["$defs"]["file"]["properties"]["role"]["enum"] == [*ROLES, "ignore"]


def test_a_value_against_the_contract_is_named_with_its_place():
    told = {
        "code": "TU9",
        "name": "x",
        "severity": "bad",
        "where": [{"file": "a.csv", "line": "4"}],
        "new": 1,
    }
    found = breaks(told, "fault")
    assert "$.code: 'TU9' does not match ^TU(0[1-9]|10)[0-9]{2}$" in found
    assert "$.where[0].line: '4' is no integer" in found
    assert "$: new is not in the contract" in found
    assert "$: record_id is missing" in found
    assert any(line.startswith("$.severity") for line in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "a: 1\nb:\n  - c: x\n    d: [1, 2]\n  - c: y\ne: last",
            {"a": 1, "b": [{"c": "x", "d": [1, 2]}, {"c": "y"}], "e": "last"},
        ),
        ('a:\n  b: "x: y"\n  c: true', {"a": {"b": "x: y", "c": True}}),  # quoted text, flag
    ],
)
def test_the_contracts_yaml_is_read_as_yaml_reads_it(text: str, says: Any):
    assert read_yaml(text) == says


@pytest.mark.parametrize(
    "text",
    [
        "a: yes: no",  # two colons want quotes
        "a: 1\na: 2",  # a key twice
        "a: &b 1",  # anchors
        "a: |",  # block scalars
        "just text",  # no key
    ],
)
def test_yaml_beyond_the_contracts_is_refused(text: str):
    with pytest.raises(ValueError):
        read_yaml(text)
