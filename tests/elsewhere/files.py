"""Rows into files: csv, jsonl, parquet, xlsx; no knowledge of what a row means beyond its column kinds."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from elsewhere.style import BERLIN, Clock, Layout, Style
from elsewhere.world import Cell, Row

TIMES = {
    *(
        "completed_at",
        "enrolled_at",
        "updated_at",
        "attempt_at",
        "run_started_at",
        "run_ended_at",
        "received_at",
    ),
    *(
        "created_at",
        "opens_at",
        "cutoff_at",
        "grace_until",
        "frozen_at",
        "granted_at",
        "withdrawn_at",
        "last_used_at",
    ),
}
DAYS = {"hired_on", "left_on"}
WHOLE = {"revision", "attempt", "http_status", "page", "limit", "sla_hours"}
REAL = {"score", "min", "max", "step"}
FLAGS = {"suspended", "granted", "needed"}
FIXED_TEXT = "%Y-%m-%d %H:%M:%S"


def spoken(at: datetime, clock: Clock) -> str | int:
    """An instant as a system writes it; a naive one never gains an offset."""
    if at.tzinfo is None:
        return at.strftime(FIXED_TEXT)
    if clock is Clock.EPOCH_MS:
        return round(at.timestamp() * 1000)
    fine = "milliseconds" if at.microsecond else "seconds"
    if clock is Clock.LOCAL:
        return at.astimezone(BERLIN).isoformat(timespec=fine)
    if clock is Clock.SPACED:
        return at.astimezone(BERLIN).isoformat(sep=" ", timespec=fine)
    text = at.astimezone(UTC).isoformat(timespec=fine)
    return text if clock is Clock.PLUS else text.replace("+00:00", "Z")


def write_role(out: Path, role: str, rows: Sequence[Row], columns: Sequence[str], style: Style) -> None:
    """One role as one or more files in the company's format."""
    if style.layout is Layout.CSV:
        _csv(out / f"{role}.csv", role, rows, columns, style)
    elif style.layout is Layout.JSONL:
        _jsonl(out / f"bw_{role}_export.jsonl", role, rows, columns, style)
    elif style.layout is Layout.PARQUET:
        _parquets(out, role, rows, columns)
    elif role in {"sync", "consents"}:
        _csv(out / f"{role}.csv.gz", role, rows, columns, style)
    else:
        _xlsx(out / f"Export {role}.xlsx", role, rows, columns, style)


def _text(cell: Cell, role: str, style: Style) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return style.words[0] if cell else style.words[1]
    if isinstance(cell, datetime):
        return str(spoken(cell, style.clock(role)))
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _csv(path: Path, role: str, rows: Sequence[Row], columns: Sequence[str], style: Style) -> None:
    page = io.StringIO(newline="")
    sheet = csv.writer(page, delimiter=style.delimiter)
    sheet.writerow(columns)
    sheet.writerows([_text(row[c], role, style) for c in columns] for row in rows)
    data = page.getvalue().encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _jsonl(path: Path, role: str, rows: Sequence[Row], columns: Sequence[str], style: Style) -> None:
    def plain(column: str, cell: Cell) -> object:
        if isinstance(cell, Decimal):
            return float(cell) if cell % 1 else int(cell)
        if isinstance(cell, datetime):
            return spoken(cell, style.clock(role))
        if isinstance(cell, date):
            return cell.isoformat()
        if column == "record_id" and role != "reviews" and isinstance(cell, str) and cell.isdigit():
            return int(cell)  # the LMS and the log count, the review system keeps text
        return cell

    lines = (json.dumps({c: plain(c, row[c]) for c in columns}, ensure_ascii=False) for row in rows)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _xlsx(path: Path, role: str, rows: Sequence[Row], columns: Sequence[str], style: Style) -> None:
    def cell_of(cell: Cell) -> object:
        if isinstance(cell, Decimal):
            return float(cell)
        if isinstance(cell, datetime) and cell.tzinfo is None:
            return cell  # a real date cell, which has no offset
        if isinstance(cell, date) and not isinstance(cell, datetime):
            return cell
        if isinstance(cell, int) and not isinstance(cell, bool):
            return cell
        return _text(cell, role, style) or None

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(role.title())
    sheet.append(list(columns))
    for row in rows:
        sheet.append([cell_of(row[c]) for c in columns])
    book.save(path)


def _parquets(out: Path, role: str, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """One file a role, a sync log a quarter; rows of a system without offsets stand in their own file."""
    naive = [row for row in rows if _is_naive(row.get("completed_at"))]
    aware = [row for row in rows if not _is_naive(row.get("completed_at"))]
    if naive:
        _parquet(out / f"{role}-annex.parquet", naive, columns, zone=None)
    if role != "sync":
        _parquet(out / f"{role}.parquet", aware, columns, zone="UTC")
        return
    parts: dict[str, list[Row]] = {}
    for row in aware:
        at = row["run_started_at"]
        assert isinstance(at, datetime)
        parts.setdefault(f"{at.year}q{(at.month + 2) // 3}", []).append(row)
    for name, part in parts.items():
        _parquet(out / f"sync_{name}.parquet", part, columns, zone="UTC")


def _is_naive(cell: Cell) -> bool:
    return isinstance(cell, datetime) and cell.tzinfo is None


def _parquet(path: Path, rows: Sequence[Row], columns: Sequence[str], zone: str | None) -> None:
    def typed(column: str, cell: Cell) -> object:
        if cell is None or (isinstance(cell, bool | datetime | date | int) and not _is_text(column)):
            return cell
        return float(str(cell)) if column in REAL else str(cell)

    arrays = {c: pa.array([typed(c, row[c]) for row in rows], _kind(c, zone)) for c in columns}
    pq.write_table(pa.table(arrays), path)


def _is_text(column: str) -> bool:
    return column not in TIMES | DAYS | WHOLE | REAL | FLAGS


def _kind(column: str, zone: str | None) -> pa.DataType:
    if column in TIMES:
        return pa.timestamp("us", tz=zone if column == "completed_at" else "UTC")
    if column in DAYS:
        return pa.date32()
    if column in WHOLE:
        return pa.int64()
    if column in REAL:
        return pa.float64()
    return pa.bool_() if column in FLAGS else pa.string()
