"""Links to one person's evidence: whoever has one may read that, until it ends. Knows no request and no table.

A link is what it says and an HMAC-SHA-256 of that, with a key derived from the master key: nothing is kept, and another
master key ends them all.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

_PURPOSE = b"trueup evidence link 1"
LASTS = timedelta(days=14)
LONGEST = 400  # characters


@dataclass(frozen=True, slots=True)
class Link:
    """Whose evidence, for which target, until when."""

    target: str
    person: UUID
    until: datetime


def written(link: Link, secret: bytes) -> str:
    """The link as it stands in an address."""
    said = msgspec.json.encode([link.target, link.person.hex, int(link.until.timestamp())])
    return f"{_text(said)}.{_text(_signed(said, secret))}"


def read(text: str, secrets: Sequence[bytes], now: datetime) -> Link | None:
    """What a link says; None where nobody here has written it, or it has ended."""
    if len(text) > LONGEST:
        return None
    said, _, signature = text.partition(".")
    try:
        raw, given = _bytes(said), _bytes(signature)
        if not any(hmac.compare_digest(given, _signed(raw, secret)) for secret in secrets):
            return None
        target, person, until = msgspec.json.decode(raw, type=tuple[str, str, int])
        link = Link(target, UUID(person), datetime.fromtimestamp(until, UTC))
    except (ValueError, msgspec.DecodeError):
        return None
    return link if now < link.until else None


def _signed(said: bytes, secret: bytes) -> bytes:
    return hmac.digest(hmac.digest(secret, _PURPOSE, "sha256"), said, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """The bytes of a text as `_text` writes it: its last letter's spare bits are none to play with (RFC 4648, 3.5)."""
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(raw) != text:
        raise ValueError("not as it is written")
    return raw
