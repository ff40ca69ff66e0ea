"""JSON documents to records. Knows lists of objects and where they hide, not what a record means."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from trueup.reconcile.formats.encoding import Encoding, encoding_of, marked, text_blocks
from trueup.reconcile.formats.json_decode import Unusable, kind_of, record_of
from trueup.reconcile.formats.json_scan import Broken, CutOff, Scanner
from trueup.reconcile.formats.problem import Hints, Problem, Problems, UnreadableFile, shown, unreadable
from trueup.reconcile.formats.shapes import Records
from trueup.reconcile.formats.source import BLOCK, Source

KNOWN = {
    "statements",
    "Resources",
    "Report_Entry",
    "data",
    "value",
    "results",
    "items",
    "records",
    "entries",
    "rows",
    "employees",
    "registrations",
    "users",
}
_FIX = "Correct it in the source and export again; the other records were read."
_AGAIN = "Export or download it again."
_LIST_WITHIN = 3  # objects within one another among which the list is looked for
_KEYS = 10_000  # names beside the list


@dataclass(slots=True)
class Survey:
    """What a document holds: plain values at its top, and by which path which list, with its first byte."""

    envelope: dict[str, object] = field(default_factory=dict)
    lists: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)


def open_json(source: Source, head: bytes, hints: Hints) -> Records:
    """The records of a JSON document: a list of objects, on its own, inside a list, or inside an object.

    Raises UnreadableFile where there is none, or several of which none has a usual name.
    """
    encoding = json_encoding(source, head, hints)
    with bytes_of(source, encoding) as read:
        scanner = _scanner(source, read)
        try:
            survey = _survey(source, scanner)
        except (CutOff, Broken) as error:
            raise _refusal(source, scanner, error, None) from error
    path = _path(source, survey)

    def walk(problems: list[Problem]) -> Iterator[tuple[int, dict[str, object]]]:
        noted = Problems(source.shown, problems, source.limits.problems)
        return _walk(source, encoding, path, noted)

    return Records(source.shown, "json", survey.envelope, walk, encoding.remarks)


def json_encoding(source: Source, head: bytes, hints: Hints) -> Encoding:
    """UTF-8 as JSON has it (RFC 8259, 8.1) unless the settings, a mark or NUL bytes say otherwise."""
    if hints.encoding is not None:
        return encoding_of(source, head, hints.encoding)
    return marked(head) or Encoding("utf-8")


@contextmanager
def bytes_of(source: Source, encoding: Encoding) -> Iterator[Callable[[], bytes]]:
    """A way to read on, in UTF-8 whatever the file is in."""
    if encoding.codec != "utf-8":
        blocks = text_blocks(source, encoding)
        try:
            yield lambda: next(blocks, "").encode("utf-8", "surrogatepass")
        finally:
            blocks.close()
        return
    reader = source.open()
    try:
        left = encoding.mark
        while left and (mark := reader.read(left)):
            left -= len(mark)
        yield lambda: reader.read(BLOCK)
    finally:
        reader.close()


def _scanner(source: Source, read: Callable[[], bytes]) -> Scanner:
    def too_large(byte: int) -> UnreadableFile:
        return unreadable(
            source.shown,
            f"a record or text that starts at byte {byte + 1:,} is too large",
            f"at most {source.limits.record:,} bytes",
            "more",
            "Take it out of the export.",
        )

    return Scanner(read, source.limits.record, too_large)


def _refusal(source: Source, scanner: Scanner, error: CutOff | Broken, record: int | None) -> UnreadableFile:
    """What is wrong with the text, in or after that record."""
    what, expected = "the JSON text is cut off", "its closing brackets"
    actual = f"it ends after {scanner.end:,} bytes" + (f", in or after record {record:,}" if record else "")
    if isinstance(error, Broken):
        what, expected, actual = f"no valid JSON at byte {error.at:,}", error.expected, "something else"
    return unreadable(source.shown, what, expected, actual, _AGAIN, line=record)


def _survey(source: Source, scanner: Scanner) -> Survey:
    survey = Survey()
    if scanner.peek() == b"[":
        survey.lists[()] = b"["
        return survey
    try:
        _survey_object(source, scanner, (), survey)
    except CutOff:
        if survey.lists:
            return survey  # the records before the end are worth reading; reading says that it is cut off
        raise
    if scanner.peek():
        raise Broken("the end of the file: one JSON document, or one object a line", scanner.byte + 1)
    return survey


def _survey_object(source: Source, scanner: Scanner, path: tuple[str, ...], survey: Survey) -> None:
    for key in _keys(source, scanner):
        here = (*path, key)
        if not path:
            survey.keys.append(key)
        start = scanner.peek()
        if start == b"{" and len(here) < _LIST_WITHIN:
            _survey_object(source, scanner, here, survey)
        elif start == b"[":
            scanner.take(b"[")
            survey.lists.setdefault(here, scanner.peek())
            scanner.container(keep=False, inside=True)
        else:
            value = _skipped(source, scanner)
            if not path and start != b"{":
                survey.envelope[key] = value


def _keys(source: Source, scanner: Scanner) -> Iterator[str]:
    """The names in the object that starts here; whoever takes one takes its value before the next."""
    scanner.take(b"{")
    if scanner.peek() == b"}":
        scanner.take(b"}")
        return
    for _ in range(_KEYS):
        if scanner.peek() not in {b'"', b""}:
            raise Broken("a name in quotes", scanner.byte + 1)
        key = _plain(source, scanner.scalar(), scanner.byte)
        scanner.take(b":")
        yield str(key)
        if scanner.take(b",}") == b"}":
            return
    raise unreadable(
        source.shown,
        "an object has too many names",
        f"a list of records, or at most {_KEYS:,} names",
        "more",
        _AGAIN,
    )


def _skipped(source: Source, scanner: Scanner) -> object:
    """Past the value that starts here; what it is, if it is plain."""
    if scanner.peek() in {b"{", b"["}:
        scanner.container(keep=False)
        return None
    return _plain(source, scanner.scalar(), scanner.byte)


def _plain(source: Source, raw: bytes, byte: int) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unreadable(
            source.shown,
            f"no valid JSON before byte {byte + 1:,}",
            "a text, number, true, false or null",
            "something else",
            _AGAIN,
        ) from error


def _path(source: Source, survey: Survey) -> tuple[str, ...]:
    """Where the records are: the one list of objects, or of several the outermost with a usual name; else one empty."""
    full = [path for path, start in survey.lists.items() if start in {b"{", b"["}]
    empty = [path for path, start in survey.lists.items() if start in {b"]", b""}]
    for paths in (full, empty, _usual(list(survey.lists))):
        if len(paths) == 1:
            return paths[0]
        usual = _usual(paths)
        if len(usual) == 1:
            return usual[0]
        if full:
            raise unreadable(
                source.shown,
                "the JSON document holds several lists of objects",
                "one list of records",
                ", ".join(shown(".".join(path)) for path in full[:5]),
                "Export one list a file.",
            )
    raise unreadable(
        source.shown,
        "the JSON document holds no list of objects",
        'a list of records: [{...}] or {"statements": [{...}]}',
        "an object with " + (", ".join(shown(key) for key in survey.keys[:5]) or "nothing in it"),
        "If it is an error message of the system, export again; if it is one record, save it as .jsonl.",
    )


def _usual(paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Those with a name that systems give to their list of records, the outermost only."""
    usual = [path for path in paths if path and path[-1] in KNOWN]
    outermost = min(map(len, usual), default=0)
    return [path for path in usual if len(path) == outermost]


