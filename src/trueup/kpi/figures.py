"""The figures of a check against their thresholds (requirements O4). Knows numbers, not where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.model.answers import Kpi, State

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure's name, unit and default thresholds; `warn` and `breach` None where it only informs."""

    key: str
    title: str
    unit: str
    warn: float | None
    breach: float | None
    higher_is_worse: bool = True


MEASURES = {
    measure.key: measure
    for measure in (
        Measure("missing_rate", "Missing completions", "%", 0.2, 0.5),
        Measure("verified_rate", "Verified in the review system", "%", 99.5, 99.0, higher_is_worse=False),
        Measure("dead_letter_rate", "Not delivered", "%", 0.5, 2.0),
        Measure("sync_latency_mean", "Mean sync latency", "h", None, None),
        Measure("sync_latency_p95", "Sync latency, 95th percentile", "h", 48.0, 96.0),
        Measure("duplicate_account_rate", "Duplicate accounts", "%", 0.5, 1.0),
        Measure("time_fault_rate", "Records with a wrong time", "%", 0.2, 1.0),
        Measure("score_fault_rate", "Records with a wrong score", "%", 0.2, 1.0),
        Measure("exposure_count", "Exposures of personal data", "", 1.0, 1.0),
        Measure("cutoff_headroom", "Least headroom before a cut-off", "h", 2.0, 0.0, higher_is_worse=False),
    )
}


UNTOLD = {  # why the logs can't tell a figure
    "missing_rate": "no completion ought to be in the review system",
    "verified_rate": "nothing can be verified: no completion ought to be in the review system",
    "dead_letter_rate": "no completion ought to be in the review system",
    "sync_latency_mean": "no record says both when it was completed and when it arrived",
    "sync_latency_p95": "no record says both when it was completed and when it arrived",
    "duplicate_account_rate": "needs accounts, and people to whom they belong",
    "time_fault_rate": "no completion ought to be in the review system",
    "score_fault_rate": "no completion ought to be in the review system",
    "exposure_count": "needs a policy or consents",
    "cutoff_headroom": "no cut-off lies within the sync log",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted. Hours for latencies and headroom; None where the logs can't tell."""

    due: int = 0
    missing: int = 0
    undelivered: int = 0
    verified: int | None = None
    wrong_times: int | None = None
    wrong_scores: int | None = None
    persons: int | None = None
    doubled: int = 0
    exposures: int | None = None
    latency_mean: float | None = None
    latency_p95: float | None = None
    latency_of: int = 0
    headroom: float | None = None
    headroom_cycle: str = ""


def figures(counted: Counted, thresholds: Mapping[str, tuple[float, float]]) -> tuple[Kpi, ...]:
    """Every figure with its state. `thresholds` overrides (warn, breach) by key."""
    said = _deliveries(counted) | _times(counted) | _contents(counted)
    return tuple(_kpi(measure, *said[key], thresholds) for key, measure in MEASURES.items())


def _deliveries(counted: Counted) -> dict[str, tuple[float | None, str]]:
    """Value and words of what arrived and what did not, by key."""
    of_due = _of_due(counted)
    return {
        "missing_rate": (_share(counted.missing, counted.due), f"{counted.missing:,} {of_due} are not"),
        "verified_rate": (
            _share(counted.verified, counted.due),
            f"{counted.verified or 0:,} {of_due} are there and agree in person, time and score",
        ),
        "dead_letter_rate": (
            _share(counted.undelivered, counted.due),
            f"{counted.undelivered:,} {of_due} were tried and never accepted",
        ),
    }


def _times(counted: Counted) -> dict[str, tuple[float | None, str]]:
    """Value and words of how long a record takes and how close a cut-off comes, by key."""
    return {
        "sync_latency_mean": (
            counted.latency_mean,
            f"from completion to arrival, over {counted.latency_of:,} records",
        ),
        "sync_latency_p95": (
            counted.latency_p95,
            f"19 of 20 of {counted.latency_of:,} records arrived within this",
        ),
        "cutoff_headroom": (
            counted.headroom,
            f"between the last run before a cut-off and that cut-off ({counted.headroom_cycle})",
        ),
    }


def _contents(counted: Counted) -> dict[str, tuple[float | None, str]]:
    """Value and words of what is wrong in the records that are there, by key."""
    of_due = _of_due(counted)
    return {
        "duplicate_account_rate": (
            _share(counted.doubled, counted.persons),
            f"{counted.doubled:,} of {counted.persons or 0:,} people have more than one active account in a system",
        ),
        "time_fault_rate": (
            _share(counted.wrong_times, counted.due),
            f"{counted.wrong_times or 0:,} {of_due} have a wrong time",
        ),
        "score_fault_rate": (
            _share(counted.wrong_scores, counted.due),
            f"{counted.wrong_scores or 0:,} {of_due} have a wrong score",
        ),
        "exposure_count": (
            None if counted.exposures is None else float(counted.exposures),
            f"{counted.exposures or 0:,} transfers or rows show more than they may",
        ),
    }


def _of_due(counted: Counted) -> str:
    return f"of {counted.due:,} completions that ought to be in the review system"


def _share(part: int | None, whole: int | None) -> float | None:
    if part is None or not whole:
        return None
    return 100.0 * part / whole


def _kpi(
    measure: Measure, value: float | None, says: str, thresholds: Mapping[str, tuple[float, float]]
) -> Kpi:
    warn, breach = thresholds.get(measure.key, (measure.warn, measure.breach))
    return Kpi(
        measure.key,
        measure.title,
        None if value is None else round(value, 3),
        measure.unit,
        warn,
        breach,
        measure.higher_is_worse,
        state_of(value, warn, breach, higher_is_worse=measure.higher_is_worse),
        UNTOLD[measure.key] if value is None else says,
    )


def state_of(
    value: float | None, warn: float | None, breach: float | None, *, higher_is_worse: bool
) -> State:
    """A figure on a threshold has reached it.

    >>> state_of(0.6, 0.2, 0.5, higher_is_worse=True).value, state_of(99.9, 99.5, 99.0, higher_is_worse=False).value
    ('breach', 'ok')
    """
    if value is None:
        return State.UNKNOWN
    reached = [
        limit is not None and ((value >= limit) if higher_is_worse else (value < limit))
        for limit in (breach, warn)
    ]
    return State.BREACH if reached[0] else State.WARN if reached[1] else State.OK
