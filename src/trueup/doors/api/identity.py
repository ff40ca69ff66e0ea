"""Who is who over HTTP: /v1/identity. Knows requests; the legs are those of `trueup who` and `trueup identity`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import msgspec

from trueup.access.tokens import Scope
from trueup.doors.api.asked import HIGHEST, Text, answered, bad, limit, read_as, text
from trueup.doors.api.numbers import whole_number
from trueup.doors.api.problems import Refused
from trueup.doors.api.service import Service
from trueup.doors.identity_words import (
    conflicts_document,
    decided_document,
    history_document,
    record_document,
    who_document,
)
from trueup.journey import identify
from trueup.journey.conflicts import About, conflicts
from trueup.journey.identify import NotDecidedError, Why
from trueup.journey.stewarding import look_at, told_of
from trueup.journey.who import the_person, who

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import TypeVar

    from starlette.requests import Request
    from starlette.responses import Response

    from trueup.access.tokens import Caller
    from trueup.journey.identify import Decided

    Answer = TypeVar("Answer")


class _Merge(msgspec.Struct, forbid_unknown_fields=True):
    person: Text
    into: Text
    reason: Text


class _Undo(msgspec.Struct, forbid_unknown_fields=True):
    reason: Text


class _Decide(msgspec.Struct, forbid_unknown_fields=True):
    reason: Text
    link: Text | None = None
    apart: Annotated[tuple[Text, ...], msgspec.Meta(max_length=20)] = ()
    own: bool = False


async def get_who(request: Request) -> Response:
    """Who somebody was on a day, as was known at an instant."""
    service, _ = await _admitted(request, Scope.IDENTITY_READ)
    now = datetime.now(UTC)
    value = text(request, "value", required=True)
    assert value is not None  # noqa: S101 - it is required
    answer = await who(
        service.shelf,
        value,
        on=_day(request, "on") or now.date(),
        known=_instant(request, "known") or now,
        issuer=text(request, "issuer"),
    )
    return answered(who_document(answer))


async def get_conflicts(request: Request) -> Response:
    """What a machine must not decide."""
    service, _ = await _admitted(request, Scope.IDENTITY_READ)
    about = text(request, "about")
    kinds = {str(one): one for one in About}
    if about is not None and about not in kinds:
        raise bad("about", ", ".join(kinds), about)
    counts, found = await conflicts(
        service.shelf, now=datetime.now(UTC), about=kinds[about] if about else None, most=limit(request)
    )
    return answered(conflicts_document(counts, found))


async def get_record(request: Request) -> Response:
    """One account or entry: whose it is, what it is in conflict with, what was decided of it."""
    service, _ = await _admitted(request, Scope.IDENTITY_READ)
    seen = await look_at(service.shelf, whole_number(request, "number", 1, HIGHEST), now=datetime.now(UTC))
    if seen is None:
        raise Refused("not-found", "no record has this number", pointer="number")
    return answered(record_document(seen))


async def get_history(request: Request) -> Response:
    """What was decided of a person, or of all; the latest `limit`, in their order."""
    service, _ = await _admitted(request, Scope.IDENTITY_READ)
    asked = told_of(service.shelf, text(request, "person"), now=datetime.now(UTC), most=limit(request))
    return answered(history_document(await _held(asked)))


async def post_decision(request: Request) -> Response:
    """Whose a record is: a person's, not theirs, or of somebody whom no roster has."""
    service, caller = await _admitted(request, Scope.IDENTITY_DECIDE)
    number = whole_number(request, "number", 1, HIGHEST)
    asked = await read_as(request, service, _Decide)
    if (asked.link is not None) + bool(asked.apart) + asked.own != 1:
        raise Refused("malformed-body", "it isn't said what is decided", expected="one of link, apart, own")
    why = _why(caller, asked.reason)
    shelf = service.shelf
    if asked.own:
        return _decided(await _held(identify.found(shelf, number, uuid4(), why)))
    named = [asked.link] if asked.link is not None else asked.apart
    people = [await _held(the_person(shelf, one, now=why.at)) for one in named]
    if asked.link is not None:
        return _decided(await _held(identify.link(shelf, number, people[0], why)))
    return _decided(await _held(identify.part(shelf, number, people, why)))


async def post_merge(request: Request) -> Response:
    """Two people are one human."""
    service, caller = await _admitted(request, Scope.IDENTITY_DECIDE)
    asked = await read_as(request, service, _Merge)
    why = _why(caller, asked.reason)
    person, into = [
        await _held(the_person(service.shelf, one, now=why.at)) for one in (asked.person, asked.into)
    ]
    return _decided(await _held(identify.merge(service.shelf, person, into, why)))


async def post_undo(request: Request) -> Response:
    """A merge no longer holds."""
    service, caller = await _admitted(request, Scope.IDENTITY_DECIDE)
    number = whole_number(request, "decision", 1, HIGHEST)
    asked = await read_as(request, service, _Undo)
    return _decided(await _held(identify.unmerge(service.shelf, number, _why(caller, asked.reason))))


async def _admitted(request: Request, scope: Scope) -> tuple[Service, Caller]:
    service = Service.of(request)
    return service, await service.caller(request, scope)


def _why(caller: Caller, reason: str) -> Why:
    """Who decides is who calls."""
    return Why.of_person(caller.account, reason.strip(), datetime.now(UTC))


async def _held(work: Awaitable[Answer]) -> Answer:
    try:
        return await work
    except NotDecidedError as error:
        raise Refused("undecidable", "it can't be decided so", expected=error.expected) from error


def _decided(done: Decided) -> Response:
    return answered(decided_document(done), 201)


def _day(request: Request, name: str) -> date | None:
    said = text(request, name)
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise bad(name, "YYYY-MM-DD", said or "") from None


def _instant(request: Request, name: str) -> datetime | None:
    """A time, or the end of a day in UTC."""
    said = text(request, name)
    if said is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", said):
            return datetime.combine(date.fromisoformat(said), time.max, UTC)
        at = datetime.fromisoformat(said)
    except ValueError:
        raise bad(name, "YYYY-MM-DD, or a time with its offset", said) from None
    if at.tzinfo is None or not timedelta(0) <= at - datetime(1, 1, 2, tzinfo=UTC) <= timedelta(
        days=3_652_050
    ):
        raise bad(name, "YYYY-MM-DD, or a time with its offset", said)
    return at
