from datetime import UTC, datetime

import pyarrow as pa
import pytest
from cases import CASES

from trueup.instants import RULES, ExcelDates, Reading, convert, read_instant
from trueup.instants.vector import FEW
from trueup.model.settings import DayOrder

NAMES = [f"{case.raw[:40]}-{case.how.zone}" for case in CASES]


def moment(text):
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_text_says_its_instant(case):
    instant = read_instant(case.raw, case.how)
    found = (
        instant.at,
        instant.until,
        instant.rule,
        instant.precision,
        instant.offset_minutes,
        instant.unsettled,
    )
    expected = (moment(case.at), moment(case.until), case.rule, case.precision, case.offset, case.unsettled)
    assert found == expected


@pytest.mark.parametrize("rows", [1, FEW + 1])  # read one by one, and with numpy
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_column_of_it_says_the_same(case, rows):
    converted = convert(pa.array([case.raw] * rows), case.how)
    at = None if case.at is None else datetime.fromisoformat(case.at)
    expected = (at, case.precision, case.offset, case.unsettled or case.rule)
    assert converted.raw.to_pylist() == [case.raw] * rows
    assert set(zip(converted.at.to_pylist(), converted.precision.to_pylist(), converted.offset.to_pylist(), converted.rule.to_pylist(), strict=True)) == {expected}  # fmt: skip


@pytest.mark.parametrize(
    "raw", [None, "", "  ", "\u00a0\t", "\u200f"]
)  # null, blank, and marks that nobody sees
def test_a_blank_is_no_instant(raw):
    assert read_instant(raw, Reading()) is None
    converted = convert(pa.array([raw] * (FEW + 1), pa.string()), Reading())
    columns = (converted.at, converted.raw, converted.precision, converted.offset, converted.rule)
    assert [column.null_count for column in columns] == [FEW + 1] * 5


def test_the_table_names_every_rule_that_the_cases_meet():
    names = [rule.name for rule in RULES]
    met = {case.rule for case in CASES} - {"none", "numeric"}  # no rule, and a numeric date of open order
    assert (sorted(names), len(set(names))) == (sorted(met), len(names))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_example_of_a_rule_is_read_by_it(rule):
    excel = {"excel-1900": ExcelDates.FROM_1900, "excel-1904": ExcelDates.FROM_1904}.get(rule.name)
    order = DayOrder.MDY if rule.name == "numeric-mdy" else DayOrder.DMY
    instant = read_instant(rule.example, Reading(zone="Europe/Berlin", order=order, excel=excel))
    assert instant.rule == rule.name
    assert instant.at is not None or rule.name == "never"


@pytest.mark.parametrize(
    ("wrong", "close"),
    [
        ("Europe/Berln", "Europe/Berlin"),  # a slip
        ("Berlin", "Europe/Berlin"),  # the region forgotten
        ("../../etc/passwd", "close to it"),  # a path is no name
        ("", "close to it"),  # nor is nothing
    ],
)
def test_an_unknown_zone_is_refused_with_close_ones(wrong, close):
    with pytest.raises(ValueError, match="there is no time zone") as refusal:
        Reading(zone=wrong)
    assert close in str(refusal.value)


def test_an_unknown_language_is_refused_with_close_ones():
    with pytest.raises(ValueError, match="there is no language 'germann'; close to it: ") as refusal:
        Reading(language="germann")
    assert "ger" in str(refusal.value)


def test_a_zone_is_known_in_any_case():
    assert read_instant("2026-03-06 13:00", Reading(zone="europe/berlin")).zone == "Europe/Berlin"
