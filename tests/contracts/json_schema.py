"""The part of JSON Schema 2020-12 that contracts/ uses. Knows no other word, and fails on one.

A contract can therefore not say something that no test reads.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parents[2] / "contracts"
SAYS_ONLY = {"$schema", "$id", "$defs", "title", "description", "examples", "default", "properties"}
TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
}


def _is(kind: str, value: Any) -> bool:
    return TYPES[kind](value)


def _is_date_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


# word -> (kind of value that it judges, whether value keeps what the word says, how the break reads)
PLAIN: dict[str, tuple[str | None, Callable[[Any, Any], bool], str]] = {
    "type": (None, lambda v, s: any(_is(k, v) for k in ([s] if isinstance(s, str) else s)), "is no"),
    "const": (None, lambda v, s: v == s, "is not"),
    "enum": (None, lambda v, s: v in s, "is not of"),
    "pattern": ("string", lambda v, s: re.search(s, v) is not None, "does not match"),
    "format": ("string", lambda v, s: s == "date-time" and _is_date_time(v), "is not of the format"),
    "minimum": ("number", lambda v, s: v >= s, "is below"),
    "maximum": ("number", lambda v, s: v <= s, "is above"),
    "minItems": ("array", lambda v, s: len(v) >= s, "has fewer members than"),
    "maxItems": ("array", lambda v, s: len(v) <= s, "has more members than"),
}


def schema(name: str) -> dict[str, Any]:
    """The schema of contracts/NAME.schema.json."""
    loaded: dict[str, Any] = json.loads((CONTRACTS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def breaks(value: Any, name: str) -> list[str]:
    """Where the value breaks contracts/NAME.schema.json; empty where it keeps it."""
    whole = schema(name)
    return list(_breaks(value, whole, whole, "$"))


def _breaks(value: Any, rule: dict[str, Any], whole: dict[str, Any], at: str) -> Iterator[str]:
    for word, says in rule.items():
        if word in PLAIN:
            kind, keeps, reads = PLAIN[word]
            if (kind is None or _is(kind, value)) and not keeps(value, says):
                yield f"{at}: {value!r} {reads} {says}"
        elif word == "$ref":
            yield from _referred(value, says, whole, at)
        elif word == "items":
            for n, member in enumerate(value if isinstance(value, list) else ()):
                yield from _breaks(member, says, whole, f"{at}[{n}]")
        elif word not in SAYS_ONLY | {"required", "propertyNames", "additionalProperties"}:
            raise AssertionError(f"{at}: no test reads the schema's word {word}")
    if isinstance(value, dict):
        yield from _object(value, rule, whole, at)


def _referred(value: Any, to: str, whole: dict[str, Any], at: str) -> Iterator[str]:
    if to.startswith("#/$defs/"):
        yield from _breaks(value, whole["$defs"][to.removeprefix("#/$defs/")], whole, at)
    else:
        other = schema(to.removesuffix(".schema.json"))
        yield from _breaks(value, other, other, at)


def _object(value: dict[str, Any], rule: dict[str, Any], whole: dict[str, Any], at: str) -> Iterator[str]:
    known = rule.get("properties", {})
    others = rule.get("additionalProperties", {})
    yield from (f"{at}: {key} is missing" for key in rule.get("required", ()) if key not in value)
    for key, inner in value.items():
        yield from _breaks(key, rule.get("propertyNames", {}), whole, f"{at}.{key} (its name)")
        if key in known:
            yield from _breaks(inner, known[key], whole, f"{at}.{key}")
        elif others is False:
            yield f"{at}: {key} is not in the contract"
        else:
            yield from _breaks(inner, others, whole, f"{at}.{key}")
