"""The leg from a folder of exports to pages of events: what was changed since is read, a thousand rows at a time.

Joins the connector of files with what reads them (journey/unpack.py). A file that can't be read is named and keeps no
other out. Reading is done beside the loop, so that a service goes on answering.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from trueup.connectors.source import Page
from trueup.journey.unpack import events_of, looked_at
from trueup.reconcile.formats import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from trueup.connectors.files import Files, Found, Place
    from trueup.connectors.source import Range
    from trueup.journey.arrive import Incoming
    from trueup.kit.exchange import Line
    from trueup.model.settings import CheckSettings
    from trueup.reconcile.formats import Problem

ROWS = 1000  # in a page


@dataclass(frozen=True, slots=True)
class FilePage(Page):
    """A page of a file's rows, with where each stands and how its times are read; and what can't be read."""

    incoming: Sequence[Incoming] = ()
    problems: Sequence[str] = ()


@dataclass(slots=True)
class _Reading:
    """How far a pull has come: the files that are left, and the one that is open."""

    place: Place
    into: Path
    left: list[Found]
    through: datetime | None = None
    name: str = ""
    events: Iterator[Incoming] | None = None
    lost: list[Problem] = field(default_factory=list)


class PulledFiles:
    """Files as a source like any other: a page after another."""

    statements = False

    def __init__(self, files: Files, name: str, settings: CheckSettings) -> None:
        self.manifest = files.manifest
        self._files = files
        self._name = name
        self._settings = settings
        self._open = AsyncExitStack()
        self._reading: _Reading | None = None

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """The event that a row says."""
        return msgspec.json.decode(raw, type=dict[str, Any])

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:  # noqa: ARG002 - no line leads there
        """Up to a thousand rows of the next file. Raises NoReplyError."""
        try:
            if more is None or self._reading is None:
                self._reading = await self._begun(wanted)
            return await self._next(self._reading)
        except BaseException:
            await self._end()
            raise

    async def _begun(self, wanted: Range) -> _Reading:
        await self._end()
        place = await self._open.enter_async_context(self._files.opened())
        into = self._open.enter_context(TemporaryDirectory(prefix="trueup-pull-"))
        left = [
            one
            for one in await place.listed()
            if (wanted.since is None or one.modified > wanted.since)
            and (wanted.until is None or one.modified <= wanted.until)
        ]
        return _Reading(place, Path(into), left)

    async def _next(self, reading: _Reading) -> Page:
        problems: list[str] = []
        if reading.events is None and reading.left:
            found = reading.left.pop(0)
            for read in reading.into.iterdir():
                read.unlink()
            path = await reading.place.fetched(found, reading.into)
            reading.events = await asyncio.to_thread(self._opened, path, found.name, reading, problems)
            reading.name, reading.through = found.name, found.modified
        incoming: list[Incoming] = []
        if reading.events is not None:
            incoming = await asyncio.to_thread(_some, reading, problems)
        more = "more" if reading.events is not None or reading.left else None
        if more is None:
            await self._end()
        return FilePage([one.body for one in incoming], more, reading.through, None, incoming, problems)

    def _opened(
        self, path: Path, name: str, reading: _Reading, problems: list[str]
    ) -> Iterator[Incoming] | None:
        parcel = looked_at(path, name, self._settings)
        if parcel.holds_completions:
            reading.lost = []
            return events_of(parcel, self._name, reading.lost)
        told = [one.what for one in parcel.inspection.problems if one.line is None][:3]
        told += [f"it has to be told: {need.what}" for need in parcel.inspection.needs if need.required]
        role = parcel.inspection.role
        problems.append(
            f"{name}: "
            + ("; ".join(told) or f"a file of {role or 'nothing that is known'}, not of completions")
        )
        return None

    async def _end(self) -> None:
        self._reading = None
        await self._open.aclose()


def _some(reading: _Reading, problems: list[str]) -> list[Incoming]:
    """The next rows of the open file; those that can't be used are named with their lines."""
    assert reading.events is not None  # noqa: S101 - asked where one is open
    try:
        found = list(islice(reading.events, ROWS))
    except UnreadableFile as error:
        problems.append(f"{reading.name}: {error}")
        found = []
    if len(found) < ROWS:
        reading.events = None
    problems += [f"{reading.name}:{one.line}: {one.what}" for one in reading.lost]
    reading.lost.clear()
    return found
