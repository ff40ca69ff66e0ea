"""Decisions stand, links follow from them alone, and what is taken back leaves nothing; on a real database."""

import asyncio
import hashlib
import json
import os
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import servers
from audit_logs import KEY
from people import DAY_1, LMS, company, entry
from shelves import event, on_shelf, take
from trueup.audit.sequencer import sequence_all
from trueup.doors.identity_words import as_decision
from trueup.identity.decisions import store
from trueup.identity.policy import default_policy
from trueup.journey import identify
from trueup.journey.arrive import Shelf
from trueup.journey.decision_files import Line, carry, parsed
from trueup.journey.enrol import enrol, enrol_actors
from trueup.journey.identify import NotDecidedError, Why
from trueup.journey.resolve import resolve
from trueup.journey.stewarding import told_of
from trueup.kit.database import DatabaseSettings
from trueup.model.people import Role

SEQUENCES = int(os.environ.get("TRUEUP_SEQUENCES", "20"))
LINKED = Why("steward", DAY_1, "their own", default_policy().hash)
WHY = Why.of_person("hr", "asked her", DAY_1 + timedelta(days=2))


async def people(shelf: Shelf, size: int = 6) -> list[UUID]:
    """A company whose accounts are linked, with completions: the people, in the order of the roster."""
    await enrol(shelf, "hr", company(size), now=DAY_1, whole=True)
    named = [
        entry(f"emp{n}", f"E{n}", " ".join(one.said["first_name"] + one.said["last_name"]))  # type: ignore[index]
        for n, one in enumerate(company(size))
    ]
    await enrol(shelf, LMS, named, now=DAY_1, role=Role.ACCOUNT)
    await take(shelf, *(event(n, account={"issuer": LMS, "name": f"emp{n % size}"}) for n in range(3 * size)))
    await enrol_actors(shelf, now=DAY_1)
    rows = await shelf.database.rows("SELECT name, person_id FROM identity_facts WHERE role = 'person'")
    found = {row["name"]: row["person_id"] for row in rows}
    accounts = await shelf.database.rows("SELECT record_id, name FROM identity_record WHERE role = 'account'")
    for row in accounts:
        await identify.link(shelf, row["record_id"], found[row["name"].replace("emp", "u")], LINKED)
    return [found[f"u{n}"] for n in range(size)]


async def projection(shelf: Shelf) -> str:
    """A digest of every link and of the person of every completion."""
    links = await store.links(shelf.database)
    rows = await shelf.database.rows(
        "SELECT statement_id, person_id FROM activity_facts ORDER BY statement_id"
    )
    activity = [tuple(row.values()) for row in rows]
    return hashlib.sha256(repr((links, activity)).encode()).hexdigest()


async def counted(shelf: Shelf) -> tuple[Any, ...]:
    """Attempts and grades, of all."""
    row = await shelf.database.row(
        "SELECT count(*), count(DISTINCT statement_id), sum(score), array_agg(status ORDER BY statement_id) FROM completion"
    )
    assert row
    return tuple(row.values())


async def of_person(shelf: Shelf, person: UUID) -> int:
    count: int = await shelf.database.value(
        "SELECT count(*) FROM activity_facts WHERE person_id = $1", person
    )
    return count


def test_a_merge_gives_all_to_the_one_who_stays_and_unmerge_gives_it_back(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        ann, bob, *_ = await people(shelf)
        before, facts = await projection(shelf), await counted(shelf)
        merged = await identify.merge(shelf, ann, bob, WHY)
        assert merged.moved == 3
        assert (await of_person(shelf, ann), await of_person(shelf, bob)) == (0, 6)
        undone = await identify.unmerge(shelf, merged.decisions[0], WHY)
        assert undone.moved == 3
        assert await projection(shelf) == before
        assert await counted(shelf) == facts
        there, back = [
            await shelf.database.rows(
                "SELECT * FROM reparented WHERE decision_id = $1 ORDER BY statement_id", number
            )
            for number in (*merged.decisions, *undone.decisions)
        ]
        assert len(there) == 3
        assert [(row["statement_id"], row["from_id"], row["to_id"]) for row in back] == [
            (row["statement_id"], row["to_id"], row["from_id"]) for row in there
        ]

    on_shelf(database, work)


STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "unmerge"]), st.integers(0, 5), st.integers(0, 5)), max_size=8
)


