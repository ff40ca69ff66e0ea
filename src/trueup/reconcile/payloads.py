"""What the payloads of a sync log carried, as columns. Knows JSON and the names for a person, not roles or files."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID = (
    ("payload_fields", pa.string()),
    ("payload_person", pa.string()),
    ("payload_revision", pa.int64()),
    ("payload_purpose", pa.string()),
)
_PERSON_KEYS = frozenset(
    (
        "person",
        "person_id",
        "employee_number",
        "employeenumber",
        "employee",
        "userid",
        "user_id",
        "studentid",
        "student_id",
    )
)
_WITHIN = 3  # objects within one another whose fields are named; deeper ones are one field
_Form = tuple[tuple[str, ...], tuple[type, ...], tuple[int, ...], tuple["_Form", ...]]
_Said = tuple[str | None, str | None, int | None, str | None]
_NOTHING: _Said = (None, None, None, None)
_DECODE = msgspec.json.Decoder().decode


def payloads_say(payloads: pa.Array) -> dict[str, pa.Array]:
    """Of each payload its fields that hold something, its person, revision and purpose. Not JSON: all null.

    A person that is named and blank is "": the import mapping lost it.
    """
    said = [_NOTHING if text is None else _one(text) for text in payloads.to_pylist()]
    columns = zip(*said, strict=True) if said else iter([()] * len(SAID))
    return {name: pa.array(values, kind) for (name, kind), values in zip(SAID, columns, strict=True)}


def _one(text: str) -> _Said:
    try:
        body = _DECODE(text)
    except (msgspec.DecodeError, RecursionError):
        return _NOTHING
    if not isinstance(body, dict):
        return _NOTHING
    fields, named = _said_by(_form(body, 0))
    person = str(body[named]) if named else named
    revision, purpose = body.get("revision"), body.get("purpose")
    return (
        fields,
        person,
        revision if type(revision) is int and abs(revision) < 2**63 else None,  # true is no revision
        purpose if isinstance(purpose, str) else None,
    )


def _form(body: dict[str, object], depth: int) -> _Form:
    """What payloads of one kind have in common: it decides which fields hold something."""
    values = body.values()
    types = tuple(map(type, values))
    inner: tuple[_Form, ...] = ()
    if dict in types and depth < _WITHIN:
        inner = tuple([_form(value, depth + 1) for value in values if isinstance(value, dict)])
    blank = tuple(place for place, value in enumerate(values) if value == "") if "" in values else ()
    return tuple(body), types, blank, inner


@lru_cache(maxsize=1024)  # a log has few kinds of payload
def _said_by(form: _Form) -> tuple[str, str | None]:
    """The fields that hold something, and the key of the person: "" where each is blank, None where there is none."""
    keys, types, blank, _ = form
    filled = {key for place, key in enumerate(keys) if types[place] is not type(None) and place not in blank}
    persons = [key for key in keys if _plain(key) in _PERSON_KEYS]
    named = next((key for key in persons if key in filled), "" if persons else None)
    return ";".join(sorted(path.replace(";", ",") for path in _paths(form, ""))), named


def _paths(form: _Form, prefix: str) -> Iterator[str]:
    keys, types, blank, inner = form
    within = iter(inner)
    for place, key in enumerate(keys):
        if types[place] is dict and inner:
            yield from _paths(next(within), f"{prefix}{key}.")
        elif types[place] is not type(None) and place not in blank:
            yield prefix + key


def _plain(name: str) -> str:
    return re.sub(r"[^a-z_]", "", re.sub(r"[\s-]+", "_", name.strip().lower()))
