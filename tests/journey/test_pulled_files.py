"""Exports in a folder, here and over a real SFTP server, pulled into the ledger."""

import asyncio
import gzip
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import httpx2
import pytest

import shelves
from deliveries import folder, outgoing
from trueup.connectors.files import Files
from trueup.connectors.source import Range
from trueup.connectors.target import Line, Options, UnusableOptionsError
from trueup.journey.compare import Comparer
from trueup.journey.pull import Incoming, Pulled, Puller, PullError
from trueup.journey.pulled_files import PulledFiles
from trueup.model.delivery import Budget
from trueup.model.settings import CheckSettings

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HEAD = "record_id,account_issuer,account_name,course_id,status,completed_at\n"


def rows(first: int, last: int, at: str = "2026-03-29T01:30:00Z") -> str:
    return HEAD + "".join(
        f"c-{n},https://lms.example.com,emp{n},SAFE101,passed,{at}\n" for n in range(first, last)
    )


def put(folder: Path, name: str, text: str | bytes, *, days_ago: float = 30) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    at = (NOW - timedelta(days=days_ago)).timestamp()
    os.utime(path, (at, at))


def source(options: Options) -> Any:
    return PulledFiles(Files(options), "moodle-hr", CheckSettings())


async def pull(shelf: Any, options: Options, now: datetime = NOW) -> Pulled:
    async def wait(_: float) -> None:
        await shelf.database.run("UPDATE destination SET closed_until = '-infinity'")

    async with httpx2.AsyncClient() as client:
        incoming = Incoming("moodle-hr", source(options), Line(client), Budget())
        return await Puller(shelf, incoming, wait=wait).pull(now=now)


def test_every_file_that_is_new_is_taken_in_and_what_was_changed_is_read_again(database, tmp_path):
    put(tmp_path, "march.csv", rows(0, 2500))
    put(tmp_path, "april.csv.gz", gzip.compress(rows(2500, 2600).encode()), days_ago=10)

    async def work(shelf):
        here = Options(str(tmp_path))
        first = await pull(shelf, here)
        again = await pull(shelf, here, NOW + timedelta(minutes=15))
        put(tmp_path, "march.csv", rows(0, 2500) + rows(3000, 3001).removeprefix(HEAD), days_ago=1)
        changed = await pull(shelf, here, NOW + timedelta(minutes=30))
        return [(dict(one.outcomes), one.swept) for one in (first, again, changed)]

    first, again, changed = shelves.on_shelf(database, work)
    assert first == ({"accepted": 2600}, True)
    assert again == (
        {"duplicate": 100},
        False,
    )  # the last of them is looked at again, as it may have been half there
    assert changed == ({"duplicate": 2600, "accepted": 1}, False)


def test_what_can_t_be_read_is_named_and_keeps_nothing_else_out(database, tmp_path):
    put(tmp_path, "page.csv", "<html><body>please log in</body></html>")
    put(tmp_path, "people.csv", "person_id,employee_number,first_name,last_name\n1,E1,Ann,Lee\n")
    put(tmp_path, "good.csv", rows(0, 3) + "c-9,,,SAFE101,passed,\n")
    put(tmp_path, "half.csv.part", rows(100, 200))
    put(tmp_path, ".hidden.csv", rows(200, 300))

    def work(shelf):
        return pull(shelf, Options(str(tmp_path)))

    done = shelves.on_shelf(database, work)
    assert done.outcomes["accepted"] == 3
    assert [one.partition(":")[0] for one in sorted(done.refused)][-2:] == ["page.csv", "people.csv"]
    assert done.records == 4


def test_a_pattern_takes_some_of_the_files(database, tmp_path):
    put(tmp_path, "completions-1.csv", rows(0, 2))
    put(tmp_path / "older", "completions-2.csv", rows(2, 4))
    put(tmp_path, "other.csv", rows(4, 9))

    def work(shelf):
        return pull(shelf, Options(str(tmp_path), "", {"pattern": "completions-*"}))

    assert shelves.on_shelf(database, work).outcomes == {"accepted": 4}


