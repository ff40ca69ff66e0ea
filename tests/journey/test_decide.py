"""What waits is settled by a person: once, provably, and as if the source had sent it right; on a real database."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from audit_logs import KEY
from audit_logs import KEYS as VERIFIERS
from shelves import KEYS, NOW, TARGETS, counted, event, on_shelf, take
from trueup.audit.export import OPENED, Export
from trueup.audit.receipt import verify_receipt
from trueup.audit.sequencer import sequence_all
from trueup.audit.verify import verify
from trueup.instants import ExcelDates, Reading
from trueup.intake.quarantine.store import Settled, Wanted
from trueup.journey.arrive import Incoming, Shelf, Ways, arrive
from trueup.journey.consult import Acknowledger, consult, receipt
from trueup.journey.decide import Decision, NotSettledError, discard, look_into, release, waits
from trueup.journey.disclose import disclose
from trueup.kit.database import DatabaseSettings
from trueup.model.completions import Key, Outcome
from trueup.model.settings import DayOrder, SourceSettings

LATER = NOW + timedelta(days=1)
NAIVE = {"occurred_at": "2026-03-02 10:00:00"}
BERLIN = Decision("hr", "exported in Berlin", {"zone": "Europe/Berlin"})
KEY_1 = Key("moodle-hr", "cmc-1", "1")


async def held(shelf: Shelf, **members: Any) -> int:
    """The number of an event in quarantine."""
    (verdict,) = await take(shelf, event(1, **members))
    assert verdict.outcome is Outcome.QUARANTINED
    assert verdict.statement_id is not None
    return verdict.statement_id


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (NAIVE, {"zone": "Europe/Berlin"}),  # no zone was declared
        ({"occurred_at": "2025-10-26 02:30", "zone": "Europe/Berlin"}, {"occurred_at": "2025-10-26T02:30:00+01:00"}),  # twice
        ({"occurred_at": "2026-02-30T10:00:00Z"}, {"occurred_at": "2026-02-28T10:00:00Z"}),  # no such day
        ({"occurred_at": "2026-02-30T10:00:00Z"}, {"occurred_at": ""}),  # nobody knows when
        ({"account": ...}, {"employee_number": "E1"}),  # nobody was named
        ({"email": "no address"}, {"email": ""}),  # named otherwise, too
        ({"score": {"raw": 4}}, {"score.min": "0", "score.max": "5"}),  # no scale
        ({"score": {"raw": 45, "min": 0, "max": 5}}, {"score.raw": "4.5"}),  # outside of it
        ({"account": ..., "score": {"raw": 4}}, {"employee_number": "E1", "score": ""}),  # two things at once
    ],
)  # fmt: skip  # a table
def test_released_it_is_a_completion_with_all_that_follows_from_one(
    database: DatabaseSettings, members: dict[str, Any], said: dict[str, str]
):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **members)
        verdict = await release(shelf, number, Decision("hr", "known", said), now=LATER)
        assert (verdict.outcome, verdict.key, verdict.received_at) == (Outcome.ACCEPTED, KEY_1, NOW)
        rows = await counted(shelf)
        assert (rows["completion"], rows["quarantine"], rows["outbox"], rows["audit_pending"]) == (1, 1, 2, 3)
        told = await consult(shelf, KEY_1)
        assert told is not None
        assert told.entry.completion is not None
        assert told.digest == verdict.digest
        (again,) = await take(shelf, event(1, **members), now=LATER)  # the source knows nothing of it
        assert (again.outcome, again.digest) == (Outcome.DUPLICATE, verdict.digest)
        assert await counted(shelf) == rows

    on_shelf(database, work, TARGETS)


def test_the_receipt_is_the_one_that_its_source_has_and_proves_itself(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        (first,) = await take(shelf, event(1, **NAIVE))
        given = Acknowledger(KEY).of(first)
        await release(shelf, first.statement_id or 0, BERLIN, now=LATER)
        await sequence_all(shelf.database, [KEY])
        now = await receipt(shelf, KEY_1, KEY)
        assert given is not None
        assert now is not None
        assert (now.claims, now.signature) == (given.claims, given.signature)
        assert now.proof is not None
        assert verify_receipt(now, VERIFIERS).problems == ()

    on_shelf(database, work)


def test_of_many_decisions_at_once_one_is_made(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **NAIVE)
        attempts = [release(shelf, number, BERLIN, now=LATER) for _ in range(20)]
        attempts += [discard(shelf, number, Decision("hr", "a test"), now=LATER) for _ in range(20)]
        told = await asyncio.gather(*attempts, return_exceptions=True)
        assert [type(one) for one in told].count(NotSettledError) == 39
        rows = await counted(shelf)
        released = await shelf.database.value("SELECT outcome FROM decision") == "released"
        assert (rows["completion"], rows["outbox"], rows["audit_pending"]) == (
            (1, 2, 3) if released else (0, 0, 2)
        )

    on_shelf(database, work, TARGETS)


def test_a_decision_and_a_resend_at_the_same_time_have_one_effect(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        for n in range(20):
            key = f"both-{n}"
            (first,) = await take(shelf, event(1, record_id=key, **NAIVE))
            told = await asyncio.gather(
                take(shelf, event(1, record_id=key), now=LATER),
                release(shelf, first.statement_id or 0, BERLIN, now=LATER),
                return_exceptions=True,
            )
            assert not [
                one for one in told if isinstance(one, Exception) and not isinstance(one, NotSettledError)
            ]
        rows = await counted(shelf)
        assert (rows["completion"], rows["outbox"]) == (20, 40)
        by = await shelf.database.rows("SELECT released_by, count(*) AS n FROM quarantine GROUP BY 1")
        decided = await shelf.database.value("SELECT count(*) FROM decision")
        assert sum(row["n"] for row in by if row["released_by"] == "decision") == decided
        assert sum(row["n"] for row in by) == 20

    on_shelf(database, work, TARGETS)


def test_discarded_it_is_settled_and_a_right_event_is_taken_all_the_same(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **NAIVE)
        await discard(shelf, number, Decision("hr", "a test account"), now=LATER)
        assert (await waits(shelf, Wanted(), 10)) == ([], [])
        (again,) = await take(shelf, event(1, **NAIVE))
        assert (again.outcome, again.statement_id) == (Outcome.DUPLICATE, number)
        assert (await counted(shelf))["completion"] == 0
        (right,) = await take(shelf, event(1))
        assert right.outcome is Outcome.ACCEPTED
        found = await look_into(shelf, number)
        assert found is not None
        assert found.item.decided is not None
        assert (found.item.decided.outcome, found.item.decided.decided_by) == (Settled.DISCARDED, "hr")
        assert (found.decision or {})["reason"] == "a test account"

    on_shelf(database, work)


@pytest.mark.parametrize(
    ("members", "said", "why"),
    [
        (NAIVE, {}, "TU0201 at /occurred_at"),  # nothing was said
        (NAIVE, {"zone": "Europe/Nowhere"}, "TU0201 at /zone"),
        ({"account": ...}, {"account.name": "anna"}, "TU0101"),  # an account has an issuer
        (NAIVE, {"occurred_at": "2026-10-02T00:00:00Z"}, "TU0205"),  # after it arrived
        ({"score": {"raw": 9}}, {"score.min": "0", "score.max": "5"}, "TU0802"),  # another fault instead
    ],
)
def test_what_still_can_t_be_settled_is_said_and_nothing_changes(
    database: DatabaseSettings, members: dict[str, Any], said: dict[str, str], why: str
):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **members)
        rows = await counted(shelf)
        with pytest.raises(NotSettledError) as told:
            await release(shelf, number, Decision("hr", "known", said), now=LATER)
        assert why in told.value.what
        assert await counted(shelf) == rows
        assert len((await waits(shelf, Wanted(), 10))[1]) == 1

    on_shelf(database, work)


def test_what_is_declared_since_lets_it_in_without_a_word(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **NAIVE)
        declared = Shelf(
            shelf.database, KEYS, {"moodle-hr": SourceSettings("moodle-hr", zone="Europe/Berlin")}
        )
        assert (
            await release(declared, number, Decision("hr", "declared"), now=LATER)
        ).outcome is Outcome.ACCEPTED

    on_shelf(database, work)


@pytest.mark.parametrize(
    ("reading", "raw", "at"),
    [
        (Reading(zone="UTC", excel=ExcelDates.FROM_1900), "46087.5", "2026-03-06 12:00"),  # not 1970
        (Reading(zone="UTC", order=DayOrder.DMY), "03.04.2026 10:00", "2026-04-03 10:00"),
        (Reading(zone="Asia/Tokyo"), "2026-03-06 12:00", "2026-03-06 03:00"),
    ],
)
def test_a_time_is_read_as_the_file_that_it_came_from_writes_it(
    database: DatabaseSettings, reading: Reading, raw: str, at: str
):
    async def work(shelf: Shelf) -> None:
        body = json.dumps(event(1, account=..., occurred_at=raw)).encode()
        (held,) = await arrive(
            shelf, [Incoming(body, origin="a.xlsx:2", ways=Ways(reading, reading))], door="import", now=NOW
        )
        decision = Decision("hr", "known", {"employee_number": "E1"})
        await release(shelf, held.statement_id or 0, decision, now=LATER)
        told = await consult(shelf, KEY_1)
        assert told is not None
        assert told.entry.completion is not None
        assert told.entry.completion.occurred is not None
        assert f"{told.entry.completion.occurred.at:%Y-%m-%d %H:%M}" == at

    on_shelf(database, work)


def test_without_the_event_itself_only_a_resend_settles_it(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **NAIVE)
        with pytest.raises(NotSettledError) as told:
            await release(shelf, number, BERLIN, now=LATER)
        assert "not kept" in told.value.what
        assert "only a corrected resend" in told.value.todo
        await discard(shelf, number, Decision("hr", "gone"), now=LATER)

    on_shelf(database, work, {"*": SourceSettings("*", keep_raw=False)})


def test_what_is_left_of_who_was_erased_can_only_be_discarded(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **NAIVE)
        await shelf.database.run("DELETE FROM actor")
        with pytest.raises(NotSettledError) as told:
            await release(shelf, number, BERLIN, now=LATER)
        assert "erased" in told.value.what
        await discard(shelf, number, Decision("hr", "erased"), now=LATER)
        found = await look_into(shelf, number)
        assert found is not None
        assert (found.event, (found.decision or {})["reason"]) == (None, "erased")

    on_shelf(database, work)


def test_what_no_purpose_allows_any_more_is_not_kept_on(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, email="anna@example.com", **NAIVE)
        narrower = Shelf(shelf.database, KEYS, {"*": SourceSettings("*", drop=("email",))})
        verdict = await release(narrower, number, BERLIN, now=LATER)
        assert verdict.dropped == ("/email",)
        kept = await shelf.database.row("SELECT raw_kept, dropped FROM completion")
        assert dict(kept or {}) == {"raw_kept": False, "dropped": ["/email"]}
        told = await consult(shelf, KEY_1)
        assert told is not None
        assert told.who is not None
        assert told.who.email is None

    on_shelf(database, work)


def test_decisions_are_in_the_audit_log_and_open_with_the_rest(database: DatabaseSettings, tmp_path: Path):
    async def work(shelf: Shelf) -> None:
        number = await held(shelf, **NAIVE)
        await release(shelf, number, BERLIN, now=LATER)
        await sequence_all(shelf.database, [KEY])
        await disclose(shelf, tmp_path / "export")
        found = verify(Export(tmp_path / "export"), VERIFIERS)
        assert (found.size, found.opened, found.problems) == (3, 3, ())
        text = (tmp_path / "export" / OPENED).read_text(encoding="utf-8")
        contracts = [json.loads(line)["record"]["contract"] for line in text.splitlines()]
        assert sorted(contracts) == ["trueup.decision/1", "trueup.event/1", "trueup.event/1"]
        assert "Berlin" not in text

    on_shelf(database, work)


@pytest.mark.parametrize(
    "statement", ["UPDATE decision SET decided_by = 'x'", "DELETE FROM decision", "TRUNCATE decision"]
)
def test_a_decision_stands(database: DatabaseSettings, statement: str):
    async def work(shelf: Shelf) -> None:
        await discard(shelf, await held(shelf, **NAIVE), Decision("hr", "a test"), now=LATER)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="decisions stand"):
            await shelf.database.run(statement)

    on_shelf(database, work)


def test_what_waits_is_found_by_fault_source_and_owner(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        await take(
            shelf, event(1, **NAIVE), event(2, account=...), event(3, source="canvas", **NAIVE), event(4)
        )
        for wanted, found in (
            (Wanted(), ["cmc-1", "cmc-3", "cmc-2"]),
            (Wanted(code="TU0201"), ["cmc-1", "cmc-3"]),
            (Wanted(source="canvas"), ["cmc-3"]),
            (Wanted(owner="HR data steward"), ["cmc-2"]),
            (Wanted(code="TU0101", source="canvas"), []),
        ):
            counts, items = await waits(shelf, wanted, 10)
            assert sorted(one.key.record_id for one in items) == sorted(found)
            assert sum(one.count for one in counts) == len(found)
        assert len((await waits(shelf, Wanted(), 2))[1]) == 2

    on_shelf(database, work)
