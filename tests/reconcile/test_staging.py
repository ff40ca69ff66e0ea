"""Every canonical column is typed by its kind: what can't be read is null, and its text is kept."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rows_at_hand import at
from trueup import instants
from trueup.model.relations import ROLES, Kind
from trueup.reconcile.staging import Batch, schema_of, stage


def _moments(_column: str, texts: pa.Array, _zones: pa.Array | None) -> instants.Converted:
    return instants.convert(texts, instants.Reading(zone="Europe/Berlin"))


@pytest.fixture
def staged(tmp_path: Path):
    """The rows of one file of a role, from its columns as they were read."""

    def staged(
        role: str, extras: dict[str, list[object]] | None = None, **columns: Any
    ) -> list[dict[str, Any]]:
        given = {name: one if isinstance(one, pa.Array) else pa.array(one) for name, one in columns.items()}
        n = len(next(iter(given.values())))
        batch = Batch(
            pa.array(range(2, n + 2), pa.int64()), given, {k: pa.array(v) for k, v in (extras or {}).items()}
        )
        path = tmp_path / "staged.parquet"
        assert stage(role, "file.csv", [batch], path, _moments) == n
        table = pq.read_table(path)
        assert table.schema.equals(schema_of(ROLES[role]))
        return table.to_pylist()

    return staged


def one(staged, role: str, column: str, values: Any, **others: Any) -> list[Any]:
    return [row[column] for row in staged(role, **{column: values}, **others)]


TEXTS = [
    (" a ", "a"),  # trimmed
    ("", None),  # blank is null
    (" \t\u00a0", None),  # whatever the blank
    ("a  b", "a  b"),  # within, blanks count
    ("ÄÖ", "ÄÖ"),
    (None, None),
]
NUMBERS = [
    ("75", 75.0),
    (" 62.5 ", 62.5),
    ("-1", -1.0),
    ("+1", 1.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e3", 1000.0),
    ("1e999", None),  # no float holds it
    ("12,5", None),  # reading has made it a point where a comma was declared
    ("1 000", None),
    ("nan", None),  # not a number is no number
    ("inf", None),
    ("0x10", None),
    ("75%", None),
    ("n/a", None),
    ("", None),
    (None, None),
]
INTEGERS = [
    ("3", 3),
    ("3.0", 3),  # what a sheet makes of a whole number
    ("-1", -1),
    ("three", None),
    ("3.5", None),  # no whole number
    ("99999999999999999999", None),  # no integer of 64 bits
    (None, None),
]
FLAGS = [
    ("true", True),
    ("YES", True),
    ("1", True),
    (" ja ", True),
    ("granted", True),
    ("false", False),
    ("No", False),
    ("0", False),
    ("denied", False),
    ("maybe", None),  # neither
    ("", None),
    (None, None),
]


def _columns(table: list[tuple[Any, Any]]) -> tuple[pa.Array, list[Any]]:
    return pa.array([given for given, _ in table], pa.string()), [right for _, right in table]


def test_text_is_trimmed_and_blank_is_null(staged):
    given, right = _columns(TEXTS)
    assert one(staged, "completions", "course_id", given) == right


def test_number_is_read_or_null_and_its_text_is_kept(staged):
    given, right = _columns(NUMBERS)
    rows = staged("completions", score=given)
    assert [row["score"] for row in rows] == right
    assert [row["score_raw"] for row in rows] == [(text or "").strip() or None for text, _ in NUMBERS]


def test_integer_is_whole_or_null(staged):
    given, right = _columns(INTEGERS)
    assert one(staged, "completions", "revision", given) == right


def test_flag_is_said_in_many_words_and_null_in_others(staged):
    given, right = _columns(FLAGS)
    assert one(staged, "grants", "granted", given) == right


def test_instant_has_its_five_columns(staged):
    rows = staged("completions", completed_at=["2026-03-02T13:00:00+01:00", "2026-03-02", "soon", "", None])
    told = [
        [row[f"completed_at{part}"] for part in ("", "_raw", "_precision", "_offset", "_rule")]
        for row in rows
    ]
    assert told[0][:4] == [at("2026-03-02T12:00:00Z"), "2026-03-02T13:00:00+01:00", "second", 60]
    assert told[1][:4] == [at("2026-03-01T23:00:00Z"), "2026-03-02", "day", 60]
    assert told[2] == [None, "soon", None, None, "unparseable"]
    assert told[3] == told[4] == [None] * 5


def test_typed_columns_of_parquet_keep_their_values(staged):
    (row,) = staged(
        "completions",
        score=pa.array([62.5]),
        revision=pa.array([3], pa.int32()),
        completed_at=pa.array([at("2026-03-02T12:00:00.000001Z")], pa.timestamp("us", "UTC")),
        record_id=pa.array(["r"], pa.large_string()),
    )
    assert (row["score"], row["score_raw"], row["revision"]) == (62.5, "62.5", 3)
    assert (row["record_id"], row["completed_at"]) == ("r", at("2026-03-02T12:00:00.000001Z"))
    (row,) = staged("grants", granted=pa.array([True]))
    assert row["granted"] is True


def test_typed_number_that_is_none_is_null(staged):
    rows = staged("completions", score=pa.array([float("nan"), float("inf"), None, 88.0]))
    assert [row["score"] for row in rows] == [None, None, None, 88.0]
    assert rows[3]["score_raw"] == "88"


def test_column_that_no_file_has_is_null_throughout(staged):
    (row,) = staged("reviews", person=["p"])
    assert {name for name, value in row.items() if value is not None} == {"person", "file", "line"}
    assert (row["file"], row["line"]) == ("file.csv", 2)


def test_every_role_has_a_column_for_every_part_of_its_kinds():
    for role in ROLES.values():
        names = schema_of(role).names
        for column in role.columns:
            if column.kind is Kind.INSTANT:
                assert {
                    f"{column.name}{part}" for part in ("", "_raw", "_precision", "_offset", "_rule")
                } <= {*names}
            assert column.name in names
        assert names[-2:] == ["file", "line"]
        assert len(names) == len(set(names))


def test_times_of_a_calendar_are_read_in_the_zone_of_their_row(tmp_path):
    asked = []

    def moments(column: str, texts: pa.Array, zones: pa.Array | None) -> instants.Converted:
        asked.append((column, None if zones is None else zones.to_pylist()))
        return instants.convert(texts, instants.Reading(zone="UTC"))

    columns = {"opens_at": pa.array(["2026-01-01"]), "zone": pa.array([" Asia/Tokyo "])}
    stage("cycles", "c.csv", [Batch(pa.array([2]), columns, {})], tmp_path / "c.parquet", moments)
    columns = {"completed_at": pa.array(["2026-01-01"])}
    stage("completions", "l.csv", [Batch(pa.array([2]), columns, {})], tmp_path / "l.parquet", moments)
    assert asked == [("opens_at", ["Asia/Tokyo"]), ("completed_at", None)]


def test_no_rows_are_a_file_all_the_same(tmp_path):
    assert stage("reviews", "h.csv", [], tmp_path / "h.parquet", _moments) == 0
    assert pq.read_table(tmp_path / "h.parquet").schema.equals(schema_of(ROLES["reviews"]))


PAYLOADS = [
    # what was sent; then its fields, person, revision and purpose
    ('{"person": "E1", "score": 5}', "person;score", "E1", None, None),
    (
        '{"Employee_Number": 17, "revision": 2}',
        "Employee_Number;revision",
        "17",
        2,
        None,
    ),  # a number, in capitals
    ('{"person": "", "course_id": "C"}', "course_id", "", None, None),  # said, and blank
    ('{"person": null, "course_id": "C"}', "course_id", "", None, None),  # the same in another way
    ('{"course_id": "C"}', "course_id", None, None, None),  # not said at all
    ('{"purpose": "review", "revision": "2"}', "purpose;revision", None, None, "review"),  # no integer
    ('{"revision": true}', "revision", None, None, None),  # nor is this
    (
        '{"learner": {"mail": "a@x", "pay": {"band": "B3"}}}',
        "learner.mail;learner.pay.band",
        None,
        None,
        None,
    ),
    ('{"tags": ["a", "b"], "note": ""}', "tags", None, None, None),  # blank is not carried
    ('{"a;b": 1}', "a,b", None, None, None),  # the sign that parts a list
    ("{}", "", None, None, None),
    ("[1, 2]", None, None, None, None),  # no object
    ('"text"', None, None, None, None),
    ("{broken", None, None, None, None),
    ("[" * 5000, None, None, None, None),  # deeper than anything
    (None, None, None, None, None),
]


def test_payload_says_what_was_sent(staged):
    given = pa.array([payload for payload, *_ in PAYLOADS], pa.string())
    rows = staged("sync", payload=given)
    names = ("payload_fields", "payload_person", "payload_revision", "payload_purpose")
    assert [tuple(row[name] for name in names) for row in rows] == [tuple(right) for _, *right in PAYLOADS]


def test_revision_beyond_any_integer_is_none(staged):
    (row,) = staged("sync", payload=[json.dumps({"revision": 10**30})])
    assert row["payload_revision"] is None


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=6),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=5,
    )
)
def test_any_payload_is_taken_apart(tmp_path_factory, body):
    path = tmp_path_factory.mktemp("payload") / "s.parquet"
    batch = Batch(pa.array([2]), {"payload": pa.array([json.dumps(body)])}, {})
    assert stage("sync", "s.jsonl", [batch], path, _moments) == 1
    (row,) = pq.read_table(path).to_pylist()
    plain = [key.replace(";", ",") for key, value in body.items() if isinstance(value, int | float | list)]
    assert all(key in row["payload_fields"] for key in plain)


def test_other_fields_of_a_review_row_are_listed_where_they_are_filled(staged):
    extras = {"Salary Band": ["B3", None, ""], "manager": ["x", "y", " "], "Visible To": ["peer", None, "HR"]}
    rows = staged("reviews", extras, person=["a", "b", "c"])
    assert [row["extras"] for row in rows] == ["Salary Band;manager", "manager", None]
    assert [row["visible_to"] for row in rows] == ["peer", None, "HR"]


def test_name_of_another_field_cannot_break_the_list(staged):
    (row,) = staged("reviews", {" pay;band ": ["B3"]}, person=["a"])
    assert row["extras"] == "pay,band"


RETENTION = [
    ("retention_days", "365", 365),
    ("Retention", "P1Y", 365),
    ("keep_for", "P6M", 182),
    ("retain", "P2W", 14),
    ("retention_days", "P1Y6M", 547),
    ("retention_days", "P", None),  # no length
    ("retention_days", "true", None),  # a permission, no length
    ("retention_days", "1", None),  # yes, as a flag, not one day
    ("email", "365", None),  # another field
    (None, "365", None),
    ("retention_days", None, None),
]


def test_policy_states_its_retention_in_a_row_of_its_own(staged):
    given = {
        "field": pa.array([field for field, *_ in RETENTION], pa.string()),
        "allowed": pa.array([allowed for _, allowed, _ in RETENTION], pa.string()),
    }
    assert [row["retention_days"] for row in staged("policy", **given)] == [days for *_, days in RETENTION]


def test_retention_column_goes_before_the_rows(staged):
    rows = staged("policy", field=["retention_days"], allowed=["365"], retention_days=["30"])
    assert [row["retention_days"] for row in rows] == [30]
