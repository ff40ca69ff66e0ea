"""What a User says of somebody, as a roster's entry. Pure; knows no store and no other roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.identity.scim.vocabulary import EnterpriseUser
from trueup.model.people import Kind, RosterEntry

if TYPE_CHECKING:
    from trueup.identity.scim.vocabulary import User


def entry_of(user: User, key: str, *, where: str = "") -> RosterEntry:
    """The entry under the name that its roster has for it. Who is not said to be inactive is active.

    A user name that is an address is an alias: people sign in with it, and systems call them so.
    """
    mails = [one.value for one in sorted(user.emails or [], key=lambda one: not one.primary) if one.value]
    alias = user.user_name if user.user_name and "@" in user.user_name else None
    work = user[EnterpriseUser]
    said: dict[Kind, list[str | None]] = {
        Kind.EMPLOYEE_NUMBER: [work.employee_number if work else None],
        Kind.EMAIL: [*mails],
        Kind.ALIAS: [] if alias in mails else [alias],
        Kind.FIRST_NAME: [user.name.given_name if user.name else None],
        Kind.LAST_NAME: [user.name.family_name if user.name else None],
        Kind.DEPARTMENT: [work.department if work else None],
        Kind.CITY: [one.locality for one in user.addresses or []][:1],
    }
    texts = {kind: tuple(text for text in values if text) for kind, values in said.items()}
    return RosterEntry(
        key,
        {kind: found for kind, found in texts.items() if found},
        active=user.active is not False,
        where=where,
    )
