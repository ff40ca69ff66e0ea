"""All conflicts in one file: a page for people, a sheet, or JSON. Knows how they are laid out, not how they are found."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from trueup.doors.identity_words import conflicts_document, label
from trueup.doors.whole_file import whole_file
from trueup.kit.cells import formula_safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from trueup.journey.conflicts import About, Conflict

FORMS = (".html", ".csv", ".json")
FIELDS = ("name", "mail", "number", "department", "city")
COLUMNS = (
    "number", "about", "code", "role", "issuer", "name", "said", "linked", "others", "missing_at", "completions", "rank",
    "person", "person_named", "weight", "margin", *(f"{field}_says" for field in FIELDS), "against", "suggested",
)  # fmt: skip  # a list


def write(path: Path, counts: Mapping[About, int], found: Sequence[Conflict], now: datetime) -> None:
    """The file, whole or not at all; its form is what its ending says."""
    with whole_file(path) as part:
        if path.suffix == ".html":
            from trueup.doors.report.conflicts_page import page  # noqa: PLC0415 - the others go without templates

            part.write_text(page(counts, found, now), encoding="utf-8")
        elif path.suffix == ".csv":
            _sheet(part, found)
        else:
            document = conflicts_document(counts, found)
            part.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _sheet(part: Path, found: Sequence[Conflict]) -> None:
    """A row for each candidate; one without any has a row all the same."""
    with part.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for one in found:
            said = "; ".join(f"{label(kind.value)} {', '.join(texts)}" for kind, texts in one.said.items())
            shared = {
                "number": one.number,
                "about": one.about.value,
                "code": one.code or "",
                "role": one.record.role.value,
                "issuer": one.record.issuer,
                "name": one.record.name,
                "said": said,
                "linked": one.linked.person if one.linked else "",
                "others": " ".join(str(it.record_id) for it in one.others),
                "missing_at": one.issuer or "",
                "completions": one.completions,
                "suggested": one.suggested,
            }
            for rank, it in enumerate(one.choices or (None,), 1):
                mine = {} if it is None else {
                    "rank": rank,
                    "person": it.person.person,
                    "person_named": it.person.named,
                    "weight": "" if it.weight is None else it.weight,
                    "margin": "" if it.margin is None else it.margin,
                    "against": "; ".join(it.vetoes),
                    **{f"{field}_says": (it.evidence or {}).get(field, {}).get("says", "") for field in FIELDS},
                }  # fmt: skip  # a row
                writer.writerow({name: formula_safe(str(value)) for name, value in (shared | mine).items()})
