import pytest

from trueup.instants import Conflict, Reading, infer_language, infer_order, infer_reading
from trueup.model.settings import DayOrder


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["04/01/24", "31/12/27"], DayOrder.DMY),  # Horilla, dmy-2digit
        (["01/04/2024", "12/31/2027"], DayOrder.MDY),  # Horilla, mdy-slash
        (["04.01.2024", "31.12.2027"], DayOrder.DMY),  # Horilla, dmy-dots
        (["6/03/26, 13:00", "29/03/26, 03:00"], DayOrder.DMY),  # Moodle
        (["٠٦/٠٣/٢٠٢٦", "٢٩/٠٣/٢٠٢٦"], DayOrder.DMY),  # other digits
        (["26/03/06", "32/03/06"], DayOrder.YMD),  # no day is the 32nd
        (["04/01/24", "05/02/24"], None),  # nothing over 12
        (["04/01/24", "04/04/24", "x", "", None, "-"], None),  # nor anything else
        (["26/03/06", "26/03/07", "26/03/08"], None),  # last numbers vary as days do: perhaps year first
        (["26/03/06", "25/04/06"], DayOrder.DMY),  # first numbers do
        (["2026/03/26", "2026-03-26"], None),  # a year first says nothing and needs nothing
        (["Monday, 30 March 2026"], None),  # nor does a name
        (["00/00/0000", "13/13/2026"], None),  # nor what is no date
        ([], None),  # nor nothing
    ],
)
def test_a_column_says_its_order_or_leaves_it_open(values, order):
    assert infer_order(values) == order


@pytest.mark.parametrize(
    ("values", "conflict"),
    [
        (
            ["01/02/2026", "31/12/2027", "12/31/2027"],
            Conflict("31/12/2027", "12/31/2027"),
        ),  # two exports in one
        (["12/31/27", "31/12/27"], Conflict("31/12/27", "12/31/27")),  # whatever comes first
        (["99/12/31", "31/12/99"], Conflict("99/12/31", "31/12/99")),  # year first and last
    ],
)
def test_a_column_that_contradicts_itself_names_both_values(values, conflict):
    assert infer_order(values) == conflict


@pytest.mark.parametrize(
    ("values", "language"),
    [
        (["6 lis 2026", "6 sty 2026"], "pl"),  # styczeń is Polish alone
        (["6 lis 2026", "6 ožujka 2026"], "hr"),  # ožujak is Croatian alone
        (["6 lis 2026"], None),  # both remain
        (["6 mars 2026"], None),  # needs none
        (["6 lis 2026", "6 janvier 2026"], None),  # no language reads both
    ],
)
def test_a_column_says_its_language_where_that_matters(values, language):
    assert infer_language(values) == language


def test_what_is_declared_stays():
    declared = Reading(zone="Europe/Berlin", order=DayOrder.MDY, language="hr")
    assert infer_reading(["31/12/2027", "6 lis 2026", "6 sty 2026"], declared) == declared


def test_what_is_not_declared_is_filled_in():
    values = ["31/12/2027", "6 lis 2026", "6 sty 2026", None]
    assert infer_reading(values, Reading(zone="UTC")) == Reading("UTC", DayOrder.DMY, "pl")


def test_a_contradiction_is_handed_on():
    assert infer_reading(["31/12/2027", "12/31/2027"], Reading()) == Conflict("31/12/2027", "12/31/2027")
