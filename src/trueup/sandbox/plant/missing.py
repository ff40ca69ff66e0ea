"""Planting records that are lost, left behind or left standing (TU03). Knows the three books; makes them disagree."""

from dataclasses import replace
from random import Random

from trueup.sandbox.carrying import Answer, review_row
from trueup.sandbox.draft import Draft
from trueup.sandbox.learning import LAUNCH_SECONDS, Story
from trueup.sandbox.moments import DAY, local_text
from trueup.sandbox.rows import Truth
from trueup.sandbox.staff import make_uuid
from trueup.sandbox.writing import Torn


def never_received(draft: Draft, dice: Random, count: int) -> None:
    """TU0301: no run ever saw it."""
    for story in draft.pick(dice, count):
        draft.drop_attempts(story)
        draft.drop_review(story)
        draft.tell("TU0301", story, "in the LMS only")


def not_delivered(draft: Draft, dice: Random, count: int) -> None:
    """TU0302: refused for good, or skipped."""
    answers = (
        Answer("rejected", "422"),
        Answer("skipped", ""),
        Answer("rejected", "400"),
        Answer("rejected", "409"),
    )
    for n, story in enumerate(draft.pick(dice, count)):
        answer = answers[n % len(answers)]
        draft.drop_review(story)
        draft.call(story, draft.run(story), [(answer, 200)])
        draft.tell("TU0302", story, f"the sync log says {answer.outcome} {answer.status}".strip())


def false_success(draft: Draft, dice: Random, count: int) -> None:
    """TU0303: accepted, and not there."""
    for story in draft.pick(dice, count):
        draft.drop_review(story)
        draft.tell("TU0303", story, "accepted, but the reviews have nothing")


def orphan(draft: Draft, dice: Random, count: int) -> None:
    """TU0304: the source has lost it, or never had it."""
    for n, story in enumerate(draft.pick(dice, count)):
        if n % 2 == 0:
            del draft.logs.completions[story.record_id]
            draft.tell("TU0304", story, "purged in the LMS, still in the reviews")
            continue
        made_up = make_uuid(dice) if story.course.source == "academy" else f"mdl-9{story.record_id[4:]}"
        at = draft.review(story)._replace(review_record_id=f"RV-X{n:06d}", record_id=made_up)
        course = draft.company.courses[
            (draft.company.courses.index(story.course) + 5) % len(draft.company.courses)
        ]
        unscored = at._replace(
            course_id=course.key, title=course.title, competency=course.skill.key, label=course.skill.english
        )
        draft.logs.reviews[made_up] = (unscored._replace(score="", scale="", scale_version=""),)
        draft.truth.append(
            Truth(
                "TU0304",
                record_id=made_up,
                person=story.member.key,
                course_id=course.key,
                cycle=at.cycle,
                note="typed into the reviews by hand, no LMS has it",
            )
        )


