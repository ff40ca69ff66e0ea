"""The people of the company and their accounts: renamed, rehired, namesakes, leavers, contractors.

Knows nothing of what they learn. Nobody has two accounts in one system, and no number or address is ever
given to a second person: that is for the planters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from trueup.sandbox.courses import ISSUERS
from trueup.sandbox.moments import DAY, local_second, local_text
from trueup.sandbox.names import Name, make_name, other_last_name
from trueup.sandbox.rows import Account, Person

MAIL, FORMER_MAIL, PARTNER_MAIL = "example.test", "old-company.example.test", "partners.example.test"
DEPARTMENTS = ("Sales", "Service", "Finance", "Production", "Logistics", "Research", "IT", "HR")
FOREVER = 1 << 40
SETTLED_DAYS = 21  # nobody learns before they have been here this long: accounts are opened first


@dataclass(frozen=True, slots=True)
class Site:
    """Where people work, and so by which clock their learning is stamped."""

    city: str
    zone: ZoneInfo


SITES = tuple(
    Site(city, ZoneInfo(zone))
    for city, zone in (
        ("Berlin", "Europe/Berlin"),
        ("Kraków", "Europe/Warsaw"),
        ("Leeds", "Europe/London"),
        ("Bengaluru", "Asia/Kolkata"),
        ("Toronto", "America/Toronto"),
        ("Osaka", "Asia/Tokyo"),
    )
)
SITE_WEIGHTS = (30, 15, 15, 20, 10, 10)


@dataclass(frozen=True, slots=True)
class Member:
    """One person: the roster's row, where and how long they work here, and their account by system."""

    row: Person
    site: Site
    hired: int  # first day, local midnight, seconds since 1970
    left: int  # end of the last day, or FOREVER
    accounts: tuple[Account, ...]

    @property
    def key(self) -> str:
        """The person's own id."""
        return self.row.person_id

    @property
    def contractor(self) -> bool:
        """Whether there is no employee number, only a mail address."""
        return not self.row.employee_number

    def account(self, source: str) -> Account:
        """Their account in that system."""
        return self.accounts[0 if source == "moodle" else 1]


class _Hiring:
    """Hands out what must never be given twice: numbers, mailboxes and account names."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.next_number = 100_200
        self.boxes: dict[str, int] = {}

    def number(self) -> str:
        self.next_number += self.dice.randrange(1, 4)
        return f"E{self.next_number}"

    def mailbox(self, first: Name, last: Name) -> tuple[str, int]:
        """`first.last`, with a running number from the second namesake on."""
        box = f"{first[1]}.{last[1]}".lower().replace("'", "").replace("-", "")
        self.boxes[box] = self.boxes.get(box, 0) + 1
        return box, self.boxes[box]


def _employment(dice: Random, year: int) -> tuple[date, date | None]:
    """Most were hired long ago; one in eight this year; one in twelve leaves in the course of it."""
    if dice.random() < 0.12:
        hired = date(year, 1, 10) + timedelta(days=dice.randrange(200))
    else:
        hired = date(year - 10, 1, 1) + timedelta(days=dice.randrange(3_600))
    if hired.year < year and dice.random() < 0.09:
        return hired, date(year, 2, 1) + timedelta(days=dice.randrange(150))
    return hired, None


def make_uuid(dice: Random) -> str:
    """An id of version 4, from the dice."""
    return str(UUID(int=dice.getrandbits(128), version=4))


def _accounts(
    dice: Random, row: Person, names: tuple[str, str, str], site: Site, hired: int
) -> tuple[Account, Account]:
    """One account a system. The name, number and address noted may be the former ones: nobody tells the LMS."""
    moodle_name, academy_name, noted_last = names
    noted_number = row.former_numbers or row.employee_number
    noted_mail = row.aliases if row.aliases and dice.random() < 0.5 else row.email
    opened = local_text(hired + dice.randrange(8 * 3_600, 20 * DAY), site.zone)
    gone = "true" if row.left_on else "false"
    moodle = Account(
        ISSUERS["moodle"],
        moodle_name,
        noted_number if dice.random() < 0.8 else "",
        noted_mail,
        row.first_name,
        noted_last,
        row.department if dice.random() < 0.7 else "",
        row.city,
        opened,
        gone,
    )
    academy = moodle._replace(
        account_issuer=ISSUERS["academy"],
        account_name=academy_name,
        employee_number="",
        email=row.email.upper() if dice.random() < 0.05 else row.email,
        last_name=row.last_name,
    )
    return moodle, academy


def _make_member(
    dice: Random, hiring: _Hiring, year: int, template: Member | None, *, numbered: bool
) -> Member:
    """One person; `template` is a colleague whose name, department and city they share."""
    first, last = make_name(dice)
    site = dice.choices(SITES, SITE_WEIGHTS)[0]
    department = dice.choice(DEPARTMENTS)
    if template is not None:
        first = (template.row.first_name, template.row.email.partition(".")[0])
        last = (
            template.row.last_name,
            template.row.email.partition("@")[0].partition(".")[2].rstrip("0123456789"),
        )
        site, department = template.site, template.row.department
    contractor = dice.random() < 0.06 and not numbered
    rehired, renamed = not contractor and dice.random() < 0.05, template is None and dice.random() < 0.06
    maiden = other_last_name(dice, last) if renamed else last
    box, nth = hiring.mailbox(first, last)
    suffix = "" if nth == 1 else str(nth)
    number = "" if contractor else hiring.number()
    former_number, number = (number, hiring.number()) if rehired else ("", number)
    mail = f"{box}{suffix}@{PARTNER_MAIL if contractor else MAIL}"
    maiden_box, maiden_nth = hiring.mailbox(first, maiden) if renamed else (box, nth)
    alias = f"{maiden_box}{maiden_nth}@{FORMER_MAIL}" if renamed or dice.random() < 0.1 else ""
    hired_on, left_on = _employment(dice, year)
    row = Person(
        make_uuid(dice),
        number,
        former_number,
        mail,
        alias,
        first[0],
        last[0],
        maiden[0] if renamed else "",
        hired_on.isoformat(),
        left_on.isoformat() if left_on else "",
        department,
        site.city,
    )
    hired = local_second(hired_on, 0, site.zone)
    # the academy numbers its namesakes the other way round: its anna.meier is not Moodle's
    academy_name = f"{box}.{1000 - nth}" if nth > 2 else (f"{box}2", box)[nth - 1]
    names = (f"{box}{suffix}", academy_name, maiden[0] if renamed and dice.random() < 0.6 else last[0])
    return Member(
        row=row,
        site=site,
        hired=hired,
        left=local_second(left_on + timedelta(days=1), 0, site.zone) if left_on else FOREVER,
        accounts=_accounts(dice, row, names, site, hired),
    )


def make_members(seed: int, people: int, year: int, *, numbered: bool = False) -> Iterator[Member]:
    """That many people. About one in sixty is the namesake of the one before, in the same team and city.

    `numbered`: nobody is without an employee number.
    """
    dice = Random(f"{seed}:staff")
    hiring = _Hiring(dice)
    before: Member | None = None
    for _ in range(people):
        namesake = before is not None and not before.row.former_last_names and dice.random() < 0.017
        before = _make_member(dice, hiring, year, before if namesake else None, numbered=numbered)
        yield before
