"""`trueup explain` and `trueup faults`, as people and programs call them."""

import json
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from trueup.doors.cli.explain import explain
from trueup.doors.cli.faults import faults
from trueup.model.faults import CATALOGUE, Severity, in_family


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    app = typer.Typer()
    app.command()(explain)
    app.command()(faults)

    def run(*arguments):
        return CliRunner().invoke(app, list(arguments))

    return run


def flat(text):
    return " ".join(text.split())


def test_explain_says_what_why_what_to_do_and_who(run):
    answer = run("explain", "TU0202")
    entry = CATALOGUE["TU0202"]
    said = flat(answer.stdout)
    assert answer.exit_code == 0
    for text in (entry.trigger, entry.cause, entry.fix, entry.command, *entry.checklist):
        assert text in said
    assert "TU0202 zone-shift high" in said
    assert "on-call engineer, within 8 hours; then HR data steward" in said
    assert "time_fault_rate" in said
    assert "expected 2026-03-31T22:15:00Z actual 2026-04-01T00:15:00Z" in said
    assert "TU0201 naive-time" in said
    assert "TU0204 wrong-cycle" in said


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_every_code_can_be_explained(run, code):
    answer = run("explain", code)
    assert answer.exit_code == 0
    assert CATALOGUE[code].example.why in flat(answer.stdout)


def test_several_faults_are_explained_in_the_order_asked_and_once(run):
    answer = run("explain", "wrong-cycle", "tu202", "TU0204")
    headings = [line for line in answer.stdout.splitlines() if line.startswith("TU0")]
    assert [line.split()[0] for line in headings] == ["TU0204", "TU0202"]


def test_explain_in_json_carries_every_field(run):
    answer = run("explain", "tu202", "--json")
    document = json.loads(answer.stdout)
    assert document["schema"] == "trueup.faults/1"
    (said,) = document["faults"]
    entry = CATALOGUE["TU0202"]
    assert said["code"] == "TU0202"
    assert said["family"] == "time"
    assert said["checklist"] == list(entry.checklist)
    assert said["escalation"] == {"owner": "on-call engineer", "hours": 8, "next_tier": "HR data steward"}
    assert said["caused_by"] == ["TU0201"]
    assert said["leads_to"] == ["TU0204", "TU0205"]
    assert said["example"]["actual"] == "2026-04-01T00:15:00Z"


def test_an_unknown_fault_exits_2_and_names_the_nearest_on_stderr(run):
    answer = run("explain", "zoneshift")
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "TU0202 zone-shift" in answer.stderr
    assert "trueup faults" in answer.stderr


def test_nothing_is_explained_where_one_of_several_is_unknown(run):
    answer = run("explain", "TU0202", "TU9999", "--json")
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "TU9999" in answer.stderr


def test_asking_for_a_family_leads_to_its_list(run):
    answer = run("explain", "time")
    assert answer.exit_code == 2
    assert "trueup faults --family time" in answer.stderr


def test_explain_without_a_code_is_wrong_usage(run):
    assert run("explain").exit_code == 2


def test_faults_lists_every_code_with_its_name(run):
    answer = run("faults")
    assert answer.exit_code == 0
    for entry in CATALOGUE.values():
        assert f"{entry.code} {entry.name} {entry.severity.value}" in flat(answer.stdout)
    assert f"{len(CATALOGUE)} faults" in answer.stdout


@pytest.mark.parametrize("asked", ["time", "TIME", "2", "02", "TU02"])
def test_a_family_is_chosen_by_name_or_number(run, asked):
    answer = run("faults", "--family", asked, "--json")
    assert [said["code"] for said in json.loads(answer.stdout)["faults"]] == [
        entry.code for entry in in_family("time")
    ]


def test_family_and_severity_both_narrow_the_list(run):
    answer = run("faults", "--family", "scores", "--severity", "critical", "--json")
    assert [said["code"] for said in json.loads(answer.stdout)["faults"]] == ["TU0803", "TU0805"]


@pytest.mark.parametrize("severity", list(Severity))
def test_a_severity_lists_its_faults_and_no_other(run, severity):
    answer = run("faults", "--severity", severity.value, "--json")
    listed = json.loads(answer.stdout)["faults"]
    assert {said["severity"] for said in listed} == {severity.value}
    assert len(listed) == sum(entry.severity is severity for entry in CATALOGUE.values())


def test_an_empty_choice_is_said(run):
    answer = run("faults", "--family", "time", "--severity", "low")
    assert answer.exit_code == 0
    assert "No fault" in answer.stdout


@pytest.mark.parametrize(
    ("option", "value", "named"), [("--family", "weather", "calendar"), ("--severity", "urgent", "medium")]
)
def test_an_unknown_choice_exits_2_and_names_the_known_ones(run, option, value, named):
    answer = run("faults", option, value)
    assert answer.exit_code == 2
    assert value in answer.stderr
    assert named in answer.stderr


def test_the_verbs_load_neither_the_catalogue_nor_rich_before_they_run():
    # `trueup --help` imports all verbs; it must not pay for what they need
    script = (
        "import sys\n"
        "import trueup.doors.cli.explain, trueup.doors.cli.faults\n"
        "print(sorted({'rich', 'trueup.model.faults', 'ibis', 'duckdb', 'pyarrow', 'jinja2'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_a_narrow_terminal_without_unicode_is_served():
    script = "from trueup.doors.cli.explain import explain; from trueup.doors.cli.faults import faults\nfaults(); explain(['TU0202'])"
    shown = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        env={"COLUMNS": "40", "PYTHONIOENCODING": "ascii:strict"},
    )
    assert b"TU0202 zone-shift" in shown.stdout
