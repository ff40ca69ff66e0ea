"""Exported files as a source: those in a folder here, or in one over SFTP. Knows where they are, not what is in them.

What they hold is read as `trueup check` and `trueup import` read it (journey/pulled_files.py).
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from trueup.connectors.target import NoReplyError, UnusableOptionsError
from trueup.model.delivery import Capability, Manifest, Need, Proof

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from trueup.connectors.target import Options

LARGEST = 4 * 1024**3  # bytes of one file
MOST = 100_000  # files in a folder
SECONDS = 60.0  # to connect, and for an answer
PART = 1 << 20  # bytes that are fetched at once


@dataclass(frozen=True, slots=True)
class Found:
    """A file that is there: its name below the folder, its size in bytes, and when it was last changed."""

    name: str
    size: int
    modified: datetime


class Place(Protocol):
    """A folder that is open."""

    async def listed(self) -> list[Found]:
        """The files in it. Raises NoReplyError."""

    async def fetched(self, found: Found, into: Path) -> Path:
        """A file, as one that can be read here: itself, or a copy in `into`. Raises NoReplyError."""


class Files:
    """Opens the folder: a path, or sftp://user@host/path."""

    manifest = Manifest(
        name="files",
        title="Exported files in a folder, or over SFTP",
        capabilities=frozenset({Capability.LIST, Capability.SINCE}),
        needs=(Need("read", "the folder"),),
        proof=Proof.RUN,
        traps=(
            "every format that trueup check reads, recognised in the same way; what a file can't tell is declared in trueup.toml",
            "a file is read again once it was changed, and all of them once a day; what was taken in before is recognised",
            'options.pattern = "*.csv" takes some of the files; a file that is being written is best renamed once it is whole',
            "over SFTP (trueup[sftp]) the server's key has to be in the file options.known_hosts",
            "the secret is the password there, or that of the private key in the file options.key_file",
        ),
    )

    def __init__(self, options: Options) -> None:
        self._options = options
        self._pattern = options.text("pattern", "*")
        if not options.address:
            raise UnusableOptionsError("files need an address: a path, or sftp://user@host/path")
        if options.address.startswith("sftp:"):
            told = urlsplit(options.address)
            if not (told.hostname and told.username and options.text("known_hosts")):
                raise UnusableOptionsError(
                    "SFTP needs sftp://user@host/path and options.known_hosts, a file with the server's key"
                )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Place]:
        """The folder for as long as the block runs. Raises NoReplyError."""
        if not self._options.address.startswith("sftp:"):
            yield _Here(Path(self._options.address), self._pattern)
            return
        async with _sftp(self._options) as (client, path):
            yield _There(client, path, self._pattern)


class _Here:
    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder = folder
        self._pattern = pattern

    async def listed(self) -> list[Found]:
        return await asyncio.to_thread(self._listed)

    def _listed(self) -> list[Found]:
        if not self._folder.is_dir():
            raise NoReplyError("there is no such folder", sent=False)
        found = []
        for path in self._folder.rglob("*"):
            if path.is_file() and _wanted(path.relative_to(self._folder).as_posix(), self._pattern):
                stat = path.stat()
                at = datetime.fromtimestamp(stat.st_mtime, UTC)
                found.append(Found(path.relative_to(self._folder).as_posix(), stat.st_size, at))
        return _few(found)

    async def fetched(self, found: Found, into: Path) -> Path:  # noqa: ARG002 - it is here already
        return self._folder / found.name


class _There:
    def __init__(self, client: Any, path: str, pattern: str) -> None:
        self._client = client
        self._path = path.rstrip("/") or "/"
        self._pattern = pattern

    async def listed(self) -> list[Found]:
        async with _asking():
            found = []
            async for entry in self._client.scandir(self._path):
                told, name = entry.attrs, str(entry.filename)
                regular = told.permissions is not None and S_ISREG(told.permissions)
                if regular and not {"/", "\\"} & set(name) and _wanted(name, self._pattern):
                    found.append(Found(name, told.size or 0, datetime.fromtimestamp(told.mtime or 0, UTC)))
            return _few(found)

    async def fetched(self, found: Found, into: Path) -> Path:
        copy = into / found.name
        size = 0
        async with _asking(), self._client.open(f"{self._path}/{found.name}", "rb") as there:
            with copy.open("wb") as here:
                while part := await asyncio.wait_for(there.read(PART), SECONDS):
                    size += len(part)
                    if size > LARGEST:
                        raise NoReplyError(f"{found.name} is larger than {LARGEST:,} bytes", sent=True)
                    here.write(part)
        return copy


@asynccontextmanager
async def _sftp(options: Options) -> AsyncIterator[tuple[Any, str]]:
    """A session, whose server has shown the key that is known of it."""
    try:
        import asyncssh  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NoReplyError("SFTP needs trueup[sftp]: pip install 'trueup[sftp]'", sent=False) from error
    told = urlsplit(options.address)
    key = options.text("key_file")
    proven: dict[str, Any] = (
        {"client_keys": [key], "passphrase": options.secret or None, "password": None}
        if key
        else {"client_keys": None, "password": options.secret}
    )
    async with _asking():
        connection = await asyncssh.connect(
            told.hostname or "",
            told.port or 22,
            username=unquote(told.username or ""),
            known_hosts=options.text("known_hosts"),
            connect_timeout=SECONDS,
            login_timeout=SECONDS,
            agent_path=None,
            config=None,
            **proven,
        )
    async with connection:
        async with _asking():
            client = await connection.start_sftp_client()
        async with client:
            yield client, unquote(told.path)


@asynccontextmanager
async def _asking() -> AsyncIterator[None]:
    """What goes wrong on the way, as the kind of trouble alone: names of files and people stay out."""
    try:
        async with asyncio.timeout(SECONDS * 10):
            yield
    except NoReplyError:
        raise
    except (OSError, TimeoutError) as error:
        raise NoReplyError(type(error).__name__, sent=False) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "asyncssh":
            raise
        raise NoReplyError(type(error).__name__, sent=False) from error


def _wanted(name: str, pattern: str) -> bool:
    """Whether a file is one to read: of the pattern, and none that is hidden or half there."""
    last = name.rpartition("/")[2]
    whole = not last.startswith((".", "~")) and not last.endswith((".part", ".tmp", ".filepart"))
    return whole and (fnmatchcase(name, pattern) or fnmatchcase(last, pattern))


def _few(found: list[Found]) -> list[Found]:
    if len(found) > MOST:
        raise NoReplyError(f"there are more than {MOST:,} files", sent=True)
    if large := next((one for one in found if one.size > LARGEST), None):
        raise NoReplyError(f"{large.name} is larger than {LARGEST:,} bytes", sent=True)
    return sorted(found, key=lambda one: one.modified)
