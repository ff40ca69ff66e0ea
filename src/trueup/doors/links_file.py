"""Links of accounts to people as Parquet, JSONL or CSV. Knows the shape of a row, not how it was found."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trueup.doors.text_file import kind_of, text_file
from trueup.identity.matching.match import SEPARATOR
from trueup.kit.cells import formula_safe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.identity.matching.match import Links

FIELDS = (
    *("account", "person", "band", "rank", "weight", "margin", "evidence"),
    *("gate", "vetoes", "strangers", "issuer", "policy"),
)
_BATCH = 20_000  # rows held at once


def as_table(links: Links) -> pa.Table:
    """The links with FIELDS: an account by its name with its issuer beside it; evidence and vetoes are JSON and text."""
    table = links.table
    return pa.table(
        {
            "account": _named(table["account"]),
            "person": _named(table["person"]),
            "band": table["band"],
            "rank": table["rank"].cast(pa.int64()),
            "weight": table["weight"],
            "margin": table["margin"],
            "evidence": table["evidence"].cast(pa.string()),
            "gate": table["gate"],
            "vetoes": pc.binary_join(table["vetoes"], "; "),
            "strangers": table["strangers"],
            "issuer": pc.replace_substring_regex(table["account"], f"(?s){SEPARATOR}.*$", ""),
            "policy": pa.array([links.policy_hash] * len(table), pa.string()),
        }
    )


def _named(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """An account's name without its issuer; a person's id is as it is."""
    return pc.replace_substring_regex(column, f"(?s)^[^{SEPARATOR}]*{SEPARATOR}", "")


def write(links: Links, path: Path) -> None:
    """Writes the links in the form that the name asks for. Raises ValueError for another, OSError where it can't."""
    kind, table = kind_of(path), as_table(links)
    if kind == "parquet":
        pq.write_table(table, str(path), compression="zstd")
        return
    with text_file(path) as target:
        if kind == "jsonl":
            for row in _rows(table):
                row["evidence"] = None if row["evidence"] is None else json.loads(row["evidence"])
                target.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
            return
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(FIELDS)
        for row in _rows(table):
            writer.writerow(formula_safe("" if value is None else str(value)) for value in row.values())


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(_BATCH):
        yield from batch.to_pylist()
