"""Ibis on DuckDB or Spark, with a workspace for what is in between. Knows nothing of the field.

Both engines get the same expressions and the same Parquet files, so they give the same result.
"""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any, Protocol

import ibis

from trueup.kit.memory import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pyarrow as pa


class Engine(Protocol):
    """What a leg may ask of an engine."""

    name: str

    def relation(self, paths: Iterable[Path]) -> ibis.Table:
        """The rows of these Parquet files, which have one schema."""

    def constant(self, rows: pa.Table, name: str) -> ibis.Table:
        """A small relation."""

    def view(self, expression: ibis.Table, name: str) -> ibis.Table:
        """The expression under a name of its own: computes nothing, and each use reads the columns it needs.

        For what several expressions start from: written out in each, it would be compiled each time, and held
        whole in memory wherever one names it twice.
        """

    def keep(self, expression: ibis.Table, name: str) -> ibis.Table:
        """The rows of the expression, computed once and kept in the workspace."""

    def fetch(self, expression: ibis.Table) -> pa.Table:
        """The rows of a small expression."""

    def close(self) -> None:
        """Let go of everything the engine holds."""


class DuckDB:
    """DuckDB with a memory limit, spilling into the workspace; never reaches for the network."""

    name = "duckdb"

    def __init__(self, workspace: Path, memory: int, threads: int | None = None) -> None:
        """`memory` is what the whole process may use, in bytes; DuckDB gets 75 % of it."""
        self.workspace = workspace
        self._numbers = itertools.count()
        options: dict[str, Any] = {
            "memory_limit": f"{int(memory * SHARE / 2**20)}MiB",
            "temp_directory": str(workspace / "spill"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads:
            options["threads"] = threads
        self._con = ibis.duckdb.connect(**options)

    def relation(self, paths: Iterable[Path]) -> ibis.Table:
        """The rows of these Parquet files."""
        return self._con.read_parquet([str(path) for path in paths])

    def numbered(self, path: Path) -> ibis.Table:
        """The rows of one Parquet file with their position in it, `file_row_number`, from 0."""
        return self._con.read_parquet(str(path), file_row_number=True)

    def constant(self, rows: pa.Table, name: str) -> ibis.Table:
        """A small relation, written to the workspace so that it is read like any other."""
        return self.relation([write_constant(rows, self._fresh(name))])

    def view(self, expression: ibis.Table, name: str) -> ibis.Table:
        """The expression as a view of the connection."""
        return self._con.create_view(f"{name}_{next(self._numbers)}", expression)

    def keep(self, expression: ibis.Table, name: str) -> ibis.Table:
        """The rows of the expression, written to the workspace as Parquet and read back."""
        path = self._fresh(name)
        self._con.to_parquet(expression, path)
        return self.relation([path])

    def _fresh(self, name: str) -> Path:
        return self.workspace / f"{name}_{next(self._numbers)}.parquet"

    def fetch(self, expression: ibis.Table) -> pa.Table:
        """The rows of a small expression."""
        return self._con.to_pyarrow(expression)

    def close(self) -> None:
        """Close the connection."""
        self._con.disconnect()


class Spark:
    """A local Spark session (`trueup[spark]`), for logs that have outgrown one process."""

    name = "spark"

    def __init__(self, workspace: Path, memory: int, threads: int | None = None) -> None:
        """`memory` is what the whole process may use, in bytes; the driver gets 75 % of it."""
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional dependency

        self._workspace = workspace
        self._numbers = itertools.count()
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings: Mapping[str, str] = {
            "spark.driver.memory": f"{max(1024, int(memory * SHARE / 2**20))}m",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.ansi.enabled": "false",
            "spark.sql.shuffle.partitions": str(2 * (threads or os.cpu_count() or 1)),
            "spark.sql.warehouse.dir": str(workspace / "warehouse"),
            "spark.local.dir": str(workspace / "spill"),
            "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={workspace} -Duser.timezone=UTC",
        }
        builder = SparkSession.builder.master(f"local[{threads or '*'}]").appName("trueup")
        for key, value in settings.items():
            builder = builder.config(key, value)
        self._session = builder.getOrCreate()
        self._session.sparkContext.setLogLevel("ERROR")
        self._con = ibis.pyspark.connect(self._session)

    def relation(self, paths: Iterable[Path]) -> ibis.Table:
        """The rows of these Parquet files."""
        name = f"files_{next(self._numbers)}"
        self._session.read.parquet(*[str(path) for path in paths]).createOrReplaceTempView(name)
        return self._con.table(name)

    def constant(self, rows: pa.Table, name: str) -> ibis.Table:
        """A small relation, written to the workspace so that it is read like any other."""
        path = self._workspace / f"{name}_{next(self._numbers)}.parquet"
        return self.relation([write_constant(rows, path)])

    def view(self, expression: ibis.Table, name: str) -> ibis.Table:
        """The expression as a temporary view of the session."""
        return self._con.create_view(f"{name}_{next(self._numbers)}", expression)

    def keep(self, expression: ibis.Table, name: str) -> ibis.Table:
        """The rows of the expression, written to the workspace as Parquet and read back."""
        path = self._workspace / f"{name}_{next(self._numbers)}"
        self._session.sql(self._con.compile(expression)).write.parquet(str(path))
        return self.relation([path])

    def fetch(self, expression: ibis.Table) -> pa.Table:
        """The rows of a small expression."""
        import pyarrow.dataset  # noqa: PLC0415 - only Spark needs it

        path = self._workspace / f"fetched_{next(self._numbers)}"
        self._session.sql(self._con.compile(expression)).write.parquet(str(path))
        return pyarrow.dataset.dataset(path, format="parquet").to_table()

    def close(self) -> None:
        """Stop the session."""
        self._session.stop()


def write_constant(rows: pa.Table, path: Path) -> Path:
    """The path, once the rows are in it."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - half a second that `--help` does not need

    pq.write_table(rows, path)
    return path


def open_engine(name: str, workspace: Path, memory: int, threads: int | None = None) -> Engine:
    """The engine of that name; ValueError where there is none."""
    (workspace / "spill").mkdir(parents=True, exist_ok=True)
    if name == "duckdb":
        return DuckDB(workspace, memory, threads)
    if name == "spark":
        return Spark(workspace, memory, threads)
    raise ValueError(f"there is no engine {name!r}: duckdb or spark")
