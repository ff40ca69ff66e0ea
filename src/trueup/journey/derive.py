"""From typed relations to everything the findings look at: the second part of `check`, where rooms meet.

Knows which room says what about a record (who, which cycle, what score), not what is a fault.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from trueup.competency import findings as competency
from trueup.cycles import attribution
from trueup.cycles import findings as cycles
from trueup.identity import crosswalk
from trueup.instants import zone_named
from trueup.kit.expressions import DAY, or_null, yes
from trueup.model.findings import FAULT_COLUMNS, Cycle, Logs
from trueup.privacy import findings as privacy
from trueup.reconcile import pairs as sides
from trueup.scoring import findings as scoring
from trueup.scoring.matrix import named, scales

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from trueup.journey.gather import Gathered
    from trueup.kit.engine import Engine
    from trueup.model.settings import CheckSettings

MOSTLY = 0.8  # a shape, or a way of naming people, that this share of values has is the column's contract
SOME = 0.5
RARE = 0.05  # a shape of fewer values than this is no way of writing numbers, it is a slip
_KEY_COLUMNS = ("employee_number", "email", "account_name")


@dataclass(slots=True)
class _Work:
    """What the derivation has at hand and leaves for the findings."""

    engine: Engine
    roles: dict[str, ibis.Table]
    given: dict[str, frozenset[str]]
    settings: CheckSettings
    facts: dict[str, object] = field(default_factory=dict)
    kept: dict[str, ibis.Table] = field(default_factory=dict)

    def one(self, expression: ibis.Table) -> dict[str, object]:
        rows: list[dict[str, object]] = self.engine.fetch(expression).to_pylist()
        return rows[0]

    def rows(self, expression: ibis.Table) -> list[dict[str, object]]:
        return self.engine.fetch(expression).to_pylist()

    def has(self, role: str, *columns: str) -> bool:
        return role in self.roles and set(columns) <= self.given.get(role, frozenset())


def derive(gathered: Gathered, settings: CheckSettings, engine: Engine, tell: Callable[[str], None]) -> Logs:
    """The relations that the findings look at, each computed once."""
    work = _Work(engine, dict(gathered.roles), dict(gathered.given), settings)
    work.facts["unreadable"] = [
        _unreadable(problem.file, problem.line, problem) for problem in gathered.unreadable
    ]
    tell("reading the calendar and the scales")
    calendar = _calendar(work)
    _runs(work)
    as_of = _as_of(work)
    tell("finding the last revision of each record")
    records = _records(work, calendar, as_of)
    work.kept["records"] = records
    _last_completions(work, records, calendar)
    tell("finding the person behind each record")
    last = _who(work, records)
    work.kept["sent"] = sides.sent(work.roles["sync"])
    if "accounts" in work.roles and "people" in work.roles:
        work.kept["owned_accounts"] = _owned(work)
    shown = _shown(work, last)
    work.kept["shown"] = shown
    _scales(work, last, shown)
    work.facts["offsets"] = _offsets(work)
    tell("comparing the three logs")
    suspects = _suspects(work, last, shown, calendar, as_of)
    _versions(work, suspects, records)
    return Logs(
        roles=work.roles,
        given=work.given,
        pairs=suspects,
        as_of=as_of,
        settings=settings,
        cycles=calendar,
        facts=work.facts,
        keep=engine.keep,
        fetch=work.rows,
        constant=lambda rows: _constant(engine, rows),
        kept=work.kept,
    )


def _constant(engine: Engine, rows: list[dict[str, object]]) -> ibis.Table | None:
    if not rows:
        return None
    kinds = {name: pa.int64() if name.endswith("line") else pa.string() for name in FAULT_COLUMNS}
    return engine.constant(pa.Table.from_pylist(rows, schema=pa.schema(kinds)), "rows")


def _unreadable(file: str, line: int | None, problem: object) -> dict[str, object]:
    return {
        "code": "TU0308",
        "field": "row",
        "file": file,
        "line": line,
        "detail": getattr(problem, "what", ""),
        "expected": getattr(problem, "expected", "") or None,
        "actual": getattr(problem, "actual", "") or None,
    }


def _calendar(work: _Work) -> tuple[Cycle, ...]:
    return attribution.calendar(work.rows(work.roles["cycles"])) if "cycles" in work.roles else ()


def _offsets(work: _Work) -> list[int]:
    """Minutes east of UTC at which the company lives: of the calendar's zones and of the source's own times."""
    completions = work.roles["completions"]
    placed = completions.filter(completions.completed_at_offset.notnull())
    seen = sorted(
        work.rows(placed.group_by("completed_at_offset").aggregate(n=ibis._.count())),
        key=lambda row: -int(str(row["n"])),
    )
    offsets = {int(str(row["completed_at_offset"])) for row in seen[:40]}
    if work.has("cycles", "zone"):
        zones = work.roles["cycles"].filter(work.roles["cycles"].zone.notnull()).select("zone").distinct()
        for row in work.rows(zones):
            offsets |= zone_offsets(str(row["zone"]))
    return sorted(offsets | {0})


def zone_offsets(zone: str) -> set[int]:
    """The offsets that a zone has in winter and in summer, in minutes; none where there is no such zone.

    >>> sorted(zone_offsets("Europe/Berlin")), zone_offsets("Nowhere")
    ([60, 120], set())
    """
    try:
        known = zone_named(zone)
    except ValueError:
        return set()
    halves = (datetime(2026, month, 1, tzinfo=known).utcoffset() for month in (1, 7))
    return {int(offset.total_seconds() // 60) for offset in halves if offset is not None}


def _runs(work: _Work) -> None:
    """When each run started and ended, by its own word or by its first and last attempt."""
    sync = work.roles["sync"]
    runs = work.rows(
        sync.group_by("run_id").aggregate(
            started=ibis.coalesce(sync.run_started_at.min(), sync.attempt_at.min()),
            ended=ibis.coalesce(sync.run_ended_at.max(), sync.attempt_at.max()),
        )
    )
    work.facts["runs"] = runs
    work.facts["run_starts"] = [run["started"] for run in runs if run["started"] is not None]
    work.facts["run_ends"] = [run["ended"] for run in runs if run["ended"] is not None]
    work.facts["period_start"] = min(work.facts["run_starts"], default=0)  # type: ignore[call-overload]  # ints, above
    table = pa.table(
        {
            "run": pa.array([run["run_id"] for run in runs], pa.string()),
            "run_started_at": pa.array([run["started"] for run in runs], pa.int64()),
            "run_ended_at": pa.array([run["ended"] for run in runs], pa.int64()),
        }
    )
    work.kept["runs"] = work.engine.constant(table, "runs")


def _as_of(work: _Work) -> int:
    """The latest instant that the logs know: of an attempt, a run or an arrival; or as declared."""
    if work.settings.as_of:
        return int(datetime.fromisoformat(work.settings.as_of).timestamp() * 1_000_000)
    reviews = work.roles["reviews"]
    received = work.one(reviews.aggregate(at=reviews.received_at.max()))["at"]
    ends: list[int] = work.facts["run_ends"]  # type: ignore[assignment]  # ints, from _runs
    known = [*ends, *([received] if isinstance(received, int) else [])]
    if known:
        return max(known)
    return int(datetime.now(UTC).timestamp() * 1_000_000)


def _keys(work: _Work, table: ibis.Table) -> dict[str, ir.Value]:
    """The folded keys that the file has columns for."""
    said: dict[str, ir.Value] = {}
    if work.has("completions", "employee_number"):
        said["number"] = crosswalk.folded(table.employee_number)
    if work.has("completions", "email"):
        said["email"] = crosswalk.folded(table.email)
    if work.has("completions", "account_name"):
        said["account"] = ibis.ifelse(
            table.account_name.isnull(),
            or_null("string"),
            crosswalk.account_text(table.account_issuer, table.account_name),
        )
    return said


def _records(work: _Work, calendar: tuple[Cycle, ...], as_of: int) -> ibis.Table:
    """The last revision of each record, with what can be said of it without knowing the person."""
    completions = work.roles["completions"]
    replaced = work.engine.keep(sides.overtaken(completions), "overtaken")
    work.kept["overtaken"] = replaced
    any_replaced = bool(work.one(replaced.aggregate(n=replaced.count()))["n"])
    last = sides.latest(completions, replaced, any_replaced=any_replaced)
    last = last.mutate(
        key=ibis.coalesce(last.employee_number, last.account_name, last.email),
        who=_joined(work, last),
        number_shape=shape(last.employee_number),
    )
    return _attributed(last, calendar, as_of, work)


def _who(work: _Work, last: ibis.Table) -> ibis.Table:
    """Adds person_id, choices, rival, employment, basis and what is odd about the number."""
    if "people" not in work.roles:
        work.facts["number_shapes"] = _usual_shapes(work, last)
        return _nobody_known(work, last)
    people = work.roles["people"]
    known = work.engine.keep(crosswalk.identifiers(people), "identifiers")
    work.kept["identifiers"] = known
    values = crosswalk.account_keys(work.roles["accounts"]) if "accounts" in work.roles else None
    work.facts["number_shapes"] = [row["shape"] for row in work.rows(_shapes(people))]
    keys = work.engine.keep(last.select("who", *_KEY_COLUMNS, "account_issuer").distinct(), "keys")
    keys = keys.mutate(key=keys.who, **_keys(work, keys))
    found = work.engine.keep(crosswalk.candidates(keys, known, values), "candidates")
    about = work.engine.keep(_about(work, people, known), "about")
    persons = _persons(work, keys, found, known, about, resolvable=values is not None)
    work.kept["keys"] = keys.join(persons.select("who", "person_id"), "who")
    met = last.left_join(persons, last.who == persons.who)
    joined = met.select(
        *[last[name] for name in last.columns],
        **{name: persons[name] for name in persons.columns if name != "who"},
    )
    return _timed(work, joined, found, about)


_ABOUT = (
    "hired_at",
    "left_at",
    "rehired",
    "basis_from",
    "withdrawn_at",
    "basis_precision",
    "withdrawn_precision",
)


def _about(work: _Work, people: ibis.Table, known: ibis.Table) -> ibis.Table:
    """One row a person: their employment, and the basis on which their data may go."""
    jobs = crosswalk.employments(people)
    jobs = jobs.mutate(rehired=yes(jobs.rehired))
    basis = _basis(work, known)
    if basis is None:
        return jobs.mutate(**_ALWAYS_ALLOWED)
    return _with(
        jobs, basis, "person_id", ("basis_from", "withdrawn_at", "basis_precision", "withdrawn_precision")
    )


def _joined(work: _Work, table: ibis.Table) -> ir.Value:
    """All keys of a record as one text, so that equal records are judged once."""
    parts = [table[name] for name in (*_KEY_COLUMNS, "account_issuer") if work.has("completions", name)]
    said = (parts[0] if parts else or_null("string")).fill_null("")
    for part in parts[1:]:
        said = said + "\x1f" + part.fill_null("")
    return said


def shape(value: ir.Value) -> ir.Value:
    """A number's shape: digits as 9, letters as A, runs of digits kept in length.

    "E1001" and "E1002" both are "A9999".
    """
    return value.strip().re_replace("[0-9]", "9").re_replace("[A-Za-z]", "A")


def _shapes(people: ibis.Table) -> ibis.Table:
    numbers = people.filter(people.employee_number.notnull()).select(shape=shape(people.employee_number))
    return numbers.distinct()


def _usual_shapes(work: _Work, last: ibis.Table) -> list[str] | None:
    """The shapes of employee numbers that are common in the log itself; None where none is."""
    counts = work.rows(
        last.filter(last.number_shape.notnull()).group_by("number_shape").aggregate(n=ibis._.count())
    )
    whole = sum(int(str(row["n"])) for row in counts)
    common = {
        str(row["number_shape"]): int(str(row["n"])) for row in counts if int(str(row["n"])) >= RARE * whole
    }
    return sorted(common) if whole and sum(common.values()) >= (1 - RARE) * whole else None


def _odd(last: ibis.Table, shapes: object) -> ir.Value:
    if not isinstance(shapes, list):
        return ibis.literal(value=False)
    return yes(last.number_shape.notnull() & ~last.number_shape.isin(shapes))


_ALWAYS_ALLOWED = {
    "basis_from": ibis.literal(-DAY * 100_000, "int64"),
    "withdrawn_at": or_null("int64"),
    "basis_precision": or_null("string"),
    "withdrawn_precision": or_null("string"),
}


def _nobody_known(work: _Work, last: ibis.Table) -> ibis.Table:
    """Without a roster a person is the key as it is written; a basis counts where most keys have one under it."""
    nobody = last.mutate(
        person_id=crosswalk.folded(last.key),
        choices=ibis.literal(1, "int64"),
        rival=or_null("string"),
        hired_at=or_null("int64"),
        left_at=or_null("int64"),
        rehired=ibis.literal(value=False),
        number_unknown=_odd(last, work.facts["number_shapes"]),
        resolvable=ibis.literal(value=False),
    )
    basis = _basis(work, None)
    if basis is not None:
        basis = work.engine.keep(basis, "basis")
        keys = nobody.filter(nobody.person_id.notnull()).select("person_id").distinct()
        all_keys = int(str(work.one(keys.aggregate(n=ibis._.count()))["n"]))
        based = int(str(work.one(keys.semi_join(basis, "person_id").aggregate(n=ibis._.count()))["n"]))
        if based > all_keys * SOME:
            return _with(nobody, basis, "person_id", tuple(_ALWAYS_ALLOWED))
        work.given["consents"] = frozenset()
        work.roles.pop("consents")
    return nobody.mutate(**_ALWAYS_ALLOWED)


def _owned(work: _Work) -> ibis.Table:
    """The accounts with the person each belongs to, by the number and mail noted on it."""
    accounts = work.roles["accounts"]
    named = accounts.mutate(key=crosswalk.account_text(accounts.account_issuer, accounts.account_name))
    keys = named.select(
        "key", number=crosswalk.folded(named.employee_number), email=crosswalk.folded(named.email)
    ).distinct()
    best = crosswalk.chosen(crosswalk.candidates(keys, work.kept["identifiers"], None))
    met = named.left_join(best, named.key == best.key)
    return work.engine.keep(
        met.select(*[named[name] for name in accounts.columns], person_id=best.person_id), "owned"
    )


def _persons(
    work: _Work,
    keys: ibis.Table,
    found: ibis.Table,
    known: ibis.Table,
    about: ibis.Table,
    *,
    resolvable: bool,
) -> ibis.Table:
    """One row a distinct key: the person, and what else is known of them."""
    best = crosswalk.chosen(found)
    whom = keys.left_join(best, keys.who == best.key).select(
        keys.who,
        keys.employee_number,
        keys.email,
        keys.account_name,
        person_id=best.person_id,
        choices=best.choices.fill_null(0),
    )
    numbers = (
        known.filter(known.tier <= crosswalk.TIER_FORMER)
        .select("value", owned=ibis.literal(value=True))
        .distinct()
    )
    whom = whom.mutate(number=crosswalk.folded(whom.employee_number))
    met = whom.left_join(numbers, whom.number == numbers.value)
    whom = met.select(
        *[whom[name] for name in ("who", "person_id", "choices")],
        number_unknown=yes(whom.number.notnull() & numbers.owned.isnull()),
        resolvable=yes(whom.number.notnull() | whom.email.notnull())
        | (ibis.literal(resolvable) & yes(whom.account_name.notnull())),
    )
    return work.engine.keep(_with(whom, about, "person_id", _ABOUT), "persons")


def _with(table: ibis.Table, other: ibis.Table, key: str, columns: tuple[str, ...]) -> ibis.Table:
    """The table with some columns of another one, where there is a match."""
    met = table.left_join(other, table[key] == other[key])
    return met.select(*[table[name] for name in table.columns], **{name: other[name] for name in columns})


def _basis(work: _Work, known: ibis.Table | None) -> ibis.Table | None:
    """(person_id, basis_from, withdrawn_at): since when a person's data may go, and until when.

    Of several rows for the purpose the last granted counts. A basis without a date has always been there.
    """
    if "consents" not in work.roles:
        return None
    consents = work.roles["consents"]
    purpose = work.settings.purpose or _purpose(work, consents)
    if purpose:
        consents = consents.filter(yes(consents.purpose == purpose))
    consents = consents.mutate(value=crosswalk.folded(consents.person))
    if known is None:
        whose = consents.mutate(person_id=consents.value)
    else:
        owners = known.group_by("value").aggregate(
            person_id=known.person_id.min(), n=known.person_id.nunique()
        )
        whose = consents.join(owners.filter(owners.n == 1).drop("n"), "value")
    said = whose.mutate(
        granted=ibis.coalesce(
            whose.granted_at,
            ibis.ifelse(whose.basis.notnull(), ibis.literal(-DAY * 100_000, "int64"), or_null("int64")),
        )
    )
    ranked = said.mutate(
        nth=ibis.row_number().over(
            ibis.window(
                group_by="person_id",
                order_by=[ibis.desc(said.granted.fill_null(-DAY * 100_001)), ibis.desc(said.line)],
            )
        )
    )
    return ranked.filter(ranked.nth == 0).select(
        "person_id",
        basis_from=ranked.granted,
        withdrawn_at=ranked.withdrawn_at,
        basis_precision=ranked.granted_at_precision,
        withdrawn_precision=ranked.withdrawn_at_precision,
    )


def _purpose(work: _Work, consents: ibis.Table) -> str | None:
    """The purpose of the transfer: the payloads' own, else one that speaks of reviews, else the commonest."""
    sync = work.roles["sync"]
    sent = work.rows(
        sync.filter(sync.payload_purpose.notnull()).group_by("payload_purpose").aggregate(n=ibis._.count())
    )
    if sent:
        return str(max(sent, key=lambda row: int(str(row["n"])))["payload_purpose"])
    counts = work.rows(
        consents.filter(consents.purpose.notnull()).group_by("purpose").aggregate(n=ibis._.count())
    )
    about = [
        row for row in counts if re.search(r"review|apprais|perform", str(row["purpose"]), re.IGNORECASE)
    ]
    best = max(about or counts, key=lambda row: (int(str(row["n"])), str(row["purpose"])), default=None)
    return str(best["purpose"]) if best else None


