"""The part of YAML that contracts/odcs is written in. Knows no other part, and says so where it meets one.

Block mappings, block lists of mappings, scalars, flow lists as in JSON, comment lines. A contract can
therefore not say something that no test reads.
"""

import json
import re
from typing import Any

LINE = re.compile(r"(?P<indent> *)(?P<dash>- )?(?P<key>\w+):(?: +(?P<value>.*))?")
PLAIN = re.compile(r"[A-Za-z](?!.*: )[\w .+:/-]*|\d+\.\d+\.\d+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")

Token = tuple[int, str | None, Any]  # indent, key (None: a list's dash), value (None: a block follows)


class OtherYamlError(ValueError):
    """The text uses a part of YAML that contracts are not written in."""


def read_yaml(text: str) -> Any:
    """The document as dicts, lists and scalars; OtherYamlError where it is not of this part of YAML."""
    lines = list(_tokens(text))
    whole, end = _block(lines, 0, 0)
    if end != len(lines):
        raise OtherYamlError(f"{lines[end][1]} is indented against the grain")
    return whole


def _tokens(text: str) -> Any:
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        found = LINE.fullmatch(raw)
        if found is None:
            raise OtherYamlError(f"line {number}: {raw}")
        indent = len(found["indent"])
        if found["dash"]:
            yield indent, None, None
            indent += 2
        yield indent, found["key"], _scalar(found["value"]) if found["value"] else None


def _scalar(text: str) -> Any:
    if text in {"true", "false"} or text[0] in '"[' or NUMBER.fullmatch(text):
        return json.loads(text)
    if PLAIN.fullmatch(text) is None:
        raise OtherYamlError(f"quote this: {text}")
    return text


def _block(lines: list[Token], at: int, indent: int) -> tuple[Any, int]:
    return _members(lines, at, indent) if lines[at][1] is None else _entries(lines, at, indent)


def _members(lines: list[Token], at: int, indent: int) -> tuple[list[Any], int]:
    members = []
    while at < len(lines) and lines[at][:2] == (indent, None):
        member, at = _entries(lines, at + 1, indent + 2)
        members.append(member)
    return members, at


def _entries(lines: list[Token], at: int, indent: int) -> tuple[dict[str, Any], int]:
    entries: dict[str, Any] = {}
    while at < len(lines) and lines[at][0] == indent and lines[at][1] is not None:
        _, key, value = lines[at]
        at += 1
        if key in entries:
            raise OtherYamlError(f"{key} stands twice")
        if value is None:
            if at == len(lines) or lines[at][0] <= indent:
                raise OtherYamlError(f"{key} is empty")
            value, at = _block(lines, at, lines[at][0])
        entries[str(key)] = value
    return entries, at
