"""Planted faults of the sync runs (TU04) and of the calendar (TU09)."""

from datetime import UTC, timedelta

from elsewhere.plant_people import Plant, on_record
from elsewhere.review_year import add_run
from elsewhere.style import BERLIN
from elsewhere.transfers import attempt, by_run, sent
from elsewhere.world import Company, Cycle, Planted, Run, Story, claim

LEAST, MOST = 6, 20
Beat = tuple[timedelta, str, int, int | None]


def _names(stories: list[Story]) -> tuple[str, ...]:
    return tuple(n for s in stories for n in s.names())


def _untouched(company: Company, stories: list[Story]) -> bool:
    return all(
        s.kind == "plain"
        and not s.taken
        and s.attempts
        and _days_to_cutoff(company, s) > 3
        and s.run is s.attempts[0].run
        for s in stories
    )


def _days_to_cutoff(company: Company, story: Story) -> float:
    cycle = company.cycle_at(story.at)
    return (cycle.cutoff - story.at) / timedelta(days=1) if cycle else -1.0


def _tails(company: Company, least: int, keep: int) -> list[tuple[list[Story], list[Story]]]:
    """Per run, in random order: what comes first, and an untouched tail of at least `least` stories."""
    found = []
    for stories in by_run(company).values():
        sendable = [s for s in stories if s.attempts]
        if len(sendable) < least + keep:
            continue
        size = company.rng.randrange(least, min(MOST, len(sendable) - keep) + 1)
        head, tail = sendable[:-size], sendable[-size:]
        if _untouched(company, tail):
            found.append((head, tail))
    company.rng.shuffle(found)
    return found


def throttled_run(company: Company, count: int) -> list[Planted]:
    """TU0401: from some record on the target only throttles; the run gives up politely."""
    planted = []
    for i, (_, tail) in enumerate(_tails(company, LEAST, 0)[:count]):
        http = 403 if i % 3 == 2 else 429
        keys = (_run_of(tail).run_id, *_names(tail))
        for story in claim(tail):
            first = story.attempts[0]
            story.attempts = [
                attempt(
                    company,
                    story,
                    first.run,
                    first.at + pause,
                    "throttled",
                    http=http,
                    nth=n,
                    page=first.page,
                    retry_after=wait,
                )
                for n, (pause, wait) in enumerate(((timedelta(0), 30), (timedelta(seconds=35), 60)), 1)
            ]
            story.reviews = []
        planted.append(Planted("TU0401", f"{len(tail)} records, {http}", keys, run=_run_of(tail).run_id))
    return planted


def _run_of(stories: list[Story]) -> Run:
    run = stories[0].run
    assert run is not None
    return run


def server_errors(company: Company, count: int) -> list[Planted]:
    """TU0402: four tries, growing pauses, no success."""
    planted = []
    for i, story in enumerate(company.take(count)):
        first = story.attempts[0]
        http = (503, 500, None, 504)[i % 4]
        story.attempts = [
            attempt(
                company,
                story,
                first.run,
                first.at + timedelta(seconds=pause),
                "error",
                http=http,
                nth=n,
                page=first.page,
            )
            for n, pause in enumerate((0, 5, 15, 35), 1)
        ]
        story.reviews = []
        planted.append(on_record("TU0402", f"http {http}", story, first.run.run_id))
    return planted


def truncated_run(company: Company, count: int) -> list[Planted]:
    """TU0403: the run stops exactly at the end of a page; what was still due never left."""
    planted: list[Planted] = []
    size = company.page_size
    loads = list(by_run(company).values())
    company.rng.shuffle(loads)
    for stories in loads:
        sendable = [s for s in stories if s.attempts]
        keep = (len(sendable) - LEAST) // size * size
        left = sendable[keep:]
        if keep < size or len(left) > MOST or not _untouched(company, left) or len(planted) >= count:
            continue
        if any(s.taken or s.attempts[0].run is not s.run for s in sendable):
            continue
        keys = (_run_of(left).run_id, *_names(left))
        for story in claim(left):
            story.attempts, story.reviews = [], []
        planted.append(
            Planted("TU0403", f"stopped at {keep}, {len(left)} left", keys, run=_run_of(left).run_id)
        )
    return planted


