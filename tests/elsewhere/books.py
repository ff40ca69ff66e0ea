"""The company's reference books: scales, competencies, policy, grants; not who learnt what."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache

from elsewhere.style import PersonKey, Style
from elsewhere.world import Company, Row

PURPOSE = "performance-review"
REVIEW_SCALE = "review-100"
OLD, NEW = "2023", "2025"


@dataclass(frozen=True, slots=True)
class Scale:
    """One version of a scale. Points, where there are any, go from a step to 0-100."""

    name: str
    version: str
    low: int
    high: int
    step: Decimal
    points: tuple[int, ...] = ()

    def to_hundred(self, score: Decimal) -> Decimal:
        """The exact place on 0-100, before rounding.

        >>> Scale("five", NEW, 1, 5, Decimal(1)).to_hundred(Decimal(4))
        Decimal('75')
        """
        if self.points:
            return Decimal(self.points[int(score) - self.low])
        return (score - self.low) * 100 / (self.high - self.low)

    def draw(self, company: Company) -> Decimal:
        """A passing score on the scale's own steps."""
        steps = int((self.high - self.low) / self.step)
        return self.low + self.step * company.rng.randint(steps // 2, steps)


def scales_of(style: Style) -> dict[tuple[str, str], Scale]:
    """Every (scale, version) that the company declares; the newer version is in force."""
    return _scales(style.points, style.rounding is not None)


@cache
def _scales(points: bool, halves: bool) -> dict[tuple[str, str], Scale]:
    one = Decimal(1)
    old_points, new_points = ((0, 20, 40, 70, 90), (0, 25, 50, 75, 100)) if points else ((), ())
    scales = [
        Scale("five-level", OLD, 1 if points else 0, 5, one, old_points),
        Scale("five-level", NEW, 1, 5, one, new_points),
    ]
    for version in (OLD, NEW):
        scales += [
            Scale("percent", version, 0, 100, one),
            Scale("points-20", version, 0, 20, Decimal("0.5") if halves else one),
            Scale(REVIEW_SCALE, version, 0, 100, one),
        ]
        if not points:
            scales.append(Scale("points-8", version, 0, 8, one))
    return {(s.name, s.version): s for s in scales}


def on_review_scale(style: Style, name: str, score: Decimal, version: str = NEW) -> Decimal:
    """What the review system should hold for a score of the LMS."""
    if not style.converted:
        return score
    mode = ROUND_HALF_UP if style.rounding == "half_up" else ROUND_HALF_EVEN
    return scales_of(style)[name, version].to_hundred(score).quantize(Decimal(1), rounding=mode)


def scale_rows(style: Style) -> list[Row]:
    """The scales file."""
    return [
        {
            "scale": s.name,
            "version": s.version,
            "min": s.low,
            "max": s.high,
            "step": s.step,
            "points": ";".join(f"{s.low + i}={p}" for i, p in enumerate(s.points)) or None,
            "rounding": style.rounding,
        }
        for s in scales_of(style).values()
    ]


LEAD = ("Communication", "Coaching", "Delegation", "Negotiation", "Strategic thinking", "Feedback")
FUEHRUNG = ("Kommunikation", "Coaching", "Delegieren", "Verhandeln", "Strategisches Denken", "Rückmeldung")
TECH = ("Data analysis", "Secure coding", "Cloud basics", "Incident handling", "Testing", "Networking")
RETIRED = ("Presentation skills", "Time management", "Fax etiquette")


def _entry(framework: str, version: str, cid: str, label: str, language: str = "en", **more: str) -> Row:
    row: Row = {"framework": framework, "version": version, "id": cid, "label": label, "language": language}
    return row | {"status": "active", "replaced_by": None, "aliases": None} | more


def competency_rows() -> list[Row]:
    """Two frameworks; the older LEAD has only retired entries, with their successors."""
    rows: list[Row] = []
    for i, (english, german) in enumerate(zip(LEAD, FUEHRUNG, strict=True), 1):
        alias = english.lower().replace(" ", "-")
        rows.append(_entry("LEAD", "2.0", f"LEAD-{i:02d}", english, aliases=f"{alias};skill:{alias}"))
        rows.append(_entry("LEAD", "2.0", f"LEAD-{i:02d}", german, "de", aliases=f"{alias};skill:{alias}"))
    for i, english in enumerate(TECH, 1):
        rows.append(
            _entry("TECH", "2024.1", f"T{100 + i}", english, aliases=f"tech/{english.split()[0].lower()}")
        )
    for i, english in enumerate(RETIRED, 1):
        row = _entry("LEAD", "1.0", f"L1-{i:02d}", english, status="deprecated", replaced_by=f"LEAD-{i:02d}")
        rows.append(row)
    return rows


PAYLOAD = (
    "record_id",
    "person",
    "course_id",
    "completed_at",
    "score",
    "scale",
    "scale_version",
    "competency",
)
SECRET = ("date_of_birth", "home_address", "health_note", "nationality")
ROLES = ("reviewer", "line_manager", "hr_partner", "peer_reviewer")


def policy_rows(style: Style) -> list[Row]:
    """What may be transferred (no role), who may see it (a role), and how long it is kept."""
    yes, no = style.words

    def row(role: str | None, what: str, allowed: str) -> Row:
        return {"purpose": PURPOSE, "role": role, "field": what, "allowed": allowed}

    rows = [row(None, what, yes) for what in (*PAYLOAD, "label", "cycle")]
    rows += [row(None, what, no) for what in SECRET]
    for role in ROLES:
        rows += [row(role, what, yes) for what in ("course_id", "completed_at", "competency")]
        rows.append(row(role, "score", no if role == "peer_reviewer" else yes))
        rows.append(row(role, "feedback_text", yes if role == "hr_partner" else no))
    if style.person_key is PersonKey.PSEUDONYM:
        rows.append(row("reviewer", "person", "pseudonym"))
    return rows


SCOPES = {
    "svc-lms-reader": ("completions:read", "courses:read", "users:read"),
    "svc-review-writer": ("reviews:write", "reviews:read", "cycles:read"),
}
USELESS = (("svc-lms-reader", "users:delete"), ("svc-review-writer", "payroll:read"))


def grant_rows() -> list[Row]:
    """What each service account may, needs, and last used; denied and needless is no fault."""
    used = datetime(2025, 9, 26, 20, 31, tzinfo=UTC)
    rows: list[Row] = []
    for account, scopes in SCOPES.items():
        for i, scope in enumerate(scopes):
            stamp = used - timedelta(days=i, minutes=7 * i)
            rows.append(_grant(account, scope, granted=True, needed=True, used=stamp))
    rows += [_grant(account, scope, granted=False, needed=False, used=None) for account, scope in USELESS]
    return rows


def _grant(account: str, scope: str, *, granted: bool, needed: bool, used: datetime | None) -> Row:
    return {"account": account, "scope": scope, "granted": granted, "needed": needed, "last_used_at": used}


grant = _grant
"""One row of the grants file, for those who plant."""


def open_books(company: Company) -> None:
    """Writes the books of a clean company; consents wait until the transfers are known."""
    company.scales = scale_rows(company.style)
    company.competencies = competency_rows()
    company.policy = policy_rows(company.style)
    company.grants = grant_rows()
