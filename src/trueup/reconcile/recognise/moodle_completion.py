"""Moodle's two completion reports, a person a row and two columns an activity. Knows their shape, not a site.

The course completion report has a date of the whole course in its last column; the activity completion
report has not, and names no person but by what the site shows beside the name. State and date of an
activity come from different tables of Moodle: neither is read alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import CanonicalRow, Cellwise, Claim, Emitted, Need, Sample
from trueup.reconcile.recognise.moodle_states import State, state_of
from trueup.reconcile.recognise.moodle_words import HEADERS
from trueup.reconcile.recognise.names import fold
from trueup.reconcile.recognise.tables import missing_need

_IDENTITY = ("email", "id_number", "username", "department", "institution", "city", "country", "phone")
_KEYS = {"id_number": "employee_number", "email": "email", "username": "account_name"}
_DATE_LIKE = re.compile(r"\d.*\d{1,2}[:.]\d{2}")
_EXPECTED_BY = re.compile(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$")
_FILE_NAMES = (  # how Moodle (and who saves its reports) names them; lower-cased, odd letters made "_"
    re.compile(
        r"^completion-(?:course-|activity-)?(?P<course>.+?)-\d{8}_\d{4}(?:-comma_separated)?(?: ?\(\d+\))?\.csv$"
    ),
    re.compile(r"^completion-(?:course-|activity-)?(?P<course>.+?)(?:\.excelcsv)?(?: ?\(\d+\))?\.csv$"),
    re.compile(r"^progress\.(?P<course>.+?)(?: ?\(\d+\))?\.csv$"),
)
_STATUS = {
    State.COMPLETED: "completed",
    State.OVERRIDDEN: "completed",
    State.PASSED: "passed",
    State.FAILED: "failed",
    State.TAKEN_BACK: "voided",
}


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


def claim_completion(sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim on either completion report."""
    layout = course_layout(sample) or activity_layout(sample)
    if layout is None:
        return None
    course = declared.constants.get("course_id")
    columns = {_KEYS[meaning]: sample.header[i] for meaning, i in layout.identity.items() if meaning in _KEYS}
    if "email" not in layout.identity and "id_number" not in layout.identity and layout.user_id is not None:
        columns["account_name"] = sample.header[layout.user_id]
    columns |= _shown_columns(layout, sample.header)
    claim = Claim(
        system="moodle",
        layout=layout.name,
        role="completions",
        confidence=0.97 if layout.course_date is not None else 0.93,
        columns=columns,
        translate=Cellwise(_translator(layout, dict(declared.constants))),
        problems=tuple(_limits(layout, sample)),
    )
    if course is None:
        claim = claim.with_needs(_course_need(sample.file))
    return claim


def _shown_columns(layout: Layout, header: Sequence[str]) -> dict[str, str]:
    if layout.course_date is not None:
        states = {"status": " | ".join(pair.activity for pair in layout.pairs)} if layout.pairs else {}
        return states | {"completed_at": header[layout.course_date]}
    dates = " | ".join(header[pair.date] or f"(after {pair.activity})" for pair in layout.pairs)
    return {"status": " | ".join(pair.activity for pair in layout.pairs), "completed_at": dates}


def _course_need(file: str) -> Need:
    suggested = suggested_course(file)
    why = "the report names no course; only the name of the file may"
    if suggested:
        why += f" ({suggested!r}: lower-cased, and cut of what a file name can't hold)"
    need = missing_need("completions", "course_id", suggested or "")
    return Need(need.what, need.key, why, need.example, required=True)


def suggested_course(file: str) -> str | None:
    """The course that a file's name may be of; a suggestion, never used without being confirmed.

    >>> suggested_course("completion-lead_2__2026_-20261123_1703-comma_separated (1).csv"), suggested_course("x.csv")
    ('lead_2__2026_', None)
    """
    name = re.split(r"[\\/]", file)[-1].lower().removesuffix(".gz")
    for form in _FILE_NAMES:
        if found := form.match(name):
            return found["course"]
    return None


def _limits(layout: Layout, sample: Sample) -> list[Problem]:
    problems = []
    if not {"email", "id_number", "username"} & set(layout.identity):
        only = "Moodle's own user ID" if layout.user_id is not None else "the name"
        problems.append(
            Problem(
                sample.file,
                1,
                f"nothing but {only} says who a row is of",
                expected="an e-mail address or an ID number beside the name",
                actual=", ".join(header for header in sample.header[:4] if header),
                todo="let the site show user identity (Site administration, Users, User policies), and export again",
            )
        )
    return problems


def _translator(layout: Layout, constants: dict[str, str]) -> Callable[[Sequence[str | None]], Emitted]:
    source = constants.get("source", "moodle")
    issuer = constants.get("account_issuer", "moodle")
    course = constants.get("course_id", "")

    def translate(cells: Sequence[str | None]) -> Emitted:
        person = _person(layout, cells, issuer)
        key = next(
            (person[name] for name in ("employee_number", "email", "account_name") if person.get(name)), None
        )
        if not key:
            return Emitted(
                reason="no person key in the row: the name alone is none",
                expected="an ID number or an e-mail address",
            )
        rows: list[CanonicalRow] = []
        notes: list[str] = []

        def emit(activity: str, status: str, when: str | None) -> None:
            row: CanonicalRow = {
                **constants,
                "record_id": f"{source}|{course}|{activity}|{key}",
                "source": source,
                **person,
                "course_id": (f"{course}/{activity}" if activity else course) if course else None,
                "status": status,
                "completed_at": when,
            }
            rows.append(row)

        if layout.course_date is not None and (when := (cells[layout.course_date] or "").strip()):
            emit("", "completed", when)
        for pair in layout.pairs:
            said, when = (cells[pair.state] or "").strip(), (cells[pair.date] or "").strip()
            if not said and not when:
                continue
            state = state_of(said)
            if state is None:
                return Emitted(
                    reason="a state of an activity that is not known",
                    expected="completed or not completed, in a language that is known",
                    actual=said[:80],
                )
            if state in _STATUS:
                emit(pair.activity, _STATUS[state], when or None)
            elif when:
                notes.append(
                    "an activity is not completed although a date stands beside it: no completion is made of it"
                )
        return Emitted(tuple(rows), notes=tuple(notes))

    return translate


def _person(layout: Layout, cells: Sequence[str | None], issuer: str) -> dict[str, str | None]:
    person = {_KEYS[meaning]: cells[i] for meaning, i in layout.identity.items() if meaning in _KEYS}
    person = {name: value for name, value in person.items() if value and value.strip()}
    if not person and layout.user_id is not None and (user := (cells[layout.user_id] or "").strip()):
        person = {"account_name": user}
    if "account_name" in person:
        person["account_issuer"] = issuer
    return person
