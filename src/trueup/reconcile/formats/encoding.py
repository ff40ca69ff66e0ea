"""Bytes to text. Knows encodings, declared, marked or guessed; not what the text says."""

import codecs
import re
from collections.abc import Generator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from trueup.reconcile.formats.problem import Problem, shown, unreadable
from trueup.reconcile.formats.source import BLOCK, HEAD, Source

LONG = "\udffe"  # stands for the rest of a line too long to be held
BAD = "\udfff"  # stands for bytes that are no text in the file's encoding; no valid text holds it
_MARKS = (  # longest first: UTF-32LE starts as UTF-16LE does
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1256",
    "koi8_r",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "gb18030",
    "big5",
]
_GUESSED_FROM = 8192  # bytes
_FOREIGN_LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{3,}")
_SIGNS = "–—‘’‚“”„…€§°«»·•™®©\xa0"
_EITHER_END = {"utf-16", "utf-32"}
_NO_TEXT = {"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "utf_7", "mbcs", "oem"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes become text: the codec, the length of the mark before the text, and remarks."""

    codec: str
    mark: int = 0
    remarks: tuple[Problem, ...] = ()


def marked(head: bytes) -> Encoding | None:
    """The encoding that a byte order mark or the pattern of NUL bytes gives away; None where neither does."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, len(mark))
    by_zeros = _by_zeros(head[:4096])
    return Encoding(by_zeros) if by_zeros else None


def encoding_of(source: Source, head: bytes, declared: str | None) -> Encoding:
    """The encoding of a text file.

    A byte order mark is certain; then what the settings declare; then the pattern of NUL bytes;
    then UTF-8, if the whole file, which is read for this, has hardly anything else; else a guess,
    with a remark. Raises UnreadableFile where what is declared can't be.
    """
    seen = marked(head)
    if declared is None:
        return seen or _of_content(source)
    codec = _codec(source, declared)
    if seen is not None and _family(seen.codec) == _family(codec):
        return seen if codec in _EITHER_END or seen.mark else Encoding(codec)
    if seen is not None and seen.mark:
        return Encoding(seen.codec, seen.mark, (_overruled(source, seen.codec, declared),))
    codec = codec + "-le" if codec in _EITHER_END else codec  # without a mark, as Windows writes it
    _check_declared(source, head, codec, declared)
    return Encoding(codec)


def text_blocks(source: Source, encoding: Encoding, size: int = BLOCK) -> Generator[str, None, None]:
    """The file's text, from so many bytes at a time; BAD where bytes are none in this encoding."""
    codecs.register_error("trueup-bad", _bad)
    decoder = codecs.getincrementaldecoder(encoding.codec)("trueup-bad")
    reader = source.open()
    try:
        left = encoding.mark
        while left and (block := reader.read(left)):
            left -= len(block)
        while block := reader.read(size):
            if text := decoder.decode(block):
                yield text
        if text := decoder.decode(b"", final=True):
            yield text
    finally:
        reader.close()


def _bad(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BAD, error.end


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: text in Latin letters, delimiters and line ends shows zeros at fixed places."""
    units = len(head) // 4
    if not units or not head.count(0):
        return None
    zeros = [head[place : units * 4 : 4].count(0) / units for place in range(4)]
    often, never = 0.5, 0.02
    if zeros[0] <= never and min(zeros[2:]) >= 0.95 and zeros[1] >= never:
        return "utf-32-le"
    if zeros[3] <= never and min(zeros[:2]) >= 0.95 and zeros[2] >= never:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd >= often and even <= never:
        return "utf-16-le"
    if even >= often and odd <= never:
        return "utf-16-be"
    return None


def _codec(source: Source, declared: str) -> str:
    """Python's name for the declared encoding; UnreadableFile where there is none or it is none of text."""
    try:
        codec = codecs.lookup(declared).name
        "a".encode(codec)  # refuses what is no text encoding, such as base64
    except (LookupError, ValueError) as error:
        raise _no_such(source, declared) from error
    if codec.replace("-", "_") in _NO_TEXT:
        raise _no_such(source, declared)
    return codec.removesuffix("-sig")


def _check_declared(source: Source, head: bytes, codec: str, declared: str) -> None:
    """UnreadableFile where the first 64 KiB can't be text in the declared encoding."""
    wide = _family(codec) in _EITHER_END
    if wide and not head.count(0):
        actual = "no NUL bytes, as its delimiters and line ends would have"
    elif not wide and head[:4096].count(0) > 64:
        actual = "NUL bytes throughout"
    else:
        try:
            codecs.getincrementaldecoder(codec)("strict").decode(head)
        except UnicodeDecodeError as error:
            if not _mostly_else(head, codec):
                return
            actual = f"byte {error.start + 1:,} is none"
        else:
            return
    raise unreadable(
        source.shown,
        "the file is not in the encoding that the settings declare",
        f"text in {shown(declared)}",
        actual,
        "Correct `encoding` for this file in the settings, or remove it to have it recognised.",
    )


def _mostly_else(head: bytes, codec: str) -> bool:
    """Whether more than a stray byte is wrong: a few bad rows are reported as rows, not as a wrong encoding."""
    text = head.decode(codec, errors="replace")
    wrong = text.count("\ufffd")
    foreign = sum(1 for letter in text if letter > "\x7f") - wrong
    return wrong > foreign // 4


def _no_such(source: Source, declared: str) -> Exception:
    return unreadable(
        source.shown,
        "the settings declare an encoding that there isn't",
        "a name such as utf-8, utf-16 or windows-1252",
        shown(declared),
        "Correct `encoding` for this file in the settings.",
    )


def _overruled(source: Source, codec: str, declared: str) -> Problem:
    return Problem(
        source.shown,
        None,
        "the file's byte order mark says another encoding than the settings; the mark was followed",
        shown(declared),
        codec,
        "Remove `encoding` for this file from the settings.",
    )


def _family(codec: str) -> str:
    return codec.replace("_", "-").removesuffix("-le").removesuffix("-be").removesuffix("-sig")


def _of_content(source: Source) -> Encoding:
    """UTF-8, or a guess from the lines around the first byte that UTF-8 can't explain."""
    window = _first_foreign(source)
    if window is None:
        return Encoding("utf-8")
    sample = b"\n".join(_FOREIGN_LINE.findall(window))[:_GUESSED_FROM]
    text = sample.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    foreign = sum(1 for letter in text if letter > "\x7f") - wrong
    if foreign >= 4 * wrong:
        return Encoding("utf-8")  # the rows with the wrong bytes are reported one by one
    best = None if _western(sample) else from_bytes(sample, cp_isolation=_GUESSED).best()
    codec = best.encoding if best is not None else "cp1252"
    return Encoding(codec, 0, (_guess(source, codec),))


def _western(sample: bytes) -> bool:
    """Whether this reads as a Western European language in Windows-1252: single foreign letters, usual signs."""
    text = sample.decode("cp1252", errors="replace")
    foreign = [letter for letter in text if letter > "\x7f"]
    crowded = sum(len(run) for run in _FOREIGN_RUN.findall(text))
    return crowded <= len(foreign) / 10 and all(letter.isalpha() or letter in _SIGNS for letter in foreign)


def _guess(source: Source, codec: str) -> Problem:
    return Problem(
        source.shown,
        None,
        "the encoding is neither declared nor marked and had to be guessed",
        "UTF-8, or an `encoding` in the settings",
        codec,
        f'If letters look wrong, declare it for this file: encoding = "{codec}" or another; or export as UTF-8.',
    )


def _first_foreign(source: Source) -> bytes | None:
    """The bytes from shortly before the first that is no UTF-8, at most 64 KiB; None where all is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    reader = source.open()
    try:
        before = b""
        while block := reader.read(BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return _around(before + block)
            before = block[-HEAD // 4 :]
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return before
        return None
    finally:
        reader.close()


def _around(window: bytes) -> bytes:
    try:
        window.decode("utf-8")
    except UnicodeDecodeError as error:
        start = max(0, error.start - HEAD // 4)
        return window[start : start + HEAD]
    return window[-HEAD:]
