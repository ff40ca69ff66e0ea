"""Moodle's two completion reports, a person a row and two columns an activity. Knows their shape, not a site.

The course completion report has a date of the whole course in its last column; the activity completion
report has not, and names no person but by what the site shows beside the name. State and date of an
activity come from different tables of Moodle: neither is read alone. Which activities complete the course
stands in neither report; `columns.completed_at` may name them.
"""

import json
import re
from collections.abc import Callable, Sequence

from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import CanonicalRow, Cellwise, Claim, Emitted, Need, Parts, Sample
from trueup.reconcile.recognise.moodle_layout import Layout, Pair, activity_layout, course_layout
from trueup.reconcile.recognise.moodle_states import State, state_of
from trueup.reconcile.recognise.tables import missing_need

_KEYS = {"id_number": "employee_number", "email": "email", "username": "account_name"}
_FILE_NAMES = (  # how Moodle (and who saves its reports) names them; lower-cased, odd letters made "_"
    re.compile(
        r"^completion-(?:course-|activity-)?(?P<course>.+?)-\d{8}_\d{4}(?:-comma_separated)?(?: ?\(\d+\))?\.csv$"
    ),
    re.compile(r"^completion-(?:course-|activity-)?(?P<course>.+?)(?:\.excelcsv)?(?: ?\(\d+\))?\.csv$"),
    re.compile(r"^progress\.(?P<course>.+?)(?: ?\(\d+\))?\.csv$"),
)
_AND = " | "  # between the names of activities
_DATE_ALONE = "an activity is not completed although a date stands beside it: no completion is made of it"
_STATUS = {
    State.COMPLETED: "completed",
    State.OVERRIDDEN: "completed",
    State.PASSED: "passed",
    State.FAILED: "failed",
    State.TAKEN_BACK: "voided",
}


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
    whole, unknown = _whole_course(layout, declared)
    claim = Claim(
        system="moodle",
        layout=layout.name,
        role="completions",
        confidence=0.97 if layout.course_date is not None else 0.93,
        columns=columns,
        translate=Cellwise(_translator(layout, dict(declared.constants), whole)),
        problems=(*_limits(layout, sample), *(_no_such(sample.file, name, layout) for name in unknown)),
        parts=_parts(layout, course, whole),
    )
    if course is None:
        claim = claim.with_needs(_course_need(sample.file))
    if (
        layout.course_date is None
        and set(_KEYS) & set(layout.identity)
        and "completed_at" not in declared.columns
    ):
        claim = claim.with_needs(_whole_need(layout))
    return claim


def _parts(layout: Layout, course: str | None, whole: tuple[Pair, ...]) -> Parts | None:
    if not course or not layout.pairs:
        return None
    keys = tuple(f"{course}/{pair.activity}" for pair in layout.pairs)
    return Parts(course, keys, whole=layout.course_date is not None or bool(whole))


def _whole_course(layout: Layout, declared: FileSettings) -> tuple[tuple[Pair, ...], list[str]]:
    """The activities that are declared to complete the course, and the names that are none of an activity."""
    said = declared.columns.get("completed_at", "")
    if not said or layout.course_date is not None:
        return (), []
    known = {pair.activity: pair for pair in layout.pairs}
    names = [said] if said in known else said.split(_AND)
    return tuple(known[name] for name in names if name in known), [n for n in names if n not in known]


def _no_such(file: str, name: str, layout: Layout) -> Problem:
    return Problem(
        file,
        1,
        f"the settings say that the activity {name!r} completes the course, and the report has none of this name",
        expected="the names of activities"
        + (f", with {_AND!r} between them" if len(layout.pairs) > 1 else ""),
        actual=_AND.join(pair.activity for pair in layout.pairs)[:300],
        todo="correct columns.completed_at in trueup.toml",
    )


def _whole_need(layout: Layout) -> Need:
    activities = _AND.join(pair.activity for pair in layout.pairs)
    return Need(
        "the activities that complete the whole course",
        "columns.completed_at",
        "the report has dates of activities only, each of which becomes a record of its own; the date of the"
        " whole course is in the course completion report, or it is that of the last of these activities",
        f"columns.completed_at = {json.dumps(activities, ensure_ascii=False)}",
    )


def _shown_columns(layout: Layout, header: Sequence[str]) -> dict[str, str]:
    if layout.course_date is not None:
        states = {"status": _AND.join(pair.activity for pair in layout.pairs)} if layout.pairs else {}
        return states | {"completed_at": header[layout.course_date]}
    dates = _AND.join(header[pair.date] or f"(after {pair.activity})" for pair in layout.pairs)
    return {"status": _AND.join(pair.activity for pair in layout.pairs), "completed_at": dates}


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


def _translator(
    layout: Layout, constants: dict[str, str], whole: tuple[Pair, ...]
) -> Callable[[Sequence[str | None]], Emitted]:
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

        def row(activity: str, status: str, when: str | None) -> CanonicalRow:
            return {
                **constants,
                "record_id": f"{source}|{course}|{activity}|{key}",
                "source": source,
                **person,
                "course_id": (f"{course}/{activity}" if activity else course) if course else None,
                "status": status,
                "completed_at": when,
            }

        said = _said(layout, cells)
        if isinstance(said, Emitted):
            return said
        rows = [row(pair.activity, _STATUS[state], when) for pair, state, when in said if state in _STATUS]
        if layout.course_date is not None and (at := (cells[layout.course_date] or "").strip()):
            rows.insert(0, row("", "completed", at))
        if whole and (done := _done([one for one in said if one[0] in whole], len(whole))) is not None:
            rows.insert(0, row("", *done))
        dated = [when for _, state, when in said if state not in _STATUS and when]
        return Emitted(tuple(rows), notes=(_DATE_ALONE,) * len(dated))

    return translate


def _said(layout: Layout, cells: Sequence[str | None]) -> list[tuple[Pair, State, str | None]] | Emitted:
    """The state and the date of each activity that has either, or why the row can't be used."""
    found: list[tuple[Pair, State, str | None]] = []
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
        found.append((pair, state, when or None))
    return found


def _done(said: Sequence[tuple[Pair, State, str | None]], of: int) -> tuple[str, str | None] | None:
    """How and when so many activities were done: at the last date; None while one of them is open.

    The dates are those of the activity completion report, which are in order as texts (%F %T).
    """
    words = [_STATUS[state] for _, state, _ in said if state in _STATUS]
    if len(words) < of:
        return None
    status = next((word for word in ("voided", "failed", "passed") if word in words), "completed")
    dates = [when for _, _, when in said if when]
    return status, max(dates) if len(dates) == of else None


def _person(layout: Layout, cells: Sequence[str | None], issuer: str) -> dict[str, str | None]:
    person = {_KEYS[meaning]: cells[i] for meaning, i in layout.identity.items() if meaning in _KEYS}
    person = {name: value for name, value in person.items() if value and value.strip()}
    if not person and layout.user_id is not None and (user := (cells[layout.user_id] or "").strip()):
        person = {"account_name": user}
    if "account_name" in person:
        person["account_issuer"] = issuer
    return person
