"""The bytes of one JSON object to a dict, or the reason why not. Knows values, not files or places."""

import json
import re
from collections.abc import Iterator

import msgspec

from trueup.reconcile.formats.problem import Limits, shown

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_NOT_JSON = re.compile(rb"(?<![\w\"])(?:-?Infinity|NaN)(?![\w\"])")
_NAMES = {b"[": "a list", b'"': "a text", b"t": "a boolean", b"f": "a boolean", b"n": "null"}


class Unusable(Exception):  # noqa: N818 - an outcome, not a defect
    """Why one record can't be used: what is wrong, what was expected, what was met (never a value)."""

    def __init__(self, what: str, expected: str, actual: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.actual = actual


def record_of(raw: bytes, depth: int, limits: Limits) -> dict[str, object]:
    """The object that these bytes spell.

    Integers keep all their digits; other numbers are 64-bit floats. Raises Unusable for anything
    that JSON, Unicode or the limits forbid.
    """
    if depth > limits.depth:
        raise Unusable("the record is nested too deep", f"at most {limits.depth} levels", f"{depth:,} levels")
    try:
        value = msgspec.json.decode(raw)
    except UnicodeDecodeError as error:
        raise Unusable(
            "the record has bytes that are not UTF-8", "UTF-8", f"byte {error.start + 1:,} is none"
        ) from error
    except msgspec.ValidationError as error:
        raise Unusable(
            "the record has a number beyond all measure",
            "at most 1.8e308 in size and some 4,000 digits",
            "a larger one",
        ) from error
    except msgspec.DecodeError as error:
        raise _malformed(raw, error) from error
    if not isinstance(value, dict):
        raise Unusable("the record is no object", 'an object, {"name": value, ...}', kind_of(raw))
    named = raw.count(b'":') + raw.count(b'" :') - raw.count(b'\\":')
    if named != _names(value):  # as a rule equal, so that few records are looked at twice
        _check_names(raw)
    if len(raw) > limits.cell or b"\\u0000" in raw:
        _check_texts(value, limits)
    return value


def kind_of(raw: bytes) -> str:
    """What sort of value starts with these bytes.

    >>> kind_of(b"null"), kind_of(b"12")
    ('null', 'a number')
    """
    return _NAMES.get(raw[:1], "a number")


def _malformed(raw: bytes, error: msgspec.DecodeError) -> Unusable:
    if _HALF.search(raw):
        return Unusable(
            "the record has half a surrogate pair in a text", "whole characters", "\\ud800 to \\udfff alone"
        )
    if found := _NOT_JSON.search(raw):
        return Unusable(
            "the record has a number that JSON has no word for", "a number or null", found.group().decode()
        )
    return Unusable("the record is no valid JSON", "valid JSON", str(error))


def _names(value: object) -> int:
    """How many names the objects in a value have."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = len(value) if isinstance(value, dict) else 0
    return own + sum(_names(one) for one in inner if type(one) is dict or type(one) is list)


def _check_names(raw: bytes) -> None:
    """Unusable where one name of an object stands for two values: readers differ in which they take (RFC 8259, 4)."""

    def whole(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, value in pairs:
            if found.setdefault(name, value) != value:
                raise Unusable(
                    f"the record has the name {shown(name)} twice, with different values",
                    "each name once",
                    "more than one value",
                )
        return found

    json.loads(raw, object_pairs_hook=whole, parse_int=str, parse_float=str)


def _check_texts(value: dict[str, object], limits: Limits) -> None:
    for text in _texts(value):
        if len(text) > limits.cell:
            raise Unusable(
                "a text is too large", f"at most {limits.cell:,} characters", f"{len(text):,} characters"
            )
        if "\0" in text:
            raise Unusable("the record has a NUL character in a text", "text")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
