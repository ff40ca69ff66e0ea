"""From typed relations to everything the findings look at: the second part of `check`, where rooms meet.

Knows which room says what about a record (who, which cycle, what score), not what is a fault.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from trueup.cycles import attribution
from trueup.journey.persons import keyed, owned_accounts, persons
from trueup.journey.reviewers import reviewers
from trueup.journey.surroundings import (
    as_of,
    calendar,
    look_at_columns,
    look_at_policy,
    look_at_runs,
    look_at_scales,
    look_at_zones,
)
from trueup.journey.suspects import suspects
from trueup.journey.work import Work, whole
from trueup.kit.expressions import DAY, yes
from trueup.model.findings import FAULT_COLUMNS, Cycle, Logs
from trueup.model.settings import Matching
from trueup.reconcile import pairs as sides

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trueup.journey.gather import Gathered
    from trueup.kit.engine import Engine
    from trueup.model.settings import CheckSettings
    from trueup.reconcile.formats import Problem

SOME = 0.5  # of failed results in the review system: then the company sends them
COLUMNS = (
    "record_id", "revision", "source", "account_issuer", "account_name", "employee_number", "email", "course_id",
    "status", "completed_at", "completed_at_raw", "completed_at_precision", "completed_at_offset",
    "completed_at_rule", "enrolled_at", "score", "score_raw", "scale", "tags", "updated_at", "file", "line",
)  # fmt: skip  # one line of contract
_VOID = ("voided", "revoked", "void", "deleted")


def derive(
    gathered: Gathered,
    settings: CheckSettings,
    engine: Engine,
    tell: Callable[[str], None],
    *,
    workspace: Path,
    memory: int,
) -> Logs:
    """The relations that the findings look at, each computed once."""
    roles = {name: engine.view(rows, name) for name, rows in gathered.roles.items()}
    work = Work(engine, roles, dict(gathered.given), settings)
    work.facts.unreadable = [_unreadable(problem) for problem in gathered.unreadable]
    tell("reading the calendar, the scales and the policy")
    cycles = calendar(work)
    look_at_runs(work)
    look_at_zones(work)
    look_at_scales(work)
    look_at_columns(work)
    look_at_policy(work)
    now = as_of(work)
    tell("finding the last revision of each record")
    records = _records(work, cycles, now)
    everything = work.kept["records"] = engine.view(records(None), "records")
    _look_at_cycles(work, cycles)
    tell("finding the person behind each record")
    if settings.matching is Matching.OFF:
        work.roles.pop("accounts", None)
    elif settings.matching is Matching.FULL:
        from trueup.journey.match_accounts import match_accounts  # noqa: PLC0415 - heavy, and rarely asked for

        match_accounts(work, workspace, memory, tell)
    person = persons(work, everything)
    owned_accounts(work)
    reviews, reviewer = reviewers(work, lambda: person(everything))
    tell("comparing the three logs")
    found = suspects(
        work,
        lambda of: person(everything if of is None else records(of)),
        reviews,
        reviewer=reviewer,
        calendar=cycles,
        as_of=now,
    )
    _look_at_versions(work, found, everything)
    return Logs(
        roles=work.roles,
        given=work.given,
        pairs=found,
        as_of=now,
        settings=settings,
        cycles=cycles,
        facts=work.facts,
        keep=engine.keep,
        fetch=work.rows,
        reviewer=reviewer,
        constant=lambda rows: _constant(engine, rows),
        kept=work.kept,
    )


def _constant(engine: Engine, rows: list[dict[str, object]]) -> ibis.Table | None:
    if not rows:
        return None
    kinds = {name: pa.int64() if name.endswith("line") else pa.string() for name in FAULT_COLUMNS}
    return engine.constant(pa.Table.from_pylist(rows, schema=pa.schema(kinds)), "rows")


def _unreadable(problem: Problem) -> dict[str, object]:
    return {
        "code": "TU0308",
        "field": "row",
        "file": problem.file,
        "line": problem.line,
        "detail": problem.what,
        "expected": problem.expected or None,
        "actual": problem.actual or None,
    }


def _records(work: Work, cycles: tuple[Cycle, ...], now: int) -> Callable[[ibis.Table | None], ibis.Table]:
    """The last revision of each record (of those alone whose ids a table has), with what needs no person to be said.

    Filtered first and described then: what is said of a record costs more than reading it.
    """
    completions = work.engine.view(work.roles["completions"].select(*COLUMNS), "revisions")
    more = work.engine.keep(sides.revised(completions), "revised")
    work.kept["overtaken"] = more.filter(more.nth > 0)
    more = more if whole(work.one(more.aggregate(n=more.count()))["n"]) else None
    also_due = _also_due(work, sides.latest(completions, more))
    latest_start = max(work.facts.run_starts, default=now)

    def records(of: ibis.Table | None) -> ibis.Table:
        rows, several = completions, more
        if of is not None:
            rows = rows.semi_join(of, "record_id")
            several = None if more is None else more.semi_join(of, "record_id")
        last = sides.latest(rows, several)
        status, at = last.status.lower(), last.completed_at
        return last.mutate(
            **keyed(work, last),
            cycle=attribution.cycle_of(at, cycles),
            cycles=_how_many(last, cycles),
            is_void=yes(status.isin(_VOID)),
            pending=yes(ibis.coalesce(last.updated_at, at) > latest_start),
            due=sides.due(status, also_due),
        )

    return records


def _look_at_cycles(work: Work, cycles: tuple[Cycle, ...]) -> None:
    """The last completion within each cycle's window."""
    if not cycles:
        return
    records = work.kept["records"]
    at = records.completed_at
    inside = records.filter(yes(records.due & (at <= attribution.told(at, cycles, "cutoff_at"))))
    rows = work.rows(inside.group_by("cycle").aggregate(last=ibis._.completed_at.max()))
    work.facts.last_in_cycle = {
        str(row["cycle"]): whole(row["last"]) for row in rows if row["last"] is not None
    }


