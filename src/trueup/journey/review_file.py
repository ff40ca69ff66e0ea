"""One review file on its way to a corrected copy: where the instants and scoring rooms say how values are written.

Knows how a file's values are read and written; not which fault gives which change (reconcile/corrections).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup import instants
from trueup.journey.staged import ways_of
from trueup.model.findings import Facts
from trueup.model.instants import Precision
from trueup.reconcile.change_list import Change, removal
from trueup.reconcile.corrections import Decision, Target, Why, Wrong, decide
from trueup.reconcile.recognise.claim import Columnwise
from trueup.reconcile.rewriting import Edit
from trueup.reconcile.time_forms import form_of, written, written_day
from trueup.reconcile.wrong_rows import in_lines, wrong_of
from trueup.scoring import comparing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    import ibis

    from trueup.kit.engine import Engine
    from trueup.model.scales import Scale
    from trueup.reconcile.reading import Inspection
    from trueup.reconcile.rewriting import Rows
    from trueup.reconcile.successors import Heir

_HOUR = 3_600_000_000
_SECOND = 1_000_000
_COARSE = (Precision.YEAR, Precision.MONTH)
_WHYS = tuple(Why)
_LOOKED_AT = 20_000  # rows that say how the file writes its times


@dataclass(frozen=True, slots=True)
class Known:
    """What holds for all review files: the faults by their rows, and what the other files say."""

    engine: Engine
    planned: ibis.Table  # reconcile/wrong_rows
    excess: frozenset[str]  # fields that no policy allows, as `plain_field` writes them
    heirs: Mapping[str, Heir]
    scales: Sequence[Scale]
    frozen: frozenset[str]  # review cycles that nothing changes any more


@dataclass(slots=True)
class Ledger:
    """What has been done: a byte for each fault, the changes counted by code, and where each change is noted."""

    state: bytearray
    note: Callable[[Change], None]
    changes: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    not_blanked: set[tuple[str | None, str]] = field(default_factory=set)  # record, field: on rows that slid

    def take(self, done: Decision) -> None:
        """Keep what became of each fault."""
        for number in done.settled:
            self.state[number] = 1
        for number, why in done.left.items():
            self.state[number] = 2 + _WHYS.index(why)

    def is_settled(self, number: int) -> bool:
        """Whether a change settles the fault."""
        return self.state[number] == 1

    def why_left(self, number: int) -> Why | None:
        """Why the fault is left, where that was said."""
        return _WHYS[self.state[number] - 2] if self.state[number] > 1 else None

    @property
    def total(self) -> int:
        """All changes so far."""
        return self.changes.total() + self.removed.total()


class Corrector:
    """Decides on the rows of one review file, chunk by chunk, and notes every change."""

    def __init__(self, one: Inspection, known: Known, ledger: Ledger) -> None:
        self._file = one.file
        self._one = one
        self._known = known
        self._ledger = ledger
        self._target: Target | None = None

    def edits(self, rows: Rows) -> dict[int, Edit]:
        """What becomes of some rows of the file, by their places."""
        if self._target is None:
            self._target = target_of(self._one, rows, self._known.excess, self._known.heirs)
        wrongs = self._wrongs(rows)
        asked = [
            question
            for place, some in wrongs.items()
            for question in _questions(At(rows, place), some, self._target)
        ]
        scored = rescored(asked, self._known.scales, self._known.engine)
        edits: dict[int, Edit] = {}
        for place in sorted({*wrongs, *_carrying(rows, self._target.excess)}):
            row, some = At(rows, place), wrongs.get(place, [])
            done = decide(some, row, self._target, scored)
            self._ledger.take(done)
            self._note(row, some, done)
            if done.removed or done.changes:
                cells = {change.column: change.after for change in done.changes}
                edits[place] = Edit(removed=done.removed is not None, cells=cells)
        return edits

    def _wrongs(self, rows: Rows) -> dict[int, list[Wrong]]:
        """The faults on these rows, by place, primary ones first."""
        mine = in_lines(self._known.planned, self._file, rows.lines[0], rows.lines[-1])
        found = self._known.engine.fetch(mine.order_by("number")).to_pylist()
        wrongs: dict[int, list[Wrong]] = defaultdict(list)
        if found:
            places = {line: place for place, line in enumerate(rows.lines)}
            for row in found:
                if row["line"] in places:
                    wrongs[places[row["line"]]].append(wrong_of(row))
        return dict(wrongs)

    def _note(self, row: At, wrongs: Sequence[Wrong], done: Decision) -> None:
        target = self._target
        if target is None:  # pragma: no cover - edits() has just made it
            return
        record = row.text(target, "record_id") or next((wrong.record_id for wrong in wrongs), None)
        cycle = target.columns.get("cycle", ())
        held = {
            row.text(target, "cycle"),
            *(change.after for change in done.changes if change.column in cycle),
        }
        frozen = min((name for name in held if name in self._known.frozen), default=None)
        if row.slid():
            for column in target.excess:
                if (row.cell(column) or "").strip():
                    self._ledger.not_blanked.add((record, plain_field(row.rows.header[column])))
        said = [
            Change(self._file, row.line, record, row.rows.header[one.column], one.before, one.after, one.code)
            for one in done.changes
        ]
        self._ledger.changes.update(change.code for change in said)
        if done.removed is not None:
            self._ledger.removed[done.removed] += 1
            said = [removal((self._file, row.line), record, row.whole(), done.removed)]
        for change in said:
            self._ledger.note(replace(change, frozen_cycle=frozen))


@dataclass(frozen=True, slots=True)
class At:
    """One of some rows, as corrections see it."""

    rows: Rows
    place: int

    @property
    def line(self) -> int:
        """Its line in the file."""
        return self.rows.lines[self.place]

    def cell(self, column: int) -> str | None:
        """The text of a cell."""
        return self.rows.cell(self.place, column)

    def slid(self) -> bool:
        """Whether its cells may stand in wrong columns."""
        return self.rows.slid(self.place)

    def holds(self, column: int, text: str | None) -> bool:
        """Whether a column can hold that text."""
        return self.rows.holds(column, text)

    def whole(self) -> dict[str, str | None]:
        """All its cells by header."""
        return self.rows.whole(self.place)

    def text(self, target: Target, name: str) -> str | None:
        """The canonical column's text, trimmed; None where it is blank or missing."""
        texts = ((self.cell(column) or "").strip() for column in target.columns.get(name, ()))
        return next((text for text in texts if text), None)


