"""Our own PostgreSQL: made, started, watched over and stopped. Knows processes and files, no SQL and no network.

One process owns the server of a directory; others share it meanwhile, and the next takes it over. It listens on a
Unix socket in a closed directory and on nothing else. It ends with its owner, however that ends: the kernel
sends it SIGINT (Linux); elsewhere the next owner stops what it finds. Only files that the server itself has
synced are relied on, so killing either at any time loses nothing that was committed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from trueup.kit.database import launch
from trueup.kit.database.binaries import ENVIRONMENT, Binaries, find_binaries, out_of_reach, ran
from trueup.kit.database.place import PORT, USER, Account, Place, unprivileged
from trueup.kit.database.problem import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 60.0  # seconds for another process to come up or go, and for recovery after a crash
_LOG_KEPT = 8 << 20  # bytes from which a log is put aside at the next start
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # costs more than it brings to short statements
    "max_wal_size": "2GB",
    "log_error_verbosity": "terse",  # a detail would name the values, and these are people's
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}


@dataclass(slots=True)
class EmbeddedServer:
    """A server that answers at `place.sockets`; another process's, or ours: then `process` is it."""

    place: Place
    binaries: Binaries
    account: Account | None
    settings: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    _lock: IO[bytes] | None = field(default=None, repr=False)

    @property
    def owned(self) -> bool:
        """Whether it ends with this process."""
        return self._lock is not None

    def stop(self) -> None:
        """Stop it if it is ours, waiting until all is on disk; then others may own it."""
        if self.process is not None:
            _end(self.process)
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def watch(self) -> None:
        """Start it again whenever it ends by itself, and take it over when its owner is gone; until cancelled."""
        while True:
            await asyncio.sleep(0.2)
            with suppress(DatabaseError):  # its log says why; a full disk, say, may be freed meanwhile
                if self._lock is None:
                    self._take_over()
                elif self.process is None or self.process.poll() is not None:
                    self.process = _launched(self.place, self.binaries, self.account, self.settings)

    def _take_over(self) -> None:
        """Own the directory if nobody does (any more), and run its server."""
        self._lock = _locked(self.place)
        if self._lock is None:
            return
        try:
            _settle_former(self.place)
            if not self.place.cluster.exists():
                _make_cluster(self.place, self.binaries, self.account)
            self.process = _launched(self.place, self.binaries, self.account, self.settings)
        except BaseException:
            self._lock.close()
            self._lock = None
            raise


