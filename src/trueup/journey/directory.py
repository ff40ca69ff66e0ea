"""Which files under a directory are logs, and which are left out and why. Knows names and kinds, not what logs say."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from dataclasses import dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trueup.model.answers import FaultRow
from trueup.reconcile.formats import Problem

__all__ = ["Directory", "files_of", "look_into", "shown_as"]

_DATA = re.compile(
    r"\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|xlsx|xlsm|xls|ods|xml|html?)(\.gz)?$|\.gz$", re.IGNORECASE
)
_NO_LOGS = re.compile(
    r"^(readme|licen[cs]e|changelog|notes)\b|^\.|^truth\.jsonl$|\.(toml|md)$", re.IGNORECASE
)
_NAMED = 5  # files that are left out and named
_HEAD = 4096  # bytes in which an answer of ours shows
_FIELDS = [field.name for field in fields(FaultRow)]
_ANSWERS = (  # how our own page, JSON answer, and files of faults begin
    re.compile(rb'\s*<!doctype html>.*<meta name="generator" content="trueup">', re.IGNORECASE | re.DOTALL),
    re.compile(rb'\s*\{\s*"schema": "trueup\.check/'),
    re.compile(rb'\{"code": "TU\d{4}", "name": "'),
    re.compile(re.escape(",".join(_FIELDS).encode()) + rb"\r?(\n|$)"),
)


@dataclass(frozen=True, slots=True)
class Directory:
    """The logs in order of name; what can't be looked into; what is left out, as notes for the reader."""

    logs: tuple[Path, ...]
    closed: tuple[Problem, ...]
    notes: tuple[str, ...]


def look_into(directory: Path) -> Directory:
    """The logs under a directory.

    A log is what is named like a table, whatever kind of file it turns out to be (a pipe or a dead link is
    refused when it is opened). Settings, hidden files and read-me files are none, and nothing is said of
    them; of everything else that is left out a note says so.
    """
    logs: list[Path] = []
    closed: list[Problem] = []
    strange: list[str] = []
    answers: list[str] = []
    links: list[str] = []

    def refused(error: OSError) -> None:
        where = Path(error.filename or directory)
        closed.append(
            Problem(
                _below(where, directory),
                None,
                "the directory can't be looked into",
                "a directory that this account may read",
                (error.strerror or "error").lower(),
                "give this account access, or move the directory elsewhere",
            )
        )

    for where, inner, names in os.walk(directory, onerror=refused):
        place = Path(where)
        links += [_below(place / name, directory) for name in inner if (place / name).is_symlink()]
        inner[:] = [name for name in inner if not name.startswith(".")]
        for path in (place / name for name in names if not _NO_LOGS.search(name)):
            if not _DATA.search(path.name):
                strange.append(_below(path, directory))
            elif path.is_file() and _is_answer(path):
                answers.append(_below(path, directory))
            else:
                logs.append(path)
    notes = (
        *_note(strange, "not read: by the name it is no table (unpack it, or export it as CSV)"),
        *_note(answers, "not read: an answer of an earlier check"),
        *_note(links, "not read: a link to another directory"),
    )
    return Directory(tuple(sorted(logs)), tuple(closed), notes)


def files_of(directory: Path) -> list[Path]:
    """The logs under a directory, in order of name."""
    return list(look_into(directory).logs)


def shown_as(path: Path) -> str:
    r"""A file's name as text that can be written anywhere: bytes that are no UTF-8 are spelled out.

    >>> shown_as(Path("p\udcff.csv"))
    'p\\xff.csv'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _below(path: Path, directory: Path) -> str:
    return shown_as(path if path == directory else path.relative_to(directory))


def _note(names: list[str], why: str) -> list[str]:
    """One note for all files that are left out for one reason."""
    if not names:
        return []
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return [f"{', '.join(sorted(names)[:_NAMED])}{more}: {why}"]


def _is_answer(path: Path) -> bool:
    """Whether a file is what `check` itself wrote: to read it as a log would count every fault again."""
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            return list(pq.read_schema(path).names) == _FIELDS
        opened = gzip.open if path.name.lower().endswith(".gz") else open
        with opened(path, "rb") as file:
            head = file.read(_HEAD)
    except (OSError, EOFError, zlib.error, pa.ArrowException):
        return False  # reading it will say what is wrong with it
    return any(form.match(head) for form in _ANSWERS)
