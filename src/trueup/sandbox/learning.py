"""What the people learned, as the learning management system records it. Knows nothing of the sync.

A story is all that ever happens to one record: it is completed, perhaps corrected, perhaps voided. Every
completion lies in exactly one review cycle and inside the employment; none is stamped at a midnight.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from trueup.sandbox.calendar import LAST_RUN_BEFORE, ReviewCycle
from trueup.sandbox.courses import Course, draw_score
from trueup.sandbox.moments import DAY, HOUR, MINUTE, local_text, offset_minutes
from trueup.sandbox.rows import Completion
from trueup.sandbox.staff import SETTLED_DAYS, Member, make_uuid

GRACED, LAUNCHED, REGRADED, VOIDED, RETRIED, LAST_HOUR, RUSH = 0.035, 0.04, 0.03, 0.02, 0.02, 0.02, 0.40
LAUNCH_SECONDS = 5  # a launch is recorded this soon


@dataclass(frozen=True, slots=True)
class Revision:
    """The state of a record from a moment on."""

    number: int
    updated: int
    status: str
    score: str


@dataclass(frozen=True, slots=True)
class Story:
    """One record. Moments are seconds since 1970, UTC."""

    record_id: str
    member: Member
    course: Course
    cycle: int
    attempt: int
    done: int
    enrolled: int
    revisions: tuple[Revision, ...]
    identifiers: tuple[
        str, str, str
    ]  # account name, employee number, mail address: as the record states them

    @property
    def last(self) -> Revision:
        """How the record stands in the end."""
        return self.revisions[-1]

    @property
    def ordinary(self) -> bool:
        """Completed once and never touched again."""
        return len(self.revisions) == 1 and self.last.status in {"completed", "passed"}


def completion_rows(story: Story) -> tuple[Completion, ...]:
    """The record's rows in the export, one a revision."""
    zone, course = story.member.site.zone, story.course
    account, number, mail = story.identifiers
    return tuple(
        Completion(
            story.record_id,
            str(revision.number),
            course.source,
            story.member.account(course.source).account_issuer if account else "",
            account,
            number,
            mail,
            course.key,
            str(story.attempt),
            revision.status,
            local_text(story.done, zone),
            local_text(story.enrolled, zone),
            revision.score,
            course.marking.scale if course.marking and revision.score else "",
            course.tags,
            local_text(revision.updated, zone),
        )
        for revision in story.revisions
    )


class _Desk:
    """Draws stories for one seed, numbering them as the source would."""

    def __init__(self, seed: int, cycles: tuple[ReviewCycle, ...], courses: tuple[Course, ...]) -> None:
        self.dice = Random(f"{seed}:learning")
        self.cycles = cycles
        self.courses = courses
        self.serial = 40_000

    def record_id(self, source: str) -> str:
        self.serial += self.dice.randrange(1, 4)
        return make_uuid(self.dice) if source == "academy" else f"mdl-{self.serial}"

    def moment(self, member: Member, cycle: ReviewCycle, first: int, last: int) -> int:
        """A moment in office hours of the member's site; two in five in the fortnight before the cut-off."""
        zone = member.site.zone
        for _ in range(40):
            start = max(first, cycle.cutoff - 14 * DAY) if self.dice.random() < RUSH else first
            at = self.dice.randrange(start, last) if start < last else first
            local = at + offset_minutes(at, zone) * MINUTE
            at += self.dice.randrange(7 * HOUR + 11, 19 * HOUR) - local % DAY
            if first <= at <= last and at % DAY:
                return at
        return self.dice.randrange(first, last)

    def identifiers(self, member: Member, source: str) -> tuple[str, str, str]:
        """What the source states about who it was: nearly always the account, often the number and the address."""
        account = member.account(source)
        dice = self.dice
        number = account.employee_number if dice.random() < 0.6 else ""
        mail = account.email if dice.random() < 0.75 else ""
        if (number or mail) and dice.random() < 0.03:
            return "", number, mail
        return account.account_name, number, mail

    def story(self, member: Member, course: Course, cycle: int, done: int, outcome: str) -> Story:
        dice = self.dice
        if done % DAY == 0 or (done + offset_minutes(done, member.site.zone) * MINUTE) % DAY == 0:
            done += 61  # a midnight would read as a date without a time
        quick = done > self.cycles[cycle].cutoff - 2 * HOUR
        updated = done + dice.randrange(40, 8 * MINUTE if quick else 15 * MINUTE)
        score = draw_score(dice, course.marking, passing=outcome != "failed") if course.marking else ""
        status = outcome if course.marking else "completed"
        return Story(
            record_id=self.record_id(course.source),
            member=member,
            course=course,
            cycle=cycle,
            attempt=1,
            done=done,
            enrolled=done - dice.randrange(3 * HOUR, 20 * DAY),
            revisions=(Revision(1, updated, status, score),),
            identifiers=self.identifiers(member, course.source),
        )


