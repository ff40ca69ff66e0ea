"""What all rows of a file say together, learnt while they go by once. Knows counts and notes, no meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.reconcile.formats import Problem, UnreadableFile
from trueup.reconcile.inspection import CanonicalBatch, Inspection
from trueup.reconcile.recognise.streaming import stream
from trueup.reconcile.recognise.times import TimesSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.reconcile.recognise.claim import Claim
    from trueup.reconcile.recognise.translating import Translated

_SHOWN = 20  # unreadable rows that are told one by one


class Survey:
    """One pass over an identified file: `batches` gives its canonical rows, then `inspection` what it is.

    `lost` holds every row that can't be used, `times` how the times are written, both as far as the
    batches were taken.
    """

    __slots__ = ("_broken", "_claim", "_counted", "_identified", "_notes", "_reasons", "lost", "times")

    def __init__(self, identified: Inspection) -> None:
        """ValueError where the file could not be opened, or was surveyed before."""
        if identified.claim is None or identified.opened is None:
            raise ValueError(f"{identified.file}: there is no opened file to be surveyed")
        self._identified = identified
        self._claim: Claim = identified.claim
        self._counted = [0, 0]  # used, reported
        self._reasons: dict[str, list[int]] = {}
        self._notes: dict[str, list[int]] = {}
        self._broken: list[Problem] = []
        self.lost: list[Problem] = []
        self.times = TimesSeen(identified.claim.role)

    def batches(self) -> Iterator[CanonicalBatch]:
        """All rows, once. Where the rest can't be read they end; `inspection` then says so."""
        opened = self._identified.opened
        if opened is None:
            return
        try:
            for translated in stream(opened.table, self._claim):
                self._look_at(translated)
                yield batch_of(self._claim.role or "", translated)
        except UnreadableFile as error:
            self._broken.append(error.problem)
        unread = [problem for problem in opened.table.problems if problem.line is not None]
        self._counted[1] += len(unread)
        self.lost += unread

    def _look_at(self, translated: Translated) -> None:
        self._counted[0] += translated.used
        self._counted[1] += len(translated.refused)
        for refused in translated.refused:
            self._reasons.setdefault(refused.reason, []).append(refused.line)
        for line, note in translated.notes:
            self._notes.setdefault(note, []).append(line)
        self.lost += lost_in(self._identified.file, translated)
        self.times.look_at(translated.columns)

    def inspection(self) -> Inspection:
        """What the file is, once all batches were taken."""
        seen = self._identified
        opened, told, claim, file = seen.opened, seen.declared, self._claim, seen.file
        if opened is None or told is None:
            return seen
        used, reported = self._counted
        broken = bool(self._broken)
        unread = [problem for problem in opened.table.problems if problem.line is not None]
        problems = [
            *self._broken,
            *(problem for problem in opened.table.problems if problem.line is None),
            *claim.problems,
            *_summed(file, self._reasons),
            *_noted(file, self._notes),
            *unread[:_SHOWN],
            *_nothing_in_it(file, used + reported, claim),
            *self.times.problems(file),
        ]
        return replace(
            seen,
            role=None if broken else claim.role,
            rows=used + reported,
            confidence=0.0 if broken else claim.confidence,
            problems=tuple(problems),
            needs=(*claim.needs, *self.times.needs(told, claim, opened.sample)),
            used=used,
            reported=reported,
            readable=not broken,
            declared=replace(told, day_order=told.day_order or self.times.proved),
            times=self.times.texts,
            opened=None,
        )


def batch_of(role: str, translated: Translated) -> CanonicalBatch:
    """The rows that can be used."""
    return CanonicalBatch(role, translated.lines, translated.columns, translated.extras, translated.used)


def lost_in(file: str, translated: Translated) -> list[Problem]:
    """The rows that can't be used."""
    return [
        Problem(file, refused.line, refused.reason, refused.expected, refused.actual)
        for refused in translated.refused
    ]


def _summed(file: str, reasons: dict[str, list[int]]) -> list[Problem]:
    """One problem for each reason why rows can't be used, with the first line."""
    return [
        Problem(
            file,
            lines[0],
            f"{len(lines):,} row{'s' if len(lines) > 1 else ''} can't be used: {reason} (first: line {lines[0]})",
        )
        for reason, lines in reasons.items()
    ]


def _noted(file: str, notes: dict[str, list[int]]) -> list[Problem]:
    return [Problem(file, lines[0], f"{note} ({len(lines):,} times)") for note, lines in notes.items()]


def _nothing_in_it(file: str, rows: int, claim: Claim) -> list[Problem]:
    if rows or claim.role is None:
        return []
    return [
        Problem(
            file,
            None,
            "the file holds no rows: that is not the same as nobody being there",
            expected="at least one row",
            actual="headers only",
            todo="export again if rows were expected; it may be an import template",
        )
    ]
