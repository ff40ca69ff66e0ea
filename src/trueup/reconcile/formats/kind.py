"""What a file is, by its first bytes. Knows marks and first letters of formats, not how to read them."""

import re
from enum import StrEnum

import msgspec

from trueup.reconcile.formats.encoding import marked
from trueup.reconcile.formats.problem import unreadable
from trueup.reconcile.formats.source import HEAD, Source


class Kind(StrEnum):
    """The formats that can be read."""

    DELIMITED = "delimited text"
    JSON = "JSON"
    JSON_LINES = "JSON Lines"
    WORKBOOK = "workbook"
    PARQUET = "Parquet"


_LINES_NAMES = (".jsonl", ".ndjson", ".jsonlines")
_OBJECT = re.compile(r'\s*\{\s*(?:["}]|\Z)')
_LIST = re.compile(r'\s*\[\s*(?:[\[\]{"]|-?\d|true|false|null|\Z)')


def kind_of_content(source: Source, head: bytes) -> Kind:
    """The kind of file that starts with these bytes; UnreadableFile for those that are no table."""
    text = _text(head)
    if _OBJECT.match(text) or _LIST.match(text):
        return _json_kind(source, text)
    return Kind.DELIMITED


def _text(head: bytes) -> str:
    encoding = marked(head)
    if encoding is None:
        return head.decode("latin-1")
    return head[encoding.mark :].decode(encoding.codec, errors="replace")


def _json_kind(source: Source, text: str) -> Kind:
    """JSON Lines if each line starts and ends as an object does, or the name says so."""
    lines = [line.strip() for line in text.split("\n")]
    if len(text) >= HEAD // 4 and len(lines) > 1:
        lines.pop()  # cut off
    lines = [line for line in lines if line]
    whole = sum(1 for line in lines if line.startswith("{") and line.endswith("}"))
    named = source.path.name.lower().removesuffix(".gz").endswith(_LINES_NAMES)
    if named and (whole or len(lines) == 1):
        return Kind.JSON_LINES
    return Kind.JSON_LINES if len(lines) > 1 and lines[0].startswith("{") and whole > len(lines) // 2 else Kind.JSON
