"""Planting faults of privacy (TU10): fields, bases, withdrawals, identities, old rows. Knows what was allowed."""

from datetime import date, timedelta
from random import Random

import msgspec

from trueup.sandbox.calendar import make_cycle
from trueup.sandbox.draft import Draft
from trueup.sandbox.learning import Story
from trueup.sandbox.moments import DAY, HOUR, MINUTE, local_text, utc_text
from trueup.sandbox.rows import Truth
from trueup.sandbox.staff import Member, make_uuid

YEARS_AGO = 2


def _also_sent(draft: Draft, story: Story, field: str, value: str) -> None:
    """One field more in what the last call sent."""
    *before, last = draft.logs.attempts[story.record_id]
    sent = msgspec.json.decode(last.payload) | {field: value}
    payload = msgspec.json.encode(sent).decode()
    draft.logs.attempts[story.record_id] = (*before, last._replace(payload=payload))


def excess_field(draft: Draft, dice: Random, count: int) -> None:
    """TU1001: a forbidden field in what was sent, one that the policy does not list, or one that even arrived."""
    for n, story in enumerate(draft.pick(dice, count)):
        born = (date(1962, 1, 1) + timedelta(days=dice.randrange(15_000))).isoformat()
        if n % 3 == 1:
            field, value = "mobile_phone", f"+49 30 555 {dice.randrange(1000, 9999)}"
        elif n % 3 == 2:
            field, value = "salary_band", f"B{dice.randrange(3, 9)}"
            draft.logs.extras[story.record_id] = {field: value}
        else:
            field, value = "date_of_birth", born
        _also_sent(draft, story, field, value)
        draft.tell("TU1001", story, f"{field} was sent", *(["TU0703"] if n % 3 == 2 else []), field=field)


def _learned(draft: Draft, member: Member) -> bool:
    return bool(draft.of(member))


def no_basis(draft: Draft, dice: Random, count: int) -> None:
    """TU1002: no row at all, a basis for another purpose only, or one that came after the transfers."""
    lines = n = 0
    while lines < count and (found := draft.pick_people(dice, 1, lambda member: _learned(draft, member))):
        member = found[0]
        row = draft.logs.consents[member.key]
        if n % 3 == 0:
            del draft.logs.consents[member.key]
        elif n % 3 == 1:
            draft.logs.consents[member.key] = row._replace(purpose="newsletter")
        else:
            draft.logs.consents[member.key] = row._replace(granted_at=utc_text(draft.company.ends - HOUR))
        note = (
            "no consent or other basis",
            "a basis for the newsletter only",
            "the basis came after the transfer",
        )[n % 3]
        for story in draft.of(member):
            draft.tell("TU1002", story, note, field="person")
        lines, n = lines + len(draft.of(member)), n + 1


def withdrawn(draft: Draft, dice: Random, count: int) -> None:
    """TU1003: withdrawn long before the transfer, or between the completion and the transfer."""
    lines = n = 0
    while lines < count and (found := draft.pick_people(dice, 1, lambda member: _learned(draft, member))):
        member = found[0]
        stories = sorted(draft.of(member), key=lambda story: draft.run(story).starts)
        chosen = stories[dice.randrange(len(stories))]
        sent = draft.run(chosen).starts
        before = chosen.last.updated if n % 2 == 0 else max(sent - 20 * DAY, member.hired + 6 * DAY)
        at = dice.randrange(before, sent)
        row = draft.logs.consents[member.key]
        draft.logs.consents[member.key] = row._replace(basis="consent", withdrawn_at=utc_text(at))
        for story in stories:
            if draft.run(story).starts > at:
                draft.tell(
                    "TU1003", story, f"withdrawn at {utc_text(at)}, sent after it", "TU1002", field="person"
                )
                lines += 1
        n += 1


def identity_exposed(draft: Draft, dice: Random, count: int) -> None:
    """TU1004: the reviewer's view shows the address or the employee number."""
    for n, story in enumerate(draft.pick(dice, count)):
        field = "employee_number" if n % 2 and story.member.row.employee_number else "email"
        draft.logs.extras[story.record_id] = {field: getattr(story.member.row, field)}
        draft.tell("TU1004", story, f"{field} stands where reviewers read", "TU0703", field=field)


def retention_overdue(draft: Draft, dice: Random, count: int) -> None:
    """TU1005: completions of two years ago, with their old cycle, are still in the reviews."""
    cycle = make_cycle(draft.company.plan.year - YEARS_AGO, 3)
    draft.logs.cycles.insert(0, cycle.row())

    def here_already(story: Story) -> bool:
        return story.member.hired < cycle.opens - 30 * DAY and story.member.key not in draft.busy

    for n, story in enumerate(draft.pick(dice, count, here_already)):
        done = dice.randrange(cycle.opens + DAY, cycle.cutoff - 3 * DAY)
        zone = story.member.site.zone
        old = make_uuid(dice) if story.course.source == "academy" else f"mdl-2{n:04d}"
        draft.logs.completions[old] = (
            draft.completion(story)._replace(
                record_id=old,
                completed_at=local_text(done, zone),
                enrolled_at=local_text(done - 3 * DAY - 77, zone),
                updated_at=local_text(done + 5 * MINUTE, zone),
            ),
        )
        draft.logs.reviews[old] = (
            draft.review(story)._replace(
                review_record_id=f"RV-A{n:06d}",
                record_id=old,
                completed_at=utc_text(done),
                cycle=cycle.key,
                received_at=utc_text(done + 9 * HOUR + 13),
            ),
        )
        draft.truth.append(
            Truth(
                "TU1005",
                record_id=old,
                person=story.member.key,
                course_id=story.course.key,
                cycle=cycle.key,
                field="received_at",
                note="two years old, the policy allows 400 days",
                also=("TU0301", "TU0903", "TU0904"),
            )
        )