def retry_storm(company: Company, count: int) -> list[Planted]:
    """TU0404: tries again long before Retry-After; or hammers a failing target each second."""
    planted = []
    for i, story in enumerate(company.take(count)):
        first = story.attempts[0]
        if i % 2:
            beats: list[Beat] = [(timedelta(seconds=n), "error", 503, None) for n in range(7)]
        else:
            beats = [(timedelta(seconds=2 * n), "throttled", 429, 120) for n in range(5)]
        tries = [
            attempt(
                company,
                story,
                first.run,
                first.at + pause,
                outcome,
                http=http,
                nth=n,
                page=first.page,
                retry_after=wait,
            )
            for n, (pause, outcome, http, wait) in enumerate(beats, 1)
        ]
        first.at, first.attempt = tries[-1].at + timedelta(seconds=2), len(tries) + 1
        story.attempts = [*tries, first]
        shape = "no back-off" if i % 2 else "Retry-After ignored"
        planted.append(on_record("TU0404", shape, story, first.run.run_id))
    return planted


def lost_checkpoint(company: Company, count: int) -> list[Planted]:
    """TU0405: the cursor jumped over a window; or stood still, and a whole run was sent again."""
    planted: list[Planted] = []
    for i, (head, tail) in enumerate(_tails(company, LEAST, 0)[: 2 * count]):
        if len(planted) == count:
            break
        if i % 2:
            if any(s.kind == "skipped" or s.taken for s in head) or len(head) + len(tail) > 40:
                continue
            planted.append(_sent_twice(company, head + tail))
        elif not head or len(head) % company.page_size:  # otherwise it would be a truncated run
            planted.append(_skipped(company, tail))
    return planted


def _skipped(company: Company, window: list[Story]) -> Planted:
    run = _run_of(window)
    names = _names(window)
    for story in claim(window):
        story.attempts, story.reviews = [], []
    logged = {a.run.started: a.run.run_id for s in company.stories for a in s.attempts}
    before = max((at for at in logged if at <= run.started), default=None)
    after = min((at for at in logged if at > run.started), default=None)
    beside = tuple(logged[at] for at in (before, after) if at is not None)
    return Planted(
        "TU0405", f"window of {len(window)} skipped", (run.run_id, *beside, *names), run=run.run_id
    )


def _sent_twice(company: Company, window: list[Story]) -> Planted:
    run = _run_of(window)
    following = company.run_after(run.started)
    for place, story in enumerate(claim(window)):
        again = attempt(
            company,
            story,
            following,
            following.started + timedelta(seconds=1, milliseconds=90 * place),
            http=200,
        )
        again.payload = dict(story.attempts[-1].payload)
        story.attempts.append(again)
    keys = (run.run_id, following.run_id, *_names(window))
    return Planted("TU0405", f"window of {len(window)} sent twice", keys, run=following.run_id)


def _move(company: Company, story: Story, run: Run) -> None:
    """The delivery of an intact story happens in another run."""
    row = story.attempts[-1]
    row.run, row.at, row.page, row.attempt = run, run.started + timedelta(seconds=7), 1, 1
    story.attempts = [row]
    story.run = run
    story.review.received_at = row.at + timedelta(seconds=1)


def late_completion(company: Company, count: int) -> list[Planted]:
    """TU0901: completed some days before the cut-off, delivered in the night after it, or the next."""
    planted = []
    for i, story in enumerate(company.take(count, lambda s: 1 < _days_to_cutoff(company, s) < 25)):
        cycle = company.cycle_at(story.at)
        assert cycle is not None
        _move(company, story, company.run_after(cycle.cutoff + timedelta(hours=24 * (i % 3))))
        planted.append(on_record("TU0901", f"{i % 3} days late", story))
    return planted


