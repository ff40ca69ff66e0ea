"""Planting faults of rate limits (TU04): throttled, failing, truncated, stormy and forgetful runs.

Knows how a run should behave. Calls that are added come at the end of their run, not between others.
"""

from collections.abc import Iterator
from itertools import takewhile
from random import Random

from trueup.sandbox.calendar import Run
from trueup.sandbox.carrying import ACCEPTED, Answer, attempt_row
from trueup.sandbox.draft import Draft
from trueup.sandbox.learning import Story
from trueup.sandbox.moments import HOUR

LARGEST_GROUP = 40
MOST_BY_CHANCE = 4  # neighbours that are missing together are a window, fewer are single losses


def _runs(draft: Draft, dice: Random, least: int, most: int) -> Iterator[tuple[Run, list[Story]]]:
    """Runs with so many records, all of them free, in a drawn order; where none is as small, the smallest."""
    carried = draft.company.carried.records_of
    ids = [run_id for run_id, records in carried.items() if least <= len(records) <= most]
    ids = ids or sorted(carried, key=lambda run_id: (len(carried[run_id]) < least, len(carried[run_id])))[:12]
    dice.shuffle(ids)
    for run_id in ids:
        if all(record_id not in draft.taken for record_id in carried[run_id]):
            yield draft.by_run[run_id], [draft.by_id[record_id] for record_id in carried[run_id]]


def _lose(draft: Draft, story: Story) -> None:
    draft.drop_attempts(story)
    draft.drop_review(story)


def truncated_run(draft: Draft, dice: Random, count: int) -> None:
    """TU0403: a run stops at the end of a full page; what was left is never sent. One page or two."""
    lines = planted = 0
    for run, stories in _runs(draft, dice, 9, 60):
        pages = 1 + planted % 2
        size = _page_size(draft, run, stories, pages, max(3, min(len(stories) // 4, count)))
        behind = stories[size * pages :]
        if (
            not size
            or run.run_id in draft.clocks
            or not all(draft.usual(story.record_id) for story in behind)
        ):
            continue
        draft.taken.update(story.record_id for story in stories)
        draft.logs.limits[run.run_id] = size
        for story in behind:
            _lose(draft, story)
            note = f"the run ended at {size * pages} records, {pages} full pages of {size}"
            draft.tell("TU0403", story, note, "TU0301", run_id=run.run_id)
        lines, planted = lines + len(behind), planted + 1
        if lines >= count and planted >= 2:
            return


def _page_size(draft: Draft, run: Run, stories: list[Story], pages: int, left: int) -> int:
    """A page size that leaves about so many behind, and on which the whole run would not have ended; 0 if none."""
    calls = sum(
        attempt.run_id == run.run_id for story in stories for attempt in draft.logs.attempts[story.record_id]
    )
    for behind in range(left, left + 4):
        size = (len(stories) - behind) // pages
        if size > 1 and len(stories) - size * pages < size and calls % size:
            return size
    return 0


def lost_checkpoint(draft: Draft, dice: Random, count: int) -> None:
    """TU0405: the first part of a run's window is skipped; all of another's window is sent again by the next run."""
    skipped = twice = 0
    for run, stories in _runs(draft, dice, 6, max(30, count)):
        if skipped <= twice:
            lost = list(takewhile(lambda story: draft.usual(story.record_id), stories))[: max(4, count)]
            if len(lost) < MOST_BY_CHANCE:
                continue
            for story in lost:
                draft.taken.add(story.record_id)
                _lose(draft, story)
                draft.tell(
                    "TU0405", story, "its window was skipped between two runs", "TU0301", run_id=run.run_id
                )
            skipped += len(lost)
        else:
            again = draft.run_from(run.starts + 1)
            for story in stories:
                draft.taken.add(story.record_id)
                _send_again(draft, story, run, again)
                draft.tell("TU0405", story, f"sent again, after {run.run_id}", run_id=again.run_id)
            twice += len(stories)
        if skipped + twice >= count and twice:
            return


def _send_again(draft: Draft, story: Story, run: Run, again: Run) -> None:
    """What one run was told to be accepted is sent once more; it changes nothing."""
    rows = draft.logs.attempts[story.record_id]
    accepted = [row for row in rows if row.run_id == run.run_id][-1]
    second = attempt_row(draft.clock(again), story.record_id, 1, ACCEPTED, accepted.payload)
    draft.logs.attempts[story.record_id] = (*rows, second)


def _tail(draft: Draft, run: Run, most: int) -> list[Story]:
    """The last records of a run, as far as they are free and usual."""
    records = draft.company.carried.records_of.get(run.run_id, ())
    return [draft.by_id[record_id] for record_id in records if draft.usual(record_id)][-most:]


def throttled_run(draft: Draft, dice: Random, count: int) -> None:
    """TU0401: from some record on, a run hears nothing but 429 (or 403 with Retry-After), waits properly, gives up."""
    lines = planted = 0
    nights = [run for run in draft.company.runs if run.room > 3 * HOUR]
    dice.shuffle(nights)
    for run in nights:
        group = _tail(draft, run, max(3, min(count // 3, LARGEST_GROUP)))
        if len(group) < 3:
            continue
        status = "403" if planted % 3 == 2 else "429"
        for nth, story in enumerate(group):
            draft.taken.add(story.record_id)
            waits = (5, 10, 20) if nth == 0 else (20,)
            draft.call(
                story, run, [(Answer("throttled", status, str(wait)), wait * 1000 + 700) for wait in waits]
            )
            draft.drop_review(story)
            also = ("TU0302", "TU0702") if status == "403" else ("TU0302",)
            draft.tell("TU0401", story, f"{status} to the end of the run", *also, run_id=run.run_id)
        lines, planted = lines + len(group), planted + 1
        if lines >= count and planted >= 3:
            return


def server_errors(draft: Draft, dice: Random, count: int) -> None:
    """TU0402: 5xx, time-outs, or both, until the tries are used up; each wait twice the one before."""
    shapes = (("503", "503", "500", "502"), ("", "", "", ""), ("504", "", "500", "503"))
    for n, story in enumerate(draft.pick(dice, count)):
        run = draft.run(story)
        answers = [
            (Answer("error", status), (2_000 << nth) + dice.randrange(50, 400))
            for nth, status in enumerate(shapes[n % len(shapes)])
        ]
        draft.call(story, run, answers)
        draft.drop_review(story)
        note = f"gave up after {', '.join(status or 'no answer' for status in shapes[n % len(shapes)])}"
        draft.tell("TU0402", story, note, "TU0302", run_id=run.run_id)


def retry_storm(draft: Draft, dice: Random, count: int) -> None:
    """TU0404: Retry-After is ignored, or the same short wait is used again and again. In the end it gets through."""
    for n, story in enumerate(draft.pick(dice, count)):
        run = draft.run(story)
        if n % 2 == 0:
            trouble, wait, note = (
                Answer("throttled", "429", "30"),
                60,
                "six retries inside the 30 s of Retry-After",
            )
        else:
            trouble, wait, note = Answer("error", "503"), 660, "six retries a second apart, without back-off"
        draft.call(story, run, [(trouble, wait)] * 6 + [(ACCEPTED, 0)])
        draft.tell("TU0404", story, note, run_id=run.run_id)
