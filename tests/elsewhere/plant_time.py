"""Planted faults of time (TU02)."""

from datetime import UTC, date, datetime, time, timedelta

from elsewhere.plant_people import Plant, on_record
from elsewhere.style import BERLIN, Clock, Layout, utc
from elsewhere.world import Company, Planted, Story, claim, intact


def when(story: Story) -> datetime:
    """The review's time of an intact story."""
    at = story.review.completed_at
    assert isinstance(at, datetime)
    return at


def far_from_edges(company: Company, story: Story, days: float = 2) -> bool:
    """Whether a story lies well inside one cycle, so that a moved time stays there."""
    span = timedelta(days=days)
    home = company.cycle_at(story.at)
    return home is not None and home.opens < story.at - span and story.at + span < home.cutoff


def naive_time(company: Company, count: int) -> list[Planted]:
    """TU0201: the offset is missing, in the review or in the LMS."""
    planted = []
    lms_can = company.style.clock("completions") is not Clock.EPOCH_MS
    for i, story in enumerate(company.take(count, lambda s: far_from_edges(company, s))):
        if i % 2 and lms_can:
            story.done.completed_at = story.at.replace(tzinfo=None, microsecond=0)
            planted.append(on_record("TU0201", "LMS time without offset", story))
        else:
            story.review.completed_at = when(story).replace(tzinfo=None)
            planted.append(on_record("TU0201", "review time without offset", story))
    return planted


SHIFTS = (timedelta(hours=2), timedelta(hours=-5), timedelta(hours=1), timedelta(hours=5, minutes=30))


def zone_shift(company: Company, count: int) -> list[Planted]:
    """TU0202: a source's records of some days in a row, all moved by one zone's offset."""
    planted = []
    for i in range(count):
        group = _in_a_row(company, company.rng.randrange(6, 21))
        if group is None:
            break
        for story in group:
            story.review.completed_at = when(story) + SHIFTS[i % len(SHIFTS)]
        keys = tuple(n for s in group for n in s.names())
        planted.append(
            Planted(
                "TU0202",
                f"{len(group)} records by {SHIFTS[i % len(SHIFTS)]}",
                keys,
                other=group[0].done.source,
            )
        )
    return planted


def _in_a_row(company: Company, size: int) -> list[Story] | None:
    """Consecutive delivered stories of one source, of which no other plant has any."""
    source = company.rng.choice(("moodle", "moodle", "canvas"))
    line = [
        s for s in company.stories if s.reviews and s.done.source == source and isinstance(s.at, datetime)
    ]
    line.sort(key=lambda s: s.at)
    for _ in range(200):
        start = company.rng.randrange(max(1, len(line) - size))
        group = line[start : start + size]
        if all(not s.taken and s.kind in {"plain", "trap"} and far_from_edges(company, s) for s in group):
            return claim(group)
    return None


def lost_precision(company: Company, count: int) -> list[Planted]:
    """TU0203: the review has the day only, or that day's midnight."""
    planted = []
    typed = company.style.layout is Layout.PARQUET
    for i, story in enumerate(company.take(count, lambda s: far_from_edges(company, s))):
        day = when(story).astimezone(BERLIN).date()
        if i % 3 == 0 and not typed:
            story.review.completed_at = day
            planted.append(on_record("TU0203", "day only", story))
        elif i % 3 == 1:
            story.review.completed_at = datetime.combine(day, time(), UTC)
            planted.append(on_record("TU0203", "midnight UTC", story))
        else:
            story.review.completed_at = datetime.combine(day, time(), BERLIN).astimezone(UTC)
            planted.append(on_record("TU0203", "midnight local", story))
    return planted


