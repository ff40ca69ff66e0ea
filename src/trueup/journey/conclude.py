"""From faults to the answer: order, figures, ranking, charts. Knows what is counted, not how it is shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trueup.journey.findings import unchecked
from trueup.kit.expressions import DAY, HOUR, SECOND, yes
from trueup.kpi.figures import Counted, figures
from trueup.model.answers import (
    Answer,
    Charts,
    CycleLine,
    DayLine,
    FamilyLine,
    FaultRow,
    RunLine,
    ShiftLine,
    Where,
)
from trueup.model.faults import CATALOGUE, family_of
from trueup.model.faults.entry import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import ibis
    import ibis.expr.types as ir

    from trueup.journey.gather import Gathered
    from trueup.kit.engine import Engine
    from trueup.model.findings import Logs
    from trueup.model.settings import CheckSettings

COST = {Severity.CRITICAL: 8, Severity.HIGH: 4, Severity.MEDIUM: 2, Severity.LOW: 1}
SAMPLED_FROM = 200_000  # records; beyond this many, latencies are taken from one record in sixteen
_SEVERITIES = list(Severity)
_WHERE = pa.list_(pa.struct([("file", pa.string()), ("line", pa.int64())]))


def conclude(
    gathered: Gathered,
    logs: Logs,
    faults: ibis.Table,
    *,
    engine: Engine,
    workspace: Path,
    settings: CheckSettings,
    tell: Callable[[str], None],
) -> Answer:
    """The whole answer; the faults lie in a Parquet file of the workspace, in the order they are to be read."""
    tell("putting the faults in order")
    path = workspace / "faults.parquet"
    table = ordered(engine.fetch(faults))
    pq.write_table(table, path)
    counts, primary = _counts(table)
    tell("reckoning the figures")
    records = _due_by_day(logs, engine)
    kpis = figures(_counted(logs, table, engine, sum(line.n for line in records)), settings.thresholds)
    return Answer(
        inputs=gathered.inputs,
        kpis=kpis,
        counts=counts,
        primary_counts=primary,
        families=_families(primary),
        unchecked=unchecked(logs),
        faults=lambda limit: _rows(path, limit),
        faults_file=str(path),
        as_of=iso_text(logs.as_of) or "",
        engine=engine.name,
        charts=_charts(logs, table, engine, records),
        notes=(*gathered.notes, *logs.facts.notes),
    )


def iso_text(at: object) -> str | None:
    """Microseconds since 1970 UTC as ISO 8601; None where there is none.

    >>> iso_text(1772456413000000)
    '2026-03-02T13:00:13Z'
    """
    return (
        datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if isinstance(at, int)
        else None
    )


def ordered(found: pa.Table) -> pa.Table:
    """The faults with name, severity and `where`: primary causes first, then by severity, code and place."""
    codes = found["code"].combine_chunks()
    names = {code: fault.name for code, fault in CATALOGUE.items()}
    severities = {code: fault.severity.value for code, fault in CATALOGUE.items()}
    encoded = codes.dictionary_encode()
    known = encoded.dictionary.to_pylist()

    def per_code(say: Callable[[str], object], kind: pa.DataType) -> pa.Array:
        return pa.array([say(code) for code in known], kind).take(encoded.indices)

    table = pa.table(
        {
            "code": codes,
            "name": per_code(lambda code: names[code], pa.string()),
            "severity": per_code(lambda code: severities[code], pa.string()),
            **{
                name: found[name]
                for name in ("record_id", "person", "course_id", "field", "expected", "actual")
            },
            "where": _where(found),
            "detail": found["detail"],
            "caused_by": found["caused_by"],
            "rank": per_code(lambda code: _SEVERITIES.index(CATALOGUE[code].severity), pa.int64()),
            "later": pc.is_valid(found["caused_by"]).cast(pa.int8()),
            "file": found["file"],
            "line": found["line"],
        }
    )
    keys = [
        (name, "ascending")
        for name in ("later", "rank", "code", "file", "line", "record_id", "detail", "expected", "actual")
    ]
    return table.sort_by(keys).drop_columns(["rank", "later", "file", "line"])


def _where(found: pa.Table) -> pa.Array:
    """One list a fault: its own place, and the other side's where there is one."""
    first, second = (
        pc.is_valid(found["file"]).combine_chunks(),
        pc.is_valid(found["other_file"]).combine_chunks(),
    )
    sizes = pc.add(first.cast(pa.int32()), second.cast(pa.int32()))
    offsets = (
        pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(sizes).cast(pa.int32())])
        if len(found)
        else pa.array([0], pa.int32())
    )
    rows = pa.array(range(len(found)), pa.int64())
    places = pa.table(
        {
            "row": pa.concat_arrays([rows.filter(first), rows.filter(second)]),
            "side": pa.concat_arrays(
                [pa.repeat(0, pc.sum(first).as_py() or 0), pa.repeat(1, pc.sum(second).as_py() or 0)]
            ),
            "file": pa.chunked_array(
                [*found["file"].filter(first).chunks, *found["other_file"].filter(second).chunks], pa.string()
            ),
            "line": pa.chunked_array(
                [*found["line"].filter(first).chunks, *found["other_line"].filter(second).chunks], pa.int64()
            ),
        }
    ).sort_by([("row", "ascending"), ("side", "ascending")])
    structs = pa.StructArray.from_arrays(
        [places["file"].combine_chunks(), places["line"].combine_chunks()], ["file", "line"]
    )
    return pa.ListArray.from_arrays(offsets, structs).cast(_WHERE)