def _timed(work: _Work, last: ibis.Table, found: ibis.Table, about: ibis.Table) -> ibis.Table:
    """Where a key may mean several people, the one who was employed when it happened; `rival` is the other."""
    crowd = found.group_by("key").aggregate(n=found.person_id.nunique())
    contested = crowd.filter(crowd.n > 1)
    theirs = found.semi_join(contested, "key")
    theirs = _with(theirs, about, "person_id", ("hired_at", "left_at")).rename(candidate="person_id")
    records = last.select("record_id", "who", "completed_at", now="person_id")
    met = records.join(theirs, records.who == theirs.key)
    met = met.filter(yes(met.completed_at.notnull())).mutate(
        employed=crosswalk.employed(met.completed_at, met.hired_at, met.left_at)
    )
    met = work.engine.keep(met, "contested")
    work.kept["contested"] = met
    there = met.filter(met.employed).select("record_id", "candidate", "rank", "agreeing")
    there = there.rename(key="record_id", person_id="candidate")
    then = crosswalk.chosen(there)
    absent = (
        met.filter(~met.employed)
        .group_by("record_id")
        .aggregate(rival=met.candidate.min(), best=met["rank"].min())
    )
    decided = then.filter(then.person_id.notnull()).join(absent, then.key == absent.record_id)
    names = met.select("record_id", "now").distinct()
    decided = decided.join(names, decided.key == names.record_id)
    changed = decided.filter(decided.now.isnull() | (decided.now != decided.person_id))
    changed = changed.select(
        decided_id=changed.key, then=changed.person_id, rival=ibis.coalesce(changed.now, changed.rival)
    )
    changed = work.engine.keep(_with(changed, about.rename(then="person_id"), "then", _ABOUT), "decided")
    if not work.one(changed.aggregate(n=changed.count()))["n"]:
        return last.mutate(rival=or_null("string"))
    joined = last.left_join(changed, last.record_id == changed.decided_id)
    decided_now = changed.then.notnull()
    return joined.select(
        *[last[name] for name in last.columns if name not in ("person_id", *_ABOUT)],
        person_id=ibis.coalesce(changed.then, last.person_id),
        rival=changed.rival,
        **{name: ibis.ifelse(decided_now, changed[name], last[name]) for name in _ABOUT},
    )


