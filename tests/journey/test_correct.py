import csv
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elsewhere.company import CODES, write_company
from elsewhere.style import STYLES
from trueup.journey.correct import Corrected, correct
from trueup.journey.gather import RefusedError, inspect_all
from trueup.kit.settings import load
from trueup.model.answers import Answer, Charts, CycleLine, FaultRow, InputFile, Where
from trueup.model.faults import CATALOGUE
from trueup.model.settings import CheckSettings
from trueup.reconcile.formats import sha256_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:fetch_(arrow_table|record_batch).. is deprecated:DeprecationWarning"  # ibis 12 asks duckdb 2 the old way
)
TRUEUP = Path(sys.executable).parent / "trueup"


@dataclass(frozen=True)
class Proof:
    """A directory that was checked and corrected, and the check of what came of it."""

    before: list[dict[str, object]]
    after: list[dict[str, object]]
    changes: list[dict[str, str | int | None]]
    handed_on: list[dict[str, str]]
    out: Path
    logs: Path
    again: Path
    untouched: bool


def trueup(*words: str | Path) -> None:
    run = subprocess.run([TRUEUP, *map(str, words)], capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode in {0, 3}, run.stderr


def digests(directory: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def prove(logs: Path, place: Path) -> Proof:
    out, again = place / "corrected", place / "again"
    sums = digests(logs)
    trueup("check", logs, "--json", place / "before.json", "--fix", out, "-q")
    untouched = digests(logs) == sums
    shutil.copytree(logs, again)
    for path in out.iterdir():
        if path.name in sums:
            shutil.copy(path, again)
        elif path.suffix == ".csv" and path.with_suffix(".xlsx").name in sums:  # in place of the workbook
            (again / path.name).with_suffix(".xlsx").unlink()
            shutil.copy(path, again)
    trueup("check", again, "--json", place / "after.json", "-q")
    with (out / "handed-on.csv").open(encoding="utf-8", newline="") as file:
        handed_on = list(csv.DictReader(file))
    changes = [json.loads(line) for line in (out / "changes.jsonl").read_text(encoding="utf-8").splitlines()]
    before, after = (
        json.loads((place / name).read_text())["faults"] for name in ("before.json", "after.json")
    )
    return Proof(before, after, changes, handed_on, out, logs, again, untouched)


STYLES_PROVED = [
    pytest.param(name, marks=pytest.mark.xdist_group(f"fix-{name}")) for name in ("sample", *"BCD")
]


@pytest.fixture(scope="session", params=STYLES_PROVED)
def proof(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """Our own sample (CSV); companies of somebody else's making in JSON Lines, Parquet and workbooks."""
    place = tmp_path_factory.mktemp("fix")
    if request.param == "sample":
        trueup("sample", place / "company", "--people", "400")
    else:
        write_company(place / "company", people=150, seed=3, codes=CODES, style=STYLES[request.param])
    return prove(place / "company" / "logs", place)


def kinds(faults: list[dict[str, object]]) -> Counter[tuple[object, ...]]:
    return Counter((fault["code"], fault["record_id"], fault["field"]) for fault in faults)


def only_the_log_is_behind(fault: dict[str, object]) -> bool:
    """The review says what the source says by now; the sync log will say so after the next run."""
    return fault["code"] == "TU0306" and "last sent" in str(fault["detail"])


def test_the_inputs_are_not_touched(proof):
    assert proof.untouched


def test_enough_is_corrected_to_prove_anything(proof):
    codes = {change["code"] for change in proof.changes}
    assert len(codes) >= 10
    assert len(proof.changes) >= 50


def test_every_corrected_fault_is_gone_and_no_new_one_has_come(proof):
    handed_on = Counter((row["code"], row["record_id"]) for row in proof.handed_on)
    left = Counter(
        (str(f["code"]), str(f["record_id"] or "")) for f in proof.after if not only_the_log_is_behind(f)
    )
    assert left - handed_on == Counter()
    new = kinds([fault for fault in proof.after if not only_the_log_is_behind(fault)]) - kinds(proof.before)
    assert new == Counter()


def test_everything_that_is_not_corrected_is_still_reported_and_has_an_owner(proof):
    handed_on = Counter((row["code"], row["record_id"]) for row in proof.handed_on)
    assert handed_on - Counter((str(f["code"]), str(f["record_id"] or "")) for f in proof.after) == Counter()
    assert all(row["owner"] and int(row["hours"]) > 0 and row["next_step"] for row in proof.handed_on)
    assert len(proof.handed_on) < len(proof.before)


def test_every_change_was_found_as_a_fault_of_its_record(proof):
    found = {(fault["code"], fault["record_id"]) for fault in proof.before}
    assert [change for change in proof.changes if (change["code"], change["record_id"]) not in found] == []


def test_no_cell_is_changed_twice_and_both_lists_say_the_same(proof):
    cells = Counter((change["file"], change["line"], change["column"]) for change in proof.changes)
    assert max(cells.values()) == 1
    with (proof.out / "changes.csv").open(encoding="utf-8", newline="") as file:
        table = [(row["file"], int(row["line"]), row["column"], row["code"]) for row in csv.DictReader(file)]
    assert table == [(c["file"], c["line"], c["column"], c["code"]) for c in proof.changes]


def test_lines_without_a_change_are_the_same_bytes(proof):
    for path in proof.out.iterdir():
        if path.suffix in {".csv", ".jsonl"} and (proof.logs / path.name).exists():
            touched = {change["line"] for change in proof.changes}
            lines = (proof.logs / path.name).read_bytes().splitlines(keepends=True)
            same = [line for number, line in enumerate(lines, 1) if number not in touched]
            left = Counter(same) - Counter(path.read_bytes().splitlines(keepends=True))
            assert left == Counter()


# from here on: small logs, written out


COMPLETIONS = (
    "record_id,employee_number,course_id,status,completed_at,score,scale\n"
    "R1,E1,C1,completed,2026-03-06T13:00:00+01:00,4,likert5\n"
    "R2,E2,C1,completed,2026-03-07T13:00:00+01:00,74,percent\n"
)
SYNC = "run_id,record_id,attempt_at,outcome\nrun-1,R1,2026-03-08T00:00:00Z,accepted\n"
REVIEWS = (
    "review_record_id,record_id,person,course_id,completed_at,score,scale,cycle,note,salary_band\n"
    'V1,R1,E1,C1,2026-03-06T13:00:00Z,60,percent,Q1,"a, b",B3\n'
    "V2,R2,E2,C1,2026-03-07T12:00:00Z,74,percent,Q1,,\n"
    "V3,R2,E2,C1,2026-03-07T12:00:00Z,74,percent,Q1,,\n"
)


def fault(code: str, *where: tuple[str, int], **said: str | None) -> FaultRow:
    entry = CATALOGUE[code]
    usual = {"record_id": "R1", "person": "E1", "course_id": "C1", "field": entry.example.field}
    given = {**usual, "expected": None, "actual": None, "detail": "", "caused_by": None, **said}
    places = tuple(Where(file, line) for file, line in where)
    return FaultRow(code, entry.name, entry.severity.value, where=places, **given)  # type: ignore[arg-type]


def answered(logs: Path, faults: list[FaultRow], place: Path, **said: object) -> Answer:
    """What a check of these logs would have answered, had it found just this."""
    inputs = tuple(
        InputFile(str(one.role), one.file, one.rows, sha256_of(one.path))
        for one in inspect_all(logs, load(logs), lambda _step: None)
    )
    where = pa.list_(pa.struct([("file", pa.string()), ("line", pa.int64())]))
    names = [name for name in FaultRow.__slots__ if name != "where"]
    columns = {name: pa.array([getattr(row, name) for row in faults], pa.string()) for name in names}
    places = [[{"file": one.file, "line": one.line} for one in row.where] for row in faults]
    pq.write_table(pa.table({**columns, "where": pa.array(places, where)}), place / "faults.parquet")

    def each(limit: int | None) -> Iterator[FaultRow]:
        yield from faults[:limit]

    counts = dict(Counter(row.code for row in faults))
    return Answer(
        inputs,
        (),
        counts,
        counts,
        (),
        (),
        each,
        str(place / "faults.parquet"),
        "2026-05-01T00:00:00Z",
        "duckdb",
        **said,
    )  # type: ignore[arg-type]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    directory = tmp_path / "logs"
    directory.mkdir()
    for name, text in (("completions", COMPLETIONS), ("sync", SYNC), ("reviews", REVIEWS)):
        (directory / f"{name}.csv").write_text(text, encoding="utf-8")
    return directory


LMS, REVIEW = ("completions.csv", 2), ("reviews.csv", 2)


def corrected(
    logs: Path, *faults: FaultRow, **said: object
) -> tuple[Corrected, str, list[dict[str, object]]]:
    out = logs.parent / "out"
    done = correct(answered(logs, list(faults), logs.parent, **said), logs, load(logs), out)
    changes = [json.loads(line) for line in (out / "changes.jsonl").read_text(encoding="utf-8").splitlines()]
    text = (out / "reviews.csv").read_text(encoding="utf-8") if done.files else ""
    return done, text, changes


def test_a_time_becomes_the_source_s_in_the_form_of_its_column(logs):
    done, text, changes = corrected(logs, fault("TU0202", LMS, REVIEW))
    assert text == REVIEWS.replace("V1,R1,E1,C1,2026-03-06T13:00:00Z", "V1,R1,E1,C1,2026-03-06T12:00:00Z")
    assert changes == [
        {
            "file": "reviews.csv",
            "line": 2,
            "record_id": "R1",
            "column": "completed_at",
            "before": "2026-03-06T13:00:00Z",
            "after": "2026-03-06T12:00:00Z",
            "code": "TU0202",
            "frozen_cycle": None,
        }
    ]
    assert (dict(done.changes), done.handed_on, done.not_corrected) == ({"TU0202": 1}, 0, ())


def test_a_local_time_is_written_in_the_zone_that_is_declared_and_only_there(logs):
    local = REVIEWS.replace("T12:00:00Z", " 13:00:00").replace("T13:00:00Z", " 12:00:00")
    (logs / "reviews.csv").write_text(local, encoding="utf-8")
    done, _, _ = corrected(logs, fault("TU0202", LMS, REVIEW))
    assert [(one.code, one.n) for one in done.not_corrected] == [("TU0202", 1)]
    shutil.rmtree(logs.parent / "out")
    (logs / "trueup.toml").write_text(
        '[[files]]\npath = "reviews.csv"\nzone = "Europe/Berlin"\n', encoding="utf-8"
    )
    _, text, _ = corrected(logs, fault("TU0202", LMS, REVIEW))
    assert "V1,R1,E1,C1,2026-03-06 13:00:00," in text


def test_a_change_in_a_frozen_cycle_says_so(logs):
    charts = Charts(cycles=(CycleLine("Q1", None, None, None, "2026-04-15T00:00:00Z", 2, 0),))
    _, _, changes = corrected(logs, fault("TU0805", LMS, REVIEW), charts=charts)
    assert [change["frozen_cycle"] for change in changes] == ["Q1"]


def test_another_version_of_a_scale_brings_the_score_of_that_version(logs):
    (logs / "scales.csv").write_text(
        "scale,version,min,max,step,points,rounding\n"
        "likert5,2025,1,5,1,1=20;2=40;3=60;4=80;5=100,half-up\n"
        "likert5,2026,1,5,1,1=0;2=25;3=50;4=75;5=100,half-up\n"
        "percent,2026,0,100,1,,half-up\n",
        encoding="utf-8",
    )
    versioned = REVIEWS.replace(",scale,", ",scale,scale_version,").replace(
        ",60,percent,", ",80,percent,2025,"
    )
    (logs / "reviews.csv").write_text(
        versioned.replace(",74,percent,", ",74,percent,2026,"), encoding="utf-8"
    )
    _, text, changes = corrected(logs, fault("TU0804", LMS, REVIEW, expected="2026", actual="2025"))
    assert ",75,percent,2026," in text
    assert {change["column"] for change in changes} == {"score", "scale_version"}


def test_a_copy_goes_and_its_cells_are_kept_in_the_list(logs):
    done, text, changes = corrected(
        logs, fault("TU0502", ("reviews.csv", 4), ("completions.csv", 3), record_id="R2")
    )
    assert text == "".join(REVIEWS.splitlines(keepends=True)[:3])
    assert json.loads(str(changes[0]["before"]))["review_record_id"] == "V3"
    assert dict(done.removed) == {"TU0502": 1}


def test_copies_that_may_be_of_two_persons_stay(logs):
    done, _, changes = corrected(
        logs,
        fault("TU0107", ("completions.csv", 3), ("reviews.csv", 4), record_id="R2"),
        fault("TU0502", ("reviews.csv", 4), ("completions.csv", 3), record_id="R2"),
    )
    assert (changes, done.handed_on) == ([], 2)
    assert "whose record" in done.not_corrected[0].why


def test_two_orphans_that_repeat_one_another_both_stay(logs):
    twins = [
        fault("TU0502", ("reviews.csv", line), ("reviews.csv", other), record_id=f"X{line}", person="E2")
        for line, other in ((3, 4), (4, 3))
    ]
    done, _, changes = corrected(logs, *twins)
    assert (changes, [one.n for one in done.not_corrected]) == ([], [2])


def test_a_field_that_no_policy_allows_is_blanked_and_what_was_sent_is_handed_on(logs):
    done, text, _ = corrected(
        logs,
        fault("TU1001", REVIEW, field="salary_band", detail="found in the review system's row"),
        fault(
            "TU1001", ("sync.csv", 2), record_id="R2", field="Salary band", detail="found in the payload sent"
        ),
    )
    assert text == REVIEWS.replace(",B3", ",")
    assert (dict(done.changes), done.handed_on) == ({"TU1001": 1}, 1)


def test_a_row_that_slid_is_left_to_a_person(logs):
    (logs / "reviews.csv").write_text(
        REVIEWS.replace("percent,Q1,,\nV3", "percent,oops,Q1,,\nV3"), encoding="utf-8"
    )
    done, _, changes = corrected(
        logs,
        fault(
            "TU0204",
            ("completions.csv", 3),
            ("reviews.csv", 3),
            record_id="R2",
            field="cycle",
            expected="Q1",
            actual="oops",
        ),
    )
    assert changes == []
    assert "wrong columns" in done.not_corrected[0].why


def test_without_anything_to_correct_the_lists_are_written_all_the_same(logs):
    done, _, changes = corrected(logs, fault("TU0101", REVIEW))
    assert (done.files, changes, done.handed_on) == ((), [], 1)
    assert sorted(path.name for path in done.into.iterdir()) == [
        "README.txt",
        "changes.csv",
        "changes.jsonl",
        "handed-on.csv",
    ]


def test_the_read_me_says_what_was_done_and_how_to_undo_it(logs):
    done, _, _ = corrected(logs, fault("TU0202", LMS, REVIEW), fault("TU0206", LMS, REVIEW, record_id="R9"))
    said = (done.into / "README.txt").read_text(encoding="utf-8")
    assert "TU0202 zone-shift: 1 cells" in said
    assert "TU0206 invented-time: 1, its row was not found again" in said
    assert "To undo" in said
    assert "1 rows" not in done.sentence
    assert "corrected 1 cells" in done.sentence


@pytest.mark.parametrize(
    ("into", "says"),
    [
        ("logs", "in the directory that is checked"),
        ("logs/out", "in the directory that is checked"),
        ("full", "not empty"),
        ("none/out", "no directory"),
    ],
)
def test_a_place_that_is_not_new_is_refused(logs, into, says):
    (logs.parent / "full").mkdir()
    (logs.parent / "full" / "mine.txt").write_text("mine")
    before = sorted(logs.parent.rglob("*"))
    answer = answered(logs, [fault("TU0202", LMS, REVIEW)], logs.parent)
    with pytest.raises(RefusedError, match=says):
        correct(answer, logs, CheckSettings(), logs.parent / into)
    assert [path for path in sorted(logs.parent.rglob("*")) if path.name != "faults.parquet"] == before


@pytest.mark.parametrize("changed", ["reviews.csv", "completions.csv"])
def test_a_file_that_has_changed_since_leaves_nothing_behind(logs, changed):
    answer = answered(logs, [fault("TU0202", LMS, REVIEW)], logs.parent)
    with (logs / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    before = sorted(logs.parent.rglob("*"))
    with pytest.raises(RefusedError, match="has changed since"):
        correct(answer, logs, CheckSettings(), logs.parent / "out")
    assert sorted(logs.parent.rglob("*")) == before


def test_an_empty_directory_is_taken(logs):
    (logs.parent / "out").mkdir()
    done, text, _ = corrected(logs, fault("TU0202", LMS, REVIEW))
    assert done.files == ("reviews.csv",)
    assert "12:00:00Z" in text
