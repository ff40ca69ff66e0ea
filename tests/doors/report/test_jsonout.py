import json
from io import StringIO

from answers import FOUND, busy, clean, hostile, large

from trueup.doors.report import jsonout
from trueup.model.answers import Answer


def written(answer: Answer, limit: int | None = None) -> dict:
    target = StringIO()
    jsonout.write(answer, target, faults_limit=limit)
    return json.loads(target.getvalue())


def test_the_object_holds_what_the_contract_names():
    told = written(busy())
    assert told["schema"] == "trueup.check/1"
    assert told["inputs"][0] | {} == {
        "role": "completions", "file": "moodle-completions.csv", "rows": 3402, "sha256": "9f1c" * 16,
        "system": "Moodle", "used": 3400, "reported": 2,
    }  # fmt: skip
    assert told["kpis"]["missing_rate"]["state"] == "breach"
    assert told["kpis"]["exposure_count"]["value"] is None
    assert told["counts"]["TU0202"] == 61
    assert told["families"][0]["family"] == busy().families[0].family
    assert {"code": "TU0503", "needs": "accounts"} in told["unchecked"]
    assert set(told["faults"][0]) >= {
        "code",
        "name",
        "severity",
        "record_id",
        "person",
        "course_id",
        "field",
        "expected",
        "actual",
        "where",
        "detail",
    }
    assert set(told["faults"][0]["where"][0]) == {"file", "line"}


def test_all_faults_are_written_unmasked_and_without_marks():
    told = written(busy())
    assert len(told["faults"]) == sum(n for _, n, *_ in FOUND) == sum(told["counts"].values())
    text = json.dumps(told, ensure_ascii=False)
    assert "⟦" not in text
    assert "•••" not in text
    assert any(row["person"] == row["actual"] for row in told["faults"] if row["code"] == "TU0102")


def test_a_limit_cuts_the_faults_and_says_so():
    told = written(large(50), 10)
    assert len(told["faults"]) == 10
    assert told["counts"] == {"TU0301": 25, "TU0302": 25}
    assert told["notes"][-1] == "10 of 50 faults are listed; --faults FILE writes all of them."
    assert written(large(5), 10)["notes"] == list(large(5).notes)


def test_a_clean_answer_has_an_empty_list_of_faults():
    assert written(clean())["faults"] == []


def test_hostile_values_come_back_as_they_were():
    told = written(hostile())
    assert [row["actual"] for row in told["faults"]] == [row.actual for row in hostile().faults(None)]


def test_faults_are_streamed_one_a_line():
    target = StringIO()
    seen_before_any_text_of_the_last = []
    rows = list(busy().faults(None))

    def faults(_limit):
        for row in rows:
            seen_before_any_text_of_the_last.append(target.getvalue().count('{"code": "TU'))
            yield row

    answer = busy()
    parts = {name: getattr(answer, name) for name in Answer.__slots__} | {"faults": faults, "unchecked": ()}
    jsonout.write(Answer(**parts), target, faults_limit=None)
    assert seen_before_any_text_of_the_last == list(range(len(rows)))
