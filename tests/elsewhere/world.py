"""The things that an imaginary company has; no rule about what is right or wrong with them."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from elsewhere.style import Moment, PersonKey, Style

Cell = str | int | float | bool | Decimal | Moment
Row = dict[str, Cell]


@dataclass(slots=True, eq=False)
class Person:
    """One human on the roster. A person with a `trait` is there to be left alone by a good checker."""

    uuid: str
    number: str | None
    email: str
    first: str
    last: str
    hired_on: date
    department: str
    city: str
    former_numbers: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    former_last: list[str] = field(default_factory=list)
    left_on: date | None = None
    trait: str = ""
    idle: bool = False

    def names(self) -> tuple[str, ...]:
        """Every string that a report may call this person by."""
        return tuple(k for k in (self.uuid, self.number, self.email) if k)


@dataclass(slots=True, eq=False)
class Account:
    """One login in one LMS."""

    issuer: str
    name: str
    owner: Person
    number: str | None
    email: str | None
    created_at: datetime
    suspended: bool = False


@dataclass(slots=True, eq=False)
class Run:
    """One sync run. `ended` is set only where the clock, not the last record, ends it."""

    run_id: str
    started: datetime
    ended: datetime | None = None


@dataclass(slots=True, eq=False)
class Cycle:
    """One review cycle."""

    name: str
    opens: datetime
    cutoff: datetime
    grace: datetime | None = None
    frozen: datetime | None = None
    sla_hours: int | None = None

    def close(self) -> datetime:
        """The last instant that counts for this cycle."""
        return self.grace or self.cutoff


@dataclass(slots=True, eq=False)
class Completion:
    """One row of the LMS."""

    record_id: str
    source: str
    issuer: str | None
    account_name: str | None
    number: str | None
    email: str | None
    course_id: str
    status: str
    completed_at: Moment
    enrolled_at: Moment = None
    score: Decimal | None = None
    scale: str | None = None
    tags: list[str] = field(default_factory=list)
    updated_at: Moment = None
    revision: int = 1
    attempt: int = 1


@dataclass(slots=True, eq=False)
class Attempt:
    """One row of the sync log."""

    run: Run
    record_id: str
    at: datetime
    outcome: str
    attempt: int = 1
    http: int | None = 200
    retry_after: int | str | None = None
    request_id: str = ""
    payload: dict[str, str | float | None] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Review:
    """One row of the review system."""

    review_id: str
    record_id: str | None
    person: str | None
    course_id: str
    completed_at: Moment
    score: Decimal | None = None
    scale: str | None = None
    scale_version: str | None = None
    competency: str | None = None
    label: str | None = None
    cycle: str | None = None
    received_at: Moment = None
    extra: Row = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Story:
    """One completion from the LMS to the review. `kind`: plain, trap, grace, side (never to be delivered)."""

    person: Person
    completions: list[Completion]
    at: datetime
    run: Run | None = None
    attempts: list[Attempt] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    kind: str = "plain"
    taken: bool = False

    @property
    def done(self) -> Completion:
        """The newest revision."""
        return self.completions[-1]

    @property
    def review(self) -> Review:
        """The one review record of an intact story."""
        return self.reviews[0]

    @property
    def record_id(self) -> str:
        """The LMS's id."""
        return self.done.record_id

    def names(self) -> tuple[str, ...]:
        """Every string that a report may call this record by."""
        return (self.record_id, *(r.review_id for r in self.reviews))


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted fault; any of `keys` must appear in the fault that reports it."""

    code: str
    shape: str
    keys: tuple[str, ...]
    record_id: str | None = None
    person: str | None = None
    course_id: str | None = None
    run: str | None = None
    other: str | None = None
    touches: tuple[str, ...] = ()  # what the fault drags along, beyond its keys


@dataclass(slots=True, eq=False)
class Company:
    """Everything that is exported, and the die that made it."""

    style: Style
    rng: random.Random
    page_size: int = 50
    people: list[Person] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    cycles: list[Cycle] = field(default_factory=list)
    competencies: list[Row] = field(default_factory=list)
    scales: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    grants: list[Row] = field(default_factory=list)
    policy: list[Row] = field(default_factory=list)
    orphans: list[Review] = field(default_factory=list)
    serial: dict[str, int] = field(default_factory=dict)
    logins: dict[int, list[Account]] = field(
        default_factory=dict
    )  # by id() of the person: what they learn with

    def next(self, what: str) -> int:
        """A running number for `what`, from 1."""
        self.serial[what] = self.serial.get(what, 0) + 1
        return self.serial[what]

    def record_id(self, source: int) -> str:
        """A fresh LMS record id of source 0 or 1."""
        return self.style.record_ids[source].format(n=self.next(f"record{source}"))

    def review_id(self) -> str:
        """A fresh id of the review system."""
        return f"RV{self.next('review'):07d}"

    def key_of(self, person: Person) -> str:
        """What HR's own files (consents) and a plain review system call the person by."""
        if self.style.person_key is PersonKey.NUMBER and person.number:
            return person.number
        return person.uuid

    def cycle_at(self, at: datetime) -> Cycle | None:
        """The cycle that an instant counts for."""
        return next((c for c in self.cycles if c.opens <= at <= c.close()), None)

    def run_after(self, at: datetime) -> Run:
        """The first run that starts after an instant."""
        return next(run for run in self.runs if run.started > at)

    def of(self, person: Person) -> list[Story]:
        """Every story of a person."""
        return [story for story in self.stories if story.person is person]

    def take(self, count: int, fits: Callable[[Story], bool] = lambda _: True) -> list[Story]:
        """Up to `count` intact stories, each given out once."""
        pool = [s for s in self.stories if s.kind == "plain" and not s.taken and fits(s)]
        chosen = self.rng.sample(pool, min(count, len(pool)))
        return claim(chosen)

    def take_people(self, count: int, fits: Callable[[list[Story]], bool] = bool) -> list[Person]:
        """Up to `count` people without a trait, none of whose stories is used; all their stories are given out."""
        by_person: dict[int, list[Story]] = {}
        for story in self.stories:
            by_person.setdefault(id(story.person), []).append(story)
        fit = [
            p
            for p in self.people
            if not p.trait
            and not any(s.taken for s in by_person.get(id(p), []))
            and fits(by_person.get(id(p), []))
        ]
        chosen = self.rng.sample(fit, min(count, len(fit)))
        for person in chosen:
            claim(by_person[id(person)])
        return chosen

    def take_idle(self, count: int) -> list[Person]:
        """Up to `count` people without any completion, each given out once."""
        fit = [p for p in self.people if p.idle and not p.trait and p.left_on is None]
        chosen = self.rng.sample(fit, min(count, len(fit)))
        for person in chosen:
            person.idle = False
        return chosen


def claim(stories: Iterable[Story]) -> list[Story]:
    """Marks stories as used by a plant."""
    claimed = list(stories)
    for story in claimed:
        story.taken = True
    return claimed


def intact(stories: list[Story]) -> bool:
    """Whether all of a person's stories are plain ones, and there are some."""
    return bool(stories) and all(s.kind == "plain" for s in stories)
