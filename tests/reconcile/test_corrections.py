from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.model.faults import CATALOGUE
from trueup.reconcile.corrections import CORRECTED, CellChange, Target, Why, Wrong, decide
from trueup.reconcile.recognise.evidence import number_with_comma
from trueup.reconcile.successors import Heir

HEADERS = (
    "record_id",
    "completed_at",
    "score",
    "scale",
    "scale_version",
    "competency",
    "label",
    "cycle",
    "note",
    "pay",
)
AT = dict(zip(HEADERS, range(len(HEADERS)), strict=True))
ROW = (
    "R1",
    "2026-03-06T14:00:00Z",
    "65",
    "percent",
    "2025",
    "SK-1",
    "Negotiating",
    "2026-Q2",
    "said so",
    "B3",
)


@dataclass
class OneRow:
    cells: list[str | None] = field(default_factory=lambda: list(ROW))
    wide: bool = False
    refuses: frozenset[str] = frozenset()

    def cell(self, column: int) -> str | None:
        return self.cells[column]

    def slid(self) -> bool:
        return self.wide

    def holds(self, _column: int, text: str | None) -> bool:
        return text not in self.refuses


def target(**instead: object) -> Target:
    known: dict[str, object] = {
        "columns": {name: (place,) for name, place in AT.items() if name not in {"note", "pay"}},
        "write_time": lambda wrong: "2026-03-06T12:00:00Z" if wrong.at else Why.TIME_FORM,
        "apart": lambda text, wrong: wrong.at is not None and text != "2026-03-06T12:00:00Z",
        "extras": {"note": AT["note"], "pay": AT["pay"]},
        "heirs": {"sk-1": Heir("SK-9", frozenset({"sk-9", "bargaining"}), "Bargaining")},
    }
    return Target(**{**known, **instead})  # type: ignore[arg-type]


def wrong(code: str, number: int = 0, **said: object) -> Wrong:
    usual: dict[str, object] = {
        "record_id": "R1",
        "field": CATALOGUE[code].example.field,
        "expected": None,
        "actual": None,
        "primary": True,
    }
    return Wrong(number=number, code=code, **{**usual, **said})  # type: ignore[arg-type]


def changes(
    wrongs: list[Wrong], scored: Mapping[int, str] | None = None, row: OneRow | None = None, **known: object
):
    done = decide(wrongs, row or OneRow(), target(**known), scored or {})
    return {HEADERS[one.column]: one.after for one in done.changes}, done


