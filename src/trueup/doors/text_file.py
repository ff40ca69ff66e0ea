"""Tables as files: which form a name asks for, and text that is the same bytes each time. Knows no table."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDINGS = (".parquet", ".jsonl", ".jsonl.gz", ".csv", ".csv.gz")


def kind_of(path: Path) -> str:
    """Which form a file takes by its name: `parquet`, `jsonl` or `csv`; ValueError for any other name.

    >>> from pathlib import Path
    >>> kind_of(Path("faults.CSV.gz"))
    'csv'
    """
    name = path.name.lower()
    if not name.endswith(ENDINGS):
        raise ValueError(
            f"{path.name}: the ending says no form: .parquet, .jsonl or .csv (the last two also as .jsonl.gz, .csv.gz)"
        )
    return name.removesuffix(".gz").rpartition(".")[2]


@contextmanager
def text_file(path: Path) -> Iterator[TextIO]:
    """A UTF-8 file to write to. The same rows give the same bytes: no time stands in a .gz."""
    if not path.name.lower().endswith(".gz"):
        with path.open("w", encoding="utf-8", newline="") as target:
            yield target
        return
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        TextIOWrapper(packed, encoding="utf-8", newline="") as target,
    ):
        yield target
