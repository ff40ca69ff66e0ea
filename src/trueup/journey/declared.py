"""From what is declared of outside systems to what speaks with them: connectors, lines, budgets, secrets. Asks nobody."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2

from trueup.connectors.files import Files
from trueup.connectors.sources import SOURCES
from trueup.connectors.target import Line, Options, UnusableOptionsError
from trueup.connectors.targets import TARGETS
from trueup.identity.policy import default_policy
from trueup.journey.deliver import Outgoing
from trueup.journey.pull import Incoming
from trueup.journey.pulled_files import PulledFiles
from trueup.kit.settings import UnreadableSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from trueup.model.delivery import Budget
    from trueup.model.settings import CheckSettings, SourceSettings, TargetSettings


@asynccontextmanager
async def lines_to(
    targets: Iterable[TargetSettings], environ: Mapping[str, str]
) -> AsyncIterator[list[Outgoing]]:
    """The declared targets, each with a line that is open for as long as the block runs.

    Raises UnreadableSettings where one can't be used as it is declared.
    """
    told = list(targets)
    if len({one.name for one in told}) < len(told):
        raise _unusable("two targets have one name", "a name of its own for each")
    async with httpx2.AsyncClient(timeout=None, follow_redirects=False) as client:
        yield [outgoing(one, environ, client) for one in told]


def outgoing(told: TargetSettings, environ: Mapping[str, str], client: httpx2.AsyncClient) -> Outgoing:
    """A target as it is declared; what is not declared is as its connector knows it."""
    kind = TARGETS.get(told.connector)
    if kind is None:
        raise _unusable(
            f"the target {told.name!r} has the connector {told.connector!r}, which there is not",
            "one of " + ", ".join(sorted(TARGETS)),
        )
    try:
        target = kind(Options(told.address, _secret(told, environ), told.options))
    except UnusableOptionsError as error:
        raise _unusable(f"the target {told.name!r} can't be used: {error}") from error
    manifest = target.manifest
    return Outgoing(
        name=told.name,
        target=target,
        line=Line(client, seconds=told.timeout_seconds),
        budget=_budget(told, manifest.budget),
        look_budget=_budget(told, manifest.look_budget) if manifest.look_budget else None,
        batch=min(told.batch or manifest.batch, manifest.batch),
        window=manifest.window if told.window_seconds is None else timedelta(seconds=told.window_seconds),
        first_wait=told.first_wait_seconds,
        compare=timedelta(hours=told.compare_hours) if told.compare_hours else None,
        people=_issuer(told.people),
        **({"tries": told.tries} if told.tries else {}),
    )


@asynccontextmanager
async def lines_from(
    sources: Iterable[SourceSettings], environ: Mapping[str, str], declared: CheckSettings
) -> AsyncIterator[list[Incoming]]:
    """The declared sources that are pulled, each with a line that is open for as long as the block runs.

    What else is declared says how files are read. Raises UnreadableSettings where one can't be used as it is declared.
    """
    async with httpx2.AsyncClient(timeout=None, follow_redirects=False) as client:
        yield [incoming(one, environ, client, declared) for one in sources if one.connector is not None]


def incoming(
    told: SourceSettings, environ: Mapping[str, str], client: httpx2.AsyncClient, declared: CheckSettings
) -> Incoming:
    """A source that is pulled, as it is declared."""
    kind = SOURCES.get(told.connector or "")
    if kind is None:
        raise _unusable(
            f"the source {told.name!r} has the connector {told.connector!r}, which there is not",
            "one of " + ", ".join(sorted(SOURCES)),
        )
    if told.name == "*":
        raise _unusable("a source that is pulled needs a name of its own", 'another name than "*"')
    try:
        source = kind(Options(told.address, _secret(told, environ), told.options))
    except UnusableOptionsError as error:
        raise _unusable(f"the source {told.name!r} can't be used: {error}") from error
    return Incoming(
        name=told.name,
        source=PulledFiles(source, told.name, declared) if isinstance(source, Files) else source,
        line=Line(client),
        budget=source.manifest.budget,
        overlap=timedelta(hours=told.overlap_hours),
        sweep=timedelta(hours=told.sweep_hours),
        every=timedelta(minutes=told.every_minutes),
        people=_issuer(told.people),
    )


def _issuer(people: str) -> str:
    """The issuer as it is compared."""
    return (default_policy().normalised("account", people) or people) if people else ""


def _budget(told: TargetSettings, usual: Budget) -> Budget:
    budget = usual
    if told.calls is not None:
        budget = replace(budget, calls=told.calls, per=timedelta(seconds=told.per_seconds))
    return budget if told.reserve is None else replace(budget, reserve=told.reserve)


def _secret(told: TargetSettings | SourceSettings, environ: Mapping[str, str]) -> str:
    """The secret itself, from where the settings say that it is."""
    if not told.secret:
        return ""
    where, _, name = told.secret.partition(":")
    try:
        found = environ.get(name) if where == "env" else _read(name)
    except OSError as error:
        raise _unusable(f"the secret of {told.name!r} can't be read: {error.strerror}") from error
    if not found:
        raise _unusable(f"the secret of {told.name!r} is not there", f"{name!r} with a value")
    return found.strip()


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a plain read
        return file.read(10_000)


def _unusable(what: str, expected: str = "") -> UnreadableSettings:
    return UnreadableSettings(
        "trueup.toml", what, expected=expected, todo="correct [[targets]] or [[sources]]"
    )