@pytest.mark.parametrize(
    ("fault", "scored", "expected"),
    [
        # the source's instant, whatever moved it
        *[
            (wrong(code, at=1, expected="a text"), {}, {"completed_at": "2026-03-06T12:00:00Z"})
            for code in ("TU0202", "TU0203", "TU0206", "TU0207")
        ],
        # filed under another cycle: the calendar's, and the time where that is wrong too
        (wrong("TU0204", field="cycle", expected="2026-Q1"), {}, {"cycle": "2026-Q1"}),
        (
            wrong("TU0204", field="cycle", expected="2026-Q1", at=1),
            {},
            {"cycle": "2026-Q1", "completed_at": "2026-03-06T12:00:00Z"},
        ),
        # in another cycle by its time alone
        (
            wrong("TU0204", field="completed_at", expected="2026-Q1", at=1),
            {},
            {"completed_at": "2026-03-06T12:00:00Z"},
        ),
        # a correction brings its score and its time
        (
            wrong("TU0306", field="score", expected="74", at=1),
            {},
            {"score": "74", "completed_at": "2026-03-06T12:00:00Z"},
        ),
        (wrong("TU0306", field="score", expected="74"), {}, {"score": "74"}),
        (wrong("TU0602", field="label", expected="Negotiation"), {}, {"label": "Negotiation"}),
        # the successor comes with a label of its own
        (wrong("TU0603", field="competency"), {}, {"competency": "SK-9", "label": "Bargaining"}),
        (wrong("TU0703", actual="note"), {}, {"note": None}),
        (wrong("TU0803", expected="74", actual="65"), {}, {"score": "74"}),
        # a score that is missing is reckoned on the row's own scale
        (wrong("TU0803", expected="3"), {0: "50"}, {"score": "50"}),
        (wrong("TU0804", expected="2026"), {0: "50"}, {"scale_version": "2026", "score": "50"}),
        # the score may be the same on both versions
        (wrong("TU0804", expected="2026"), {0: "65"}, {"scale_version": "2026"}),
        (wrong("TU0805"), {}, {"score": None}),
    ],
)
def test_one_fault_changes_what_the_logs_leave_no_choice_about(fault, scored, expected):
    made, done = changes([fault], scored)
    assert made == expected
    assert (done.settled, done.left, done.removed) == ([0], {}, None)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (wrong("TU0206"), Why.NO_SOURCE),  # the source asserts no time
        (wrong("TU0204", field="cycle"), Why.NO_VALUE),  # no cycle counts it
        (
            wrong("TU0204", field="completed_at", expected="2026-Q1"),
            Why.NOTHING,
        ),  # nobody knows how it was moved
        (wrong("TU0306", field="completed_at"), Why.NOTHING),  # only the log is behind
        (wrong("TU0603", field="tags"), Why.ELSEWHERE),  # the source's own tag
        (wrong("TU0703", actual="home address"), Why.NO_COLUMN),
        (wrong("TU0803", expected="3"), Why.NO_VALUE),  # missing, and the matrix gives nothing
        (wrong("TU0803", actual="65"), Why.NO_VALUE),
        (wrong("TU0804", expected="2025, 2026"), Why.NO_VALUE),  # either may be meant
        (wrong("TU0804", expected="2026"), Why.NO_VALUE),  # no score by that version
        (wrong("TU0602", record_id="R2", field="label", expected="x"), Why.GONE),  # another record's row
    ],
)
def test_what_is_open_is_left_with_its_reason(fault, why):
    made, done = changes([fault])
    assert (made, done.left, done.settled) == ({}, {0: why}, [])


def test_a_superseded_competency_without_one_living_successor_is_left():
    _, done = changes([wrong("TU0603", field="competency")], heirs={})
    assert done.left == {0: Why.NO_HEIR}


def test_a_label_that_the_successor_has_too_stays():
    made, _ = changes([wrong("TU0603", field="competency")], row=OneRow([*ROW[:6], "BARGAINING", *ROW[7:]]))
    assert made == {"competency": "SK-9"}


def test_the_label_of_a_competency_that_goes_is_not_put_right():
    faults = [
        wrong("TU0602", 0, field="label", expected="Negotiation"),
        wrong("TU0603", 1, field="competency"),
    ]
    made, done = changes(faults)
    assert made == {"competency": "SK-9", "label": "Bargaining"}
    assert sorted(done.settled) == [0, 1]


def test_a_score_missing_where_the_row_names_no_scale_is_left():
    row = OneRow([*ROW[:2], None, "", *ROW[4:]])
    _, done = changes([wrong("TU0803", expected="50")], {0: "50"}, row)
    assert done.left == {0: Why.NO_SCALE}


def test_another_version_of_the_scale_settles_the_score_too():
    faults = [
        wrong("TU0804", 0, expected="2026"),
        wrong("TU0803", 1, expected="60", actual="65", primary=False),
        wrong("TU0306", 2, field="score", expected="60", primary=False),
    ]
    made, done = changes(faults, {0: "50"})
    assert made == {"scale_version": "2026", "score": "50"}
    assert sorted(done.settled) == [0, 1, 2]


def test_a_score_outside_its_scale_is_settled_with_the_score():
    _, done = changes([wrong("TU0802", 0), wrong("TU0803", 1, expected="74", actual="650")])
    assert sorted(done.settled) == [0, 1]


