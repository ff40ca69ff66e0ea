"""The answer as one HTML file that needs nothing else. Knows what stands on it; templates know where.

Style, script and drawings are inside; a content security policy names both by their hash and allows nothing
else, so that no value of the data can run or fetch anything. Every value is escaped by the template engine.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trueup.doors.report import charts, svg, wording
from trueup.doors.report.mask import Mask
from trueup.doors.report.sections import Section, rank, sections
from trueup.kit.cells import formula_safe
from trueup.model.answers import Answer, FamilyLine, Kpi, ShiftLine, State
from trueup.model.faults import CATALOGUE, FAMILIES, Fault, Owner

PER_CODE, IN_ALL = 200, 3_000  # faults embedded: of one code, and on the whole page
_OPEN_AT_ONCE = 12  # a code with more faults starts with its list closed
_LONGEST = 400  # characters of a value that are shown
_URGENT = 6
_STATE_CLASSES = {State.OK: "ok", State.WARN: "warn", State.BREACH: "crit", State.UNKNOWN: "mut"}
_STATE_ICONS = {State.OK: "yes", State.WARN: "warn", State.BREACH: "no", State.UNKNOWN: "ask"}
_SEVERITY_CLASSES = {"critical": "crit", "high": "crit", "medium": "warn", "low": "mut"}
_SEVERITY_ICONS = {"critical": "no", "high": "up", "medium": "warn", "low": "low"}


@dataclass(frozen=True, slots=True)
class _Tile:
    kpi: Kpi
    value: str
    gauge: Markup


@dataclass(frozen=True, slots=True)
class _Ranked:
    line: FamilyLine
    title: str
    bar: Markup
    codes: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Urgent:
    entry: Fault
    n: int
    step: str


@dataclass(frozen=True, slots=True)
class _Shift:
    line: ShiftLine
    says: str
    bar: Markup


def write(answer: Answer, path: Path, *, reveal: bool) -> None:
    """Writes the page, with at most 200 faults a code and 3,000 in all; persons masked unless `reveal`.

    Raises OSError where the file can't be written.
    """
    mask = Mask(reveal)
    environment = _environment(mask)
    parts = environment.get_template("page.html").generate(_context(answer, mask))
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as target:
        target.writelines(parts)


def _environment(mask: Mask) -> Environment:
    environment = Environment(
        loader=PackageLoader("trueup.doors.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def say(text: str) -> str:
        """Text of the data outside a fault: marked keys and mails masked, made visible, no formula, cut."""
        return _clipped(formula_safe(wording.visible(mask.text(text))))

    environment.filters |= {
        "say": say,
        "shown": lambda value: _clipped(
            formula_safe(wording.visible(value))
        ),  # tables are copied into sheets
        "count": wording.counted,
        "hours": wording.hours,
        "instant": wording.instant,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "steps": wording.steps,
        "thresholds": wording.thresholds,
    }
    environment.globals |= {
        "state_class": _STATE_CLASSES,
        "state_icon": _STATE_ICONS,
        "state_word": wording.STATE_WORDS,
        "severity_class": _SEVERITY_CLASSES,
        "severity_icon": _SEVERITY_ICONS,
        "severities": wording.SEVERITY_SAYS,
        "owners": [str(owner) for owner in Owner],
        "all_faults": wording.ALL_FAULTS,
        "open_at_once": _OPEN_AT_ONCE,
    }
    return environment


def _context(answer: Answer, mask: Mask) -> dict[str, object]:
    style, script = asset("page.css"), asset("page.js")
    held = sections(answer, mask, per_code=PER_CODE, total=IN_ALL)
    ranked = sorted(held, key=lambda section: rank(section.entry.code, answer))
    return {
        "answer": answer,
        "reveal": mask.reveal,
        "verdict": wording.verdict(answer),
        "consequences": wording.consequences(answer),
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; style-src {source_hash(style)}; script-src {source_hash(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'",
        "tiles": [_tile(kpi) for kpi in answer.kpis],
        "families": [_ranked(line, held) for line in answer.families],
        "urgent": [_Urgent(one.entry, one.n, wording.steps(one.entry.fix)[0]) for one in ranked[:_URGENT]],
        "sections": held,
        "shown": sum(section.shown for section in held),
        "titles": {kpi.key: kpi.title for kpi in answer.kpis},
        "catalogue": CATALOGUE,
        "days": charts.days(answer.charts.days),
        "runs": charts.runs(answer.charts.runs),
        "calendar": charts.calendar(answer.charts.cycles, answer.as_of),
        "shifts": _shifts(answer.charts.shifts),
        "needs": _needs(answer),
    }


def _tile(kpi: Kpi) -> _Tile:
    value = "–" if kpi.value is None else wording.number(kpi.value)
    return _Tile(kpi, value, svg.gauge(kpi.value, kpi.warn, kpi.breach, higher_is_worse=kpi.higher_is_worse))


def _ranked(line: FamilyLine, held: tuple[Section, ...]) -> _Ranked:
    family = FAMILIES.get(line.family)
    codes = tuple(section for section in held if section.family is family)
    return _Ranked(
        line, family.title if family else line.family, svg.share_bar(line.likelihood, "crit"), codes
    )


def _shifts(lines: tuple[ShiftLine, ...]) -> list[_Shift]:
    most = max((line.n for line in lines), default=1) or 1
    return [_Shift(line, charts.shift_of(line.minutes), svg.share_bar(line.n / most)) for line in lines]


def _needs(answer: Answer) -> dict[str, list[tuple[str, str]]]:
    """Codes that could not be looked for, with their names, by what they need."""
    by_need: dict[str, list[tuple[str, str]]] = {}
    for one in answer.unchecked:
        entry = CATALOGUE.get(one.code)
        by_need.setdefault(one.needs, []).append((one.code, entry.name if entry else ""))
    return by_need


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"


@cache
def asset(name: str) -> Markup:
    """A file of this package that goes into the page as it is."""
    return Markup((files("trueup.doors.report") / "templates" / name).read_text(encoding="utf-8"))  # noqa: S704 - ours


def source_hash(content: str) -> str:
    """The source expression that allows exactly this style or script (CSP Level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
