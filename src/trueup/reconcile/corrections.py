"""Which fault gives which change of a review row. Knows codes, cells and conflicts; reads and writes no file.

A change is made only where the logs leave one value: the LMS's own instant, the cycle of the calendar, the
registry's label or the only successor, the score of the matrix. Whatever else there is to do is a person's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from trueup.reconcile.successors import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from trueup.reconcile.successors import Heir

TIMES = ("TU0202", "TU0203", "TU0206", "TU0207")
CORRECTED = (
    *(*TIMES, "TU0204", "TU0305", "TU0306", "TU0502", "TU0602", "TU0603", "TU0703"),
    *("TU0803", "TU0804", "TU0805", "TU1001"),
)
FOLLOWS = {"TU0802": "score"}  # codes that are settled with another fault's change of this column
GOES_WITH_ROW = ("TU0304",)  # what is wrong with a row that another fault removes
ASKS_SOURCE = (*TIMES, "TU0204", "TU0306", "TU0803", "TU0804")  # what the LMS says is needed for them
EXCESS = "TU1001"
_LEADING = {"TU0603", "TU0804"}  # what they change settles the label and the score, too
_SUFFIX = re.compile(r"[\s\u00a0\u202f]*%?\s*$")


class Why(StrEnum):
    """Why a fault of one of the codes above is left to a person."""

    ELSEWHERE = "it is not in a row of the review system's file, but in another file or in the rules"
    PAYLOAD = "what was sent carried it: the connector's list of fields is to be changed"
    GONE = "its row was not found again in the review system's file"
    LAYOUT = "rows of this layout are not records of one review each"
    NO_COLUMN = "the review file has no column for the value"
    SLID = "the row is wider or narrower than its neighbours: its cells may stand in wrong columns"
    NO_SOURCE = "the source asserts no single time"
    DAY_ONLY = "the source knows the day only, and the column holds times"
    TIME_FORM = (
        "the column writes its times in a form, or as dates, in which the value can't be said for sure"
    )
    NO_VALUE = "the logs leave more than one value, or none"
    NO_SCALE = "the row names no scale for the score that is missing"
    NO_HEIR = "there is no single living successor, or the cell does not name the competency by its id"
    DISPUTED = "it is open whose record it is: settle the person first"
    BOTH = "neither of the rows is known to the source: a person says which one stays"
    CONFLICT = "another fault asks for another value in the same cell"
    FORM = "the file's encoding or the column's type can't hold the value"
    NOTHING = "the row already says what the source says: only the sync log is behind"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One fault, as it concerns one review row.

    `number` is its place among all faults: primary ones come first. `at`, `precision`, `offset`, `score` and
    `scale` are the LMS's. `twin`: the row repeats another record's; `mutual`: so does another orphan;
    `disputed`: the record has an identity fault.
    """

    number: int
    code: str
    record_id: str | None
    field: str | None
    expected: str | None
    actual: str | None
    primary: bool
    at: int | None = None
    precision: str | None = None
    offset: int | None = None
    score: float | None = None
    scale: str | None = None
    twin: bool = False
    mutual: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What is known of a review file: which column number is what, and how its values are written.

    `write_time(wrong)` gives the LMS's time in the column's form, or why not; `apart(text, wrong)` says whether
    a time of the file is another than the LMS's; `cleans` how numbers are read.
    """

    columns: Mapping[str, tuple[int, ...]]
    write_time: Callable[[Wrong], str | Why]
    apart: Callable[[str | None, Wrong], bool]
    cleans: Mapping[str, Callable[[str], str | None]] = field(default_factory=dict)
    extras: Mapping[str, int] = field(default_factory=dict)
    excess: frozenset[int] = frozenset()
    heirs: Mapping[str, Heir] = field(default_factory=dict)


class Row(Protocol):
    """A review row as it stands."""

    def cell(self, column: int) -> str | None:
        """The text of a cell."""

    def slid(self) -> bool:
        """Whether its cells may stand in wrong columns."""

    def holds(self, column: int, text: str | None) -> bool:
        """Whether a column can hold that text."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell: its column's number, the texts before and after (None: nothing), and the code of the reason."""

    column: int
    before: str | None
    after: str | None
    code: str


@dataclass(slots=True)
class Decision:
    """What becomes of a row: gone for the reason of a code, or cells changed; which faults that settles."""

    removed: str | None = None
    changes: list[CellChange] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    left: dict[int, Why] = field(default_factory=dict)


Offer = tuple[int, str | None]  # column, text


