"""Moodle's exports in languages of which no sample file is at hand: headers and states as its packs print them."""

import json

import pytest

from trueup.model.settings import FileSettings
from trueup.reconcile.reading import inspect, read
from trueup.reconcile.recognise.moodle_states import State, state_of

# name, mail, number, date of an activity, date of the course; completed, not, passed, failed, set back by hand
REPORTS = {
    "es": (
        "Nombre,Dirección de correo,Número de ID,Fecha de finalización,Curso finalizado",
        (
            "Finalizado|No finalizado|Finalizado (ha alcanzado la califiación de aprobado)"
            "|Finalizado (no ha alcanzado la calificación de aprobado)|No completado (configurado por Admin User)"
        ),
        "6/03/2026 13:00",
    ),
    "zh_cn": (
        "姓名,电子邮件地址,学号,完成日期,课程进度",
        "已完成|未完成|已完成（及格）|已完成（未及格）|未完成（由 Admin User 设置）",
        "2026年03月6日 13:00",
    ),
    "it": (
        "Nome,Indirizzo email,Codice identificativo,Data di completamento,Criteri di completamento",
        (
            "Completato|Non completato|Completato (raggiunta la sufficienza)|Completato (senza raggiungere la sufficienza)"
            "|Non completato: (impostato da Admin User)"
        ),
        "6/03/2026 13:00",
    ),
    "ar": (
        "الاسم,عنوان البريد الإلكتروني,رقم المُعرَّف,تاريخ الإتمام,اكتمل المساق",
        "اكتمل|لم يكتمل|اكتمل (حقق درجة النجاح)|اكتمل ( لم يحقق درجة النجاح )|لم يكتمل (حدده Admin User)",
        "6/03/26، 13:00",
    ),
}


@pytest.mark.parametrize("language", REPORTS)
def test_course_report_is_read_in_this_language(tmp_path, language):
    headers, states, date = REPORTS[language]
    name, mail, number, when, course = headers.split(",")
    lines = [f'ID,{name},{mail},{number},"Lead & Co","Lead & Co - {when}",{course}']
    lines += [f'{i},X,e{i}@x.test,E{i},{state},"{date}",' for i, state in enumerate(states.split("|"))]
    lines.append(f'9,X,e9@x.test,E9,,,"{date}"')
    path = tmp_path / "completion-course-x.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    one = inspect(path, path.name, FileSettings("x", constants={"course_id": "X"}))
    assert (one.system, one.role, one.rows, one.reported) == ("moodle", "completions", 6, 0)
    assert one.columns["employee_number"] == number
    assert one.columns["email"] == mail
    (batch,) = read(one, [])
    said = zip(batch.columns["employee_number"].to_pylist(), batch.columns["status"].to_pylist(), strict=True)
    assert list(said) == [
        ("E0", "completed"),
        ("E2", "passed"),
        ("E3", "failed"),
        ("E4", "voided"),
        ("E9", "completed"),
    ]


def test_course_report_in_a_language_that_is_not_known_shows_by_its_shape(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        'ID,Nimi,Osoite,Koe,"Koe - Valmis",Kurssi\n1,A,a@x.test,Completed,"6/03/26, 13:00","6/03/26, 13:00"\n2,B,b@x.test,Kesken,,\n'
    )
    one = inspect(path, path.name, FileSettings("x", constants={"course_id": "X"}))
    assert (one.system, one.role, one.columns["email"]) == ("moodle", "completions", "Osoite")
    unusable = []
    assert [len(batch.lines) for batch in read(one, unusable)] == [2]
    assert [(problem.line, problem.actual) for problem in unusable] == [(3, "Kesken")]


def test_two_activities_of_one_name_are_told_apart(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        ',"Email address","Quiz","","Quiz",""\n"A","a@x.test","Completed","2026-03-06 13:00:13","Completed","2026-03-07 13:00:13"\n'
    )
    (batch,) = read(inspect(path, "r.csv", FileSettings("x", constants={"course_id": "X"})), [])
    assert batch.columns["course_id"].to_pylist() == ["X/Quiz", "X/Quiz #2"]
    assert len(set(batch.columns["record_id"].to_pylist())) == 2


CUSTOM = {
    "es": (
        "Dirección de correo,Número de ID,Número ID del curso,Finalizado,Hora de finalización,Calificación",
        "Sí",
        "No",
        "54,50",
    ),
    "zh_cn": ("电子邮件地址,学号,课程编号,已完成,完成时间,成绩", "是的", "否", "54.50"),
    "fr": (
        "Adresse de courriel,Numéro d’identification,N° d’identification du cours,Terminé,Horodatage de l’achèvement,Note",
        "Oui",
        "Non",
        "54,50",
    ),
    "it": (
        "Indirizzo email,Codice identificativo,Codice identificativo del corso,Completato,Data e ora di completamento,Valutazione",
        "Sì",
        "No",
        "54,50",
    ),
    "ja": ("メールアドレス,IDナンバ,コースIDナンバ,完了,完了日時,評定", "Yes", "No", "54.50"),
}


@pytest.mark.parametrize("language", CUSTOM)
def test_custom_report_is_read_in_this_language(tmp_path, language):
    headers, yes, no, grade = CUSTOM[language]
    path = tmp_path / "report.csv"
    when = "2026年03月2日 星期一 13:01"
    rows = [f'a@x.test,E1,CRS,{yes},"{when}","{grade}"', f"b@x.test,E2,CRS,{no},,", ",,CRS,,,"]
    path.write_text("\ufeff" + "\n".join([headers, *rows]) + "\n", encoding="utf-8")
    one = inspect(path, path.name)
    assert (one.system, one.role, one.rows, one.used, one.reported) == ("moodle", "completions", 3, 2, 1)
    (batch,) = read(one, [])
    row = {name: column.to_pylist() for name, column in batch.columns.items()}
    assert (row["employee_number"], row["status"], row["completed_at"], row["score"]) == (
        ["E1"],
        ["completed"],
        [when],
        ["54.50"],
    )


def test_chinese_days_until_completion_are_no_completion_time(tmp_path):
    path = tmp_path / "report.csv"
    path.write_text(
        "学号,课程编号,已完成,完成时间,完成时间\nE1,CRS,是的,,20514\nE2,CRS,是的,2026年03月2日 13:01,20514\n",
        encoding="utf-8",
    )
    (batch,) = read(inspect(path, "report.csv"), [])
    assert batch.columns["completed_at"].to_pylist() == ["", "2026年03月2日 13:01"]


def test_keys_that_the_exporter_lost_are_refused_with_what_to_do(tmp_path):
    path = tmp_path / "log.json"
    path.write_text(json.dumps([[{"": "web", "ip": "127.0.0.1"}, {"": "cli", "ip": ""}]]), encoding="utf-8")
    one = inspect(path, "log.json")
    assert (one.role, one.rows) == (None, 2)
    assert "every key is empty" in one.problems[0].what
    assert "export as CSV" in one.problems[0].todo


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Not completed", State.NOT_COMPLETED),  # "contains completed" would take it
        ("Completed (did not achieve pass grade)", State.FAILED),  # "starts with Completed" would take it
        ("Completed (set by Not completed)", State.OVERRIDDEN),  # a person may be called anything
        ("Completado (configurado por Ana)", State.OVERRIDDEN),  # not the word of the plain state
        ("Finalizado (ha alcanzado la calificación de aprobado)", State.PASSED),  # with the slip mended
        ("已完成（由 Admin User 设置）", State.OVERRIDDEN),
        ("Completed by hand", None),
        ("", None),
    ],
)
def test_state_words_mean_what_they_say(text, state):
    assert state_of(text) is state
