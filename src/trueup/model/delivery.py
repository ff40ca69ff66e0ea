"""What is carried to a review system, and what becomes of it: the words of delivery. Knows no vendor, no table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from trueup.model.completions import Fault, Key, Score, Status


class State(StrEnum):
    """Where a delivery stands (schema 0008)."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    VERIFIED = "verified"
    DEAD = "dead"
    SUPERSEDED = "superseded"


class Verb(StrEnum):
    """What is to be done at a target so that it holds what the ledger holds."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    APPEND = "append"  # a correction beside what stands, where nothing there can be changed


class Capability(StrEnum):
    """What a system lets one do."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    APPEND = "append"
    READ_BACK = "read-back"
    LIST = "list"
    SINCE = "since"
    SCALE = "scale"  # its scale can be asked for
    DRY_RUN = "dry-run"


class Proof(StrEnum):
    """What a connector was built from, and is tested against."""

    RUN = "run"  # the real system answers in the tests
    RECORDED = "recorded"  # real answers, recorded
    DOCUMENTED = "documented"  # documentation alone: nobody has seen it work


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a vendor allows: calls in any window of `per`, or cost in a bucket that leaks. None: it says no limit.

    `reserve` is the share that is kept for what is urgent.
    """

    calls: int | None = None
    per: timedelta = timedelta(minutes=1)
    reserve: float = 0.0
    high: float | None = None  # cost that the bucket holds
    drain: float = 0.0  # cost a second that leaks away
    charge: float = 0.0  # cost of a call until it says its own


@dataclass(frozen=True, slots=True)
class Need:
    """One way in that a connector needs: method, path, fields, scope (requirements F7a)."""

    method: str
    path: str
    fields: tuple[str, ...] = ()
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector is, can do and needs. `scopes`: the vendor counts these apart ("write", "look")."""

    name: str
    title: str
    capabilities: frozenset[Capability]
    needs: tuple[Need, ...]
    proof: Proof
    traps: tuple[str, ...] = ()
    repeatable: bool = False  # the same sent again is the same there
    batch: int = 1  # records in one write
    look_batch: int = 1  # records in one look
    window: timedelta = timedelta(seconds=2)  # until what was written can be read
    budget: Budget = field(default_factory=Budget)
    look_budget: Budget | None = None  # None: looks are counted with the writes
    by_hand: bool = False  # a target that a person writes to: what it accepted is a task
    by_person: bool = False  # a source that is asked about one person at a time


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a completion is about, as the roster has them on the day of delivery."""

    person_id: str
    employee_number: str | None = None
    email: str | None = None
    there: tuple[str, ...] = ()  # what the target calls them: one, or it is not known which


@dataclass(frozen=True, slots=True)
class Evidence:
    """A completion as a target may be told of it."""

    key: Key
    statement_id: int
    course_id: str
    status: Status
    completed_at: datetime | date | None  # a date where the source says no more
    score: Score | None
    tags: tuple[str, ...]
    received_at: datetime
    person: Person | None  # None: nobody knows yet
    issuer: str | None = None  # the account, or what else the source calls them by
    account: str | None = None
    employee_number: str | None = None
    email: str | None = None

    @property
    def natural_key(self) -> str:
        """What the record is called at every target: the same for all its revisions."""
        return f"{self.key.source}:{self.key.record_id}"


@dataclass(frozen=True, slots=True)
class Record:
    """What a target is to hold of a completion, in its own fields.

    `fields` is compared after reading back; `body` is what is sent where that is more than the fields.
    """

    fields: Mapping[str, Any]
    body: Any = None
    personal: frozenset[str] = frozenset()  # fields whose values are never shown

    @property
    def sent(self) -> Any:
        """What goes over the line."""
        return dict(self.fields) if self.body is None else self.body


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do at a target. `remote_id` is what the target calls the record, where that is known."""

    verb: Verb
    evidence: Evidence
    record: Record
    remote_id: str | None = None
    before: Evidence | None = None  # the revision that the target has


class Told(StrEnum):
    """What an answer says of one record."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for what it is: the same again is refused again
    TOO_MUCH = "too-much"  # the batch as a whole; a smaller one may go
    THROTTLED = "throttled"
    DENIED = "denied"  # for who asks
    FAILED = "failed"  # nothing was done
    UNKNOWN = "unknown"  # it may have been done


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one record in a write."""

    told: Told
    remote_id: str | None = None
    fault: Fault | None = None  # of REFUSED, and of what else can say more


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found of one record. `fields` None: it is not there. `failed`: nobody knows."""

    fields: Mapping[str, Any] | None
    remote_id: str | None = None
    failed: Told | None = None
