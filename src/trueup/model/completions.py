"""What a source asserts of one completion, as we read it, and what becomes of it on arrival. Knows no JSON, no table."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trueup.model.faults import fault
from trueup.model.instants import Instant

CONTRACT = "trueup.event/1"  # the contract that an event is read by, as receipts name it


class Status(StrEnum):
    """What the source asserts; passing is never inferred from a score (requirements F8d)."""

    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    VOIDED = "voided"
    LAUNCHED = "launched"


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a source names, as it names them: not yet a person. An account is its issuer and its name, never one alone."""

    issuer: str | None = None
    name: str | None = None
    employee_number: str | None = None
    person_id: str | None = None
    email: str | None = None

    @property
    def named(self) -> bool:
        """Whether it says anything."""
        return any((self.name, self.employee_number, self.person_id, self.email))


@dataclass(frozen=True, slots=True)
class Score:
    """A raw score as given, with its digits, and its scale: a declared one, or its own ends."""

    raw: Decimal
    low: Decimal | None
    high: Decimal | None
    scale: str | None
    scale_version: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a statement the same one: never the clock, always the source (requirements F3a)."""

    source: str
    record_id: str
    revision: str

    def __str__(self) -> str:
        """As answers and logs name it."""
        return f"{self.source}:{self.record_id}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Completion:
    """One statement as we read it. `occurred` and `recorded` are None where the source does not say: never "now"."""

    course_id: str
    attempt: str | None
    status: Status
    occurred: Instant | None
    recorded: Instant | None
    score: Score | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an event: the code of the catalogue, where, what was due, what stood there (its kind only)."""

    code: str
    pointer: str  # RFC 6901, into the event
    expected: str
    actual: str

    @property
    def owner(self) -> str:
        """Who settles it."""
        return fault(self.code).escalation.owner.value


class Outcome(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"  # it is durable
    DUPLICATE = "duplicate"  # it was so before; nothing changed
    CONFLICT = "conflict"  # another body stands under its key; nothing changed
    QUARANTINED = "quarantined"  # it is durable, and waits for a decision or a corrected resend
    REJECTED = "rejected"  # it can't be read; nothing is kept


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one event. Where it is durable: its number, since when, by which contract, the salt of its leaf."""

    outcome: Outcome
    key: Key | None = None  # None where the event does not say it
    digest: str | None = None  # SHA-256 of its canonical JSON; None where it can't be read
    statement_id: int | None = None
    received_at: datetime | None = None
    contract: str | None = None
    salt: bytes | None = None
    fault: Fault | None = None
    dropped: tuple[str, ...] = ()  # JSON pointers of what no purpose allows: it was never stored
