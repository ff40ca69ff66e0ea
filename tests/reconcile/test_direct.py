"""A Parquet file that is canonical already reads from where it lies as it would read staged, column for column."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rows_at_hand import Hand, at
from trueup import instants
from trueup.model.relations import ROLES
from trueup.model.settings import FileSettings
from trueup.reconcile import direct, reading, staging
from trueup.reconcile.staging import schema_of

ROWS = direct.ROWS_WORTH_IT
UTC = pa.timestamp("us", "UTC")


def _some(seed: str, values: list[Any], kind: pa.DataType) -> pa.Array:
    """As many rows as make it worth it, drawn from some values, each at least once."""
    draw = random.Random(seed)
    return pa.array([*values, *draw.choices(values, k=ROWS - len(values))], kind)


def _moments(seed: str, kind: pa.DataType = UTC) -> pa.Array:
    edges = [
        at(text) for text in ("2026-03-02T12:00:00Z", "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z")
    ]
    beyond = [2**62, -(2**62), 2**63 - 1, -(2**63)] if kind == UTC else []  # no calendar has them
    return _some(seed, [*edges, *beyond, None], kind)


TEXTS = ["a", "Zoë", "", None]
COLUMNS = {
    "completions": {
        "record_id": pa.array([f"r{n}" for n in range(ROWS)]),
        "course_id": _some("course", TEXTS, pa.string()),
        "status": _some("status", ["completed", "failed"], pa.string()),
        "completed_at": _moments("completed"),
        "updated_at": _moments("updated"),
        "score": _some(
            "score",
            [75.0, 62.5, 0.1, 1e6, 1e20, 1 / 3, float("nan"), float("inf"), None],
            pa.float64(),
        ),
        "revision": _some("revision", [1, 2, None], pa.int32()),
        "tags": _some("tags", ["a;b", None, ""], pa.large_string()),
    },
    "sync": {
        "run_id": _some("run", ["a", "b"], pa.string()),
        "record_id": pa.array([f"r{n}" for n in range(ROWS)]),
        "attempt_at": _moments("attempt"),
        "outcome": _some("outcome", ["accepted", "error"], pa.string()),
        "http_status": _some("http", [200, 503, None], pa.int64()),
        "limit": _some("limit", [100, 2**40, None], pa.int64()),
    },
    "reviews": {
        "person": _some("person", ["E1", "E2", None], pa.string()),
        "course_id": _some("course", ["C", "D"], pa.string()),
        "completed_at": _moments("shown"),
        "score": _some("shown score", [75, 62, -1, None], pa.int64()),
    },
}


def written(path: Path, role: str, **instead: pa.Array | None) -> Path:
    columns = {name: one for name, one in (COLUMNS[role] | instead).items() if one is not None}
    pq.write_table(pa.table(columns), path)
    return path


def looked_at(hand: Hand, path: Path, told: FileSettings | None = None):
    one = reading.inspect(path, path.name, told)
    return direct.relation(hand.engine, one), one


@pytest.fixture(scope="module", params=COLUMNS)
def both_ways(hand, request, tmp_path_factory) -> tuple[pa.Table, pa.Table]:
    """The same file looked at where it lies, and staged."""
    place = tmp_path_factory.mktemp("direct")
    view, one = looked_at(hand, written(place / f"{request.param}.parquet", request.param))
    assert one.role == request.param
    assert view is not None
    batches = (staging.Batch(batch.lines, batch.columns, batch.extras) for batch in reading.read(one, []))
    how = instants.Reading(zone=None)
    staging.stage(
        request.param,
        one.file,
        batches,
        place / "staged.parquet",
        lambda _c, texts, _z: instants.convert(texts, how),
    )
    return hand.engine.fetch(view.order_by("line")), pq.read_table(place / "staged.parquet").sort_by("line")


def test_view_has_the_columns_of_the_relation(both_ways):
    view, staged = both_ways
    assert [(field.name, field.type) for field in view.schema] == [
        (field.name, field.type) for field in staged.schema
    ]


def test_view_equals_the_staged_rows_column_for_column(both_ways):
    view, staged = both_ways
    apart = {}
    for name in staged.column_names:
        lay, went = view[name].to_pylist(), staged[name].to_pylist()
        apart[name] = {pair for pair in zip(lay, went, strict=True) if repr(pair[0]) != repr(pair[1])}
    apart = {name: pairs for name, pairs in apart.items() if pairs}
    assert not apart, "(where it lies, staged)"


NOT_DIRECT = [
    ({"completed_at": _some("text", ["2026-03-02"], pa.string())}, "a time that has to be read"),
    ({"completed_at": _moments("naive", pa.timestamp("us"))}, "a time without a zone"),
    (
        {"completed_at": _some("ns", [at("2026-03-02T12:00:00Z") * 1000], pa.timestamp("ns", "UTC"))},
        "nanoseconds",
    ),
    (
        {"completed_at": _some("ms", [at("2026-03-02T12:00:00Z") // 1000, 2**62], pa.timestamp("ms", "UTC"))},
        "milliseconds",
    ),
    ({"completed_at": _moments("berlin", pa.timestamp("us", "Europe/Berlin"))}, "a time of another zone"),
    ({"score": _some("words", ["75", "n/a"], pa.string())}, "a number that is a text"),
    ({"revision": _some("half", [1.0, 2.5], pa.float64())}, "an integer that is a float"),
    (
        {"status": _some("status", ["completed", "Complete"], pa.string())},
        "a word that reading makes canonical",
    ),
    ({"colour": _some("colour", ["red"], pa.string())}, "a column that the role has not"),
]


@pytest.mark.parametrize(("instead", "why"), NOT_DIRECT)
def test_file_that_is_not_canonical_as_it_lies_has_to_be_staged(hand, tmp_path, instead, why):
    view, _ = looked_at(hand, written(tmp_path / "completions.parquet", "completions", **instead))
    assert view is None, why


def test_file_of_which_something_is_declared_has_to_be_staged(hand, tmp_path):
    path = written(tmp_path / "completions.parquet", "completions", course_id=None)
    told = FileSettings("completions.parquet", role="completions", constants={"course_id": "C"})
    assert looked_at(hand, path, told)[0] is None


def test_small_file_has_to_be_staged(hand, tmp_path):
    path = tmp_path / "completions.parquet"
    pq.write_table(pa.table(COLUMNS["completions"]).slice(0, 100), path)
    assert looked_at(hand, path)[0] is None


def test_payload_has_to_be_taken_apart(hand, tmp_path):
    payload = _some("payload", ['{"person": "E1"}'], pa.string())
    assert looked_at(hand, written(tmp_path / "sync.parquet", "sync", payload=payload))[0] is None


@pytest.mark.xfail(
    reason="blanks around a text are kept where the file lies: looking costs a pass over all texts"
)
def test_blanks_around_a_text_go_where_the_file_lies_too(hand, tmp_path):
    course = _some("blank", [" a ", "  "], pa.string())
    view, _ = looked_at(hand, written(tmp_path / "completions.parquet", "completions", course_id=course))
    assert view is None or {row["course_id"] for row in hand.rows(view.select("course_id").distinct())} == {
        "a",
        None,
    }


def test_every_role_could_lie_as_it_is():
    assert set(COLUMNS) <= set(ROLES)
    assert all(set(columns) <= set(schema_of(ROLES[role]).names) for role, columns in COLUMNS.items())
