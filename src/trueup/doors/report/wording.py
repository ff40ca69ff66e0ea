"""Words and figures that all answers share: verdict, thresholds, states, what an exit code means.

Knows no layout; finds and masks nothing.
"""

import re
from datetime import UTC, datetime

from trueup.model.answers import Answer, Kpi, State

STATE_WORDS = {State.OK: "OK", State.WARN: "Warn", State.BREACH: "Breach", State.UNKNOWN: "Unknown"}
SEVERITIES = ("critical", "high", "medium", "low")  # worst first
SEVERITY_SAYS = {
    "critical": "a review is decided on wrong or missing evidence, or a person is exposed",
    "high": "evidence is missing or wrong unless somebody acts before the cut-off",
    "medium": "evidence is doubtful, or will be wrong if nothing changes",
    "low": "upkeep: nothing is wrong yet",
}
ALL_FAULTS = "trueup check DIR --faults all.parquet"  # DIR: the directory that was checked

_BULLET = re.compile(r"\A\s*(?:\(?\d{1,2}[.)]|[-*•])\s+")


def visible(text: str) -> str:
    r"""A text on one line with nothing hidden in it: no terminal escape, no mark that turns the reading order.

    What looks like a plain blank and is none is spelled out too: it may be the very reason of a fault.

    >>> visible("a\x1b[31mb"), visible("one\ntwo"), visible("abc\u202edef"), visible("E1001\xa0")
    ('a\\x1b[31mb', 'one two', 'abc\\u202edef', 'E1001\\xa0')
    """
    text = re.sub(r"[\r\n\t]+", " ", text)
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def number(value: float) -> str:
    """A figure as people write it: thousands with commas, about three digits that count.

    >>> number(3400), number(97.41), number(1.984), number(0.214), number(2.0), number(0.0004)
    ('3,400', '97.4', '1.98', '0.21', '2', '0.0004')
    """
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN differs from itself
        return "?"
    size = abs(value)
    if value == round(value) or size >= 100:
        return f"{value:,.0f}"
    digits = 1 if size >= 10 else 2 if size >= 0.1 else 4
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def figure(value: float | None, unit: str) -> str:
    """A figure with its unit; an en dash where it can't be told."""
    return "–" if value is None else f"{number(value)} {unit}".rstrip()


def thresholds(kpi: Kpi) -> str:
    """Where a figure starts to warn and to breach: "Warn ≥ 1 %, breach ≥ 2 %"."""
    sign = "≥" if kpi.higher_is_worse else "≤"
    said = [
        f"{word} {sign} {figure(edge, kpi.unit)}"
        for word, edge in (("warn", kpi.warn), ("breach", kpi.breach))
        if edge is not None
    ]
    text = ", ".join(said) or "no threshold set"
    return text[0].upper() + text[1:]


def counted(n: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 fault", "1,204 faults"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def instant(text: str) -> str:
    """An ISO 8601 instant as people read it: "23 Nov 2026, 15:40 UTC"; the text itself where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def hours(n: int) -> str:
    """A time to act: "4 hours", "3 days"."""
    return counted(n // 24, "day") if n >= 48 and n % 24 == 0 else counted(n, "hour")


def steps(text: str) -> tuple[str, ...]:
    """The steps of a fix: what is numbered 1, 2, 3 or stands on lines of its own; else its sentences.

    >>> steps("1. Pause the job. 2. Replay the window."), steps("Wait 2.5 s, e.g. twice. Then ask.")
    (('Pause the job.', 'Replay the window.'), ('Wait 2.5 s, e.g. twice.', 'Then ask.'))
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = _numbered(lines[0])
    if len(lines) == 1:
        lines = re.split(r"(?<=[.!?])\s+(?=[A-Z])", lines[0])
    return tuple(_BULLET.sub("", line).strip() for line in lines) or ("",)


def _numbered(line: str) -> list[str]:
    """A line that starts with 1. cut before each number that goes on from the one before."""
    if not re.match(r"\s*\(?1[.)]\s", line):
        return [line]
    parts, n = [], 2
    while found := re.search(rf"\s\(?{n}[.)]\s", line):
        parts.append(line[: found.start()])
        line = line[found.start() :]
        n += 1
    return [*parts, line]


def verdict(answer: Answer) -> str:
    """The answer in one sentence."""
    breached = sum(kpi.state is State.BREACH for kpi in answer.kpis)
    figures = counted(breached, "figure breaches its threshold", "figures breach their threshold")
    if answer.total == 0:
        unchecked = (
            f" {counted(len(answer.unchecked), 'code')} could not be looked for." if answer.unchecked else ""
        )
        return f"No fault found, but {figures}." if breached else f"No fault found.{unchecked}"
    families = len(answer.families)
    spread = f" in {counted(families, 'family', 'families')}" if families else ""
    told = f"{counted(answer.total, 'fault')} found{spread}"
    return f"{told}; {figures}." if breached else f"{told}; no figure breaches its threshold."


def consequences(answer: Answer) -> str:
    """How many of the faults follow from another one; "" where none does."""
    primary = sum(answer.primary_counts.values())
    follow = answer.total - primary
    if follow <= 0:
        return ""
    return f"{counted(primary, 'fault has', 'faults have')} a cause of {'its' if primary == 1 else 'their'} own, {follow:,} follow from another fault on the same record."


def exit_code(answer: Answer) -> int:
    """0 where nothing was found and no threshold is breached, else 3."""
    return 0 if answer.clean else 3


def exit_meaning(answer: Answer) -> str:
    """What the exit code says."""
    return "clean" if answer.clean else "a fault was found or a threshold is breached"