def _carrying(rows: Rows, excess: Iterable[int]) -> list[int]:
    """The places of the rows that carry a field which no policy allows."""
    return [
        place
        for column in excess
        for place in range(len(rows.lines))
        if (rows.cell(place, column) or "").strip()
    ]


Question = tuple[
    Wrong, str | None, str | None, str | None
]  # fault, scale, version that is to hold, score shown


def _questions(row: At, wrongs: Sequence[Wrong], target: Target) -> list[Question]:
    """The scores that have to be reckoned anew: by another version of the scale, or where none is shown."""
    asked = [
        wrong
        for wrong in wrongs
        if wrong.code == "TU0804" or (wrong.code == "TU0803" and wrong.actual is None)
    ]
    return [
        (
            wrong,
            row.text(target, "scale"),
            wrong.expected if wrong.code == "TU0804" else row.text(target, "scale_version"),
            row.text(target, "score"),
        )
        for wrong in asked
    ]


def target_of(one: Inspection, rows: Rows, excess: Collection[str], heirs: Mapping[str, Heir]) -> Target:
    """The file as corrections see it; `rows` are its first rows, `excess` the fields that no policy allows."""
    how = one.claim.translate if one.claim else None
    if not isinstance(how, Columnwise) or one.declared is None:
        raise TypeError(f"{one.file} is not read column by column")
    columns = {pick.canonical: pick.sources for pick in how.picks}
    texts = _texts(rows, columns.get("completed_at", ()))
    reading = ways_of(one.declared, one.times).of("completed_at")
    return Target(
        columns=columns,
        write_time=_writer(texts, reading),
        apart=_comparer(reading, has_times="completed_at" in columns),
        cleans={pick.canonical: pick.clean for pick in how.picks if pick.clean is not None},
        extras={header.strip().replace(";", ","): column for header, column in how.extras},
        excess=frozenset(column for header, column in how.extras if plain_field(header) in excess),
        heirs=heirs,
    )


