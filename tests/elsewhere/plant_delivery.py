"""Planted faults of the sync runs (TU04)."""

from datetime import timedelta

from elsewhere.plant_people import Plant, on_record
from elsewhere.transfers import attempt, by_run
from elsewhere.world import Company, Planted, Run, Story, claim

LEAST, MOST = 6, 20
Beat = tuple[timedelta, str, int, int | None]


def names_of(stories: list[Story]) -> tuple[str, ...]:
    """Every string that a report may call these records by."""
    return tuple(n for s in stories for n in s.names())


def _plain(company: Company, stories: list[Story]) -> bool:
    return all(s.kind == "plain" and days_to_cutoff(company, s) > 3 for s in stories)


def days_to_cutoff(company: Company, story: Story) -> float:
    """Days from the completion to the cut-off of its cycle; negative in none."""
    cycle = company.cycle_at(story.at)
    return (cycle.cutoff - story.at) / timedelta(days=1) if cycle else -1.0


def _quiet_runs(company: Company, beside: int = 1) -> list[list[Story]]:
    """What each run sent, in random order; only runs of which, and `beside` which, nothing is used by a plant."""
    loads = list(by_run(company).values())
    used = [any(s.taken for s in stories) for stories in loads]
    visited = {a.run.run_id for s in company.stories for a in s.attempts if a.run is not s.run}
    quiet = []
    for i, stories in enumerate(loads):
        sent_here = [s for s in stories if s.attempts]
        if (
            sent_here
            and not any(used[max(0, i - beside) : i + beside + 1])
            and _run_of(stories).run_id not in visited
        ):
            quiet.append(sent_here)
    company.rng.shuffle(quiet)
    return quiet


def _cut(company: Company, beside: int = 1) -> tuple[list[Story], list[Story]] | None:
    """A quiet run in two: what comes first, and a plain tail."""
    for stories in _quiet_runs(company, beside):
        if len(stories) >= LEAST:
            size = company.rng.randrange(LEAST, min(MOST, len(stories)) + 1)
            if _plain(company, stories[-size:]):
                return stories[:-size], stories[-size:]
    return None


def throttled_run(company: Company, count: int) -> list[Planted]:
    """TU0401: from some record on the target only throttles; the run gives up politely."""
    planted = []
    for i in range(count):
        cut = _cut(company, beside=0)
        if cut is None:
            break
        tail = cut[1]
        http = 403 if i % 3 == 2 else 429
        keys = (_run_of(tail).run_id, *names_of(tail))
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
    for _ in range(count):
        for stories in _quiet_runs(company):
            keep = (len(stories) - LEAST) // size * size
            left = stories[keep:]
            if keep < size or len(left) > MOST or not _plain(company, left):
                continue
            run = _run_of(left).run_id
            planted.append(
                Planted("TU0403", f"stopped at {keep}, {len(left)} left", (run, *names_of(left)), run=run)
            )
            claim(stories)
            for story in left:
                story.attempts, story.reviews = [], []
            break
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
    for i in range(count):
        for _ in range(20):
            cut = _cut(company)
            if cut is None:
                break
            head, tail = cut
            if i % 2 and not any(s.kind == "skipped" for s in head) and len(head) + len(tail) <= 40:
                planted.append(_sent_twice(company, head + tail))
                break
            if i % 2 == 0 and (not head or len(head) % company.page_size):  # else it would be a truncated run
                claim(head)
                planted.append(_skipped(company, tail))
                break
    return planted


def _skipped(company: Company, window: list[Story]) -> Planted:
    run = _run_of(window)
    names = names_of(window)
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
    keys = (run.run_id, following.run_id, *names_of(window))
    return Planted("TU0405", f"window of {len(window)} sent twice", keys, run=following.run_id)


PLANTS: dict[str, Plant] = {
    "TU0403": truncated_run,
    "TU0405": lost_checkpoint,
    "TU0401": throttled_run,
    "TU0402": server_errors,
    "TU0404": retry_storm,
}
