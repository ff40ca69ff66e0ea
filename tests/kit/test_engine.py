"""Both engines read, keep and answer the same; DuckDB stays within its memory and away from the network."""

import pyarrow as pa
import pytest

from trueup.kit.engine import DuckDB, Spark, open_engine, write_constant
from trueup.kit.memory import SHARE

ROWS = pa.table(
    {
        "name": pa.array(["ä", None, "b;c"], pa.string()),
        "at": pa.array([-1, 0, 2**62], pa.int64()),
        "score": pa.array([0.1, None, 75.0], pa.float64()),
        "fine": pa.array([True, None, False], pa.bool_()),
    }
)


def listed(hand, expression) -> list[dict[str, object]]:
    return hand.rows(expression, "at")


def test_constant_rows_come_back_as_they_were(hand):
    assert listed(hand, hand.engine.constant(ROWS, "rows")) == ROWS.to_pylist()


def test_kept_rows_are_those_of_the_expression(hand):
    table = hand.engine.constant(ROWS, "rows")
    kept = hand.engine.keep(table.filter(table["at"] >= 0).mutate(more=table["at"] // 2), "kept")
    assert [row["more"] for row in listed(hand, kept)] == [0, 2**61]


def test_two_things_kept_under_one_name_stay_apart(hand):
    one, other = (hand.engine.keep(hand.table([{"at": n}]), "same") for n in (1, 2))
    assert (listed(hand, one), listed(hand, other)) == ([{"at": 1}], [{"at": 2}])


def test_a_view_has_the_rows_of_its_expression_wherever_it_is_used(hand):
    table = hand.engine.constant(ROWS, "rows")
    known = hand.engine.view(table.filter(table["at"] >= 0).mutate(more=table["at"] // 2), "known")
    met = known.semi_join(known.filter(known.fine.notnull()), "at")
    assert ([row["more"] for row in listed(hand, known)], [row["more"] for row in listed(hand, met)]) == (
        [0, 2**61],
        [2**61],
    )


def test_two_views_under_one_name_stay_apart(hand):
    one, other = (hand.engine.view(hand.table([{"at": n}]), "same") for n in (1, 2))
    assert (listed(hand, one), listed(hand, other)) == ([{"at": 1}], [{"at": 2}])


def test_several_files_are_one_relation(hand, tmp_path):
    paths = [write_constant(ROWS.slice(n, 1), tmp_path / f"{n}.parquet") for n in range(3)]
    assert listed(hand, hand.engine.relation(paths)) == ROWS.to_pylist()


def test_no_rows_keep_their_columns(hand):
    table = hand.engine.constant(ROWS, "rows")
    none = hand.engine.keep(table.filter(table["at"] > 2**62), "none")
    assert listed(hand, none) == []
    assert none.columns == tuple(ROWS.column_names)


def test_rows_are_numbered_by_their_place_in_the_file(tmp_path):
    engine = open_engine("duckdb", tmp_path, 2**30)
    path = write_constant(ROWS, tmp_path / "rows.parquet")
    numbered = engine.fetch(engine.numbered(path)).to_pylist()
    assert sorted((row["file_row_number"], row["name"]) for row in numbered) == [
        (0, "ä"),
        (1, None),
        (2, "b;c"),
    ]
    engine.close()


def test_engine_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no engine 'postgres': duckdb or spark"):
        open_engine("postgres", tmp_path, 2**30)


def _setting(engine: DuckDB, name: str) -> str:
    (value,) = engine._con.raw_sql(f"SELECT current_setting('{name}')").fetchone()
    return str(value)


def test_memory_limit_is_applied_and_spills_into_the_workspace(tmp_path):
    engine = open_engine("duckdb", tmp_path, 2**30, threads=1)
    assert _setting(engine, "memory_limit") == f"{2**30 * SHARE / 2**20:.1f} MiB"
    assert _setting(engine, "temp_directory") == str(tmp_path / "spill")
    assert _setting(engine, "threads") == "1"
    engine.close()


def test_extensions_are_not_fetched_from_anywhere(tmp_path):
    engine = open_engine("duckdb", tmp_path, 2**30)
    assert _setting(engine, "autoinstall_known_extensions").lower() == "false"
    assert _setting(engine, "autoload_known_extensions").lower() == "false"
    engine.close()


@pytest.mark.spark
def test_spark_answers_as_duckdb_does(hand, spark_hand, tmp_path):
    assert isinstance(spark_hand.engine, Spark)
    answers = []
    paths = [write_constant(ROWS.slice(n, 1), tmp_path / f"{n}.parquet") for n in range(3)]
    for one in (hand, spark_hand):
        table = one.engine.relation(paths)
        answers.append(listed(one, one.engine.keep(table.mutate(whole=table.name.notnull()), "kept")))
    assert answers[0] == answers[1]
