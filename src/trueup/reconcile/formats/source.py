"""The bytes of a file, bounded. Knows regular files and gzip, not what the bytes mean."""

import gzip
import hashlib
import io
import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from trueup.reconcile.formats.problem import Limits, UnreadableFile, unreadable

BLOCK = 1 << 20
HEAD = 1 << 16
GZIP = b"\x1f\x8b"


class Bytes(Protocol):
    """What the readers need of an open file."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to that many bytes; b"" at the end."""

    def close(self) -> None:
        """Gives the file back."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file on disk, `shown` as people call it; `packed` where it is gzip."""

    path: Path
    shown: str
    limits: Limits
    packed: bool

    def open(self) -> Bytes:
        """The file's bytes from the start, unpacked."""
        plain = _opened(self.path, self.shown)
        return Unpacked(plain, self) if self.packed else Plain(plain, self)

    def head(self) -> bytes:
        """The first 64 KiB, unpacked."""
        reader = self.open()
        try:
            return _filled(reader, HEAD)
        finally:
            reader.close()


def source_of(path: Path, shown: str, limits: Limits) -> Source:
    """The source; UnreadableFile where the path is no regular file that may be read, or is empty."""
    with _opened(path, shown) as plain:
        first = plain.read(len(GZIP))
    if not first:
        raise unreadable(
            shown,
            "the file is empty",
            "a file with a header",
            "0 bytes",
            "Export it again; the download may have failed.",
        )
    return Source(path, shown, limits, packed=first == GZIP)


def sha256_of(path: Path) -> str:
    """The SHA-256 of the file's bytes as they lie on disk, as 64 hexadecimal digits; UnreadableFile as in opening."""
    digest = hashlib.sha256()
    with _opened(path, str(path)) as plain:
        while block := _read(plain, BLOCK, str(path)):
            digest.update(block)
    return digest.hexdigest()


class Plain:
    """A plain file whose read errors name it."""

    __slots__ = ("_file", "_shown")

    def __init__(self, file: IO[bytes], source: Source) -> None:
        self._file = file
        self._shown = source.shown

    def read(self, size: int = -1, /) -> bytes:
        """Up to that many bytes; b"" at the end."""
        return _read(self._file, size, self._shown)

    def close(self) -> None:
        """Gives the file back."""
        self._file.close()


class Unpacked:
    """A gzip file, unpacked as it is read, that refuses to swell without end."""

    __slots__ = ("_file", "_limits", "_plain", "_shown", "_total")

    def __init__(self, file: IO[bytes], source: Source) -> None:
        self._plain = file
        self._file = gzip.GzipFile(fileobj=file, mode="rb")
        self._shown = source.shown
        self._limits = source.limits
        self._total = 0

    def read(self, size: int = -1, /) -> bytes:
        """Up to that many bytes; b"" at the end; UnreadableFile where it is cut off, broken or a bomb."""
        try:
            block = self._file.read(min(size, BLOCK) if size >= 0 else BLOCK)
        except EOFError as error:
            raise unreadable(
                self._shown,
                "the gzip file is cut off",
                "an end mark after the packed data",
                f"it ends after {self._total:,} unpacked bytes",
                "Copy or export it again: rows are missing at its end.",
            ) from error
        except (gzip.BadGzipFile, zlib.error, OSError) as error:
            raise unreadable(
                self._shown,
                "the gzip file is broken",
                "packed data that match their checksum",
                f"broken after {self._total:,} unpacked bytes",
                "Copy or export it again.",
            ) from error
        self._total += len(block)
        self._weigh()
        return block

    def _weigh(self) -> None:
        packed = max(self._plain.tell(), 1)
        swollen = self._total > self._limits.ratio_from and self._total > packed * self._limits.ratio
        if swollen or self._total > self._limits.unpacked:
            raise unreadable(
                self._shown,
                "the gzip file swells beyond what an export does",
                f"at most {self._limits.ratio} times its size and {self._limits.unpacked:,} bytes",
                f"{self._total:,} bytes out of {packed:,}, and more to come",
                "Check where it comes from; unpack it yourself if it is right.",
            )

    def close(self) -> None:
        """Gives the file back."""
        self._file.close()
        self._plain.close()


def whole(source: Source, limit: int) -> IO[bytes]:
    """The file with random access: itself, or unpacked into memory up to that many bytes."""
    if not source.packed:
        return _opened(source.path, source.shown)
    reader = source.open()
    unpacked = io.BytesIO()
    try:
        while block := reader.read(BLOCK):
            if unpacked.tell() + len(block) > limit:
                raise unreadable(
                    source.shown,
                    "too large to be unpacked in memory",
                    f"at most {limit:,} bytes",
                    "more",
                    "Unpack it yourself: the plain file can be read.",
                )
            unpacked.write(block)
    finally:
        reader.close()
    unpacked.seek(0)
    return unpacked


def _filled(reader: Bytes, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (block := reader.read(size)):
        parts.append(block)
        size -= len(block)
    return b"".join(parts)


def _opened(path: Path, shown: str) -> IO[bytes]:
    """Opens without waiting (a FIFO has no other end) and refuses all but regular files."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _refusal(error, shown) from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        kind = _kind(os.fstat(number).st_mode)
        os.close(number)
        raise unreadable(shown, f"this is {kind}", "a regular file", kind, "Name the file itself.")
    return os.fdopen(number, "rb")


def _refusal(error: OSError | ValueError, shown: str) -> UnreadableFile:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return unreadable(shown, "there is no such file", "a file", "nothing at that path", "Check the path.")
    if isinstance(error, PermissionError):
        return unreadable(
            shown,
            "the file may not be read",
            "read permission",
            "permission denied",
            "Give this account read access.",
        )
    if isinstance(error, IsADirectoryError):
        return unreadable(
            shown, "this is a directory", "a regular file", "a directory", "Name the file itself."
        )
    reason = (error.strerror or "error") if isinstance(error, OSError) else "no valid path"
    return unreadable(shown, "the file can't be opened", "a regular file", reason.lower(), "Check the path.")


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a device"


def _read(file: IO[bytes], size: int, shown: str) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise unreadable(
            shown,
            "the file can't be read to its end",
            "readable bytes",
            (error.strerror or "error").lower(),
            "Copy it again.",
        ) from error