def _attributed(last: ibis.Table, calendar: tuple[Cycle, ...], as_of: int, work: _Work) -> ibis.Table:
    """Adds the cycle a record counts for, whether it is due or void, and whether no run could have seen it."""
    at = last.completed_at
    status = last.status.lower()
    starts: list[int] = work.facts["run_starts"]  # type: ignore[assignment]  # ints, from _runs
    last_start = max(starts, default=as_of)
    one_day = last.completed_at_precision == "day"
    across = yes(
        one_day & (attribution.cycle_of(at, calendar) != attribution.cycle_of(at + DAY - 1, calendar))
    )
    last = last.mutate(
        cycle=attribution.cycle_of(at, calendar),
        cycles=ibis.ifelse(across, 2, attribution.how_many(at, calendar))
        if calendar
        else ibis.literal(1, "int64"),
        is_void=yes(status.isin(["voided", "revoked", "void", "deleted"])),
        pending=yes(ibis.coalesce(last.updated_at, at) > last_start),
    )
    return last.mutate(due=sides.due(status, _also_due(work, last)))


def _last_completions(work: _Work, records: ibis.Table, calendar: tuple[Cycle, ...]) -> None:
    """The last completion that each cycle's window counts."""
    ours = records.filter(
        yes(
            records.due
            & (records.completed_at <= attribution.told(records.completed_at, calendar, "cutoff_at"))
        )
    )
    rows = work.rows(ours.group_by("cycle").aggregate(last=ibis._.completed_at.max())) if calendar else []
    work.facts["last_in_cycle"] = {str(row["cycle"]): row["last"] for row in rows if row["last"] is not None}


