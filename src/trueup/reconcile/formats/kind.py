"""What a file is, by its first bytes. Knows marks and first letters of formats, not how to read them."""

import re
from enum import StrEnum

from trueup.reconcile.formats.encoding import encoding_of, marked
from trueup.reconcile.formats.problem import UnreadableFile, unreadable
from trueup.reconcile.formats.source import HEAD, Source


class Kind(StrEnum):
    """The formats that can be read."""

    DELIMITED = "delimited text"
    JSON = "JSON"
    JSON_LINES = "JSON Lines"
    WORKBOOK = "workbook"
    PARQUET = "Parquet"


_READ = ((b"PK\x03\x04", Kind.WORKBOOK), (b"PK\x05\x06", Kind.WORKBOOK), (b"PAR1", Kind.PARQUET))
_OLE = "Open it in the spreadsheet program and save it as .xlsx, or export CSV."
_CSV = "Export the table as CSV, .xlsx or .ods instead."
_UNPACK = "Unpack it and name the file inside."
_REFUSED = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "this is an old Office file (.xls, .doc) or a workbook with a password",
        _OLE,
    ),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "this is an old Excel file (.xls)", _OLE),
    (b"\x09\x08\x08\x00\x00\x05", "this is an old Excel file (.xls)", _OLE),
    (b"\x09\x04\x06\x00", "this is an old Excel file (.xls)", _OLE),
    (b"\x09\x02\x06\x00", "this is an old Excel file (.xls)", _OLE),
    (b"\x09\x00\x04\x00", "this is an old Excel file (.xls)", _OLE),
    (b"%PDF-", "this is a PDF document", _CSV),
    (b"{\\rtf", "this is a rich text document", _CSV),
    (b"PARE", "this is an encrypted Parquet file", "Write it again without encryption."),
    (b"ARROW1", "this is an Arrow or Feather file", "Write it as Parquet or CSV."),
    (b"Obj\x01", "this is an Avro file", "Write it as Parquet, JSON Lines or CSV."),
    (b"ORC", "this is an ORC file", "Write it as Parquet or CSV."),
    (b"SQLite format 3\0", "this is a database file", "Export the table from it as CSV."),
    (b"\x1f\x8b", "this is gzip inside gzip", "Unpack it once."),
    (b"BZh", "this is a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\0", "this is an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "this is a zstd archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "this is a rar archive", _UNPACK),
    (b"\x89PNG", "this is a picture", _CSV),
    (b"\xff\xd8\xff", "this is a picture", _CSV),
)
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))
_BINARY = 0.1  # share of control bytes from which nobody would call it text
_LINES_NAMES = (".jsonl", ".ndjson", ".jsonlines")
_OBJECT = re.compile(r'\s*\{\s*(?:["}]|\Z)')
_LIST = re.compile(r'\s*\[\s*(?:[\[\]{"]|-?\d|true|false|null|\Z)')
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|meta|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(r"\s*<(?:\?xml\b|!DOCTYPE\b|!--|[A-Za-z_][\w:.-]*[\s/>])")


def kind_of_content(source: Source, head: bytes, declared: str | None) -> Kind:
    """The kind of file that starts with these bytes, of text in the declared encoding; UnreadableFile for no table."""
    for mark, kind in _READ:
        if head.startswith(mark):
            return kind
    for mark, what, todo in _REFUSED:
        if head.startswith(mark):
            raise unreadable(
                source.shown, what, "CSV, JSON, Parquet, xlsx or ods", what.removeprefix("this is "), todo
            )
    text = _text(source, head, declared)
    if _HTML.match(text[:4096]):
        raise _page(source)
    if _MARKUP.match(text) and ("</" in text or "/>" in text):
        raise _markup(source, text)
    if _OBJECT.match(text) or _LIST.match(text):
        return _json_kind(source, text)
    return Kind.DELIMITED


def _text(source: Source, head: bytes, declared: str | None) -> str:
    encoding = encoding_of(source, head, declared) if declared is not None else marked(head)
    if encoding is not None:
        return head[encoding.mark :].decode(encoding.codec, errors="replace")
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) * _BINARY:
        raise unreadable(
            source.shown,
            "this is no text and no known table format",
            "CSV, JSON, Parquet, xlsx or ods",
            "binary data",
            _CSV,
        )
    return head.decode("latin-1")


def _named(source: Source) -> str:
    """The ending of the file's name that people see, without .gz."""
    return source.path.name.lower().removesuffix(".gz").rpartition(".")[2]


def _page(source: Source) -> UnreadableFile:
    return unreadable(
        source.shown,
        f"this is an HTML page saved as .{_named(source)}: the export link answered with a page",
        "a table",
        "an HTML page",
        "Open the link in a browser, sign in, and export again; look there for what the page says.",
    )


def _markup(source: Source, text: str) -> UnreadableFile:
    todo = "Export it as CSV, .xlsx or .ods instead."
    if 'batch="xml_export' in text[:1024]:
        todo = "Export the grades as plain text, Excel or OpenDocument instead: the XML has neither course nor time."
    elif "urn:schemas-microsoft-com:office:spreadsheet" in text[:4096]:
        todo = "Open it in the spreadsheet program and save it as .xlsx."
    return unreadable(source.shown, "this is an XML file", "CSV, JSON, Parquet, xlsx or ods", "XML", todo)


def _json_kind(source: Source, text: str) -> Kind:
    """JSON Lines if the lines start and end as objects do, or if the name says so."""
    lines = text.split("\n")
    if len(text) >= HEAD // 4 and len(lines) > 1:
        lines.pop()  # cut off
    lines = [line for line in map(str.strip, lines) if line]
    whole = sum(1 for line in lines if line.startswith("{") and line.endswith("}"))
    if "." + _named(source) in _LINES_NAMES and (whole or len(lines) == 1):
        return Kind.JSON_LINES
    of_objects = len(lines) > 1 and lines[0].startswith("{") and whole > len(lines) // 2
    return Kind.JSON_LINES if of_objects else Kind.JSON
