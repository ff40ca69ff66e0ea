"""The same faults, to the letter, whatever computes them and in whatever form the same rows come."""

import json
from pathlib import Path

import companies
import pytest

from trueup.doors.report.jsonout import record as as_json
from trueup.journey.check import check
from trueup.model.faults import CATALOGUE
from trueup.model.settings import CheckSettings
from trueup.reconcile import direct

# small tables: what Spark compiles for big ones costs more than it saves
INTERPRETED = (
    *("--conf", "spark.sql.codegen.wholeStage=false"),
    *("--conf", "spark.sql.codegen.factoryMode=NO_CODEGEN"),
)


def faults_of(directory: Path, engine: str = "duckdb") -> list[str]:
    """All faults as lines of JSON, in order of their text."""
    with check(directory, CheckSettings(), engine=engine, memory=2 << 30) as answer:
        return sorted(json.dumps(as_json(row), sort_keys=True) for row in answer.faults(None))


def whole_company() -> companies.Company:
    """One company with every fault that a single record can have."""
    return companies.with_everything().company


@pytest.mark.spark
def test_duckdb_and_spark_say_the_same_of_a_company_with_every_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # a short life
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", f"{' '.join(INTERPRETED)} pyspark-shell")
    directory = whole_company().write(tmp_path / "logs")
    ours = faults_of(directory)
    assert len({json.loads(line)["code"] for line in ours}) >= len(CATALOGUE) - 4
    assert faults_of(directory, "spark") == ours


def number_or_blank(score: str) -> str:
    return "" if score.isalpha() else score


def test_typed_parquet_says_the_same_whether_it_is_staged_or_read_where_it_lies(tmp_path, monkeypatch):
    made = whole_company()
    for row in made.rows["completions"]:  # a warehouse has no words for times and scores
        if row["completed_at"][:1] not in {"2", ""} or row["completed_at"] == "2026-02-30T10:00:00Z":
            row["completed_at"] = ""
        row["score"] = number_or_blank(row["score"])
        row["status"] = row["status"].replace("Revoked", "voided")
    for row in made.rows["reviews"]:
        row["completed_at"] = row["completed_at"].replace("done", "").replace("0000-00-00", "")
        row["score"] = number_or_blank(row["score"])
    directory = made.write_typed(tmp_path / "logs")
    staged = faults_of(directory)
    read: list[str] = []
    relation = direct.relation

    def told(engine, one):
        found = relation(engine, one)
        read.extend([one.role] if found is not None else [])
        return found

    monkeypatch.setattr(direct, "ROWS_WORTH_IT", 0)
    monkeypatch.setattr(direct, "relation", told)
    assert faults_of(directory) == staged
    assert len(staged) > 60
    assert {"completions", "people", "cycles"} <= set(read)
