"""Planted faults of missing records (TU03)."""

from datetime import timedelta
from decimal import Decimal

from elsewhere.books import NEW, on_review_scale, scales_of
from elsewhere.learning import alias_of, revise
from elsewhere.plant_people import Plant, on_record
from elsewhere.style import Layout
from elsewhere.transfers import attempt
from elsewhere.world import Company, Planted, Review, Story


def never_received(company: Company, count: int) -> list[Planted]:
    """TU0301: single completions of which nobody heard; far apart, so that no window was skipped."""
    planted = []
    for story in company.take(count):
        keys = story.names()
        story.attempts, story.reviews = [], []
        planted.append(on_record("TU0301", "dropped", story, *keys))
    return planted


def not_delivered(company: Company, count: int) -> list[Planted]:
    """TU0302: refused for good by the target."""
    planted = []
    for i, story in enumerate(company.take(count)):
        run, at = story.attempts[0].run, story.attempts[0].at
        codes = (422,) if i % 2 else (400, 400)
        pause = timedelta(seconds=40)
        story.attempts = [
            attempt(
                company,
                story,
                run,
                at + pause * n,
                "rejected",
                http=http,
                nth=n + 1,
            )
            for n, http in enumerate(codes)
        ]
        story.reviews = []
        planted.append(on_record("TU0302", f"rejected {codes}", story))
    return planted


def false_success(company: Company, count: int) -> list[Planted]:
    """TU0303: accepted, and not there; sometimes after a first time-out."""
    planted = []
    for i, story in enumerate(company.take(count)):
        if i % 3 == 2:
            first = story.attempts[0]
            lost = attempt(company, story, first.run, first.at, "error", http=None)
            first.at, first.attempt = first.at + timedelta(seconds=9), 2
            story.attempts = [lost, first]
        story.reviews = []
        planted.append(on_record("TU0303", "accepted and gone", story))
    return planted


def orphan(company: Company, count: int) -> list[Planted]:
    """TU0304: the LMS has lost the row; or nobody ever had it."""
    planted = []
    for i, story in enumerate(company.take(count)):
        if i % 2:
            company.orphans += story.reviews
            company.stories.remove(story)
            planted.append(on_record("TU0304", "row gone from the LMS", story))
        else:
            stray = _stray(company, story)
            company.orphans.append(stray)
            keys = (stray.review_id, stray.course_id, *([stray.record_id] if stray.record_id else []))
            planted.append(
                Planted("TU0304", "typed in by hand", keys, record_id=stray.record_id, touches=story.names())
            )
    return planted


def _stray(company: Company, story: Story) -> Review:
    copy = {name: getattr(story.review, name) for name in Review.__slots__}
    at = story.at - timedelta(days=1, hours=3)
    if company.cycle_at(at) is None or at.date() <= story.person.hired_on:
        at = story.at
    cycle = company.cycle_at(at)
    own: dict[str, object] = {
        "review_id": company.review_id(),
        "record_id": None if company.rng.random() < 0.5 else company.record_id(0),
        "course_id": f"HAND-{company.next('hand')}",
        "completed_at": at.replace(microsecond=0),
        "person": alias_of(company, story.person, cycle.name if cycle else ""),
        "cycle": cycle.name if cycle else None,
        "extra": {},
    }
    return Review(**copy | own)


def void_not_applied(company: Company, count: int) -> list[Planted]:
    """TU0305: voided in the LMS some days later, still in the review."""
    planted = []
    for story in company.take(count, lambda s: _has_time(company, s)):
        revise(story, story.at + timedelta(days=2)).status = "voided"
        planted.append(on_record("TU0305", "void not applied", story))
    return planted


def _has_time(company: Company, story: Story) -> bool:
    cycle = company.cycle_at(story.at)
    return cycle is not None and story.at + timedelta(days=5) < cycle.cutoff


def stale_correction(company: Company, count: int) -> list[Planted]:
    """TU0306: revision 2 (another score, or another time) stayed in the LMS."""
    planted = []

    def fits(story: Story) -> bool:
        return _has_time(company, story) and story.done.scale is not None

    for i, story in enumerate(company.take(count, fits)):
        second = revise(story, story.at + timedelta(days=2, minutes=i))
        if i % 3 == 2:
            second.completed_at = story.at - timedelta(hours=3, minutes=17)
            planted.append(on_record("TU0306", "time corrected", story))
        else:
            second.score = other_score(company, story)
            planted.append(on_record("TU0306", "score corrected", story))
    return planted


def other_score(company: Company, story: Story) -> Decimal:
    """A lawful score of the same scale that the review would show differently."""
    done, style = story.done, company.style
    assert done.scale is not None
    assert done.score is not None
    scale = scales_of(style)[done.scale, NEW]
    here = on_review_scale(style, scale.name, done.score)
    steps = [scale.low + scale.step * n for n in range(int((scale.high - scale.low) / scale.step) + 1)]
    return company.rng.choice([s for s in steps if abs(on_review_scale(style, scale.name, s) - here) >= 1])


def consumed_unreported(company: Company, count: int) -> list[Planted]:
    """TU0307: launched long ago (or consumed: a full score), never reported as completed."""
    planted = []
    for i, story in enumerate(company.take(count)):
        keys = story.names()
        done = story.done
        done.status = "launched"
        if i % 2:
            done.scale, done.score = "percent", Decimal(100)
        else:
            done.scale = done.score = None
            if company.style.layout is not Layout.JSONL:
                done.completed_at = None
        story.attempts, story.reviews, story.kind = [], [], "side"
        planted.append(on_record("TU0307", "consumed" if i % 2 else "launched only", story, *keys))
    return planted


PLANTS: dict[str, Plant] = {
    "TU0301": never_received,
    "TU0302": not_delivered,
    "TU0303": false_success,
    "TU0304": orphan,
    "TU0305": void_not_applied,
    "TU0306": stale_correction,
    "TU0307": consumed_unreported,
}
