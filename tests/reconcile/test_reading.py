"""What is declared for which file, and what is proposed of one."""

import pytest

from trueup.model.settings import CheckSettings, DayOrder, FileSettings
from trueup.reconcile.reading import inspect, proposed, read, told_of

SETTINGS = CheckSettings(
    files=(
        FileSettings("*.csv", zone="UTC", constants={"source": "a", "course_id": "X"}),
        FileSettings("lms/c.csv", role="completions", constants={"course_id": "Y"}),
    ),
    zone="Europe/Berlin",
    day_order=DayOrder.DMY,
)


def test_later_entries_win_and_constants_are_joined():
    told = told_of(SETTINGS, "lms/c.csv")
    assert (told.role, told.zone, told.constants) == ("completions", "UTC", {"source": "a", "course_id": "Y"})
    assert told.day_order == "dmy"


def test_file_that_nothing_matches_has_what_holds_for_all():
    told = told_of(SETTINGS, "other.jsonl")
    assert (told.zone, told.day_order, told.constants, told.role) == ("Europe/Berlin", "dmy", {}, None)


def test_entry_matches_the_name_of_a_file_in_a_directory():
    assert told_of(SETTINGS, "/deep/down/lms/c.csv").role == "completions"


def test_file_without_a_role_has_no_canonical_rows(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("colour\nred\n")
    with pytest.raises(ValueError, match="no role is known"):
        next(read(inspect(path, "x.csv"), []))


def test_proposal_carries_role_columns_and_what_is_asked(tmp_path):
    path = tmp_path / "completions.csv"
    path.write_text("record_id,course_id,status\nr,c,completed\n")
    said = proposed(inspect(path, "completions.csv"))
    assert (said.role, said.rows, said.columns["course_id"]) == ("completions", 1, "course_id")
    assert [(asked.key, asked.required) for asked in said.asked] == [("columns.completed_at", True)]


def test_broken_end_of_a_file_takes_its_role_away(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(
        '[{"record_id": "1", "course_id": "c", "status": "completed", "completed_at": "2026-01-01"}, {"record_id": "2", '
    )
    one = inspect(path, "c.json")
    assert (one.role, one.readable) == (None, False)
    assert one.problems[0].what
