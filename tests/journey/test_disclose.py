"""From arrival to an export that an auditor opens, and what erasure leaves of it."""

import json
from pathlib import Path

import pytest

from audit_logs import KEY, KEYS
from shelves import event, on_shelf, take
from trueup.audit.export import OPENED, Export
from trueup.audit.proving import completed
from trueup.audit.receipt import verify_receipt
from trueup.audit.sequencer import sequence_all
from trueup.audit.verify import verify
from trueup.journey.arrive import Shelf
from trueup.journey.consult import Acknowledger, consult, receipt
from trueup.journey.disclose import disclose
from trueup.kit.database import DatabaseSettings
from trueup.model.completions import CONTRACT, Key


def opened(directory: Path) -> list[dict]:
    return [json.loads(line) for line in (directory / OPENED).read_text(encoding="utf-8").splitlines()]


def test_each_leaf_opens_to_the_record_that_was_taken_in(database: DatabaseSettings, tmp_path: Path):
    async def work(shelf: Shelf) -> None:
        verdicts = await take(shelf, *(event(number) for number in range(1500)), event(1501, account=...))
        await sequence_all(shelf.database, [KEY])
        await disclose(shelf, tmp_path / "export")
        found = verify(Export(tmp_path / "export"), KEYS)
        assert (found.size, found.opened, found.problems) == (1501, 1501, ())
        records = {one["record"]["record_id"]: one["record"]["digest"] for one in opened(tmp_path / "export")}
        assert records == {verdict.key.record_id: verdict.digest for verdict in verdicts}

    on_shelf(database, work)


def test_a_receipt_names_the_contract_that_its_record_was_read_by(database: DatabaseSettings):
    async def work(shelf: Shelf) -> None:
        acknowledger = Acknowledger(KEY)
        held = event(2, account=...)
        with pytest.MonkeyPatch.context() as earlier:  # both records come in under an older contract
            earlier.setattr("trueup.journey.arrive.CONTRACT", "trueup.event/0")
            first = [acknowledger.of(one) for one in await take(shelf, event(1), held)]
        await sequence_all(shelf.database, [KEY])
        again = await take(shelf, event(1), held, event(3))
        assert [one.outcome.value for one in again] == ["duplicate", "quarantined", "accepted"]
        assert [acknowledger.of(one) for one in again[:2]] == first
        assert acknowledger.of(again[2]).claims.contract == CONTRACT
        for one in first:
            asked = await receipt(shelf, Key("moodle-hr", one.claims.record_id, "1"), KEY)
            assert (asked.claims, asked.salt, asked.signature) == (one.claims, one.salt, one.signature)
            assert asked.claims.contract == "trueup.event/0"
            assert verify_receipt(asked, KEYS).problems == ()

    on_shelf(database, work)


def test_an_opened_log_names_nobody(database: DatabaseSettings, tmp_path: Path):
    async def work(shelf: Shelf) -> None:
        await take(shelf, event(1, email="canary@example.com", employee_number="E-CANARY"))
        await sequence_all(shelf.database, [KEY])
        await disclose(shelf, tmp_path / "export")
        written = b"".join(path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file())
        assert b"cmc-1" in written
        for canary in (b"canary@example.com", b"E-CANARY", b"emp1", b"SAFE101"):
            assert canary not in written

    on_shelf(database, work)


def test_erasure_closes_a_person_s_leaves_and_every_proof_still_verifies(
    database: DatabaseSettings, tmp_path: Path
):
    async def work(shelf: Shelf) -> None:
        acknowledger = Acknowledger(KEY)
        verdicts = await take(shelf, *(event(number) for number in range(70)))
        await sequence_all(shelf.database, [KEY])
        before = [await completed(shelf.database, one.statement_id, acknowledger.of(one)) for one in verdicts]
        await shelf.database.run("DELETE FROM actor WHERE name = 'emp3'")  # the ten events 3, 10, 17 ...
        await take(shelf, event(71))
        await sequence_all(shelf.database, [KEY])
        await disclose(shelf, tmp_path / "export")
        older = before[0].proof.checkpoint.encode()
        found = verify(Export(tmp_path / "export"), KEYS, since=older)
        assert (found.size, found.since, found.opened, found.problems) == (71, 70, 61, ())
        assert {one["record"]["record_id"] for one in opened(tmp_path / "export")}.isdisjoint(
            {f"cmc-{number}" for number in range(3, 70, 7)}
        )
        # what their source was given still proves itself; we can't make it again
        assert all(verify_receipt(one, KEYS).problems == () for one in before)
        erased, kept = verdicts[3].key, verdicts[4].key
        assert await receipt(shelf, erased, KEY) is None
        assert (await consult(shelf, erased)).digest is None
        assert (await receipt(shelf, kept, KEY)).claims == before[4].claims

    on_shelf(database, work)
