"""`write_company`: one imaginary company's exported logs, clean or with planted faults, and the truth beside them."""

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from elsewhere import (
    plant_books,
    plant_calendar,
    plant_delivery,
    plant_missing,
    plant_people,
    plant_privacy,
    plant_time,
)
from elsewhere.books import open_books
from elsewhere.learning import learn
from elsewhere.plant_people import Plant
from elsewhere.render import write_files
from elsewhere.review_year import plan_year
from elsewhere.staff import hire
from elsewhere.style import PersonKey, Style
from elsewhere.transfers import grant_consents, send_all
from elsewhere.world import Company, Planted

GROUPS = ("TU0903", "TU0403", "TU0405", "TU0401", "TU0202")
"""Planted first: they want many records in a row."""

SECOND = ("TU1005", "TU0106", "TU0105", "TU0503", "TU0501", "TU0104", "TU1002", "TU1003", "TU0902", "TU0904")
"""Planted next: they want whole people, or rare records."""

_ALL: dict[str, Plant] = {
    **plant_people.PLANTS,
    **plant_time.PLANTS,
    **plant_missing.PLANTS,
    **plant_delivery.PLANTS,
    **plant_calendar.PLANTS,
    **plant_privacy.PLANTS,
    **plant_books.PLANTS,
}
ORDER = (*GROUPS, *SECOND, *(code for code in _ALL if code not in {*GROUPS, *SECOND}))
CODES = tuple(sorted(_ALL))

NEEDS: dict[str, tuple[str, ...]] = {
    "TU0103": ("people",),
    "TU0104": ("people",),
    "TU0106": ("people",),
    "TU0204": ("cycles",),
    "TU0306": ("completions.revision",),
    "TU0402": ("sync",),
    "TU0403": ("sync.limit",),
    "TU0404": ("sync.retry_after",),
    "TU0501": ("accounts",),
    "TU0503": ("accounts",),
    "TU0702": ("sync.http_status",),
    "TU0902": ("cycles.sla_hours",),
    "TU1001": ("policy",),
    "TU1005": ("policy", "reviews.received_at"),
    "TU0703": ("policy", "grants"),
    **dict.fromkeys(("TU0601", "TU0602", "TU0603", "TU0604", "TU0605"), ("competencies",)),
    **dict.fromkeys(("TU0701", "TU0704"), ("grants",)),
    **dict.fromkeys(("TU0801", "TU0802", "TU0803", "TU0804", "TU0805"), ("scales",)),
    **dict.fromkeys(("TU0901", "TU0903", "TU0904"), ("cycles",)),
    **dict.fromkeys(("TU1002", "TU1003"), ("consents",)),
    "TU1004": ("policy",),
}
"""Without these files or columns nobody could see the fault, so it is not planted."""

HIDDEN_BY_PSEUDONYMS = frozenset({"TU0105", "TU0106"})
"""Who stands in the review cannot be told where each cycle has its own pseudonyms."""


def visible(code: str, style: Style) -> bool:
    """Whether the files of a style can show a fault at all."""
    if code in HIDDEN_BY_PSEUDONYMS and style.person_key is PersonKey.PSEUDONYM:
        return False
    if code == "TU0105" and style.person_key is PersonKey.UUID and not style.has("people"):
        return False  # numbers on one side, UUIDs on the other, and nothing that joins them
    if code == "TU1004" and style.person_key is not PersonKey.PSEUDONYM:
        return False
    return all(style.has(*need.split(".")) for need in NEEDS.get(code, ()))


def build(*, people: int, seed: int, style: Style) -> Company:
    """A company without a fault."""
    company = Company(style, random.Random(f"{style.name}/{seed}/{people}"))
    open_books(company)
    plan_year(company)
    hire(company, people)
    learn(company)
    send_all(company)
    grant_consents(company)
    return company


def plant(company: Company, codes: Sequence[str]) -> list[Planted]:
    """Faults of the codes that the style can show, on records of their own."""
    planted: list[Planted] = []
    for code in ORDER:
        if code in codes and visible(code, company.style):
            count = company.rng.randint(2, 3) if code in GROUPS else company.rng.randint(3, 8)
            planted += _ALL[code](company, count)
    return planted


def write_company(out: Path, *, people: int, seed: int, codes: Sequence[str], style: Style) -> list[Planted]:
    """Writes out/logs (for `trueup check`) and out/truth.jsonl; answers what was planted.

    `codes=()` writes a clean company. A code that the style's files cannot show is left out.
    """
    company = build(people=people, seed=seed, style=style)
    planted = plant(company, codes)
    shutil.rmtree(out / "logs", ignore_errors=True)
    write_files(company, out / "logs")
    lines = (json.dumps(asdict(p), ensure_ascii=False) for p in planted)
    (out / "truth.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return planted