def _walk(
    source: Source, encoding: Encoding, path: tuple[str, ...], noted: Problems
) -> Iterator[tuple[int, dict[str, object]]]:
    with bytes_of(source, encoding) as read:
        scanner = _scanner(source, read)
        number = 0
        try:
            for start in _whole(source, scanner, path):
                record = _taken(source, scanner, start, number + 1, noted)
                number += 1
                if record is not None:
                    yield number, record
        except (CutOff, Broken) as error:
            raise _refusal(source, scanner, error, number + 1) from error


def _whole(source: Source, scanner: Scanner, path: tuple[str, ...]) -> Iterator[bytes]:
    """As `_places`, and then nothing may follow."""
    yield from _places(source, scanner, path)
    if scanner.peek():
        raise Broken("the end of the file", scanner.byte + 1)


def _places(source: Source, scanner: Scanner, path: tuple[str, ...]) -> Iterator[bytes]:
    """Stops at each record, with its first byte; whoever is given one takes it before the next."""
    if path:
        found = False
        for key in _keys(source, scanner):
            if key == path[0] and not found:
                found = True
                yield from _places(source, scanner, path[1:])
            else:
                _skipped(source, scanner)
        return
    for start in _members(scanner):
        if start == b"[":
            yield from _members(scanner)
        else:
            yield start


def _members(scanner: Scanner) -> Iterator[bytes]:
    scanner.take(b"[")
    if scanner.peek() == b"]":
        scanner.take(b"]")
        return
    while True:
        if not (start := scanner.peek()):
            raise CutOff
        yield start
        if scanner.take(b",]") == b"]":
            return


def _taken(
    source: Source, scanner: Scanner, start: bytes, number: int, noted: Problems
) -> dict[str, object] | None:
    if start == b"{":
        raw, depth = scanner.container(keep=True)
        try:
            return record_of(raw, depth, source.limits)
        except Unusable as error:
            noted.add(number, error.what, error.expected, error.actual, _FIX)
            return None
    if start == b"[":
        scanner.container(keep=False)
    else:
        scanner.scalar()
    noted.add(number, "the record is no object", 'an object, {"name": value, ...}', kind_of(start), _FIX)
    return None