def decide(wrongs: Sequence[Wrong], row: Row, target: Target, rescored: Mapping[int, str]) -> Decision:
    """What becomes of one row, by all the faults on it (primary ones first).

    `rescored` has, by the fault's number, the score that the matrix gives where it had to be reckoned anew.
    """
    done = Decision()
    here = [wrong for wrong in wrongs if wrong.code in CORRECTED]
    if row.slid():
        done.left = {wrong.number: Why.SLID for wrong in here}
        return done
    here = [wrong for wrong in here if _is_its_row(wrong, row, target) or _note(done, wrong, Why.GONE)]
    going = [wrong for wrong in here if wrong.code in {"TU0305", "TU0502"} and _may_go(wrong, done)]
    if going:
        done.removed = going[0].code
        done.settled = [wrong.number for wrong in wrongs if wrong in here or wrong.code in GOES_WITH_ROW]
        done.left.clear()
        return done
    offers: dict[int, list[Offer]] = {}
    taken: set[str] = set()
    for wrong in sorted(here, key=lambda wrong: (wrong.code not in _LEADING, wrong.number)):
        if wrong.number in done.left:
            continue
        made = _offers(wrong, row, target, rescored, taken)
        if isinstance(made, Why):
            done.left[wrong.number] = made
        elif not all(row.holds(column, text) for column, text in made):
            done.left[wrong.number] = Why.FORM
        else:
            offers[wrong.number] = made
            taken.add(wrong.code)
    _resolve({wrong.number: wrong for wrong in here}, offers, row, target, done)
    touched = {change.column for change in done.changes}
    done.settled += [
        wrong.number
        for wrong in wrongs
        if wrong.code in FOLLOWS and touched & set(target.columns.get(FOLLOWS[wrong.code], ()))
    ]
    return done


def _note(done: Decision, wrong: Wrong, why: Why) -> bool:
    done.left[wrong.number] = why
    return False


def _is_its_row(wrong: Wrong, row: Row, target: Target) -> bool:
    """Whether the row names the fault's record; one that names none was found by person, course and time."""
    named = _text(row, target, "record_id")
    return named is None or wrong.record_id is None or named == wrong.record_id


def _may_go(wrong: Wrong, done: Decision) -> bool:
    if wrong.code == "TU0502" and wrong.disputed:
        return _note(done, wrong, Why.DISPUTED)
    if wrong.code == "TU0502" and wrong.twin and wrong.mutual:
        return _note(done, wrong, Why.BOTH)
    return True


def _text(row: Row, target: Target, name: str) -> str | None:
    """The canonical column's text in the row, trimmed; None where it is blank or missing."""
    column = _column(row, target, name)
    text = (row.cell(column) or "").strip() if column is not None else ""
    return text or None


def _column(row: Row, target: Target, name: str) -> int | None:
    """The column that gives the value: the first that is not blank, else the first."""
    sources = target.columns.get(name, ())
    filled = (column for column in sources if (row.cell(column) or "").strip())
    return next(filled, sources[0] if sources else None)


def _offers(
    wrong: Wrong, row: Row, target: Target, rescored: Mapping[int, str], beside: Collection[str]
) -> list[Offer] | Why:
    """The cells that a fault would have changed, or why it is left."""
    match wrong.code:
        case "TU0204":
            made = _filed(wrong, row, target)
        case "TU0306":
            made = _stale(wrong, row, target, beside)
        case "TU0602" | "TU0603":
            made = _competency(wrong, row, target, beside)
        case "TU0703":
            column = target.extras.get(wrong.actual or "")
            made = Why.NO_COLUMN if column is None else [(column, None)]
        case "TU0803":
            made = _score(wrong, row, target, rescored, beside)
        case "TU0804":
            made = _version(wrong, row, target, rescored)
        case "TU0805":
            made = _put(row, target, "score", None)
        case _:
            made = _time(wrong, row, target)
    return made


def _put(row: Row, target: Target, name: str, text: str | None) -> list[Offer] | Why:
    column = _column(row, target, name)
    return Why.NO_COLUMN if column is None else [(column, text)]


def _time(wrong: Wrong, row: Row, target: Target) -> list[Offer] | Why:
    if wrong.at is None:
        return Why.NO_SOURCE
    text = target.write_time(wrong)
    return text if isinstance(text, Why) else _put(row, target, "completed_at", text)


def _filed(wrong: Wrong, row: Row, target: Target) -> list[Offer] | Why:
    """TU0204: the cycle it is filed under; and its time, where that is another than the LMS's."""
    said: list[Offer] = []
    if wrong.field == "cycle":
        if wrong.expected is None:
            return Why.NO_VALUE
        put = _put(row, target, "cycle", wrong.expected)
        if isinstance(put, Why):
            return put
        said += put
    if target.apart(_text(row, target, "completed_at"), wrong):
        moved = _time(wrong, row, target)
        if isinstance(moved, Why):
            return moved
        said += moved
    return said or Why.NOTHING


