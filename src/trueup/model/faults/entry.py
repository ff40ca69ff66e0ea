"""What an entry of the catalogue of faults says. Knows nothing of how a fault is found."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a fault costs the review, worst first."""

    CRITICAL = "critical"  # a review is decided on wrong or missing evidence, or a person is exposed
    HIGH = "high"  # evidence is missing or wrong unless somebody acts before the cut-off
    MEDIUM = "medium"  # evidence is doubtful, or will be wrong if nothing changes
    LOW = "low"  # upkeep: nothing is wrong yet


class Owner(StrEnum):
    """Who settles a fault."""

    ON_CALL_ENGINEER = "on-call engineer"
    DATA_STEWARD = "HR data steward"
    PRIVACY_OFFICER = "privacy officer"
    LEARNING_ADMIN = "L&D admin"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who acts, within how many hours, and who is next when they do not."""

    owner: Owner
    hours: int
    next_tier: Owner


@dataclass(frozen=True, slots=True)
class Family:
    """One of the ten families of faults. `number` is the first half of its codes: 2 for TU02xx."""

    number: int
    key: str  # "time"
    title: str  # "Time: when it happened"
    question: str  # what the family asks of every record


@dataclass(frozen=True, slots=True)
class Example:
    """One record with the fault: what should stand in `field`, what stands there, and why that is wrong."""

    field: str  # a canonical column (model/relations.py), or what a whole record or run shows
    expected: str
    actual: str
    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One code of the catalogue. Codes never change their meaning (faults.md)."""

    code: str  # "TU0202"
    name: str  # "zone-shift"
    trigger: str  # when it is reported, one sentence
    cause: str  # the usual cause, in plain words
    fix: str  # what to do, step by step where it takes more than one
    command: str  # the command that shows or mends it, "" where there is none
    checklist: tuple[str, ...]  # what to verify so that it does not come back
    escalation: Escalation
    severity: Severity
    kpi: str  # the key of the figure it moves, see trueup.kpi
    needs: tuple[str, ...]  # roles (of model/relations.py) without which it can't be seen in logs
    example: Example
    consequence_of: tuple[str, ...] = ()  # codes that, on the same record, explain this one, likeliest first

    @property
    def family_number(self) -> int:
        """The family the code belongs to.

        >>> int("TU0202"[2:4])
        2
        """
        return int(self.code[2:4])
