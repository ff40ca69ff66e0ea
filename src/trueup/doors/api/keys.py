"""The key of a completion in an address, and in the body of an event. Knows no verdict.

An address holds it as one segment, percent-encoded.
"""

from collections.abc import Mapping
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, Raw, UnsetType

from trueup.doors import record_key
from trueup.doors.api.bodies import Limits, checked_depth, malformed
from trueup.doors.api.problems import Refused
from trueup.model.completions import Key


class _Named(msgspec.Struct):
    """What an event says of its key, of whatever kind it is."""

    source: Raw | UnsetType = UNSET
    record_id: Raw | UnsetType = UNSET
    revision: Raw | UnsetType = UNSET


_named = msgspec.json.Decoder(_Named)
_members = msgspec.json.Decoder(dict[str, Raw])


def whole_key(segment: str) -> Key:
    """The key of an address. Raises Refused (400) where it is none."""
    key = record_key.whole_key(_decoded(segment))
    if key is None:
        raise _no_key(segment)
    return key


def loose_key(segment: str) -> tuple[Key | None, Key]:
    """What an address may mean (doors/record_key.py). Raises Refused (400) where it means nothing."""
    keys = record_key.loose_key(_decoded(segment))
    if keys is None:
        raise _no_key(segment)
    return keys


def _decoded(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise _no_key(segment) from None


def _no_key(segment: str) -> Refused:
    return Refused(
        "bad-parameter",
        "the address holds no key",
        pointer="key",
        expected=record_key.FORM,
        actual=f"text of {len(segment)} characters",
    )


def source_named(event: bytes) -> str | None:
    """The source that an event names, None where it names none. A text that is no object names none."""
    try:
        named = _named.decode(event)
        return None if isinstance(named.source, UnsetType) else msgspec.json.decode(named.source, type=str)
    except (msgspec.DecodeError, RecursionError):
        return None


def with_key(event: bytes, known: Mapping[str, str | None], limits: Limits) -> bytes:
    """The event with the parts of its key that the request knows, every other member as it was written.

    Raises Refused where it is no JSON object, too deep, or says another key itself.
    """
    checked_depth(event, limits)
    try:
        members = _members.decode(event)
    except msgspec.ValidationError:
        raise Refused(
            "malformed-body",
            "an event is a JSON object",
            pointer="",
            expected="an object",
            actual="another value",
        ) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise malformed(error) from None
    told = {name: bytes(value) for name, value in members.items()}
    for name, value in known.items():
        if value is None:
            continue
        written = msgspec.json.encode(value)
        if name in told and msgspec.json.decode(told[name]) != value:
            raise Refused(
                "key-mismatch",
                "the request is for another record than the body",
                pointer=f"/{name}",
                expected="what the request says",
                actual="another value",
            )
        told[name] = written
    return b"{" + b",".join(msgspec.json.encode(name) + b":" + value for name, value in told.items()) + b"}"
