"""Roster entries, accounts and completions of a few people, for tests. Knows no rule."""

from datetime import UTC, date, datetime
from typing import Any

from trueup.model.people import Kind, RosterEntry

HIRED = date(2020, 1, 1)
DAY_1 = datetime(2026, 1, 5, 9, tzinfo=UTC)
LMS = "https://lms.example.com"


def entry(key: str, number: str = "", name: str = "Ann Lee", mail: str = "", **more: Any) -> RosterEntry:
    """Somebody in a roster; `more` are other kinds, or begins, ends, active."""
    first, _, last = name.partition(" ")
    said = {
        Kind.EMPLOYEE_NUMBER: (number,),
        Kind.FIRST_NAME: (first,),
        Kind.LAST_NAME: (last,),
        Kind.EMAIL: (mail,),
    } | {Kind(kind): value for kind, value in more.items() if kind in set(Kind)}
    return RosterEntry(
        key,
        {kind: tuple(filter(None, values)) for kind, values in said.items() if any(values)},
        more.get("begins", HIRED),
        more.get("ends"),
        more.get("active", True),
        where=f"hr.csv:{key}",
    )


def company(size: int) -> list[RosterEntry]:
    """People who share nothing."""
    return [
        entry(f"u{n}", f"E{n}", f"Ann{chr(97 + n % 26)} Lee{chr(97 + n // 26)}", f"ann{n}@x.org")
        for n in range(size)
    ]