def _how_many(last: ibis.Table, cycles: tuple[Cycle, ...]) -> ibis.Value:
    """How many cycles count a record; a date that lies across an edge is in two."""
    if not cycles:
        return ibis.literal(1, "int64")
    at = last.completed_at
    one_day = last.completed_at_precision == "day"
    across = one_day & (attribution.cycle_of(at, cycles) != attribution.cycle_of(at + DAY - 1, cycles))
    return ibis.ifelse(yes(across), 2, attribution.how_many(at, cycles))


def _also_due(work: Work, last: ibis.Table) -> frozenset[str]:
    """Failed results are due where most of them are in the review system: some companies send them, some don't."""
    written = work.roles["completions"].select("status").distinct()
    work.facts.statuses = frozenset(str(row["status"]).lower() for row in work.rows(written))
    if "failed" not in work.facts.statuses:
        return frozenset()
    failed = last.filter(yes(last.status.lower() == "failed")).select("record_id")
    met = failed.semi_join(work.roles["reviews"], "record_id")
    n, there = (whole(work.one(some.aggregate(n=some.count()))["n"]) for some in (failed, met))
    return frozenset({"failed"}) if there > n * SOME else frozenset()


def _look_at_versions(work: Work, pairs: ibis.Table, records: ibis.Table) -> None:
    """Which share of a scale's records carries which version that is not the current one."""
    if not any(version for _, version in work.facts.review_scales):
        return
    odd = pairs.filter(
        yes(pairs.in_lms & pairs.in_review & pairs.h_scale_version.notnull() & pairs.scale.notnull())
    )
    counted = Counter(
        {
            (str(row["scale"]), str(row["h_scale_version"])): whole(row["n"])
            for row in work.rows(
                odd.group_by(["scale", "h_scale_version"]).aggregate(n=odd.record_id.nunique())
            )
        }
    )
    scored = records.filter(yes(records.due & records.score.notnull() & records.scale.notnull()))
    all_of = {
        str(row["scale"]): whole(row["n"])
        for row in work.rows(scored.group_by("scale").aggregate(n=scored.count()))
    }
    work.facts.version_shares = {key: n / max(1, all_of.get(key[0], 0)) for key, n in counted.items()}
