"""The members of an event (contracts/event.schema.json): their shapes, and what to say where one is not of its shape.

Knows the contract, no rule beyond it: what a time or a score means is judged elsewhere.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from trueup.model.completions import Fault, Status

SOURCE = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9._-]{0,63}\Z")]
PLAIN = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\A[^\x00-\x1f\x7f]+\Z")]
REVISION = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._+-]{1,64}\Z")]
UUID = r"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"


class Keyed(msgspec.Struct):
    """The members that make an event the same one."""

    source: SOURCE
    record_id: PLAIN
    revision: REVISION = "1"


class Account(msgspec.Struct):
    """Who issued an account name, and the name."""

    issuer: Annotated[str, Meta(min_length=1, max_length=500)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]


class Scored(msgspec.Struct):
    """A score, its numbers as they are written."""

    raw: Raw
    min: Raw | UnsetType = UNSET
    max: Raw | UnsetType = UNSET
    scale: Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType = UNSET
    scale_version: Annotated[str, Meta(min_length=1, max_length=50)] | UnsetType = UNSET


class Identified(msgspec.Struct):
    """The members that say whom it is about."""

    account: Account | UnsetType = UNSET
    employee_number: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    person_id: Annotated[str, Meta(pattern=UUID)] | UnsetType = UNSET
    email: Annotated[str, Meta(min_length=3, max_length=254, pattern="@")] | UnsetType = UNSET


class Asserted(msgspec.Struct):
    """The members that say what was done, when and how well. Times are taken as they are written."""

    course_id: Annotated[str, Meta(min_length=1, max_length=500)]
    status: Status
    attempt: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    occurred_at: Raw | UnsetType = UNSET
    recorded_at: Raw | UnsetType = UNSET
    zone: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    score: Scored | UnsetType = UNSET
    tags: Annotated[list[PLAIN], Meta(max_length=50)] = []


SAYS = {
    "source": "the name of a source: 1 to 64 of a-z, 0-9, '.', '_' and '-', a letter or digit first",
    "record_id": "text of 1 to 200 characters without control characters",
    "revision": "text of 1 to 64 letters, digits, '.', '_', '+' and '-'",
    "account": "an object with issuer and name",
    "account/issuer": "text of 1 to 500 characters",
    "account/name": "text of 1 to 200 characters",
    "employee_number": "text of 1 to 64 characters",
    "person_id": "a UUID, as 3f0c1c52-8d0e-4b7e-9a53-0d1f5d3c7a21",
    "email": "a mail address of up to 254 characters",
    "course_id": "text of 1 to 500 characters",
    "status": "one of " + ", ".join(Status),
    "attempt": "text of 1 to 200 characters",
    "occurred_at": "a time as text of up to 200 characters, or an epoch as a number",
    "recorded_at": "a time as text of up to 200 characters, or an epoch as a number",
    "zone": "the name of an IANA time zone, as Europe/Berlin",
    "score": "an object with raw, and min and max or scale",
    "score/raw": "a number",
    "score/min": "a number",
    "score/max": "a number",
    "score/scale": "text of 1 to 100 characters",
    "score/scale_version": "text of 1 to 50 characters",
    "tags": "up to 50 texts of 1 to 200 characters without control characters",
}
"""What each member should hold, by its pointer without the first slash; members of a list share that of the list."""

MEMBERS = frozenset(name.partition("/")[0] for name in SAYS)
DROPPABLE = MEMBERS - {
    "source",
    "record_id",
    "revision",
    "course_id",
    "status",
}  # a policy may keep these out
NAMED = ("account", "employee_number", "person_id", "email")
INNER = {
    outer: frozenset(name.partition("/")[2] for name in SAYS if name.startswith(f"{outer}/"))
    for outer in ("account", "score")
}
_WHERE = re.compile(r" - at `\$(?P<path>[^`]*)`")
_MISSING = re.compile(r"missing required field `(?P<name>\w+)`")


def misshapen(error: msgspec.ValidationError, document: dict[str, object]) -> Fault:
    """The fault of a member that is not of its shape: of a person's key TU0101 or TU0102, of any other TU0308."""
    text = str(error)
    where, missing = _WHERE.search(text), _MISSING.search(text)
    steps = re.findall(r"[^.\[\]]+", where["path"]) if where else []
    steps += [missing["name"]] if missing else []
    value: object = document
    for step in steps:
        value = value.get(step, UNSET) if isinstance(value, dict) else _item(value, step)
    name = "/".join(step for step in steps if not step.isdigit())
    return Fault(
        code_of(steps[0] if steps else "", value),
        "/" + "/".join(steps),
        SAYS.get(name, "another value"),
        kind_of(value),
    )


def _item(value: object, step: str) -> object:
    return value[int(step)] if isinstance(value, list) and step.isdigit() else UNSET


def code_of(member: str, value: object) -> str:
    """The code of a member that is not of its shape."""
    if member not in NAMED:
        return "TU0308"
    blank = value is None or value is UNSET or (isinstance(value, str) and not value.strip())
    return "TU0101" if blank else "TU0102"


def kind_of(value: object) -> str:
    """What a value is, without what it says: it may be a person's.

    >>> kind_of("E1016"), kind_of(None), kind_of(True), kind_of([1])
    ('text of 5 characters, as A9999', 'null', 'true', 'a list of 1')
    """
    if isinstance(value, str):
        form = "".join(
            "9" if c.isdigit() else "A" if c.isalpha() else c for c in value[:40] if c.isprintable()
        )
        return f"text of {len(value)} characters" + (f", as {form}" if form else "")
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return "a number"
    return "null" if value is None else "nothing"