def test_a_folder_that_is_not_there_is_no_empty_one(database, tmp_path):
    async def work(shelf):
        with pytest.raises(PullError, match="no such folder"):
            await pull(shelf, Options(str(tmp_path / "nowhere")))

    shelves.on_shelf(database, work)


def test_a_pull_that_ends_in_the_middle_leaves_nothing_behind(tmp_path):
    put(tmp_path / "in", "march.csv", rows(0, 2500))

    async def work():
        files = source(Options(str(tmp_path / "in")))
        async with httpx2.AsyncClient() as client:
            line = Line(client)
            one = await files.page(line, Range(), None)
            again = await files.page(line, Range(), None)
            sizes = [len(one.raws), len(again.raws)]
            more = again.more
            while more is not None:
                page = await files.page(line, Range(), more)
                sizes.append(len(page.raws))
                more = page.more
            return sizes

    assert asyncio.run(work()) == [1000, 1000, 1000, 500]


def test_what_a_folder_lists_is_compared_with_the_ledger(database, tmp_path):
    put(tmp_path / "in", "march.csv", rows(0, 3))

    async def work(shelf):
        async with httpx2.AsyncClient() as client:
            incoming = Incoming("moodle-hr", source(Options(str(tmp_path / "in"))), Line(client), Budget())
            found = await Comparer(
                shelf, outgoing(folder(tmp_path / "out")), [Puller(shelf, incoming)]
            ).compare(None)
            return [(one.cause.value, one.code) for one in found.differences]

    assert shelves.on_shelf(database, work) == [("never received", "TU0301")] * 3


@asynccontextmanager
async def sftp(folder: Path, place: Path, password: str = "open sesame"):
    """A real SFTP server over one folder, and the file of its key."""

    class Door(asyncssh.SSHServer):
        def begin_auth(self, username):
            return username != "open"

        def password_auth_supported(self):
            return True

        def validate_password(self, username, given):
            return (username, given) == ("trueup", password)

    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Door,
        server_host_keys=[key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
    )
    port = server.get_port()
    known = place / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    try:
        yield f"sftp://trueup@127.0.0.1:{port}/exports", known
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
def test_files_over_sftp_are_taken_in(database, tmp_path):
    put(tmp_path / "there" / "exports", "march.csv", rows(0, 1200))
    put(tmp_path / "there" / "exports", "page.csv", "<html></html>")
    (tmp_path / "there" / "exports" / "folder.csv").mkdir()

    async def work(shelf):
        async with sftp(tmp_path / "there", tmp_path) as (address, known):
            return await pull(shelf, Options(address, "open sesame", {"known_hosts": str(known)}))

    done = shelves.on_shelf(database, work)
    assert (done.outcomes, len(done.refused)) == ({"accepted": 1200}, 1)


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
@pytest.mark.parametrize("wrong", ["password", "key of the server"])
def test_a_server_or_a_password_that_is_not_the_right_one_ends_the_pull_and_says_so(
    database, tmp_path, wrong
):
    put(tmp_path / "there" / "exports", "march.csv", rows(0, 2))

    async def work(shelf):
        async with sftp(tmp_path / "there", tmp_path) as (address, known):
            if wrong != "password":
                other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
                known.write_text(f"{known.read_text().split()[0]} {other}")
            secret = "open sesame" if wrong != "password" else "guessed"
            with pytest.raises(PullError) as said:
                await pull(shelf, Options(address, secret, {"known_hosts": str(known)}))
            return said.value.what

    said = shelves.on_shelf(database, work)
    assert ("PermissionDenied" if wrong == "password" else "HostKeyNotVerifiable") in said
    assert "guessed" not in said


@pytest.mark.parametrize("address", ["", "sftp://host/path", "sftp://user@/path", "sftp://user@host/path"])
def test_an_address_that_lacks_something_is_refused(address):
    with pytest.raises(UnusableOptionsError):
        Files(Options(address))
