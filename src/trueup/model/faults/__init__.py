"""The catalogue of faults, one file a family, data only: the index of the whole house.

It knows what each fault means and how to look one up; not how a fault is found (the rooms' findings).
"""

from difflib import get_close_matches

from trueup.model.faults import (
    access,
    calendar,
    competencies,
    duplicates,
    identity,
    missing,
    privacy,
    scores,
    throttling,
    time,
)
from trueup.model.faults.entry import Escalation, Example, Family, Fault, Owner, Severity

__all__ = [
    "CATALOGUE",
    "FAMILIES",
    "Escalation",
    "Example",
    "Family",
    "Fault",
    "Owner",
    "Severity",
    "UnknownFaultError",
    "consequences_of",
    "family_of",
    "fault",
    "in_family",
]

_CHAPTERS = (identity, time, missing, throttling, duplicates, competencies, access, scores, calendar, privacy)

FAMILIES: dict[str, Family] = {chapter.FAMILY.key: chapter.FAMILY for chapter in _CHAPTERS}
"""The ten families by key, in order of their numbers."""

CATALOGUE: dict[str, Fault] = {entry.code: entry for chapter in _CHAPTERS for entry in chapter.FAULTS}
"""All faults by code, in order of their codes."""

_BY_NAME = {entry.name: entry for entry in CATALOGUE.values()}
_BY_NUMBER = {family.number: family for family in FAMILIES.values()}


class UnknownFaultError(KeyError):
    """No fault has that code or name. `near` holds the codes of those that look like it, likeliest first."""

    def __init__(self, asked: str, near: tuple[str, ...]) -> None:
        super().__init__(asked)
        self.asked = asked
        self.near = near

    def __str__(self) -> str:
        """What was asked for, and what may have been meant."""
        meant = ", ".join(f"{code} {CATALOGUE[code].name}" for code in self.near)
        shown = self.asked if len(self.asked) <= 40 else self.asked[:40] + "..."
        return f"no fault is called {shown!r}" + (f"; near it: {meant}" if meant else "")


def fault(code: str) -> Fault:
    """The fault of that code or name. Case, blanks and a code's leading zeros do not matter.

    Raises UnknownFaultError (a KeyError) with the nearest codes where there is none.

    >>> fault("TU0202").name, fault("tu202").code, fault(" Zone-Shift ").code
    ('zone-shift', 'TU0202', 'TU0202')
    """
    asked = "-".join(code[:80].split()).lower().replace("_", "-")
    if asked in _BY_NAME:
        return _BY_NAME[asked]
    digits = asked.removeprefix("tu").removeprefix("-")
    if digits.isascii() and digits.isdigit():
        found = CATALOGUE.get(f"TU{digits.zfill(4)}")
        if found is not None:
            return found
        raise UnknownFaultError(code, _near_number(digits.zfill(4)))
    raise UnknownFaultError(code, _near(asked))


def _near_number(digits: str) -> tuple[str, ...]:
    """Up to three codes of the family that the digits begin with, nearest number first."""
    family = [code for code in CATALOGUE if code[2:4] == digits[:2]]
    asked = int(digits[2:])
    return tuple(sorted(family, key=lambda code: abs(int(code[4:]) - asked))[:3])


def _near(asked: str) -> tuple[str, ...]:
    """Up to three codes whose code or name resembles what was asked for."""
    spelled = {entry.code.lower(): entry.code for entry in CATALOGUE.values()}
    spelled |= {entry.name: entry.code for entry in CATALOGUE.values()}
    within = [code for name, code in spelled.items() if len(asked) > 2 and asked in name]
    close = [spelled[match] for match in get_close_matches(asked, spelled, n=3, cutoff=0.6)]
    return tuple(dict.fromkeys([*within, *close]))[:3]


def family_of(code: str) -> Family:
    """The family of a code of the catalogue.

    >>> family_of("TU0202").key
    'time'
    """
    return _BY_NUMBER[fault(code).family_number]


def in_family(key: str) -> tuple[Fault, ...]:
    """The faults of one family, in order. KeyError where no family has that key."""
    number = FAMILIES[key].number
    return tuple(entry for entry in CATALOGUE.values() if entry.family_number == number)


def consequences_of(code: str) -> tuple[Fault, ...]:
    """The faults that this one may explain on the same record, in order."""
    return tuple(entry for entry in CATALOGUE.values() if code in entry.consequence_of)
