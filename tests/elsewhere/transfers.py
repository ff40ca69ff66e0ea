"""How the runs carried the year's completions, with the lawful hiccups, and the consents they rest on."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from statistics import median

from elsewhere.books import PURPOSE
from elsewhere.learning import mirror
from elsewhere.review_year import LAST_DAY
from elsewhere.style import PersonKey, utc
from elsewhere.world import Attempt, Company, Person, Run, Story

ROTATED_BEFORE = utc(2024, 10, 15)
"""Where the first sync logs are no longer kept, they ended here."""


def send_all(company: Company) -> None:
    """Gives every story its run, attempts and review; the page size follows from the usual load."""
    company.stories.sort(key=lambda s: s.at)
    for story in company.stories:
        if story.kind != "side" and story.run is None:
            story.run = company.run_after(story.at + timedelta(minutes=2))
    loads = by_run(company)
    company.page_size = max(10, round(median(len(v) for v in loads.values()) / 2))
    for stories in loads.values():
        _send_run(company, stories)
    for story in company.stories:
        _finish(company, story)


def by_run(company: Company) -> dict[str, list[Story]]:
    """The stories of each run, by time of completion."""
    runs: dict[str, list[Story]] = {}
    for story in sorted(company.stories, key=lambda s: s.at):
        if story.run is not None:
            runs.setdefault(story.run.run_id, []).append(story)
    return runs


def _send_run(company: Company, stories: list[Story]) -> None:
    for place, story in enumerate(stories):
        run = story.run
        assert run is not None
        at = run.started + timedelta(seconds=5 + 2 * place)
        if run.ended and story is stories[-1]:
            at = run.ended - timedelta(seconds=1)  # the cut-off itself is still in time
        if story.kind == "skipped":
            story.attempts = [attempt(company, story, run, at, "skipped", http=None)]
        elif run.ended or story.kind != "plain":
            story.attempts = [attempt(company, story, run, at)]
        else:
            story.attempts = _tries(company, story, at)
    for story in stories:
        if story.attempts[-1].outcome == "accepted":
            story.reviews = [mirror(company, story, story.attempts[-1].at + timedelta(seconds=1))]
            sent(company, story)


def attempt(
    company: Company,
    story: Story,
    run: Run,
    at: datetime,
    outcome: str = "accepted",
    *,
    http: int | None = 201,
    nth: int = 1,
    retry_after: int | str | None = None,
) -> Attempt:
    """One row of the sync log; a waiting time in seconds stands there as the target's header said it."""
    if company.style.polite_dates and isinstance(retry_after, int):
        retry_after = format_datetime(at + timedelta(seconds=retry_after), usegmt=True)
    return Attempt(
        run=run,
        record_id=story.record_id,
        at=at,
        outcome=outcome,
        attempt=nth,
        http=http,
        retry_after=retry_after,
        request_id=f"{company.rng.getrandbits(40):010x}",
    )


def _tries(company: Company, story: Story, at: datetime) -> list[Attempt]:
    """Mostly one; sometimes throttled or failing first, then delivered with a growing pause."""
    dice = company.rng.random()
    if dice < 0.03:
        story.kind = "trap"
        return throttled_then(company, story, at)
    if dice < 0.05:
        story.kind = "trap"
        return _failing_then(company, story, at)
    return [attempt(company, story, _run(story), at)]


def throttled_then(company: Company, story: Story, at: datetime) -> list[Attempt]:
    """429 with a Retry-After that the next try honours; sometimes twice."""
    tries: list[Attempt] = []
    for nth in range(1, company.rng.choice((2, 2, 3))):
        wait = 20 * 2**nth
        tries.append(
            attempt(company, story, _run(story), at, "throttled", http=429, nth=nth, retry_after=wait)
        )
        at += timedelta(seconds=wait + company.rng.randrange(1, 9))
    return [*tries, attempt(company, story, _run(story), at, nth=len(tries) + 1)]


def _failing_then(company: Company, story: Story, at: datetime) -> list[Attempt]:
    """5xx or a time-out, pauses that double, then success; now and then only in the next run."""
    tries: list[Attempt] = []
    pause = company.rng.randrange(4, 9)
    for nth in range(1, company.rng.randrange(2, 5)):
        http = company.rng.choice((500, 502, 503, 504, None))
        tries.append(attempt(company, story, _run(story), at, "error", http=http, nth=nth))
        at += timedelta(seconds=pause + company.rng.random())
        pause *= 2
    following = company.run_after(_run(story).started + timedelta(hours=1))
    cycle = company.cycle_at(story.at)
    if company.rng.random() < 0.3 and cycle and following.started + timedelta(hours=30) < cycle.cutoff:
        return [*tries, attempt(company, story, following, following.started + timedelta(seconds=2))]
    return [*tries, attempt(company, story, _run(story), at, nth=len(tries) + 1)]


