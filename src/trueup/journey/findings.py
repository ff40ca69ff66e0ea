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
        if lacking(finding, logs) or (finding.doubts and not logs.facts.doubts.intersection(finding.doubts)):
            continue
        tell(f"looking for {finding.code} {CATALOGUE[finding.code].name}")
        rows = finding.rows(logs)
        if rows is not None:
            parts.append(engine.keep(rows, finding.code))
    everything = engine.keep(union(parts).distinct(), "found")
    return linked(everything, engine)


def linked(faults: ibis.Table, engine: Engine) -> ibis.Table:
    """Adds `caused_by`: the likeliest cause, by the catalogue, that is also found on the same record, row or person.

    A row counts where a record's fault names it as one of its two places; a person where the cause is about
    the person and no record.
    """
    ranks = [
        (fault.code, cause, rank)
        for fault in CATALOGUE.values()
        for rank, cause in enumerate(fault.consequence_of)
    ]
    causes = engine.constant(
        pa.table(
            {
                "code": [code for code, _, _ in ranks],
                "cause": [cause for _, cause, _ in ranks],
                "rank": pa.array([rank for _, _, rank in ranks], pa.int64()),
            }
        ),
        "causes",
    )
    own = ibis.ifelse(faults.record_id.notnull(), "r:" + faults.record_id, "p:" + faults.person)
    bearing = ibis.ifelse(faults.record_id.notnull(), "", or_null("string"))
    place = bearing + "w:" + faults.file + ":" + faults.line.cast("string")
    other = bearing + "w:" + faults.other_file + ":" + faults.other_line.cast("string")
    keyed = engine.keep(faults.mutate(own=own, place=place, other=other, whose="p:" + faults.person), "keyed")
    there = _signs(keyed, "cause", "own", "place", "other")
    mine = _signs(keyed.semi_join(causes, "code"), "code", "own", "place", "whose")
    met = mine.join(causes, "code").join(there, ["sign", "cause"])
    best = met.group_by(["sign", "code"]).aggregate(cause=met.cause.argmin(met["rank"]))
    best = engine.keep(best, "explained")
    told = keyed.mutate(caused_by=or_null("string"))
    for sign in ("own", "place", "whose"):
        why = best.select(for_sign="sign", for_code="code", why="cause")
        joined = told.left_join(why, [(sign, "for_sign"), ("code", "for_code")])
        rest = {name: told[name] for name in told.columns if name != "caused_by"}
        told = joined.select(**rest, caused_by=ibis.coalesce(told.caused_by, why.why))
    return told.select(*faults.columns, "caused_by")


def _signs(keyed: ibis.Table, name: str, *columns: str) -> ibis.Table:
    """(sign, code under `name`): by what each fault may be known to others."""
    parts = [keyed.select(sign=keyed[column], **{name: keyed.code}) for column in columns]
    signs = union(parts)
    return signs.filter(signs.sign.notnull()).distinct()
