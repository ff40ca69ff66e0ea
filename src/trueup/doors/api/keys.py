"""The key of a completion in an address, and in the body of an event. Knows no verdict.

An address holds it as one segment, percent-encoded: source:record_id:revision. Neither source nor revision holds a
colon, so the first and the last one part them.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, Raw, UnsetType

from trueup.doors.api.bodies import Limits, checked_depth, malformed
from trueup.doors.api.problems import Refused
from trueup.model.completions import Key

_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RECORD = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_REVISION = re.compile(r"[A-Za-z0-9._+-]{1,64}")
FORM = "source:record_id:revision"


class _Named(msgspec.Struct):
    """What an event says of its key, of whatever kind it is."""

    source: Raw | UnsetType = UNSET
    record_id: Raw | UnsetType = UNSET
    revision: Raw | UnsetType = UNSET


_named = msgspec.json.Decoder(_Named)
_members = msgspec.json.Decoder(dict[str, Raw])


def whole_key(segment: str) -> Key:
    """The key of an address. Raises Refused (400) where it is none."""
    parts = _decoded(segment).split(":")
    if len(parts) < 3:
        raise _no_key(segment)
    return _key(segment, parts[0], ":".join(parts[1:-1]), parts[-1])


def loose_key(segment: str) -> tuple[Key | None, Key]:
    """What an address may mean: a record at a revision, where it can be read so, and a record at its first.

    `lms:a:b` may be revision b of a, or the record a:b. Whoever looks it up tries the one, then the other's latest.
    """
    source, _, rest = _decoded(segment).partition(":")
    record = _key(segment, source, rest, "1")
    record_id, parted, revision = rest.rpartition(":")
    at_revision = parted and _RECORD.fullmatch(record_id) and _REVISION.fullmatch(revision)
    return (Key(source, record_id, revision) if at_revision else None), record


def _key(segment: str, source: str, record_id: str, revision: str) -> Key:
    fits = _SOURCE.fullmatch(source) and _RECORD.fullmatch(record_id) and _REVISION.fullmatch(revision)
    if not fits:
        raise _no_key(segment)
    return Key(source, record_id, revision)


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
        expected=FORM,
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