def _also_due(work: _Work, last: ibis.Table) -> frozenset[str]:
    """Failed results are due where most of them are in the review system: some companies send them, some don't."""
    failed = last.filter(yes(last.status.lower() == "failed")).select("record_id")
    n = int(str(work.one(failed.aggregate(n=failed.count()))["n"] or 0))
    if not n:
        return frozenset()
    met = failed.semi_join(work.roles["reviews"], "record_id")
    shown = int(str(work.one(met.aggregate(n=met.count()))["n"]))
    return frozenset({"failed"}) if shown > n * SOME else frozenset()


def _shown(work: _Work, last: ibis.Table) -> ibis.Table:
    """The review rows with their person, the shape of their key, and a record id."""
    reviews = work.roles["reviews"]
    written = work.engine.keep(
        reviews.filter(reviews.person.notnull()).group_by("person").aggregate(n=ibis._.count()), "written"
    )
    written = written.mutate(kind=_kind(written.person))
    whom = _reviewed(work, written, last)
    met = reviews.left_join(whom, reviews.person == whom.person)
    named = met.select(
        *[reviews[name] for name in reviews.columns],
        person_id=whom.person_id,
        choices=whom.choices.fill_null(0),
        kind=whom.kind,
        exposed=yes(whom.exposed),
        identified=yes(whom.identified),
    )
    bare = work.one(named.aggregate(n=named.record_id.isnull().sum()))["n"]
    if bare:
        named = work.engine.keep(sides.with_record_ids(named, last, work.engine.keep), "adopted")
    return sides.held(named)


