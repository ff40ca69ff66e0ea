import csv
import json

from trueup.model.answers import FaultRow, Where
from trueup.model.faults import CATALOGUE
from trueup.reconcile.change_list import Change, change_files, handed_on_file, removal


def test_a_cell_that_a_spreadsheet_would_run_is_text_in_the_table_and_exact_in_the_lines(tmp_path):
    change = Change("reviews.csv", 7, "R1", "note", "=HYPERLINK(1)", None, "TU0703")
    with change_files(tmp_path) as note:
        note(change)
    (row,) = csv.DictReader((tmp_path / "changes.csv").open(encoding="utf-8", newline=""))
    assert (row["before"], row["after"], row["line"]) == ("'=HYPERLINK(1)", "", "7")
    (line,) = (tmp_path / "changes.jsonl").read_text(encoding="utf-8").splitlines()
    assert Change(**json.loads(line)) == change


def test_a_row_that_goes_is_kept_whole_in_the_list():
    change = removal(("reviews.csv", 7), "R1", {"id": "1", "note": "said, so"}, "TU0502")
    assert (change.column, change.after) == ("(row)", "(removed)")
    assert json.loads(change.before or "") == {"id": "1", "note": "said, so"}


def test_what_is_handed_on_has_its_owner_and_the_next_step(tmp_path):
    fault = FaultRow(
        "TU0101",
        "missing-identifier",
        "high",
        "R1",
        None,
        None,
        None,
        None,
        None,
        (Where("a.csv", 2), Where("b.csv", 3)),
        "",
        "TU0102",
    )
    with handed_on_file(tmp_path) as note:
        note(fault, "")
    (row,) = csv.DictReader((tmp_path / "handed-on.csv").open(encoding="utf-8", newline=""))
    entry = CATALOGUE["TU0101"]
    assert (row["owner"], row["hours"]) == (entry.escalation.owner, str(entry.escalation.hours))
    assert (row["then"], row["next_step"], row["command"]) == (
        entry.escalation.next_tier,
        entry.fix,
        entry.command,
    )
    assert (row["where"], row["caused_by"], row["record_id"]) == ("a.csv:2; b.csv:3", "TU0102", "R1")
