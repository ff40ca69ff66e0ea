"""Planting faults of time (TU02). Knows when things happened; makes one side say otherwise."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from trueup.sandbox.draft import Draft, far_from_edges
from trueup.sandbox.learning import Story
from trueup.sandbox.moments import DAY, HOUR, MINUTE, local_text, offset_minutes, utc_text
from trueup.sandbox.staff import SETTLED_DAYS


def naive_time(draft: Draft, dice: Random, count: int) -> None:
    """TU0201: no offset in the source, no offset in the review, or neither seconds nor offset in the source."""
    for n, story in enumerate(draft.pick(dice, count)):
        local = local_text(story.done, story.member.site.zone)
        if n % 3 == 0:
            draft.change_completions(story, completed_at=local[:19])
            draft.tell("TU0201", story, "the source's time has lost its offset", field="completed_at")
        elif n % 3 == 1:
            draft.send_other(story, completed_at=utc_text(story.done)[:19])
            draft.tell("TU0201", story, "the review's time has lost its Z", field="completed_at")
        else:
            draft.change_completions(story, completed_at=local[:19].replace("T", " "))
            draft.tell(
                "TU0201",
                story,
                "the source's time is written with a space and no offset",
                field="completed_at",
            )


def _shift(draft: Draft, group: list[Story], minutes: int, note: str) -> None:
    for story in group:
        moved = story.done + minutes * MINUTE
        crosses = not draft.cycle(story).holds(moved)
        draft.send_other(story, completed_at=utc_text(moved))
        draft.tell("TU0202", story, note, *(("TU0204",) if crosses else ()), field="completed_at")


def _fortnights(draft: Draft, dice: Random, where: Callable[[Story], bool], need: int) -> list[Story]:
    """Records of the fewest weeks in a row that hold enough of them, beginning at a drawn week."""
    first = draft.company.cycles[0].opens
    start = first + dice.randrange(2, 26) * 7 * DAY
    for weeks in range(2, 38):
        ends = start + weeks * 7 * DAY
        found = draft.pick(dice, need, _between(start, ends, where))
        if len(found) == need or ends > draft.company.ends:
            return found
        draft.taken.difference_update(story.record_id for story in found)
    return []


def _between(start: int, ends: int, where: Callable[[Story], bool]) -> Callable[[Story], bool]:
    return lambda story: start <= story.done < ends and where(story)


def zone_shift(draft: Draft, dice: Random, count: int) -> None:
    """TU0202: a site's wall clock sent as if it were UTC, for all its records of some weeks; three sites.

    The shift is what the clock was ahead of UTC, so it is constant over the group.
    """
    need = max(8, count // 3)
    for city, source in (("Bengaluru", "moodle"), ("Osaka", "academy"), ("Berlin", "moodle")):

        def of_the_site(story: Story, city: str = city, source: str = source) -> bool:
            ahead = offset_minutes(story.done, story.member.site.zone)
            return (
                (story.member.site.city, story.course.source) == (city, source)
                and far_from_edges(draft, story)
                and abs(story.done + ahead * MINUTE - draft.run(story).starts)
                > HOUR  # no call's time by chance
                and (city != "Berlin" or ahead == 120)
            )

        group = _fortnights(draft, dice, of_the_site, need)
        if group:
            minutes = offset_minutes(group[0].done, group[0].member.site.zone)
            _shift(draft, group, minutes, f"{city}'s wall clock was sent as UTC: {minutes:+d} minutes")


def lost_precision(draft: Draft, dice: Random, count: int) -> None:
    """TU0203: the review has only the date, or a midnight; the source has only the date, the review a midnight."""
    for n, story in enumerate(draft.pick(dice, count, lambda story: far_from_edges(draft, story, 2 * DAY))):
        day = utc_text(story.done)[:10]
        if n % 4 == 0:
            draft.send_other(story, completed_at=day)
            draft.tell("TU0203", story, "the review has the date only", field="completed_at")
        elif n % 4 == 1:
            draft.send_other(story, completed_at=f"{day}T00:00:00Z")
            draft.tell(
                "TU0203", story, "the review has midnight UTC in place of the time", field="completed_at"
            )
        elif n % 4 == 2:
            draft.change_completions(story, completed_at=day)
            draft.send_other(story, completed_at=f"{day}T00:00:00Z")
            draft.tell(
                "TU0203", story, "the source has the date only, the review its midnight", field="completed_at"
            )
        else:
            midnight = local_text(story.done, story.member.site.zone)[:10] + "T00:00:00" + _offset(story)
            draft.send_other(story, completed_at=midnight)
            draft.tell(
                "TU0203", story, "the review has local midnight in place of the time", field="completed_at"
            )


def _offset(story: Story) -> str:
    return local_text(story.done, story.member.site.zone)[19:]


def wrong_cycle(draft: Draft, dice: Random, count: int) -> None:
    """TU0204: filed under another cycle with the right time, or moved over the cut-off together with its cycle."""
    cycles = draft.company.cycles
    for n, story in enumerate(draft.pick(dice, count)):
        other = cycles[(story.cycle + 1 + n % 2) % len(cycles)]
        if n % 2 == 0:
            draft.send_other(story, cycle=other.key)
            draft.tell("TU0204", story, f"filed under {other.key}, the time is right", field="cycle")
        else:
            moved = (
                dice.randrange(other.opens + DAY, other.cutoff - DAY) // HOUR * HOUR + story.done % HOUR + 7
            )
            draft.send_other(story, cycle=other.key, completed_at=utc_text(moved))
            draft.tell(
                "TU0204", story, f"time and cycle moved to {other.key}", "TU0207", field="completed_at"
            )


def impossible_time(draft: Draft, dice: Random, count: int) -> None:
    """TU0205: no moment at all, in the future, or before the employment."""
    early = _before_hire(draft, dice, max(1, count // 4))
    texts = ("2026-02-30T10:15:00+01:00", "31/31/2026 09:00", "yesterday", "2026-06-17T25:61:00Z", "#VALUE!")
    for n, story in enumerate(draft.pick(dice, count - early)):
        if n % 2 == 0:
            draft.change_completions(story, completed_at=texts[n // 2 % len(texts)])
            draft.tell("TU0205", story, "the source's time is no time", field="completed_at")
            continue
        later = story.done + 400 * DAY
        draft.change_completions(story, completed_at=local_text(later, story.member.site.zone))
        draft.send_other(story, completed_at=utc_text(later))
        also = ("TU0204", "TU0904", "TU0902", "TU0901")
        draft.tell("TU0205", story, "both sides say a time in the future", *also, field="completed_at")


def _before_hire(draft: Draft, dice: Random, count: int) -> int:
    """Learned before the first day of work, but in the same cycle, so that only the employment contradicts."""

    def could_be(story: Story) -> bool:
        hired, cycle = story.member.hired, draft.cycle(story)
        first_time = not story.member.row.former_numbers  # who was here before can have learned before
        in_time = story.done < cycle.cutoff  # what the grace delivered would be late for an earlier day
        return first_time and in_time and cycle.opens + 10 * DAY < hired < cycle.cutoff - SETTLED_DAYS * DAY

    chosen = draft.pick(dice, count, could_be)
    for story in chosen:
        done = story.member.hired - dice.randrange(3 * DAY, 9 * DAY)
        zone = story.member.site.zone
        enrolled = local_text(done - 2 * HOUR - 17, zone)
        draft.change_completions(story, completed_at=local_text(done, zone), enrolled_at=enrolled)
        draft.send_other(story, completed_at=utc_text(done))
        draft.tell(
            "TU0205", story, "both sides say a time before the first day of work", field="completed_at"
        )
    return len(chosen)


def invented_time(draft: Draft, dice: Random, count: int) -> None:
    """TU0206: the review's time is the moment of the call, or the moment of receipt."""
    for n, story in enumerate(draft.pick(dice, count)):
        attempted = draft.logs.attempts[story.record_id][-1].attempt_at
        if n % 2 == 0:
            at = int(datetime.fromisoformat(attempted).astimezone(UTC).timestamp())
            draft.send_other(story, completed_at=utc_text(at))
            draft.tell("TU0206", story, "the review's time is that of the sync's call", field="completed_at")
        else:
            draft.send_other(story, completed_at=draft.review(story).received_at)
            draft.tell("TU0206", story, "the review's time is that of the receipt", field="completed_at")


def moved_time(draft: Draft, dice: Random, count: int) -> None:
    """TU0207: one record's time is moved by an amount that is no zone's offset and that no other record shares."""
    for n, story in enumerate(draft.pick(dice, count, lambda story: far_from_edges(draft, story, 5 * DAY))):
        amount = (dice.randrange(1, 90) * HOUR + 7 * MINUTE + 11 + n % 40) * (-1 if n % 2 else 1)
        draft.send_other(story, completed_at=utc_text(story.done + amount))
        draft.tell("TU0207", story, f"the review's time is moved by {amount} s", field="completed_at")
