"""Which competency a superseded one has become. Knows the registry's rows, not who uses them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Heir:
    """A competency's only living successor, and what it may be called (folded), with the label to show."""

    id: str
    names: frozenset[str]
    label: str | None


def folded(text: str) -> str:
    """A tag or label as it is compared: case and runs of blanks do not count."""
    return " ".join(text.split()).lower()


def heirs_of(registry: Iterable[Mapping[str, object]]) -> dict[str, Heir]:
    """The only living successor of each superseded competency, by its folded id.

    `registry` are the rows of the canonical relation. A chain is followed to its end; several successors (a
    split), a circle, or an end that is not living give none.
    """
    rows = [{name: str(value) for name, value in row.items() if value is not None} for row in registry]
    next_of: dict[str, set[str]] = defaultdict(set)
    spelled: dict[str, str] = {}
    named: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    living: set[str] = set()
    for row in rows:
        key = folded(row["id"])
        spelled.setdefault(key, row["id"])
        named[key].append(row)
        next_of[key] |= {
            folded(part) for part in re.split(r"[;,|]", row.get("replaced_by", "")) if part.strip()
        }
        if row.get("status", "active").lower() != "deprecated" and "replaced_by" not in row:
            living.add(key)
    found = {}
    for key, before in named.items():
        end = None if key in living else _end_of(key, next_of, living)
        if end is not None:
            found[key] = _heir(spelled[end], named[end], before)
    return found


def _end_of(key: str, next_of: Mapping[str, set[str]], living: set[str]) -> str | None:
    met = {key}
    while key not in living:
        following = next_of.get(key, set())
        if len(following) != 1 or following & met:
            return None
        (key,) = following
        met.add(key)
    return key


def _heir(spelled: str, rows: Sequence[Mapping[str, str]], before: Sequence[Mapping[str, str]]) -> Heir:
    labels = {row.get("language", ""): row["label"] for row in rows if "label" in row}
    names = {folded(label) for label in labels.values()} | {folded(spelled)}
    names |= {folded(alias) for row in rows for alias in row.get("aliases", "").split(";") if alias.strip()}
    languages = [row.get("language", "") for row in before if row.get("language", "") in labels]
    label = labels[languages[0]] if languages else min(labels.values(), default=None)
    return Heir(spelled, frozenset(names), label)
