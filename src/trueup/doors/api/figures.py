"""What /metrics shows of the doors. Knows counts and times; no label is a person's, a key or an address."""

from collections import Counter as Sums
from collections.abc import Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from trueup.delivery.history.store import Count

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


def _requests(registry: CollectorRegistry) -> Histogram:
    return Histogram(
        "trueup_request_seconds",
        "Requests by operation and status, and how long they took.",
        ["operation", "status"],
        buckets=_SECONDS,
        registry=registry,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one process, in a registry of their own."""

    registry: CollectorRegistry
    requests: Histogram
    events: Counter
    statements: Counter
    problems: Counter
    working: Gauge
    waiting: Gauge = field(repr=False)
    deliveries: Gauge
    overdue: Gauge

    def delivered(self, counts: Sequence[Count]) -> None:
        """How deliveries stand now, of all processes: they are the database's, told anew each time."""
        overdue: Sums[str] = Sums()
        self.deliveries.clear()
        self.overdue.clear()
        for each in counts:
            self.deliveries.labels(each.target, each.state.value).set(each.count)
            overdue[each.target] += each.overdue
        for target, late in overdue.items():
            self.overdue.labels(target).set(late)


def new_figures() -> Figures:
    """Figures that start at nought."""
    registry = CollectorRegistry()
    return Figures(
        registry,
        _requests(registry),
        Counter(
            "trueup_events", "Events by door and what became of them.", ["door", "outcome"], registry=registry
        ),
        Counter(
            "trueup_statements", "xAPI statements by what became of them.", ["outcome"], registry=registry
        ),
        Counter("trueup_problems", "Problems answered, by code.", ["code"], registry=registry),
        Gauge("trueup_requests_working", "Requests that are being worked on.", registry=registry),
        Gauge("trueup_requests_waiting", "Requests that wait for their turn.", registry=registry),
        Gauge("trueup_deliveries", "Deliveries by target and state.", ["target", "state"], registry=registry),
        Gauge(
            "trueup_deliveries_overdue",
            "Deliveries past their deadline, by target.",
            ["target"],
            registry=registry,
        ),
    )
