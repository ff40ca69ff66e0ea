"""Which writer takes which file. Knows formats by their readers, not how they are written."""

import gzip
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trueup.reconcile.formats import Columns, Grid, Hints, Limits, Records, open_table
from trueup.reconcile.formats.source import source_of
from trueup.reconcile.rewriting.delimited import rewrite_delimited
from trueup.reconcile.rewriting.rows import Decide, Reading


def written_as(path: Path, shown: str, hints: Hints, taken: Collection[str]) -> str:
    """The name under which a file is written again: its own, but a workbook's table is CSV.

    `taken` are the names of all inputs.
    """
    table = open_table(path, hints, shown)
    if not isinstance(table, Grid) or table.delimiter is not None:
        return shown
    bare = re.sub(r"\.[A-Za-z]+(\.gz)?$", "", shown) + ".csv"
    return shown + ".csv" if bare in taken else bare


def rewrite(path: Path, shown: str, to_read: Reading, into: Path, decide: Decide) -> None:
    """Write the file at `path` again as `into`, with what `decide` changes. Raises UnreadableFile as in reading."""
    source = source_of(path, shown, Limits())
    table = open_table(path, to_read.hints, shown)
    if isinstance(table, Columns):
        from trueup.reconcile.rewriting.typed import rewrite_parquet  # noqa: PLC0415 - only who needs it loads it

        with _target(into, packed=source.packed) as target:
            rewrite_parquet(source, table, target, decide)
    elif isinstance(table, Records):
        from trueup.reconcile.rewriting.json_files import rewrite_json  # noqa: PLC0415 - as above

        with _target(into, packed=source.packed) as target:
            rewrite_json(source, table, to_read, target, decide)
    elif table.delimiter is None:
        from trueup.reconcile.rewriting.sheets import rewrite_sheet  # noqa: PLC0415 - as above

        with _target(into, packed=False) as target:
            rewrite_sheet(table, target, decide)
    else:
        with _target(into, packed=source.packed) as target:
            rewrite_delimited(source, table, to_read.hints, target, decide)


@contextmanager
def _target(path: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    """The file to write; gzip where the input was, with no time in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw:
        if not packed:
            yield raw
            return
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as target:
            yield target  # type: ignore[misc]  # GzipFile writes bytes, as IO[bytes] does
