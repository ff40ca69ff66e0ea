"""What the logs say about their own world: runs, calendar, zones, scales, policy. Knows no single record."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from trueup.cycles import attribution
from trueup.instants import zone_named
from trueup.journey.work import Work, whole
from trueup.kit.expressions import yes
from trueup.scoring.comparing import graded, places
from trueup.scoring.matrix import scales

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.model.findings import Cycle

_HIDDEN_NAMES = {"employee_number", "email", "name", "person_id"}
_HIDDEN_PERSON = {"person", "person_id", "identity"}
_OUTCOMES = ("accepted", "throttled", "error", "rejected")
_READERS = re.compile(r"review|manager|peer", re.IGNORECASE)


def calendar(work: Work) -> tuple[Cycle, ...]:
    """The review cycles, by opening."""
    return attribution.calendar(work.rows(work.roles["cycles"])) if "cycles" in work.roles else ()


def look_at_runs(work: Work) -> None:
    """When each run started and ended, by its own word or by its first and last attempt, and how it fared."""
    sync = work.roles["sync"]
    outcome = sync.outcome.lower()
    runs = work.rows(
        sync.group_by("run_id").aggregate(
            started=ibis.coalesce(sync.run_started_at.min(), sync.attempt_at.min()),
            ended=ibis.coalesce(sync.run_ended_at.max(), sync.attempt_at.max()),
            first=sync.attempt_at.min(),
            records=sync.record_id.approx_nunique(),
            **{name: yes(outcome == name).cast("int64").sum() for name in _OUTCOMES},
        )
    )
    facts = work.facts
    for run in runs:
        started, ended = _instant(run["started"]), _instant(run["ended"])
        if run["run_id"] is not None:
            fared = {name: whole(run[name]) for name in ("records", *_OUTCOMES)}
            facts.run_outcomes[str(run["run_id"])] = fared
        facts.run_times[str(run["run_id"])] = (started, ended)
        facts.run_starts += [started] if started is not None else []
        facts.run_ends += [ended] if ended is not None else []
    facts.first_attempt = min(
        (at for run in runs if (at := _instant(run["first"])) is not None), default=None
    )
    times = list(facts.run_times.items())
    table = pa.table(
        {
            "run": pa.array([run for run, _ in times], pa.string()),
            "run_started_at": pa.array([started for _, (started, _) in times], pa.int64()),
            "run_ended_at": pa.array([ended for _, (_, ended) in times], pa.int64()),
        }
    )
    work.kept["runs"] = work.engine.constant(table, "runs")


def _instant(value: object) -> int | None:
    return value if isinstance(value, int) else None


def as_of(work: Work) -> int:
    """The latest instant that the logs know: of an attempt, a run or an arrival; or as declared."""
    if work.settings.as_of:
        return int(datetime.fromisoformat(work.settings.as_of).timestamp() * 1_000_000)
    received = work.facts.last_received
    known = [*work.facts.run_ends, *([received] if received is not None else [])]
    return max(known) if known else int(datetime.now(UTC).timestamp() * 1_000_000)


def look_at_zones(work: Work) -> None:
    """Minutes east of UTC at which the company lives: of the calendar's zones and of the source's own times."""
    completions = work.roles["completions"]
    placed = completions.filter(completions.completed_at_offset.notnull())
    counted = placed.group_by("completed_at_offset").aggregate(n=ibis._.count())
    seen = sorted(work.rows(counted), key=lambda row: (-whole(row["n"]), whole(row["completed_at_offset"])))
    offsets = {whole(row["completed_at_offset"]) for row in seen[:40]}
    if work.has("cycles", "zone"):
        zones = work.roles["cycles"].filter(ibis._.zone.notnull()).select("zone").distinct()
        for row in work.rows(zones):
            offsets |= zone_offsets(str(row["zone"]))
    work.facts.offsets = sorted(offsets | {0})


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


def look_at_scales(work: Work) -> None:
    """Which scales are declared, and which the two sides name; words of a scale get their score."""
    facts, completions, reviews = work.facts, work.roles["completions"], work.roles["reviews"]
    facts.scales = scales(work.rows(work.roles["scales"])) if "scales" in work.roles else ()
    written = completions.filter(completions.scale.notnull()).select("scale").distinct()
    facts.lms_scales = tuple(sorted(str(row["scale"]) for row in work.rows(written)))
    shown = reviews.filter(reviews.score_raw.notnull() | reviews.score.notnull()).select(
        "scale", "scale_version"
    )
    facts.review_scales = tuple(
        sorted(
            {(_text(row["scale"]), _text(row["scale_version"])) for row in work.rows(shown.distinct())},
            key=str,
        )
    )
    _read_words(work, "completions", [(name, None) for name in facts.lms_scales])
    _read_words(work, "reviews", facts.review_scales)


def _read_words(work: Work, role: str, named_as: Iterable[tuple[str | None, str | None]]) -> None:
    """Scores that are words of their scale (B, passed) get their place on 0-100."""
    rows = places(work.facts, named_as)
    if rows:
        columns = dict(zip(("scale", "version", "word", "place"), zip(*rows, strict=True), strict=True))
        words = work.engine.constant(pa.table(columns), f"words_of_{role}")
        work.roles[role] = graded(work.roles[role], words)


def _text(value: object) -> str | None:
    return str(value) if value else None


def look_at_columns(work: Work) -> None:
    """What the rows of either side say and what they leave open: one pass over each, for all who ask."""
    completions, reviews = work.roles["completions"], work.roles["reviews"]
    shown = work.one(
        reviews.aggregate(
            n=reviews.count(),
            filled=reviews.competency.count(),
            extras=reviews.extras.count(),
            named=reviews.record_id.count(),
            received=reviews.received_at.count(),
            first=reviews.received_at.min(),
            last=reviews.received_at.max(),
        )
    )
    tagged = work.one(completions.aggregate(n=completions.count(), filled=completions.tags.count()))
    facts, rows = work.facts, whole(shown["n"])
    facts.extras = whole(shown["extras"]) > 0
    facts.nameless = whole(shown["named"]) < rows
    facts.unreceived = whole(shown["received"]) < rows
    facts.first_received, facts.last_received = _instant(shown["first"]), _instant(shown["last"])
    facts.competency_filled = whole(shown["filled"]) / max(1, rows)
    facts.tags_filled = whole(tagged["filled"]) / max(1, whole(tagged["n"]))


def look_at_policy(work: Work) -> None:
    """What the policy hides from reviewers, and for how long rows may be kept."""
    facts = work.facts
    facts.retention_days = _declared_retention(work)
    if "policy" not in work.roles:
        return
    rules = work.rows(work.roles["policy"].select("purpose", "role", "field", "allowed", "retention_days"))
    hidden = {
        str(rule["field"]).strip().lower()
        for rule in rules
        if rule["allowed"] is False and _READERS.search(str(rule["role"] or ""))
    }
    facts.pseudonyms_wanted = bool(hidden & _HIDDEN_NAMES)
    facts.person_forbidden = bool(hidden & _HIDDEN_PERSON)
    purpose = work.settings.purpose
    days = [
        whole(rule["retention_days"])
        for rule in rules
        if rule["retention_days"] is not None and (not purpose or rule["purpose"] == purpose)
    ]
    if facts.retention_days is None and days:
        facts.retention_days = max(days)
    columns = work.given["policy"] - {"retention_days"}
    work.given["policy"] = columns if facts.retention_days is None else columns | {"retention_days"}


def _declared_retention(work: Work) -> int | None:
    declared, purpose = work.settings.retention_days, work.settings.purpose
    if not declared:
        return None
    return declared.get(purpose) if purpose else min(declared.values())


def purpose_of(work: Work, consents: ibis.Table) -> str | None:
    """The purpose of the transfer: as declared, the payloads' own, one that speaks of reviews, the commonest."""
    if work.settings.purpose:
        return work.settings.purpose
    sync = work.roles["sync"]
    sent = work.rows(
        sync.filter(sync.payload_purpose.notnull()).group_by("payload_purpose").aggregate(n=ibis._.count())
    )
    if sent:
        return str(max(sent, key=lambda row: whole(row["n"]))["payload_purpose"])
    counts = work.rows(
        consents.filter(yes(consents.purpose.notnull())).group_by("purpose").aggregate(n=ibis._.count())
    )
    about = [
        row for row in counts if re.search(r"review|apprais|perform", str(row["purpose"]), re.IGNORECASE)
    ]
    best = max(about or counts, key=lambda row: (whole(row["n"]), str(row["purpose"])), default=None)
    return str(best["purpose"]) if best else None
