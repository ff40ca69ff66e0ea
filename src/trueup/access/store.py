"""Service accounts and their tokens: the only place for this room's SQL. Knows rows, no request.

Times are the database's own clock, so that every machine agrees on when a token ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.access.tokens import Caller, Scope, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from trueup.kit.database import Statements


@dataclass(frozen=True, slots=True)
class Account:
    """A service account as `trueup account list` shows it."""

    name: str
    source: str | None
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None
    secrets: int  # that are valid now
    ends_at: datetime | None  # when the last of them ends
    last_used_at: datetime | None


async def create(tx: Statements, name: str, source: str | None, scopes: Iterable[Scope]) -> bool:
    """Whether the account is new; one that is known, revoked or not, is left as it is."""
    made = await tx.value(
        "INSERT INTO service_account (name, source, scopes) VALUES ($1, $2, $3) "
        "ON CONFLICT (name) DO NOTHING RETURNING name",
        name,
        source,
        sorted(scopes),
    )
    return made is not None


async def give(
    tx: Statements,
    name: str,
    digest: bytes,
    kind: TokenKind,
    *,
    scopes: Iterable[Scope] | None,
    life: timedelta,
) -> datetime | None:
    """Keeps a token of the account, with its own scopes or the account's; when it ends, None where there is no account."""
    ends: datetime | None = await tx.value(
        "INSERT INTO service_token (digest, account, kind, scopes, expires_at) "
        "SELECT $2, name, $3, coalesce($4, scopes), now() + $5 FROM service_account "
        "WHERE name = $1 AND revoked_at IS NULL RETURNING expires_at",
        name,
        digest,
        kind,
        None if scopes is None else sorted(scopes),
        life,
    )
    return ends


async def retire(tx: Statements, name: str, overlap: timedelta) -> int:
    """Lets the account's secrets end after `overlap` at the latest; how many they are."""
    rows = await tx.rows(
        "UPDATE service_token SET expires_at = least(expires_at, now() + $2) "
        "WHERE account = $1 AND kind = 'secret' AND expires_at > now() RETURNING digest",
        name,
        overlap,
    )
    return len(rows)


async def revoke(tx: Statements, name: str) -> bool:
    """Ends the account and every token of it; whether it was still there."""
    ended = await tx.value(
        "WITH ended AS (UPDATE service_token SET expires_at = now() WHERE account = $1 AND expires_at > now()) "
        "UPDATE service_account SET revoked_at = now() WHERE name = $1 AND revoked_at IS NULL RETURNING name",
        name,
    )
    return ended is not None


async def caller_of(tx: Statements, digest: bytes) -> Caller | None:
    """Who bears the token, None where it is unknown, has ended, or its account has. Notes the use once an hour."""
    row = await tx.row(
        "SELECT a.name, a.source, t.scopes, t.kind, t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 hour' AS stale "
        "FROM service_token t JOIN service_account a ON a.name = t.account "
        "WHERE t.digest = $1 AND t.expires_at > now() AND a.revoked_at IS NULL",
        digest,
    )
    if row is None:
        return None
    if row["stale"]:
        await tx.run("UPDATE service_token SET last_used_at = now() WHERE digest = $1", digest)
    return Caller(
        row["name"], row["source"], frozenset(Scope(scope) for scope in row["scopes"]), TokenKind(row["kind"])
    )


async def accounts(tx: Statements) -> Sequence[Account]:
    """All accounts, revoked ones too, by name."""
    rows = await tx.rows(
        "SELECT a.name, a.source, a.scopes, a.created_at, a.revoked_at, max(t.last_used_at) AS last_used_at, "
        "count(*) FILTER (WHERE t.kind = 'secret' AND t.expires_at > now()) AS secrets, "
        "max(t.expires_at) FILTER (WHERE t.kind = 'secret' AND t.expires_at > now()) AS ends_at "
        "FROM service_account a LEFT JOIN service_token t ON t.account = a.name GROUP BY a.name ORDER BY a.name"
    )
    return [
        Account(
            row["name"],
            row["source"],
            frozenset(Scope(scope) for scope in row["scopes"]),
            row["created_at"],
            row["revoked_at"],
            row["secrets"],
            row["ends_at"],
            row["last_used_at"],
        )
        for row in rows
    ]


async def first_use(tx: Statements, account: str, key: str, body: bytes) -> bool:
    """Whether an Idempotency-Key of the account is new, or stands for the same body as the first time."""
    kept = await tx.value(
        "INSERT INTO idempotency_key (account, key, body) VALUES ($1, $2, $3) "
        "ON CONFLICT (account, key) DO UPDATE SET key = excluded.key RETURNING body",  # so that it is seen and locked
        account,
        key,
        body,
    )
    return bytes(kept) == body


async def tidy(tx: Statements) -> None:
    """Drops tokens that ended a month ago and keys that are a week old."""
    await tx.run("DELETE FROM service_token WHERE expires_at < now() - interval '30 days'")
    await tx.run("DELETE FROM idempotency_key WHERE first_at < now() - interval '7 days'")