def _run(story: Story) -> Run:
    assert story.run is not None
    return story.run


def sent(company: Company, story: Story) -> None:
    """Writes into every attempt what was sent."""
    review = story.review
    for row in story.attempts:
        row.payload = {
            "record_id": review.record_id,
            "person": review.person,
            "course_id": review.course_id,
            "completed_at": str(review.completed_at).replace(" ", "T").replace("+00:00", "Z"),
            "score": float(review.score) if review.score is not None else None,
            "scale": review.scale,
            "scale_version": review.scale_version,
            "competency": review.competency,
        }


def _finish(company: Company, story: Story) -> None:
    """Later revisions and voids, logs no longer kept, and tags as the LMS writes them."""
    if len(story.completions) > 1 and story.reviews:
        _send_revision(company, story)
    if company.style.rotated and story.run and story.run.started < ROTATED_BEFORE:
        story.attempts = []
        story.kind = "side" if story.kind == "skipped" else "trap"
    if story.kind == "edge":
        story.kind = "plain"
        story.taken = True
    _write_tags(company, story)


def _send_revision(company: Company, story: Story) -> None:
    updated = story.done.updated_at
    assert isinstance(updated, datetime)
    run = company.run_after(updated)
    late = run.started + timedelta(seconds=1)
    if story.done.status == "voided":
        story.attempts.append(attempt(company, story, run, late, http=204))
        story.attempts[-1].payload = {"record_id": story.record_id}
        story.reviews = []
    else:
        story.attempts.append(attempt(company, story, run, late, http=200))
        story.review.received_at = late + timedelta(seconds=1)
        story.attempts[-1].payload = dict(story.attempts[0].payload)


def _write_tags(company: Company, story: Story) -> None:
    tags = story.done.tags
    if tags and company.style.tags_by_alias and story.kind != "side":
        row = next(r for r in company.competencies if r["id"] == tags[0])
        aliases = str(row["aliases"] or "").split(";")
        if company.rng.random() < 0.25:
            tags[0] = company.rng.choice(aliases)
        if company.style.name in {"A", "D"} and company.rng.random() < 0.05:
            tags.append("T104" if tags[0] != "T104" else "LEAD-02")


def grant_consents(company: Company) -> None:
    """A basis for everybody; some withdrawn after the last transfer, some given again, some for more purposes."""
    last_sent: dict[int, datetime] = {}
    for story in company.stories:
        for row in story.attempts:
            key = id(story.person)
            last_sent[key] = max(row.at, last_sent.get(key, row.at))
    for person in company.people:
        _consents_of(company, person, last_sent.get(id(person)))


def _consents_of(company: Company, person: Person, last: datetime | None) -> None:
    rng = company.rng
    granted = datetime(person.hired_on.year, person.hired_on.month, person.hired_on.day, 9, tzinfo=UTC)
    dice = rng.random()
    if dice < 0.04:
        gone = granted + timedelta(days=30)
        if gone + timedelta(days=40) < utc(2024, 9, 1):
            consent(company, person, granted, gone)
            granted = gone + timedelta(days=30)
    basis = rng.choice(("consent", "consent", "contract", "legitimate interest"))
    closed = None
    if 0.04 < dice < 0.08 and last and not person.idle and last < utc(2025, 9, 15):
        closed = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC)
        basis, person.trait = "consent", person.trait or "withdrew later"
    consent(company, person, granted, closed, basis=basis)
    if dice > 0.8:
        other = granted + timedelta(days=20) if company.style.has("policy") and dice > 0.9 else None
        consent(company, person, granted, other, purpose="learning-analytics")


def consent(
    company: Company,
    person: Person,
    granted: datetime,
    withdrawn: datetime | None = None,
    *,
    purpose: str = PURPOSE,
    basis: str = "consent",
) -> None:
    """One row of the consents file."""
    key = person.uuid if company.style.person_key is PersonKey.PSEUDONYM else company.key_of(person)
    company.consents.append(
        {"person": key, "purpose": purpose, "basis": basis, "granted_at": granted, "withdrawn_at": withdrawn}
    )
