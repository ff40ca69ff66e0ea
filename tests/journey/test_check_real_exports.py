"""Real exports of an LMS, checked to the end: a plausible sync log and review file beside them, faults known."""

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from trueup.doors.cli.app import app

EXPORTS = Path(__file__).parents[1] / "exports" / "moodle"
BERLIN = ZoneInfo("Europe/Berlin")
ACTIVITIES = "completion-activity-safe101.csv"
WHOLE = "completion-course-lead2.excelcsv.csv"


def utc(text: str, form: str) -> str:
    return datetime.strptime(text, form).replace(tzinfo=BERLIN).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked(directory: Path) -> tuple[int, dict, str]:
    done = CliRunner().invoke(app, ["check", str(directory), "--json", "-"])
    assert "Traceback" not in done.output
    return done.exit_code, json.loads(done.stdout) if done.stdout else {}, done.stderr


def written(directory: Path, export: str, told: str, held: list[tuple[str, str, str]]) -> Path:
    """A directory with one export, what is told of it, and a sync log and reviews of these (person, course, time)."""
    shutil.copy(EXPORTS / export, directory / export)
    (directory / "trueup.toml").write_text(
        f'[[files]]\npath = "{export}"\nzone = "Europe/Berlin"\n{told}\n', encoding="utf-8"
    )
    rows = "".join(f"V{n};{person};{course};{at}\n" for n, (person, course, at) in enumerate(held))
    (directory / "beurteilungen.csv").write_text(
        f"review_record_id;person;course_id;completed_at\n{rows}", encoding="utf-8"
    )
    sent = "".join(
        f"r1,moodle|{course}||{person},2026-11-24T02:00:0{number % 10}Z,accepted,200\n"
        for number, (person, course, _) in enumerate(held)
    )
    (directory / "sync.csv").write_text(
        f"run_id,record_id,attempt_at,outcome,http_status\n{sent}", encoding="utf-8"
    )
    return directory


def report_rows(export: str) -> list[dict[str, str]]:
    text = (EXPORTS / export).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_activities_that_no_review_knows_are_steps_of_their_course(tmp_path):
    """The course completion report gives a date of the course; its criteria are nobody's missing completions."""
    done = [
        (row["ID number"], "LEAD2", utc(row["Course complete"], "%d/%m/%y, %H:%M"))
        for row in report_rows(WHOLE)
        if row["Course complete"]
    ]
    code, answer, _ = checked(written(tmp_path, WHOLE, 'constants.course_id = "LEAD2"', done))
    assert (code, answer["counts"]) == (0, {})
    (note,) = [text for text in answer["notes"] if "steps of the course" in text]
    assert "LEAD2/Final test; 60 % to pass" in note


def test_activity_that_the_reviews_know_is_compared(tmp_path):
    done = [
        (
            row["ID number"],
            "LEAD2/Role play (scale)",
            utc(row["Role play (scale) - Completion date"], "%d/%m/%y, %H:%M"),
        )
        for row in report_rows(WHOLE)
        if row["Role play (scale)"] == "Completed"
    ]
    logs = written(tmp_path, WHOLE, 'constants.course_id = "LEAD2"', done[1:])
    code, answer, _ = checked(logs)
    missing = {(one["person"], one["course_id"]) for one in answer["faults"] if one["code"] == "TU0301"}
    assert code == 3
    assert (done[0][0].lower(), "LEAD2/Role play (scale)") in {(p.lower(), c) for p, c in missing}
    assert not {course for _, course in missing} & {"LEAD2/Final test; 60 % to pass"}


ALL = 'columns.completed_at = "Safety test | Read the handbook"'


def safe101() -> list[tuple[str, str, str]]:
    """Whoever did both activities, at the later of their dates."""
    with (EXPORTS / ACTIVITIES).open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))[1:]
    both = [row for row in rows if row[2] == row[4] == "Completed"]
    return [(row[1], "SAFE101", utc(max(row[3], row[5]), "%Y-%m-%d %H:%M:%S")) for row in both]


def test_report_of_activities_asks_which_of_them_complete_the_course(tmp_path):
    logs = written(tmp_path, ACTIVITIES, 'constants.course_id = "SAFE101"', safe101())
    code, _, said = checked(logs)
    assert code == 2
    assert f"{ACTIVITIES}: it says when activities were completed" in said
    assert ALL in said  # the line to be put into the settings


def test_course_is_completed_with_the_last_of_the_activities_that_are_named(tmp_path):
    logs = written(tmp_path, ACTIVITIES, f'constants.course_id = "SAFE101"\n{ALL}', safe101())
    assert checked(logs)[1]["counts"] == {}


def test_activity_of_another_name_is_refused_with_the_names_there_are(tmp_path):
    told = 'constants.course_id = "SAFE101"\ncolumns.completed_at = "Safety quiz"'
    logs = written(tmp_path, ACTIVITIES, told, safe101())
    done = CliRunner().invoke(app, ["inspect", str(logs / ACTIVITIES), "--settings", str(logs), "--json"])
    (problem,) = [one for one in json.loads(done.stdout)[0]["problems"] if "'Safety quiz'" in one["what"]]
    assert problem["actual"] == "Safety test | Read the handbook"
    assert checked(logs)[0] == 2


@pytest.mark.parametrize("state", ["", "Not completed"])
def test_course_is_open_while_one_activity_is(state, tmp_path):
    logs = written(tmp_path, ACTIVITIES, f'constants.course_id = "SAFE101"\n{ALL}', safe101()[1:])
    text = (logs / ACTIVITIES).read_text(encoding="utf-8")
    first = safe101()[0][0]
    (line,) = [line for line in text.splitlines() if first in line]
    cells = line.split(",")
    cells[4:] = [f'"{state}"', '""']
    (logs / ACTIVITIES).write_text(text.replace(line, ",".join(cells)), encoding="utf-8")
    assert checked(logs)[1]["counts"] == {}


def test_sync_log_with_ids_of_its_own_is_said_not_to_be_matched(tmp_path):
    logs = written(tmp_path, ACTIVITIES, f'constants.course_id = "SAFE101"\n{ALL}', safe101())
    assert not [note for note in checked(logs)[1]["notes"] if "no record ids" in note]
    text = (logs / "sync.csv").read_text(encoding="utf-8")
    (logs / "sync.csv").write_text(text.replace("moodle|", "job-"), encoding="utf-8")
    (note,) = [note for note in checked(logs)[1]["notes"] if "no record ids" in note]
    assert note.startswith(f"{ACTIVITIES}: the export has no record ids")