def _counts(table: pa.Table) -> tuple[dict[str, int], dict[str, int]]:
    every: dict[str, int] = {}
    first: dict[str, int] = {}
    grouped = table.group_by(["code", "caused_by"]).aggregate([([], "count_all")])
    for row in sorted(grouped.to_pylist(), key=lambda row: row["code"]):
        every[row["code"]] = every.get(row["code"], 0) + row["count_all"]
        if row["caused_by"] is None:
            first[row["code"]] = row["count_all"]
    return every, first


def _families(primary: dict[str, int]) -> tuple[FamilyLine, ...]:
    """The families by what their faults cost the review, dearest first."""
    cost: dict[str, float] = defaultdict(float)
    n: dict[str, int] = defaultdict(int)
    top: dict[str, tuple[float, str, int]] = {}
    for code, count in primary.items():
        family = family_of(code).key
        weight = COST[CATALOGUE[code].severity] * count
        cost[family] += weight
        n[family] += count
        top[family] = max(top.get(family, (0.0, "", 0)), (weight, code, count))
    total = sum(cost.values()) or 1.0
    lines = [
        FamilyLine(
            family,
            round(cost[family] / total, 4),
            n[family],
            f"mostly {top[family][1]} {CATALOGUE[top[family][1]].name} ({top[family][2]:,})",
        )
        for family in cost
    ]
    return tuple(sorted(lines, key=lambda line: (-line.likelihood, line.family)))


def _rows(path: Path, limit: int | None) -> Iterator[FaultRow]:
    left = limit
    for batch in pq.ParquetFile(path).iter_batches(5_000):
        for row in batch.to_pylist():
            if left is not None:
                if left <= 0:
                    return
                left -= 1
            row["where"] = tuple(Where(place["file"], place["line"]) for place in row["where"] or ())
            yield FaultRow(**{**row, "detail": row["detail"] or ""})


def _records(table: pa.Table, codes: set[str]) -> int:
    mine = table.filter(pc.is_in(table["code"], pa.array(sorted(codes))))
    return int(pc.count_distinct(mine["record_id"]).as_py()) if len(mine) else 0


def _counted(logs: Logs, table: pa.Table, engine: Engine, due: int) -> Counted:
    pairs = logs.pairs
    gone = pairs.filter(yes(pairs.in_lms & pairs.due & ~pairs.in_review & ~pairs.pending))
    missing = _one(engine, gone.aggregate(n=gone.record_id.nunique()))["n"]
    tried = gone.filter(yes((gone.tries > 0) & (gone.accepted == 0)))
    undelivered = _one(engine, tried.aggregate(n=tried.record_id.nunique()))["n"]
    families = {number: {code for code in CATALOGUE if int(code[2:4]) == number} for number in range(1, 11)}
    wrong_time = families[2] - {"TU0201"}
    on_both = families[1] | families[2] | families[8] | {"TU0305", "TU0306", "TU0502"}
    mean, p95, n = _latency(logs, engine, due)
    headroom, cycle = _headroom(logs)
    doubled = table.filter(pc.equal(table["code"], "TU0501"))
    exposures = {"TU0703", "TU1001", "TU1002", "TU1003", "TU1004"}
    return Counted(
        due=due,
        missing=int(str(missing)),
        undelivered=int(str(undelivered)),
        verified=max(0, due - int(str(missing)) - _records(table, on_both)),
        wrong_times=_records(table, wrong_time),
        wrong_scores=_records(table, families[8]),
        persons=_people(logs, engine),
        doubled=int(pc.count_distinct(doubled["person"]).as_py()) if len(doubled) else 0,
        exposures=len(table.filter(pc.is_in(table["code"], pa.array(sorted(exposures)))))
        if {"policy", "consents"} & set(logs.roles)
        else None,
        latency_mean=mean,
        latency_p95=p95,
        latency_of=n,
        headroom=headroom,
        headroom_cycle=cycle,
    )


def _one(engine: Engine, expression: ibis.Table) -> dict[str, object]:
    row: dict[str, object] = engine.fetch(expression).to_pylist()[0]
    return row


def _people(logs: Logs, engine: Engine) -> int | None:
    if "people" not in logs.roles or "accounts" not in logs.roles:
        return None
    people = logs.roles["people"]
    return int(str(_one(engine, people.aggregate(n=people.person_id.nunique()))["n"]))


