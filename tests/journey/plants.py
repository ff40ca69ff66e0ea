"""The smallest change to a clean company that makes each fault, with what has to be said of it. By hand.

A plant gets a company and a record of somebody's own, changes a few cells, and may add rows under a name
(`record.rows["again"]`). What is expected is written as a format of the record's own values; `at` names the
rows whose file and line stand in the fault, the first one first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from logs import HOME, Company, Record, local, utc

Change = Callable[[Company, Record], object]


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted fault. `also` are the other faults of the same rows, each with its cause."""

    code: str
    why: str
    change: Change
    field: str
    expected: str | None
    actual: str | None
    at: str = "lms shown"
    record: str | None = "lms"  # the row whose record id the fault bears
    person: str | None = "{person[person_id]}"
    caused_by: str | None = None
    also: frozenset[tuple[str, str | None]] = field(default_factory=frozenset)
    n: int = 1  # so many faults of the code

    @property
    def name(self) -> str:
        return f"{self.code}: {self.why}"


def cells(**rows: dict[str, str]) -> Change:
    """Write these cells: cells(lms={"score": "6"})."""

    def change(_: Company, record: Record) -> None:
        for name, values in rows.items():
            assert values.keys() <= record.rows[name].keys(), f"{name} has no such column"
            record.rows[name].update(values)

    return change


def gone(*names: str, then: Change | None = None) -> Change:
    """Take these rows out of their logs."""

    def change(company: Company, record: Record) -> None:
        if then is not None:
            then(company, record)
        for name in names:
            company.drop(record.rows[name])

    return change


def both(*changes: Change) -> Change:
    def change(company: Company, record: Record) -> None:
        for one in changes:
            one(company, record)

    return change


def also(*codes: str, **caused: str) -> frozenset[tuple[str, str | None]]:
    return frozenset({*((code, None) for code in codes), *caused.items()})


def moved(**by: float) -> Change:
    """The review's time is that far from the LMS's."""

    def change(_: Company, record: Record) -> None:
        record.shown["completed_at"] = utc(record.at + timedelta(**by))

    return change


def fellow(company: Company, record: Record, name: str = "fellow", **about: str) -> Record:
    """A colleague with a record of their own, two days later; their rows are named fellow, fellow_lms, ..."""
    other = company.learn(company.hire(**about), record.at + timedelta(days=2, minutes=11))
    record.rows |= {f"{name}_{row}": cells for row, cells in other.rows.items()}
    return other


def next_of(company: Company, record: Record, name: str, days: float = 1) -> Record:
    """The same person's next record, its rows under names of that beginning."""
    who = {role: record.rows[role] for role in ("person", "account", "consent")}
    other = company.learn(who, record.at + timedelta(days=days, minutes=5))
    record.rows |= {f"{name}_{row}": other.rows[row] for row in ("lms", "try", "shown")}
    return other


# ---- who ----------------------------------------------------------------------------------------------


def ambiguous_number(company: Company, record: Record) -> None:
    record.rows["twin"] = company.hire(employee_number=record.person["employee_number"])["person"]
    company.rows["consents"][-1]["person"] = record.rows["twin"]["person_id"]


def ambiguous_mail(company: Company, record: Record) -> None:
    company.hire(aliases="shared@corp.example")
    record.person["aliases"] = "shared@corp.example"
    record.lms.update(employee_number="", account_name="", email="shared@corp.example")


def swapped(company: Company, record: Record) -> None:
    other = fellow(company, record)
    record.shown["person"], other.shown["person"] = other.shown["person"], record.shown["person"]


def reused(company: Company, record: Record, identifier: str) -> None:
    record.person["left_on"] = utc(record.at + timedelta(days=2))[:10]
    heir = company.hire(hired_on=utc(record.at + timedelta(days=9))[:10])
    record.rows["heir"] = heir["person"]
    heir["person"][identifier] = record.person[identifier]
    for key in {"employee_number", "email", "account_name"} - {identifier}:
        record.lms[key] = ""
    record.shown["person"] = heir["person"]["employee_number"]


def misfiled(company: Company, record: Record) -> None:
    record.rows["other"] = company.hire()["person"]
    record.shown["person"] = record.rows["other"]["employee_number"]


# ---- when ---------------------------------------------------------------------------------------------


def shifted_group(company: Company, record: Record) -> None:
    for n, name in enumerate(("one", "two"), start=1):
        other = next_of(company, record, name, days=3 * n)
        other.lms["source"] = "munich"
        moved(hours=1)(company, other)
    record.lms["source"] = "munich"
    moved(hours=1)(company, record)


def day_only(_: Company, record: Record) -> None:
    record.shown["completed_at"] = utc(record.at)[:10]


def home_midnight(_: Company, record: Record) -> None:
    there = record.at.astimezone(HOME)
    record.shown["completed_at"] = utc(there.replace(hour=0, minute=0, second=0))


