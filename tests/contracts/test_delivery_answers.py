"""What the commands of delivery really answer keeps the contracts."""

import pytest
from json_schema import breaks

import servers
from deliveries import Place

HERE = """
[[sources]]
name = "moodle-hr"
connector = "files"
address = "exports"
targets = ["archive", "by-hand"]

[[targets]]
name = "archive"
connector = "folder"
address = "archive"
window_seconds = 0.1

[[targets]]
name = "by-hand"
connector = "evidence-pack"
options = { link = "https://trueup.example.com" }
"""
ROWS = """record_id,employee_number,course_id,status,completed_at
cmc-1,E1001,SAFE101,passed,2026-03-29T01:30:00+01:00
cmc-2,E1001,SAFE101,passed,29.03.2026
"""
PEOPLE = "person_id,employee_number,first_name,last_name\nu1,E1001,Ann,Lee\n"


def test_answers_about_pulls_comparisons_and_packs_keep_their_contracts(
    database: servers.DatabaseSettings, tmp_path
):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "march.csv").write_text(ROWS)
    (tmp_path / "exports" / "page.csv").write_text("<html></html>")
    (tmp_path / "trueup.toml").write_text(HERE)
    (tmp_path / "people.csv").write_text(PEOPLE)
    place = Place(tmp_path, servers.environment(database))
    place.run("identity", "enrol", "people.csv")
    pulled = place.json("pull", "moodle-hr", code=3)
    assert not breaks(pulled, "pull")
    assert pulled["outcomes"] == {"accepted": 1, "quarantined": 1}
    place.run("identity", "resolve")
    place.run("worker", "--until-done", "--log-level", "error")
    (path,) = (tmp_path / "archive").glob("*.json")
    path.write_text(path.read_text().replace("SAFE101", "OTHER"))
    compared = place.json("reconcile", "archive", code=3)
    assert not breaks(compared, "reconcile")
    assert compared["counts"] == {"mismatched": 1, "quarantined": 1}
    assert not breaks(place.json("connectors"), "connectors")
    packs = place.json("task", "pack", "packs", "--target", "by-hand")
    assert not breaks(packs, "packs")
    assert [one["completions"] for one in packs["packs"]] == [1]


@pytest.mark.parametrize("name", ["pull", "reconcile", "connectors", "packs"])
def test_an_empty_answer_is_none(name: str):
    assert breaks({}, name)
