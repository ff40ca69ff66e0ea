"""The leg from a token to who calls, and from an account to its tokens. Knows no request; access holds the rules.

A caller is remembered for a few seconds, so that a stream of requests asks the database once: a revoked token may
therefore live that long.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.access import store
from trueup.access.tokens import (
    ACCESS_LASTS,
    Caller,
    Scope,
    Token,
    TokenKind,
    digest_of,
    granted,
    is_token,
    new_token,
)
from trueup.kit.database import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from trueup.kit.database import Database

REMEMBERED_SECONDS = 5.0
REMEMBERED_CALLERS = 1024


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, and when it ends."""

    token: Token
    ends_at: datetime


class Admission:
    """Says who bears a token."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    async def caller(self, token: str) -> Caller | None:
        """Who bears the token, None where nobody does (any longer)."""
        if not is_token(token):
            return None
        digest = digest_of(token)
        until, caller = self._known.get(digest, (0.0, None))
        if caller is not None and time.monotonic() < until:
            return caller
        found = await store.caller_of(self._database, digest)
        self._known.pop(digest, None)
        if found is not None:
            self._known[digest] = (time.monotonic() + REMEMBERED_SECONDS, found)
            if len(self._known) > REMEMBERED_CALLERS:
                self._known.popitem(last=False)
        return found

    async def access_token(self, caller: Caller, asked: str | None) -> tuple[Issued, frozenset[Scope]] | None:
        """A short-lived token with a part of the caller's scopes; None where it asks for a scope that it lacks."""
        scopes = granted(asked, caller.scopes)
        if scopes is None:
            return None
        token = new_token()
        ends = await store.give(
            self._database, caller.account, token.digest, TokenKind.ACCESS, scopes=scopes, life=ACCESS_LASTS
        )
        return (Issued(token, ends), scopes) if ends is not None else None

    async def same_request(self, sender: str, key: str, body: bytes) -> bool:
        """Whether a sender's own key of a request is new, or stands for the body with this digest."""
        return await store.first_use(self._database, sender, key, body)


async def create_account(
    database: Database, name: str, source: str | None, scopes: Iterable[Scope], life: timedelta
) -> Issued | None:
    """A new account with its first secret; None where the name is taken (a revoked account keeps its name)."""
    token = new_token()
    async with database.transaction() as tx:
        if not await store.create(tx, name, source, scopes):
            return None
        ends = await store.give(tx, name, token.digest, TokenKind.SECRET, scopes=None, life=life)
    return Issued(token, ends) if ends is not None else None


async def rotate_account(database: Database, name: str, overlap: timedelta, life: timedelta) -> Issued | None:
    """A further secret; the former ones end after `overlap`, so that there is no gap. None where there is no account."""
    token = new_token()
    async with database.transaction() as tx:
        await store.retire(tx, name, overlap)
        ends = await store.give(tx, name, token.digest, TokenKind.SECRET, scopes=None, life=life)
    return Issued(token, ends) if ends is not None else None


async def revoke_account(database: Database, name: str) -> bool:
    """Ends the account and all its tokens at once; whether it was there."""
    async with database.transaction() as tx:
        return await store.revoke(tx, name)


async def list_accounts(database: Database) -> Sequence[store.Account]:
    """All accounts."""
    return await store.accounts(database)


async def tidy(database: Database, stop: asyncio.Event, every: float) -> None:
    """Puts away what has ended, every so many seconds, until `stop` is set."""
    while not stop.is_set():
        with suppress(UnavailableError):
            await store.tidy(database)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)
