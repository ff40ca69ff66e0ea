"""Planting faults of identity (TU01). Knows who really learned; makes an identifier say another, or none."""

from collections.abc import Callable
from random import Random

from trueup.sandbox.draft import Draft
from trueup.sandbox.learning import Story
from trueup.sandbox.moments import DAY
from trueup.sandbox.rows import Account
from trueup.sandbox.staff import FOREVER, Member, make_uuid


def _stranger(draft: Draft, dice: Random) -> str:
    """A well-formed key that is nobody's."""
    return (
        f"E9{dice.randrange(10_000, 99_999)}" if draft.company.plan.person_as == "number" else make_uuid(dice)
    )


def _key(draft: Draft, member: Member) -> str:
    return member.row.employee_number if draft.company.plan.person_as == "number" else member.key


def _filled(story: Story) -> bool:
    return bool(story.identifiers[0])


def missing_identifier(draft: Draft, dice: Random, count: int) -> None:
    """TU0101: the review's person is blank or spaces, or the source names nobody."""
    for n, story in enumerate(draft.pick(dice, count)):
        if n % 3 == 1:
            draft.change_completions(story, account_name="", employee_number="", email="")
            draft.tell(
                "TU0101", story, "the source names no account, number or address", field="account_name"
            )
        else:
            draft.send_other(story, person="" if n % 3 == 0 else "  ")
            draft.tell("TU0101", story, "the review names nobody", "TU1002", field="person")


