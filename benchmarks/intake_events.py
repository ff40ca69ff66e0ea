"""Made-up completions for the intake, as events and as xAPI statements. Knows nothing of trueup; a seed gives the same.

b"".join(bodies("events", seed=1, size=100, count=10))
"""

import json
import random
from collections.abc import Iterator

PEOPLE, COURSES = 5_000, 800
SOURCE = "lms"


def event(number: int, chance: random.Random) -> dict[str, object]:
    """One of our own events; its number is its key."""
    return {
        "source": SOURCE,
        "record_id": f"{number:012x}",
        "account": {
            "issuer": "https://lms.example.com",
            "name": f"emp{chance.randrange(PEOPLE):06d}",
        },
        "course_id": f"COURSE-{chance.randrange(COURSES):04d}",
        "status": chance.choice(("completed", "passed", "failed")),
        "occurred_at": _time(chance),
        "score": {"raw": chance.randrange(101), "min": 0, "max": 100},
        "tags": ["safety", f"SK-{chance.randrange(40)}"],
    }


def statement(number: int, chance: random.Random) -> dict[str, object]:
    """The same as an xAPI statement of 1.0.3."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012x}",
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": "https://lms.example.com", "name": f"emp{chance.randrange(PEOPLE):06d}"},
        },
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
        "object": {
            "objectType": "Activity",
            "id": f"https://lms.example.com/course/{chance.randrange(COURSES)}",
            "definition": {"type": "http://adlnet.gov/expapi/activities/course", "name": {"en": "Safety"}},
        },
        "result": {"completion": True, "score": {"raw": chance.randrange(101), "min": 0, "max": 100}},
        "timestamp": _time(chance),
    }


MADE = {"events": event, "statements": statement}


def bodies(kind: str, *, seed: int, size: int, count: int) -> Iterator[bytes]:
    """`count` bodies of `size` events each, an array of them where there are several; no seed shares a key with another."""
    chance = random.Random(seed)
    for place in range(count):
        first = seed * 100_000_000 + place * size
        made = [MADE[kind](first + number, chance) for number in range(size)]
        yield json.dumps(made if size > 1 else made[0], separators=(",", ":")).encode()


def _time(chance: random.Random) -> str:
    day, hour, minute, second = (chance.randrange(limit) for limit in (28, 24, 60, 60))
    return f"2026-03-{day + 1:02}T{hour:02}:{minute:02}:{second:02}+01:00"
