"""The review calendar of the year and the sync runs that serve it; no completions."""

from datetime import UTC, date, datetime, timedelta

from elsewhere.style import BERLIN, Style
from elsewhere.world import Company, Cycle, Run

QUARTERS = (("2024-Q4", 2024, 10), ("2025-Q1", 2025, 1), ("2025-Q2", 2025, 4), ("2025-Q3", 2025, 7))
FIRST_DAY, LAST_DAY = date(2024, 10, 1), date(2025, 9, 30)
GRACE = timedelta(hours=48)
SLA_HOURS = 2


def quarter(style: Style, name: str, year: int, month: int) -> Cycle:
    """A quarter: with grace it closes on the 26th at 18:00 local, otherwise with its last second."""
    opens = datetime(year, month, 1, tzinfo=BERLIN)
    ends = datetime(year + (month == 10), (month + 2) % 12 + 1, 1, tzinfo=BERLIN)
    if not style.grace:
        return Cycle(name, opens.astimezone(UTC), ends.astimezone(UTC) - timedelta(seconds=1))
    cutoff = datetime(year, month + 2, 26, 18, tzinfo=BERLIN).astimezone(UTC)
    frozen = ends.astimezone(UTC) + timedelta(days=4)
    return Cycle(name, opens.astimezone(UTC), cutoff, cutoff + GRACE, frozen, SLA_HOURS)


def plan_year(company: Company) -> None:
    """Four cycles; two runs on each day, and one more that ends exactly at each early cut-off."""
    company.cycles = [quarter(company.style, *q) for q in QUARTERS]
    day = FIRST_DAY
    while day <= LAST_DAY + timedelta(days=8):
        for tag, hour in (("noon", 11), ("night", 20)):
            started = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
            company.runs.append(Run(f"sync-{day:%Y%m%d}-{tag}", started))
        day += timedelta(days=1)
    if company.style.grace:
        for cycle in company.cycles:
            started = cycle.cutoff - timedelta(minutes=20)
            company.runs.append(Run(f"sync-{cycle.cutoff:%Y%m%d}-last", started, ended=cycle.cutoff))
    company.runs.sort(key=lambda run: run.started)


def add_run(company: Company, started: datetime) -> Run:
    """One more run, outside the timetable."""
    run = Run(f"sync-{started:%Y%m%d}-x{company.next('extra run'):03d}", started)
    company.runs.append(run)
    company.runs.sort(key=lambda r: r.started)
    return run


def teaching_days(company: Company) -> list[date]:
    """Days on which people ordinarily complete: no Sundays, nothing from an early cut-off to the next opening."""
    days = []
    for cycle in company.cycles:
        day = cycle.opens.astimezone(BERLIN).date()
        last = cycle.cutoff.astimezone(BERLIN).date()
        while day < last or (day == last and not company.style.grace):
            if day.isoweekday() < 7:
                days.append(day)
            day += timedelta(days=1)
    return days
