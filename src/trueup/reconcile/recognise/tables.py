"""Known tables of known systems, as data, and how a file is held against one. Knows no table itself.

A table is recognised by its signature: groups of headers, one of each of which must be there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trueup.model.relations import ROLES, Kind
from trueup.model.settings import FileSettings
from trueup.reconcile.formats import Problem
from trueup.reconcile.recognise.claim import Claim, Columnwise, Need, Pick, Sample, Verdict
from trueup.reconcile.recognise.headers import (
    Clean,
    all_present,
    first_present,
    has,
    kind_of,
    number_clean,
)
from trueup.reconcile.recognise.words import flag, status, status_verdict

_OTHER_KINDS = {  # of events and grades, which are no relations
    "graded_at": Kind.INSTANT,
    "occurred_at": Kind.INSTANT,
    "score": Kind.NUMBER,
    "score_before": Kind.NUMBER,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical column and the headers it has had, in order of preference.

    `merge`: the columns are looked through row by row for the first that is not blank; otherwise the
    first header present is the column (keys of two kinds are never mixed).
    """

    canonical: str
    headers: tuple[str, ...]
    clean: Clean | None = None
    merge: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """A column that keeps rows out: `judge` answers None (use), NOTHING or the reason why not."""

    headers: tuple[str, ...]
    judge: Callable[[str | None], str | None]
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table that a system exports."""

    system: str
    name: str
    role: str | None
    signature: tuple[tuple[str, ...], ...]
    fields: tuple[Field, ...]
    confidence: float = 0.95
    constants: Mapping[str, str] = field(default_factory=dict)
    keeps: tuple[Keep, ...] = ()
    person: tuple[str, ...] = ()  # headers, one of which must be filled for a row to be of use
    record_key: tuple[str, ...] = ()
    says: tuple[tuple[str, str], ...] = ()  # what is known to be wrong with this export: what, what to do
    needs: tuple[Need, ...] = ()


def claim_table(table: Table, sample: Sample, declared: FileSettings) -> Claim | None:
    """The claim of a table on a file; None where its signature is not there."""
    if not all(has(sample, group) for group in table.signature):
        return None
    picks, needs = _picks(table, sample, declared)
    taken = {i for pick in picks for i in pick.sources}
    verdicts = [
        Verdict(found[0], keep.judge, keep.expected)
        for keep in table.keeps
        if (found := first_present(sample, keep.headers))
    ]
    verdicts += [
        Verdict(pick.sources[0], status_verdict, "completed, passed, failed, voided or launched")
        for pick in picks
        if pick.canonical == "status" and pick.clean is status
    ]
    translate = Columnwise(
        picks=tuple(picks),
        constants={**table.constants, **declared.constants},
        verdicts=tuple(verdicts),
        need_any=all_present(sample, table.person),
        record_key=table.record_key,
        extras=sample.beside(taken) if table.role == "reviews" else (),
    )
    claim = Claim(
        system=table.system,
        layout=table.name,
        role=table.role,
        confidence=table.confidence,
        columns={pick.canonical: sample.header[pick.sources[0]] for pick in picks},
        translate=translate,
        problems=(
            *(Problem(sample.file, None, what, todo=todo) for what, todo in table.says),
            *stand_in(sample, {pick.canonical: pick.sources[0] for pick in picks}),
        ),
        needs=(*needs, *(need for need in table.needs if not _told(need, declared))),
    )
    return claim.with_needs(*missing_needs(claim, declared))


def stand_in(sample: Sample, taken: Mapping[str, int]) -> list[Problem]:
    """What to say where a list of people has no id of its own, and the employee number is taken for it."""
    if "person_id" not in taken or taken["person_id"] != taken.get("employee_number"):
        return []
    return [
        Problem(
            sample.file,
            None,
            "no column is a UUID of a person: the employee number stands for it",
            expected="person_id",
            actual=sample.header[taken["person_id"]],
            todo='if another column is the person\'s id, name it: columns.person_id = "the header"',
        )
    ]


def _picks(table: Table, sample: Sample, declared: FileSettings) -> tuple[list[Pick], list[Need]]:
    picks, needs = [], []
    for wanted in table.fields:
        name = declared.columns.get(wanted.canonical)
        headers = (name,) if name else wanted.headers
        sources = (all_present if wanted.merge else first_present)(sample, headers)
        if not sources:
            continue
        clean = wanted.clean
        kind = kind_of(table.role, wanted.canonical) or _OTHER_KINDS.get(wanted.canonical)
        if kind is Kind.INSTANT and len(sources) > 1:
            sources = tuple(i for i in sources if not _whole_numbers(sample.column(i))) or sources
        if clean is None and kind is Kind.NUMBER:
            clean, need = number_clean(sample, sources[0], declared.decimal)
            needs += [need] if need else []
        elif clean is None and kind is Kind.FLAG:
            clean = flag
        elif clean is None and wanted.canonical == "status" and table.role == "completions":
            clean = status
        picks.append(Pick(wanted.canonical, sources, clean))
    return picks, needs


def _whole_numbers(values: list[str]) -> bool:
    """Whether a column holds small whole numbers only (Chinese has one word for "time" and "days" until)."""
    return bool(values) and all(
        value.strip().lstrip("-").isdigit() and len(value.strip()) < 8 for value in values
    )


def _told(need: Need, declared: FileSettings) -> bool:
    section, _, name = need.key.partition(".")
    if section == "constants":
        return name in declared.constants
    if section == "columns":
        return name in declared.columns
    return getattr(declared, section, None) is not None


def missing_needs(claim: Claim, declared: FileSettings) -> list[Need]:
    """What must be told because a column without which the role can't be read is not in the file."""
    if claim.role not in ROLES or not isinstance(claim.translate, Columnwise):
        return []
    given = {*claim.columns, *claim.translate.constants, *declared.columns, *declared.constants}
    if claim.translate.record_key:
        given.add("record_id")
    asked = {need.key.partition(".")[2] for need in claim.needs}
    return [
        missing_need(claim.role, name)
        for name in ROLES[claim.role].required
        if name not in given and name not in asked
    ]


_ONE_FOR_ALL = {
    "status": (
        "completed",
        "the file has no column that says how it ended; if it holds completed courses only, say so",
    ),
    "account_issuer": (
        "https://lms.example.com",
        "an account name is a key only together with the system that issued it",
    ),
    "run_id": ("2026-03-31", "attempts of several runs are told apart by the run"),
    "framework": ("FW-CORP", "a competency is known by framework, version and id"),
    "version": ("1", "frameworks and scales change; each version stands for itself"),
    "course_id": ("SAFE101", "the file doesn't say which course it is of"),
    "cycle": ("2026-Q1", "the file doesn't say which review cycle it is of"),
    "scope": ("*", "the file doesn't say what is granted"),
    "purpose": ("performance-review", "the file doesn't say what the data is used for"),
}


def missing_need(role: str, name: str, suggestion: str = "") -> Need:
    """The need for one required column: as one value for all rows where that makes sense, else as a header."""
    says = ROLES[role].column(name).says
    if name in _ONE_FOR_ALL:
        example, why = _ONE_FOR_ALL[name]
        return Need(
            what=f"{name}: {says}",
            key=f"constants.{name}",
            why=why,
            example=f'constants.{name} = "{suggestion or example}"',
            required=True,
        )
    return Need(
        what=f"{name}: {says}",
        key=f"columns.{name}",
        why=f"{role} can't be read without it, and no header was recognised as it",
        example=f'columns.{name} = "the header"',
        required=True,
    )