def plain_field(name: str) -> str:
    """A field's name as the policy's verdict compares it (privacy's TU1001).

    >>> plain_field("learner.Date of-birth")
    'date_of_birth'
    """
    return re.sub(r"[\s\-]+", "_", re.sub(r"^.*\.", "", name.strip().lower()))


def _texts(rows: Rows, columns: Sequence[int]) -> list[str]:
    places = range(min(len(rows.lines), _LOOKED_AT))
    found = (rows.cell(place, column) for column in columns for place in places)
    return [text for text in found if text and text.strip()]


def _writer(texts: Sequence[str], reading: instants.Reading) -> Callable[[Wrong], str | Why]:
    """How the LMS's time is written: in the column's form, and only where reading it gives the same instant."""
    form = form_of(texts)
    zone = instants.zone_named(reading.zone) if reading.zone else None

    def write(wrong: Wrong) -> str | Why:
        if wrong.at is None or wrong.precision in _COARSE:
            return Why.NO_SOURCE
        if form is None:
            return Why.TIME_FORM
        if wrong.precision == Precision.DAY:
            return written_day(form, wrong.at, wrong.offset) or Why.DAY_ONLY
        text = written(form, wrong.at, wrong.offset, zone)
        read = _microseconds(text, reading)
        if text is None or read is None or not 0 <= wrong.at - read < form.slack:
            return Why.TIME_FORM
        return text

    return write


def _microseconds(text: str | None, reading: instants.Reading) -> int | None:
    """Microseconds since 1970 UTC; None where the text says no single instant."""
    found = instants.read_instant(text, reading)
    if found is None or found.at is None or found.unsettled is not None:
        return None
    whole = int(found.at.timestamp() // 1)
    return whole * _SECOND + found.at.microsecond


def _comparer(reading: instants.Reading, *, has_times: bool) -> Callable[[str | None, Wrong], bool]:
    """Whether the review's time is another than the LMS's, as closely as both say it (as TU0202-TU0207 judge)."""

    def apart(text: str | None, wrong: Wrong) -> bool:
        if wrong.at is None or not has_times:
            return False
        if text is None:
            return True
        found = instants.read_instant(text, reading)
        theirs = _microseconds(text, reading)
        if found is None or theirs is None:
            return False
        if wrong.precision == Precision.DAY:
            return not -14 * _HOUR <= theirs - wrong.at < 36 * _HOUR
        if found.precision == Precision.DAY:
            return not -36 * _HOUR < theirs - wrong.at <= 14 * _HOUR
        coarse = Precision.MINUTE in {found.precision, wrong.precision}
        return abs(theirs - wrong.at) >= (60 if coarse else 1) * _SECOND

    return apart


def rescored(asked: Sequence[Question], known: Sequence[Scale], engine: Engine) -> dict[int, str]:
    """By the fault's number, the score that the matrix gives for what the LMS says.

    Each asked is a fault, and the row's scale, version (the one that is to hold) and score as text. Where the
    row names no scale and shows the source's own score, that stays.
    """
    said = {
        wrong.number: score
        for wrong, scale, _, score in asked
        if scale is None and score is not None and _same(score, wrong.score)
    }
    rest = [one for one in asked if one[0].number not in said and one[0].score is not None and one[0].scale]
    if not rest or not known:
        return said
    table = engine.constant(
        pa.table(
            {
                "number": pa.array([wrong.number for wrong, *_ in rest], pa.int64()),
                "score": pa.array([wrong.score for wrong, *_ in rest], pa.float64()),
                "scale": pa.array([wrong.scale for wrong, *_ in rest], pa.string()),
                "h_scale": pa.array([scale for _, scale, _, _ in rest], pa.string()),
                "h_scale_version": pa.array([version for _, _, version, _ in rest], pa.string()),
            }
        ),
        "rescored",
    )
    facts = Facts(
        scales=tuple(known),
        lms_scales=tuple(sorted({str(wrong.scale) for wrong, *_ in rest})),
        review_scales=tuple(dict.fromkeys((scale, version) for _, scale, version, _ in rest)),
    )
    wanted = table.select("number", said=comparing.said(comparing.wanted(table, facts), table, facts))
    for row in engine.fetch(wanted).to_pylist():
        if row["said"] is not None:
            said[row["number"]] = row["said"]
    return said


def _same(text: str, score: float | None) -> bool:
    try:
        return score is not None and abs(float(text) - score) <= 0.005
    except ValueError:
        return False
