"""How each imaginary company writes its exports; knows no person and no fault."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

Moment = datetime | date | str | None
"""An aware or naive instant, a day, a raw text that is no time, or nothing."""

BERLIN = ZoneInfo("Europe/Berlin")


class Layout(StrEnum):
    """The file format of a company's exports."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    OFFICE = "office"  # xlsx, and csv.gz for the long ones


class Clock(StrEnum):
    """How a system writes an instant."""

    ZULU = "zulu"  # 2025-05-03T10:11:12Z
    LOCAL = "local"  # 2025-05-03T12:11:12.345+02:00
    SPACED = "spaced"  # 2025-05-03 12:11:12+02:00
    PLUS = "plus"  # 2025-05-03T10:11:12+00:00
    EPOCH_MS = "epoch_ms"  # 1746267072345
    TYPED = "typed"  # a timestamp column


class PersonKey(StrEnum):
    """What the review system calls a person by."""

    NUMBER = "number"
    UUID = "uuid"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, slots=True)
class Style:
    """One company's habits. `omit` holds (role, column); `roles` the files it exports."""

    name: str
    layout: Layout
    record_ids: tuple[str, str]  # one format a source; {n} is the running number
    numbers: str  # format of an employee number
    person_key: PersonKey
    clocks: dict[str, Clock]
    roles: tuple[str, ...]
    omit: frozenset[tuple[str, str]] = frozenset()
    reversed_columns: bool = False
    delimiter: str = ","
    grace: bool = True  # cycles close before the quarter ends and have a grace period
    rounding: str | None = "half_even"
    points: bool = True  # the five levels carry points; otherwise only min and max
    converted: bool = True  # scores arrive on 0-100; otherwise on the source's scale
    both_revisions: bool = True  # the LMS lists every revision, not only the last
    skips_failed: bool = True  # failed attempts stand as `skipped` in the log; otherwise nowhere
    rotated: bool = False  # the first days' sync logs are no longer kept
    second_source_numbers: bool = True  # the second LMS knows employee numbers
    contractors_learn: bool = False  # people without numbers have completions
    tags_by_alias: bool = True
    polite_dates: bool = False  # Retry-After is an HTTP date, not seconds (RFC 9110, 10.2.3)
    words: tuple[str, str] = field(default=("true", "false"))

    def clock(self, role: str) -> Clock:
        """How the system behind `role` writes instants."""
        return self.clocks.get(role, Clock.ZULU)

    def has(self, role: str, column: str | None = None) -> bool:
        """Whether the company exports this role (and this column of it)."""
        return role in self.roles and (column is None or (role, column) not in self.omit)

    def without(self, *roles: str) -> "Style":
        """The same company, which did not hand over these files."""
        return replace(self, roles=tuple(role for role in self.roles if role not in roles))


ALL_ROLES = (
    "completions",
    "sync",
    "reviews",
    "people",
    "accounts",
    "competencies",
    "scales",
    "cycles",
    "consents",
    "grants",
    "policy",
)

A = Style(
    name="A",
    layout=Layout.CSV,
    record_ids=("M-{n:06d}", "C-{n:06d}"),
    numbers="E{n:05d}",
    person_key=PersonKey.NUMBER,
    clocks={"completions": Clock.LOCAL},
    roles=ALL_ROLES,
    rotated=True,
)
B = Style(
    name="B",
    layout=Layout.JSONL,
    record_ids=("70{n:05d}", "91{n:05d}"),
    numbers="{n:08d}",
    person_key=PersonKey.UUID,
    clocks={"completions": Clock.EPOCH_MS, "reviews": Clock.PLUS},
    roles=tuple(role for role in ALL_ROLES if role != "policy"),
    omit=frozenset(
        {
            ("completions", "updated_at"),
            ("completions", "revision"),
            ("sync", "batch"),
            ("sync", "page"),
            ("sync", "limit"),
            ("sync", "payload"),
            ("scales", "rounding"),
            ("cycles", "grace_until"),
            ("cycles", "frozen_at"),
            ("cycles", "sla_hours"),
        }
    ),
    reversed_columns=True,
    grace=False,
    rounding=None,
    both_revisions=False,
    skips_failed=False,
    contractors_learn=True,
    tags_by_alias=False,
)
C = Style(
    name="C",
    layout=Layout.PARQUET,
    record_ids=("lms1:{n:07d}", "lms2:{n:07d}"),
    numbers="EMP-{n:05d}",
    person_key=PersonKey.PSEUDONYM,
    clocks=dict.fromkeys(ALL_ROLES, Clock.TYPED),
    roles=ALL_ROLES,
    converted=False,
    both_revisions=False,
    rotated=True,
    second_source_numbers=False,
    contractors_learn=True,
)
D = Style(
    name="D",
    layout=Layout.OFFICE,
    record_ids=("TR{n:08d}", "AC{n:08d}"),
    numbers="P-{n:06d}",
    person_key=PersonKey.NUMBER,
    clocks={"completions": Clock.LOCAL, "reviews": Clock.SPACED},
    roles=ALL_ROLES,
    omit=frozenset({("completions", "enrolled_at"), ("sync", "batch"), ("reviews", "received_at")}),
    delimiter=";",
    rounding="half_up",
    points=False,
    skips_failed=False,
    second_source_numbers=False,
    polite_dates=True,
    words=("yes", "no"),
)
E = Style(
    name="E",
    layout=Layout.CSV,
    record_ids=("{n:06d}-a", "{n:06d}-b"),
    numbers="K{n:05d}",
    person_key=PersonKey.NUMBER,
    clocks={"reviews": Clock.LOCAL},
    roles=("completions", "sync", "reviews"),
    omit=frozenset(
        {
            *(("completions", c) for c in ("revision", "source", "account_issuer", "account_name", "email")),
            *(("completions", c) for c in ("attempt", "enrolled_at", "score", "scale", "tags", "updated_at")),
            *(
                ("sync", c)
                for c in ("target", "attempt", "http_status", "request_id", "retry_after", "batch")
            ),
            *(("sync", c) for c in ("page", "limit", "payload", "run_started_at", "run_ended_at")),
            *(
                ("reviews", c)
                for c in ("record_id", "score", "scale", "scale_version", "competency", "label")
            ),
            *(("reviews", c) for c in ("cycle", "received_at")),
        }
    ),
    both_revisions=False,
)

STYLES = {style.name: style for style in (A, B, C, D, E)}


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
