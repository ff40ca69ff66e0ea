"""An identifier is compared by one pure rule: spellings of one name are one, and nothing breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.identity.normalisers import LONGEST, NORMALISERS, email_1, name_1, number_1

ONE_NAME = (
    ("Jürgen", "Juergen"),
    ("Wiśniewski", "Visnievski"),
    ("Schewtschenko", "Shevchenko"),
    ("Ševčenko", "Shevchenko"),
    ("Schäfer", "Schaefer"),
    ("Kuznetsov", "Kuznecov"),
    ("Smirnoff", "Smirnov"),
    ("O'Brien", "OBRIEN"),
    ("Jose\u0301", "José"),
    ("ＡＮＮＡ", "Anna"),
    ("\u202eAnna\u202c", "anna"),
    ("Łukasz", "Lukasz"),
)


@pytest.mark.parametrize(("one", "other"), ONE_NAME)
def test_spellings_of_one_name_are_compared_as_one(one: str, other: str) -> None:
    assert name_1(one) == name_1(other) is not None


@pytest.mark.parametrize(
    ("one", "other"), [("Anna", "Hanna"), ("Smith", "Schmitz"), ("Miller", "Muller"), ("محمد", "محمود")]
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert name_1(one) != name_1(other)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" A.Lee+LMS@Example.COM ", "a.lee@example.com"),
        ("mailto:a.lee@example.com", "a.lee@example.com"),
        ("+tag@example.com", "+tag@example.com"),
        ("a.lee", None),
        ("@example.com", None),
        ("a.lee@", None),
        ("", None),
    ],
)
def test_an_address_is_compared_without_case_and_tag(text: str, address: str | None) -> None:
    assert email_1(text) == address


@pytest.mark.parametrize(("text", "number"), [("e-00 17", "E0017"), ("#42", "42"), (" - ", None), ("", None)])
def test_a_number_is_compared_without_blanks_and_signs(text: str, number: str | None) -> None:
    assert number_1(text) == number


@pytest.mark.parametrize("name", sorted(set(NORMALISERS) - {"employee_number/1"}))
@given(st.text(max_size=60))
def test_what_is_normalised_stays_as_it_is(name: str, text: str) -> None:
    once = NORMALISERS[name](text)
    assert once is None or (once and NORMALISERS[name](once) == once)


@pytest.mark.parametrize("name", sorted(NORMALISERS))
@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "é" * 1_000_000, "@" * 1_000_000, "\u0301" * 1_000_000],
    ids=["ascii", "accents", "signs", "marks"],
)
def test_a_megabyte_is_cut_to_what_a_name_can_be(name: str, text: str) -> None:
    said = NORMALISERS[name](text)
    assert said is None or len(said) <= 4 * LONGEST
