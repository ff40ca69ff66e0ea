"""The whole company at its quarter-end, without a single fault. Knows nothing of planting or of files."""

from collections.abc import Callable
from dataclasses import dataclass

from trueup.sandbox.calendar import ReviewCycle, Run, make_cycles, make_runs
from trueup.sandbox.carrying import Carried, carry
from trueup.sandbox.courses import Course, make_courses
from trueup.sandbox.learning import Story, make_stories
from trueup.sandbox.rows import Consent, Grant
from trueup.sandbox.rules import make_consents, make_grants
from trueup.sandbox.staff import Member, make_members


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. The same plan always gives the same company, byte for byte."""

    people: int = 400
    seed: int = 1
    year: int = 2026
    person_as: str = "uuid"  # or "number": what the review system calls a person by


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that is true."""

    plan: Plan
    cycles: tuple[ReviewCycle, ...]
    runs: tuple[Run, ...]
    courses: tuple[Course, ...]
    members: list[Member]
    stories: list[Story]
    carried: Carried
    consents: list[Consent]
    grants: list[Grant]

    @property
    def ends(self) -> int:
        """The moment at which the logs were exported."""
        return self.runs[-1].starts + self.runs[-1].room


def make_company(plan: Plan, tell: Callable[[str], None] = lambda _: None) -> Company:
    """Hire, teach, and carry what was learned into the reviews. `tell` hears about the progress."""
    cycles = make_cycles(plan.year)
    runs = make_runs(cycles)
    courses = make_courses()
    members = list(make_members(plan.seed, plan.people, plan.year, numbered=plan.person_as == "number"))
    tell(f"hired {len(members):,} people")
    stories = list(make_stories(plan.seed, members, cycles, courses))
    tell(f"they learned {len(stories):,} things")
    carried = carry(plan.seed, stories, cycles, runs, plan.person_as)
    tell(f"{len(carried.attempts):,} records were sent in {len(carried.records_of):,} runs")
    ends = runs[-1].starts + runs[-1].room
    return Company(
        plan,
        cycles,
        runs,
        courses,
        members,
        stories,
        carried,
        make_consents(plan.seed, members, plan.year),
        make_grants(plan.seed, ends),
    )
