"""Conflicts of identity as one HTML file that needs nothing else, for whoever decides them. Knows how it is laid out.

Names are shown, since nobody can decide without. Nothing runs on it: the policy allows the style alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from trueup.doors.identity_words import label
from trueup.doors.report import wording
from trueup.doors.report.page import asset, source_hash
from trueup.journey.conflicts import About

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from trueup.journey.conflicts import Choice, Conflict

SHOWN = 500  # of a kind; a sheet holds all
FIELDS = {"name": "Name", "mail": "Address", "number": "Number", "department": "Department", "city": "City"}

# what each kind is, and what it may cost, for somebody from HR
SAYS = {
    About.SWAPPED: "Two accounts carry each other's number or address: each one's learning may count for the other.",
    About.SEVERAL_PEOPLE: "An account fits more than one person about as well. Nothing of it counts for anybody until it is decided.",
    About.NOT_SURE: "One person comes into question, but too little agrees, or something speaks against it.",
    About.SEVERAL_ACCOUNTS: "One person has several accounts in one system: their history is divided, and may count twice.",
    About.NOBODY: "An account is like nobody in the roster: a vendor's, a test, or somebody whom HR does not list.",
    About.NO_ACCOUNT: "Somebody in the roster has no account in a system: nothing learned there can count for them.",
}


def page(counts: Mapping[About, int], found: Sequence[Conflict], now: datetime) -> str:
    """The page."""
    environment = Environment(
        loader=PackageLoader("trueup.doors.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": lambda text: wording.visible(str(text))[:400],
        "label": label,
        "instant": wording.instant,
        "count": wording.counted,
    }
    style = asset("page.css") + asset("conflicts.css")
    by_kind: dict[About, list[Conflict]] = defaultdict(list)
    for one in found:
        by_kind[one.about].append(one)
    return environment.get_template("conflicts.html").render(
        style=style,
        policy=f"default-src 'none'; style-src {source_hash(style)}; img-src data:; base-uri 'none'; form-action 'none'",
        counts=counts,
        total=sum(counts.values()),
        kinds={kind: by_kind[kind][:SHOWN] for kind in About if by_kind[kind]},
        left_out={kind: len(by_kind[kind]) - SHOWN for kind in About},
        says=SAYS,
        fields=FIELDS,
        bar=_bar,
        now=now.isoformat(),
    )


def _bar(one: Choice, field: str) -> str:
    """How a field weighs: for, against, or neither."""
    bits = float(str((one.evidence or {}).get(field, {}).get("bits", 0) or 0))
    return "for" if bits >= 1 else "against" if bits <= -1 else "even"
