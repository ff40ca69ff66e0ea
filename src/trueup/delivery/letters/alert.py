"""When too much is given up: a share of what ended, once enough has ended to speak of a share. Knows counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.delivery.letters.store import Rate

SHARE = 0.005  # of the deliveries that ended
LEAST = 20  # deliveries that ended, before a share says anything
FEW = 5  # that died are an alert, however few ended


@dataclass(frozen=True, slots=True)
class Cohort:
    """The department and the cycle that most of what died belongs to; None: there is none, or it is not known."""

    department: str | None
    cycle: str | None
    died: int


@dataclass(frozen=True, slots=True)
class Alert:
    """A target at which too much died."""

    target: str
    died: int
    ended: int
    most: Cohort | None = None  # whose the most of them are

    @property
    def share(self) -> float:
        """Of what ended."""
        return self.died / self.ended if self.ended else 0.0


def alerts(rates: Iterable[Rate]) -> list[Alert]:
    """The targets whose share of dead letters is above the threshold, or where several died of few."""
    return [
        Alert(one.target, one.died, one.ended)
        for one in rates
        if (one.ended >= LEAST and one.died / one.ended > SHARE) or (one.ended < LEAST and one.died >= FEW)
    ]
