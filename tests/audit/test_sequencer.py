"""The log in the database: every commitment gets one place, whoever sequences and whatever is killed."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

import servers
from audit_logs import CLAIMS, KEY, ORIGIN, SALT, as_json, entries_of, log_of
from trueup.audit import proving, store
from trueup.audit.checkpoint import opened
from trueup.audit.commitment import commitment
from trueup.audit.merkle import NoProofError, leaf_hash, root_by_inclusion, roots_by_consistency
from trueup.audit.problem import BrokenLogError
from trueup.audit.receipt import issue, parse, verify_receipt
from trueup.audit.sequencer import NotThisLogError, keep_sequencing, sequence, sequence_all
from trueup.audit.tiles import ENTRIES, Tile, entry_in, frames_in, tiles_of
from trueup.kit.database import Database, DatabaseSettings, migrate, migrations
from trueup.kit.database.embedded import start
from trueup.kit.signing import SigningKey

KEYS = [KEY.verifier]


async def wait(database: Database, commitments: Sequence[bytes], first: int = 0) -> None:
    """As a writer does it: rows, no lock."""
    await database.run(
        "INSERT INTO audit_pending (statement_id, commitment) SELECT * FROM unnest($1::bigint[], $2::bytea[])",
        list(range(first, first + len(commitments))),
        list(commitments),
    )


async def entries_in(database: Database, size: int) -> list[bytes]:
    bundles = [tile for tile in tiles_of(size) if tile.level == ENTRIES]
    found = await store.tiles(database, bundles)
    return [entry_in(frame) for tile in bundles for frame in frames_in(found[tile])]


def test_what_waits_gets_its_place_in_order(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, entries = server.database, entries_of(700)
        await wait(here, entries)
        assert (await sequence_all(here, [KEY])).added == 700
        assert await store.waiting(here) == 0
        assert await entries_in(here, 700) == entries
        head, _ = opened((await proving.checkpoint(here)).encode(), KEYS)
        assert (head.origin, head.size, head.root) == (ORIGIN, 700, log_of(entries).root)
        assert await store.leaf_of(here, 300) == 300
        assert await store.leaf_of(here, 700) is None

    servers.use(database, work)


def test_batches_of_any_size_give_the_same_log(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, entries = server.database, entries_of(1500)
        dice, at = random.Random(7), 0
        while at < len(entries):
            some = entries[at : at + dice.randint(1, 300)]
            await wait(here, some, at)
            at += len(some)
            await sequence(here, [KEY], most=dice.randint(1, 300))
        await sequence_all(here, [KEY])
        head, _ = opened((await proving.checkpoint(here)).encode(), KEYS)
        log = log_of(entries)
        assert (head.size, head.root) == (1500, log.root)
        wanted = list(tiles_of(1500))
        assert await store.tiles(here, wanted) == {tile: log.read(tile) for tile in wanted}

    servers.use(database, work)


def test_an_empty_log_has_a_head_too(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        with pytest.raises(proving.NoLogError):
            await proving.checkpoint(server.database)
        await sequence_all(server.database, [KEY])
        head, _ = opened((await proving.checkpoint(server.database)).encode(), KEYS)
        assert head.size == 0

    servers.use(database, work)


def test_proofs_lead_from_every_leaf_and_every_beginning_to_the_head(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, entries = server.database, entries_of(700)
        await wait(here, entries)
        await sequence_all(here, [KEY])
        root = log_of(entries).root
        for index in (0, 255, 256, 511, 512, 699):
            found = await proving.inclusion(here, index)
            assert opened(found.checkpoint.encode(), KEYS)[0].root == root
            assert root_by_inclusion(leaf_hash(entries[index]), index, 700, found.hashes) == root
        for old in (1, 256, 300, 700):
            before = log_of(entries[:old]).root
            found = await proving.consistency(here, old)
            assert roots_by_consistency(old, 700, before, found.hashes) == (before, root)
        for ask in (
            proving.inclusion(here, 700),
            proving.consistency(here, 701),
            proving.consistency(here, 0),
        ):
            with pytest.raises(NoProofError):
                await ask

    servers.use(database, work)


def test_a_receipt_gets_its_proof_as_soon_as_its_leaf_has_its_place(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, receipt = server.database, issue(CLAIMS, KEY, SALT)
        await wait(here, [commitment(SALT, CLAIMS.record())], first=7)
        assert await proving.completed(here, 7, receipt) == receipt
        await wait(here, entries_of(300), first=8)
        await sequence_all(here, [KEY])
        found = await proving.completed(here, 7, receipt)
        verdict = verify_receipt(parse(as_json(found)), KEYS)
        assert (found.leaf_index, verdict.head.size, verdict.problems) == (0, 301, ())

    servers.use(database, work)


def test_a_database_that_goes_away_is_waited_for():
    with servers.place() as data:
        owned = start(data / "database", settings=servers.QUICK)
        named = f"postgresql:///postgres?host={owned.place.sockets}&user=trueup"  # nobody takes over what has a name

        async def work(server: servers.Opened) -> None:
            here, stop, heard = server.database, asyncio.Event(), []
            await migrate(here, migrations())
            task = asyncio.create_task(
                keep_sequencing(here, [KEY], stop, said=lambda event, _figures: heard.append(event))
            )
            await asyncio.sleep(0.3)
            owned.stop()
            async with asyncio.timeout(60):
                while "audit.unavailable" not in heard:  # noqa: ASYNC110 - nothing tells of it but the sequencer
                    await asyncio.sleep(0.05)
            again = start(data / "database")
            try:
                await wait(here, entries_of(1))
                async with asyncio.timeout(60):
                    while "audit.sequenced" not in heard:  # noqa: ASYNC110 - likewise
                        await asyncio.sleep(0.05)
                stop.set()
                await task
            finally:
                again.stop()

        servers.use(DatabaseSettings(data, named), work)


def test_a_tile_is_as_wide_as_it_is_asked_for_and_never_wider_than_the_log(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, log = server.database, log_of(entries_of(300))
        await wait(here, entries_of(300))
        await sequence_all(here, [KEY])
        assert await proving.tile(here, Tile(0, 0)) == log.read(Tile(0, 0))
        assert await proving.tile(here, Tile(0, 1, 7)) == log.read(Tile(0, 1, 7))
        assert await proving.tile(here, Tile(0, 0, 7)) == log.read(Tile(0, 0, 7))
        assert await proving.tile(here, Tile(ENTRIES, 1, 44)) == log.read(Tile(ENTRIES, 1, 44))
        for absent in (Tile(0, 1, 45), Tile(0, 1), Tile(0, 2, 1), Tile(3, 0, 1), Tile(63, 2**50)):
            assert await proving.tile(here, absent) is None

    servers.use(database, work)


def test_many_writers_and_sequencers_lose_and_double_nothing(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, entries, stop = server.database, entries_of(3000), asyncio.Event()
        sequencers = [asyncio.create_task(keep_sequencing(here, [KEY], stop)) for _ in range(3)]
        await asyncio.gather(*(wait(here, entries[at : at + 50], at) for at in range(0, len(entries), 50)))
        async with asyncio.timeout(20):
            while await store.waiting(here):  # noqa: ASYNC110 - the database has no event
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(*sequencers)
        assert sorted(await entries_in(here, 3000)) == sorted(entries)
        places = [await store.leaf_of(here, number) for number in (0, 1234, 2999)]
        logged = await entries_in(here, 3000)
        assert [logged[place] for place in places] == [entries[number] for number in (0, 1234, 2999)]

    servers.use(database, work)


def test_a_proof_is_there_within_a_second(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, stop = server.database, asyncio.Event()
        task = asyncio.create_task(keep_sequencing(here, [KEY], stop))
        await asyncio.sleep(0.3)
        await wait(here, entries_of(1))
        async with asyncio.timeout(1):
            while await store.leaf_of(here, 0) is None:  # noqa: ASYNC110 - the database has no event
                await asyncio.sleep(0.02)
        stop.set()
        await task

    servers.use(database, work)


def test_a_batch_that_does_not_commit_waits_again(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
):
    async def work(server: servers.Opened) -> None:
        here, entries = server.database, entries_of(10)
        await wait(here, entries)
        put_head = store.put_head

        async def killed(*_: object) -> None:
            raise ConnectionResetError

        monkeypatch.setattr(store, "put_head", killed)
        with pytest.raises(ConnectionResetError):
            await sequence(here, [KEY])
        monkeypatch.setattr(store, "put_head", put_head)
        assert await store.waiting(here) == 10
        assert await store.head(here) is None
        await sequence_all(here, [KEY])
        assert await entries_in(here, 10) == entries

    servers.use(database, work)


def test_while_one_sequences_another_does_nothing(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here = server.database
        await wait(here, entries_of(1))
        async with here.transaction() as transaction:
            assert await store.lock_sequencer(transaction)
            assert await sequence(here, [KEY]) is None
            assert await sequence_all(here, [KEY]) is None
        assert (await sequence(here, [KEY])).added == 1

    servers.use(database, work)


def test_after_a_rotation_the_head_is_signed_anew_and_the_log_goes_on(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, new = server.database, SigningKey.generate(ORIGIN)
        await wait(here, entries_of(3))
        await sequence_all(here, [KEY])
        await sequence_all(here, [new, KEY])
        note = (await proving.checkpoint(here)).encode()
        assert opened(note, [new.verifier])[0] == opened(note, KEYS)[0]
        await sequence_all(here, [new])
        assert opened((await proving.checkpoint(here)).encode(), [new.verifier])[0].size == 3

    servers.use(database, work)


def test_the_key_of_another_log_sequences_nothing(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        await sequence_all(server.database, [KEY])
        await wait(server.database, entries_of(1))
        with pytest.raises(NotThisLogError, match=ORIGIN):
            await sequence_all(server.database, [SigningKey.generate("elsewhere.example.org/audit")])
        assert await store.waiting(server.database) == 1

    servers.use(database, work)


REFUSED = [
    "UPDATE audit_tile SET data = set_byte(data, 0, get_byte(data, 0) # 1) WHERE level = -1 AND tile_index = 0",
    "UPDATE audit_tile SET data = substring(data FROM 1 FOR 32) WHERE level = 0 AND tile_index = 0",
    "UPDATE audit_tile SET tile_index = 9 WHERE level = 0 AND tile_index = 0",
    "DELETE FROM audit_tile WHERE level = 0",
    "TRUNCATE audit_tile",
    "UPDATE audit_head SET size = size - 1",
    "UPDATE audit_head SET origin = 'elsewhere'",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
    "UPDATE audit_leaf SET leaf_index = 1 WHERE leaf_index = 0",
    "DELETE FROM audit_leaf",
    "TRUNCATE audit_leaf",
]


def test_the_database_refuses_to_forget(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        await wait(server.database, entries_of(300))
        await sequence_all(server.database, [KEY])
        for statement in REFUSED:
            with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only grows"):
                await server.database.run(statement)

    servers.use(database, work)


CHANGED = [
    ("DELETE FROM audit_tile WHERE level = 0 AND tile_index = 1", r"tile/0/001\.p/44 is not stored"),
    (
        "UPDATE audit_tile SET data = set_byte(data, 3, get_byte(data, 3) # 1) WHERE level = 0 AND tile_index = 1",
        "do not add up",
    ),
    ("UPDATE audit_head SET note = replace(note, '300', '299')", "none of the keys signed"),
]


@pytest.mark.parametrize(("statement", "said"), CHANGED)
def test_nothing_is_signed_on_top_of_tables_that_were_changed(
    database: DatabaseSettings, statement: str, said: str
):
    async def work(server: servers.Opened) -> None:
        here = server.database
        await wait(here, entries_of(300))
        await sequence_all(here, [KEY])
        await here.run(
            "ALTER TABLE audit_tile DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER; "
            + statement
        )
        await wait(here, entries_of(301)[300:], 300)
        with pytest.raises((BrokenLogError, NotThisLogError), match=said):
            await sequence(here, [KEY])
        assert await store.waiting(here) == 1

    servers.use(database, work)


def test_a_tile_that_is_gone_is_no_proof_that_there_is_none(database: DatabaseSettings, tmp_path: Path):
    async def work(server: servers.Opened) -> None:
        here = server.database
        await wait(here, entries_of(300))
        await sequence_all(here, [KEY])
        await here.run("ALTER TABLE audit_tile DISABLE TRIGGER USER; DELETE FROM audit_tile WHERE level = 0")
        with pytest.raises(BrokenLogError, match="not stored"):
            await proving.inclusion(here, 299)
        with pytest.raises(BrokenLogError, match="not stored"):
            await proving.exported(here, tmp_path / "export")

    servers.use(database, work)


def test_a_key_that_was_retired_too_early_says_what_to_do(database: DatabaseSettings):
    async def work(server: servers.Opened) -> None:
        here, new = server.database, SigningKey.generate(ORIGIN)
        await sequence_all(here, [KEY])
        with pytest.raises(NotThisLogError, match="put the key that did below the new one"):
            await sequence_all(here, [new])
        await sequence_all(here, [new, KEY])
        await sequence_all(here, [new])

    servers.use(database, work)
