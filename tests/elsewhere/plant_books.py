"""Planted faults of competencies, access, scores and privacy (TU06, TU07, TU08, TU10)."""

from datetime import timedelta
from decimal import Decimal

from elsewhere.books import NEW, OLD, PURPOSE, grant, on_review_scale, scales_of
from elsewhere.learning import hash_of, label_of
from elsewhere.plant_missing import other_score
from elsewhere.plant_people import Plant, on_record
from elsewhere.review_year import FIRST_DAY
from elsewhere.style import PersonKey, utc
from elsewhere.transfers import consent
from elsewhere.world import Company, Cycle, Person, Planted, Row, Story, intact


def _tagged(story: Story) -> bool:
    return len(story.done.tags) == 1


def unknown_tag(company: Company, count: int) -> list[Planted]:
    """TU0601: a tag of no framework, in the LMS alone or on both sides."""
    planted = []
    for i, story in enumerate(company.take(count, _tagged)):
        tag = ("synergy", "LEAD-99", "T9-000", "ESCO/S1.2")[i % 4]
        story.done.tags = [tag]
        if i % 2:
            story.review.competency, story.review.label = tag, "Synergy"
        planted.append(on_record("TU0601", tag, story, tag))
    return planted


def label_drift(company: Company, count: int) -> list[Planted]:
    """TU0602: the label of another competency, or one that somebody wrote."""
    planted = []
    for i, story in enumerate(company.take(count, _tagged)):
        own = story.review.competency or ""
        foreign = "Fax etiquette" if own.startswith("LEAD") else "Coaching"
        story.review.label = foreign if i % 2 else f"{label_of(company, own)} & more"
        planted.append(on_record("TU0602", "foreign label" if i % 2 else "own words", story, own))
    return planted


def superseded(company: Company, count: int) -> list[Planted]:
    """TU0603: a retired entry with a successor, still used."""
    planted = []
    for i, story in enumerate(company.take(count, _tagged)):
        old = f"L1-{i % 3 + 1:02d}"
        story.review.competency, story.review.label = old, label_of(company, old)
        if i % 2 == 0:
            story.done.tags = [old]
        planted.append(on_record("TU0603", "on both sides" if i % 2 == 0 else "in the review", story, old))
    return planted


def _entry(company: Company, cid: str, label: str) -> None:
    template = next(row for row in company.competencies if row["framework"] == "TECH")
    company.competencies.append(template | {"id": cid, "label": label, "aliases": None})


def unmapped(company: Company, count: int) -> list[Planted]:
    """TU0604: an entry that one side uses and the other never maps to anything."""
    planted = []
    for i in range(count):
        cid, label = f"T{300 + i}", f"Robotics {i + 1}"
        _entry(company, cid, label)
        group = company.take(2, _tagged)
        for story in group:
            if i % 2:
                story.done.tags, story.review.competency, story.review.label = [], cid, label
            else:
                story.done.tags, story.review.competency, story.review.label = [cid], None, None
        keys = (cid, *(n for s in group for n in s.names()))
        planted.append(
            Planted("TU0604", "in the review only" if i % 2 else "in the LMS only", keys, other=cid)
        )
    return planted


def obsolete_tag(company: Company, count: int) -> list[Planted]:
    """TU0605: an active entry that nobody used."""
    planted = []
    for i in range(count):
        cid = f"T{400 + i}"
        _entry(company, cid, f"Mainframe {i + 1}")
        planted.append(Planted("TU0605", "unused", (cid,), other=cid))
    return planted


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


def _scored(story: Story) -> bool:
    return story.done.score is not None


def unknown_scale(company: Company, count: int) -> list[Planted]:
    """TU0801: a scale that is declared nowhere, or none beside a score."""
    planted = []
    for i, story in enumerate(company.take(count, _scored)):
        name = (None, "stars-10", "ABCDF")[i % 3]
        story.done.scale = name
        if not company.style.converted:
            story.review.scale = name
        planted.append(on_record("TU0801", f"scale {name}", story))
    return planted


