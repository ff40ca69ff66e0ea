"""The copy of the logs into which faults are planted, and the truth about them. Knows no single fault.

Every record is given to at most one planter, so that planted faults do not cover each other.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from math import gcd
from random import Random
from typing import TypeVar

import msgspec

from trueup.sandbox.calendar import ReviewCycle, Run
from trueup.sandbox.carrying import ACCEPTED, Answer, RunClock, attempt_row
from trueup.sandbox.company import Company
from trueup.sandbox.learning import Story
from trueup.sandbox.logs import Logs
from trueup.sandbox.moments import DAY, utc_text
from trueup.sandbox.rows import Attempt, Completion, Person, Review, Truth
from trueup.sandbox.staff import Member

T = TypeVar("T")
SCORE_FIELDS = ("score", "scale", "scale_version")  # only sent where there is a score


def always(_: object) -> bool:
    """No condition."""
    return True


@dataclass(slots=True)
class Draft:
    """Logs under alteration, with who has already been given to a planter."""

    company: Company
    logs: Logs
    truth: list[Truth] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)  # record ids
    busy: set[str] = field(default_factory=set)  # person ids
    clocks: dict[str, RunClock] = field(default_factory=dict)
    by_id: dict[str, Story] = field(default_factory=dict)
    by_person: dict[str, list[Story]] = field(default_factory=dict)
    by_run: dict[str, Run] = field(default_factory=dict)
    launches: set[tuple[str, str, int]] = field(
        default_factory=set
    )  # person, course and cycle that were launched

    def __post_init__(self) -> None:
        """Look-ups that every planter needs."""
        for story in self.company.stories:
            self.by_id[story.record_id] = story
            self.by_person.setdefault(story.member.key, []).append(story)
            if story.last.status == "launched":
                self.launches.add((story.member.key, story.course.key, story.cycle))
        self.by_run = {run.run_id: run for run in self.company.runs}

    # --- choosing

    def pick(self, dice: Random, count: int, where: Callable[[Story], bool] = always) -> list[Story]:
        """Up to that many ordinary, delivered records that nobody has yet, and take them."""
        return self.pick_any(dice, count, lambda story: self.usual(story.record_id) and where(story))

    def pick_any(self, dice: Random, count: int, where: Callable[[Story], bool]) -> list[Story]:
        """Up to that many free records of any kind, and take them."""
        found: list[Story] = []
        for story in _wander(dice, self.company.stories):
            if len(found) >= count:
                break
            if story.record_id not in self.taken and where(story):
                found.append(story)
                self.taken.add(story.record_id)
        return found

    def pick_people(self, dice: Random, count: int, where: Callable[[Member], bool] = always) -> list[Member]:
        """Up to that many people all of whose records are free and in the reviews; takes them with their records."""
        found: list[Member] = []
        for member in _wander(dice, self.company.members):
            if len(found) >= count:
                break
            if member.key in self.by_person and self.free(member) and where(member):
                found.append(member)
                self.take_person(member)
        return found

    def free(self, member: Member) -> bool:
        """Whether nothing has been planted on a person, and all they learned is free and in the reviews."""
        stories = self.by_person.get(member.key, [])
        return member.key not in self.busy and all(
            story.record_id not in self.taken and story.record_id in self.logs.reviews for story in stories
        )

    def take_person(self, member: Member) -> None:
        """Nobody else may plant anything on this person."""
        self.busy.add(member.key)
        self.taken.update(story.record_id for story in self.by_person.get(member.key, []))

    def delivered(self, story: Story) -> bool:
        """Whether the reviews hold it, by one row that came at the first try of one run."""
        return (
            len(self.logs.reviews.get(story.record_id, ())) == 1
            and len(self.logs.attempts[story.record_id]) == 1
        )

    def of(self, member: Member) -> list[Story]:
        """All records of a person that the reviews hold."""
        return [story for story in self.by_person.get(member.key, []) if story.record_id in self.logs.reviews]

    # --- looking

    def cycle(self, story: Story) -> ReviewCycle:
        """The cycle a record counts for."""
        return self.company.cycles[story.cycle]

    def usual(self, record_id: str) -> bool:
        """Whether a record is free, ordinary, delivered by one call, and not the result of a recorded launch."""
        story = self.by_id[record_id]
        launched = (story.member.key, story.course.key, story.cycle) in self.launches
        return record_id not in self.taken and story.ordinary and self.delivered(story) and not launched

    def run_from(self, at: int) -> Run:
        """The first run that starts at that moment or later and may be added to: one cut off at a page may not."""
        starts = [run.starts for run in self.company.runs]
        later = self.company.runs[min(bisect_left(starts, at), len(starts) - 1) :]
        return next((run for run in later if run.run_id not in self.logs.limits), self.company.runs[-1])

    def run(self, story: Story) -> Run:
        """The run that carried a record last."""
        return self.company.carried.runs_of[story.record_id][-1]

    def review(self, story: Story) -> Review:
        """The record's one row in the reviews."""
        return self.logs.reviews[story.record_id][0]

    # --- altering

    def change_review(self, story: Story, **cells: str) -> None:
        """Other cells in the record's review."""
        self.logs.reviews[story.record_id] = (
            self.review(story)._replace(**cells),
            *self.logs.reviews[story.record_id][1:],
        )

    def send_other(self, story: Story, **cells: str) -> None:
        """Other cells in the review, because the last call already said so."""
        self.change_review(story, **cells)
        *before, last = self.logs.attempts[story.record_id]
        sent = msgspec.json.decode(last.payload)
        sent |= {name: value for name, value in cells.items() if name in sent or name in SCORE_FIELDS}
        if sent.get("score"):
            sent["score"] = int(sent["score"])
        payload = msgspec.json.encode(sent).decode()
        self.logs.attempts[story.record_id] = (*before, last._replace(payload=payload))

    def change_completions(self, story: Story, **cells: str) -> None:
        """Other cells in all rows of the record in the learning management system."""
        rows = self.logs.completions[story.record_id]
        self.logs.completions[story.record_id] = tuple(row._replace(**cells) for row in rows)

    def completion(self, story: Story) -> Completion:
        """The record's last row in the learning management system."""
        return self.logs.completions[story.record_id][-1]

    def change_person(self, member: Member, **cells: str) -> Person:
        """Other cells in the person's row of the roster."""
        row = self.logs.people[member.key]._replace(**cells)
        self.logs.people[member.key] = row
        return row

    def drop_review(self, story: Story) -> None:
        """The reviews do not hold it."""
        self.logs.reviews.pop(story.record_id, None)

    def drop_attempts(self, story: Story) -> None:
        """No run tried it."""
        self.logs.attempts.pop(story.record_id, None)

    def clock(self, run: Run) -> RunClock:
        """The end of a run: where more calls can be added without coming between others."""
        if run.run_id not in self.clocks:
            last, calls = run.starts * 1000, 0
            for record_id in self.company.carried.records_of.get(run.run_id, ()):
                for attempt in self.company.carried.attempts[record_id]:
                    if attempt.run_id == run.run_id:
                        last = max(last, round(datetime.fromisoformat(attempt.attempt_at).timestamp() * 1000))
                        calls += 1
            self.clocks[run.run_id] = RunClock(run, last + 2_000, 340, calls)
        return self.clocks[run.run_id]

    def call(self, story: Story, run: Run, answers: list[tuple[Answer, int]], *, after: bool = False) -> None:
        """Replace the record's attempts by calls at the end of a run: each an answer and the wait after it in ms.

        `after` keeps the attempts that were there. Where the last call is accepted, the review is received then.
        """
        old = self.logs.attempts.get(story.record_id, ()) if after else ()
        sent = self.company.carried.attempts[story.record_id][-1].payload
        clock, rows = self.clock(run), list[Attempt]()
        for nth, (answer, wait) in enumerate(answers, start=1):
            rows.append(attempt_row(clock, story.record_id, nth, answer, sent))
            clock.now += wait
        self.logs.attempts[story.record_id] = (*old, *rows)
        if answers[-1][0] == ACCEPTED and story.record_id in self.logs.reviews:
            self.change_review(story, received_at=utc_text(clock.now // 1000 + 1))

    # --- telling

    def tell(self, code: str, story: Story, note: str, *also: str, **about: str) -> None:
        """One line of truth about a record; `about` says the run, field, account, competency or review row."""
        line = Truth(
            code,
            record_id=story.record_id,
            person=story.member.key,
            course_id=story.course.key,
            cycle=self.cycle(story).key,
            note=note,
            also=also,
            run_id=about.get("run_id", ""),
            account=about.get("account", ""),
            competency=about.get("competency", ""),
            field=about.get("field", ""),
            review_record_id=about.get("review_record_id", ""),
        )
        self.truth.append(line)


def _wander(dice: Random, things: list[T]) -> Iterator[T]:
    """All of them once, in an order drawn from the dice, without copying the list."""
    size = len(things)
    if not size:
        return
    stride = dice.randrange(1, size + 1)
    while gcd(stride, size) > 1:
        stride += 1
    at = dice.randrange(size)
    for _ in range(size):
        yield things[at]
        at = (at + stride) % size


def far_from_edges(draft: Draft, story: Story, margin: int = DAY) -> bool:
    """Whether moving the record's time by less than the margin leaves it in its cycle."""
    cycle = draft.cycle(story)
    return cycle.opens + margin < story.done < cycle.cutoff - margin
