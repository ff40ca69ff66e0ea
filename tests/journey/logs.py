"""A small company's logs, made by hand from the contract of the files. Knows their columns, none of the rules.

Everybody is hired years ago, has one account and a basis for the transfer. Whoever learns something does so
at an hour of their own in the first quarter of 2026; the run of that evening sends it, the review system has
it a second later. Plants change the rows, which are plain dictionaries; a row's line is found by identity.
"""

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]
HOME = timezone(timedelta(hours=1))  # the LMS writes the times of its place, the review system UTC
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
ISSUER, PURPOSE = "https://lms.example", "performance_review"
COURSES = {"SEC-1": "cmp-sec", "LEAD-1": "cmp-lead", "DATA-1": "cmp-data"}
LABELS = {"cmp-sec": "Information security", "cmp-lead": "Leading people", "cmp-data": "Data literacy"}
POINTS = {"1": "0", "2": "25", "3": "50", "4": "75", "5": "100"}


def utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(at: datetime) -> str:
    return at.astimezone(HOME).isoformat()


@dataclass(slots=True)
class Record:
    """One thing learned: its rows in the logs, by a short name, and when it happened."""

    at: datetime
    rows: dict[str, Row] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Row:
        try:
            return self.rows[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(slots=True)
class Company:
    """The rows of each role; `raw` are lines of text that follow a role's rows."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    raw: dict[str, list[str]] = field(default_factory=dict)
    learned: int = 0

    def add(self, log: str, /, **cells: Any) -> Row:
        self.rows.setdefault(log, []).append(cells)
        return cells

    def drop(self, row: Row) -> None:
        for rows in self.rows.values():
            rows[:] = [one for one in rows if one is not row]

    def line(self, row: Row) -> tuple[str, int]:
        """The file and line at which a row stands once the company is written as CSV."""
        for role, rows in self.rows.items():
            for place, one in enumerate(rows):
                if one is row:
                    return f"{role}.csv", place + 2
        raise KeyError("the row is in no log")

    def hire(self, **about: Any) -> dict[str, Row]:
        n = len(self.rows.get("people", [])) + 1001
        number, mail = f"E{n}", f"p{n}@corp.example"
        person = {
            "person_id": f"{n:08x}-0000-4000-8000-{n:012x}",
            "employee_number": number,
            "former_numbers": "",
            "email": mail,
            "aliases": "",
            "first_name": "Ada",
            "last_name": f"Nr{n}",
            "hired_on": "2019-04-01",
            "left_on": "",
            "department": "Sales",
            "city": "Graz",
        } | about
        number, mail = person["employee_number"], person["email"]
        return {
            "person": self.add("people", **person),
            "account": self.add(
                "accounts",
                account_issuer=ISSUER,
                account_name=f"user{n}",
                employee_number=number,
                email=mail,
                created_at="2019-04-02T08:00:00Z",
                suspended="false",
            ),
            "consent": self.add(
                "consents",
                person=person["person_id"],
                purpose=PURPOSE,
                basis="contract",
                granted_at="2019-04-01T00:00:00Z",
                withdrawn_at="",
            ),
        }

    def learn(self, who: dict[str, Row], at: datetime | None = None) -> Record:
        """The person completes a course: at the next free hour, or at the one given."""
        n = self.learned
        self.learned += 1
        at = at or START + timedelta(days=n // 4, hours=2 * (n % 4), minutes=n % 7, seconds=n % 50)
        key, course = f"R{n + 1:04}", list(COURSES)[n % 3]
        score = str(2 + n % 4)
        evening = at.replace(hour=20, minute=0, second=0)
        tried = evening + timedelta(seconds=n % 4)
        record = Record(at, dict(who))
        record.rows["lms"] = self.add(
            "completions",
            record_id=key,
            revision="1",
            source="lms",
            account_issuer=ISSUER,
            account_name=who["account"]["account_name"],
            employee_number=who["person"]["employee_number"],
            email=who["person"]["email"],
            course_id=course,
            attempt="1",
            status="completed",
            completed_at=local(at),
            enrolled_at=local(at - timedelta(days=3)),
            score=score,
            scale="1-5",
            tags=COURSES[course],
            updated_at=local(at),
        )
        record.rows["try"] = self.attempt(record, tried)
        record.rows["shown"] = self.add(
            "reviews",
            review_record_id=f"V{n + 1:04}",
            record_id=key,
            person=who["person"]["employee_number"],
            course_id=course,
            completed_at=utc(at),
            score=POINTS[score],
            scale="0-100",
            scale_version="2",
            competency=COURSES[course],
            label=LABELS[COURSES[course]],
            cycle="2026-Q1",
            received_at=utc(tried + timedelta(seconds=1)),
            hr_note="",
            salary="",
            visible_to="",
        )
        return record

    def attempt(self, record: Record, tried: datetime, **instead: Any) -> Row:
        """One attempt at a record, in the run of that day."""
        lms, day = record.lms, tried.strftime("%m%d")
        payload = {
            "record_id": lms["record_id"],
            "person": lms["employee_number"],
            "course_id": lms["course_id"],
            "completed_at": lms["completed_at"],
            "score": lms["score"],
            "revision": int(lms["revision"]),
        }
        return self.add(
            "sync",
            **{
                "run_id": f"run-{day}",
                "record_id": lms["record_id"],
                "target": "reviews",
                "attempt_at": utc(tried),
                "attempt": "1",
                "outcome": "accepted",
                "http_status": "201",
                "request_id": f"q-{len(self.rows.get('sync', [])):05}",
                "retry_after": "",
                "limit": "500",
                "payload": json.dumps(payload),
                "run_started_at": utc(tried.replace(hour=20, minute=0, second=0)),
                "run_ended_at": utc(tried.replace(hour=20, minute=30, second=0)),
            }
            | instead,
        )

    def books(self) -> None:
        """What is declared: competencies, scales, the calendar, grants and the policy."""
        for one, label in LABELS.items():
            self.add(
                "competencies",
                framework="skills",
                version="1",
                id=one,
                label=label,
                language="en",
                status="active",
                replaced_by="",
                aliases="",
            )
        self.add(
            "competencies",
            framework="skills",
            version="1",
            id="cmp-old",
            label="IT basics",
            language="en",
            status="deprecated",
            replaced_by="cmp-data",
            aliases="",
        )
        for version, points in (("1", "1=0;2=20;3=40;4=60;5=100"), ("2", "1=0;2=25;3=50;4=75;5=100")):
            ends = {"min": "1", "max": "5", "step": "1"}
            self.add("scales", scale="1-5", version=version, **ends, points=points, rounding="half_up")
        no_ends = {"min": "", "max": "", "step": ""}
        self.add("scales", scale="grade", version="1", **no_ends, points="A=100;B=85;C=70;F=0", rounding="")
        quarters = ("2026-01-01T00:00:00Z", "2026-03-31T18:00:00Z", "2026-07-01T00:00:00Z")
        for name, opens, cutoff in zip(("2026-Q1", "2026-Q2"), quarters, quarters[1:], strict=False):
            grace = utc(datetime.fromisoformat(cutoff) + timedelta(days=3))
            self.add(
                "cycles",
                cycle=name,
                opens_at=opens,
                cutoff_at=cutoff,
                grace_until=grace,
                frozen_at=grace,
                zone="Europe/Vienna",
                sla_hours="2",
            )
        for scope in ("lms:read", "reviews:write"):
            used = "2026-03-30T20:00:00Z"
            self.add("grants", account="svc", scope=scope, granted="true", needed="true", last_used_at=used)
        for role, name, allowed in (
            ("", "score", "true"),
            ("hr", "hr_note", "true"),
            ("reviewer", "hr_note", "false"),
            ("", "retention_days", "365"),
        ):
            self.add("policy", purpose=PURPOSE, role=role, field=name, allowed=allowed)

    def text(self, role: str) -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, list(self.rows[role][0]), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(self.rows[role])
        return out.getvalue() + "".join(line + "\n" for line in self.raw.get(role, []))

    def write(self, into: Path, *, without: tuple[str, ...] = ()) -> Path:
        """One CSV file a role."""
        into.mkdir(parents=True, exist_ok=True)
        for role in self.rows:
            if role not in without:
                (into / f"{role}.csv").write_text(self.text(role), encoding="utf-8", newline="")
        return into

    def write_typed(self, into: Path) -> Path:
        """One Parquet file a role, times as UTC timestamps, numbers and flags as such where all rows allow it."""
        into.mkdir(parents=True, exist_ok=True)
        for role, rows in self.rows.items():
            columns = {name: [row.get(name) or None for row in rows] for name in rows[0]}
            pq.write_table(
                pa.table({n: _typed(role, n, v) for n, v in columns.items()}), into / f"{role}.parquet"
            )
        return into


def _typed(role: str, name: str, values: list[str | None]) -> pa.Array:
    """A column as a warehouse would hold it."""
    if name.endswith(("_at", "_on", "_until")):
        moments = [datetime.fromisoformat(value) if value else None for value in values]
        return pa.array(
            [at if at is None or at.tzinfo else at.replace(tzinfo=UTC) for at in moments],
            pa.timestamp("us", "UTC"),
        )
    if name in {"score", "sla_hours", "min", "max", "step"}:
        return pa.array([float(value) if value else None for value in values], pa.float64())
    if name in {"http_status", "limit", "revision", "page"} or (role, name) == ("sync", "attempt"):
        numbers = [int(value) if value else None for value in values]
        return pa.array(numbers, pa.int64())
    if name in {"suspended", "granted", "needed"}:
        return pa.array([{"true": True, "false": False, None: None}[value] for value in values])
    return pa.array(values, pa.string())


def company(people: int = 24) -> Company:
    """A clean company: so many people, each with one completion that all three logs agree on."""
    made = Company()
    made.books()
    for _ in range(people):
        made.learn(made.hire())
    return made
