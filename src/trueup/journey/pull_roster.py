"""The leg that pulls a roster from another SCIM server: all pages, then all of it at once. Joins pages with enrolment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.identity.policy import default_policy
from trueup.identity.register.entries import Unfit, unfit
from trueup.identity.scim.elsewhere import entry_in, page_of
from trueup.model.people import Role, RosterEntry
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.kit.fetching import Fetcher

MOST = 5_000_000  # people
READINGS = 3  # of a roster that changes while it is read
WANTED = "id,userName,name,emails,active,addresses,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class UnsteadyRosterError(ToldError):
    """A roster that can't be read whole: whoever was missed would be taken for gone."""


@dataclass(slots=True)
class Pulled:
    """Who is there, and whose entries can't be used."""

    entries: list[RosterEntry] = field(default_factory=list)
    unusable: list[Unfit] = field(default_factory=list)


async def pull(fetcher: Fetcher, base: str, *, page: int, tell: Callable[[str], None]) -> Pulled:
    """Everybody whom the server has. Nothing is kept before all of it was read.

    Pages by number shift where somebody is added or taken away meanwhile. So each page begins with the last of the one
    before, and a roster counts only if that holds, if the server says the same number at the beginning and the end,
    and if so many different people came; it is read again otherwise. Raises FetchError, NoPageError, UnsteadyRosterError.
    """
    for _ in range(READINGS):
        users = await _read(fetcher, f"{base.rstrip('/')}/Users", page, tell)
        if users is not None:
            return _judged(users)
        tell("the roster has changed; reading it again")
    raise UnsteadyRosterError(
        f"the roster changed {READINGS} times while it was read",
        "pages that follow one another, of as many people as the server says there are",
        "pull it when fewer people are changed, or in larger pages (--page)",
    )


async def _read(
    fetcher: Fetcher, url: str, count: int, tell: Callable[[str], None]
) -> dict[str, RosterEntry | Unfit] | None:
    """Each user once, by their id; None where the pages don't fit one another."""
    found: dict[str, RosterEntry | Unfit] = {}
    where = {"startIndex": "1"}
    start, last, total = 1, None, None
    while True:
        read = page_of(await fetcher.get(url, {**where, "count": str(count), "attributes": WANTED}))
        entries = [entry_in(told, f"user {number:,}") for number, told in enumerate(read.users, start)]
        names = [one.key if isinstance(one, RosterEntry) else one.where for one in entries]
        if (last is not None and last != next(iter(names), None)) or (
            total is not None and total != read.total
        ):
            return None
        found |= zip(names, entries, strict=True)
        total = read.total
        tell(f"{len(found):,} of {total or len(found):,} people")
        if len(found) > MOST:
            raise UnsteadyRosterError(f"more than {MOST:,} people", "a roster", "look at the server's paging")
        if not names or (read.cursor is None and (total is None or start + len(names) > total)):
            return found if total is None or len(found) == total else None
        if read.cursor is not None:
            start, last, where = start + len(names), None, {"cursor": read.cursor}
        else:
            again = len(names) > 1  # one at a time leaves no room for it
            start, last = start + len(names) - again, names[-1] if again else None
            where = {"startIndex": str(start)}


def _judged(users: dict[str, RosterEntry | Unfit]) -> Pulled:
    pulled = Pulled(unusable=[one for one in users.values() if isinstance(one, Unfit)])
    entries = [one for one in users.values() if isinstance(one, RosterEntry)]
    wrong = unfit(default_policy(), Role.PERSON, entries)
    places = {one.where for one in wrong}
    pulled.unusable += wrong
    pulled.entries = [one for one in entries if one.where not in places]
    return pulled