def sla_breached(company: Company, count: int) -> list[Planted]:
    """TU0902: completed in the grace period, delivered many hours later."""
    late = [s for s in company.stories if s.kind == "grace" and not s.taken]
    planted = []
    for i, story in enumerate(claim(company.rng.sample(late, min(count, len(late))))):
        _move(company, story, add_run(company, story.at + timedelta(hours=4 + 5 * i)))
        planted.append(on_record("TU0902", f"after {4 + 5 * i} hours", story))
    return planted


def window_misaligned(company: Company, _: int) -> list[Planted]:
    """TU0903: on the last day no run ended between the last completions and the cut-off."""
    planted = []
    for cycle in company.rng.sample(company.cycles, 2):
        since = cycle.cutoff - timedelta(hours=12)
        last = [s for s in company.stories if s.run and s.reviews and since <= s.run.started <= cycle.cutoff]
        last = [s for s in last if len(s.completions) == 1]
        if _silence(company, cycle, last):
            keys = (cycle.name,)
            planted.append(
                Planted(
                    "TU0903", f"{len(last)} completions waited", keys, other=cycle.name, touches=_names(last)
                )
            )
    return planted


def _silence(company: Company, cycle: Cycle, last: list[Story]) -> bool:
    """Moves the last deliveries behind the cut-off; false where some other record keeps its run before it."""
    if not last:
        return False
    first = min(s.at for s in last)
    kept = [a for s in company.stories if s not in last for a in s.attempts if first < a.at <= cycle.cutoff]
    if kept:
        return False
    for story in claim(last):
        _move(company, story, company.run_after(cycle.cutoff))
    return True


def unattributed(company: Company, count: int) -> list[Planted]:
    """TU0904: completed between two cycles, before the first, or on a day that two cycles claim."""
    planted = []
    fair = company.take(count, lambda s: s.person.hired_on.year < 2024)
    sprint = _overlap(company) if company.style.name in {"A", "D"} else None
    for i, story in enumerate(fair):
        if sprint and i % 3 == 2:
            at, shape = sprint.opens + timedelta(hours=9 + i), "in two cycles"
        elif company.style.grace and i % 3 == 1:
            at, shape = (
                company.cycles[i % 3].close() + timedelta(hours=7 + i, minutes=21),
                "between two cycles",
            )
        else:
            at, shape = company.cycles[0].opens - timedelta(days=3, hours=i), "before the first cycle"
        story.at = story.done.completed_at = at
        story.done.enrolled_at, story.done.updated_at = at - timedelta(days=2), at + timedelta(seconds=20)
        story.review.completed_at, story.review.cycle = (
            at,
            sprint.name if shape == "in two cycles" and sprint else None,
        )
        run = next((r for r in company.runs if at < r.started < at + timedelta(hours=20)), None)
        _move(company, story, run or add_run(company, at + timedelta(hours=1)))
        sent(company, story)
        touched = (sprint.name,) if sprint else ()
        planted.append(on_record("TU0904", shape, story, touches=touched))
    return planted


def _overlap(company: Company) -> Cycle:
    """A one-day cycle on a quiet Sunday inside the second quarter."""
    host = company.cycles[2]
    day = (host.opens + timedelta(days=20)).astimezone(BERLIN)
    day += timedelta(days=7 - day.isoweekday())
    opens = day.replace(hour=0, minute=0).astimezone(UTC)
    sprint = Cycle("2025-SPRINT", opens, opens + timedelta(hours=23, minutes=59))
    company.cycles.append(sprint)
    return sprint


PLANTS: dict[str, Plant] = {
    "TU0903": window_misaligned,
    "TU0403": truncated_run,
    "TU0405": lost_checkpoint,
    "TU0401": throttled_run,
    "TU0902": sla_breached,
    "TU0904": unattributed,
    "TU0901": late_completion,
    "TU0402": server_errors,
    "TU0404": retry_storm,
}