def test_whatever_is_merged_and_unmerged_ends_as_if_nothing_had_been(database: DatabaseSettings):
    async def play(shelf: Shelf, everyone: list[UUID], steps: list[tuple[str, int, int]]) -> None:
        before, facts = await projection(shelf), await counted(shelf)
        held: list[int] = []
        for verb, one, other in steps:
            if verb == "unmerge" and held:
                await identify.unmerge(shelf, held.pop(one % len(held)), WHY)
            elif verb == "merge":
                try:
                    held += (await identify.merge(shelf, everyone[one], everyone[other], WHY)).decisions
                except NotDecidedError:
                    assert (
                        len(
                            set(
                                (
                                    await store.surviving(shelf.database, [everyone[one], everyone[other]])
                                ).values()
                            )
                        )
                        == 1
                    )
        was, now = await identify.replay(shelf)
        assert was == now
        while held:
            await identify.unmerge(shelf, held.pop(0), WHY)
        assert await projection(shelf) == before
        assert await counted(shelf) == facts

    async def work(shelf: Shelf) -> None:
        everyone = await people(shelf)
        loop = asyncio.get_running_loop()

        @settings(
            max_examples=SEQUENCES, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip  # a list
        @given(STEPS)
        def sequences(steps: list[tuple[str, int, int]]) -> None:
            asyncio.run_coroutine_threadsafe(play(shelf, everyone, steps), loop).result()

        await asyncio.to_thread(sequences)

    on_shelf(database, work)


def test_a_merge_of_one_who_was_merged_holds_without_the_first(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        ann, bob, cy, *_ = await people(shelf)
        first = await identify.merge(shelf, ann, bob, WHY)
        await identify.merge(shelf, ann, cy, WHY)
        assert set((await store.surviving(shelf.database, [ann, bob, cy])).values()) == {cy}
        await identify.unmerge(shelf, first.decisions[0], WHY)
        now = await store.surviving(shelf.database, [ann, bob, cy])
        assert now == {ann: cy, bob: bob, cy: cy}

    on_shelf(database, work)


def test_an_account_is_moved_parted_and_made_ones_own(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        ann, bob, *_ = await people(shelf)
        account = await shelf.database.value("SELECT record_id FROM identity_record WHERE name = 'emp0'")
        assert (await identify.link(shelf, account, bob, WHY)).moved == 3
        assert (await of_person(shelf, ann), await of_person(shelf, bob)) == (0, 6)
        assert (await identify.part(shelf, account, [bob], WHY)).moved == 3
        assert (await of_person(shelf, ann), await of_person(shelf, bob)) == (0, 3)
        await resolve(shelf, now=WHY.at)
        assert await of_person(shelf, bob) == 3  # nobody is linked again to whom they were parted from
        assert await of_person(shelf, ann) == 3  # but to whoever it surely is
        own = uuid4()
        await identify.found(shelf, account, own, WHY)
        assert await of_person(shelf, own) == 3
        was, now = await identify.replay(shelf)
        assert was == now

    on_shelf(database, work)


def test_whoever_was_parted_from_is_never_linked_again_by_a_policy(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        ann, *_ = await people(shelf)
        account = await shelf.database.value("SELECT record_id FROM identity_record WHERE name = 'emp0'")
        await identify.part(shelf, account, [ann], WHY)
        done = await resolve(shelf, now=WHY.at)
        assert done.linked == 0
        assert await of_person(shelf, ann) == 0

    on_shelf(database, work)


def test_what_cannot_be_decided_changes_nothing(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        ann, bob, *_ = await people(shelf)
        merged = await identify.merge(shelf, ann, bob, WHY)
        await identify.unmerge(shelf, merged.decisions[0], WHY)
        before = await projection(shelf), await shelf.database.value("SELECT count(*) FROM identity_decision")
        for asked in (
            identify.link(shelf, 10**9, ann, WHY),
            identify.merge(shelf, ann, uuid4(), WHY),
            identify.merge(shelf, ann, ann, WHY),
            identify.unmerge(shelf, 1, WHY),
            identify.unmerge(shelf, merged.decisions[0], WHY),
        ):
            with pytest.raises(NotDecidedError) as told:
                await asked
            assert told.value.expected
        after = await projection(shelf), await shelf.database.value("SELECT count(*) FROM identity_decision")
        assert before == after

    on_shelf(database, work)


def test_decisions_are_in_the_audit_log_and_their_reasons_go_with_the_person(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        ann, bob, *_ = await people(shelf)
        leaves = await shelf.database.value("SELECT count(*) FROM audit_pending")
        await identify.merge(shelf, ann, bob, WHY)
        assert await shelf.database.value("SELECT count(*) FROM audit_pending") == leaves + 1
        await sequence_all(shelf.database, [KEY])
        (told,) = [one for one in await told_of(shelf, None, now=WHY.at) if one.kept.batch.decided_by == "hr"]
        assert told.reason == "asked her"
        assert told.kept.batch.policy_hash == default_policy().hash
        assert b"asked" not in told.kept.batch.sealed
        await shelf.database.run("DELETE FROM actor WHERE person_id = $1", str(bob))
        (told,) = [one for one in await told_of(shelf, None, now=WHY.at) if one.kept.batch.decided_by == "hr"]
        assert told.reason is None

    on_shelf(database, work)


def test_decisions_carried_to_another_database_make_the_same_links(database: DatabaseSettings):
    async def there(shelf: Shelf) -> tuple[str, bytes]:
        ann, bob, cy, *_ = await people(shelf)
        merged = await identify.merge(shelf, ann, bob, WHY)
        await identify.unmerge(shelf, merged.decisions[0], WHY)
        await identify.merge(shelf, bob, cy, WHY)
        told = await told_of(shelf, None, now=WHY.at)
        lines = [json.dumps(as_decision(one.kept, one.record, one.reason)) for one in told]
        return identify.links_digest(await store.links(shelf.database)), "\n".join(lines).encode()

    async def here(shelf: Shelf) -> None:
        lines = parsed(text.splitlines(), "decisions.jsonl")
        with pytest.raises(NotDecidedError, match="not known here"):
            await carry(shelf, lines)
        await people(shelf)
        assert identify.links_digest(await store.links(shelf.database)) != digest
        done = await carry(shelf, lines)
        assert (done.taken, done.known) == (len(lines), 0)
        assert identify.links_digest(await store.links(shelf.database)) == digest
        assert await projection(shelf)
        again = await carry(shelf, lines)
        assert (again.taken, again.known) == (0, len(lines))

    digest, text = on_shelf(database, there)
    on_shelf(servers.fresh(database), here)


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"{}", b'{"kind": "link"}', b"[" * 100_000, b"\xff\xfe"],
    ids=["cut", "list", "empty", "half", "deep", "bytes"],
)
def test_a_line_that_is_no_decision_is_told_with_its_place(line: bytes):
    with pytest.raises(NotDecidedError, match=r"decisions.jsonl:2"):
        parsed([b"\n", line], "decisions.jsonl")


def test_a_decision_is_read_as_it_is_written():
    line = Line(1, 1, store.Kind.MERGE, uuid4(), "hr", DAY_1, "p", "person", other=uuid4())
    said = json.dumps({name: str(value) if isinstance(value, UUID) else value for name, value in {
        "decision": 1, "batch": 1, "kind": "merge", "person": line.person, "other": line.other, "by": "hr",
        "at": DAY_1.isoformat(), "policy": "p", "rule": "person", "record": None,
    }.items()})  # fmt: skip  # a record
    assert parsed([said.encode()], "x") == [line]
