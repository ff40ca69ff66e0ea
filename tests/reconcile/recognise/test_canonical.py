"""Our own columns: by their names, by other spellings, by what people call them; and what is refused."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.model.relations import ROLES
from trueup.model.settings import FileSettings
from trueup.reconcile.reading import inspect, read
from trueup.reconcile.recognise.canonical import claim_canonical
from trueup.reconcile.recognise.claim import Sample
from trueup.reconcile.recognise.synonyms import STRONG, WEAK

NONE = FileSettings("x")


def _write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return inspect(path, name)


def _columns(one):
    got: dict[str, list[object]] = {}
    for batch in read(one, []):
        for name, column in batch.columns.items():
            got.setdefault(name, []).extend(column.to_pylist())
    return got


@pytest.mark.parametrize("role", ROLES)
def test_exact_names_are_certain_in_any_file_name_and_order(tmp_path, role):
    names = ROLES[role].names
    for header in (names, tuple(reversed(names))):
        one = _write(
            tmp_path, "export (1).csv", ",".join(header) + "\n" + ",".join("1" for _ in header) + "\n"
        )
        assert (one.system, one.role, one.confidence) == ("canonical", role, 1.0)
        assert one.columns == {name: name for name in names}


@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if role.required])
def test_required_columns_alone_are_certain(tmp_path, role):
    names = ROLES[role].required
    one = _write(tmp_path, "x.csv", ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert (one.role, one.confidence) == (role, 1.0)


@settings(deadline=None)
@given(st.sampled_from(list(ROLES)), st.randoms(use_true_random=False))
def test_case_blanks_and_punctuation_dont_count(role, random):
    def respell(name):
        spelled = random.choice([str.upper, str.title, str.capitalize])(name)
        return spelled.replace("_", random.choice([" ", "-", "", ".", " _ "]))

    names = ROLES[role].names
    claim = claim_canonical(Sample("x.csv", "csv", tuple(respell(name) for name in names)), NONE)
    assert (claim.role, set(claim.columns)) == (role, set(names))
    assert claim.confidence >= 0.98


def test_no_word_stands_for_two_things_of_one_role_with_equal_certainty():
    from trueup.reconcile.recognise.names import fold

    for role, columns in STRONG.items():
        assert set(columns) <= set(ROLES[role].names)
        assert set(WEAK[role]) <= set(ROLES[role].names)
        for words in columns.values():
            assert all(fold(word) for word in words)


SYNONYMS = [
    ("Employee ID;Course Code;Completion Date;Result;Mark", "E1;C1;2026-03-02;passed;87", "completions"),
    (
        "Personalnummer;Kurs-ID;Abschlussdatum;Status;Punktzahl",
        "E1;C1;2026-03-02;bestanden;87",
        "completions",
    ),
    (
        "matricule;code formation;date d'achèvement;statut;note finale",
        "E1;C1;2026-03-02;terminé;87",
        "completions",
    ),
    (
        "número de empleado;código del curso;fecha de finalización;estado;calificación",
        "E1;C1;2026-03-02;completado;8",
        "completions",
    ),
    (
        "matricola;codice corso;data di completamento;stato;voto",
        "E1;C1;2026-03-02;completato;8",
        "completions",
    ),
    (
        "número de funcionário;código do curso;data de conclusão;situação;nota",
        "E1;C1;2026-03-02;concluído;8",
        "completions",
    ),
    (
        "personeelsnummer;cursuscode;voltooiingsdatum;status;cijfer",
        "E1;C1;2026-03-02;voltooid;8",
        "completions",
    ),
    (
        "numer pracownika;kod kursu;data ukończenia;status;ocena",
        "E1;C1;2026-03-02;ukończone;5",
        "completions",
    ),
    (
        "anställningsnummer;kurskod;slutförandedatum;status;betyg",
        "E1;C1;2026-03-02;slutförd;5",
        "completions",
    ),
    (
        "medarbejdernummer;kursuskode;gennemført dato;status;karakter",
        "E1;C1;2026-03-02;gennemført;5",
        "completions",
    ),
    ("工号;课程编号;完成日期;状态;分数", "E1;C1;2026-03-02;已完成;87", "completions"),
    ("社員番号;コースID;修了日;ステータス;点数", "E1;C1;2026-03-02;修了;87", "completions"),
    ("الرقم الوظيفي;رمز الدورة;تاريخ الإكمال;الحالة;الدرجة", "E1;C1;2026-03-02;مكتمل;87", "completions"),
    ("Run;Record ID;Sent At;Result;Status Code", "1;r1;2026-03-02T10:00:00Z;OK;200", "sync"),
    ("Reviewee;Course Code;Rating;Review Cycle", "E1;C1;4;2026-Q1", "reviews"),
    ("UUID;Personnel No;E-Mail;First Name;Last Name;Hire Date", "u1;E1;a@x.test;A;B;2020-01-01", "people"),
    ("Issuer;Username;Employee ID;E-Mail", "https://lms;ana;E1;a@x.test", "accounts"),
]


@pytest.mark.parametrize(("header", "row", "role"), SYNONYMS)
def test_what_people_call_the_columns_is_understood(tmp_path, header, row, role):
    one = _write(tmp_path, "data.csv", f"{header}\n{row}\n")
    assert one.role == role, one.problems
    assert 0.5 <= one.confidence < 1.0
    assert len(one.columns) >= len(header.split(";")) - 1
    assert not any(need.required for need in one.needs)
    if role == "completions":
        said = _columns(one)
        assert said["employee_number"] == ["E1"]
        assert said["course_id"] == ["C1"]
        assert said["status"][0] in {"completed", "passed"}
        assert said["record_id"] == ["|C1||E1|2026-03-02"]


def test_file_that_fits_two_roles_has_none_and_asks(tmp_path):
    one = _write(tmp_path, "export.csv", "email,first name,last name,department\na@x.test,A,B,Sales\n")
    assert one.role is None
    assert [need.key for need in one.needs] == ["role"]
    assert 'role = "' in one.needs[0].example


def test_list_of_who_did_what_when_may_be_either_side_and_its_name_decides(tmp_path):
    text = "Employee ID,Course Code,Completion Date,Score\nE1,C1,2026-03-02,87\n"
    assert _write(tmp_path, "export.csv", text).role is None
    assert _write(tmp_path, "reviews_q1.csv", text).role == "reviews"
    lms = _write(tmp_path, "completions_q1.csv", text)
    assert lms.role == "completions"
    assert [(need.key, need.required) for need in lms.needs] == [("constants.status", True)]


def test_columns_of_a_custom_report_that_were_renamed_are_asked_for_and_read(tmp_path):
    """A number and nothing about the person behind it is no roster, whatever else stands in the file."""
    path = tmp_path / "report.csv"
    path.write_text("Staff number,Training course,Finished on,Done?\nE1,C1,2026-03-02,Yes\nE2,C1,,No\n")
    one = inspect(path, "report.csv")
    assert (one.role, [need.key for need in one.needs]) == (None, ["role"])
    assert "completions" in one.needs[0].example
    told = inspect(path, "report.csv", FileSettings(path="report.csv", role="completions"))
    assert (told.used, told.reported, told.needs) == (2, 0, ())
    (batch,) = read(told, [])
    assert batch.columns["course_id"].to_pylist() == ["C1"]  # "No" is no completion yet


def test_file_of_something_else_has_no_role(tmp_path):
    one = _write(tmp_path, "completions.csv", "colour,weight\nred,3\n")
    assert (one.role, one.rows) == (None, 1)
    assert "can't be told" in one.problems[0].what


def test_missing_column_is_asked_for_by_name(tmp_path):
    one = _write(
        tmp_path, "completions.csv", "record_id,employee_number,course_id,status\nr1,E1,C1,completed\n"
    )
    assert one.role == "completions"
    assert [(need.key, need.required) for need in one.needs] == [("columns.completed_at", True)]
    assert not one.usable


def test_two_headers_for_one_column_are_said(tmp_path):
    one = _write(
        tmp_path,
        "c.csv",
        "record_id,email address,work email,course_id,status,completed_at\nr,a@x.test,b@x.test,c,completed,2026-01-01\n",
    )
    assert one.columns["email"] == "email address"
    assert any("'work email' could be email" in problem.what for problem in one.problems)


def test_double_headers_with_different_values_are_a_problem(tmp_path):
    one = _write(
        tmp_path,
        "c.csv",
        "record_id,course_id,status,completed_at,score,score\nr,c,completed,2026-01-01,1,2\n",
    )
    assert any("'score' stands 2 times" in problem.what for problem in one.problems)


def test_status_in_other_words_is_translated_and_an_unknown_one_reported(tmp_path):
    text = "record_id,course_id,status,completed_at\n1,c,COMPLETED,2026-01-01\n2,c,In Progress,\n3,c,Frobnicated,2026-01-01\n4,c,,2026-01-01\n"
    one = _write(tmp_path, "c.csv", text)
    unusable = []
    batches = list(read(one, unusable))
    assert batches[0].columns["status"].to_pylist() == [
        "completed",
        None,
    ]  # a blank one is left for the check
    assert [(problem.line, problem.actual) for problem in unusable] == [(4, "Frobnicated")]
    assert (one.rows, one.used, one.reported) == (4, 3, 1)


def test_nested_json_is_a_payload_or_a_row_problem(tmp_path):
    lines = [
        {
            "run_id": "1",
            "record_id": "a",
            "attempt_at": "2026-01-01T00:00:00Z",
            "outcome": "accepted",
            "payload": {"person": "E1"},
        },
        {
            "run_id": "1",
            "record_id": {"id": "b"},
            "attempt_at": "2026-01-01T00:00:00Z",
            "outcome": "accepted",
            "payload": "x",
        },
    ]
    one = _write(tmp_path, "sync.jsonl", "\n".join(map(json.dumps, lines)))
    unusable = []
    (batch,) = read(one, unusable)
    assert batch.columns["payload"].to_pylist() == ['{"person":"E1"}']
    assert [(p.line, p.what, p.expected) for p in unusable] == [
        (2, "nested JSON where a value is due", "one value as record_id")
    ]
    assert (one.role, one.rows, one.used, one.reported) == ("sync", 2, 1, 1)


def test_lists_of_values_are_joined_and_points_may_be_an_object(tmp_path):
    one = _write(
        tmp_path, "p.json", json.dumps([{"person_id": "u", "former_numbers": ["E1", "E2"], "aliases": []}])
    )
    assert _columns(one)["former_numbers"] == ["E1;E2"]
    scale = _write(
        tmp_path,
        "s.json",
        json.dumps([{"scale": "five", "version": 1, "points": {"1": 0, "2": 25, "3": 62.5}}]),
    )
    assert _columns(scale)["points"] == ["1=0;2=25;3=62.5"]


def test_reviews_keep_whatever_else_was_transferred(tmp_path):
    record = {"person": "E1", "course_id": "C", "home_address": {"city": "Oslo"}, "visible_to": "manager"}
    one = _write(tmp_path, "reviews.json", json.dumps([record]))
    (batch,) = read(one, [])
    assert {name: column.to_pylist() for name, column in batch.extras.items()} == {
        "home_address": ['{"city":"Oslo"}'],
        "visible_to": ["manager"],
    }


def test_typed_parquet_stays_typed_and_numbers_become_text_where_text_is_due(tmp_path):
    from datetime import UTC, datetime

    moment = datetime(2026, 3, 1, tzinfo=UTC)
    table = pa.table(
        {
            "record_id": pa.array([7, 8], pa.int64()),
            "employee_number": pa.array([1001.0, None], pa.float64()),
            "course_id": pa.array(["C", "C"]).dictionary_encode(),
            "status": ["Completed", "nonsense"],
            "completed_at": pa.array([moment, moment], pa.timestamp("us", "UTC")),
            "score": [1.5, 2.5],
            "tags": pa.array([["a", "b"], None], pa.list_(pa.string())),
        }
    )
    path = tmp_path / "c.parquet"
    pq.write_table(table, path)
    one = inspect(path, "c.parquet")
    unusable = []
    (batch,) = read(one, unusable)
    assert (one.role, one.confidence, one.rows, one.reported) == ("completions", 1.0, 2, 1)
    assert pa.types.is_timestamp(batch.columns["completed_at"].type)
    assert pa.types.is_floating(batch.columns["score"].type)
    said = {
        name: batch.columns[name].to_pylist() for name in ("record_id", "employee_number", "status", "tags")
    }
    assert said == {"record_id": ["7"], "employee_number": ["1001"], "status": ["completed"], "tags": ["a;b"]}
    assert [problem.line for problem in unusable] == [2]


def test_declared_role_columns_and_constants_win(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Wer,Was,Wann\nE1,C1,2026-01-01\n")
    told = FileSettings(
        "x.csv",
        role="completions",
        columns={"employee_number": "Wer", "course_id": "WAS", "completed_at": "Wann"},
        constants={"status": "completed", "source": "hr"},
    )
    one = inspect(path, "x.csv", told)
    assert (one.role, one.confidence) == ("completions", 1.0)
    assert not [need for need in one.needs if need.required]
    assert _columns(one) == {
        "employee_number": ["E1"],
        "course_id": ["C1"],
        "completed_at": ["2026-01-01"],
        "status": ["completed"],
        "source": ["hr"],
        "record_id": ["hr|C1||E1|2026-01-01"],
    }


def test_declared_column_that_is_not_there_is_said_with_the_nearest(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("person,course_id\nE1,C1\n")
    one = inspect(path, "x.csv", FileSettings("x.csv", columns={"cycle": "persn"}))
    assert any(
        "which the file doesn't have" in p.what and p.todo == "did you mean 'person'?" for p in one.problems
    )


def test_dates_that_read_both_ways_are_asked_for_where_the_column_hangs_on_them(tmp_path):
    head = "record_id,course_id,status,completed_at\n"
    all_open = _write(tmp_path, "a.csv", head + "1,c,completed,03/04/2026\n2,c,completed,05/06/2026\n")
    assert [(need.key, need.required) for need in all_open.needs] == [("day_order", True)]
    one_open = _write(
        tmp_path,
        "b.csv",
        head + "1,c,completed,03/04/2026\n2,c,completed,2026-01-01\n3,c,completed,2026-01-01\n",
    )
    assert [(need.key, need.required) for need in one_open.needs] == [("day_order", False)]
    both = _write(tmp_path, "c.csv", head + "1,c,completed,13/04/2026\n2,c,completed,04/13/2026\n")
    assert any("some dates have the day first" in problem.what for problem in both.problems)


def test_comma_decimals_become_points_and_undecidable_ones_are_asked_for(tmp_path):
    head = "record_id;course_id;status;completed_at;score\n"
    assert _columns(_write(tmp_path, "a.csv", head + "1;c;completed;2026-01-01;35,33\n"))["score"] == [
        "35.33"
    ]
    unsure = _write(tmp_path, "b.csv", head + "1;c;completed;2026-01-01;1,234\n")
    assert [need.key for need in unsure.needs] == ["decimal"]
    assert _columns(unsure)["score"] == ["1,234"]


def test_unreadable_file_has_no_role_and_says_why(tmp_path):
    one = _write(tmp_path, "c.csv", "")
    assert (one.role, one.readable) == (None, False)
    assert one.problems[0].what
    gone = inspect(tmp_path / "gone.csv", "gone.csv")
    assert (gone.role, gone.readable) == (None, False)


def test_ragged_rows_are_reported_with_their_line(tmp_path):
    one = _write(
        tmp_path, "c.csv", "record_id,course_id,status,completed_at\n1,c,completed,2026-01-01\n2,c\n"
    )
    unusable = []
    used = sum(batch.used for batch in read(one, unusable))
    assert (one.rows, used, [problem.line for problem in unusable]) == (2, 1, [3])