def test_a_score_outside_its_scale_alone_changes_nothing():
    made, done = changes([wrong("TU0802")])
    assert (made, done.settled, done.left) == ({}, [], {})


@pytest.mark.parametrize(
    ("before", "clean", "expected", "after"),
    [
        ("65,5", number_with_comma, "74.5", "74,5"),  # the column's decimal sign
        ("65,5 %", number_with_comma, "74.5", "74,5 %"),  # and its per cent
        ("65", number_with_comma, "74", "74"),
        ("65 %", str, "74", None),  # a reader that keeps the sign can't be met
    ],
)
def test_a_score_is_written_as_its_column_writes_numbers(before, clean, expected, after):
    row = OneRow([*ROW[:2], before, *ROW[3:]])
    made, done = changes([wrong("TU0803", expected=expected, actual="65")], row=row, cleans={"score": clean})
    assert made == ({"score": after} if after else {})
    assert done.left == ({} if after else {0: Why.FORM})


def test_two_primary_faults_with_different_values_change_nothing():
    faults = [
        wrong("TU0803", 0, expected="74", actual="65"),
        wrong("TU0306", 1, field="score", expected="80"),
    ]
    made, done = changes(faults)
    assert made == {}
    assert done.left == {0: Why.CONFLICT, 1: Why.CONFLICT}


def test_the_primary_fault_wins_over_its_consequence():
    faults = [
        wrong("TU0306", 0, field="score", expected="80"),
        wrong("TU0803", 1, expected="74", actual="65", primary=False),
    ]
    made, done = changes(faults)
    assert made == {"score": "80"}
    assert (done.settled, done.left) == ([0], {1: Why.CONFLICT})


def test_a_fault_that_loses_one_cell_changes_no_other():
    faults = [
        wrong("TU0805", 0),
        wrong("TU0306", 1, field="score", expected="80", at=1, primary=False),
    ]
    made, done = changes(faults)
    assert made == {"score": None}
    assert done.left == {1: Why.CONFLICT}


def test_the_same_value_for_two_reasons_is_one_change_by_the_primary_one():
    faults = [
        wrong("TU0306", 3, field="score", expected="74"),
        wrong("TU0803", 7, expected="74", actual="65", primary=False),
    ]
    _, done = changes(faults)
    assert done.changes == [CellChange(AT["score"], "65", "74", "TU0306")]
    assert sorted(done.settled) == [3, 7]


def test_a_field_that_no_policy_allows_is_blanked_without_any_other_fault():
    made, done = changes([], excess=frozenset({AT["pay"]}))
    assert made == {"pay": None}
    assert done.changes[0].code == "TU1001"


def test_a_leaked_field_that_may_not_be_there_at_all_goes_once():
    _, done = changes([wrong("TU0703", actual="pay", primary=False)], excess=frozenset({AT["pay"]}))
    assert [(one.column, one.code) for one in done.changes] == [(AT["pay"], "TU1001")]
    assert done.settled == [0]


@pytest.mark.parametrize("code", ["TU0305", "TU0502"])
def test_a_row_that_goes_takes_its_faults_along(code):
    faults = [wrong(code, 0), wrong("TU0202", 1, at=1), wrong("TU0304", 2)]
    made, done = changes(faults, excess=frozenset({AT["pay"]}))
    assert (done.removed, made, sorted(done.settled)) == (code, {}, [0, 1, 2])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"disputed": True}, Why.DISPUTED),  # the copies may stand under different persons
        ({"twin": True, "mutual": True}, Why.BOTH),  # neither is the source's
    ],
)
def test_a_copy_stays_where_it_is_open_which_one_is_right(said, why):
    _, done = changes([wrong("TU0502", **said)])
    assert (done.removed, done.left) == (None, {0: why})


def test_a_twin_of_a_record_that_the_source_knows_goes():
    assert changes([wrong("TU0502", twin=True)])[1].removed == "TU0502"


def test_a_void_record_goes_whoever_it_belongs_to():
    assert changes([wrong("TU0305", disputed=True)])[1].removed == "TU0305"


