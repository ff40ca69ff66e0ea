"""What identity providers send otherwise than the RFCs have it, brought into their form before it is read. Pure.

The library reads the rest: operations in any case, "True" for true, keys that are paths, values of a remove.
"""

from __future__ import annotations

from typing import Any

MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:manager"
MEMBERS = "members"


def straightened(told: Any) -> Any:
    """A PATCH request's body as RFC 7644, 3.5.2 has it.

    Entra sends the manager as a bare id; Okta and Entra send the names of members, which nobody may write.

    >>> straightened({"Operations": [{"op": "Add", "path": "members", "value": [{"value": "1", "display": "Ana"}]}]})
    {'Operations': [{'op': 'Add', 'path': 'members', 'value': [{'value': '1'}]}]}
    """
    if not isinstance(told, dict):
        return told
    return {
        name: [_operation(one) for one in value]
        if name.lower() == "operations" and isinstance(value, list)
        else value
        for name, value in told.items()
    }


def _operation(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    path = next((value for name, value in told.items() if name.lower() == "path"), None)
    return {
        name: _value(path if isinstance(path, str) else "", value) if name.lower() == "value" else value
        for name, value in told.items()
    }


def _value(path: str, value: Any) -> Any:
    if not path and isinstance(value, dict):
        return {name: _value(name, one) for name, one in value.items()}
    if path.lower() == MANAGER and isinstance(value, str):
        return {"value": value}
    if path.lower() == MEMBERS:
        return [_nameless(one) for one in value] if isinstance(value, list) else _nameless(value)
    return value


def _nameless(member: Any) -> Any:
    if not isinstance(member, dict):
        return member
    return {name: one for name, one in member.items() if name.lower() != "display"}
