"""What is inside a zip container, before anybody unpacks it. Knows sizes and boxes of cells, not values."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from trueup.reconcile.formats.problem import Limits, UnreadableFile, unreadable

_BLOCK = 1 << 18
_TAIL = 66_000  # bytes in which a zip's end record lies, its comment included
_ENTRY = 512  # bytes that one part takes in a zip's directory, at most
_ZIP64 = b"PK\x06\x07"
_OVERLAP = 128  # bytes in which a cell's name may lie across two blocks
_NAMED = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})(\d{1,9})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_WIDEST = 16_384  # columns of a sheet
_AGAIN = "Save it again in the spreadsheet program, or export CSV."


@dataclass(slots=True)
class Box:
    """The box around all cells of a sheet, from the first row and column on."""

    rows: int = 0
    columns: int = 0


@dataclass(slots=True)
class Weight:
    """What the parts of a workbook come to when unpacked; `packed` is what they are now. Bytes."""

    shown: str
    limits: Limits
    packed: int
    total: int = 0

    def add(self, stream: IO[bytes], *, cells: bool) -> None:
        """Unpacks one part, looking at its cells if it may be an Excel sheet; UnreadableFile beyond the limits."""
        box = Box()
        for size in _seen_in_xlsx(_blocks(stream), box) if cells else map(len, _blocks(stream)):
            self.total += size
            swollen = self.total > self.limits.ratio_from and self.total > self.packed * self.limits.ratio
            if swollen or self.total > self.limits.workbook:
                raise _swells(self.shown, self.limits)
            if box.rows * box.columns > self.limits.sheet_cells:
                raise unreadable(
                    self.shown,
                    "a sheet is too large to be opened",
                    f"at most {self.limits.sheet_cells:,} cells between its first and last",
                    f"{box.rows:,} rows by {box.columns:,} columns",
                    "Delete stray cells far from the table, or export CSV.",
                )


def workbook_format(file: IO[bytes], shown: str, limits: Limits) -> str:
    """Which workbook it is, "xlsx" or "ods"; UnreadableFile for any other archive, and for one that would not stay small when opened.

    Every part is unpacked once, without being kept, because the sizes in a zip's directory may lie,
    and a sheet of two cells far apart is held as the whole box between them.
    """
    _check_directory(file, shown, limits)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            kind = _kind(archive, shown)
            _check_parts(parts, shown, limits)
            weight = Weight(shown, limits, packed=sum(part.compress_size for part in parts))
            for part in parts:
                with archive.open(part) as stream:
                    weight.add(stream, cells=kind == "xlsx")
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise unreadable(
            shown,
            "the workbook is broken",
            "a whole .xlsx or .ods file",
            "a damaged zip archive",
            "Download or export it again.",
        ) from error
    return kind


def _check_directory(file: IO[bytes], shown: str, limits: Limits) -> None:
    """Before the directory is read into memory: it is as long as a workbook's, and in the plain form (no zip64)."""
    size = file.seek(0, io.SEEK_END)
    if size > limits.workbook:
        raise _swells(shown, limits)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    file.seek(0)
    end = tail[tail.rfind(b"PK\x05\x06") :]
    length = int.from_bytes(end[12:16], "little") if len(end) >= 16 and end.startswith(b"PK") else 0
    if length > limits.parts * _ENTRY or _ZIP64 in tail:
        raise _too_many(shown, limits, "more")


def _kind(archive: zipfile.ZipFile, shown: str) -> str:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if (
        "mimetype" in names
        and archive.getinfo("mimetype").file_size < 200
        and archive.read("mimetype").strip() == _ODS
    ):
        return "ods"
    if "xl/workbook.bin" in names:
        raise unreadable(
            shown, "this is a binary workbook (.xlsb)", "xlsx, ods or CSV", "xlsb", "Save it as .xlsx."
        )
    if "word/document.xml" in names:
        raise unreadable(
            shown, "this is a Word document", "xlsx, ods or CSV", "docx", "Export the table as .xlsx or CSV."
        )
    files = sum(1 for name in names if not name.endswith("/"))
    raise unreadable(
        shown,
        "this is a zip archive, not a table",
        "one export file",
        f"an archive of {files:,} {'file' if files == 1 else 'files'}",
        "Unpack it and name the files inside, or their directory.",
    )


def _check_parts(parts: list[zipfile.ZipInfo], shown: str, limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise _too_many(shown, limits, f"{len(parts):,}")
    if any(part.flag_bits & 1 for part in parts):
        raise unreadable(
            shown,
            "the workbook is protected by a password",
            "an open workbook",
            "encrypted",
            "Save it without a password.",
        )
    declared = sum(part.file_size for part in parts)
    if declared > limits.workbook:
        raise _swells(shown, limits)
    if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
        raise unreadable(
            shown, "the workbook is packed in an unusual way", "zip with deflate", "another method", _AGAIN
        )


def _too_many(shown: str, limits: Limits, actual: str) -> UnreadableFile:
    expected = f"at most {limits.parts:,} files inside"
    return unreadable(shown, "the workbook has too many parts", expected, actual, _AGAIN)


def _swells(shown: str, limits: Limits) -> UnreadableFile:
    return unreadable(
        shown,
        "the workbook swells beyond what a table does",
        f"at most {limits.ratio} times its size and {limits.workbook:,} bytes unpacked",
        "more",
        "Check where it comes from; export CSV if it is right.",
    )


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _seen_in_xlsx(blocks: Iterator[bytes], box: Box) -> Iterator[int]:
    """The size of each block, having looked at the names of the cells in it (`r="B12"`)."""
    before = b""
    nameless = 0
    for block in blocks:
        text = before + block
        names = _NAMED.findall(text)
        found = set(names)
        named = {letters for letters, _ in found if letters}
        nameless += max(0, len(_CELL.findall(text)) - sum(1 for letters, _ in names if letters))
        box.rows = max([box.rows, *(int(row) for _, row in found)])
        box.columns = max([box.columns, min(nameless, _WIDEST), *map(_column, named)])
        before = text[-_OVERLAP:]
        yield len(block)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
