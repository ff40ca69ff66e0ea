"""JSON Lines to records. Knows lines, not documents nor what a record means."""

import re
from collections.abc import Iterator

from trueup.reconcile.formats.encoding import Encoding
from trueup.reconcile.formats.json_decode import Unusable, record_of
from trueup.reconcile.formats.json_records import bytes_of, json_encoding
from trueup.reconcile.formats.json_scan import STRING
from trueup.reconcile.formats.problem import Hints, Problem, Problems
from trueup.reconcile.formats.shapes import Records
from trueup.reconcile.formats.source import Source

_FIX = "Correct the line in the source and export again; the other lines were read."
_IN_ORDER = re.compile(STRING + rb'|[{}\[\]"]', re.DOTALL)


def open_json_lines(source: Source, head: bytes, hints: Hints) -> Records:
    """The records of a file with one JSON object a line; blank lines are passed over."""
    encoding = json_encoding(source, head, hints)

    def walk(problems: list[Problem]) -> Iterator[tuple[int, dict[str, object]]]:
        noted = Problems(source.shown, problems, source.limits.problems)
        return _walk(source, encoding, noted)

    return Records(source.shown, "jsonl", {}, walk, encoding.remarks)


def _walk(source: Source, encoding: Encoding, noted: Problems) -> Iterator[tuple[int, dict[str, object]]]:
    limits = source.limits
    for number, line in enumerate(_lines(source, encoding), 1):
        if line is None:
            noted.add(number, "the line is too long", f"at most {limits.record:,} bytes", "more", _FIX)
            continue
        raw = line.strip()
        if not raw:
            continue
        try:
            record = record_of(raw, _depth(raw, limits.depth), limits)
        except Unusable as error:
            noted.add(number, error.what, error.expected, error.actual, _FIX)
        else:
            yield number, record


def _depth(raw: bytes, enough: int) -> int:
    """How deep the values are nested; 0 where there are too few brackets for it to matter."""
    if raw.count(b"{") + raw.count(b"[") <= enough:
        return 0
    depth = deepest = 0
    for token in _IN_ORDER.findall(raw):
        if token in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif token in (b"}", b"]"):
            depth -= 1
    return deepest


def _lines(source: Source, encoding: Encoding) -> Iterator[bytes | None]:
    """Each line; None for one beyond the limit, which is passed over without being held."""
    limit = source.limits.record
    with bytes_of(source, encoding) as read:
        rest, skipping = b"", False
        while block := read():
            first, *others = block.split(b"\n")
            rest += b"" if skipping else first
            if others:
                yield None if skipping or len(rest) > limit else rest
                skipping = False
                yield from others[:-1]
                rest = others[-1]
            elif len(rest) > limit:
                rest, skipping = b"", True
        if skipping:
            yield None
        elif rest:
            yield rest