def _kind(person: ir.Value) -> ir.Value:
    """What a person key looks like: a UUID, a mail address, or the shape of a number."""
    plain = person.strip().lower()
    return ibis.cases(
        (plain.re_search(r"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"), "a UUID"),
        (plain.contains("@"), "a mail address"),
        else_=ibis.literal("an identifier like ") + shape(person),
    )


def _outline(person: ir.Value) -> ir.Value:
    """What a person key looks like when letters and digits are not told apart."""
    plain = person.strip().lower()
    return ibis.cases(
        (plain.contains("@"), "a mail address"),
        else_=ibis.literal("an identifier like ") + plain.re_replace("[a-z0-9]", "x"),
    )


def _reviewed(work: _Work, written: ibis.Table, last: ibis.Table) -> ibis.Table:
    """One row a distinct review person: who that is, and whether it is a bare identifier among pseudonyms."""
    total = work.one(written.aggregate(n=written.n.sum(), distinct=written.count()))
    kinds = {
        str(row["kind"]): int(str(row["n"]))
        for row in work.rows(written.group_by("kind").aggregate(n=written.n.sum()))
    }
    whole = max(1, int(str(total["n"] or 0)))
    usual = max(kinds, key=lambda kind: kinds[kind], default=None)
    if (
        usual and kinds[usual] < MOSTLY * whole
    ):  # pseudonyms mix letters and digits: only their outline is common
        written = work.engine.keep(written.mutate(kind=_outline(written.person)), "outlined")
        kinds = {
            str(row["kind"]): int(str(row["n"]))
            for row in work.rows(written.group_by("kind").aggregate(n=written.n.sum()))
        }
        usual = max(kinds, key=lambda kind: kinds[kind], default=None)
    work.facts["review_shape"] = (
        usual if usual and kinds[usual] >= MOSTLY * whole and len(kinds) > 1 else None
    )
    work.facts["pseudonymous"] = False
    if "identifiers" in work.kept:
        known = work.kept["identifiers"]
        keys = written.select(key=written.person, number=crosswalk.folded(written.person))
        best = work.engine.keep(crosswalk.chosen(crosswalk.candidates(keys, known, None)), "reviewed")
        met = written.left_join(best, written.person == best.key)
        whom = met.select(
            written.person,
            written.kind,
            written.n,
            person_id=best.person_id,
            choices=best.choices.fill_null(0),
        )
    else:
        whom = written.mutate(person_id=crosswalk.folded(written.person), choices=ibis.literal(1, "int64"))
        ours = last.select("person_id").distinct()
        met = whom.left_join(ours.mutate(ours=ibis.literal(value=True)), "person_id")
        whom = met.select(whom.person, whom.kind, whom.n, whom.person_id, choices=yes(met.ours).cast("int64"))
    whom = work.engine.keep(whom, "whom")
    resolved = work.one(whom.aggregate(n=whom.n.sum(where=whom.choices > 0)))["n"]
    hidden = int(str(resolved or 0)) < SOME * whole
    work.facts["pseudonymous"] = hidden and "identifiers" in work.kept
    work.facts["pseudonyms_wanted"], work.facts["person_forbidden"] = _wants_pseudonyms(work)
    if not hidden:
        exposed = ibis.literal(bool(work.facts["person_forbidden"]))
        return whom.mutate(exposed=exposed, identified=yes(whom.choices > 0))
    return _by_majority(work, whom, last)


