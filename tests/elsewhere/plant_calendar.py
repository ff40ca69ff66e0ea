"""Planted faults of the review calendar (TU09)."""

from datetime import UTC, timedelta

from elsewhere.plant_delivery import days_to_cutoff, names_of
from elsewhere.plant_people import Plant, on_record
from elsewhere.review_year import add_run
from elsewhere.style import BERLIN
from elsewhere.transfers import sent
from elsewhere.world import Company, Cycle, Planted, Run, Story, claim


def _move(company: Company, story: Story, run: Run) -> None:
    """The delivery of an intact story happens in another run."""
    row = story.attempts[-1]
    row.run, row.at, row.attempt = run, run.started + timedelta(seconds=7), 1
    story.attempts = [row]
    story.run = run
    story.review.received_at = row.at + timedelta(seconds=1)


def late_completion(company: Company, count: int) -> list[Planted]:
    """TU0901: completed some days before the cut-off, delivered in the night after it, or the next."""
    planted = []
    for i, story in enumerate(company.take(count, lambda s: 1 < days_to_cutoff(company, s) < 25)):
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
                    "TU0903",
                    f"{len(last)} completions waited",
                    keys,
                    other=cycle.name,
                    touches=names_of(last),
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
    "TU0901": late_completion,
    "TU0902": sla_breached,
    "TU0903": window_misaligned,
    "TU0904": unattributed,
}
