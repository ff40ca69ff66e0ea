"""Text that a spreadsheet opens as text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.kit.cells import formula_safe


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\ufeff="])
def test_a_text_that_would_start_a_formula_gets_an_apostrophe(start):
    text = start + "HYPERLINK(A1)"
    assert formula_safe(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "E1001",
        "a=b",
        "3.5",
        "-3.5",  # a plain negative number
        "-3,5",  # with a decimal comma
        "-1.234,50",  # and thousands
        "-1e-5",
        "-.5",
        "O'Neil",
        "a+b@example.com",
    ],
)
def test_other_texts_and_plain_negative_numbers_are_left_alone(text):
    assert formula_safe(text) == text


@pytest.mark.parametrize(
    "text", ["-3.5+1", "-1|cmd", "-", "--1", "-3.5 ", "-A1", "-3.5\n", "-٣", "+49301234"]
)
def test_what_only_looks_like_a_negative_number_is_escaped(text):
    assert formula_safe(text) == "'" + text


@given(st.text())
def test_no_text_starts_a_formula_unless_it_is_a_number(text):
    safe = formula_safe(text)
    assert safe in (text, "'" + text)
    if safe[:1] in tuple("=+@\t\r\n"):
        raise AssertionError(safe)
    if safe[:1] == "-":
        assert float(safe.replace(".", "").replace(",", "")) <= 0


def test_a_safe_cell_survives_csv():
    out = io.StringIO()
    csv.writer(out).writerow([formula_safe("=1+1"), formula_safe("-3")])
    assert next(csv.reader(io.StringIO(out.getvalue()))) == ["'=1+1", "-3"]
