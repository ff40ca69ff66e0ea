"""JSON in the one form that is hashed and signed (RFC 8785, JCS). Knows no record's meaning and no signature."""

import hashlib
import re
from typing import TypeAlias

import msgspec
import rfc8785

Json: TypeAlias = "bool | int | float | str | list[Json] | tuple[Json, ...] | dict[str, Json] | None"
"""What a JSON decoder gives."""

_sorted = msgspec.json.Encoder(order="sorted")

# Where the quick encoder's text of an object may not be JCS: a number with an exponent, ending in .0 or beyond
# 15 digits, null (which it also writes for NaN), and a character outside the Basic Multilingual Plane, where keys
# sort otherwise. Inside a string such a text only costs time.
_VALUE_IN_DOUBT = re.compile(rb"[:\[,](?:-?\d+(?:[eE]|\.0[,\]}]|\.\d+[eE]|(?<=\d{16}))|null)")
_OUTSIDE_THE_PLANE = re.compile(rb"[\xf0-\xf4]")


class NotCanonicalError(ValueError):
    """The value has no canonical form: a number beyond IEEE 754, a lone surrogate, too deep a nesting."""


def canonical(value: Json) -> bytes:
    r"""The UTF-8 text of a JSON value by RFC 8785: no blanks, keys by UTF-16 code units, numbers as ECMAScript has them.

    Raises NotCanonicalError where the value has no such text (RFC 8785, 3.1: I-JSON only).

    >>> canonical({"b": 1.0, "a": ["\u20ac", 1e21, 0.000001]})
    b'{"a":["\xe2\x82\xac",1e+21,0.000001],"b":1}'
    """
    try:
        quick = _sorted.encode(value) if isinstance(value, dict) else b""
        if quick and not _in_doubt(quick):
            return quick
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise NotCanonicalError(f"no canonical JSON: {error}") from error
    except (TypeError, UnicodeEncodeError, OverflowError) as error:
        raise NotCanonicalError(f"no canonical JSON: {error}") from error
    except RecursionError as error:
        raise NotCanonicalError("no canonical JSON: nested too deeply") from error


def digest(value: Json) -> str:
    """SHA-256 of the canonical text, 64 lowercase hexadecimal digits.

    >>> digest({})
    '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def _in_doubt(quick: bytes) -> bool:
    return bool(_VALUE_IN_DOUBT.search(quick)) or bool(_OUTSIDE_THE_PLANE.search(quick))
