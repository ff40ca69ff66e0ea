"""Who somebody was has an answer for every day and for every state of knowledge (requirements F1e); on a real database."""

from datetime import UTC, date, datetime

from people import DAY_1, LMS, entry
from shelves import event, on_shelf, take
from trueup.journey.arrive import Shelf
from trueup.journey.enrol import enrol
from trueup.journey.resolve import resolve
from trueup.journey.who import who
from trueup.kit.database import DatabaseSettings
from trueup.model.people import Kind, Role

JANUARY, MARCH, MAY = (datetime(2026, month, 5, 9, tzinfo=UTC) for month in (1, 3, 5))


async def months(shelf: Shelf) -> None:
    """Ann is renamed in March; Bob leaves in March, and in May his number, address and desk go to Cy. Dee comes back."""
    january = [
        entry("u1", "E1", "Ann Lee", "ann.lee@x.org"),
        entry("u2", "E2", "Bob Ray", "bob@x.org"),
        entry("u3", "E3", "Dee Oak", "dee@x.org", ends=date(2025, 6, 30)),
        entry("E77", "E77", "Eve Fox", "eve@x.org", ends=date(2025, 6, 30)),
    ]
    march = [
        entry("u1", "E1", "Ann Moe", "ann.moe@x.org"),
        entry("u2", "E2", "Bob Ray", "bob@x.org", ends=date(2026, 3, 4)),
        entry("u3", "E3", "Dee Oak", "dee@x.org", begins=date(2026, 2, 1)),
        entry("E77", "E77", "Gus Hart", "gus@x.org", begins=date(2026, 2, 1)),
    ]
    may = [
        march[0],
        entry("u4", "E2", "Cy Rex", "bob@x.org", begins=date(2026, 4, 1)),
        march[2],
        march[3],
    ]
    for now, entries in ((JANUARY, january), (MARCH, march), (MAY, may)):
        await enrol(shelf, "hr", entries, now=now, whole=True)


ANSWERS = [
    ("E1", date(2025, 12, 31), JANUARY, "Lee"),
    ("ann.lee@x.org", date(2026, 1, 6), MAY, "Lee"),  # renamed: the old address was hers
    ("ann.lee@x.org", date(2026, 4, 1), MAY, None),  # and is nobody's now
    ("ann.lee@x.org", date(2026, 4, 1), JANUARY, "Lee"),  # as was believed in January
    ("ann.moe@x.org", date(2026, 4, 1), MAY, "Moe"),
    ("ann.moe@x.org", date(2026, 4, 1), JANUARY, None),  # not known then
    ("bob@x.org", date(2026, 1, 6), MAY, "Ray"),  # a reused address: the leaver's until they left
    ("bob@x.org", date(2026, 3, 4), MAY, "Ray"),  # on their last day, too
    ("bob@x.org", date(2026, 3, 20), MAY, None),  # nobody's between
    ("bob@x.org", date(2026, 5, 1), MAY, "Rex"),  # and the new hire's since
    ("bob@x.org", date(2026, 5, 1), JANUARY, "Ray"),
    ("E2", date(2026, 1, 6), MAY, "Ray"),  # a recycled number
    ("e-2", date(2026, 5, 1), MAY, "Rex"),  # as it is compared
    ("E3", date(2025, 1, 1), MAY, "Oak"),  # a rehire, before
    ("E3", date(2025, 9, 1), MAY, None),  # between
    ("E3", date(2026, 5, 1), MAY, "Oak"),  # and since
    ("E77", date(2025, 1, 1), MAY, "Fox"),  # a number that is the roster's only key, recycled
    ("E77", date(2026, 5, 1), MAY, "Hart"),
    ("Ann+lms@x.org", date(2026, 5, 1), MAY, None),
    ("ann.moe+lms@X.ORG", date(2026, 5, 1), MAY, "Moe"),
    ("", date(2026, 5, 1), MAY, None),
    ("E9", date(2026, 5, 1), MAY, None),
]


def test_an_identifier_is_whoever_carried_it_that_day_as_known_then(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await months(shelf)
        for value, on, known, name in ANSWERS:
            answer = await who(shelf, value, on=on, known=known)
            found = None
            if answer.person:
                (_, said), *_ = answer.person.records
                found = next(
                    one.said.value for one in said if one.said.kind is Kind.LAST_NAME and one.holds_on(on)
                )
            assert found == name, (value, on, known)

    on_shelf(database, work)


def test_a_rehire_is_one_person_and_a_recycled_number_two(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await months(shelf)
        people = {}
        for value in ("E3", "E77", "E2"):
            for on in (date(2025, 1, 1), date(2026, 5, 1)):
                answer = await who(shelf, value, on=on, known=MAY)
                assert answer.person
                people[value, on.year] = answer.person.person
        assert people["E3", 2025] == people["E3", 2026]
        assert people["E77", 2025] != people["E77", 2026]
        assert people["E2", 2025] != people["E2", 2026]

    on_shelf(database, work)


def test_where_several_have_it_nobody_is_chosen_and_all_are_told(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        entries = [entry(f"u{n}", f"E{n}", f"Ann Lee{chr(97 + n)}", "desk@x.org") for n in range(5)]
        done = await enrol(shelf, "hr", entries, now=JANUARY)
        assert done.shared == {"desk@x.org": 5}
        answer = await who(shelf, "desk@x.org", on=MARCH.date(), known=MARCH)
        assert answer.person is None
        assert len({one.person for one in answer.bearers}) == 5

    on_shelf(database, work)


def test_an_account_is_its_issuers_and_two_issuers_with_one_name_are_two(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await enrol(
            shelf, "hr", [entry("u1", "E1", "Ann Lee", "ann@x.org"), entry("u2", "E2", "Bob Ray")], now=DAY_1
        )
        for issuer, number, name in ((LMS, "E1", "Ann Lee"), ("other", "E2", "Bob Ray")):
            await enrol(shelf, issuer, [entry("emp1", number, name)], now=DAY_1, role=Role.ACCOUNT)
        await resolve(shelf, now=DAY_1)
        mine, other = [
            await who(shelf, "EMP1", on=MARCH.date(), known=MARCH, issuer=issuer) for issuer in (LMS, "Other")
        ]
        assert mine.person
        assert other.person
        assert mine.person.person != other.person.person
        assert (await who(shelf, "emp1", on=MARCH.date(), known=MARCH)).person is None

    on_shelf(database, work)


def test_a_completion_is_whose_address_it_was_on_its_day(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await months(shelf)
        days = ("2026-01-10", "2026-03-20", "2026-05-02")
        await take(
            shelf,
            *(
                event(n, account=..., email="bob@x.org", occurred_at=f"{day}T10:00:00Z")
                for n, day in enumerate(days)
            ),
        )
        await resolve(shelf, now=MAY)
        rows = await shelf.database.rows("SELECT person_id FROM activity_facts ORDER BY record_id")
        ray, rex = [
            (await who(shelf, "bob@x.org", on=on, known=MAY)).person for on in (JANUARY.date(), MAY.date())
        ]
        assert ray
        assert rex
        assert [row["person_id"] for row in rows] == [ray.person, None, rex.person]

    on_shelf(database, work)
