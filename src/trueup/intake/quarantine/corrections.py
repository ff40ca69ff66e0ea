"""What a decision may say of an event instead of what stands there, and the event with it. Knows no rule of reading.

It may say whom an event is about, when it happened and on which scale its score is: what only a person can know. It
never says which record it is, of which course, or whether somebody passed: that is the source's to assert.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = (
    "zone", "occurred_at", "recorded_at",
    "account", "account.issuer", "account.name", "employee_number", "person_id", "email",
    "score", "score.raw", "score.min", "score.max", "score.scale", "score.scale_version",
)  # fmt: skip  # a list
WHOLE = frozenset({"account", "score"})  # may be left out as a whole, not said as one
NUMBERS = frozenset({"score.raw", "score.min", "score.max"})
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_members = msgspec.json.Decoder(dict[str, Raw])


def why_not(field: str, value: str) -> str | None:
    """What is expected of a correction where it is none; None where it is one. No value: the member is left out.

    >>> why_not("zone", "Europe/Berlin"), why_not("score.raw", "4,5"), why_not("score", "")
    (None, 'a number, as 87.5', None)
    """
    if field not in FIELDS:
        return "one of " + ", ".join(FIELDS)
    if field in WHOLE and value:
        return f"nothing after {field}=, which leaves it out, or one of its members, as {field}.…="
    if field in NUMBERS and value and not _NUMBER.fullmatch(value):
        return "a number, as 87.5"
    return None


def corrected(body: bytes, said: Mapping[str, str]) -> bytes:
    """The event with what was decided of it, every other member as it was written.

    >>> corrected(b'{"score": {"raw": 4.50}}', {"zone": "UTC", "score.max": "5"})
    b'{"score":{"raw":4.50,"max":5},"zone":"UTC"}'
    """
    told = _members.decode(body)
    for field, value in said.items():
        name, _, inner = field.partition(".")
        if not inner:
            _put(told, name, field, value)
            continue
        members = _object(told.get(name))
        _put(members, inner, field, value)
        told[name] = Raw(_written(members))
    return _written(told)


def _put(members: dict[str, Raw], name: str, field: str, value: str) -> None:
    if not value:
        members.pop(name, None)
    else:
        members[name] = Raw(value.encode() if field in NUMBERS else msgspec.json.encode(value))


def _object(token: Raw | None) -> dict[str, Raw]:
    """The members of an object; none where something else stands there."""
    try:
        return _members.decode(token) if token is not None else {}
    except msgspec.ValidationError:
        return {}


def _written(members: Mapping[str, Raw]) -> bytes:
    return (
        b"{"
        + b",".join(msgspec.json.encode(name) + b":" + bytes(value) for name, value in members.items())
        + b"}"
    )
