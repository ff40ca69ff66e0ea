"""How Moodle's two completion reports are laid out: which column is what. Knows shapes and headers, not what a row means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trueup.reconcile.recognise.claim import Sample
from trueup.reconcile.recognise.moodle_words import HEADERS
from trueup.reconcile.recognise.names import fold

_IDENTITY = ("email", "id_number", "username", "department", "institution", "city", "country", "phone")
_DATE_LIKE = re.compile(r"\d.*\d{1,2}[:.]\d{2}")
_EXPECTED_BY = re.compile(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$")


@dataclass(frozen=True, slots=True)
class Pair:
    """One activity: its name and the columns of its state and its date."""

    activity: str
    state: int
    date: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column of a completion report is what."""

    name: str
    identity: dict[str, int]  # meaning -> column
    user_id: int | None
    pairs: tuple[Pair, ...]
    course_date: int | None


def means(header: str, meaning: str) -> bool:
    """Whether a header says this in any language."""
    return fold(header) in {fold(word) for word in HEADERS[meaning]}


def course_layout(sample: Sample) -> Layout | None:
    """ID, name, identity, then criteria, then the date of the course: None where the header is another.

    Activities show by their shape ("X", "X - ..." in any language), the course's date by its header or,
    in a language that is not known, by holding nothing but dates behind activities.
    """
    header = sample.header
    if len(header) < 3 or fold(header[0]) != "id":
        return None
    pairs = tuple(
        Pair(_nth(header, i), i, i + 1)
        for i in range(2, len(header) - 1)
        if header[i].strip() and header[i + 1].startswith(f"{header[i]} - ") and "-" in header[i + 1]
    )
    named = means(header[1], "name") or means(header[1], "full_name")
    if not (named and means(header[-1], "course_complete")) and not _ends_with_dates(sample, pairs):
        return None
    criteria = min([pair.state for pair in pairs] or [len(header) - 1])
    return Layout("course completion report", _identity(sample, criteria, 2), 0, pairs, len(header) - 1)


def _ends_with_dates(sample: Sample, pairs: tuple[Pair, ...]) -> bool:
    """Whether the last column, behind activities, holds dates or nothing."""
    last = len(sample.header) - 1
    if (
        not pairs
        or pairs[-1].date >= last
        or len({sample.header[p.date].removeprefix(p.activity) for p in pairs}) != 1
    ):
        return False
    return all(_DATE_LIKE.search(value) for value in sample.column(last))


def activity_layout(sample: Sample) -> Layout | None:
    """An empty header above the names, identity, then activity and (empty or expected) date in turn."""
    header = sample.header
    if len(header) < 3 or header[0].strip():
        return None
    start = 1
    while start < len(header) and any(means(header[start], meaning) for meaning in _IDENTITY):
        start += 1
    rest = len(header) - start
    if rest < 2:
        return None
    if rest % 2:  # a profile field of the site itself stands beside the known ones
        start += 1
    pairs = tuple(Pair(_nth(header, i), i, i + 1) for i in range(start, len(header), 2))
    if not all(
        header[p.state].strip() and (not header[p.date].strip() or _EXPECTED_BY.match(header[p.date]))
        for p in pairs
    ):
        return None
    return Layout("activity completion report", _identity(sample, start, 1), None, pairs, None)


def _nth(header: Sequence[str], index: int) -> str:
    """An activity's name; the second of two with one name is told apart by its number."""
    before = sum(other == header[index] for other in header[:index])
    return header[index] if not before else f"{header[index]} #{before + 1}"


def _identity(sample: Sample, end: int, start: int) -> dict[str, int]:
    """Which column before the criteria is which key; a mail address is known by its values too."""
    found: dict[str, int] = {}
    for index in range(start, end):
        meaning = next((m for m in _IDENTITY if m not in found and means(sample.header[index], m)), None)
        if meaning is not None:
            found[meaning] = index
    mail = next((i for i in range(start, end) if _all_mail(sample.column(i))), None)
    if "email" not in found and mail is not None:
        found["email"] = mail
    return found


def _all_mail(values: list[str]) -> bool:
    return bool(values) and all("@" in value for value in values)
