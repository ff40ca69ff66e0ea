"""Planting faults of the calendar (TU09): late, breached, misaligned, in no cycle or in two. Knows the cycles."""

from bisect import bisect_right
from random import Random

from trueup.sandbox.calendar import SLA_HOURS, ReviewCycle, Run
from trueup.sandbox.carrying import ACCEPTED
from trueup.sandbox.draft import Draft
from trueup.sandbox.learning import Story
from trueup.sandbox.moments import DAY, HOUR, MINUTE, local_text, utc_text


def late_completion(draft: Draft, dice: Random, count: int) -> None:
    """TU0901: done in the last days of the window, delivered minutes to days after the cut-off."""

    def near_the_end(story: Story) -> bool:
        cycle = draft.cycle(story)
        return cycle.cutoff - 3 * DAY < story.done < cycle.cutoff

    for story in draft.pick(dice, count, near_the_end):
        cycle = draft.cycle(story)
        run = draft.run_from(cycle.cutoff + dice.randrange(MINUTE, 40 * HOUR))
        draft.call(story, run, [(ACCEPTED, 0)])
        draft.tell("TU0901", story, "delivered after the cut-off", run_id=run.run_id, field="received_at")


def sla_breached(draft: Draft, dice: Random, count: int) -> None:
    """TU0902: done in the grace, delivered when the hours allowed were over."""

    def graced(story: Story) -> bool:
        cycle = draft.cycle(story)
        return (
            story.ordinary
            and draft.delivered(story)
            and cycle.cutoff < story.done < cycle.grace_until - 5 * HOUR
        )

    for story in draft.pick_any(dice, count, graced):
        cycle = draft.cycle(story)
        allowed = story.last.updated + SLA_HOURS * HOUR
        latest = min(allowed + 20 * HOUR, cycle.grace_until)
        run = draft.run_from(dice.randrange(allowed + 20 * MINUTE, latest))
        draft.call(story, run, [(ACCEPTED, 0)])
        hours = (run.starts - story.done) / HOUR
        draft.tell(
            "TU0902", story, f"took {hours:.1f} h of {SLA_HOURS}", run_id=run.run_id, field="received_at"
        )


def window_misaligned(draft: Draft, dice: Random, _: int) -> None:
    """TU0903: the last run (the last three, in one cycle) before the cut-off did not take place.

    What was done after the last run that did is without a run; what was done before and only reported after it
    arrives late, TU0901. A regrade that those runs carried did not happen; a void comes with the next run.
    """
    for cycle, missed in zip(draft.company.cycles[:2], dice.sample((1, 3), 2), strict=True):
        took_place = [run for run in draft.company.runs if run.starts < cycle.cutoff][-missed - 1]
        ended = draft.clock(took_place).now // 1000
        instead = draft.run_from(cycle.cutoff)
        for run in [run for run in draft.company.runs if took_place.starts < run.starts < cycle.cutoff]:
            for record_id in draft.company.carried.records_of.get(run.run_id, ()):
                story = draft.by_id[record_id]
                draft.taken.add(record_id)
                if run != draft.company.carried.runs_of[record_id][0] and story.last.status != "voided":
                    _never_regraded(draft, story)
                    continue
                _postpone(draft, story, run, instead)
                note = f"no run between this and the cut-off: {missed} did not take place"
                if story.last.status != "voided":
                    code, follows = ("TU0903", "TU0901") if story.done > ended else ("TU0901", "TU0903")
                    draft.tell(code, story, note, follows, run_id=instead.run_id)


def _never_regraded(draft: Draft, story: Story) -> None:
    """The record as it was before its second revision, everywhere."""
    first_run = draft.company.carried.runs_of[story.record_id][0].run_id
    rows = tuple(row for row in draft.logs.attempts[story.record_id] if row.run_id == first_run)
    draft.logs.attempts[story.record_id] = rows
    draft.logs.completions[story.record_id] = draft.logs.completions[story.record_id][:1]
    score = story.course.converted(story.revisions[0].score)
    draft.change_review(story, score=score, received_at=f"{rows[-1].attempt_at[:19]}Z")


