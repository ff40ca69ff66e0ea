"""Planting faults of access (TU07): in the grants, in the answers, and in what a reviewer sees. Knows the policy."""

from random import Random

from trueup.sandbox.carrying import ACCEPTED, Answer
from trueup.sandbox.draft import Draft, far_from_edges
from trueup.sandbox.moments import DAY, utc_text
from trueup.sandbox.rows import Grant, Truth

MOST_GRANTS = 4


def over_scoped(draft: Draft, dice: Random, count: int) -> None:
    """TU0701: granted and not needed, used or not."""
    spare = (
        ("svc-trueup-moodle", "core_user_delete_users"),
        ("svc-trueup-academy", "statements/write"),
        ("svc-trueup-reviews", "salaries:read"),
        ("svc-trueup-hr", "scim/users:write"),
        ("svc-trueup-moodle", "moodle/site:config"),
    )
    for n, (account, scope) in enumerate(spare[: max(3, min(count, len(spare)))]):
        used = utc_text(draft.company.ends - dice.randrange(600, DAY)) if n % 2 else ""
        draft.logs.grants.append(Grant(account, scope, "true", "false", used))
        note = f"granted and not needed, {'and used' if used else 'never used'}"
        also = () if used else ("TU0704",)
        draft.truth.append(Truth("TU0701", account=account, scope=scope, note=note, also=also))


def under_scoped(draft: Draft, dice: Random, count: int) -> None:
    """TU0702: needed and not granted; and calls answered 401 or 403, some of which went through a night later."""
    refused = ("activities/read", "people:read", "scim/groups:read")
    for place, grant in enumerate(draft.logs.grants):
        if grant.scope in refused and grant.needed == "true":
            draft.logs.grants[place] = grant._replace(granted="false", last_used_at="")
            note = "needed and not granted"
            draft.truth.append(Truth("TU0702", account=grant.account, scope=grant.scope, note=note))
    for n, story in enumerate(draft.pick(dice, count, lambda story: far_from_edges(draft, story, 9 * DAY))):
        run, status = draft.run(story), ("403", "401")[n % 2]
        draft.call(story, run, [(Answer("rejected", status), 100)])
        if n % 4 < 2:
            draft.drop_review(story)
            draft.tell("TU0702", story, f"{status}, and never again", "TU0302", run_id=run.run_id)
        else:
            draft.call(story, draft.run_from(run.starts + 1), [(ACCEPTED, 0)], after=True)
            draft.tell("TU0702", story, f"{status}; accepted by the next run", run_id=run.run_id)


def evidence_leaked(draft: Draft, dice: Random, count: int) -> None:
    """TU0703: the reviews show what reviewers must not see."""
    notes = {
        "manager_note": ("considering a transfer", "see the file of last spring", "asked for a raise"),
        "absence_reason": ("parental leave", "rehabilitation", "unpaid leave"),
    }
    for n, story in enumerate(draft.pick(dice, count)):
        field = ("manager_note", "absence_reason")[n % 2]
        draft.logs.extras[story.record_id] = {field: dice.choice(notes[field])}
        draft.tell("TU0703", story, f"{field} stands where reviewers read", field=field)


def unused_grant(draft: Draft, dice: Random, count: int) -> None:
    """TU0704: granted and needed, last used before the period, or never."""
    idle = ("statements/read/mine", "core_enrol_get_enrolled_users", "cycles:read", "agents/read")
    before = draft.company.cycles[0].opens
    for place, grant in enumerate(draft.logs.grants):
        if grant.scope in idle[: max(3, min(count, MOST_GRANTS))]:
            used = "" if place % 2 else utc_text(before - dice.randrange(30 * DAY, 300 * DAY))
            draft.logs.grants[place] = grant._replace(last_used_at=used)
            note = f"last used {used or 'never'}"
            draft.truth.append(Truth("TU0704", account=grant.account, scope=grant.scope, note=note))
