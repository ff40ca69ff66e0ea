"""Recognising our own files, and everybody's that call the columns by their names. Knows no system.

Exact names first, then names apart from case and punctuation, then synonyms. The file's name breaks
ties and adds a little certainty; it never decides alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from trueup.model.relations import ROLES, Kind, Role
from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import NOTHING, Claim, Columnwise, Need, Pick, Sample, Verdict
from trueup.reconcile.recognise.headers import doubled_needs, doubled_problems, number_clean, positions
from trueup.reconcile.recognise.names import fold, nearest
from trueup.reconcile.recognise.synonyms import STRONG, WEAK
from trueup.reconcile.recognise.tables import missing_need, stand_in
from trueup.reconcile.recognise.words import flag, outcome, outcome_verdict, status, status_verdict

EXACT, SPELLED, SYNONYM, GUESS = 1.0, 0.98, 0.85, 0.45  # how sure a header makes a column
_DERIVED = 0.6  # what a record id is worth that is made of the other columns
_NEARLY_AS_GOOD = 0.15  # two roles this near each other are not told apart
_WITHIN_A_HINT = 0.5  # so much worse a role may fit that the file's name says it is
_REVIEWS_ONLY = {"review_record_id", "scale_version", "competency", "label", "cycle", "received_at"}
_HINTS = {
    "completions": ("completion", "transcript", "learning_history", "abschl"),
    "sync": ("sync", "delivery_log", "outbox"),
    "reviews": ("review", "appraisal", "performance", "beurteil", "evalua"),
    "people": (
        "people",
        "roster",
        "employees",
        "workers",
        "persons",
        "staff",
        "hris",
        "mitarbeiter",
        "personal",
    ),
    "accounts": ("account", "users"),
    "competencies": ("competenc", "skills", "framework", "tags"),
    "scales": ("scale",),
    "cycles": ("cycle", "calendar"),
    "consents": ("consent",),
    "grants": ("grant", "scopes", "permissions"),
    "policy": ("policy", "policies"),
}
_TELLING = {"policy": ("purpose", "field", "allowed")}  # what a role without required columns is known by
_DERIVED_KEY = ("source", "course_id", "attempt", "employee_number/email/account_name", "completed_at")


@dataclass(frozen=True, slots=True)
class Fit:
    """How well the headers of a file fit one role."""

    role: Role
    taken: dict[str, int]  # canonical -> column
    weights: dict[str, float]
    clashes: tuple[tuple[str, str, str], ...]  # header, the column it was taken for, the other it could be
    rivals: tuple[tuple[str, str, str], ...]  # canonical, the header taken, the other that could be it
    coverage: float  # of the required columns
    explained: float  # of the headers

    @property
    def rank(self) -> float:
        """Higher is better."""
        return 1.5 * self.coverage + 1.5 * self.explained + 0.02 * len(self.taken)


def fit(role: Role, sample: Sample, declared: FileSettings) -> Fit:
    """Give each header to the column that it names best."""
    offers = _offers(role, sample, declared)
    taken: dict[str, int] = {}
    weights: dict[str, float] = {}
    used: dict[int, str] = {}
    clashes, rivals = [], []
    for weight, _, index, name in offers:
        header = sample.header[index]
        if name in taken:
            if index not in used and weight == weights[name] < EXACT:
                rivals.append((name, sample.header[taken[name]], header))
            continue
        if index in used:
            if weight == weights[used[index]] < SPELLED:
                clashes.append((header, used[index], name))
            continue
        taken[name], weights[name], used[index] = index, weight, name
    if role.name == "people" and "person_id" not in taken and "employee_number" in taken and len(taken) > 1:
        # numbers with nothing about the person behind them are no list of people
        taken["person_id"], weights["person_id"] = taken["employee_number"], _DERIVED
    telling = role.required or _TELLING[role.name]
    if role.name == "completions":
        weights.setdefault("record_id", _DERIVED)
    headers = [
        header
        for i, header in enumerate(sample.header)
        if header.strip() and (i in used or not sample.inner(i))
    ]
    return Fit(
        role,
        taken,
        weights,
        tuple(clash for clash in clashes if clash[2] not in taken),
        tuple(rivals),
        sum(weights.get(name, 0.0) for name in telling) / len(telling),
        sum(weights[name] for name in taken) / max(len(headers), 1),
    )


def _offers(role: Role, sample: Sample, declared: FileSettings) -> list[tuple[float, int, int, str]]:
    """All (weight, rank among the synonyms, column, canonical), best first."""
    offers: list[tuple[float, int, int, str]] = []
    keys = [fold(header) for header in sample.header]
    for column in role.columns:
        told = declared.columns.get(column.name)
        if told is not None:
            offers += [(2.0, 0, index, column.name) for index in positions(sample, told)[:1]]
            continue
        for weight, words in (
            (SYNONYM, STRONG[role.name].get(column.name, ())),
            (GUESS, WEAK[role.name].get(column.name, ())),
        ):
            ranks = _ranks(words)
            offers += [
                (weight, ranks[key], index, column.name)
                for index, key in enumerate(keys)
                if key in ranks and _plausible(column.kind, column.name, sample.column(index))
            ]
        for index, header in enumerate(sample.header):
            if header.strip() == column.name:
                offers.append((EXACT, 0, index, column.name))
            elif keys[index] == fold(column.name):
                offers.append((SPELLED, 0, index, column.name))
    return sorted(set(offers), key=lambda offer: (-offer[0], offer[1], offer[2]))


@cache
def _ranks(words: tuple[str, ...]) -> dict[str, int]:
    """The words as they are compared, each with its place in the list."""
    return {fold(word): rank for rank, word in reversed(list(enumerate(words)))}


def _plausible(kind: Kind, name: str, values: list[str]) -> bool:
    """Whether values could stand in such a column; only asked where the header is a synonym."""
    if not values:
        return True
    if kind is Kind.INSTANT:
        return sum(
            any(c.isdigit() for c in value) and len(value.strip()) >= 4 for value in values
        ) * 2 >= len(values)
    if name in {"status", "score"}:
        known = sum(status_verdict(value) in {None, NOTHING} for value in values) * 2 >= len(values)
        return (
            known if name == "status" else not known or any(value.strip()[:1].isdigit() for value in values)
        )
    if name == "record_id":
        return len(set(values)) * 2 >= len(values)
    return True


def claim_canonical(sample: Sample, declared: FileSettings) -> Claim | None:
    """The role whose columns the headers name; None where they name none."""
    roles = [ROLES[declared.role]] if declared.role in ROLES else list(ROLES.values())
    fits = sorted((fit(role, sample, declared) for role in roles), key=lambda one: -one.rank)
    if _maybe_completions(fits[0]) and any(
        one.role.name == "completions" and "status" in one.taken for one in fits
    ):
        fits = [one for one in fits if one.role.name != "reviews" or one.role.name in _hinted(sample.file)]
    best = fits[0]
    if declared.role is None and best.coverage < (SPELLED if len(best.taken) < 2 else 0.3):
        return None
    hint = _hinted(sample.file)
    near = [
        one
        for one in fits
        if best.rank - one.rank < _WITHIN_A_HINT and one.role.name in hint and one.coverage >= 0.3
    ]
    if near and best.role.name not in hint:
        best = near[0]
    confidence = _confidence(best, hint)
    rival = next(
        (one for one in fits if one is not best and abs(best.rank - one.rank) < _NEARLY_AS_GOOD), None
    )
    if rival is not None and best.role.name not in hint and best.coverage < SPELLED:
        confidence = min(confidence, 0.45)
    if _maybe_completions(best) and best.role.name not in hint:
        confidence = min(confidence, 0.45)
    if declared.role is not None:
        confidence = 1.0
    return _claim(best, sample, declared, confidence)


def _maybe_completions(best: Fit) -> bool:
    """Whether a list of who did which course when is taken for reviews by nothing that only reviews have."""
    return best.role.name == "reviews" and best.coverage < SPELLED and not _REVIEWS_ONLY & set(best.taken)


def _hinted(file: str) -> set[str]:
    name = re.split(r"[\\/]", file.lower())[-1]
    return {role for role, parts in _HINTS.items() if any(part in name for part in parts)}


def _confidence(best: Fit, hint: set[str]) -> float:
    telling = best.role.required or _TELLING[best.role.name]
    missing = sum(name not in best.weights for name in telling)
    if best.coverage >= SPELLED:
        return 1.0 if best.explained >= 0.3 else 0.9
    sure = sum(best.weights.get(name, 0.0) for name in telling)
    sure = sure / max(len(telling) - missing, 1) * (0.75 + 0.25 * min(best.explained, 1.0))
    sure *= 0.8**missing
    if best.role.name in hint:
        sure += 0.1
    return round(min(sure, 0.95), 2)


def _claim(best: Fit, sample: Sample, declared: FileSettings, confidence: float) -> Claim:
    role = best.role
    picks, needs = [], []
    for name in role.names:
        if name not in best.taken:
            continue
        index = best.taken[name]
        clean, need = _clean(role.name, name, sample, index, declared)
        needs += [need] if need else []
        picks.append(Pick(name, (index,), clean))
    taken = set(best.taken.values())
    judges: dict[str, tuple[Callable[[str | None], str | None], str]] = {}
    if role.name == "completions":
        judges["status"] = (status_verdict, "completed, passed, failed, voided or launched")
    if role.name == "sync":
        judges["outcome"] = (outcome_verdict, "accepted, rejected, throttled, error or skipped")
    derived = role.name == "completions" and "record_id" not in best.taken
    translate = Columnwise(
        picks=tuple(picks),
        constants=declared.constants,
        verdicts=tuple(
            Verdict(best.taken[name], *judge) for name, judge in judges.items() if name in best.taken
        ),
        record_key=_DERIVED_KEY if derived else (),
        extras=sample.beside(taken) if role.name == "reviews" else (),
        nested=frozenset({best.taken["payload"]} if "payload" in best.taken else ()),
    )
    problems = [
        *doubled_problems(sample),
        *_told_wrongly(sample, declared),
        *_open_questions(best, sample),
        *stand_in(sample, best.taken),
    ]
    if derived:
        problems.append(_no_record_id(sample.file))
    needs += doubled_needs(sample, best.taken)
    needs += [
        missing_need(role.name, name)
        for name in role.required
        if name not in best.taken and name not in declared.constants and not (derived and name == "record_id")
    ]
    columns = {name: sample.header[best.taken[name]] for name in role.names if name in best.taken}
    system = declared.system or "canonical" if confidence >= SPELLED else declared.system or "unknown"
    return Claim(
        system, "canonical", role.name, confidence, columns, translate, tuple(problems), tuple(needs)
    )


def _clean(
    role: str, name: str, sample: Sample, index: int, declared: FileSettings
) -> tuple[Callable[[str], str | None] | None, Need | None]:
    kind = ROLES[role].column(name).kind
    if kind is Kind.NUMBER:
        return number_clean(sample, index, declared.decimal)
    if kind is Kind.FLAG:
        return flag, None
    if role == "completions" and name == "status":
        return status, None
    if role == "sync" and name == "outcome":
        return outcome, None
    return None, None


def _no_record_id(file: str) -> Problem:
    return Problem(
        file,
        None,
        "no column holds the source's own id of a record: one is made of source, account, course, attempt and completion date",
        expected="record_id",
        actual="none",
        todo='if a column is the id, name it: columns.record_id = "the header"',
    )


def _told_wrongly(sample: Sample, declared: FileSettings) -> list[Problem]:
    problems = []
    for name, header in declared.columns.items():
        if not positions(sample, header):
            near = nearest(header, list(sample.header))
            problems.append(
                Problem(
                    sample.file,
                    1,
                    f"the settings say that {name} is the column {header!r}, which the file doesn't have",
                    expected=header,
                    actual=", ".join(sample.header[:12]),
                    todo=f"did you mean {near!r}?" if near else "correct columns in trueup.toml",
                )
            )
    return problems


def _open_questions(best: Fit, sample: Sample) -> list[Problem]:
    problems = [
        Problem(
            sample.file,
            None,
            f"the header {header!r} could be {taken} or {other}; it was taken for {taken}",
            todo=f'say which: columns.{other} = "{header}"',
        )
        for header, taken, other in best.clashes
    ]
    problems += [
        Problem(
            sample.file,
            None,
            f"both {taken!r} and {other!r} could be {name}; {taken!r} was taken",
            todo=f'say which: columns.{name} = "{other}"',
        )
        for name, taken, other in best.rivals
    ]
    return problems