def _stale(wrong: Wrong, row: Row, target: Target, beside: Collection[str]) -> list[Offer] | Why:
    """TU0306: the score and the time of the last revision, where the row has others."""
    said: list[Offer] = []
    if wrong.field == "score" and "TU0804" not in beside:
        scored = _number(wrong.expected, row, target)
        if isinstance(scored, Why):
            return scored
        said += scored
    if target.apart(_text(row, target, "completed_at"), wrong):
        moved = _time(wrong, row, target)
        if isinstance(moved, Why):
            return moved
        said += moved
    return said or (Why.NOTHING if wrong.field != "score" else [])


def _number(text: str | None, row: Row, target: Target) -> list[Offer] | Why:
    """A score, written as the column writes numbers: with its decimal sign and its "%"."""
    column = _column(row, target, "score")
    if column is None:
        return Why.NO_COLUMN
    if text is None:
        return Why.NO_VALUE
    clean = target.cleans.get("score", str)
    before = row.cell(column) or ""
    suffix = found.group() if (found := _SUFFIX.search(before)) and "%" in before else ""
    sign = "," if clean("1,5") == "1.5" else "."
    spelled = text.replace(".", sign) + suffix
    return [(column, spelled)] if clean(spelled) == text else Why.FORM


def _score(
    wrong: Wrong, row: Row, target: Target, rescored: Mapping[int, str], beside: Collection[str]
) -> list[Offer] | Why:
    """TU0803: what the matrix gives; with another version of the scale (TU0804) it is reckoned there."""
    if "TU0804" in beside:
        return []
    if wrong.actual is not None:
        return _number(wrong.expected, row, target)
    if "scale" in target.columns and _text(row, target, "scale") is None:
        return Why.NO_SCALE
    return _number(rescored.get(wrong.number), row, target)


def _version(wrong: Wrong, row: Row, target: Target, rescored: Mapping[int, str]) -> list[Offer] | Why:
    """TU0804: the version that holds, and the score by that version."""
    if wrong.expected is None or ", " in wrong.expected:
        return Why.NO_VALUE
    put = _put(row, target, "scale_version", wrong.expected)
    scored = _number(rescored.get(wrong.number), row, target)
    if isinstance(put, Why):
        return put
    return scored if isinstance(scored, Why) else [*put, *scored]


def _competency(wrong: Wrong, row: Row, target: Target, beside: Collection[str]) -> list[Offer] | Why:
    """TU0602 and TU0603: the successor and a label of its own; without one, the registry's label."""
    if wrong.code == "TU0602":
        return [] if "TU0603" in beside else _put(row, target, "label", wrong.expected)
    if wrong.field != "competency":
        return Why.ELSEWHERE
    heir = target.heirs.get(folded(_text(row, target, "competency") or ""))
    put = _put(row, target, "competency", heir.id) if heir else Why.NO_HEIR
    if heir is None or isinstance(put, Why):
        return put
    label = _text(row, target, "label")
    if label is None or folded(label) in heir.names:
        return put
    named = _put(row, target, "label", heir.label) if heir.label else Why.NO_HEIR
    return named if isinstance(named, Why) else [*put, *named]


def _resolve(
    wrongs: Mapping[int, Wrong], offers: Mapping[int, list[Offer]], row: Row, target: Target, done: Decision
) -> None:
    """One value a cell, and all of a fault's cells or none of them."""
    standing = dict(offers)
    while lost := _losers(wrongs, standing, target, row):
        for number in lost:
            done.left[number] = Why.CONFLICT
            del standing[number]
    for column, values in sorted(_wanted(standing, target, row).items()):
        ((text, numbers),) = values.items()
        before = row.cell(column)
        if (before or "") != (text or ""):
            first = min(numbers)
            done.changes.append(CellChange(column, before, text, EXCESS if first < 0 else wrongs[first].code))
    touched = {change.column for change in done.changes}
    for number, made in standing.items():
        if made and not touched & {column for column, _ in made}:
            done.left[number] = Why.NOTHING
        else:
            done.settled.append(number)


def _wanted(
    offers: Mapping[int, list[Offer]], target: Target, row: Row
) -> dict[int, dict[str | None, list[int]]]:
    """Which text each column is to have, by whom; -1 is a field that may not be there at all (TU1001)."""
    wanted: dict[int, dict[str | None, list[int]]] = defaultdict(lambda: defaultdict(list))
    for column in target.excess:
        if (row.cell(column) or "").strip():
            wanted[column][None].append(-1)
    for number, made in offers.items():
        for column, text in made:
            wanted[column][text].append(number)
    return wanted


def _losers(
    wrongs: Mapping[int, Wrong], offers: Mapping[int, list[Offer]], target: Target, row: Row
) -> set[int]:
    """The faults whose value loses to a primary fault's; all of them where primary faults want different ones."""
    lost: set[int] = set()
    for values in _wanted(offers, target, row).values():
        first = {text for text, numbers in values.items() if any(n < 0 or wrongs[n].primary for n in numbers)}
        winners = first or set(values)
        for text, numbers in values.items():
            if len(winners) > 1 or text not in winners:
                lost.update(number for number in numbers if number >= 0)
    return lost