def _corrected(desk: _Desk, story: Story, last: int) -> tuple[Revision, ...]:
    """Some records are regraded or voided later, in time for the cut-off; a few voids overwrite the record."""
    dice, first = desk.dice, story.last
    earliest, latest = first.updated + 30 * HOUR, min(last, first.updated + 20 * DAY)
    luck = dice.random()
    if earliest >= latest or luck >= REGRADED + VOIDED:
        return story.revisions
    at = dice.randrange(earliest, latest)
    if luck < VOIDED:
        voided = Revision(2, at, "voided", first.score)
        overwritten = Revision(1, at, "voided", first.score)
        return (overwritten,) if luck < VOIDED / 4 else (first, voided)
    if story.course.marking is None:
        return story.revisions
    points = [score for score, _ in story.course.marking.points[story.course.marking.passes_from :]]
    return (
        first,
        Revision(2, at, first.status, dice.choice([score for score in points if score != first.score])),
    )


def _told(
    desk: _Desk, member: Member, course: Course, cycle: int, between: tuple[int, int]
) -> Iterator[Story]:
    """The story of one person and one course in one cycle: launched first, failed first, corrected, in grace."""
    dice, calendar = desk.dice, desk.cycles[cycle]
    first, last = between
    luck = dice.random()
    if luck < GRACED and member.left > calendar.grace_until:
        done = dice.randrange(calendar.cutoff + 20 * MINUTE, calendar.grace_until - 3 * HOUR)
    elif luck < GRACED + LAST_HOUR and last == calendar.cutoff - LAST_RUN_BEFORE - 10 * MINUTE:
        done = dice.randrange(last - 50 * MINUTE, last)
    else:
        done = desk.moment(member, calendar, first, last)
    story = desk.story(member, course, cycle, done, "passed")
    if done <= last and dice.random() < LAUNCHED:
        yield _launched(desk, story, done - dice.randrange(20 * MINUTE, 50 * MINUTE))
        yield story
        return
    if course.marking and done <= last and done - first > 9 * DAY and dice.random() < RETRIED:
        failed = desk.story(member, course, cycle, done - dice.randrange(2 * DAY, 8 * DAY), "failed")
        yield failed
        yield replace(story, attempt=2, enrolled=failed.enrolled)
        return
    limit = calendar.cutoff - LAST_RUN_BEFORE - 10 * MINUTE
    yield replace(story, revisions=_corrected(desk, story, limit))


def _launched(desk: _Desk, story: Story, at: int) -> Story:
    """The launch that came before a completion: a record of its own, never sent anywhere."""
    return Story(
        desk.record_id(story.course.source),
        story.member,
        story.course,
        story.cycle,
        1,
        at,
        story.enrolled,
        (Revision(1, at + LAUNCH_SECONDS, "launched", ""),),
        story.identifiers,
    )


def make_stories(
    seed: int, members: list[Member], cycles: tuple[ReviewCycle, ...], courses: tuple[Course, ...]
) -> Iterator[Story]:
    """All that is learned, cycle by cycle and person by person; each course is taken in each cycle."""
    desk = _Desk(seed, cycles, courses)
    for cycle, calendar in enumerate(cycles):
        for place, member in enumerate(members):
            first = max(calendar.opens + HOUR, member.hired + SETTLED_DAYS * DAY)
            last = min(calendar.cutoff - LAST_RUN_BEFORE - 10 * MINUTE, member.left - 3 * DAY)
            if last - first < 2 * DAY:
                continue
            for nth in range(2 if desk.dice.random() < 0.15 else 1):
                course = courses[(place + 7 * cycle + 3 * nth) % len(courses)]
                yield from _told(desk, member, course, cycle, (first, last))


def by_update(stories: list[Story]) -> list[tuple[int, Story, Revision]]:
    """Every change that a sync has to carry, in the order in which the source made them."""
    changes = [
        (revision.updated, story, revision)
        for story in stories
        for revision in story.revisions
        if revision.status != "launched" and (revision.number > 1 or revision.status != "voided")
    ]
    changes.sort(key=lambda change: (change[0], change[1].record_id))
    return changes


def cycle_at(cycles: tuple[ReviewCycle, ...], at: int) -> ReviewCycle | None:
    """The cycle that a moment counts for, None where it counts for none."""
    place = bisect_right([cycle.opens for cycle in cycles], at) - 1
    return cycles[place] if place >= 0 and cycles[place].holds(at) else None
