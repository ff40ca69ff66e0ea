"""How an object of a statement is checked: its members, their kinds, what it lacks. Knows no member's name.

A check is a function of a value and its place that yields refusals. The tables of statement.py are made of them.
Null is refused everywhere but inside extensions; a member that no table names is refused (Data 2.2).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from trueup.intake.xapi.refusal import Place, Refusal, Version

Check = Callable[[Any, Place], Iterator[Refusal]]
Rule = Callable[[Mapping[str, Any], Place], Iterator[Refusal]]
FORMATS = "Data 2.2"


def text(fits: Callable[[str], bool], expected: str, clause: str) -> Check:
    """A text of a format."""

    def check(value: Any, place: Place) -> Iterator[Refusal]:
        if not isinstance(value, str) or not fits(value):
            yield place.refuse(expected, value, clause)

    return check


def string(value: Any, place: Place) -> Iterator[Refusal]:
    """Any text."""
    if not isinstance(value, str):
        yield place.refuse("a text", value, FORMATS)


def boolean(value: Any, place: Place) -> Iterator[Refusal]:
    """True or false, not as text."""
    if not isinstance(value, bool):
        yield place.refuse("true or false", value, FORMATS)


def number(low: float = -inf, high: float = inf, clause: str = FORMATS) -> Check:
    """A number, not as text, within bounds (inclusive)."""
    expected = "a number" if high == inf else f"a number from {low:g} to {high:g}"

    def check(value: Any, place: Place) -> Iterator[Refusal]:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            yield place.refuse(expected, value, clause)

    return check


def whole(value: Any, place: Place) -> Iterator[Refusal]:
    """A whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        yield place.refuse("a whole number that is not negative", value, FORMATS)


def one_of(values: tuple[str, ...], clause: str) -> Check:
    """One of a few texts, in exactly that case."""
    expected = " or ".join(f'"{value}"' for value in values)

    def check(value: Any, place: Place) -> Iterator[Refusal]:
        if value not in values:
            yield place.refuse(expected, value, clause)

    return check


def each(check: Check, clause: str, least: int = 0) -> Check:
    """An array, every item of a kind."""

    def listed(value: Any, place: Place) -> Iterator[Refusal]:
        if not isinstance(value, list) or len(value) < least:
            yield place.refuse("an array" + (f" of at least {least}" if least else ""), value, clause)
            return
        for index, item in enumerate(value):
            yield from check(item, place.into(index))

    return listed


def one_or_each(check: Check, clause: str) -> Check:
    """A value of a kind, or an array of them."""
    many = each(check, clause)
    return lambda value, place: many(value, place) if isinstance(value, list) else check(value, place)


def keyed(fits: Callable[[str], bool], expected: str, value: Check | None, clause: str) -> Check:
    """An object whose keys are of a format and whose values are of a kind; `None` is any, null too."""

    def check(told: Any, place: Place) -> Iterator[Refusal]:
        if not isinstance(told, dict):
            yield place.refuse("an object", told, clause)
            return
        for key, inner in told.items():
            if not fits(key):
                yield place.into(key).refuse(f"a key that is {expected}", key, clause)
            if value is not None:
                yield from value(inner, place.into(key))

    return check


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: its members with their checks, those it must have, and rules between them. It is a check."""

    name: str  # as expected, "an Agent"
    members: Mapping[str, Check]
    clause: str
    required: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    since_2: Mapping[str, Check] = field(default_factory=dict)  # members of xAPI 2.0

    def __call__(self, value: Any, place: Place) -> Iterator[Refusal]:
        """Every refusal of the value, in the order of its members."""
        if not isinstance(value, dict):
            yield place.refuse(self.name, value, self.clause)
            return
        known = {**self.members, **self.since_2} if place.version is Version.V2 else self.members
        lacking = [key for key in self.required if key not in value]
        for key in lacking:
            yield place.into(key).lacks(f"{self.name} has {key}", self.clause)
        broken = bool(lacking)
        for key, inner in value.items():
            check = known.get(key)
            if check is None:
                broken = True
                yield place.into(key).refuse(f"no such member in {self.name}", inner, FORMATS)
                continue
            for refusal in check(inner, place.into(key)):
                broken = True
                yield refusal
        if not broken:
            for rule in self.rules:
                yield from rule(value, place)


def by_type(default: str | None, choices: Mapping[str, Check], clause: str) -> Check:
    """An object whose `objectType` says which kind it is; `default` where it says nothing."""
    expected = " or ".join(f'"{name}"' for name in choices)

    def check(value: Any, place: Place) -> Iterator[Refusal]:
        if not isinstance(value, dict):
            yield place.refuse("an object", value, clause)
            return
        kind = value.get("objectType", default)
        chosen = choices.get(kind) if isinstance(kind, str) else None
        if chosen is None:
            told = place.into("objectType")
            yield (
                told.refuse(expected, kind, clause) if "objectType" in value else told.lacks(expected, clause)
            )
            return
        yield from chosen(value, place)

    return check