def start(
    root: Path, *, binaries: str | None = None, settings: Mapping[str, str] | None = None
) -> EmbeddedServer:
    """The server of a directory: made where there is none, started, or shared where another process runs it.

    `binaries` names a directory with PostgreSQL's programs, else those of the extra trueup[embedded] are used;
    `settings` are settings of PostgreSQL over ours. To be called from the main thread: a server ends with the
    thread that started it. Raises DatabaseError, with the server's own words where it would not start.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError(
            "an embedded server is started from the main thread only: it would end with another"
        )
    place = Place(root)
    account = unprivileged(place)
    place.prepare(account)
    chosen = find_binaries(binaries, place, account)
    server = EmbeddedServer(place, chosen, account, {**_SETTINGS, **(settings or {})})
    until = time.monotonic() + PATIENCE
    while True:
        server._take_over()  # noqa: SLF001 - its own
        if server.owned or _ready(place):
            return server
        if time.monotonic() > until:
            owner = place.lock.read_text(encoding="ascii", errors="replace").strip()
            raise DatabaseError(
                f"process {owner} owns the database in {place.root}, and its server is not ready after {PATIENCE:.0f} s",
                "a server that is ready, or no other owner",
                f"look at {place.log}; stop process {owner}, then try again",
            )
        time.sleep(0.02)


def _locked(place: Place) -> IO[bytes] | None:
    """The lock of the directory where it can be had; None where another process holds it."""
    try:
        lock = place.lock.open("a+b")
    except OSError as error:
        raise DatabaseError(
            f"the database in {place.root} can't be used by this account: {error.strerror}",
            "the account that it belongs to",
            "run trueup as that account, or set TRUEUP_DATA_DIR to a directory of your own",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n".encode())
    lock.flush()
    return lock


def _postmaster(place: Place) -> tuple[int, str] | None:
    """The process id and state that the server wrote into postmaster.pid (PostgreSQL, utils/pidfile.h)."""
    try:
        lines = (place.cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _ready(place: Place) -> bool:
    told = _postmaster(place)
    return told is not None and told[1] == "ready" and _lives(told[0], place)


def _lives(pid: int, place: Place) -> bool:
    """Whether that process is a server of this cluster: not a zombie, not another one that got its number."""
    proc = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return False  # ours runs as an account that we may signal
        return True
    try:
        state = (proc / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        return state not in {"Z", "X"} and (proc / "cwd").resolve(strict=True) == place.cluster.resolve()
    except (OSError, IndexError):
        return False


def _settle_former(place: Place) -> None:
    """Wait for the server of a former owner to end; stop it where nothing told it to."""
    told = _postmaster(place)
    if told is None:
        return
    pid, began = told[0], time.monotonic()
    signalled = False
    while _lives(pid, place):
        if time.monotonic() - began > 2 and not signalled:
            os.kill(pid, signal.SIGINT)
            signalled = True
        if time.monotonic() - began > PATIENCE:
            raise DatabaseError(
                f"a former server (process {pid}) of {place.root} does not end",
                "no other server on this directory",
                f"look at {place.log}; end process {pid}, then try again",
            )
        time.sleep(0.01)
    # What is left would stop the next server where the number now belongs to another process. The server
    # itself still refuses a directory whose shared memory is in use.
    (place.cluster / "postmaster.pid").unlink(missing_ok=True)


def _make_cluster(place: Place, binaries: Binaries, account: Account | None) -> None:
    """A cluster with checksums, whole or not at all. Its texts compare by their bytes, the same everywhere."""
    part = place.root / "cluster.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    if account is not None:
        os.chown(part, account.uid, account.gid)
    command = [
        binaries.program("initdb"),
        "-D",
        str(part),
        "-U",
        USER,
        "-E",
        "UTF8",
        "--no-locale",
        "--data-checksums",
    ]
    closed = ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
    made = ran([*command, *closed], account, timeout=PATIENCE * 5)
    if made.returncode != 0:
        if account is not None and "Permission denied" in made.stdout:
            raise out_of_reach(account, place.root)
        raise DatabaseError(
            f"the database can't be made in {place.root}: {_last(made.stdout)}",
            "a directory with free space, on a disk that keeps what it is told",
            "settle that, then try again; nothing was left behind that matters",
        )
    part.rename(place.cluster)


def _launched(
    place: Place, binaries: Binaries, account: Account | None, settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """The running server, ready. Right after a crash its children may still hold the memory: then once more."""
    until = time.monotonic() + PATIENCE
    while True:
        with _log(place) as log:
            began = log.tell()
            process = subprocess.Popen(  # noqa: S603 - the program is one that was found, there is no shell
                _command(place, binaries, account, settings),
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if _came_up(process, place, until):
            return process
        said = _since(place, began)
        if "shared memory block" not in said or time.monotonic() > until:
            raise DatabaseError(
                f"the server would not start: {_last(said)}",
                f"a server that is ready within {PATIENCE:.0f} s",
                f"all it said is in {place.log}",
            )
        time.sleep(0.05)


def _command(
    place: Place, binaries: Binaries, account: Account | None, settings: Mapping[str, str]
) -> list[str]:
    ids = [str(account.uid), str(account.gid)] if account else ["-", "-"]
    server = [
        binaries.program("postgres"),
        "-D",
        str(place.cluster),
        "-k",
        str(place.sockets),
        "-p",
        str(PORT),
    ]
    told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), *ids, *server, *told]


def _came_up(process: subprocess.Popen[bytes], place: Place, until: float) -> bool:
    while process.poll() is None:
        told = _postmaster(place)
        if told is not None and told == (process.pid, "ready"):
            return True
        if time.monotonic() > until:
            _end(process)
            return False
        time.sleep(0.005)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """A fast shutdown; one that does not come to its end is cut short, which recovery mends."""
    for sign, patience in ((signal.SIGINT, PATIENCE), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            process.send_signal(sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def _log(place: Place) -> IO[bytes]:
    if place.log.exists() and place.log.stat().st_size > _LOG_KEPT:
        place.log.replace(place.log.with_suffix(".log.1"))
    return place.log.open("ab")


def _since(place: Place, began: int) -> str:
    with place.log.open("rb") as log:
        log.seek(began)
        return log.read(100_000).decode("utf-8", "replace")


def _last(said: str) -> str:
    """The line that says why, else the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL:" in line or "error:" in line or "PANIC:" in line]
    return (telling or lines or ["it said nothing"])[-1][-300:]
