"""Planting faults of scores (TU08). Knows the scales and what the matrix gives."""

from random import Random

from trueup.sandbox.courses import LIKERT, MARKS, PERCENT, REVIEW_SCALE, SCALE_VERSION, Marking
from trueup.sandbox.draft import Draft
from trueup.sandbox.learning import Story
from trueup.sandbox.rows import Scale

FORMER_VERSION = "2025"
FORMER_LIKERT = {"1": "20", "2": "40", "3": "60", "4": "80", "5": "100"}


def _scored(story: Story) -> bool:
    return bool(story.last.score)


def unknown_scale(draft: Draft, dice: Random, count: int) -> None:
    """TU0801: the source's scale is declared nowhere or not named; or the review's is declared nowhere."""
    for n, story in enumerate(draft.pick(dice, count, _scored)):
        if n % 3 == 2:
            draft.send_other(story, scale="grade-letters")
            draft.tell("TU0801", story, "the review's scale is declared nowhere", "TU0804", field="scale")
        else:
            scale = "stars10" if n % 3 == 0 else ""
            draft.change_completions(story, scale=scale)
            draft.tell("TU0801", story, f"the source's scale is {scale or 'not named'}", field="scale")


def out_of_range(draft: Draft, dice: Random, count: int) -> None:
    """TU0802: more than the scale has, in the source (the review shows the most there is) or in the review."""
    beyond = {
        LIKERT.scale: ("7", "0", "6"),
        PERCENT.scale: ("104", "-3", "250"),
        MARKS.scale: ("21", "-1", "30"),
    }
    for n, story in enumerate(draft.pick(dice, count, _scored)):
        if n % 2 == 0:
            scale = draft.completion(story).scale
            score = beyond[scale][n // 2 % 3]
            draft.change_completions(story, score=score)
            low = score.startswith("-") or score == "0"
            draft.send_other(story, score="0" if low else "100")
            draft.tell("TU0802", story, f"{score} on {scale} in the source", "TU0803", field="score")
        else:
            score = ("130", "-20", "101")[n // 2 % 3]
            draft.send_other(story, score=score)
            draft.tell("TU0802", story, f"{score} of 100 in the review", "TU0803", field="score")


def _wrongly(marking: Marking, score: str, right: str, dice: Random) -> str:
    """What a careless conversion makes of it: a share of the highest, or some points off."""
    if marking is LIKERT and FORMER_LIKERT[score] != right:
        return FORMER_LIKERT[score]
    off = dice.randrange(3, 12)
    return str(int(right) - off if int(right) >= 50 else int(right) + off)


def conversion_mismatch(draft: Draft, dice: Random, count: int) -> None:
    """TU0803: the review's score is another than the matrix gives, or the source's score as it was."""
    for n, story in enumerate(draft.pick(dice, count, _scored)):
        marking, score = story.course.marking, story.last.score
        right = draft.review(story).score
        if marking is None:
            continue
        wrong = _wrongly(marking, score, right, dice)
        if n % 3 == 2 and score != right:
            wrong = score
        draft.send_other(story, score=wrong)
        draft.tell(
            "TU0803", story, f"{score} on {marking.scale} is {right}, the review says {wrong}", field="score"
        )


def scale_version_skew(draft: Draft, dice: Random, count: int) -> None:
    """TU0804: converted by last year's scales, which are still in the list."""
    points = ";".join(f"{score}={value}" for score, value in FORMER_LIKERT.items())
    for row in list(draft.logs.scales):
        former = Scale(
            row.scale, FORMER_VERSION, row.min, row.max, row.step, row.points and points, row.rounding
        )
        draft.logs.scales.append(former)
    for story in draft.pick(dice, count, _scored):
        right = draft.review(story).score
        score = FORMER_LIKERT[story.last.score] if story.course.marking is LIKERT else right
        draft.send_other(story, scale_version=FORMER_VERSION, score=score)
        also = ("TU0803",) if score != right else ()
        note = f"converted by {FORMER_VERSION}, {SCALE_VERSION} is in force"
        draft.tell("TU0804", story, note, *also, field="scale_version")


def invented_score(draft: Draft, dice: Random, count: int) -> None:
    """TU0805: nothing was marked; the review has 0, 100, or a score that the source no longer has."""
    unmarked = draft.pick(dice, count - count // 3, lambda story: story.course.marking is None)
    for n, story in enumerate(unmarked):
        score = ("0", "100")[n % 2]
        draft.send_other(story, score=score, scale=REVIEW_SCALE, scale_version=SCALE_VERSION)
        draft.tell("TU0805", story, f"the source has no score, the review {score}", field="score")
    for story in draft.pick(dice, count // 3, _scored):
        draft.change_completions(story, score="", scale="")
        score = draft.review(story).score
        draft.tell("TU0805", story, f"the source has no score any more, the review {score}", field="score")
