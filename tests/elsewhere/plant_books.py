"""Planted faults of competencies and scores (TU06, TU08)."""

from decimal import Decimal

from elsewhere.books import NEW, OLD, on_review_scale, scales_of
from elsewhere.learning import label_of
from elsewhere.plant_missing import other_score
from elsewhere.plant_people import Plant, on_record
from elsewhere.world import Company, Planted, Story


def _tagged(story: Story) -> bool:
    return len(story.done.tags) == 1


def unknown_tag(company: Company, count: int) -> list[Planted]:
    """TU0601: a tag of no framework, in the LMS alone or on both sides."""
    planted = []
    for i, story in enumerate(company.take(count, _tagged)):
        tag = ("synergy", "LEAD-99", "T9-000", "ESCO/S1.2")[i % 4]
        story.done.tags = [tag]
        if i % 2:
            story.review.competency, story.review.label = tag, "Synergy"
        planted.append(on_record("TU0601", tag, story, tag))
    return planted


def label_drift(company: Company, count: int) -> list[Planted]:
    """TU0602: the label of another competency, or one that somebody wrote."""
    planted = []
    for i, story in enumerate(company.take(count, _tagged)):
        own = story.review.competency or ""
        foreign = "Fax etiquette" if own.startswith("LEAD") else "Coaching"
        story.review.label = foreign if i % 2 else f"{label_of(company, own)} & more"
        planted.append(on_record("TU0602", "foreign label" if i % 2 else "own words", story, own))
    return planted


def superseded(company: Company, count: int) -> list[Planted]:
    """TU0603: a retired entry with a successor, still used."""
    planted = []
    for i, story in enumerate(company.take(count, _tagged)):
        old = f"L1-{i % 3 + 1:02d}"
        story.review.competency, story.review.label = old, label_of(company, old)
        if i % 2 == 0:
            story.done.tags = [old]
        planted.append(on_record("TU0603", "on both sides" if i % 2 == 0 else "in the review", story, old))
    return planted


def _entry(company: Company, cid: str, label: str) -> None:
    template = next(row for row in company.competencies if row["framework"] == "TECH")
    company.competencies.append(template | {"id": cid, "label": label, "aliases": None})


def unmapped(company: Company, count: int) -> list[Planted]:
    """TU0604: an entry that one side uses and the other never maps to anything."""
    planted = []
    for i in range(count):
        cid, label = f"T{300 + i}", f"Robotics {i + 1}"
        _entry(company, cid, label)
        group = company.take(2, _tagged)
        for story in group:
            if i % 2:
                story.done.tags, story.review.competency, story.review.label = [], cid, label
            else:
                story.done.tags, story.review.competency, story.review.label = [cid], None, None
        keys = (cid, *(n for s in group for n in s.names()))
        planted.append(
            Planted("TU0604", "in the review only" if i % 2 else "in the LMS only", keys, other=cid)
        )
    return planted


def obsolete_tag(company: Company, count: int) -> list[Planted]:
    """TU0605: an active entry that nobody used."""
    planted = []
    for i in range(count):
        cid = f"T{400 + i}"
        _entry(company, cid, f"Mainframe {i + 1}")
        planted.append(Planted("TU0605", "unused", (cid,), other=cid))
    return planted


def _scored(story: Story) -> bool:
    return story.done.score is not None


def unknown_scale(company: Company, count: int) -> list[Planted]:
    """TU0801: a scale that is declared nowhere, or none beside a score."""
    planted = []
    for i, story in enumerate(company.take(count, _scored)):
        name = (None, "stars-10", "ABCDF")[i % 3]
        story.done.scale = name
        if not company.style.converted:
            story.review.scale = name
        planted.append(on_record("TU0801", f"scale {name}", story))
    return planted


def out_of_range(company: Company, count: int) -> list[Planted]:
    """TU0802: beyond the ends of its scale, in the LMS or in the review."""
    planted = []
    for i, story in enumerate(company.take(count, _scored)):
        assert story.done.scale is not None
        scale = scales_of(company.style)[story.done.scale, NEW]
        if i % 3 == 2:
            story.review.score = Decimal(-1)
            planted.append(on_record("TU0802", "review below", story))
            continue
        story.done.score = Decimal(scale.high + 1 + i) if i % 3 == 0 else Decimal(scale.low - 2)
        if not company.style.converted:
            story.review.score = story.done.score
        planted.append(on_record("TU0802", "LMS above" if i % 3 == 0 else "LMS below", story))
    return planted


def conversion_mismatch(company: Company, count: int) -> list[Planted]:
    """TU0803: a lawful score in the review, but another than the matrix gives by any version."""
    planted = []
    for story in company.take(count, lambda s: s.done.scale in {"percent", "points-20"}):
        wrong = other_score(company, story)
        assert story.done.scale is not None
        story.review.score = on_review_scale(company.style, story.done.scale, wrong)
        planted.append(on_record("TU0803", "another score", story))
    return planted


def version_skew(company: Company, count: int) -> list[Planted]:
    """TU0804: the review system still works with the scale book of 2023."""

    def differs(story: Story) -> bool:
        done, style = story.done, company.style
        if done.scale != "five-level" or done.score is None:
            return False
        new = on_review_scale(style, done.scale, done.score)
        return not style.converted or new != on_review_scale(style, done.scale, done.score, OLD)

    planted = []
    for story in company.take(count, differs):
        done = story.done
        assert done.scale is not None
        assert done.score is not None
        story.review.scale_version = OLD
        story.review.score = on_review_scale(company.style, done.scale, done.score, OLD)
        planted.append(on_record("TU0804", "review by the old version", story))
    return planted


def invented_score(company: Company, count: int) -> list[Planted]:
    """TU0805: no score in the LMS, some score in the review."""
    planted = []
    donor = next(s for s in company.stories if s.reviews and s.review.score is not None)
    for i, story in enumerate(company.take(count, lambda s: not _scored(s))):
        story.review.scale, story.review.scale_version = donor.review.scale, NEW
        low = 1 if donor.review.scale == "five-level" else 0
        story.review.score = Decimal(low) if i % 2 == 0 else donor.review.score
        planted.append(on_record("TU0805", "lowest" if i % 2 == 0 else "some", story))
    return planted


PLANTS: dict[str, Plant] = {
    "TU0804": version_skew,
    "TU0803": conversion_mismatch,
    "TU0805": invented_score,
    "TU0801": unknown_scale,
    "TU0802": out_of_range,
    "TU0601": unknown_tag,
    "TU0602": label_drift,
    "TU0603": superseded,
    "TU0604": unmapped,
    "TU0605": obsolete_tag,
}
