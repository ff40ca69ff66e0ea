"""Is a webhook from who shares a secret with us? Standard Webhooks 1.0. Knows no body's meaning and no source.

Secrets are written as the specification writes them: `whsec_` and base64 of 24 to 64 bytes (HMAC-SHA256, signatures
`v1`), or `whpk_` and base64 of an Ed25519 public key (signatures `v1a`).
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from trueup.kit.base64_text import decoded

TOLERANCE = timedelta(minutes=5)
LONGEST_ID = 200  # characters
LONGEST_HEADER = 4000  # characters of webhook-signature
MOST_SIGNATURES = 16

_ID = re.compile(r"[^\s.\x00-\x1f\x7f]+")
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class Refusal(StrEnum):
    """Why a webhook is not taken for authentic."""

    MALFORMED = "malformed"  # a header is missing or is not what it should be
    TOO_OLD = "too-old"  # a replay, or a clock that is late
    TOO_NEW = "too-new"  # a clock that is early
    FORGED = "forged"  # no signature fits


class NotAuthenticError(ValueError):
    """A webhook that nobody we know has signed, now. Says which header, what was expected, and never a secret."""

    def __init__(self, refusal: Refusal, header: str, expected: str, actual: str) -> None:
        super().__init__(f"{header}: {actual}; expected {expected}")
        self.refusal = refusal
        self.header = header
        self.expected = expected
        self.actual = actual


class UnusableSecretError(ValueError):
    """A text that is neither a secret nor a public key of Standard Webhooks. Never repeats it."""


@dataclass(frozen=True, slots=True)
class WebhookKey:
    """What signatures of one scheme are verified with."""

    scheme: str  # v1: HMAC-SHA256, v1a: Ed25519
    _key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of `whsec_...` or `whpk_...`. UnusableSecretError where it is neither, or of the wrong length."""
        for prefix, scheme, least, most in (("whsec_", "v1", 24, 64), ("whpk_", "v1a", 32, 32)):
            if text.startswith(prefix):
                base64 = text.removeprefix(prefix)
                try:
                    key = decoded(base64 + "=" * (-len(base64) % 4))  # some hand out secrets without padding
                except ValueError as error:
                    raise UnusableSecretError(f"what follows {prefix} is {error}") from error
                if not least <= len(key) <= most:
                    raise UnusableSecretError(f"{len(key)} bytes follow {prefix}; expected {least} to {most}")
                return cls(scheme, key)
        raise UnusableSecretError(
            "a secret of a webhook begins with whsec_ (HMAC) or whpk_ (Ed25519 public key)"
        )

    def signed(self, signature: bytes, content: bytes) -> bool:
        """Whether this key signed the content. How long it takes says nothing about the right signature."""
        if self.scheme == "v1":
            return hmac.compare_digest(hmac.digest(self._key, content, "sha256"), signature)
        try:
            Ed25519PublicKey.from_public_bytes(self._key).verify(signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The three headers of a webhook as they came; None for one that did not."""

    webhook_id: str | None
    timestamp: str | None
    signature: str | None


def authenticate(
    headers: SignedHeaders,
    body: bytes,
    keys: Sequence[WebhookKey],
    now: datetime,
    *,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """The webhook's id, once one of its signatures is by one of the keys, at a time near `now` (aware).

    Several signatures and several keys let both sides rotate without a gap. The bytes of the body are what is signed,
    `<id>.<timestamp>.<body>`, so they must not have been decoded before. Remembering ids is the caller's: a webhook
    may be sent again within the tolerance. NotAuthenticError where it is not authentic.
    """
    webhook_id, timestamp, signatures = _well_formed(headers)
    age = now.timestamp() - int(timestamp)
    if abs(age) > tolerance.total_seconds():
        raise NotAuthenticError(
            Refusal.TOO_OLD if age > 0 else Refusal.TOO_NEW,
            "webhook-timestamp",
            f"within {tolerance.total_seconds():.0f} seconds of now",
            f"{abs(age):.0f} seconds {'ago' if age > 0 else 'ahead'}",
        )
    content = f"{webhook_id}.{timestamp}.".encode() + body
    tried = [
        key.signed(signature, content)
        for scheme, signature in signatures
        for key in keys
        if key.scheme == scheme
    ]
    if not any(tried):
        schemes = ", ".join(dict.fromkeys(scheme for scheme, _ in signatures))
        known = " or ".join(dict.fromkeys(key.scheme for key in keys)) or "none"
        raise NotAuthenticError(
            Refusal.FORGED,
            "webhook-signature",
            f"a signature ({known}) by a secret of this source over these bytes",
            f"{len(signatures)} of {schemes}, and none fits",
        )
    return webhook_id


def _well_formed(headers: SignedHeaders) -> tuple[str, str, list[tuple[str, bytes]]]:
    webhook_id = _present(headers.webhook_id, "webhook-id")
    if not _ID.fullmatch(webhook_id) or len(webhook_id) > LONGEST_ID:
        raise _malformed(
            "webhook-id", f"1 to {LONGEST_ID} characters, no blanks and no full stop", "another text"
        )
    timestamp = _present(headers.timestamp, "webhook-timestamp")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise _malformed("webhook-timestamp", "seconds since 1970 in digits", "another text")
    text = _present(headers.signature, "webhook-signature")
    if len(text) > LONGEST_HEADER:
        raise _malformed(
            "webhook-signature", f"at most {LONGEST_HEADER} characters", f"{len(text)} characters"
        )
    signatures = [one for part in text.split(" ")[:MOST_SIGNATURES] if (one := _signature(part))]
    if not signatures:
        raise _malformed(
            "webhook-signature", "v1,<base64> or v1a,<base64>, several separated by a space", "none of them"
        )
    return webhook_id, timestamp, signatures


def _present(value: str | None, header: str) -> str:
    if not value:
        raise _malformed(header, "this header", "missing")
    return value


def _malformed(header: str, expected: str, actual: str) -> NotAuthenticError:
    return NotAuthenticError(Refusal.MALFORMED, header, expected, actual)


def _signature(text: str) -> tuple[str, bytes] | None:
    """The scheme and the bytes; None for a scheme of the future, or what is no base64: another one may fit."""
    scheme, comma, base64 = text.partition(",")
    if not comma or scheme not in {"v1", "v1a"}:
        return None
    try:
        return scheme, decoded(base64)
    except ValueError:
        return None