def _latency(logs: Logs, engine: Engine, due: int) -> tuple[float | None, float | None, int]:
    """Hours from completion to arrival: mean, 95th percentile, and over how many records."""
    lms, shown = logs.kept["records"], logs.roles["reviews"]
    ours = lms.filter(yes(lms.due & lms.completed_at.notnull() & (lms.completed_at_precision != "day")))
    if due > SAMPLED_FROM:
        ours = ours.filter((ours.completed_at // SECOND) % 16 == 0)
    there = shown.filter(shown.received_at.notnull()).select("record_id", "received_at")
    met = ours.select("record_id", "completed_at").join(there, "record_id")
    took = (met.received_at - met.completed_at).cast("float64") / HOUR
    met = met.mutate(took=took).filter(took >= 0)
    said = _one(engine, met.aggregate(n=met.count(), mean=met.took.mean(), p95=met.took.quantile(0.95)))
    n = int(str(said["n"]))
    return (float(str(said["mean"])), float(str(said["p95"])), n) if n else (None, None, 0)


def _headroom(logs: Logs) -> tuple[float | None, str]:
    """The least time between the last run that ended before a covered cut-off and that cut-off, in hours."""
    ends, starts = logs.facts.run_ends, logs.facts.run_starts
    least: tuple[float | None, str] = (None, "")
    for cycle in logs.cycles:
        if cycle.cutoff_at is None or not ends or not min(starts or ends) <= cycle.cutoff_at <= max(ends):
            continue
        before = [end for end in ends if end <= cycle.cutoff_at]
        room = (cycle.cutoff_at - max(before)) / HOUR if before else 0.0
        if least[0] is None or room < least[0]:
            least = (room, cycle.cycle)
    return least


@dataclass(frozen=True, slots=True)
class _Due:
    """How many records that ought to be in the review system there are of one day and cycle."""

    day: int | None  # since 1970, UTC
    cycle: str | None
    charted: bool  # whether it is of the time that charts show
    n: int


def _due_by_day(logs: Logs, engine: Engine) -> list[_Due]:
    lms = logs.kept["records"]
    ours = lms.filter(lms.due)
    grouped = ours.group_by(
        day=ours.completed_at // DAY, cycle=ours.cycle, charted=_charted(ours, logs.as_of)
    ).aggregate(n=ours.count())
    return [_Due(**row) for row in engine.fetch(grouped).to_pylist()]


def _charted(records: ibis.Table, as_of: int) -> ir.Value:
    """Whether a record is of the last 400 days: older ones, and those of the future, would flatten the charts."""
    return yes(records.completed_at.between(as_of - 400 * DAY, as_of + DAY))


def _charts(logs: Logs, table: pa.Table, engine: Engine, records: list[_Due]) -> Charts:
    per_day: Counter[int] = Counter()
    per_cycle: Counter[str | None] = Counter()
    for line in records:
        if line.charted and line.day is not None:
            per_day[line.day] += line.n
            per_cycle[line.cycle] += line.n
    bad_days = _faulty_days(logs, table, engine)
    late = table.filter(pc.equal(table["code"], "TU0901"))["detail"].to_pylist()
    return Charts(
        days=tuple(DayLine(_date(day), per_day[day], bad_days.get(day, 0)) for day in sorted(per_day)),
        runs=_run_lines(logs),
        cycles=tuple(
            CycleLine(
                one.cycle,
                iso_text(one.opens_at),
                iso_text(one.cutoff_at),
                iso_text(one.grace_until),
                iso_text(one.frozen_at),
                per_cycle[one.cycle],
                late.count(f"cycle {one.cycle}"),
            )
            for one in logs.cycles
        ),
        shifts=_shift_lines(logs, engine),
    )


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _faulty_days(logs: Logs, table: pa.Table, engine: Engine) -> dict[int, int]:
    """How many records of each day have a fault."""
    if not len(table):
        return {}
    faulty = pc.unique(table["record_id"].combine_chunks()).drop_null()
    bad = engine.constant(pa.table({"record_id": faulty}), "faulty")
    lms = logs.kept["records"]
    hit = lms.filter(yes(lms.due) & _charted(lms, logs.as_of)).semi_join(bad, "record_id")
    counted = hit.group_by(day=hit.completed_at // DAY).aggregate(n=hit.count())
    return {row["day"]: row["n"] for row in engine.fetch(counted).to_pylist()}


def _run_lines(logs: Logs) -> tuple[RunLine, ...]:
    times = logs.facts.run_times
    lines = [
        RunLine(
            run,
            iso_text(times[run][0]),
            iso_text(times[run][1]),
            fared["records"],
            fared["accepted"],
            fared["throttled"],
            fared["error"],
            fared["rejected"],
        )
        for run, fared in logs.facts.run_outcomes.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.started_at or "", line.run_id)))


def _shift_lines(logs: Logs, engine: Engine) -> tuple[ShiftLine, ...]:
    from trueup.instants.comparing import shifted_groups  # noqa: PLC0415  # beside its only use

    if not (logs.has("completions", "completed_at") and logs.has("reviews", "completed_at")):
        return ()
    rows = engine.fetch(shifted_groups(logs)).to_pylist()
    return tuple(
        sorted(
            (ShiftLine(row["source_key"] or "all sources", row["minutes"], row["n"]) for row in rows),
            key=lambda line: -line.n,
        )
    )
