"""Compares what was planted with what a check reported; runs nothing."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from elsewhere.world import Planted

Fault = dict[str, object]
SEEN_IN = ("record_id", "person", "course_id", "expected", "actual", "detail")
TOKEN = re.compile(r"[^\s,;\"'()\[\]{}<>=|`→]+")


def words_of(fault: Fault) -> set[str]:
    """The strings that a fault names, whole fields and the words in them.

    >>> sorted(words_of({"record_id": 7, "detail": "run r-1, page 2."}))
    ['2', '2.', '7', 'page', 'r-1', 'run', 'run r-1, page 2.']
    """
    found: set[str] = set()
    for name in SEEN_IN:
        value = fault.get(name)
        if value is None:
            continue
        text = str(value)
        found.add(text)
        for word in TOKEN.findall(text):
            found |= {word, word.strip(".:!?")}
    return found - {""}


@dataclass(slots=True)
class Verdict:
    """What a check of one company is worth."""

    found: list[Planted] = field(default_factory=list)
    missed: list[Planted] = field(default_factory=list)
    alarms: list[Fault] = field(default_factory=list)  # on what nothing was planted on
    shouted: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # (planted, reported) beyond the planted code
    members: dict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )  # share of a group's records named


def judge(planted: Sequence[Planted], faults: Iterable[Fault]) -> Verdict:
    """A plant is found by a fault of its code that names one of its keys; the rest of the faults must have an excuse."""
    verdict = Verdict()
    by_code: dict[str, list[tuple[Fault, set[str]]]] = defaultdict(list)
    for fault in faults:
        by_code[str(fault["code"])].append((fault, words_of(fault)))
    for plant in planted:
        named: set[str] = set().union(*(words for _, words in by_code[plant.code] if words & set(plant.keys)))
        (verdict.found if named else verdict.missed).append(plant)
        if named and len(plant.keys) > 12:
            verdict.members[plant.code].append(len(named & set(plant.keys)) / len(plant.keys))
    owner = {key: plant.code for plant in planted for key in (*plant.touches, *plant.keys)}
    rows = {(plant.person, plant.course_id): plant.code for plant in planted if plant.course_id}
    for code, reported in by_code.items():
        for fault, words in reported:
            owners = {owner[w] for w in words if w in owner}
            row = (fault.get("person"), fault.get("course_id"))  # where the row has no record id
            owners |= {rows[row]} if row in rows else set()
            if not owners and not fault.get("caused_by"):
                verdict.alarms.append(fault)
            elif owners and code not in owners and not fault.get("caused_by"):
                verdict.shouted[min(owners), code] += 1
    return verdict
