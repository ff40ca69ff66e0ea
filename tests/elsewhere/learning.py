"""Who learnt what, and how it reached the review: a year without a fault."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from elsewhere.books import NEW, REVIEW_SCALE, on_review_scale, scales_of
from elsewhere.review_year import add_run, teaching_days
from elsewhere.staff import SOURCES
from elsewhere.style import Clock, PersonKey, Style, utc
from elsewhere.world import Account, Company, Completion, Person, Review, Story

COURSES = tuple(f"{area}-{n}" for area in ("SAFE", "GDPR", "LEAD", "FEED", "CLOUD") for n in range(101, 113))
TAGS = (
    "LEAD-01",
    "LEAD-02",
    "LEAD-03",
    "LEAD-04",
    "LEAD-05",
    "LEAD-06",
    "T101",
    "T102",
    "T103",
    "T104",
    "T105",
    "T106",
)


def scale_names(style: Style) -> tuple[str, ...]:
    """The scales on which the LMS scores."""
    return tuple(sorted({name for name, _ in scales_of(style)} - {REVIEW_SCALE}))


def learn(company: Company) -> None:
    """Every person's year; nothing is sent yet (see `transfers.send_all`)."""
    days = teaching_days(company)
    for person in company.people:
        if not person.idle:
            _year_of(company, person, days)
    _campaigns(company, days)
    _edges(company)


def _year_of(company: Company, person: Person, days: list[date]) -> None:
    rng = company.rng
    count = max(1, min(12, round(rng.gauss(6, 2.5))))
    open_days = [d for d in days if person.hired_on < d and (person.left_on is None or d < person.left_on)]
    for course in rng.sample(COURSES, count):
        at = moment(company, rng.choice(open_days))
        _habits(company, complete(company, person, course, at), open_days)


def _campaigns(company: Company, days: list[date]) -> None:
    """Some afternoons on which a whole department takes its yearly course."""
    for n, day in enumerate(company.rng.sample(days, 40)):
        opens = utc(day.year, day.month, day.day, 12)
        able = [p for p in company.people if can_learn(p, opens)]
        for person in company.rng.sample(able, min(len(able), company.rng.randrange(18, 34))):
            at = opens + timedelta(seconds=company.rng.randrange(6 * 3600))
            complete(company, person, f"MAND-{n:02d}", at)


def moment(company: Company, day: date) -> datetime:
    """A time of the working day; with fractions of a second where the LMS keeps them."""
    at = utc(day.year, day.month, day.day) + timedelta(seconds=company.rng.randrange(6 * 3600, 19 * 3600))
    precise = company.style.clock("completions") in {Clock.LOCAL, Clock.EPOCH_MS, Clock.TYPED}
    return at + timedelta(milliseconds=company.rng.randrange(1, 999) if precise else 0)


def complete(company: Company, person: Person, course: str, at: datetime, kind: str = "plain") -> Story:
    """One completion at an instant, by one of the person's accounts."""
    account = company.rng.choice(company.logins[id(person)])
    done = _row(company, account, course, at)
    if person.trait == "rehired" and company.style.has("people") and at < utc(2025, 3, 1) and done.number:
        done.number = person.former_numbers[0]
    _score(company, done)
    story = Story(person, [done], at, kind="trap" if person.trait and kind == "plain" else kind)
    company.stories.append(story)
    return story


def _row(company: Company, account: Account, course: str, at: datetime, status: str = "") -> Completion:
    source = 0 if account.issuer.startswith("https://learn") else 1
    return Completion(
        record_id=company.record_id(source),
        source=SOURCES[source],
        issuer=account.issuer,
        account_name=account.name,
        number=account.number,
        email=account.email,
        course_id=course,
        status=status or company.rng.choice(("completed", "passed")),
        completed_at=at,
        enrolled_at=at - timedelta(days=company.rng.randrange(1, 9), minutes=company.rng.randrange(900)),
        tags=[] if company.rng.random() < 0.15 else [company.rng.choice(TAGS)],
        updated_at=at + timedelta(seconds=company.rng.randrange(1, 120)),
    )


def _score(company: Company, done: Completion) -> None:
    if company.rng.random() < 0.25:
        return  # no score on either side
    done.scale = company.rng.choice(scale_names(company.style))
    done.score = scales_of(company.style)[done.scale, NEW].draw(company)


def _habits(company: Company, story: Story, days: list[date]) -> None:
    """Now and then: launched first, failed first, taken again, corrected, voided."""
    dice = company.rng.random()
    if dice < 0.05:
        _before(company, story, "launched", timedelta(hours=company.rng.randrange(2, 50)))
    elif dice < 0.08:
        _before(company, story, "failed", timedelta(hours=company.rng.randrange(26, 60)))
    elif dice < 0.11:
        _again(company, story, days)
    elif dice < 0.13:
        _correct(company, story)
    elif dice < 0.14:
        _void(company, story)