def malformed_identifier(draft: Draft, dice: Random, count: int) -> None:
    """TU0102: a number of the old payroll, a spreadsheet's idea of a number, a key that was cut short."""
    aliens = ("#N/A", "1.00E+05", "P-{}/7", "{}.0")
    for n, story in enumerate(draft.pick(dice, count, _filled)):
        number = str(dice.randrange(1_000, 9_999))
        if n % 3 == 0:
            draft.send_other(story, person=f"00{number}")
            draft.tell(
                "TU0102",
                story,
                "the review has a number of the old payroll",
                "TU0103",
                "TU1002",
                field="person",
            )
        elif n % 3 == 1:
            alien = aliens[n // 3 % len(aliens)].format(number)
            draft.change_completions(story, employee_number=alien)
            draft.tell(
                "TU0102", story, f"the source has {alien} for a number", "TU0103", field="employee_number"
            )
        else:
            key = _key(draft, story.member)
            draft.send_other(story, person=key[: len(key) * 2 // 3])
            draft.tell("TU0102", story, "the review's key was cut short", "TU0103", "TU1002", field="person")


def unknown_person(draft: Draft, dice: Random, count: int) -> None:
    """TU0103: somebody the roster has lost, a key that is nobody's, a guest on both sides."""

    def by_id(member: Member) -> bool:
        return bool(draft.of(member)) and draft.logs.consents[member.key].person == member.key

    lines = 0
    while lines < max(1, count // 3) and (found := draft.pick_people(dice, 1, by_id)):
        del draft.logs.people[found[0].key]
        for story in draft.of(found[0]):
            draft.tell("TU0103", story, "the roster has lost this person", "TU1002", field="person")
            lines += 1
    for n, story in enumerate(draft.pick(dice, count - lines)):
        draft.send_other(story, person=_stranger(draft, dice))
        if n % 2 == 0:
            draft.tell("TU0103", story, "the review's key is nobody's", "TU1002", field="person")
            continue
        guest = f"guest-{dice.randrange(1_000, 9_999)}"
        mail = f"{guest}@visitors.example.test"
        draft.change_completions(story, account_name=guest, employee_number="", email=mail)
        draft.tell(
            "TU0103", story, "a guest whom no roster knows, on both sides", "TU1002", field="account_name"
        )


def ambiguous_person(draft: Draft, dice: Random, count: int) -> None:
    """TU0104: the source has only an address or a number that the roster gives to two people."""

    def settled(story: Story) -> bool:
        return story.member.key not in draft.busy and _long_here(draft, story.member)

    stories = _one_each(draft, dice, count, settled)
    draft.busy.update(story.member.key for story in stories)
    for n, story in enumerate(stories):
        one = story.member
        other = _somebody_else(draft, dice, {one.key})
        draft.busy.add(other.key)
        shared, column = (
            (f"E0{700 + n:05d}", "former_numbers") if n % 2 else (f"desk.{n}@example.test", "aliases")
        )
        for member in (one, other):
            before = getattr(draft.logs.people[member.key], column)
            draft.change_person(member, **{column: f"{before};{shared}" if before else shared})
        number, mail = (shared, "") if n % 2 else ("", shared)
        draft.change_completions(
            story, account_issuer="", account_name="", employee_number=number, email=mail
        )
        draft.tell(
            "TU0104", story, f"{shared} is two people's", field="employee_number" if n % 2 else "email"
        )


def _one_each(draft: Draft, dice: Random, count: int, where: Callable[[Story], bool]) -> list[Story]:
    """Free records of as many different people."""
    found: dict[str, Story] = {}
    for story in draft.pick(dice, count * 2, where):
        if len(found) == count or story.member.key in found:
            draft.taken.discard(story.record_id)
        else:
            found[story.member.key] = story
    return list(found.values())


def _somebody_else(draft: Draft, dice: Random, besides: set[str]) -> Member:
    """An employee to whom nothing has been done."""
    while True:
        member = dice.choice(draft.company.members)
        if member.key not in besides and member.key not in draft.busy and _long_here(draft, member):
            return member


def _long_here(draft: Draft, member: Member) -> bool:
    """An employee from before the first cycle to after the last: no date can tell them from another."""
    before, row = member.hired < draft.company.cycles[0].opens - 30 * DAY, member.row
    return before and member.left == FOREVER and bool(row.employee_number)


def swapped_persons(draft: Draft, dice: Random, count: int) -> None:
    """TU0105: all that one learned stands under the other, and the other way round; namesakes first."""

    def learned(member: Member) -> bool:
        return bool(draft.of(member))

    lines = 0
    for one, other in _namesakes(draft, max(1, count // 4)):
        lines += _swap(draft, one, other)
    while lines < count and len(pair := draft.pick_people(dice, 2, learned)) == 2:
        lines += _swap(draft, *pair)


def _namesakes(draft: Draft, most: int) -> list[tuple[Member, Member]]:
    """Free neighbours of one name who both learned something; takes them."""
    found: list[tuple[Member, Member]] = []
    for one, other in zip(draft.company.members, draft.company.members[1:], strict=False):
        same = (one.row.first_name, one.row.last_name) == (other.row.first_name, other.row.last_name)
        if (
            len(found) < most
            and same
            and all(draft.of(member) and draft.free(member) for member in (one, other))
        ):
            found.append((one, other))
            draft.take_person(one)
            draft.take_person(other)
    return found


def _swap(draft: Draft, one: Member, other: Member) -> int:
    stories = [(story, other) for story in draft.of(one)] + [(story, one) for story in draft.of(other)]
    for story, stands_under in stories:
        draft.send_other(story, person=_key(draft, stands_under))
        draft.tell(
            "TU0105",
            story,
            f"stands under {stands_under.key}, whose records stand here",
            "TU0107",
            "TU0205",
            field="person",
        )
    return len(stories)


def reused_identifier(draft: Draft, dice: Random, count: int) -> None:
    """TU0106: a new colleague got a leaver's address or number, and with it the leaver's records."""
    pairs = _leavers_and_heirs(draft)
    dice.shuffle(pairs)
    lines = 0
    for n, (gone, heir) in enumerate(pairs):
        if lines >= count:
            return
        draft.take_person(gone)
        draft.take_person(heir)
        _inherit(draft, gone, heir, by_number=n % 2 == 1 and draft.company.plan.person_as != "number")
        lines += len(draft.of(gone))


def _leavers_and_heirs(draft: Draft) -> list[tuple[Member, Member]]:
    """As many pairs as there are of a free leaver and somebody who was hired later, each person in one at most."""
    able = [member for member in draft.company.members if draft.free(member) and _plain(draft, member)]
    leavers = sorted((member for member in able if member.left < FOREVER), key=lambda member: member.left)
    pairs: list[tuple[Member, Member]] = []
    for heir in sorted(able, key=lambda member: member.hired):
        if len(pairs) < len(leavers) and heir.hired > leavers[len(pairs)].left:
            pairs.append((leavers[len(pairs)], heir))
    return pairs


def _plain(draft: Draft, member: Member) -> bool:
    """An employee with one number, one address and a consent noted by id, who learned something."""
    row = member.row
    simple = bool(row.employee_number) and not row.former_numbers and not row.aliases
    return simple and draft.logs.consents[member.key].person == member.key and bool(draft.of(member))


def _inherit(draft: Draft, gone: Member, heir: Member, *, by_number: bool) -> None:
    """The heir has the identifier now; the leaver's accounts no longer show it; the leaver's records moved."""
    field = "employee_number" if by_number else "email"
    value = getattr(gone.row, field)
    draft.change_person(heir, **{field: value})
    for account in heir.accounts:
        _note(draft, account, **({field: value} if getattr(account, field) else {}))
    for account in gone.accounts:
        _note(draft, account, **{field: ""})
    for story in draft.by_person[heir.key]:
        if getattr(draft.completion(story), field):
            draft.change_completions(story, **{field: value})
    for story in draft.of(gone):
        draft.change_completions(story, **{field: value})
        draft.send_other(story, person=_key(draft, heir))
        note = f"the {'number' if by_number else 'address'} was {gone.key}'s then, and is the heir's now"
        draft.tell("TU0106", story, note, "TU0107", "TU0104", "TU0205", field=field)


def _note(draft: Draft, account: Account, **cells: str) -> None:
    key = (account.account_issuer, account.account_name)
    draft.logs.accounts[key] = draft.logs.accounts[key]._replace(**cells)


def misfiled(draft: Draft, dice: Random, count: int) -> None:
    """TU0107: one record stands under somebody else, and nothing of theirs stands here."""
    stories = _one_each(draft, dice, count, lambda story: story.member.key not in draft.busy)
    concerned = {story.member.key for story in stories}
    for story in stories:
        other = _somebody_else(draft, dice, concerned)
        concerned.add(other.key)
        draft.send_other(story, person=_key(draft, other))
        draft.tell("TU0107", story, f"stands under {other.key}", field="person")
