"""RFC 8785: its own examples, and the quick way against the library's plain one."""

import json
import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from trueup.kit.canonical_json import NotCanonicalError, canonical, digest

NUMBERS = [  # RFC 8785, appendix B
    (0.0, "0"),
    (-0.0, "0"),  # minus zero has no sign
    (5e-324, "5e-324"),  # smallest
    (1.7976931348623157e308, "1.7976931348623157e+308"),  # greatest
    (9007199254740992.0, "9007199254740992"),  # beyond 2^53 as a float it is exact
    (295147905179352830000.0, "295147905179352830000"),  # 21 digits stay plain
    (9.999999999999997e22, "9.999999999999997e+22"),
    (1e23, "1e+23"),
    (999999999999999700000.0, "999999999999999700000"),
    (1e21, "1e+21"),  # 22 digits do not
    (9.999999999999997e-7, "9.999999999999997e-7"),
    (0.000001, "0.000001"),  # the smallest that stays plain
    (333333333.3333332, "333333333.3333332"),
    (1424953923781206.2, "1424953923781206.2"),  # ties to even
    (0.87, "0.87"),  # what a score is like
    (87, "87"),
]


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_numbers_are_written_as_ecmascript_writes_them(number: float, text: str):
    assert canonical(number) == text.encode()
    assert canonical({"x": [number]}) == b'{"x":[%s]}' % text.encode()


def test_the_rfc_s_own_document_comes_out_as_printed_there():
    # RFC 8785, 3.2.2 to 3.2.4
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_sort_by_utf_16_code_units():
    # RFC 8785, 3.2.3: the emoji's surrogate pair (D83D) comes before U+FB33
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical(keys))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


deep: list = []
for _ in range(100_000):
    deep = [deep]


@pytest.mark.parametrize(
    "value",
    [
        math.nan,  # no JSON number
        {"a": math.inf},
        2**53,  # an integer that a double can't tell from its neighbour
        {"a": [10**30]},
        "\ud800",  # half a character
        {"\udc00": 1},
        deep,
    ],
    ids=["nan", "infinity", "2^53", "10^30", "surrogate", "surrogate key", "deep"],
)
def test_what_has_no_canonical_form_is_refused(value: object):
    with pytest.raises(NotCanonicalError, match="no canonical JSON"):
        canonical(value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_quick_way_writes_what_the_plain_one_writes(value: object):
    assert canonical(value) == rfc8785.dumps(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_is_written_the_same_either_way(number: float):
    assert canonical({"score": number, "next": 1}) == rfc8785.dumps({"score": number, "next": 1})


def test_a_digest_does_not_depend_on_order_or_spelling():
    assert digest({"a": 1.0, "b": "\u00e9"}) == digest({"b": "\u00e9", "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})
