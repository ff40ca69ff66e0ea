"""Planting faults of competencies (TU06): in the tags, the labels and the registry. Knows the true skill."""

from random import Random

from trueup.sandbox.courses import FRAMEWORK, FRAMEWORK_VERSION, SKILLS, Skill
from trueup.sandbox.draft import Draft
from trueup.sandbox.rows import Competency, Truth


def unknown_tag(draft: Draft, dice: Random, count: int) -> None:
    """TU0601: a tag that no version knows: on both sides, mistyped in the source, or only in the review."""
    for n, story in enumerate(draft.pick(dice, count)):
        unknown = f"SK-9{n % 90 + 10}"
        if n % 3 == 1:
            unknown = story.course.skill.alias[:-2] + story.course.skill.alias[-1] + "z"
        if n % 3 < 2:
            draft.change_completions(story, tags=unknown)
        if n % 3 != 1:
            draft.send_other(story, competency=unknown)
        where = ("both sides", "the source", "the review")[n % 3]
        field = "competency" if n % 3 == 2 else "tags"
        draft.tell(
            "TU0601", story, f"{unknown} in {where}", "TU0604", "TU0602", competency=unknown, field=field
        )


def label_drift(draft: Draft, dice: Random, count: int) -> None:
    """TU0602: another competency's label, or the wording of years ago."""
    for n, story in enumerate(draft.pick(dice, count)):
        skill = story.course.skill
        other = SKILLS[(SKILLS.index(skill) + 1 + n % 5) % len(SKILLS)]
        label = other.english if n % 2 == 0 else f"{skill.english} and compliance"
        draft.send_other(story, label=label)
        draft.tell(
            "TU0602", story, f"{label!r} stands for {skill.english!r}", competency=skill.key, field="label"
        )


def _retired(skill: Skill) -> Competency:
    """What the skill was called before."""
    old = skill.key.replace("SK-1", "SK-0")
    label = f"{skill.english} (2023)"
    return Competency(FRAMEWORK, FRAMEWORK_VERSION, old, label, "en", "deprecated", skill.key, "")


def superseded_competency(draft: Draft, dice: Random, count: int) -> None:
    """TU0603: the predecessor is still used, on both sides or as a tag in the source."""
    known: set[str] = set()
    for n, story in enumerate(draft.pick(dice, count)):
        old = _retired(story.course.skill)
        if old.id not in known:
            known.add(old.id)
            draft.logs.competencies.append(old)
        draft.change_completions(story, tags=old.id)
        if n % 2 == 0:
            draft.send_other(story, competency=old.id, label=old.label)
        where = "both sides" if n % 2 == 0 else "the source"
        draft.tell(
            "TU0603",
            story,
            f"{old.id} in {where}; its successor is {old.replaced_by}",
            competency=old.id,
            field="tags",
        )


def unmapped_competency(draft: Draft, dice: Random, count: int) -> None:
    """TU0604: the source's tag leads to nothing in the review, or the review's competency to no tag."""
    for n, story in enumerate(draft.pick(dice, count)):
        if n % 2 == 0:
            draft.send_other(story, competency="", label="")
            note, field = "tagged in the source, counts for nothing in the review", "competency"
        else:
            draft.change_completions(story, tags="")
            note, field = "counts for a competency in the review, untagged in the source", "tags"
        draft.tell("TU0604", story, note, competency=story.course.skill.key, field=field)


def obsolete_tag(draft: Draft, dice: Random, count: int) -> None:
    """TU0605: registered, and used by nobody; one of them is retired without a successor."""
    labels = (
        "Fax etiquette",
        "Shorthand",
        "Telex operation",
        "Microfilm archiving",
        "Typewriting",
        "Overhead slides",
    )
    for n in range(min(max(3, count), len(labels))):
        key = f"SK-{700 + n + dice.randrange(10) * 10}"
        status = "deprecated" if n == 1 else "active"
        alias = labels[n].lower().replace(" ", "-")
        row = Competency(FRAMEWORK, FRAMEWORK_VERSION, key, labels[n], "en", status, "", alias)
        draft.logs.competencies.append(row)
        draft.truth.append(Truth("TU0605", competency=key, note=f"{labels[n]}: nothing has used it"))