def test_a_row_whose_cells_may_have_slid_is_not_touched():
    faults = [wrong("TU0204", 0, field="cycle", expected="2026-Q1"), wrong("TU0305", 1)]
    made, done = changes(faults, row=OneRow(wide=True), excess=frozenset({AT["pay"]}))
    assert (made, done.removed, done.left) == ({}, None, {0: Why.SLID, 1: Why.SLID})


def test_a_value_that_the_file_cannot_hold_is_left():
    row = OneRow(refuses=frozenset({"Führung"}))
    _, done = changes([wrong("TU0602", field="label", expected="Führung")], row=row)
    assert done.left == {0: Why.FORM}


def test_a_row_that_names_no_record_is_taken_as_it_was_found():
    row = OneRow([None, *ROW[1:]])
    assert changes([wrong("TU0805", record_id="R7")], row=row)[0] == {"score": None}


@given(st.lists(st.sampled_from(CORRECTED), max_size=8), st.data())
def test_every_fault_is_settled_or_left_and_no_cell_changes_twice(codes, data):
    faults = [
        wrong(
            code,
            number,
            field=data.draw(st.sampled_from(["cycle", "score", "completed_at", "competency", "label"])),
            expected=data.draw(st.sampled_from([None, "74", "2026"])),
            actual=data.draw(st.sampled_from([None, "pay", "65"])),
            at=data.draw(st.sampled_from([None, 1])),
            primary=data.draw(st.booleans()),
            disputed=data.draw(st.booleans()),
        )
        for number, code in enumerate(codes)
        if code != "TU1001"  # goes by its field, not by its row
    ]
    _, done = changes(faults, dict.fromkeys(range(8), "50"), excess=frozenset({AT["pay"]}))
    assert sorted([*done.settled, *done.left]) == [fault.number for fault in faults]
    assert len({change.column for change in done.changes}) == len(done.changes)
    assert all((change.before or "") != (change.after or "") for change in done.changes)


def test_every_code_that_promises_a_correction_has_one_here():
    promised = {code for code, fault in CATALOGUE.items() if fault.command == "trueup check DIR --fix OUT"}
    assert promised == set(CORRECTED)


@pytest.mark.parametrize(
    "fault",
    [
        wrong("TU0202", at=1),
        wrong("TU0204", field="cycle", expected="2026-Q1"),
        wrong("TU0306", field="score", expected="74"),
        wrong("TU0602", field="label", expected="Negotiation"),
        wrong("TU0803", expected="74", actual="65"),
        wrong("TU0804", expected="2026"),
        wrong("TU0805"),
    ],
    ids=lambda fault: fault.code,
)
def test_a_file_without_the_column_is_left(fault):
    made, done = changes([fault], {0: "50"}, columns={}, apart=lambda _text, _wrong: False)
    assert (made, done.left) == ({}, {0: Why.NO_COLUMN})


@pytest.mark.parametrize(
    "fault",
    [
        wrong("TU0204", field="cycle", expected="2026-Q1", at=1),
        wrong("TU0306", field="score", expected="74", at=1),
    ],
    ids=lambda fault: fault.code,
)
def test_where_the_time_can_not_be_written_the_rest_of_the_fault_stays_too(fault):
    made, done = changes([fault], write_time=lambda _wrong: Why.TIME_FORM)
    assert (made, done.left) == ({}, {0: Why.TIME_FORM})


def test_a_cell_that_already_says_it_is_no_change():
    made, done = changes([wrong("TU0803", expected="65", actual="65.0")])
    assert (made, done.left) == ({}, {0: Why.NOTHING})


def test_the_column_that_is_filled_is_the_one_that_changes():
    both = {**target().columns, "label": (AT["note"], AT["label"])}
    row = OneRow([*ROW[: AT["note"]], " ", "B3"])
    assert changes([wrong("TU0602", field="label", expected="N")], row=row, columns=both)[0] == {"label": "N"}
