"""Targets to deliver to, turns to take, and what is there then, for tests. Knows the folder connector, no rule."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

import shelves
from trueup.connectors.target import Line, Looked, Options, Written
from trueup.connectors.targets import TARGETS
from trueup.delivery.history import store as history
from trueup.journey.deliver import Carrier, Outgoing
from trueup.model.delivery import Answer, Budget, Told
from trueup.model.settings import SourceSettings

TRUEUP = Path(sys.executable).parent / "trueup"
TO_REVIEW = {"*": SourceSettings("*", targets=("review",))}
NO_WINDOW = timedelta(milliseconds=40)


def outgoing(target: Any, **more: Any) -> Outgoing:
    manifest = target.manifest
    usual = {
        "budget": Budget(),
        "look_budget": None,
        "batch": manifest.batch,
        "window": NO_WINDOW,
        "first_wait": 0.01,
    }
    return Outgoing("review", target, Line(httpx2.AsyncClient(), seconds=1.0), **usual | more)


async def carried(shelf: Any, to: Outgoing, turns: int = 200) -> None:
    """Take turns until nothing is due, or waits to be looked for."""
    carrier = Carrier(shelf, to, "test")
    await carrier.ready()
    for _ in range(turns):
        done = await carrier.turn()
        if not done.records:
            if not await history.waits(shelf.database, ["review"]):
                return
            await asyncio.sleep(0.01)
    raise AssertionError("it does not end")


def on(database: Any, work: Callable[[Any], Awaitable[Any]]) -> Any:
    return shelves.on_shelf(database, work, TO_REVIEW)


def folder(place: Path) -> Any:
    return TARGETS["folder"](Options(str(place)))


def files(place: Path) -> list[dict[str, Any]]:
    return sorted(
        (json.loads(one.read_text()) for one in place.glob("*.json")), key=lambda one: str(one["record_id"])
    )


async def states(shelf: Any) -> dict[str, int]:
    return {one.state.value: one.count for one in await history.counts(shelf.database)}


class Fickle:
    """A folder whose answers are told otherwise: what a vendor may do, before real files."""

    def __init__(self, place: Path, **does: Any) -> None:
        self._folder = folder(place)
        self.does = does
        self.manifest = replace(self._folder.manifest, **does.pop("manifest", {}))
        self.writes = self.looks = 0

    def record(self, evidence: Any) -> Any:
        return self._folder.record(evidence)

    async def write(self, line: Any, jobs: Any) -> Written:
        self.writes += 1
        if "lies" in self.does:
            return Written([Answer(Told.ACCEPTED) for _ in jobs])
        wrote = await self._folder.write(line, jobs)
        told = self.does.get("told")
        return (
            Written([Answer(told) for _ in jobs])
            if told and self.writes <= self.does.get("times", 10**9)
            else wrote
        )

    async def look(self, line: Any, jobs: Any) -> Looked:
        self.looks += 1
        return await self._folder.look(line, jobs)


@dataclass(frozen=True)
class Place:
    """A directory in which trueup is started as a person does it."""

    directory: Path
    environment: dict[str, str]

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [TRUEUP, *words],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout if code in {0, 3} else done.stderr

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))


# a folder, and a system that is gone: the port of discard is nobody's
ARCHIVE_AND_SHUT = """
[[sources]]
name = "*"
targets = ["archive", "shut"]

[[targets]]
name = "archive"
connector = "folder"
address = "{archive}"
window_seconds = 0.1

[[targets]]
name = "shut"
connector = "xapi-lrs"
address = "http://127.0.0.1:9/xapi"
timeout_seconds = 1.0
first_wait_seconds = 0.01
tries = 2
"""