def _before(company: Company, story: Story, status: str, gap: timedelta) -> None:
    """An earlier row of the same person and course that nobody should expect in the review."""
    done = story.done
    if company.cycle_at(story.at - gap) is None or (story.at - gap).date() <= story.person.hired_on:
        gap = timedelta(hours=1)
    first = Completion(
        **{name: getattr(done, name) for name in ("source", "issuer", "account_name", "number", "email")},
        record_id=company.record_id(SOURCES.index(done.source)),
        course_id=done.course_id,
        status=status,
        completed_at=story.at - gap,
        enrolled_at=story.at - gap - timedelta(days=2),
        updated_at=story.at - gap,
        tags=list(done.tags),
    )
    side = Story(story.person, [first], story.at - gap, kind="side")
    story.kind = "trap"
    if status == "failed":
        first.scale, first.score = "percent", Decimal(company.rng.randrange(5, 40))
        done.attempt, done.status = 2, "passed"
        side.kind = "skipped" if company.style.skips_failed else "side"
    company.stories.append(side)


def _again(company: Company, story: Story, days: list[date]) -> None:
    later = [d for d in days if d > story.at.date() + timedelta(days=30)]
    if not later:
        return
    story.kind = "trap"
    retake = complete(
        company, story.person, story.done.course_id, moment(company, company.rng.choice(later)), "trap"
    )
    retake.done.attempt = 2


def _correct(company: Company, story: Story) -> None:
    """A second revision, well before the cut-off, that the review system followed."""
    when = story.at + timedelta(days=company.rng.randrange(1, 4), hours=1)
    cycle = company.cycle_at(story.at)
    if cycle is None or when + timedelta(days=2) > cycle.cutoff:
        return
    second = revise(story, when)
    if second.scale:
        second.score = scales_of(company.style)[second.scale, NEW].draw(company)
    else:
        story.at = second.completed_at = story.at + timedelta(minutes=7, seconds=11)


def revise(story: Story, when: datetime) -> Completion:
    """A copy of the newest row as the next revision, updated at `when`."""
    old = story.done
    fields = {name: getattr(old, name) for name in Completion.__slots__}
    second = Completion(**fields | {"revision": old.revision + 1, "updated_at": when, "tags": list(old.tags)})
    story.completions.append(second)
    story.kind = "trap"
    return second


def _void(company: Company, story: Story) -> None:
    when = story.at + timedelta(days=company.rng.randrange(1, 4), hours=2)
    cycle = company.cycle_at(story.at)
    if cycle is not None and when + timedelta(days=2) < cycle.cutoff:
        revise(story, when).status = "voided"


def _edges(company: Company) -> None:
    """Completions exactly at an opening, just before a cut-off, and in the grace period."""
    for cycle in company.cycles:
        people = company.rng.sample([p for p in company.people if can_learn(p, cycle.opens)], 12)
        for person in people[:2]:
            complete(company, person, f"EDGE-{cycle.name}", cycle.opens, "trap")
        if not cycle.grace:
            continue
        for person in people[2:6]:
            at = cycle.cutoff - timedelta(seconds=company.rng.randrange(7200, 14_000))
            complete(company, person, f"LAST-{cycle.name}", at, "edge")
        for person in people[6:]:
            at = cycle.cutoff + timedelta(seconds=company.rng.randrange(600, 44 * 3600))
            story = complete(company, person, f"GRACE-{cycle.name}", at, "grace")
            story.run = add_run(company, at + timedelta(seconds=company.rng.randrange(900, 4500)))


def can_learn(person: Person, at: datetime) -> bool:
    """Whether an ordinary person was employed, with a number, at an instant and ever since."""
    return not (person.trait or person.idle or person.left_on or person.hired_on >= at.date())


def mirror(company: Company, story: Story, received: datetime) -> Review:
    """The review record that a faultless integration makes of a story."""
    done = story.done
    score = (
        on_review_scale(company.style, done.scale, done.score)
        if done.scale and done.score is not None
        else None
    )
    at = done.completed_at
    assert isinstance(at, datetime)
    scale = (REVIEW_SCALE if company.style.converted else done.scale) if score is not None else None
    cycle = company.cycle_at(at)
    return Review(
        review_id=company.review_id(),
        record_id=done.record_id,
        person=alias_of(company, story.person, cycle.name if cycle else ""),
        course_id=done.course_id,
        completed_at=at.replace(microsecond=0),
        score=score,
        scale=scale,
        scale_version=NEW if scale else None,
        competency=done.tags[0] if done.tags else None,
        label=label_of(company, done.tags[0]) if done.tags else None,
        cycle=cycle.name if cycle else None,
        received_at=received,
    )


def alias_of(company: Company, person: Person, cycle: str) -> str:
    """What the review system calls a person in a cycle."""
    if company.style.person_key is not PersonKey.PSEUDONYM:
        return company.key_of(person)
    half = hash_of(f"{person.uuid}/{cycle}")
    return f"anon-{half:012x}"


def hash_of(text: str) -> int:
    """A stable 48-bit number of a text."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value >> 16


def label_of(company: Company, competency: str) -> str:
    """One of the competency's labels, in any language."""
    labels = [str(row["label"]) for row in company.competencies if row["id"] == competency]
    return company.rng.choice(labels) if labels else ""
