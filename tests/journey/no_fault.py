"""What looks like a fault and is none: each stands in the company of the planted ones, and nothing is said of it."""

from datetime import UTC, timedelta
from functools import partial

from plants import Change, at_time, cells, corrected, fellow, gone, next_of, retried, second_account

from logs import Company, Record, utc


def odd_spelling(_: Company, record: Record) -> None:
    number = record.person["employee_number"]
    record.lms.update(employee_number=f" {number[0].lower()}-{number[1:]} ", email="", account_name="")


def plus_tag(_: Company, record: Record) -> None:
    name, _at, domain = record.person["email"].partition("@")
    record.lms.update(employee_number="", account_name="", email=f"{name.upper()}+lms@{domain}")


def former_number(_: Company, record: Record) -> None:
    record.person["former_numbers"] = "E0017;E0018"
    record.lms.update(employee_number="E0018", email="", account_name="")


def alias(_: Company, record: Record) -> None:
    record.person["aliases"] = "ada@old.example; a.b@old.example"
    record.lms.update(employee_number="", account_name="", email="a.b@old.example")


def account_only(_: Company, record: Record) -> None:
    record.lms.update(employee_number="", email="")


def namesakes(company: Company, record: Record) -> None:
    other = fellow(company, record)
    other.rows["person"].update(first_name="Kim", last_name="Lee")
    record.person.update(first_name="Kim", last_name="Lee")


def handed_on(company: Company, record: Record) -> None:
    """A leaver's mail at a new colleague's, and the record is rightly still the leaver's."""
    record.person["left_on"] = utc(record.at + timedelta(days=2))[:10]
    company.hire(hired_on=utc(record.at + timedelta(days=9))[:10], email=record.person["email"])
    record.lms.update(employee_number="", account_name="")


def within_a_second(_: Company, record: Record) -> None:
    record.lms["completed_at"] = utc(record.at)[:-1] + ".730Z"


def to_the_minute(_: Company, record: Record) -> None:
    record.shown["completed_at"] = utc(record.at)[:16] + "Z"


def a_day_on_both_sides(_: Company, record: Record) -> None:
    record.lms["completed_at"] = record.shown["completed_at"] = utc(record.at)[:10]


def void_applied(_: Company, record: Record) -> None:
    record.lms.update(status="voided", revision="2")


def correction_applied(company: Company, record: Record) -> None:
    corrected(company, record, score="5")
    payload = '{"record_id": "x", "person": "x", "revision": 2}'
    when = record.at.replace(hour=20, minute=2) + timedelta(days=1)
    company.attempt(record, when, payload=payload)
    record.shown.update(score="100", received_at=utc(when))


def launched_and_done(company: Company, record: Record) -> None:
    """A launch, and the result of the same person and course a day later under another record."""
    done = next_of(company, record, "done")
    done.lms["course_id"] = done.shown["course_id"] = record.lms["course_id"]
    done.lms["tags"], done.shown["competency"] = record.lms["tags"], record.shown["competency"]
    done.shown["label"] = record.shown["label"]
    record.lms.update(status="launched", score="", scale="")


def just_launched(company: Company, record: Record) -> None:
    at_time(company, record, cycle="", month=4, day=2, hour=10)
    record.lms.update(status="launched", score="", scale="")


def after_the_last_run(company: Company, record: Record) -> None:
    at_time(company, record, cycle="", month=4, day=2, hour=20, minute=15)


def granted_again(company: Company, record: Record) -> None:
    record.consent["withdrawn_at"] = "2025-10-01T00:00:00Z"
    company.add("consents", **record.consent | {"granted_at": "2025-11-01T00:00:00Z", "withdrawn_at": ""})


def granted_that_day(_: Company, record: Record) -> None:
    record.consent["granted_at"] = utc(record.at)[:10]


def second_is_suspended(company: Company, record: Record) -> None:
    second_account(company, record)
    record.rows["second"]["suspended"] = "true"


def same_name_elsewhere(company: Company, record: Record) -> None:
    """An account is (issuer, name): the same name at another issuer is another account, of another system."""
    second_account(company, record)
    record.rows["second"].update(
        account_issuer="https://academy.example", account_name=record.account["account_name"]
    )


def waited_as_told(company: Company, record: Record) -> None:
    told = record.at.replace(hour=20, minute=5, second=30)
    date = told.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    retried(company, record, (31,), outcome="throttled", http_status="429", retry_after=date)


def spaced(_: Company, record: Record) -> None:
    record.shown["label"] = "  " + record.shown["label"].upper().replace(" ", "   ")


def first_second_of_the_cycle(company: Company, record: Record) -> None:
    at_time(company, record, cycle="2026-Q1", month=1, day=1, hour=0, minute=0, second=0)


# fmt: off
INNOCENT: tuple[tuple[str, Change], ...] = (
    # F1: the same key, spelled otherwise
    ("a number with blanks, dash and other case", odd_spelling),
    ("a mail with a plus-tag in capitals", plus_tag),
    ("a former number", former_number),
    ("an alias", alias),
    ("an account that the list of accounts ties to a number", account_only),
    ("two people of one name", namesakes),
    ("a leaver's mail, handed on after the completion", handed_on),
    ("two accounts of one person, one of them suspended", second_is_suspended),
    ("one account name at two issuers", same_name_elsewhere),
    # F2: the same instant, written otherwise
    ("milliseconds that the reviews do not keep", within_a_second),
    ("a minute that the reviews do not split", to_the_minute),
    ("a date on both sides", a_day_on_both_sides),
    # F3: nothing is owed, or it has been paid
    ("a void that was applied", gone("shown", then=void_applied)),
    ("a correction that was sent", correction_applied),
    ("failed, and failures are not sent", gone("try", "shown", then=cells(lms={"status": "failed"}))),
    ("a launch with its result", gone("try", "shown", then=launched_and_done)),
    ("launched this morning", gone("try", "shown", then=just_launched)),
    ("completed after the last run started", gone("try", "shown", then=after_the_last_run)),
    # F4: what a good client does
    ("waits that double", partial(retried, waits=(2, 4, 8))),
    ("Retry-After kept", partial(retried, waits=(31,), outcome="throttled", http_status="429", retry_after="30")),
    ("Retry-After kept, as a date", waited_as_told),
    # F6, F8
    ("a label in capitals", spaced),
    ("a word of a scale, converted", cells(lms={"score": "B", "scale": "grade"}, shown={"score": "85", "scale_version": "1"})),
    ("a word of a scale, in small letters", cells(lms={"score": "F", "scale": "grade"}, shown={"score": "f", "scale": "grade", "scale_version": "1"})),
    ("the review's score on the scale of the source", lambda _, r: r.shown.update(score=r.lms["score"], scale="1-5")),
    ("no score on either side", cells(lms={"score": "", "scale": ""}, shown={"score": "", "scale": "", "scale_version": ""})),
    # F9
    ("at the very start of a cycle", first_second_of_the_cycle),
    # F10
    ("withdrawn once, and granted since", granted_again),
    ("granted on the day of the transfer", granted_that_day),
    ("a note for HR, shown to HR", cells(shown={"hr_note": "praised", "visible_to": "hr"})),
)
# fmt: on
