import pytest
from answers import answer_of, busy, large
from hypothesis import given
from hypothesis import strategies as st

from trueup.doors.report.mask import Mask
from trueup.doors.report.sections import quota, sections
from trueup.model.answers import FaultRow
from trueup.model.faults import fault


def row(code, record, caused_by=None):
    return FaultRow(
        code, fault(code).name, fault(code).severity, record, None, None, None, None, None, (), "", caused_by
    )


def laid_out(rows, per_code=200, total=3_000):
    held = sections(answer_of(rows), Mask(reveal=True), per_code=per_code, total=total)
    return {section.entry.code: section for section in held}


@given(
    st.dictionaries(st.text(min_size=1), st.integers(0, 5_000), max_size=40),
    st.integers(1, 300),
    st.integers(0, 4_000),
)
def test_the_quota_is_the_largest_that_keeps_both_caps(counts, per_code, total):
    most = quota(counts, per_code, total)
    assert most <= per_code
    assert sum(min(n, most) for n in counts.values()) <= total or most == 0
    if most < per_code:
        assert sum(min(n, most + 1) for n in counts.values()) > total


def test_every_fault_is_held_once_here_or_under_what_explains_it():
    held = sections(busy(), Mask(reveal=True), per_code=200, total=3_000)
    lines = [line for section in held for line in section.lines]
    assert sum(1 + len(line.follows) for line in lines) == busy().total
    assert all(section.left_out == 0 for section in held)
    assert (
        len({line.anchor for line in lines} | {after.anchor for line in lines for after in line.follows})
        == busy().total
    )


def test_the_likeliest_family_comes_first_and_its_worst_code_first_within_it():
    codes = [section.entry.code for section in sections(busy(), Mask(reveal=True), per_code=9, total=999)]
    assert codes[:3] == ["TU0302", "TU0301", "TU0303"]
    assert codes.index("TU0202") < codes.index("TU0401")


def test_a_consequence_stands_under_its_cause():
    held = laid_out([row("TU0202", "r1"), row("TU0204", "r1", "TU0202"), row("TU0204", "r2")])
    assert [after.row.code for after in held["TU0202"].lines[0].follows] == ["TU0204"]
    assert [line.row.record_id for line in held["TU0204"].lines] == ["r2"]
    assert held["TU0204"].elsewhere == (("TU0202", 1),)


def test_a_consequence_of_a_consequence_stands_under_the_first_cause():
    held = laid_out([row("TU0401", "r1"), row("TU0302", "r1", "TU0401"), row("TU0901", "r1", "TU0302")])
    assert [after.row.code for after in held["TU0401"].lines[0].follows] == ["TU0302", "TU0901"]


def test_a_consequence_whose_cause_is_not_held_stands_by_itself():
    held = laid_out([row("TU0204", "r1", "TU0202"), row("TU0204", None, "TU0204")])
    assert len(held["TU0204"].lines) == 2


def test_faults_that_name_one_another_are_not_lost():
    held = laid_out([row("TU0302", "r1", "TU0401"), row("TU0401", "r1", "TU0302")])
    assert {code: len(section.lines) for code, section in held.items()} == {"TU0302": 1, "TU0401": 1}


@pytest.mark.parametrize(
    ("per_code", "total", "held_of_each"), [(200, 3_000, 200), (200, 100, 50), (5, 3_000, 5)]
)
def test_caps_hold_and_what_is_left_out_is_counted(per_code, total, held_of_each):
    held = sections(large(1_000), Mask(reveal=True), per_code=per_code, total=total)
    assert [(len(one.lines), one.left_out, one.shown) for one in held] == [
        (held_of_each, 500 - held_of_each, held_of_each)
    ] * 2


def test_no_more_faults_are_read_than_are_held():
    read = []
    answer = large(1_000)

    def faults(_limit):
        for one in large(1_000).faults(None):
            read.append(one)
            yield one

    parts = {name: getattr(answer, name) for name in type(answer).__slots__} | {"faults": faults}
    sections(type(answer)(**parts), Mask(reveal=True), per_code=10, total=3_000)
    assert len(read) == 20
