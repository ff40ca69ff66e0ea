"""Every code of the catalogue, planted by the smallest change and found with its evidence; the clean company is clean."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path

import companies
import pytest
from every_fault import PLANTS
from no_fault import INNOCENT
from plants import Plant

from logs import LABELS, POINTS, company, utc
from trueup.doors.report.jsonout import record as as_json
from trueup.journey.check import check
from trueup.journey.derive import derive
from trueup.journey.findings import FINDINGS, lacking
from trueup.journey.gather import gather
from trueup.kit.engine import open_engine
from trueup.model.answers import Answer, State
from trueup.model.faults import CATALOGUE
from trueup.model.findings import Doubt
from trueup.model.settings import CheckSettings

MEMORY = 2 << 30
ODD = {
    "pseudonymous": companies.pseudonymous,
    "with_broken_runs": companies.with_broken_runs,
    "with_three_logs": companies.with_three_logs,
}


def checked(directory: Path, engine: str = "duckdb") -> tuple[Answer, list[dict]]:
    """The answer, and its faults as they go into JSON."""
    with check(directory, CheckSettings(), engine=engine, memory=MEMORY) as answer:
        return answer, [as_json(row) for row in answer.faults(None)]


def place(fault: dict) -> tuple[str, int] | None:
    return (fault["where"][0]["file"], fault["where"][0]["line"]) if fault["where"] else None


@pytest.fixture(scope="module")
def planted() -> companies.Planted:
    return companies.with_everything()


@pytest.fixture(scope="module")
def directory(planted, tmp_path_factory) -> Path:
    return planted.company.write(tmp_path_factory.mktemp("planted") / "logs")


@pytest.fixture(scope="module")
def answered(directory) -> tuple[Answer, list[dict]]:
    return checked(directory)


@pytest.fixture(scope="module")
def by_plant(planted, answered) -> dict[str | None, list[dict]]:
    """The faults by whose row they name first."""
    found = defaultdict(list)
    for fault in answered[1]:
        found[planted.owners.get(place(fault))].append(fault)
    return found


class Words(dict):
    """What a plant's expectations may speak of: the rows of its record, and what follows from them."""

    def __init__(self, record) -> None:
        shown = record.rows.get("second") if "course_id" in record.rows.get("second", {}) else record.lms
        super().__init__(
            record.rows,
            at=utc(record.at),
            label=LABELS.get(record.shown["competency"], ""),
            wanted=POINTS.get(shown["score"], ""),
            enrolled=utc(datetime.fromisoformat(record.lms["enrolled_at"])),
            sent=record.rows["try"]["attempt_at"],
        )


def filled(text: str | None, words: Words) -> str | None:
    return None if text is None else text.format_map(words)


def is_said_of(fault: dict, plant: Plant, planted: companies.Planted) -> None:
    """The fault bears who, what, where, and both sides of the difference."""
    record = planted.records[plant.name]
    words = Words(record)
    assert (fault["field"], fault["person"]) == (plant.field, filled(plant.person, words))
    assert fault["record_id"] == (
        record.rows[plant.record]["record_id"] if plant.record else fault["record_id"]
    )
    if plant.expected is not None:
        assert fault["expected"] == filled(plant.expected, words)
    assert fault["actual"] == filled(plant.actual, words)
    where = [(one["file"], one["line"]) for one in fault["where"]]
    wanted = [
        planted.company.line(record.rows[name])
        for name in plant.at.split()
        if any(record.rows[name] is row for rows in planted.company.rows.values() for row in rows)
    ]
    assert where[: len(wanted)] == wanted
    assert fault["caused_by"] == plant.caused_by


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_planted_fault_is_found_with_its_evidence_and_nothing_else(plant, planted, by_plant):
    found = by_plant[plant.name]
    mine = [fault for fault in found if fault["code"] == plant.code]
    codes = {(fault["code"], fault["caused_by"]) for fault in found}
    assert codes == {(plant.code, plant.caused_by), *plant.also}
    assert len(mine) == plant.n + sum(code == plant.code for code, _ in plant.also)
    first = planted.company.line(planted.records[plant.name].rows[plant.at.split()[0]])
    is_said_of(next(fault for fault in mine if place(fault) == first), plant, planted)
    assert all(fault["detail"] for fault in mine)


