"""From a door to the shelf, on a real database: exactly once, each event by itself, and nothing said that is not so."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import servers
from shelves import KEYS, NOW, TARGETS, counted, event, on_shelf, sent, take
from trueup.audit.commitment import commitment
from trueup.intake.store import Known, known
from trueup.journey.arrive import Incoming, Shelf, arrive, claims
from trueup.kit.database import DatabaseSettings
from trueup.model.completions import CONTRACT, Key, Outcome
from trueup.model.settings import SourceSettings
from trueup.privacy.actors import actors_of
from trueup.privacy.keys import PersonKey


def outcomes(verdicts: list[Any]) -> list[str]:
    return [verdict.outcome.value for verdict in verdicts]


def test_thousand_duplicates_at_once_have_one_effect_and_one_receipt(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        told = await asyncio.gather(
            *(take(shelf, event(), now=NOW + timedelta(microseconds=n)) for n in range(1000))
        )
        verdicts = [verdict for (verdict,) in told]
        assert sorted(outcomes(verdicts)) == ["accepted", *["duplicate"] * 999]
        assert len({(one.statement_id, one.received_at, one.digest, one.salt) for one in verdicts}) == 1
        assert await counted(shelf) == {
            "actor": 1, "completion": 1, "quarantine": 0, "outbox": 2, "audit_pending": 1,
        }  # fmt: skip  # a table

    on_shelf(database, work, TARGETS)


def test_overlapping_batches_in_any_order_neither_wait_in_a_circle_nor_double(database: DatabaseSettings):
    shuffled = random.Random(7)
    everything = [event(n) for n in range(200)]
    batches = [shuffled.sample(everything, 120) for _ in range(24)]

    async def work(shelf: Shelf) -> None:
        told = await asyncio.gather(*(take(shelf, *batch) for batch in batches))
        accepted = [
            verdict.key for verdicts in told for verdict in verdicts if verdict.outcome is Outcome.ACCEPTED
        ]
        sent_keys = {one["record_id"] for batch in batches for one in batch}
        assert len(accepted) == len(set(accepted)) == len(sent_keys)
        assert {outcome for verdicts in told for outcome in outcomes(verdicts)} == {"accepted", "duplicate"}
        rows = await counted(shelf)
        assert rows["completion"] == rows["audit_pending"] == len(sent_keys)
        assert rows["outbox"] == 2 * len(sent_keys)

    on_shelf(database, work, TARGETS)


def test_each_event_is_judged_by_itself(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        bad = Incoming(b"{not json")
        one, held = event(1), event(2, account=...)
        verdicts = await arrive(
            shelf,
            [*sent(one), bad, *sent(held, one, event(1, status="failed"), event(3))],
            door="api",
            now=NOW,
        )
        assert outcomes(verdicts) == [
            "accepted",
            "rejected",
            "quarantined",
            "duplicate",
            "conflict",
            "accepted",
        ]
        assert [verdict.fault.code for verdict in verdicts if verdict.fault] == ["TU0308", "TU0101"]
        assert verdicts[3].statement_id == verdicts[0].statement_id

    on_shelf(database, work)


@pytest.mark.parametrize(
    ("other", "outcome"),
    [
        ({}, "duplicate"),  # the same again
        ({"status": "failed"}, "conflict"),  # another result
        ({"score": {"raw": 5, "min": 0, "max": 5}}, "conflict"),
        ({"account": {"issuer": "https://lms.example.com", "name": "emp2"}}, "conflict"),  # another person
        ({"account": {"issuer": "https://other.example.com", "name": "emp1"}}, "conflict"),  # another issuer
        ({"revision": "2", "status": "voided"}, "accepted"),  # a correction is a new revision
        ({"source": "canvas"}, "accepted"),  # another system's record of that number
        ({"birthday": "1980-01-01"}, "duplicate"),  # what is dropped makes no difference
        ({"account": ...}, "conflict"),  # what could not be settled anyway
    ],
)
def test_key_decides_what_is_the_same_and_the_body_whether_it_agrees(
    database: DatabaseSettings, other: dict[str, Any], outcome: str
):
    async def work(shelf: Shelf) -> list[str]:
        return outcomes([*await take(shelf, event(1)), *await take(shelf, event(1, **other))])

    assert on_shelf(database, work) == ["accepted", outcome]


def test_quarantine_is_durable_the_same_each_time_and_ends_with_a_resend_that_is_right(
    database: DatabaseSettings,
):
    async def work(shelf: Shelf) -> None:
        wrong, right = event(1, occurred_at="2026-03-29 01:30"), event(1)
        first = await take(shelf, wrong, wrong)
        again = await take(shelf, wrong, now=NOW + timedelta(hours=1))
        assert outcomes([*first, *again]) == ["quarantined"] * 3
        assert len({(one.statement_id, one.received_at, one.salt) for one in (*first, *again)}) == 1
        assert (await counted(shelf))["audit_pending"] == 1
        assert outcomes(await take(shelf, right)) == ["accepted"]
        row = await shelf.database.row(
            "SELECT code, owner, released_by, released_at IS NOT NULL AS ended FROM quarantine"
        )
        assert dict(row or {}) == {
            "code": "TU0201",
            "owner": "on-call engineer",
            "released_by": "resend",
            "ended": True,
        }
        assert outcomes(await take(shelf, wrong)) == ["conflict"]

    on_shelf(database, work)


def test_zone_declared_later_lets_in_what_waited_for_it(database: DatabaseSettings):
    wrong = event(1, occurred_at="2026-03-29 01:30")

    async def work(shelf: Shelf) -> list[str]:
        return outcomes(await take(shelf, wrong))

    assert on_shelf(database, work) == ["quarantined"]
    assert on_shelf(database, work, {"moodle-hr": SourceSettings("moodle-hr", zone="Europe/Berlin")}) == [
        "accepted"
    ]


def test_what_is_kept_is_readable_with_the_persons_key_only(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        (verdict,) = await take(shelf, event(1, email="canary@example.com", course_id="SAFE101"))
        row = await shelf.database.row("SELECT * FROM completion")
        assert row is not None
        assert b"canary" not in b"".join(value for value in row.values() if isinstance(value, bytes))
        assert "canary" not in " ".join(value for value in row.values() if isinstance(value, str))
        who = await shelf.database.row("SELECT * FROM actor")
        assert who is not None
        key = KEYS.newest.unwrapped(who["wrapped_key"], who["digest"])
        opened = key.opened(row["sealed"], str(verdict.key).encode())
        assert opened[:32].hex() == verdict.digest
        assert b"canary@example.com" in opened[32:]
        pending = await shelf.database.row("SELECT * FROM audit_pending")
        assert pending is not None
        said = claims(verdict.key, verdict.digest, verdict.received_at, CONTRACT).record()
        assert pending["commitment"] == commitment(verdict.salt, said)

    on_shelf(database, work)


def test_source_whose_raw_events_are_not_kept_leaves_a_digest(database: DatabaseSettings):
    async def work(shelf: Shelf) -> tuple[int, bool]:
        await take(shelf, event(1))
        row = await shelf.database.row("SELECT sealed, raw_kept FROM completion")
        assert row is not None
        return len(row["sealed"]), row["raw_kept"]

    length, kept = on_shelf(database, work, {"*": SourceSettings("*", keep_raw=False)})
    assert (length, kept) == (12 + 32 + 16, False)  # nonce, digest, tag


def test_times_and_scores_come_back_as_they_were_given(database: DatabaseSettings):
    async def work(shelf: Shelf) -> dict[str, Any]:
        body = b'{"source":"m","record_id":"1","email":"a@b","course_id":"c","status":"passed","tags":["x y","z"],'
        body += (
            b'"occurred_at":1774749600.250,"score":{"raw":4.50,"min":0,"max":"5.0","scale_version":"2026"}}'
        )
        await arrive(shelf, [Incoming(body)], door="api", now=NOW)
        return dict(await shelf.database.row("SELECT * FROM completion") or {})

    row = on_shelf(database, work)
    assert (row["occurred_raw"], row["occurred_rule"]) == ("1774749600.250", "epoch-seconds")
    assert (str(row["score"]), str(row["score_max"]), row["scale"], row["scale_version"]) == (
        "4.50",
        "5.0",
        None,
        "2026",
    )
    assert (row["tags"], row["recorded_at"], row["recorded_raw"]) == (["x y", "z"], None, None)


def test_launch_is_kept_and_delivered_nowhere(database: DatabaseSettings):
    async def work(shelf: Shelf) -> dict[str, int]:
        await take(shelf, event(1, status="launched"))
        return await counted(shelf)

    rows = on_shelf(database, work, TARGETS)
    assert (rows["completion"], rows["outbox"]) == (1, 0)


def test_erased_actor_leaves_a_number_and_a_late_resend_changes_nothing(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await take(shelf, event(1))
        await shelf.database.run("DELETE FROM actor")
        (again,) = await take(shelf, event(1))
        assert (again.outcome, again.salt) == (Outcome.DUPLICATE, None)
        found = await known(shelf.database, [Key("moodle-hr", "cmc-1", "1")])
        assert all(isinstance(one, Known) and one.erased for one in found.values())
        assert outcomes(await take(shelf, event(8))) == [
            "accepted"
        ]  # the same account, with a key of its own

    on_shelf(database, work)


def test_one_actor_made_by_many_at_once_has_one_key(database: DatabaseSettings):
    async def work(shelf: Shelf) -> set[bytes]:
        told = await asyncio.gather(*(take(shelf, event(7 * n)) for n in range(20)))
        assert {outcome for verdicts in told for outcome in outcomes(verdicts)} == {"accepted"}
        rows = await shelf.database.rows("SELECT digest, wrapped_key FROM actor")
        return {KEYS.newest.unwrapped(row["wrapped_key"], row["digest"]).material for row in rows}

    assert len(on_shelf(database, work)) == 1


def test_key_of_an_actor_is_the_same_at_every_arrival(database: DatabaseSettings):
    async def work(shelf: Shelf) -> set[PersonKey]:
        from trueup.model.completions import Who

        who = ("moodle-hr", Who(issuer="x", name="y"))
        return {(await actors_of(shelf.database, KEYS, [who]))[who].key for _ in range(3)}

    assert len(on_shelf(database, work)) == 1


BODIES = {  # by name: what differs, and whether it can be settled
    "one": ({}, True),
    "other": ({"status": "failed"}, True),
    "nobody": ({"account": ...}, False),
    "naive": ({"occurred_at": "2026-03-29 01:30"}, False),
}


class Book:
    """What should be kept: the rule of arrival in a few lines, to compare with."""

    def __init__(self) -> None:
        self.taken: dict[int, str] = {}
        self.waiting: set[tuple[int, str]] = set()

    def outcomes(self, batch: list[tuple[int, str]]) -> list[str]:
        """What becomes of a batch: what can be settled first, in its order."""
        order = sorted(range(len(batch)), key=lambda place: not BODIES[batch[place][1]][1])
        told = {place: self._outcome(*batch[place]) for place in order}
        return [told[place] for place in range(len(batch))]

    def _outcome(self, number: int, body: str) -> str:
        if number in self.taken:
            return "duplicate" if self.taken[number] == body else "conflict"
        if BODIES[body][1]:
            self.taken[number] = body
            return "accepted"
        self.waiting.add((number, body))
        return "quarantined"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 5), st.sampled_from(sorted(BODIES))), max_size=8), max_size=5
    )
)
def test_whatever_is_sent_in_whatever_order_is_kept_once(
    postgres: DatabaseSettings, batches: list[list[tuple[int, str]]]
):
    async def work(shelf: Shelf) -> None:
        book = Book()
        for batch in batches:
            verdicts = await take(shelf, *(event(number, **BODIES[body][0]) for number, body in batch))
            assert outcomes(verdicts) == book.outcomes(batch)
        rows = await counted(shelf)
        assert rows["completion"] == len(book.taken)
        assert rows["quarantine"] == len(book.waiting)
        assert rows["audit_pending"] == len(book.taken) + len(book.waiting)
        waits = await shelf.database.rows("SELECT record_id FROM quarantine WHERE released_at IS NULL")
        assert {row["record_id"] for row in waits} == {
            f"cmc-{number}" for number, _ in book.waiting if number not in book.taken
        }

    on_shelf(servers.fresh(postgres), work)


def test_nothing_arrives_when_nothing_is_sent(database: DatabaseSettings):
    async def work(shelf: Shelf) -> list[Any]:
        return await take(shelf)

    assert on_shelf(database, work) == []
