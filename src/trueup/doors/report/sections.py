"""Which faults a page holds, and in what order. Knows caps, families and consequences; draws nothing.

A page that held a million faults would open nowhere, so each code gets a share of a fixed number of rows.
A consequence stands right under the fault that explains it (same record, `caused_by`), where that one is held.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from trueup.doors.report.mask import Mask
from trueup.doors.report.wording import SEVERITIES
from trueup.model.answers import Answer, FaultRow
from trueup.model.faults import Family, Fault, family_of, fault


@dataclass(slots=True)
class Line:
    """One fault as it is shown, with the faults that follow from it."""

    row: FaultRow  # masked
    anchor: str
    entry: Fault
    family: Family
    follows: list["Line"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """All that is shown of one code."""

    entry: Fault
    family: Family
    n: int
    primary: int  # how many of them nothing else explains
    lines: tuple[Line, ...]
    elsewhere: tuple[tuple[str, int], ...]  # code -> how many are shown there, under what explains them
    left_out: int

    @property
    def shown(self) -> int:
        """How many faults of the code the page holds, here or elsewhere."""
        return self.n - self.left_out


def rank(code: str, answer: Answer) -> tuple[bool, int, int, str]:
    """Sorts codes: with causes of their own first, then by severity, then by how often."""
    alone = answer.primary_counts.get(code, 0) > 0
    return not alone, SEVERITIES.index(fault(code).severity), -answer.counts[code], code


def quota(counts: dict[str, int], per_code: int, total: int) -> int:
    """The largest number of faults a code that keeps the page within both caps.

    >>> quota({"TU0301": 900, "TU0302": 5}, per_code=200, total=100)
    95
    """
    low, high = 0, per_code
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(n, middle) for n in counts.values()) <= total:
            low = middle
        else:
            high = middle - 1
    return low


def sections(answer: Answer, mask: Mask, *, per_code: int, total: int) -> tuple[Section, ...]:
    """One section a code, those of the likeliest family first. Reads no more faults than it has to."""
    held = _held(answer, quota(answer.counts, per_code, total))
    lines = [
        Line(mask.row(row), f"f{n}", fault(row.code), family_of(row.code)) for n, row in enumerate(held, 1)
    ]
    own, elsewhere = _linked(held, lines)
    order = {line.family: n for n, line in enumerate(answer.families)}
    codes = sorted(
        (code for code, n in answer.counts.items() if n),
        key=lambda code: (order.get(family_of(code).key, len(order)), rank(code, answer)),
    )
    return tuple(
        Section(
            entry=fault(code),
            family=family_of(code),
            n=answer.counts[code],
            primary=answer.primary_counts.get(code, 0),
            lines=tuple(own[code]),
            elsewhere=tuple(sorted(elsewhere[code].items())),
            left_out=answer.counts[code] - len(own[code]) - sum(elsewhere[code].values()),
        )
        for code in codes
    )


def _held(answer: Answer, most: int) -> list[FaultRow]:
    """The first faults of every code, up to `most` of each."""
    wanted = {code: min(n, most) for code, n in answer.counts.items()}
    left = sum(wanted.values())
    held: list[FaultRow] = []
    if not left:
        return held
    for row in answer.faults(None):
        if wanted.get(row.code, 0):
            wanted[row.code] -= 1
            left -= 1
            held.append(row)
            if not left:
                break
    return held


def _linked(
    held: list[FaultRow], lines: list[Line]
) -> tuple[dict[str, list[Line]], dict[str, dict[str, int]]]:
    """Lines by the code they stand under, and how many of each code stand under another."""
    places = {(row.code, row.record_id): at for at, row in reversed(list(enumerate(held)))}
    own: dict[str, list[Line]] = defaultdict(list)
    elsewhere: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for at, (row, line) in enumerate(zip(held, lines, strict=True)):
        first = _first_cause(at, held, places)
        if first == at:
            own[row.code].append(line)
        else:
            lines[first].follows.append(line)
            elsewhere[row.code][held[first].code] += 1
    return own, elsewhere


def _first_cause(at: int, held: list[FaultRow], places: dict[tuple[str, str | None], int]) -> int:
    """The place of the fault that a fault goes back to, over any number of steps; its own where there is none."""
    passed, here = {at}, at
    while (cause := held[here].caused_by) and held[here].record_id:
        following = places.get((cause, held[here].record_id))
        if following is None:
            return here
        if following in passed:  # two that name one another: neither is the first
            return at
        passed.add(following)
        here = following
    return here
