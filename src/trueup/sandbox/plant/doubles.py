"""Planting doubles (TU05): accounts and records that stand more than once. Knows whose they are."""

from random import Random

from trueup.sandbox.courses import ISSUERS
from trueup.sandbox.draft import Draft
from trueup.sandbox.moments import DAY, HOUR, local_text, utc_text
from trueup.sandbox.rows import Account, Truth
from trueup.sandbox.staff import FOREVER, Member


def _second_account(draft: Draft, member: Member, n: int) -> Account:
    """Another account of the same person in Moodle, known by number, by address, or by a former one."""
    row, first = member.row, member.accounts[0]
    number, mail = (row.employee_number, "") if n % 3 == 0 else ("", row.email.title())
    if n % 3 == 2:
        number, mail = row.former_numbers, row.aliases
    if not number and not mail:
        number, mail = "", row.email
    second = first._replace(
        account_name=f"{first.account_name}.{('neu', 'x', '2026')[n % 3]}",
        employee_number=number,
        email=mail,
        last_name=row.last_name,
        suspended="false",
        created_at=local_text(member.hired + 20 * DAY + 9 * HOUR, member.site.zone),
    )
    draft.logs.accounts[(second.account_issuer, second.account_name)] = second
    return second


def duplicate_account(draft: Draft, dice: Random, count: int) -> None:
    """TU0501: a second account that nobody learns with."""
    for n, member in enumerate(draft.pick_people(dice, count, lambda member: member.left == FOREVER)):
        second = _second_account(draft, member, n)
        draft.truth.append(
            Truth(
                "TU0501",
                person=member.key,
                account=second.account_name,
                note=f"besides {member.accounts[0].account_name}, by {second.employee_number or second.email}",
            )
        )


def split_history(draft: Draft, dice: Random, count: int) -> None:
    """TU0503: the later records of a person stand under a second account."""

    def learned_twice(member: Member) -> bool:
        if member.left < FOREVER:
            return False
        return (
            len(
                [
                    story
                    for story in draft.of(member)
                    if story.course.source == "moodle" and story.identifiers[0]
                ]
            )
            > 1
        )

    for n, member in enumerate(draft.pick_people(dice, count, learned_twice)):
        second = _second_account(draft, member, n)
        stories = [
            story for story in draft.of(member) if story.course.source == "moodle" and story.identifiers[0]
        ]
        stories.sort(key=lambda story: story.done)
        for story in stories[(len(stories) + 1) // 2 :]:
            draft.change_completions(
                story,
                account_issuer=ISSUERS["moodle"],
                account_name=second.account_name,
                employee_number=second.employee_number,
                email=second.email,
            )
            note = f"under {second.account_name}, the earlier ones under {member.accounts[0].account_name}"
            draft.tell("TU0503", story, note, "TU0501", account=second.account_name, field="account_name")


def duplicate_record(draft: Draft, dice: Random, count: int) -> None:
    """TU0502: the same row again, again a day later, without its source, or with its time written otherwise."""
    for n, story in enumerate(draft.pick(dice, count)):
        row = draft.review(story)
        again = row._replace(review_record_id=f"{row.review_record_id}-B")
        note, also = "stands twice, word for word", tuple[str, ...]()
        if n % 4 == 1:
            cycle = draft.cycle(story)
            received = min(story.last.updated + DAY + 3 * HOUR, cycle.cutoff - 60)
            again = again._replace(received_at=utc_text(max(received, story.last.updated + 60)))
            note = "stands twice, received at two times"
        elif n % 4 == 2:
            again, note, also = (
                again._replace(record_id=""),
                "stands twice, once without its record id",
                ("TU0304",),
            )
        elif n % 4 == 3:
            again = again._replace(completed_at=f"{row.completed_at[:-1]}.000+00:00")
            note = "stands twice, its time written in two ways"
        draft.logs.reviews[story.record_id] = (row, again)
        draft.tell("TU0502", story, note, *also, field="record_id", review_record_id=again.review_record_id)