def wrong_cycle(company: Company, count: int) -> list[Planted]:
    """TU0204: the review files it under another cycle, by name or by its time."""
    planted = []

    def near_opening(story: Story) -> bool:
        home = company.cycle_at(story.at)
        first = company.cycles[0]
        return home is not None and home is not first and story.at - home.opens < timedelta(days=12)

    for i, story in enumerate(company.take(count, near_opening)):
        home = company.cycle_at(story.at)
        assert home is not None
        before = company.cycles[company.cycles.index(home) - 1]
        if i % 2 == 0 and company.style.has("reviews", "cycle"):
            story.review.cycle = before.name
            planted.append(on_record("TU0204", "cycle by name", story))
        else:
            story.review.completed_at = before.cutoff - timedelta(days=2, hours=3, minutes=17 + i, seconds=5)
            story.review.cycle = before.name
            planted.append(on_record("TU0204", "time in the cycle before", story))
    return planted


GARBAGE = ("0000-00-00 00:00:00", "31.02.2025 25:61", "yesterday", "2025-13-41T99:00:00Z")


def impossible_time(company: Company, count: int) -> list[Planted]:
    """TU0205: unreadable, in the future, or before the person was hired."""
    shapes = ["future"]
    if company.style.layout is not Layout.PARQUET:
        shapes += ["unreadable in the LMS", "unreadable in the review"]
    if company.style.has("people"):
        shapes.append("before hired")
    planted = []
    for i in range(count):
        shape = shapes[i % len(shapes)]
        if shape == "before hired":
            planted += _before_hired(company)
            continue
        for story in company.take(1, lambda s: far_from_edges(company, s)):
            if shape == "future":
                story.done.completed_at = story.review.completed_at = utc(2031, 4, 1 + i, 9, 12)
            elif shape == "unreadable in the LMS":
                story.done.completed_at = GARBAGE[i % 4]
            else:
                story.review.completed_at = GARBAGE[i % 4]
            planted.append(on_record("TU0205", shape, story))
    return planted


def _before_hired(company: Company) -> list[Planted]:
    planted = []
    for person in company.take_people(1, intact):
        records = sorted(company.of(person), key=lambda s: s.at)
        person.hired_on = records[0].at.date() + timedelta(days=25)
        clear = person.hired_on - timedelta(days=2)  # on the eve a zone might still excuse it
        around = tuple(n for s in records for n in s.names() if s.at.date() >= clear)
        early = [s for s in records if s.at.date() < clear]
        planted += [on_record("TU0205", "before hired", s, touches=around) for s in early]
    return planted


def invented_time(company: Company, count: int) -> list[Planted]:
    """TU0206: the review's time is the moment of the sync."""
    planted = []
    has_receipt = company.style.has("reviews", "received_at")
    for i, story in enumerate(company.take(count, lambda s: far_from_edges(company, s))):
        sync = story.attempts[-1].at
        receipt = story.review.received_at
        story.review.completed_at = receipt if i % 2 and has_receipt else sync
        shape = "equals received_at" if i % 2 and has_receipt else "equals attempt_at"
        planted.append(on_record("TU0206", shape, story))
    return planted


def day_became_midnight(company: Company, count: int) -> list[Planted]:
    """TU0203 the other way: the LMS knows the day only, the review pretends midnight."""
    planted: list[Planted] = []
    if company.style.clock("completions") is not Clock.LOCAL:
        return planted
    for story in company.take(max(1, count // 4), lambda s: far_from_edges(company, s)):
        day: date = when(story).astimezone(BERLIN).date()
        story.done.completed_at = day
        story.review.completed_at = datetime.combine(day, time(), UTC)
        planted.append(on_record("TU0203", "day became midnight", story))
    return planted


def precision(company: Company, count: int) -> list[Planted]:
    """TU0203, both ways."""
    return lost_precision(company, count) + day_became_midnight(company, count)


PLANTS: dict[str, Plant] = {
    "TU0202": zone_shift,
    "TU0204": wrong_cycle,
    "TU0205": impossible_time,
    "TU0201": naive_time,
    "TU0203": precision,
    "TU0206": invented_time,
}