def _wants_pseudonyms(work: _Work) -> tuple[bool, bool]:
    """Whether the policy hides identifying fields from reviewers, and whether it hides the person itself."""
    if "policy" not in work.roles:
        return False, False
    rows = work.rows(work.roles["policy"].select("role", "field", "allowed"))
    barred = {
        str(row["field"]).strip().lower()
        for row in rows
        if row["allowed"] is False
        and re.search(r"review|manager|peer", str(row["role"] or ""), re.IGNORECASE)
    }
    return bool(barred & {"employee_number", "email", "name", "person_id"}), bool(
        barred & {"person", "person_id", "identity"}
    )


def _by_majority(work: _Work, whom: ibis.Table, last: ibis.Table) -> ibis.Table:
    """Pseudonyms stand for whom most of their records are about; identifiers among them are exposed."""
    reviews = work.roles["reviews"]
    strange = whom.filter(whom.choices == 0).select("person")
    rows = (
        reviews.filter(reviews.record_id.notnull()).semi_join(strange, "person").select("person", "record_id")
    )
    met = rows.join(last.filter(last.person_id.notnull()).select("record_id", "person_id"), "record_id")
    votes = met.group_by(["person", "person_id"]).aggregate(votes=met.count())
    best = votes.mutate(most=votes.votes.max().over(ibis.window(group_by="person")))
    best = best.filter(best.votes == best.most)
    best = best.group_by("person").aggregate(n=best.count(), voted=best.person_id.min())
    best = work.engine.keep(best.filter(best.n == 1).select("person", "voted"), "voted")
    joined = whom.left_join(best, "person")
    return joined.select(
        whom.person,
        whom.kind,
        person_id=ibis.coalesce(whom.person_id, best.voted),
        choices=ibis.ifelse(best.voted.notnull(), 1, whom.choices),
        exposed=yes(whom.choices > 0),
        identified=yes(whom.choices > 0),
    )


