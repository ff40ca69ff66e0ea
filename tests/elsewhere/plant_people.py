"""Planted faults of identity and duplicates (TU01, TU05); each reads its trigger in the plainest way."""

from collections.abc import Callable
from datetime import timedelta

from elsewhere.staff import ISSUERS, accounts_of, add_account, leave
from elsewhere.style import PersonKey, utc
from elsewhere.world import Account, Company, Person, Planted, Review, Story, intact

Plant = Callable[[Company, int], list[Planted]]


def on_record(code: str, shape: str, story: Story, *more: str, touches: tuple[str, ...] = ()) -> Planted:
    """A plant on one story; a report may name the record, its review record, or the values in `more`."""
    return Planted(
        code=code,
        shape=shape,
        keys=(*story.names(), *more),
        record_id=story.record_id,
        person=story.person.uuid,
        course_id=story.done.course_id,
        touches=touches,
    )


def _blank(story: Story) -> None:
    done = story.done
    done.number = done.account_name = done.email = done.issuer = None


def missing_identifier(company: Company, count: int) -> list[Planted]:
    """TU0101: the review names nobody; or the LMS row does not say whose it is."""
    planted = []
    for i, story in enumerate(company.take(count)):
        if i % 2:
            _blank(story)
            planted.append(on_record("TU0101", "LMS row without any person key", story))
        else:
            story.review.person = None
            planted.append(on_record("TU0101", "review without person", story))
    return planted


MALFORMED = {
    PersonKey.NUMBER: ("#N/A", "4.71E+04", "HR/00417-B", "{mail}"),
    PersonKey.UUID: ("00417", "{number}", "{short}", "{mail}"),
    PersonKey.PSEUDONYM: ("#REF!", "anon-", "0", "{short}"),
}


def malformed_identifier(company: Company, count: int) -> list[Planted]:
    """TU0102: another type than the contract's; mostly in the review, sometimes in the LMS."""
    planted = []
    for i, story in enumerate(company.take(count)):
        person = story.person
        shape = MALFORMED[company.style.person_key][i % 4]
        value = shape.format(mail=person.email, number=person.number, short=person.uuid[:13])
        if i % 4 == 0 and company.style.person_key is not PersonKey.UUID:
            story.done.number = "4.1E+03"
            planted.append(on_record("TU0102", "LMS number mangled by a spreadsheet", story))
        else:
            story.review.person = value
            planted.append(on_record("TU0102", f"review person {shape}", story))
    return planted


def unknown_person(company: Company, count: int) -> list[Planted]:
    """TU0103: well-formed, and on no roster."""
    planted = []
    for i, story in enumerate(company.take(count)):
        stranger = company.style.numbers.format(n=99_000 + i)
        if i % 2 and company.style.person_key is not PersonKey.PSEUDONYM:
            number = company.style.person_key is PersonKey.NUMBER
            story.review.person = stranger if number else story.person.uuid[::-1][:8] + story.person.uuid[8:]
            planted.append(on_record("TU0103", "review person on no roster", story, story.review.person))
        else:
            done = story.done
            done.number, done.account_name, done.email = (
                stranger,
                f"ghost{i}",
                f"ghost{i}@brightworks.example",
            )
            if company.style.person_key is PersonKey.NUMBER:
                story.review.person = stranger
            planted.append(on_record("TU0103", "LMS account of nobody", story, stranger, f"ghost{i}"))
    return planted


def ambiguous_person(company: Company, count: int) -> list[Planted]:
    """TU0104: a shared mailbox as the only key; or one number on two rows of the roster."""
    half = (count + 1) // 2
    planted = []
    for i, story in enumerate(company.take(half)):
        box = f"team{i}@brightworks.example"
        others = company.take_idle(1)
        for person in (story.person, *others):
            person.aliases.append(box)
        _blank(story)
        story.done.email = box
        planted.append(on_record("TU0104", "mailbox of two people", story, box, *story.person.names()))
    for person, twin in zip(
        company.take_people(count - half, intact), company.take_idle(count - half), strict=False
    ):
        for account in company.accounts:
            account.number = None if account.owner is twin else account.number
        twin.number = person.number
        touched = tuple(n for s in company.of(person) for n in s.names())
        keys = (*person.names(), *twin.names(), *touched)
        planted.append(Planted("TU0104", "one number, two people", keys, person=person.uuid))
    return planted