def out_of_range(company: Company, count: int) -> list[Planted]:
    """TU0802: beyond the ends of its scale, in the LMS or in the review."""
    planted = []
    for i, story in enumerate(company.take(count, _scored)):
        assert story.done.scale is not None
        scale = scales_of(company.style)[story.done.scale, NEW]
        if i % 3 == 2:
            story.review.score = Decimal(-1)
            planted.append(on_record("TU0802", "review below", story))
            continue
        story.done.score = Decimal(scale.high + 1 + i) if i % 3 == 0 else Decimal(scale.low - 2)
        if not company.style.converted:
            story.review.score = story.done.score
        planted.append(on_record("TU0802", "LMS above" if i % 3 == 0 else "LMS below", story))
    return planted


def conversion_mismatch(company: Company, count: int) -> list[Planted]:
    """TU0803: a lawful score in the review, but another than the matrix gives by any version."""
    planted = []
    for story in company.take(count, lambda s: s.done.scale in {"percent", "points-20"}):
        wrong = other_score(company, story)
        assert story.done.scale is not None
        story.review.score = on_review_scale(company.style, story.done.scale, wrong)
        planted.append(on_record("TU0803", "another score", story))
    return planted


def version_skew(company: Company, count: int) -> list[Planted]:
    """TU0804: the review system still works with the scale book of 2023."""

    def differs(story: Story) -> bool:
        done, style = story.done, company.style
        if done.scale != "five-level" or done.score is None:
            return False
        new = on_review_scale(style, done.scale, done.score)
        return not style.converted or new != on_review_scale(style, done.scale, done.score, OLD)

    planted = []
    for story in company.take(count, differs):
        done = story.done
        assert done.scale is not None
        assert done.score is not None
        story.review.scale_version = OLD
        story.review.score = on_review_scale(company.style, done.scale, done.score, OLD)
        planted.append(on_record("TU0804", "review by the old version", story))
    return planted


def invented_score(company: Company, count: int) -> list[Planted]:
    """TU0805: no score in the LMS, some score in the review."""
    planted = []
    donor = next(s for s in company.stories if s.reviews and s.review.score is not None)
    for i, story in enumerate(company.take(count, lambda s: not _scored(s))):
        story.review.scale, story.review.scale_version = donor.review.scale, NEW
        low = 1 if donor.review.scale == "five-level" else 0
        story.review.score = Decimal(low) if i % 2 == 0 else donor.review.score
        planted.append(on_record("TU0805", "lowest" if i % 2 == 0 else "some", story))
    return planted


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


def _own_consents(company: Company, person: Person) -> list[Row]:
    return [row for row in company.consents if row["person"] in {person.uuid, person.number}]


def _on_person(company: Company, code: str, shape: str, person: Person) -> Planted:
    names = tuple(n for s in company.of(person) for n in s.names())
    return Planted(code, shape, (*person.names(), *names), person=person.uuid)


def no_basis(company: Company, count: int) -> list[Planted]:
    """TU1002: nothing on record; only for another purpose; or only since after the transfer."""
    planted = []
    for i, person in enumerate(company.take_people(count, intact)):
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
    for i, person in enumerate(company.take_people(count, intact)):
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
    "TU0804": version_skew,
    "TU0803": conversion_mismatch,
    "TU0805": invented_score,
    "TU0801": unknown_scale,
    "TU0802": out_of_range,
    "TU0601": unknown_tag,
    "TU0602": label_drift,
    "TU0603": superseded,
    "TU0604": unmapped,
    "TU0605": obsolete_tag,
    "TU0701": over_scoped,
    "TU0702": under_scoped,
    "TU0703": evidence_leaked,
    "TU0704": unused_grant,
    "TU1001": excess_field,
    "TU1004": identity_exposed,
}