def _scales(work: _Work, last: ibis.Table, shown: ibis.Table) -> None:
    """Which scales the logs name, and which of them are declared."""
    known = scales(work.rows(work.roles["scales"])) if "scales" in work.roles else ()
    work.facts["scales"] = known
    completions, reviews = work.roles["completions"], work.roles["reviews"]
    lms = [
        str(row["scale"])
        for row in work.rows(completions.filter(completions.scale.notnull()).select("scale").distinct())
    ]
    pairs = [
        (row["scale"], row["scale_version"])
        for row in work.rows(
            reviews.filter(reviews.score_raw.notnull()).select("scale", "scale_version").distinct()
        )
    ]
    declared = {scale.scale for scale in known}
    from trueup.scoring.matrix import is_canonical  # noqa: PLC0415  # kept beside its only use

    work.facts["known_lms_scales"] = [name for name in lms if named(name) in declared or is_canonical(name)]
    work.facts["known_review_scales"] = sorted(
        {str(name) for name, _ in pairs if name and (named(str(name)) in declared or is_canonical(str(name)))}
    )
    work.facts["readings"] = scoring.readings(
        known, lms, [(str(s) if s else None, str(v) if v else None) for s, v in pairs]
    )
    filled = work.one(reviews.aggregate(n=reviews.count(), c=reviews.competency.notnull().sum()))
    work.facts["competency_filled"] = float(str(filled["c"] or 0)) / max(1, int(str(filled["n"])))
    tags = work.one(completions.aggregate(n=completions.count(), c=completions.tags.notnull().sum()))
    work.facts["tags_filled"] = float(str(tags["c"] or 0)) / max(1, int(str(tags["n"])))
    work.facts["retention_days"] = _retention(work)


def _retention(work: _Work) -> int | None:
    """For how many days the purpose of the transfer allows keeping a row: as declared, else by the policy."""
    if work.settings.retention_days:
        wanted = work.settings.purpose
        return (
            work.settings.retention_days.get(wanted) if wanted else min(work.settings.retention_days.values())
        )
    if "policy" not in work.roles:
        return None
    policy = work.roles["policy"]
    if work.settings.purpose:
        policy = policy.filter(yes(policy.purpose == work.settings.purpose))
    days = work.one(policy.aggregate(days=policy.retention_days.max()))["days"]
    if days is None:
        work.given["policy"] = work.given["policy"] - {"retention_days"}
        return None
    work.given["policy"] = work.given["policy"] | {"retention_days"}
    return int(str(days))


def _suspects(
    work: _Work, last: ibis.Table, shown: ibis.Table, calendar: tuple[Cycle, ...], as_of: int
) -> ibis.Table:
    """The three sides of every record that may concern a finding: a first pass asks, a second one fetches."""
    sent = work.kept["sent"]
    known, read = work.facts["scales"], work.facts["readings"]
    lms_scales, review_scales = work.facts["known_lms_scales"], work.facts["known_review_scales"]

    def doubts(table: ibis.Table) -> list[ir.Value]:
        doubtful = cycles.doubts(table, calendar)
        doubtful += scoring.doubts(table, known, read, lms_scales, review_scales)  # type: ignore[arg-type]  # facts are loosely typed
        if "competencies" in work.roles:
            doubtful += competency.doubts(table)
        if "consents" in work.roles:
            doubtful += privacy.doubts(table)
        return doubtful

    narrow = sides.pairs(last, sent, shown)
    asked = narrow.filter(sides.differing(narrow, as_of, doubts(narrow)))
    doubtful = work.engine.keep(asked.select("record_id").distinct(), "doubtful")
    wide = sides.pairs(
        last.semi_join(doubtful, "record_id"),
        sent.semi_join(doubtful, "record_id"),
        shown.semi_join(doubtful, "record_id"),
    )
    return work.engine.keep(_judged(work, wide, calendar), "suspects")