@pytest.mark.parametrize("name", [name for name, _ in INNOCENT])
def test_what_only_looks_like_a_fault_is_none(name, by_plant):
    assert not by_plant[name]


def test_nothing_is_said_of_records_that_nobody_touched(by_plant):
    assert not by_plant[None]


def test_every_record_that_a_finding_names_is_under_one_of_its_doubts(directory, tmp_path):
    """Otherwise the finding would be skipped in logs where no record is under another's."""
    engine = open_engine("duckdb", tmp_path, MEMORY)
    gathered = gather(directory, CheckSettings(), engine, tmp_path, lambda _: None)
    logs = derive(gathered, CheckSettings(), engine, lambda _: None, workspace=tmp_path, memory=2**30)
    under = defaultdict(set)
    for row in engine.fetch(logs.kept["doubtful"]).to_pylist():
        under[row["record_id"]] |= {doubt for doubt in Doubt if row.get(doubt)}
    named = [
        (finding, row["record_id"])
        for finding in FINDINGS
        if finding.doubts and not lacking(finding, logs)
        for rows in [finding.rows(logs)]
        if rows is not None
        for row in engine.fetch(rows).to_pylist()
    ]
    engine.close()
    assert len({finding.code for finding, _ in named}) > 25
    assert not [(finding.code, record) for finding, record in named if not under[record] & {*finding.doubts}]


def test_every_code_of_the_catalogue_is_planted_somewhere(tmp_path):
    odd = {code for make in ODD.values() for code, *_ in make().expected}
    elsewhere = {"TU0308"}  # unreadable rows: test_check_bad_input
    assert {plant.code for plant in PLANTS} | odd | elsewhere == set(CATALOGUE)


def test_counts_families_and_inputs_agree_with_the_faults(answered, planted):
    answer, faults = answered
    assert sum(answer.counts.values()) == len(faults)
    assert sum(answer.primary_counts.values()) == sum(fault["caused_by"] is None for fault in faults)
    assert not answer.unchecked
    assert sum(line.n for line in answer.families) == sum(answer.primary_counts.values())
    assert answer.families[0].likelihood == max(line.likelihood for line in answer.families)
    read = {one.file: (one.rows, one.used, one.reported) for one in answer.inputs}
    for role, rows in planted.company.rows.items():
        assert read[f"{role}.csv"] == (len(rows), len(rows), 0)


def test_causes_stand_before_their_consequences(answered):
    caused = [fault["caused_by"] is not None for fault in answered[1]]
    assert caused == sorted(caused)


def test_clean_company_gives_nothing(tmp_path):
    answer, faults = checked(company().write(tmp_path))
    assert (faults, answer.clean, answer.unchecked, answer.notes) == ([], True, (), ())
    assert not [kpi.key for kpi in answer.kpis if kpi.state is State.BREACH]


@pytest.mark.parametrize("name", ODD)
def test_faults_of_a_whole_company_are_found_where_they_are(name, tmp_path):
    odd = ODD[name]()
    answer, faults = checked(odd.company.write(tmp_path))
    found = [(one["code"], one["record_id"], "{}:{}".format(*place(one)), one["caused_by"]) for one in faults]
    assert sorted(found, key=str) == sorted(odd.expected, key=str)
    needs = {one.code: one.needs for one in answer.unchecked}
    assert {code: needs.get(code) for code in odd.unchecked} == odd.unchecked
    assert not set(answer.counts) & needs.keys()
    assert bool(needs) == bool(odd.unchecked)
