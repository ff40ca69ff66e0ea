"""Tokens of service accounts and the scopes they carry. Knows no request and no table.

A token is 32 random bytes, so its plain SHA-256 is enough at rest: there is nothing to guess. It is shown once.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

SECRET_LASTS = timedelta(days=365)
ACCESS_LASTS = timedelta(hours=1)
OVERLAP = timedelta(hours=24)  # how long an account's former secrets live on after a rotation
LONGEST_LIFE = timedelta(days=3650)

_TOKEN = re.compile(r"tu_[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LIFE = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Scope(StrEnum):
    """What a token lets its bearer do; each operation of contracts/openapi.yaml names one."""

    COMPLETIONS_WRITE = "completions:write"
    COMPLETIONS_READ = "completions:read"
    STATEMENTS_WRITE = "statements:write"
    STATEMENTS_READ = "statements:read"
    PEOPLE_WRITE = "people:write"
    PEOPLE_READ = "people:read"
    IDENTITY_READ = "identity:read"
    IDENTITY_DECIDE = "identity:decide"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_DECIDE = "deliveries:decide"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"


class TokenKind(StrEnum):
    """A secret is an account's own; an access token was got with one (RFC 6749, 4.4)."""

    SECRET = "secret"  # noqa: S105 - a word of the table, not one
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Token:
    """A new token. `text` goes to its owner and nowhere else."""

    text: str = field(repr=False)
    digest: bytes


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a service account, the source that it speaks for, and what its token lets it do."""

    account: str
    source: str | None  # None: it speaks for no source, so it can bring nothing in
    scopes: frozenset[Scope]
    kind: TokenKind


def new_token() -> Token:
    """A token that nobody else has."""
    text = f"tu_{secrets.token_urlsafe(32)}"
    return Token(text, digest_of(text))


def digest_of(text: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(text.encode()).digest()


def is_token(text: str) -> bool:
    """Whether a text can be a token; what can't is never looked for."""
    return _TOKEN.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a text can name an account or a source: contracts/event.schema.json.

    >>> [is_name(text) for text in ("moodle-hr", "lms.2", "Moodle", "", "a:b")]
    [True, True, False, False, False]
    """
    return _NAME.fullmatch(text) is not None


def life_of(text: str) -> timedelta | None:
    """A length of time as people write it, up to ten years; None where it is none.

    >>> life_of("24h") == timedelta(days=1), life_of("0d"), life_of("1 year")
    (True, None, None)
    """
    found = _LIFE.fullmatch(text)
    life = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    return life if timedelta() < life <= LONGEST_LIFE else None


def granted(asked: str | None, held: frozenset[Scope]) -> frozenset[Scope] | None:
    """The scopes that a client gets of those it holds (RFC 6749, 3.3); None where it asks for another one.

    >>> sorted(granted("audit:read", frozenset(Scope))), granted("admin", frozenset(Scope))
    ([<Scope.AUDIT_READ: 'audit:read'>], None)
    """
    if not asked:
        return held
    names = asked.split()
    known = {name for name in names if name in list(Scope)}
    wanted = frozenset(Scope(name) for name in known)
    return wanted if len(known) == len(set(names)) and wanted <= held else None
