"""The leg that makes a ledger to try things on: its settings, some people who do not exist, an account for an LMS.

Joins identity and access. It works in a directory of its own and touches no other ledger.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from trueup.access.tokens import Scope
from trueup.journey.admit import create_account, rotate_account
from trueup.journey.enrol import enrol
from trueup.journey.open_shelf import open_shelf
from trueup.kit.settings import load
from trueup.model.people import Kind, RosterEntry
from trueup.sandbox.imitation.lms import mail_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SOURCE = "sandbox-lms"
PEOPLE = 40
HIRED = date(2020, 1, 1)
MONTH = timedelta(days=30)
_NAMES = ("Ada", "Bo", "Cleo", "Dario", "Eun", "Farid", "Gita", "Hana")
_FAMILIES = ("Lindqvist", "Marchetti", "Nakamura", "Okafor", "Petrov")
SETTINGS = """# A sandbox: everything here is imitated, and nobody in it exists.
[[sources]]
name = "{source}"
targets = ["talent", "lrs"]
connector = "xapi-lrs"       # it sends by itself; what it forgot to send is pulled
address = "{lms}/xapi"
every_minutes = 1.0

[[targets]]
name = "talent"              # ten records a call, no update: a correction becomes a task for a person
connector = "successfactors"
address = "{address}"
window_seconds = 3.0

[[targets]]
name = "lrs"                 # a correction voids and follows
connector = "xapi-lrs"
address = "{address}/xapi"
window_seconds = 1.0
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where the sandbox's settings are, and the file with the credentials of its LMS."""

    settings: Path
    credentials: Path


async def prepare(place: Path, address: str, lms: str, environ: Mapping[str, str]) -> Prepared:
    """Make what is not there yet. Raises OSError, DatabaseError."""
    made = await asyncio.to_thread(_settings, place, address, lms)
    async with open_shelf(environ, load(place)) as shelf:
        await enrol(
            shelf, "sandbox-hr", [_person(n) for n in range(PEOPLE)], now=datetime.now(UTC), whole=True
        )
        scopes = (Scope.STATEMENTS_WRITE,)
        issued = await create_account(shelf.database, SOURCE, SOURCE, scopes, MONTH) or await rotate_account(
            shelf.database, SOURCE, timedelta(0), MONTH
        )
    if issued is not None:
        await asyncio.to_thread(_credentials, made.credentials, issued.token.text)
    return made


def _settings(place: Path, address: str, lms: str) -> Prepared:
    """The settings, where there are none yet."""
    place.mkdir(parents=True, exist_ok=True)
    made = Prepared(place / "trueup.toml", place / "lms.credentials")
    if not made.settings.exists():
        made.settings.write_text(SETTINGS.format(source=SOURCE, address=address, lms=lms), encoding="utf-8")
    return made


def _credentials(file: Path, token: str) -> None:
    """For nobody else to read."""
    file.touch(mode=0o600)
    file.write_text(f"{SOURCE}:{token}\n", encoding="utf-8")


def _person(number: int) -> RosterEntry:
    said: dict[Kind, tuple[str, ...]] = {
        Kind.EMPLOYEE_NUMBER: (f"S{number:03}",),
        Kind.EMAIL: (mail_of(number),),
        Kind.FIRST_NAME: (_NAMES[number % len(_NAMES)],),
        Kind.LAST_NAME: (_FAMILIES[number // len(_NAMES)],),
    }
    return RosterEntry(
        f"S{number:03}", said, HIRED, None, active=True, where=f"the sandbox's roster, {number}"
    )
