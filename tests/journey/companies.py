"""Companies with faults in them: one with every single plant, and those whose faults need a company of their own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from every_fault import PLANTS
from no_fault import INNOCENT
from plants import at_time

from logs import Company, Record, Row, company, utc


@dataclass(slots=True)
class Planted:
    """A company, the record that each plant was given, and whose each row is."""

    company: Company
    records: dict[str, Record] = field(default_factory=dict)
    owners: dict[tuple[str, int], str] = field(default_factory=dict)


def colleagues(made: Company) -> list[dict[str, Row]]:
    """The people of a company, with the account and the basis of each."""
    roles = ("people", "accounts", "consents")
    return [
        {"person": person, "account": account, "consent": consent}
        for person, account, consent in zip(*(made.rows[role] for role in roles), strict=True)
    ]


def with_everything() -> Planted:
    """Every plant on records of its own, every innocent oddity too, each between records that are in order."""
    made = company()
    found = Planted(made)
    others = colleagues(made)
    at_time(made, made.learn(others[0]), cycle="2026-Q2", month=4, day=2, hour=19)
    at_time(made, last := made.learn(others[1]), cycle="2026-Q1", month=3, day=31, hour=6)
    last.shown["received_at"] = "2026-03-31T12:00:01Z"  # by a run at noon, before the cut-off
    started, ended = "2026-03-31T12:00:00Z", "2026-03-31T12:30:00Z"
    last.rows["try"].update(
        run_id="run-noon",
        attempt_at=started,
        run_started_at=started,
        run_ended_at=ended,
    )
    owned: list[tuple[Row, str]] = []
    changes = [*((plant.name, plant.change) for plant in PLANTS), *INNOCENT]
    for n, (name, change) in enumerate(changes):
        held = {id(row) for rows in made.rows.values() for row in rows}
        found.records[name] = made.learn(made.hire())
        change(made, found.records[name])
        owned += [(row, name) for rows in made.rows.values() for row in rows if id(row) not in held]
        made.learn(others[n % len(others)])
    found.owners = {made.line(row): name for row, name in owned}
    return found


@dataclass(slots=True)
class Odd:
    """A company with a handful of faults: (code, record, file:line of the first place, cause) each."""

    company: Company
    expected: list[tuple[str, str | None, str, str | None]] = field(default_factory=list)
    unchecked: dict[str, str] = field(default_factory=dict)  # some of these codes, and what they need

    def expect(self, code: str, row: Row, record: Row | None = None, caused_by: str | None = None) -> None:
        file, line = self.company.line(row)
        key = record["record_id"] if record is not None else None
        self.expected.append((code, key, f"{file}:{line}", caused_by))


def pseudonymous() -> Odd:
    """The reviews know people by pseudonym; the policy keeps it so."""
    made = company(12)
    made.add(
        "policy", purpose="performance_review", role="reviewer", field="employee_number", allowed="false"
    )
    made.add("policy", purpose="performance_review", role="", field="email", allowed="true")
    for row in made.rows["reviews"]:
        row["email"] = ""
    records = [
        Record(datetime.now(UTC), who | {"shown": shown, "lms": lms})
        for who, shown, lms in zip(
            colleagues(made), made.rows["reviews"], made.rows["completions"], strict=True
        )
    ]
    again = []
    for _ in range(3):
        again = [made.learn({k: r.rows[k] for k in ("person", "account", "consent")}) for r in records]
        for record in again:
            record.shown["email"] = ""
            record.shown["cycle"] = "2026-Q1"
    for row in made.rows["reviews"]:
        n = int(row["person"][1:])
        row["person"] = f"{n * 7919 % 46656:04x}-{n * 104729 % 46656:04x}"
    odd = Odd(made)
    # one row shows the number itself
    again[0].shown["person"] = again[0].person["employee_number"]
    odd.expect("TU1004", again[0].shown, again[0].lms)
    # one row has the mail beside the pseudonym
    again[1].shown["email"] = again[1].person["email"]
    odd.expect("TU1004", again[1].shown, again[1].lms)
    # two people's pseudonyms crossed on one record each
    again[2].shown["person"], again[3].shown["person"] = again[3].shown["person"], again[2].shown["person"]
    odd.expect("TU0105", again[2].lms, again[2].lms)
    odd.expect("TU0105", again[3].lms, again[3].lms)
    # one record under somebody else's
    again[4].shown["person"] = again[5].shown["person"]
    odd.expect("TU0107", again[4].lms, again[4].lms)
    return odd


def with_broken_runs() -> Odd:
    """Runs that stop at their limit, skip a day, or miss the cut-off. The reviews know people by UUID."""
    made = company(24)
    others = colleagues(made)
    odd = Odd(made)
    cut = [made.learn(others[n]) for n in range(4)]  # the evening of the seventh day is cut off
    for row in made.rows["sync"]:
        if row["run_id"] == "run-0110":
            row["limit"] = "4"
    made_whole = [made.learn(others[n]) for n in range(4, 8)]
    skipped = [made.learn(others[n]) for n in range(8, 12)]  # and nobody ran on the ninth
    after = [made.learn(others[n]) for n in range(12, 16)]
    assert len(made_whole) == len(after) == 4
    for record in (*cut, *skipped):
        made.drop(record.rows["try"])
        made.drop(record.shown)
    late = made.learn(others[20])
    at_time(made, late, cycle="2026-Q1", month=3, day=31, hour=9)
    uuids = {row["employee_number"]: row["person_id"] for row in made.rows["people"]}
    for row in made.rows["reviews"]:
        row["person"] = uuids[row["person"]]
    # a legacy number where a UUID is expected
    legacy = after[1]
    legacy.shown["person"] = legacy.person["employee_number"]
    odd.expect("TU0102", legacy.shown, legacy.lms)
    last = [row for row in made.rows["sync"] if row["run_id"] == "run-0110"][-1]
    odd.expect("TU0403", last)
    for record in cut:
        odd.expect("TU0403", record.lms, record.lms)
        odd.expect("TU0301", record.lms, record.lms, "TU0403")
    odd.expect("TU0405", [row for row in made.rows["sync"] if row["run_id"] == "run-0112"][-1])
    for record in skipped:
        odd.expect("TU0405", record.lms, record.lms)
        odd.expect("TU0301", record.lms, record.lms, "TU0405")
    odd.expect("TU0903", made.rows["cycles"][0])
    odd.expect("TU0903", late.lms, late.lms)
    odd.expect("TU0901", late.lms, late.lms, "TU0903")
    return odd


def with_three_logs() -> Odd:
    """Nothing but the three logs, and the reviews carry no record ids."""
    made = company(24)
    others = colleagues(made)
    odd = Odd(made)
    gone, orphan, moved = (made.learn(others[n]) for n in range(3))
    one, other = made.learn(others[3]), made.learn(others[4])
    nobody, blank = made.learn(others[5]), made.learn(others[6])
    made.drop(gone.rows["try"])
    made.drop(gone.shown)
    made.drop(orphan.lms)
    made.drop(orphan.rows["try"])
    moved.shown["completed_at"] = utc(moved.at + timedelta(minutes=37))
    one.shown["person"], other.shown["person"] = other.shown["person"], one.shown["person"]
    nobody.shown["person"] = "E9999"
    blank.shown["person"] = ""
    for row in made.rows["reviews"]:
        row["record_id"] = ""
    odd.expect("TU0101", blank.shown, blank.lms)
    odd.expect("TU0301", gone.lms, gone.lms)
    odd.expected.append(
        ("TU0304", orphan.shown["review_record_id"], "{}:{}".format(*made.line(orphan.shown)), None)
    )
    odd.expect("TU0207", moved.lms, moved.lms)
    # A's completion under B and B's under A: nobody else was done with these courses at these seconds
    for record in (one, other):
        odd.expect("TU0105", record.lms, record.lms)
    for role in set(made.rows) - {"completions", "sync", "reviews"}:
        del made.rows[role]
    odd.unchecked = {
        "TU1002": "consents",
        "TU0902": "cycles, cycles.sla_hours",
        "TU0601": "competencies",
        "TU0803": "scales",
        "TU0103": "people",
        "TU0501": "accounts, people",
        "TU0701": "grants.granted, grants.needed",
    }
    return odd
