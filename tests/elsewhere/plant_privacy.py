"""Planted faults of access and privacy (TU07, TU10)."""

from datetime import timedelta

from elsewhere.books import PURPOSE, grant
from elsewhere.learning import hash_of
from elsewhere.plant_people import Plant, on_record
from elsewhere.review_year import FIRST_DAY
from elsewhere.style import PersonKey, utc
from elsewhere.transfers import consent
from elsewhere.world import Company, Cycle, Person, Planted, Row, Story


def _grants(company: Company, code: str, names: tuple[str, ...], fields: Row) -> list[Planted]:
    planted = []
    for i, scope in enumerate(names):
        account = ("svc-lms-reader", "svc-review-writer")[i % 2]
        company.grants.append(
            grant(account, scope, granted=True, needed=True, used=utc(2025, 9, 20)) | fields
        )
        planted.append(Planted(code, "grant", (scope,), other=scope))
    return planted


def over_scoped(company: Company, _: int) -> list[Planted]:
    """TU0701: granted, not needed; used or not."""
    first = _grants(company, "TU0701", ("users:write", "salary:read"), {"needed": False})
    return first + _grants(company, "TU0701", ("admin:all",), {"needed": False, "last_used_at": None})


def under_scoped(company: Company, count: int) -> list[Planted]:
    """TU0702: needed, not granted; or 401/403 answers in the log."""
    lacking: Row = {"granted": False, "last_used_at": None}
    planted = (
        _grants(company, "TU0702", ("grades:read", "scores:write"), lacking)
        if company.style.has("grants")
        else []
    )
    for i, story in enumerate(company.take(max(2, count // 2))):
        row = story.attempts[0]
        row.outcome, row.http, row.payload = "rejected", (403, 401)[i % 2], {}
        story.reviews = []
        planted.append(on_record("TU0702", f"http {row.http}", story, row.run.run_id))
    return planted


def evidence_leaked(company: Company, _: int) -> list[Planted]:
    """TU0703: a role holds a grant to read what the policy hides from it (our reading of grants and policy)."""
    planted = []
    for role, what, scope in (
        ("peer_reviewer", "score", "score"),
        ("reviewer", "feedback_text", "feedback_text:read"),
        ("line_manager", "feedback_text", "reviews.feedback_text"),
    ):
        company.grants.append(grant(role, scope, granted=True, needed=True, used=utc(2025, 9, 19, 9)))
        planted.append(Planted("TU0703", f"{role} {scope}", (role, what, scope), person=role, other=what))
    return planted


def unused_grant(company: Company, _: int) -> list[Planted]:
    """TU0704: granted and needed, not used in the period: never, or long before."""
    never = _grants(company, "TU0704", ("badges:read", "webhooks:write"), {"last_used_at": None})
    return never + _grants(company, "TU0704", ("archive:read",), {"last_used_at": utc(2023, 2, 1)})


def excess_field(company: Company, count: int) -> list[Planted]:
    """TU1001: a field that the policy denies, or does not list, in the payload or in the review system."""
    planted = []
    for i, story in enumerate(company.take(count)):
        field = ("date_of_birth", "salary_band", "health_note", "home_address")[i % 4]
        if i % 3 == 2:
            story.review.extra = {field: "1987-06-05" if field == "date_of_birth" else "on file"}
        else:
            story.attempts[-1].payload[field] = "1987-06-05" if field == "date_of_birth" else "on file"
        shape = f"{field} in the {'review' if i % 3 == 2 else 'payload'}"
        planted.append(on_record("TU1001", shape, story))
    return planted


def _transferred(stories: list[Story]) -> bool:
    return bool(stories) and all(s.attempts and s.reviews for s in stories)


def _own_consents(company: Company, person: Person) -> list[Row]:
    return [row for row in company.consents if row["person"] in {person.uuid, person.number}]


def _on_person(company: Company, code: str, shape: str, person: Person) -> Planted:
    names = tuple(n for s in company.of(person) for n in s.names())
    return Planted(code, shape, (*person.names(), *names), person=person.uuid)


def no_basis(company: Company, count: int) -> list[Planted]:
    """TU1002: nothing on record; only for another purpose; or only since after the transfer."""
    planted = []
    for i, person in enumerate(company.take_people(count, _transferred)):
        for row in _own_consents(company, person):
            company.consents.remove(row)
        shape = "nothing on record"
        if i % 3 == 1 and company.style.has("policy"):
            consent(company, person, utc(2024, 1, 9), purpose="newsletter")
            shape = "for another purpose"
        elif i % 3 == 2:
            consent(company, person, utc(2025, 11, 3))
            shape = "after the transfers"
        planted.append(_on_person(company, "TU1002", shape, person))
    return planted


def withdrawn(company: Company, count: int) -> list[Planted]:
    """TU1003: withdrawn an hour before the last transfer, or before all."""
    planted = []
    for i, person in enumerate(company.take_people(count, _transferred)):
        for row in _own_consents(company, person):
            company.consents.remove(row)
        sent = sorted(s.attempts[-1].at for s in company.of(person))
        end = sent[-1] - timedelta(hours=1) if i % 2 else utc(FIRST_DAY.year, 9, 2)
        consent(company, person, utc(2024, 1, 9), end)
        planted.append(_on_person(company, "TU1003", "before the last" if i % 2 else "before all", person))
    return planted


def identity_exposed(company: Company, count: int) -> list[Planted]:
    """TU1004: the review shows a number, a UUID or a mail where pseudonyms are the rule."""
    planted: list[Planted] = []
    if company.style.person_key is not PersonKey.PSEUDONYM:
        return planted
    for i, story in enumerate(company.take(count, lambda s: s.person.number is not None)):
        person = story.person
        story.review.person = (person.number, person.uuid, person.email)[i % 3]
        planted.append(on_record("TU1004", ("number", "uuid", "mail")[i % 3], story))
    return planted


def retention_overdue(company: Company, count: int) -> list[Planted]:
    """TU1005: ten years is the rule (our reading: a policy row `retention_days`), these came in 2014."""
    days = ("retention_days", "3650") if company.style.name == "A" else ("retention", "P10Y")
    company.policy.append({"purpose": PURPOSE, "role": None, "field": days[0], "allowed": days[1]})
    company.cycles.append(Cycle("2014-H1", utc(2014, 1, 1), utc(2014, 6, 30, 22)))
    planted = []
    for i, story in enumerate(company.take(count, lambda s: s.person.hired_on.year < 2014)):
        at = utc(2014, 3, 3 + i, 9) + timedelta(seconds=hash_of(story.record_id) % 3600)
        story.at = story.done.completed_at = at
        story.done.enrolled_at, story.done.updated_at = at - timedelta(days=2), at + timedelta(minutes=1)
        story.review.completed_at, story.review.received_at = at, at + timedelta(hours=8)
        story.review.cycle, story.attempts = "2014-H1", []
        planted.append(on_record("TU1005", "received in 2014", story, touches=("2014-H1",)))
    return planted


PLANTS: dict[str, Plant] = {
    "TU1005": retention_overdue,
    "TU1002": no_basis,
    "TU1003": withdrawn,
    "TU0701": over_scoped,
    "TU0702": under_scoped,
    "TU0703": evidence_leaked,
    "TU0704": unused_grant,
    "TU1001": excess_field,
    "TU1004": identity_exposed,
}