def void_not_applied(draft: Draft, dice: Random, count: int) -> None:
    """TU0305: voided by a revision that was never sent or was refused, or overwritten in place."""

    def voided(story: Story) -> bool:
        return len(story.revisions) == 2 and story.last.status == "voided"

    found = draft.pick_any(dice, (count + 1) // 2, voided)
    for n, story in enumerate(found):
        first_run, second_run = draft.company.carried.runs_of[story.record_id]
        attempts = draft.logs.attempts[story.record_id]
        _stand(draft, story)
        draft.logs.attempts[story.record_id] = tuple(
            row for row in attempts if row.run_id == first_run.run_id
        )
        if n % 2:
            draft.call(story, second_run, [(Answer("rejected", "405"), 100)], after=True)
        note = "the void was refused" if n % 2 else "the void was never sent"
        draft.tell("TU0305", story, f"{note}; it still stands", field="status")
    for story in draft.pick(dice, count - len(found)):
        later = local_text(story.last.updated + 30 * 3_600 + 7, story.member.site.zone)
        draft.change_completions(story, status="voided", updated_at=later)
        draft.tell("TU0305", story, "voided in place after it was sent; it still stands", field="status")


def _stand(draft: Draft, story: Story) -> None:
    """The review as it was before the void."""
    first_run = draft.company.carried.runs_of[story.record_id][0].run_id
    calls = (row for row in draft.company.carried.attempts[story.record_id] if row.run_id == first_run)
    first = list(calls)[-1].attempt_at
    before = replace(story, revisions=story.revisions[:1])
    row = review_row(
        f"RV-V{story.record_id[-6:]}", before, draft.cycle(story), 0, draft.company.plan.person_as
    )
    draft.logs.reviews[story.record_id] = (row._replace(received_at=f"{first[:19]}Z"),)


def stale_correction(draft: Draft, dice: Random, count: int) -> None:
    """TU0306: the regrade was never sent, or was accepted without effect; the review keeps the old score."""

    def regraded(story: Story) -> bool:
        return len(story.revisions) == 2 and story.last.status != "voided"

    for n, story in enumerate(draft.pick_any(dice, count, regraded)):
        runs = draft.company.carried.runs_of[story.record_id]
        attempts = draft.logs.attempts[story.record_id]
        first = tuple(attempt for attempt in attempts if attempt.run_id == runs[0].run_id)
        cells = {"score": story.course.converted(story.revisions[0].score)}
        if n % 2 == 0:
            draft.logs.attempts[story.record_id] = first
            cells["received_at"] = f"{first[-1].attempt_at[:19]}Z"
        draft.change_review(story, **cells)
        note = "revision 2 was never sent" if n % 2 == 0 else "revision 2 was accepted without effect"
        draft.tell(
            "TU0306", story, f"{note}; the review has the old score", "TU0803", "TU0301", field="score"
        )


def consumed_unreported(draft: Draft, dice: Random, count: int) -> None:
    """TU0307: the result of a launched course is missing, or a course was launched and nothing came of it."""
    launched = [story for story in draft.company.stories if story.last.status == "launched"]
    finished = {
        (story.member.key, story.course.key, story.cycle): story
        for story in draft.company.stories
        if story.ordinary and draft.delivered(story) and story.record_id not in draft.taken
    }
    pairs = [
        (story, finished[key])
        for story in launched
        if (key := (story.member.key, story.course.key, story.cycle)) in finished
        and story.record_id not in draft.taken
    ]
    lost = dice.sample(pairs, min(len(pairs), count // 2))
    for story, result in lost:
        draft.taken.update((story.record_id, result.record_id))
        del draft.logs.completions[result.record_id]
        draft.drop_attempts(result)
        draft.drop_review(result)
        draft.tell(
            "TU0307", story, "launched; the completion was lost in the learner's browser", field="status"
        )
    settled = draft.company.ends - 4 * DAY
    for story in draft.pick(
        dice, count - len(lost), lambda story: story.attempt == 1 and story.done < settled
    ):
        _only_launched(draft, dice, story)


def _only_launched(draft: Draft, dice: Random, story: Story) -> None:
    """Turn a completion into a launch from which nothing followed."""
    draft.drop_attempts(story)
    draft.drop_review(story)
    launched = story.done - dice.randrange(600, 3_000)
    draft.change_completions(
        story,
        status="launched",
        score="",
        scale="",
        completed_at=local_text(launched, story.member.site.zone),
        updated_at=local_text(launched + LAUNCH_SECONDS, story.member.site.zone),
    )
    draft.tell("TU0307", story, "launched, and nothing was ever reported", field="status")


def unreadable_row(draft: Draft, dice: Random, count: int) -> None:
    """TU0308: a row with a remark behind its last cell, a row that was cut off; in the LMS export, the reviews, the sync log."""
    roles = (("reviews", "TU0303"), ("completions", "TU0304"), ("sync", ""))
    for n, story in enumerate(draft.pick(dice, count)):
        role, follows = roles[n % len(roles)]
        how = Torn.EXTRA_CELL if n // len(roles) % 2 == 0 else Torn.CUT_OFF
        draft.logs.torn[(role, story.record_id)] = how
        draft.tell("TU0308", story, f"its row in {role}: {how.value}", *([follows] if follows else []))