def _judged(work: _Work, wide: ibis.Table, calendar: tuple[Cycle, ...]) -> ibis.Table:
    """Adds what several findings ask of a pair: where it stands, what score it should show, if it is stale."""
    read = work.facts["readings"]
    runs = work.kept["runs"]
    table = wide.left_join(runs, wide.accepted_run == runs.run).drop("run")
    wanted = scoring.wanted(table, read)  # type: ignore[arg-type]  # facts are loosely typed
    table = table.mutate(
        in_lms=table.file.notnull(),
        in_review=table.h_file.notnull(),
        due=yes(table.due),
        is_void=yes(table.is_void),
        pending=yes(table.pending),
        rehired=yes(table.rehired),
        score_wanted=ibis.ifelse(wanted.isnull(), or_null("string"), scoring.said(wanted)),
        score_agrees=scoring.agreeing(table, read),  # type: ignore[arg-type]  # as above
        h_cycle_by_time=attribution.cycle_of(table.h_completed_at, calendar),
        person=ibis.coalesce(table.person_id, table.key, table.h_person_id, table.h_person),
        course_id=ibis.coalesce(table.course_id, table.h_course_id),
    )
    table = table.mutate(
        other_file=ibis.ifelse(table.in_lms, ibis.coalesce(table.h_file, table.sync_file), or_null("string")),
        other_line=ibis.ifelse(
            table.in_lms, ibis.ifelse(table.in_review, table.h_line, table.sync_line), or_null("int64")
        ),
        file=ibis.coalesce(table.file, table.h_file),
        line=ibis.ifelse(table.in_lms, table.line, table.h_line),
    )
    return _with_stale(work, table)


def _with_stale(work: _Work, table: ibis.Table) -> ibis.Table:
    """Adds whether the review shows what an earlier revision said."""
    read = work.facts["readings"]
    before = work.kept["overtaken"]
    before = before.select(
        "record_id", then_at=before.completed_at, then_score=before.score, then_scale=before.scale
    )
    held = table.filter(table.in_lms & table.in_review & (table.revisions > 1)).select(
        "record_id",
        "h_line",
        "h_file",
        "h_completed_at",
        "h_score",
        "h_scale",
        "h_scale_version",
        "score",
        "score_agrees",
    )
    met = held.drop("score").join(before, "record_id").rename(score="then_score", scale="then_scale")
    met = met.mutate(as_then=scoring.agreeing(met, read))  # type: ignore[arg-type]  # facts are loosely typed
    by_row = met.group_by(["record_id", "h_file", "h_line"]).aggregate(
        was_time=yes((met.h_completed_at - met.then_at).abs() < 1_000_000).max(),
        was_score=yes(met.as_then & met.score.notnull() & met.h_score.notnull() & ~met.score_agrees).max(),
    )
    by_row = by_row.rename(stale_id="record_id", stale_file="h_file", stale_line="h_line")
    joined = table.left_join(
        by_row,
        (table.record_id == by_row.stale_id)
        & (table.h_file == by_row.stale_file)
        & (table.h_line == by_row.stale_line),
    )
    return joined.select(
        *[table[name] for name in table.columns],
        stale_time=yes(by_row.was_time),
        stale_score=yes(by_row.was_score),
    )


def _versions(work: _Work, suspects: ibis.Table, last: ibis.Table) -> None:
    """Which share of a scale's records carries which version that is not the current one."""
    odd = suspects.filter(
        yes(
            suspects.in_lms
            & suspects.in_review
            & suspects.h_scale_version.notnull()
            & suspects.scale.notnull()
        )
    )
    counted = Counter(
        {
            (str(row["scale"]), str(row["h_scale_version"])): int(str(row["n"]))
            for row in work.rows(
                odd.group_by(["scale", "h_scale_version"]).aggregate(n=odd.record_id.nunique())
            )
        }
    )
    whole: dict[str, int] = {}
    if counted:
        due = last.filter(yes(last.due & last.score.notnull() & last.scale.notnull()))
        whole = {
            str(row["scale"]): int(str(row["n"]))
            for row in work.rows(due.group_by("scale").aggregate(n=due.count()))
        }
    work.facts["version_shares"] = {key: n / max(1, whole.get(key[0], 0)) for key, n in counted.items()}
