# ruff: noqa: SIM905 - names read better as a sentence
"""The roster and its accounts, with everything lawful that makes people hard to tell apart."""

import uuid
from datetime import UTC, date, datetime, timedelta

from elsewhere.world import Account, Company, Person

FIRST = (
    "Anna Ben Carla Deniz Elif Felix Greta Hanna Ivan Jana Karim Lea Mats Nadia Olga Paul Rosa Sven Tarik Uwe "
    "Vera Wanda Xaver Yusuf Zoe Amir Birgit Chloe Dario Emil Fatma Gino Hugo Ines Jonas Kira"
).split()
LAST = (
    "Schmidt Müller Kaya Novak Rossi García Dubois O'Brien Lindqvist van-Dijk Yılmaz Kowalski Fischer Weber Santos "
    "Ivanova Nguyen Becker Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Braun Zimmermann Krüger "
    "Hofmann Lange Krause Meier Lehmann Köhler Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel"
).split()
DEPARTMENTS = ("Sales", "Logistics", "Finance", "IT Operations", "Research", "People & Culture", "Plant 4")
CITIES = ("Berlin", "Leipzig", "Graz", "Lyon", "Porto", "Zürich")
ISSUERS = ("https://learn.brightworks.example", "https://academy.brightworks.example")
SOURCES = ("moodle", "canvas")
DOMAIN = "brightworks.example"
ASCII = str.maketrans(
    {"ü": "ue", "ä": "ae", "ö": "oe", "ß": "ss", "ı": "i", "í": "i", "'": "", "-": "", "ç": "c"}
)


def login(first: str, last: str) -> str:
    """The usual login of a name.

    >>> login("Uwe", "O'Brien")
    'uwe.obrien'
    """
    return f"{first}.{last}".lower().translate(ASCII)


def _person(company: Company, first: str = "", last: str = "", trait: str = "", **more: object) -> Person:
    rng = company.rng
    first, last = first or rng.choice(FIRST), last or rng.choice(LAST)
    n = company.next("person")
    mail = login(first, last)
    again = company.next(f"mail {mail}")
    person = Person(
        uuid=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        number=company.style.numbers.format(n=10_000 + 3 * n),
        email=f"{mail}{again if again > 1 else ''}@{DOMAIN}",
        first=first,
        last=last,
        hired_on=date(2012, 1, 1) + timedelta(days=rng.randrange(4_300)),
        department=rng.choice(DEPARTMENTS),
        city=rng.choice(CITIES),
        trait=trait,
    )
    for name, value in more.items():
        setattr(person, name, value)
    company.people.append(person)
    _account(company, person, 0)
    if rng.random() < 0.3:
        _account(company, person, 1)
    return person


def _account(company: Company, person: Person, source: int, name: str = "", **more: object) -> Account:
    hired = datetime(person.hired_on.year, person.hired_on.month, person.hired_on.day, 8, tzinfo=UTC)
    knows = source == 0 or company.style.second_source_numbers
    account = Account(
        issuer=ISSUERS[source],
        name=name or person.email.split("@")[0],
        owner=person,
        number=person.number if knows else None,
        email=person.email,
        created_at=hired + timedelta(minutes=company.rng.randrange(500)),
    )
    for key, value in more.items():
        setattr(account, key, value)
    company.accounts.append(account)
    return account


add_account = _account
"""One more account for a person, for those who plant."""


def accounts_of(company: Company, person: Person) -> list[Account]:
    """The person's accounts in use, the first LMS first."""
    return [a for a in company.accounts if a.owner is person and not a.suspended]


def hire(company: Company, count: int) -> None:
    """Fills the roster: mostly ordinary people, one in ten without courses, and the traits below."""
    for _ in range(max(2, count // 100)):
        for trait in (_same_name, _siblings, _renamed, _rehired, _moved_mail, _contractor, _twin_login):
            trait(company)
        for trait in (_old_account, _leaver, _reused_mail, _new_hire):
            trait(company)
    if company.style.name == "B":
        _reused_number(company)
    while len(company.people) < count:
        person = _person(company)
        person.idle = company.rng.random() < 0.1
    for account in company.accounts:
        if not account.suspended or account.owner.left_on:
            company.logins.setdefault(id(account.owner), []).append(account)


def _same_name(company: Company) -> None:
    first = _person(company, trait="same name")
    _person(company, first.first, first.last, "same name", department=first.department, city=first.city)


def _siblings(company: Company) -> None:
    one = _person(company, "Mehmet", "Kaya", "siblings")
    _person(
        company, "Melis", "Kaya", "siblings", department=one.department, city=one.city, hired_on=one.hired_on
    )


def _renamed(company: Company) -> None:
    person = _person(company, trait="renamed")
    old = person.email
    person.former_last, person.last = [person.last], company.rng.choice(LAST) + "-" + person.last
    person.email = f"{login(person.first, person.last)}{company.next('renamed')}@{DOMAIN}"
    person.aliases = [old]  # login and LMS keep the old mail


def _rehired(company: Company) -> None:
    person = _person(company, trait="rehired")
    person.former_numbers = [company.style.numbers.format(n=4_000 + company.next("former"))]


def _moved_mail(company: Company) -> None:
    person = _person(company, trait="moved mail")
    person.aliases = [person.email]
    person.email = person.email.replace(DOMAIN, f"eu.{DOMAIN}")


def _contractor(company: Company) -> None:
    person = _person(company, trait="contractor", number=None)
    for account in accounts_of(company, person):
        account.number = None
    person.idle = not company.style.contractors_learn


def _twin_login(company: Company) -> None:
    """One login, two LMS, two people: an account is (issuer, name)."""
    name = f"a.{company.rng.choice(LAST)}{company.next('twin')}".lower().translate(ASCII)
    for source, first in enumerate(("Agnes", "Axel")):
        person = _person(company, first, trait="twin login")
        company.accounts = [a for a in company.accounts if a.owner is not person]
        _account(company, person, source, name)


def _old_account(company: Company) -> None:
    person = _person(company, trait="old account")
    _account(company, person, 0, f"old-{person.email.split('@')[0]}", suspended=True)


def _leaver(company: Company) -> None:
    person = _person(company, trait="leaver")
    _leave(company, person, date(2025, 5, 31))


def _leave(company: Company, person: Person, last_day: date) -> None:
    person.left_on = last_day
    for account in company.accounts:
        account.suspended = account.suspended or account.owner is person


leave = _leave
"""The person's last day; the accounts are suspended."""


def _new_hire(company: Company) -> None:
    _person(company, trait="new hire", hired_on=date(2025, 2, 3))


def _reused_mail(company: Company) -> None:
    """The leaver's mail goes to a new hire; each keeps the own completions."""
    gone = _person(company, trait="mail given away")
    _leave(company, gone, date(2025, 1, 31))
    heir = _person(
        company, gone.first, gone.last, "mail inherited", hired_on=date(2025, 4, 1), email=gone.email
    )
    for account in accounts_of(company, heir):
        account.name += ".2"


def _reused_number(company: Company) -> None:
    """The leaver's number goes to a new hire; UUIDs tell them apart."""
    gone = _person(company, trait="number given away")
    _leave(company, gone, date(2025, 1, 31))
    _person(company, trait="number inherited", hired_on=date(2025, 4, 1), number=gone.number)
