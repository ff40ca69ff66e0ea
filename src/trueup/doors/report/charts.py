"""What the page draws of an answer: days, runs, review calendar. Knows the figures; finds no fault in them."""

from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

from trueup.doors.report import svg
from trueup.doors.report.wording import counted, instant, visible
from trueup.model.answers import CycleLine, DayLine, RunLine

_MOST_COLUMNS = 92  # a quarter, day by day
_MOST_RUNS = 60
_MOST_CYCLES = 20
_BINS = (1, 7, 28, 91, 364, 3_640)  # days a column may stand for
_DAYS = (svg.Series("with a fault", "crit", "lines"), svg.Series("without", "series"))
_RUNS = (
    svg.Series("accepted", "series"),
    svg.Series("throttled", "warn", "lines"),
    svg.Series("error", "crit", "dots"),
    svg.Series("rejected", "cut"),
)


def days(lines: tuple[DayLine, ...]) -> Markup | None:
    """Completions a day, those with a fault at the bottom; longer columns where a quarter is not enough.

    None where no day can be read.
    """
    known = {day: line for line in lines if (day := _day(line.day))}
    if not known:
        return None
    first, last = min(known), max(known)
    length = (last - first).days + 1
    step = next((bin_ for bin_ in _BINS if length / bin_ <= _MOST_COLUMNS), _BINS[-1])
    sums = [[0, 0] for _ in range(-(-length // step))]
    for day, line in known.items():
        at = sums[(day - first).days // step]
        at[0] += line.faulty
        at[1] += max(0, line.completions - line.faulty)
    stacks = []
    for n, (faulty, sound) in enumerate(sums[-_MOST_COLUMNS * 4 :]):
        start = first + timedelta(days=n * step)
        until = f" to {_date(start + timedelta(days=step - 1))}" if step > 1 else ""
        says = f"{_date(start)}{until}: {counted(faulty + sound, 'completion')}, {faulty:,} with a fault"
        stacks.append(svg.Stack(f"{start.day} {start:%b}", says, (faulty, sound)))
    worst = max(known.values(), key=lambda line: line.faulty)
    told = (
        f"From {_date(first)} to {_date(last)}, one column for {counted(step, 'day')}. "
        f"Most faults on one day: {worst.faulty:,} of {worst.completions:,} on {worst.day}."
    )
    return svg.columns("days", "Completions a day, and those with a fault", told, _DAYS, stacks)


def runs(lines: tuple[RunLine, ...]) -> Markup | None:
    """How the records of each sync run ended; the last 60 runs. None where there is none."""
    if not lines:
        return None
    stacks = []
    for line in lines[-_MOST_RUNS:]:
        at = _instant(line.started_at)
        label = f"{at.day} {at:%b}" if at else visible(line.run_id)[-8:]
        says = (
            f"{visible(line.run_id)}: {line.accepted:,} accepted, {line.throttled:,} throttled, "
            f"{counted(line.errors, 'error')}, {line.rejected:,} rejected of {counted(line.records, 'record')}"
        )
        stacks.append(svg.Stack(label, says, (line.accepted, line.throttled, line.errors, line.rejected)))
    lost = sum(line.throttled + line.errors + line.rejected > 0 for line in lines)
    told = f"{counted(len(lines), 'run')}, {lost:,} of them with records that were not accepted."
    return svg.columns("runs", "How the records of each sync run ended", told, _RUNS, stacks)


def calendar(lines: tuple[CycleLine, ...], as_of: str) -> Markup | None:
    """The review cycles over time with their cut-offs. None where no cycle can be placed."""
    placed = [line for line in lines if _instant(line.opens_at) and _instant(line.cutoff_at)][:_MOST_CYCLES]
    if not placed:
        return None
    now = _instant(as_of)
    stops = [at for line in placed for at in map(_instant, _stops(line)) if at]
    scale = _Scale(min(stops), max([*stops, *([now] if now else [])]))
    body = [scale.months(len(placed)), *_legend()]
    if now and scale.first <= now <= scale.last:
        x, low = scale.at(now), 40.0 + 44 * len(placed)
        body.append(svg.line(f"M{x:.1f},34V{low:.0f}", "ink", 1.4, "4 3"))
        middle = min(x, _WIDE - 22.0)
        body.append(svg.rect((middle - 22, 20, 44, 15), "ink", 3))
        body.append(svg.text(middle, 31, "As of", colour="surface", anchor="middle", bold=True))
    body += [_cycle_row(line, scale, 40.0 + 44 * row) for row, line in enumerate(placed)]
    told = "; ".join(
        f"{visible(line.cycle)} has its cut-off on {instant(line.cutoff_at or '')}" for line in placed
    )
    height = 48.0 + 44 * len(placed)
    return svg.frame("calendar", (_WIDE, height), "Review calendar", told, Markup("").join(body))


_WIDE, _LEFT = 1_080.0, 190.0
_PHASES = (
    ("Completions count", "bar-light", "ink"),
    ("Grace", "bar-mid", "ink"),
    ("Reviews", "series", "surface"),
)


class _Scale:
    """Instants to places on the x axis."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self.first = first
        self.last = max(last, first + timedelta(days=1))

    def at(self, when: datetime) -> float:
        return _LEFT + (when - self.first) / (self.last - self.first) * (_WIDE - _LEFT - 10)

    def months(self, rows: int) -> Markup:
        """A line at the first of each month, or of every third, sixth ... where that would be too many."""
        spread = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        every = next(step for step in (1, 3, 6, 12, 60, 12_000) if spread / step <= 12)
        drawn, low = [], 40.0 + 44 * rows
        for n in range(
            self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month, every
        ):
            start = datetime(max(1, n // 12), n % 12 + 1, 1, tzinfo=UTC)
            if start >= self.first:
                drawn.append(svg.line(f"M{self.at(start):.1f},14V{low:.0f}", "grid"))
                if self.at(start) < _WIDE - 56:
                    drawn.append(svg.text(self.at(start) + 5, 14, f"{start:%b %Y}", bold=True))
        return Markup("").join(drawn)


def _legend() -> list[Markup]:
    drawn = []
    for n, (word, colour, _) in enumerate(_PHASES):
        drawn.append(svg.rect((0, 1 + 13.0 * n, 9, 9), colour, 2))
        drawn.append(svg.text(15, 9 + 13.0 * n, word))
    return drawn


def _cycle_row(line: CycleLine, scale: _Scale, top: float) -> Markup:
    opens, cutoff, grace, frozen = map(_instant, _stops(line))
    if opens is None or cutoff is None:
        return Markup("")
    late = f", {line.late:,} late" if line.late else ""
    name = visible(line.cycle)
    drawn = [
        svg.line(f"M0,{top + 40:.0f}H{_WIDE:.0f}", "grid"),
        svg.text(0, top + 15, name if len(name) <= 28 else f"{name[:27]}…", colour="ink", bold=True),
        svg.text(0, top + 30, f"{counted(line.completions, 'completion')}{late}"),
    ]
    spans = ((opens, cutoff), (cutoff, grace), (grace or cutoff, frozen))
    for (start, end), (word, colour, ink) in zip(spans, _PHASES, strict=True):
        if end is not None and end > start:
            x, width = scale.at(start), scale.at(end) - scale.at(start)
            drawn.append(svg.rect((x, top + 10, width, 20), colour, 2))
            if width > 6.4 * len(word) + 14:
                drawn.append(svg.text(x + 8, top + 24, word, colour=ink, bold=True))
    x = scale.at(cutoff)
    drawn.append(svg.line(f"M{x:.1f},{top + 6:.0f}V{top + 34:.0f}", "crit", 2.2))
    drawn.append(Markup('<path class="f-crit" d="M{0:.1f},{1:.0f}h10l-5,7z"/>').format(x - 5, top + 1))
    says = Markup("<title>{}: cut-off {}</title>").format(name, instant(line.cutoff_at or ""))
    return Markup("<g>{}{}</g>").format(says, Markup("").join(drawn))


def shift_of(minutes: int) -> str:
    """An offset in minutes as people say it.

    >>> shift_of(120), shift_of(-330), shift_of(45)
    ('+2 h', '−5 h 30 min', '+45 min')
    """
    whole, rest = divmod(abs(minutes), 60)
    said = " ".join(part for part in (f"{whole} h" if whole else "", f"{rest} min" if rest else "") if part)
    return f"{'−' if minutes < 0 else '+'}{said or '0 min'}"


def _stops(line: CycleLine) -> tuple[str | None, ...]:
    return line.opens_at, line.cutoff_at, line.grace_until, line.frozen_at


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _date(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