def swapped_persons(company: Company, count: int) -> list[Planted]:
    """TU0105: all that A did stands under B, and the reverse."""
    planted = []
    people = company.take_people(2 * count, lambda own: sum(s.kind == "plain" for s in own) >= 2)
    for one, two in zip(people[::2], people[1::2], strict=False):
        records = company.of(one) + company.of(two)
        for story in records:
            other = two if story.person is one else one
            for review in story.reviews:
                review.person = company.key_of(other)
        names = tuple(n for s in records for n in s.names())
        planted.append(Planted("TU0105", "swapped", (*one.names(), *two.names(), *names), person=one.uuid))
    return planted


def reused_identifier(company: Company, count: int) -> list[Planted]:
    """TU0106: a leaver's mail (or number) went to a new hire, and the leaver's completion with it."""
    planted = []

    def fits(own: list[Story]) -> bool:
        return intact(own) and min(s.at for s in own) < utc(2025, 4, 1)

    for gone, heir in zip(company.take_people(count, fits), company.take_idle(count), strict=False):
        records = sorted(company.of(gone), key=lambda s: s.at)
        story, last = records[0], records[-1].at.date()
        leave(company, gone, last + timedelta(days=3))
        heir.hired_on = last + timedelta(days=10)
        _blank(story)
        if company.style.person_key is PersonKey.UUID:
            heir.number = gone.number
            story.done.number = gone.number
        else:
            heir.email = gone.email
            story.done.email = gone.email
        for account in accounts_of(company, heir):
            account.number, account.email = (heir.number if account.number else None), heir.email
        story.review.person = company.key_of(heir)
        keys = (*story.names(), *gone.names(), *heir.names())
        planted.append(Planted("TU0106", "inherited", keys, record_id=story.record_id, person=heir.uuid))
    return planted


def _second_account(company: Company, person: Person, shape: int) -> tuple[Account, Account]:
    first = next(a for a in accounts_of(company, person) if a.issuer == ISSUERS[0])
    second = add_account(company, person, 0, f"{first.name}.{company.next('second account')}x")
    if shape % 3 == 1:
        second.number = None
    if shape % 3 == 2:
        second.number, second.email = None, f"{second.name}@private.example"
        person.aliases.append(second.email)
    return first, second


def duplicate_account(company: Company, count: int) -> list[Planted]:
    """TU0501: a second account in use in one LMS: by number, by mail, by alias."""
    planted = []
    for i, person in enumerate(company.take_people(count)):
        first, second = _second_account(company, person, i)
        keys = (first.name, second.name, *person.names())
        planted.append(
            Planted("TU0501", ("by number", "by mail", "by alias")[i % 3], keys, person=person.uuid)
        )
    return planted


def split_history(company: Company, count: int) -> list[Planted]:
    """TU0503: half of the completions by one account, half by another of the same LMS."""
    planted = []
    for i, person in enumerate(company.take_people(count, lambda own: len(own) >= 4)):
        first, second = _second_account(company, person, i)
        records = company.of(person)
        for n, story in enumerate(records):
            account = second if n % 2 else first
            for done in story.completions:
                done.issuer, done.account_name = account.issuer, account.name
                done.number, done.email, done.source = account.number, account.email, "moodle"
        names = tuple(n for s in records for n in s.names())
        keys = (first.name, second.name, *person.names(), *names)
        planted.append(
            Planted("TU0503", ("by number", "by mail", "by alias")[i % 3], keys, person=person.uuid)
        )
    return planted


def duplicate_record(company: Company, count: int) -> list[Planted]:
    """TU0502: sent again after a time-out, and taken in again."""
    planted = []
    for i, story in enumerate(company.take(count)):
        copy = {name: getattr(story.review, name) for name in Review.__slots__}
        second = Review(**copy | {"review_id": company.review_id(), "extra": {}})
        shape = "twice under one record id"
        if i % 3 == 2 and company.style.has("reviews", "record_id"):
            second.record_id, shape = None, "again without record id"
        story.reviews.append(second)
        planted.append(on_record("TU0502", shape, story))
    return planted


PLANTS: dict[str, Plant] = {
    "TU0106": reused_identifier,
    "TU0105": swapped_persons,
    "TU0503": split_history,
    "TU0501": duplicate_account,
    "TU0104": ambiguous_person,
    "TU0101": missing_identifier,
    "TU0102": malformed_identifier,
    "TU0103": unknown_person,
    "TU0502": duplicate_record,
}