def _postpone(draft: Draft, story: Story, run: Run, instead: Run) -> None:
    """What the one run carried is carried by the other."""
    rows = draft.logs.attempts[story.record_id]
    last = [row for row in rows if row.run_id == run.run_id][-1]
    draft.logs.attempts[story.record_id] = tuple(row for row in rows if row.run_id != run.run_id)
    draft.call(story, instead, [(ACCEPTED, 0)], after=True)
    *others, moved = draft.logs.attempts[story.record_id]
    draft.logs.attempts[story.record_id] = (*others, moved._replace(payload=last.payload))


def unattributed(draft: Draft, dice: Random, count: int) -> None:
    """TU0904: before the first cycle, after the last grace, or in an extra cycle that overlaps another."""
    overlapping = _overlap(draft, dice, max(2, count // 3))
    for n, story in enumerate(
        draft.pick(dice, count - overlapping, lambda story: _could_be_outside(draft, story))
    ):
        first, last = draft.company.cycles[0], draft.company.cycles[-1]
        if n % 2 == 0:
            done, note = first.opens - dice.randrange(2 * HOUR, 10 * DAY), "before the first cycle opens"
        else:
            done, note = last.grace_until + dice.randrange(5 * MINUTE, 70 * MINUTE), "after the last grace"
        _move(draft, story, done)
        if n % 2:
            draft.call(story, draft.run_from(done + 5 * MINUTE), [(ACCEPTED, 0)])
        draft.send_other(story, completed_at=utc_text(done), cycle="")
        draft.tell("TU0904", story, note, field="completed_at")


def _could_be_outside(draft: Draft, story: Story) -> bool:
    member, first, last = story.member, draft.company.cycles[0], draft.company.cycles[-1]
    return member.hired < first.opens - 40 * DAY and member.left > last.grace_until + DAY


def _move(draft: Draft, story: Story, done: int) -> None:
    """Another time of completion in the source, with all that goes with it."""
    zone = story.member.site.zone
    draft.change_completions(
        story,
        completed_at=local_text(done, zone),
        enrolled_at=local_text(done - 26 * HOUR - 41, zone),
        updated_at=local_text(done + 4 * MINUTE, zone),
    )


def _overlap(draft: Draft, dice: Random, most: int) -> int:
    """An extra cycle around one nightly run whose completions all count for the quarter as well.

    The window is chosen so that the run still delivers all of them before it ends: the overlap is the only fault.
    """
    nights = [run for run in draft.company.runs if run.room > 20 * HOUR and run.cycle == 1]
    dice.shuffle(nights)
    times = sorted((story.done, story.record_id) for story in draft.company.stories if story.cycle == 1)
    for run in nights:
        inside = _within(draft, times, run.starts - 3 * HOUR, run.starts - 20 * MINUTE)
        after = _within(draft, times, run.starts - 20 * MINUTE, run.starts + 20 * MINUTE)
        if (
            not after
            and 2 <= len(inside) <= most * 3
            and all(draft.usual(story.record_id) for story in inside)
        ):
            extra = ReviewCycle(
                f"{draft.company.plan.year}-pilot",
                run.starts - 3 * HOUR,
                run.starts + 20 * MINUTE,
                run.starts + 20 * MINUTE,
                run.starts + 9 * DAY,
            )
            draft.logs.cycles.append(extra.row())
            for story in inside:
                draft.taken.add(story.record_id)
                note = f"counts for {extra.key} as well as for {draft.cycle(story).key}"
                draft.tell("TU0904", story, note, "TU0204", field="completed_at")
            return len(inside)
    return 0


def _within(draft: Draft, times: list[tuple[int, str]], start: int, end: int) -> list[Story]:
    low, high = bisect_right(times, (start, "")), bisect_right(times, (end, "~"))
    return [draft.by_id[record_id] for _, record_id in times[low:high]]
