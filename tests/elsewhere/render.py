"""The company's things as rows of the canonical files."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from elsewhere.files import write_role
from elsewhere.world import Account, Attempt, Company, Completion, Cycle, Person, Review, Row

COLUMNS = {
    "completions": "record_id revision source account_issuer account_name employee_number email course_id attempt status "
    "completed_at enrolled_at score scale tags updated_at",
    "sync": "run_id record_id target attempt_at attempt outcome http_status request_id retry_after batch page limit "
    "payload run_started_at run_ended_at",
    "reviews": "review_record_id record_id person course_id completed_at score scale scale_version competency label cycle "
    "received_at",
    "people": "person_id employee_number former_numbers email aliases first_name last_name former_last_names hired_on "
    "left_on department city",
    "accounts": "account_issuer account_name employee_number email first_name last_name department city created_at "
    "suspended",
    "competencies": "framework version id label language status replaced_by aliases",
    "scales": "scale version min max step points rounding",
    "cycles": "cycle opens_at cutoff_at grace_until frozen_at zone sla_hours",
    "consents": "person purpose basis granted_at withdrawn_at",
    "grants": "account scope granted needed last_used_at",
    "policy": "purpose role field allowed",
}


def write_files(company: Company, out: Path) -> None:
    """Every file that the company exports."""
    out.mkdir(parents=True, exist_ok=True)
    style = company.style
    for role in style.roles:
        rows = rows_of(company, role)
        columns = [c for c in COLUMNS[role].split() if style.has(role, c)]
        columns += sorted({c for row in rows for c in row} - set(COLUMNS[role].split()))
        if style.reversed_columns:
            columns.reverse()
        full = [dict.fromkeys(columns) | row for row in rows]
        write_role(out, role, full, columns, style)


def rows_of(company: Company, role: str) -> list[Row]:
    """The rows of one canonical file."""
    if role == "completions":
        return _completions(company)
    if role == "sync":
        return _sync(company)
    if role == "reviews":
        reviews = [r for story in company.stories for r in story.reviews] + company.orphans
        return [_review(r) for r in sorted(reviews, key=lambda r: r.review_id)]
    books: dict[str, list[Row]] = {
        "people": [_person(p) for p in company.people],
        "accounts": [_account(a) for a in company.accounts],
        "cycles": [_cycle(c) for c in company.cycles],
        "competencies": company.competencies,
        "scales": company.scales,
        "consents": company.consents,
        "grants": company.grants,
        "policy": company.policy,
    }
    return books[role]


def _completions(company: Company) -> list[Row]:
    rows = []
    for story in company.stories:
        kept = story.completions if company.style.both_revisions else story.completions[-1:]
        rows += [_completion(c) for c in kept]
    return rows


def _completion(c: Completion) -> Row:
    return {
        "record_id": c.record_id,
        "revision": c.revision,
        "source": c.source,
        "account_issuer": c.issuer,
        "account_name": c.account_name,
        "employee_number": c.number,
        "email": c.email,
        "course_id": c.course_id,
        "attempt": c.attempt,
        "status": c.status,
        "completed_at": c.completed_at,
        "enrolled_at": c.enrolled_at,
        "score": c.score,
        "scale": c.scale,
        "tags": ";".join(c.tags) or None,
        "updated_at": c.updated_at,
    }


def _sync(company: Company) -> list[Row]:
    attempts = [a for story in company.stories for a in story.attempts]
    ends: dict[str, datetime] = {}
    for a in attempts:
        last = a.run.ended or max(ends.get(a.run.run_id, a.at), a.at + timedelta(seconds=3))
        ends[a.run.run_id] = last
    attempts.sort(key=lambda a: (a.run.started, a.at))
    places: dict[str, dict[str, int]] = {}
    rows = []
    for a in attempts:
        seen = places.setdefault(a.run.run_id, {})
        page = seen.setdefault(a.record_id, len(seen)) // company.page_size + 1
        rows.append(_attempt(a, page, company.page_size, ends[a.run.run_id]))
    return rows


def _attempt(a: Attempt, page: int, limit: int, ended: datetime) -> Row:
    return {
        "run_id": a.run.run_id,
        "record_id": a.record_id,
        "target": "frappe",
        "attempt_at": a.at,
        "attempt": a.attempt,
        "outcome": a.outcome,
        "http_status": a.http,
        "request_id": a.request_id,
        "retry_after": a.retry_after,
        "batch": f"{a.run.run_id}/{page}",
        "page": page,
        "limit": limit,
        "payload": json.dumps(a.payload) if a.payload else None,
        "run_started_at": a.run.started,
        "run_ended_at": ended,
    }


def _review(r: Review) -> Row:
    return {
        "review_record_id": r.review_id,
        "record_id": r.record_id,
        "person": r.person,
        "course_id": r.course_id,
        "completed_at": r.completed_at,
        "score": r.score,
        "scale": r.scale,
        "scale_version": r.scale_version,
        "competency": r.competency,
        "label": r.label,
        "cycle": r.cycle,
        "received_at": r.received_at,
    } | r.extra


def _person(p: Person) -> Row:
    return {
        "person_id": p.uuid,
        "employee_number": p.number,
        "former_numbers": ";".join(p.former_numbers) or None,
        "email": p.email,
        "aliases": ";".join(p.aliases) or None,
        "first_name": p.first,
        "last_name": p.last,
        "former_last_names": ";".join(p.former_last) or None,
        "hired_on": p.hired_on,
        "left_on": p.left_on,
        "department": p.department,
        "city": p.city,
    }


def _account(a: Account) -> Row:
    return {
        "account_issuer": a.issuer,
        "account_name": a.name,
        "employee_number": a.number,
        "email": a.email,
        "first_name": a.owner.first,
        "last_name": a.owner.last,
        "department": a.owner.department,
        "city": a.owner.city,
        "created_at": a.created_at,
        "suspended": a.suspended,
    }


def _cycle(c: Cycle) -> Row:
    return {
        "cycle": c.name,
        "opens_at": c.opens,
        "cutoff_at": c.cutoff,
        "grace_until": c.grace,
        "frozen_at": c.frozen,
        "zone": "Europe/Berlin",
        "sla_hours": c.sla_hours,
    }
