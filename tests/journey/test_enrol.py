"""Rosters arrive whole or not at all, and nothing that was known is overwritten; on a real database."""

from dataclasses import replace
from datetime import date, timedelta

import asyncpg
import pytest

from people import DAY_1, company, entry
from shelves import event, on_shelf, take
from trueup.journey.arrive import Shelf
from trueup.journey.enrol import Enrolled, ShrunkRosterError, UnfitRosterError, enrol, enrol_actors
from trueup.kit.database import DatabaseSettings
from trueup.model.people import Kind, Role

DAY_2 = DAY_1 + timedelta(days=1)


async def rows(shelf: Shelf) -> list[tuple[object, ...]]:
    """All that is known of everybody."""
    return [tuple(row.values()) for row in await shelf.database.rows("SELECT * FROM assertion ORDER BY 1")]


def test_the_same_roster_again_changes_nothing(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        first = await enrol(shelf, "hr", company(10), now=DAY_1, whole=True)
        assert (first.new, first.founded) == (10, 10)
        before = await rows(shelf)
        assert await enrol(shelf, "HR ", company(10), now=DAY_2, whole=True) == Enrolled(unchanged=10)
        assert await rows(shelf) == before

    on_shelf(database, work)


def test_whoever_is_in_a_whole_roster_no_more_has_left_and_in_a_part_of_one_has_not(
    database: DatabaseSettings,
):
    async def work(shelf: Shelf) -> None:
        await enrol(shelf, "hr", company(10), now=DAY_1, whole=True)
        assert (await enrol(shelf, "hr", company(9), now=DAY_2)).ended == 0
        assert (await enrol(shelf, "hr", company(9), now=DAY_2, whole=True)).ended == 1
        assert (await enrol(shelf, "hr", company(9), now=DAY_2, whole=True)).ended == 0

    on_shelf(database, work)


def test_a_roster_that_lost_too_many_is_refused_unless_that_is_meant(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await enrol(shelf, "hr", company(10), now=DAY_1, whole=True)
        before = await rows(shelf)
        with pytest.raises(ShrunkRosterError, match="5 are there of 10") as told:
            await enrol(shelf, "hr", company(5), now=DAY_2, whole=True)
        assert "--accept-shrink" in told.value.todo
        assert await rows(shelf) == before
        done = await enrol(shelf, "hr", company(5), now=DAY_2, whole=True, accept_shrink=True)
        assert done.ended == 5

    on_shelf(database, work)


CYCLE = [
    entry("u1", "E1", "Ann Lee", former_number=("E3",)),
    entry("u2", "E2", "Bob Ray", former_number=("E1",)),
    entry("u3", "E3", "Cy Rex", former_number=("e-2",)),
]


UNFIT = [
    ([entry("")], "no id of its own"),
    ([entry(" \t")], "no id of its own"),
    ([entry("NULL")], "no id of its own"),
    ([entry("u1"), entry(" U1")], "the id of its own of hr.csv:u1"),
    ([entry("u1", name="A " + "x" * 2**20)], "1,048,576 characters"),
    ([entry("u1\0")], "null character"),
    ([entry("u1", begins=date(2026, 1, 1), ends=date(2025, 1, 1))], "before it begins"),
    (CYCLE, "comes back to itself, over 3 people"),
    ([entry("u1", "E1", former_number=("E2",)), entry("u2", "E2", former_number=("E1",))], "over 2 people"),
]


def test_what_cannot_be_somebodys_is_refused_and_all_stays_as_it_was(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await enrol(shelf, "hr", company(2), now=DAY_1)
        before = await rows(shelf)
        for entries, says in UNFIT:
            with pytest.raises(UnfitRosterError) as told:
                await enrol(shelf, "hr", [*company(1), *entries], now=DAY_2)
            assert any(says in one.what for one in told.value.reasons), says
        assert await rows(shelf) == before

    on_shelf(database, work)


NAMES = (
    "שרה כהן",
    "سارة خوري",
    "Zoe\u0308 A\u030angstro\u0308m",
    "\u202eevil\u202c name",
    "👩‍🚀 Ada",
    "a\u200bb c",
)


def test_names_of_any_script_are_kept_as_written(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        entries = [entry(f"u{n}", f"E{n}", name) for n, name in enumerate(NAMES)]
        await enrol(shelf, "hr", entries, now=DAY_1)
        kept = await shelf.database.rows(
            "SELECT string_agg(value, ' ' ORDER BY kind) AS name FROM assertion WHERE kind LIKE '%name'"
            " GROUP BY record_id ORDER BY record_id"
        )
        assert tuple(row["name"] for row in kept) == NAMES
        assert await enrol(shelf, "hr", entries, now=DAY_2) == Enrolled(unchanged=len(NAMES))

    on_shelf(database, work)


def test_a_chain_of_former_numbers_is_no_cycle(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        chain = [
            replace(one, said=one.said | {Kind.FORMER_NUMBER: (f"E{n + 1}",)})
            for n, one in enumerate(company(20))
        ]
        assert (await enrol(shelf, "hr", chain, now=DAY_1)).new == 20

    on_shelf(database, work)


def test_the_same_human_in_two_rosters_is_one_person_only_under_a_common_name(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        hr = [entry("u1", "E1", "Ann Lee", "ann@x.org"), entry("u2", "E2", "Bob Ray", "bob@x.org")]
        await enrol(shelf, "hr", hr, now=DAY_1)
        other = [
            entry("s1", "E1", "Ann Lee"),
            entry("s2", "E2", "Cy Rex"),
            entry("s3", "", "Bob Ray", "BOB@x.org"),
        ]
        assert (await enrol(shelf, "scim", other, now=DAY_2)).founded == 1
        found = await shelf.database.rows("SELECT name, person_id FROM identity_facts")
        person = {row["name"]: row["person_id"] for row in found}
        assert person["s1"] == person["u1"]
        assert person["s2"] not in {person["u1"], person["u2"]}
        assert person["s3"] == person["u2"]

    on_shelf(database, work)


def test_accounts_of_the_ledger_become_records_once(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await take(
            shelf,
            *(event(n, employee_number=f"E{n % 7}") for n in range(20)),
            event(21, account=..., email="a@x.org"),
        )
        assert await enrol_actors(shelf, now=DAY_1) == 8
        assert await enrol_actors(shelf, now=DAY_2) == 0
        accounts = await shelf.database.rows(
            "SELECT name FROM identity_record WHERE role = 'account' ORDER BY name"
        )
        assert [row["name"] for row in accounts] == [f"emp{n}" for n in range(7)]

    on_shelf(database, work)


def test_an_erased_actor_is_named_nowhere(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await take(shelf, event(1))
        await enrol_actors(shelf, now=DAY_1)
        await shelf.database.run("DELETE FROM actor")
        assert await shelf.database.value("SELECT count(*) FROM actor_name") == 0

    on_shelf(database, work)


FORBIDDEN = (
    "UPDATE assertion SET value = 'x'",
    "UPDATE assertion SET known_to = known_from, true_to = '2026-01-01'",
    "UPDATE identity_decision SET rule = 'x'",
    "DELETE FROM identity_decision",
    "TRUNCATE identity_decision CASCADE",
    "UPDATE identity_batch SET decided_by = 'x'",
)


def test_what_was_known_and_decided_stands(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await enrol(shelf, "hr", company(2), now=DAY_1)
        await enrol(shelf, "hr", company(1), now=DAY_2, whole=True, accept_shrink=True)
        for statement in FORBIDDEN:
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await shelf.database.run(statement)

    on_shelf(database, work)


def test_accounts_are_enrolled_under_their_issuer(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        done = await enrol(shelf, "LMS", [entry("emp1"), entry("emp2")], now=DAY_1, role=Role.ACCOUNT)
        assert (done.new, done.founded) == (2, 0)
        assert await shelf.database.value("SELECT count(*) FROM link") == 0

    on_shelf(database, work)