def before_enrolment(_: Company, record: Record) -> None:
    record.lms["enrolled_at"] = local(record.at + timedelta(days=2))


def before_employment(_: Company, record: Record) -> None:
    record.person["hired_on"] = utc(record.at + timedelta(days=9))[:10]


def time_of_sync(_: Company, record: Record) -> None:
    record.shown["completed_at"] = record.shown["received_at"]


def time_of_run(_: Company, record: Record) -> None:
    record.shown["completed_at"] = record.rows["try"]["run_started_at"]


# ---- missing ------------------------------------------------------------------------------------------


def corrected(company: Company, record: Record, **cells_: str) -> None:
    """The LMS corrects the record the day after; the correction is never sent."""
    when = record.at + timedelta(days=1)
    record.rows["second"] = company.add(
        "completions", **record.lms | {"revision": "2", "updated_at": local(when)} | cells_
    )


def corrected_time(company: Company, record: Record) -> None:
    corrected(company, record, completed_at=local(record.at - timedelta(hours=20, minutes=7)))


def launched(_: Company, record: Record) -> None:
    record.lms.update(status="launched", score="", scale="")


# ---- runs ---------------------------------------------------------------------------------------------


def retried(company: Company, record: Record, waits: tuple[int, ...], **first: str) -> None:
    """The first attempts fail; the last is accepted."""
    first = {"outcome": "error", "http_status": "503"} | first
    done = record.rows["try"]
    at = record.at.replace(hour=20, minute=5, second=0)
    for n, wait in enumerate(waits):
        row = company.attempt(record, at, **first, attempt=str(n + 1))
        record.rows[f"try{n}"] = row
        at += timedelta(seconds=wait)
    done.update(attempt_at=utc(at), attempt=str(len(waits) + 1))
    company.drop(done)
    company.rows["sync"].append(done)  # a log is written in order
    record.shown["received_at"] = utc(at + timedelta(seconds=1))


def waited_less_than_told(company: Company, record: Record) -> None:
    """Throttled with an HTTP date a minute ahead, and tried again after five seconds."""
    told = record.at.replace(hour=20, minute=6, second=0)
    date = told.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    retried(company, record, (5,), outcome="throttled", http_status="429", retry_after=date)


def sent_twice(company: Company, record: Record) -> None:
    records = [record, next_of(company, record, "one", 0.01), next_of(company, record, "two", 0.02)]
    for other in records:
        again = company.attempt(other, record.at.replace(hour=20, minute=1) + timedelta(days=1))
        other.rows["again"] = again
        record.rows[f"again{records.index(other)}"] = again


# ---- accounts, copies ---------------------------------------------------------------------------------


def second_account(company: Company, record: Record) -> None:
    record.rows["second"] = company.add(
        "accounts", **record.account | {"account_name": record.account["account_name"] + "-b"}
    )


def split(company: Company, record: Record) -> None:
    other = next_of(company, record, "later")
    other.lms["account_name"] += "-b"


def copied(company: Company, record: Record, **cells_: str) -> None:
    record.rows["copy"] = company.add("reviews", **record.shown | {"review_record_id": "V-copy"} | cells_)


# ---- calendar -----------------------------------------------------------------------------------------


def late(company: Company, record: Record) -> None:
    company.drop(record.rows["try"])
    tried = record.at.replace(month=4, day=2, hour=20, minute=0, second=9)
    record.rows["try"] = company.attempt(record, tried)
    record.shown["received_at"] = utc(tried)


def at_time(company: Company, record: Record, cycle: str, **when: int) -> None:
    """The record moves to another day, with all that belongs to it."""
    record.at = record.at.replace(**when)
    tried = record.at.replace(hour=20, minute=0, second=1)
    company.drop(record.rows["try"])
    record.lms.update(
        completed_at=local(record.at),
        enrolled_at=local(record.at - timedelta(days=3)),
        updated_at=local(record.at),
    )
    record.rows["try"] = company.attempt(record, tried)
    record.shown.update(completed_at=utc(record.at), cycle=cycle, received_at=utc(tried))


def after_the_cut_off(company: Company, record: Record) -> None:
    """Completed in the second cycle; the reviews say a day of the first."""
    at_time(company, record, cycle="2026-Q2", month=4, day=2, hour=19)
    record.shown["completed_at"] = "2026-03-09T11:12:13Z"


# ---- books, rights ------------------------------------------------------------------------------------


def unused_competency(company: Company, record: Record) -> None:
    entry = company.rows["competencies"][0] | {"id": "cmp-dust", "label": "Fax machines"}
    record.rows["entry"] = company.add("competencies", **entry)


def grant(company: Company, record: Record, **cells_: str) -> None:
    record.rows["grant"] = company.add("grants", **{"account": "svc"} | cells_)


USED = "2026-03-30T20:00:00Z"
