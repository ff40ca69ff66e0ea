"""Each small expression gives what its name says, on either engine."""

import ibis
import pyarrow as pa
import pytest

from rows_at_hand import Hand, at
from trueup.kit.expressions import any_of, day_of, iso, members, or_null, plain_number, text, union, yes

INSTANTS = [
    (at("2026-03-02T13:00:13Z"), "2026-03-02T13:00:13Z", "2026-03-02"),
    (at("2026-03-02T13:00:13.999999Z"), "2026-03-02T13:00:13Z", "2026-03-02"),  # never rounded up
    (0, "1970-01-01T00:00:00Z", "1970-01-01"),
    (-1, "1969-12-31T23:59:59Z", "1969-12-31"),  # before 1970 too
    (at("2024-02-29T23:59:59Z"), "2024-02-29T23:59:59Z", "2024-02-29"),  # a leap day
    (at("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z", "9999-12-31"),  # the end of time
    (None, None, None),
]
NUMBERS = [
    (75.0, "75"),  # no needless ".0"
    (62.5, "62.5"),
    (33.333333, "33.3333"),  # four decimals at most
    (0.0, "0"),
    (-0.5, "-0.5"),
    (-3.0, "-3"),
    (1e9, "1000000000"),  # no exponent
    (None, None),
]
TRUTHS = [(True, True), (False, False), (None, False)]  # unknown is no
LISTS = [
    ("a;b;c", ["a", "b", "c"]),
    (" a ; b ", ["a", "b"]),  # blanks around a member do not count
    (";;a;", ["a"]),  # empty members are none
    ("a", ["a"]),
    ("a;a", ["a", "a"]),  # what is said twice is there twice
    ("", []),
    (None, []),
]


ROWS = max(map(len, (INSTANTS, NUMBERS, TRUTHS, LISTS)))


def _padded(values: list[object], kind: pa.DataType) -> pa.Array:
    return pa.array([*values, *[None] * (ROWS - len(values))], kind)


def every_answer(hand: Hand) -> dict[str, list[object]]:
    """What each expression gives, in two questions: starting Spark takes long enough."""
    rows = pa.table(
        {
            "nth": pa.array(range(ROWS), pa.int64()),
            "at": _padded([one for one, *_ in INSTANTS], pa.int64()),
            "n": _padded([one for one, _ in NUMBERS], pa.float64()),
            "x": _padded([one for one, _ in TRUTHS], pa.bool_()),
            "y": _padded([None, None, True], pa.bool_()),
            "list": _padded([one for one, _ in LISTS], pa.string()),
        }
    )
    table = hand.engine.constant(rows, "rows")
    said = hand.rows(
        table.select(
            "nth",
            iso=iso(table["at"]),
            day_of=day_of(table["at"]),
            plain_number=plain_number(table.n),
            yes=yes(table.x),
            any_of=any_of([table.x, table.y]),
            or_null=or_null("int64") + table.nth,
            text=text("x"),
        ),
        "nth",
    )
    listed = members(table, "list", "one").select("nth", "one")
    found = hand.rows(union([listed, listed.select("one", "nth").filter(listed.nth == 0)]), "nth", "one")
    answers = {name: [row[name] for row in said] for name in said[0]}
    return answers | {
        "members": [[row["one"] for row in found if row["nth"] == nth] for nth in range(1, len(LISTS))],
        "union": [row["one"] for row in found if row["nth"] == 0],
    }


RIGHT = {
    "iso": [right for _, right, _ in INSTANTS],
    "day_of": [right for _, _, right in INSTANTS],
    "plain_number": [right for _, right in NUMBERS],
    "yes": [right for _, right in TRUTHS],
    "any_of": [True, False, True],  # unknown beside unknown is no
    "or_null": [None],  # a null of a kind takes part in sums of that kind
    "text": ["x"],
    "members": [right for _, right in LISTS[1:]],
    "union": ["a", "a", "b", "b", "c", "c"],  # both tables' rows, whatever the order of their columns
}


@pytest.mark.parametrize("wild", [1e20, -1e300, float(2**63)])
def test_number_beyond_any_integer_is_written_all_the_same(hand, wild):
    (said,) = hand.column(lambda t: plain_number(t.n), n=[wild])
    assert float(said) == wild


@pytest.fixture(scope="module")
def answers(hand: Hand) -> dict[str, list[object]]:
    return every_answer(hand)


@pytest.mark.parametrize("name", RIGHT)
def test_expression_gives_what_its_name_says(answers, name):
    assert answers[name][: len(RIGHT[name])] == RIGHT[name]


@pytest.mark.spark
def test_spark_gives_the_same_of_every_expression(answers, spark_hand):
    assert every_answer(spark_hand) == answers


def test_union_needs_every_column_of_the_first(hand):
    with pytest.raises(ibis.common.exceptions.IbisError):
        union([hand.table([{"a": 1, "b": 2}]), hand.table([{"a": 1}])])
