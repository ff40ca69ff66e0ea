"""Pages of users as other SCIM servers answer them, read leniently: what is not asked for can't make anybody unusable. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import ValidationError
from scim2_models import Error, ScimPolicy

from trueup.identity.register.entries import Unfit
from trueup.identity.scim.roster import entry_of
from trueup.identity.scim.vocabulary import EnterpriseUser, Person, User
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from trueup.model.people import RosterEntry

WORK = str(EnterpriseUser.__schema__)
READ = ("id", "userName", "name", "emails", "active", "addresses", WORK)
LENIENT = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)


class NoPageError(ToldError):
    """An answer that is no page of users."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered: how many users there are in all, those of the page, and where the next one is."""

    total: int | None
    users: tuple[dict[str, Any], ...]
    cursor: str | None


def page_of(raw: bytes) -> Page:
    """The page of a ListResponse (RFC 7644, 3.4.2; RFC 9865, 2). Raises NoPageError."""
    try:
        told = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        told = None
    members = {name.lower(): value for name, value in told.items()} if isinstance(told, dict) else {}
    users, total, cursor = (
        members.get("resources", []),
        members.get("totalresults"),
        members.get("nextcursor"),
    )
    if (
        not isinstance(users, list)
        or not all(isinstance(one, dict) for one in users)
        or not (isinstance(total, int) or isinstance(cursor, str) or "resources" in members)
    ):
        raise NoPageError(
            "the answer is no list of users",
            "a ListResponse of SCIM 2.0",
            "give the address of the SCIM service itself",
        )
    return Page(
        total if isinstance(total, int) else None,
        tuple(users),
        cursor if isinstance(cursor, str) and cursor else None,
    )


def entry_in(told: dict[str, Any], where: str) -> RosterEntry | Unfit:
    """What a user of another server says of somebody; why it can't be read."""
    names = {name.lower(): name for name in READ}
    kept = {names[name.lower()]: value for name, value in told.items() if name.lower() in names}
    kept["schemas"] = [str(User.__schema__), *([WORK] if WORK in kept else [])]
    try:
        user = Person.model_validate(kept, scim_policy=LENIENT)
    except ValidationError as error:
        return Unfit(where, (Error.from_validation_errors(error)[0].detail or "")[:200], "a User of RFC 7643")
    if not user.id:
        return Unfit(where, "no id", "the id that the server gives")
    return entry_of(user, user.id, where=where)
