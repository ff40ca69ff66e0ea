"""The sync as it should be: what each run sends, how it is answered, and what the review system then holds.

Knows nothing of faults. A run takes everything that changed since the run before, sends it one record at a
time, waits out Retry-After, backs off after a server error, and does not give up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import msgspec

from trueup.sandbox.calendar import ReviewCycle, Run, first_run_after
from trueup.sandbox.courses import REVIEW_SCALE, SCALE_VERSION
from trueup.sandbox.learning import Revision, Story, by_update
from trueup.sandbox.moments import http_date, utc_milli_text, utc_text
from trueup.sandbox.rows import Attempt, Review

TARGET = "reviews"
THROTTLED, SERVER_ERROR, TIMED_OUT = 0.006, 0.003, 0.001
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class RunClock:
    """Where a run stands: the next free millisecond and what one call takes."""

    run: Run
    now: int
    step: int
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """How the review system answered one call."""

    outcome: str
    status: str
    retry_after: str = ""


ACCEPTED = Answer("accepted", "200")


def person_key(story: Story, person_as: str) -> str:
    """How the review system calls the person: `uuid` or `number`."""
    return story.member.row.employee_number if person_as == "number" else story.member.key


def label_of(story: Story) -> str:
    """The label the reviewer sees: in the language of the site."""
    return story.course.skill.german if story.member.site.city == "Berlin" else story.course.skill.english


def review_row(serial: str, story: Story, cycle: ReviewCycle, received: int, person_as: str) -> Review:
    """What the review system holds of a record that arrived in order."""
    score = story.course.converted(story.last.score)
    return Review(
        serial,
        story.record_id,
        person_key(story, person_as),
        story.course.key,
        utc_text(story.done),
        score,
        REVIEW_SCALE if score else "",
        SCALE_VERSION if score else "",
        story.course.skill.key,
        label_of(story),
        cycle.key,
        utc_text(received),
        story.course.title,
    )


def payload_of(story: Story, revision: Revision, cycle: ReviewCycle, person_as: str) -> str:
    """What is sent, as JSON: the record, or only that it is void."""
    if revision.status == "voided":
        return _encode(
            {"record_id": story.record_id, "revision": revision.number, "status": "voided"}
        ).decode()
    sent: dict[str, object] = {
        "record_id": story.record_id,
        "revision": revision.number,
        "person": person_key(story, person_as),
        "course_id": story.course.key,
        "title": story.course.title,
        "status": revision.status,
        "completed_at": utc_text(story.done),
        "competency": story.course.skill.key,
        "label": label_of(story),
        "cycle": cycle.key,
    }
    if revision.score:
        sent["score"] = int(story.course.converted(revision.score))
        sent["scale"] = REVIEW_SCALE
        sent["scale_version"] = SCALE_VERSION
    return _encode(sent).decode()


def attempt_row(clock: RunClock, record_id: str, nth: int, answer: Answer, payload: str) -> Attempt:
    """One call, at the clock's time; moves the clock on by what the call takes."""
    row = Attempt(
        clock.run.run_id,
        record_id,
        TARGET,
        utc_milli_text(clock.now),
        str(nth),
        answer.outcome,
        answer.status,
        f"{clock.run.run_id[4:]}-{clock.calls:05d}",
        answer.retry_after,
        f"{clock.run.run_id}-b{clock.calls // 20 + 1}",
        "",
        "",
        payload,
        utc_milli_text(clock.run.starts * 1000),
        "",
    )
    clock.calls += 1
    clock.now += clock.step
    return row


def _call(dice: Random, clock: RunClock, record_id: str, payload: str) -> Iterator[Attempt]:
    """Calls until the record is accepted; every wait is longer than the one before and than what was asked."""
    nth, luck, troubles = 1, dice.random(), 0
    if luck < THROTTLED + SERVER_ERROR + TIMED_OUT:
        troubles = 2 if dice.random() < 0.2 else 1
    for trouble in range(troubles):
        wait = dice.randrange(2, 6) * (3 if trouble else 1)
        answer = Answer("error", dice.choice(("500", "502", "503")))
        if luck < THROTTLED:
            due = -(-clock.now // 1000) + wait + 1
            answer = Answer("throttled", "429", http_date(due) if dice.random() < 0.2 else str(wait))
        elif luck < THROTTLED + TIMED_OUT:
            answer = Answer("error", "")
        yield attempt_row(clock, record_id, nth, answer, payload)
        clock.now += (wait + 2) * 1000 + dice.randrange(100, 900)
        nth += 1
    yield attempt_row(clock, record_id, nth, ACCEPTED, payload)


def clock_of(run: Run, records: int) -> RunClock:
    """A run's clock: a call takes a third of a second, less where there is much to send before the next run."""
    return RunClock(run, run.starts * 1000 + 2_000, max(1, min(340, run.room * 400 // max(records, 1))))


@dataclass(frozen=True, slots=True)
class Carried:
    """What a record's journey left behind."""

    attempts: dict[str, tuple[Attempt, ...]]
    reviews: dict[str, tuple[Review, ...]]
    runs_of: dict[str, tuple[Run, ...]]  # one for each revision that was sent
    records_of: dict[str, tuple[str, ...]]  # run id to what it carried, in order


def carry(
    seed: int, stories: list[Story], cycles: tuple[ReviewCycle, ...], runs: tuple[Run, ...], person_as: str
) -> Carried:
    """All runs, one after the other."""
    dice = Random(f"{seed}:carrying")
    starts = [run.starts for run in runs]
    planned: dict[Run, list[tuple[Story, Revision]]] = {}
    for updated, story, revision in by_update(stories):
        planned.setdefault(first_run_after(runs, starts, updated), []).append((story, revision))
    attempts: dict[str, tuple[Attempt, ...]] = {}
    reviews: dict[str, tuple[Review, ...]] = {}
    runs_of: dict[str, tuple[Run, ...]] = {}
    for run, changes in planned.items():
        clock = clock_of(run, len(changes))
        for story, revision in changes:
            key, cycle = story.record_id, cycles[story.cycle]
            rows = tuple(_call(dice, clock, key, payload_of(story, revision, cycle, person_as)))
            attempts[key] = attempts.get(key, ()) + rows
            runs_of[key] = (*runs_of.get(key, ()), run)
            if revision.status == "voided":
                del reviews[key]
            else:
                serial = reviews[key][0].review_record_id if key in reviews else f"RV-{len(attempts):07d}"
                reviews[key] = (review_row(serial, story, cycle, clock.now // 1000 + 1, person_as),)
    records_of = {
        run.run_id: tuple(story.record_id for story, _ in changes) for run, changes in planned.items()
    }
    return Carried(attempts, reviews, runs_of, records_of)
