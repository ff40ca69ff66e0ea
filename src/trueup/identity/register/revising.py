"""How what is believed of a record changes when its system says something else. Pure: knows days, no table.

Two times (requirements F1e): a row says from which day until which something is true. One that turns out otherwise is
closed in what is known, and said anew; so each state of knowledge can be asked for later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.model.people import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

DAY = timedelta(days=1)
NAMES = frozenset({Kind.FIRST_NAME, Kind.LAST_NAME, Kind.FORMER_LAST_NAME})
FORMER = frozenset(
    {Kind.FORMER_NUMBER, Kind.FORMER_LAST_NAME}
)  # since when is not said: they are as old as can be


@dataclass(frozen=True, slots=True)
class Said:
    """Something that is said, and how it is compared."""

    kind: Kind
    value: str
    normalised: str
    normaliser: str


@dataclass(frozen=True, slots=True)
class Believed:
    """That it is true from `start` until before `end`; None is since ever, and without an end that is known."""

    said: Said
    start: date | None
    end: date | None
    number: int | None = None  # of its row; None: not kept yet

    def holds_on(self, day: date) -> bool:
        """Whether it is true on that day."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Change:
    """The rows that are known no longer, and those that are known instead."""

    closed: tuple[int, ...] = ()
    new: tuple[Believed, ...] = ()


def employment(begins: date | None, ends: date | None, *, active: bool, today: date) -> Believed:
    """When somebody is there: the last day counts in full; one who is gone without a day is gone today."""
    end = ends + DAY if ends is not None else None if active else today
    start = begins if end is None or begins is None or begins < end else None
    return Believed(Said(Kind.EMPLOYMENT, "", "", "none/1"), start, end)


def last_employment(held: Collection[Believed]) -> Believed | None:
    """The latest that is believed."""
    known = [one for one in held if one.said.kind is Kind.EMPLOYMENT]
    return max(known, key=lambda one: (one.start is not None, one.start), default=None)


def is_another(held: Collection[Believed], said: Collection[Said], work: Believed) -> bool:
    """Whether a number was given to somebody else: the bearer had left before this one began, and no name is the same."""
    was = last_employment(held)
    if was is None or was.end is None or work.start is None or work.start < was.end:
        return False
    before = {one.said.normalised for one in held if one.said.kind in NAMES}
    now = {one.normalised for one in said if one.kind in NAMES}
    return bool(before and now) and not before & now


def revised(held: Sequence[Believed], said: Sequence[Said], work: Believed, today: date) -> Change:
    """What changes when the system says `said` today, of somebody employed as `work` says.

    What is said no more ended today; what is new began today, or with the employment where nothing of its kind was
    known of that. Whoever comes back has what they had before, and anew from their first day.
    """
    was = last_employment(held)
    back = _is_back(was, work)
    mine = [] if back else [one for one in held if _is_of(one, was)]
    running = {_key(one.said): one for one in mine if _runs(one, was)}
    ended = [one for one in mine if not _runs(one, was)]
    kinds = {one.said.kind for one in mine}
    closed: list[int] = []
    new: list[Believed] = []

    def instead(one: Believed, better: Believed) -> None:
        assert one.number is not None  # noqa: S101 - what is held has its row
        closed.append(one.number)
        if better.start is None or better.end is None or better.start < better.end:
            new.append(better)

    for one in (*dict.fromkeys(said), work.said):
        had = running.pop(_key(one), None)
        if had is None:
            start = None if one.kind in FORMER else today if one.kind in kinds else work.start
            better = Believed(one, start, work.end)
            if better.start is None or better.end is None or better.start < better.end:
                new.append(better)
            continue
        moved = was is not None and had.start == was.start and one.kind not in FORMER
        better = replace(had, start=work.start if moved else had.start, end=work.end, number=None)
        if (better.start, better.end) != (had.start, had.end):
            instead(had, better)
    until = today if work.end is None else min(today, work.end)
    for gone in (*running.values(), *ended):
        if gone.end is None or gone.end > until:
            instead(gone, replace(gone, end=until, number=None))
    return Change(tuple(closed), tuple(new))


def _is_back(was: Believed | None, work: Believed) -> bool:
    return was is not None and was.end is not None and work.start is not None and work.start >= was.end


def _is_of(one: Believed, was: Believed | None) -> bool:
    """Whether it is of the employment that was, and not of one before."""
    return was is None or was.start is None or one.end is None or one.end > was.start


def _runs(one: Believed, was: Believed | None) -> bool:
    """Whether it belongs to the employment that was, and did not end before that."""
    return one.end is None or (was is not None and one.end == was.end)


def _key(said: Said) -> tuple[Kind, str]:
    """The same text, compared the same way, is the same."""
    return said.kind, said.value
