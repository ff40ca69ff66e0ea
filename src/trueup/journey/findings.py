"""Every finding of every room, and the faults they give, each linked to its cause. Knows no rule of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from trueup.access import findings as access
from trueup.competency import findings as competency
from trueup.cycles import findings as cycles
from trueup.delivery import findings as delivery
from trueup.identity import findings as identity
from trueup.instants import findings as instants
from trueup.kit.expressions import or_null, union
from trueup.model.answers import Unchecked
from trueup.model.faults import CATALOGUE
from trueup.privacy import findings as privacy
from trueup.reconcile import findings as reconcile
from trueup.scoring import findings as scoring

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.kit.engine import Engine
    from trueup.model.findings import Finding, Logs

FINDINGS: tuple[Finding, ...] = (
    *identity.FINDINGS,
    *instants.FINDINGS,
    *reconcile.FINDINGS,
    *delivery.FINDINGS,
    *competency.FINDINGS,
    *access.FINDINGS,
    *scoring.FINDINGS,
    *cycles.FINDINGS,
    *privacy.FINDINGS,
)


def lacking(finding: Finding, logs: Logs) -> list[str]:
    """What a finding needs and the logs do not have."""
    gone = []
    for need in finding.needs:
        role, _, column = need.partition(".")
        if not logs.has(role, *([column] if column else [])):
            gone.append(need)
    return gone


def unchecked(logs: Logs) -> tuple[Unchecked, ...]:
    """The codes that no finding could look for, with what is missing, in order of code."""
    needs: dict[str, list[str]] = {}
    looked = set()
    for finding in FINDINGS:
        gone = lacking(finding, logs)
        if gone:
            needs[finding.code] = gone
        else:
            looked.add(finding.code)
    return tuple(
        Unchecked(code, ", ".join(gone)) for code, gone in sorted(needs.items()) if code not in looked
    )


def found(logs: Logs, engine: Engine, tell: Callable[[str], None]) -> ibis.Table:
    """All faults (FAULT_COLUMNS and caused_by), each once."""
    parts = []
    for finding in FINDINGS:
        if lacking(finding, logs):
            continue
        tell(f"looking for {finding.code} {CATALOGUE[finding.code].name}")
        rows = finding.rows(logs)
        if rows is not None:
            parts.append(engine.keep(rows, finding.code))
    everything = engine.keep(union(parts).distinct(), "found")
    return linked(everything, engine)


def linked(faults: ibis.Table, engine: Engine) -> ibis.Table:
    """Adds `caused_by`: the likeliest cause, by the catalogue, that is also found on the same record or person."""
    ranks = [
        (fault.code, cause, place)
        for fault in CATALOGUE.values()
        for place, cause in enumerate(fault.consequence_of)
    ]
    causes = engine.constant(
        pa.table(
            {
                "code": [code for code, _, _ in ranks],
                "cause": [cause for _, cause, _ in ranks],
                "place": pa.array([place for _, _, place in ranks], pa.int64()),
            }
        ),
        "causes",
    )
    whose = ibis.ifelse(
        faults.record_id.notnull(),
        "r:" + faults.record_id,
        ibis.ifelse(faults.person.notnull(), "p:" + faults.person, or_null("string")),
    )
    keyed = faults.mutate(whose=whose)
    there = keyed.filter(keyed.whose.notnull()).select("whose", cause=keyed.code).distinct()
    mine = keyed.filter(keyed.whose.notnull()).select("whose", "code").distinct()
    met = mine.join(causes, "code").join(there, ["whose", "cause"])
    best = met.group_by(["whose", "code"]).aggregate(cause=met.cause.argmin(met.place))
    joined = keyed.left_join(best, ["whose", "code"])
    return joined.select(*[keyed[name] for name in faults.columns], caused_by=best.cause)
