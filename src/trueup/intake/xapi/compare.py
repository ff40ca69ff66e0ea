"""When two statements are the same (xAPI 1.0.3, Data 2.3.1). Knows valid statements, not why one is compared.

What a store may assign or write otherwise is left out of the comparison: id, stored, authority, version, the
definitions of activities, the display of verbs, the zone that a time is written in, the order of a group's members,
a lone context activity instead of an array of one, the case of what is case insensitive, what a duration says beyond
hundredths of a second (Data 4.6).
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

ASSIGNED = frozenset({"id", "stored", "authority", "version"})
_BEYOND_HUNDREDTHS = re.compile(r"([.,]\d\d)\d+(?=S)")
_IDENTIFIED = ("mbox", "mbox_sha1sum", "openid", "account")


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two valid statements say the same.

    A time that only one of them has may have been assigned to it, and is ignored.
    """
    a, b = comparable(one), comparable(other)
    if ("timestamp" in a) != ("timestamp" in b):
        a.pop("timestamp", None)
        b.pop("timestamp", None)
    return a == b


def comparable(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a valid statement that never changes, written in one way.

    Two statements with the same one are the same; its canonical JSON makes the statement's digest.
    """
    told = {key: value for key, value in statement.items() if key not in ASSIGNED}
    for key, write in _WAYS.items():
        if key in told:
            told[key] = write(told[key])
    return told


def identifier(agent: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse functional identifier of an agent or group, in one way of writing; empty where it has none."""
    for name in _IDENTIFIED:
        if name in agent:
            return {name: _IDENTIFIER_WAYS[name](agent[name])}
    return {}


def instant(text: str) -> str:
    """A valid timestamp in UTC to the microsecond; as it stands where it has no offset.

    >>> instant("2026-03-29T03:00:00.1+02:00"), instant("2026-03-29T01:00:00")
    ('2026-03-29T01:00:00.100000+00:00', '2026-03-29T01:00:00')
    """
    at = datetime.fromisoformat(text.upper().replace(",", ".").replace(":60", ":59"))
    return text if at.tzinfo is None else at.astimezone(UTC).isoformat(timespec="microseconds")


def _mbox(value: str) -> str:
    """The domain of an address has no case (Data 2.3.1), nor has the scheme."""
    local, _, domain = value.partition(":")[2].rpartition("@")
    return f"mailto:{local}@{domain.lower()}"


def _agent(agent: Mapping[str, Any]) -> dict[str, Any]:
    told = {**agent, **identifier(agent)}
    if "member" in told:
        told["member"] = sorted(
            map(_agent, told["member"]), key=lambda member: json.dumps(member, sort_keys=True)
        )
    return told


def _object(thing: Mapping[str, Any]) -> dict[str, Any]:
    match thing.get("objectType", "Activity"):
        case "Activity":
            return {key: value for key, value in thing.items() if key != "definition"}
        case "StatementRef":
            return {**thing, "id": thing["id"].lower()}
        case "SubStatement":
            return comparable(thing)
        case _:
            return _agent(thing)


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(result)
    if "duration" in told:
        told["duration"] = _BEYOND_HUNDREDTHS.sub(r"\1", told["duration"])
    return told


def _context(context: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(context)
    for key in {"instructor", "team"} & told.keys():
        told[key] = _agent(told[key])
    if "registration" in told:
        told["registration"] = told["registration"].lower()
    if "statement" in told:
        told["statement"] = _object(told["statement"])
    if "contextActivities" in told:
        told["contextActivities"] = {
            key: [_object(one) for one in (value if isinstance(value, list) else [value])]
            for key, value in told["contextActivities"].items()
        }
    return told


_IDENTIFIER_WAYS: dict[str, Callable[[Any], Any]] = {
    "mbox": _mbox,
    "mbox_sha1sum": str.lower,
    "openid": str,
    "account": dict,
}
_WAYS: dict[str, Callable[[Any], Any]] = {
    "actor": _agent,
    "verb": lambda verb: {"id": verb["id"]},
    "object": _object,
    "context": _context,
    "result": _result,
    "timestamp": instant,
}
