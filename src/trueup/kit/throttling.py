"""What an answer says of how much may be asked, and when: every form of it that servers send. Knows headers, no vendor.

Retry-After (RFC 9110, 10.2.3) in seconds, with or without a fraction, or as a date; RateLimit and RateLimit-Policy as
structured fields and in their older drafts; the X-RateLimit trio with a reset in seconds or as an instant; costs
(X-Request-Cost). What makes no sense is as good as absent, and absent is not nought (requirements F4a).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 86_400.0  # seconds: nobody is waited for longer than a day
_EPOCH = 1_000_000_000.0  # a reset above this is an instant in seconds, above a thousand times this in milliseconds
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")
_PAIR = re.compile(r"([a-z]+)\s*=\s*(\d{1,15}(?:\.\d{1,9})?)")
_REMAINING = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
_LIMIT = ("x-ratelimit-limit", "x-rate-limit-limit", "ratelimit-limit")
_RESET = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset", "x-ratelimit-reset-after")
_EXCEEDED = re.compile(rb"rate.?limit|too many requests|throttl|quota", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signals:
    """What an answer says of budgets. None where it says nothing."""

    throttled: bool = False  # refused because of how much was asked, not of what
    wait: float | None = None  # seconds of patience that it asks for
    remaining: float | None = None  # calls, or cost, that are left
    limit: float | None = None
    resets: float | None = None  # seconds until there is all of it again
    cost: float | None = None  # of this call


def signals(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Signals:
    """What an answer says; `headers` by names in lower case, `body` its beginning, `now` aware.

    >>> signals(429, {"retry-after": "3"}, b"", datetime.now(UTC)).wait
    3.0
    >>> signals(200, {"x-rate-limit-remaining": "599.68"}, b"", datetime.now(UTC)).remaining
    599.68
    """
    fields = dict(_structured(headers.get("ratelimit", "")))
    policy = dict(_structured(headers.get("ratelimit-policy", "")))
    remaining = _first(fields, "r", "remaining", else_=_any(headers, _REMAINING))
    resets = _first(fields, "t", "reset", else_=_reset(headers, now))
    wait = waiting(headers.get("retry-after"), now)
    throttled = status == 429 or (status == 503 and wait is not None) or (
        status == 403 and (wait is not None or remaining == 0 or bool(_EXCEEDED.search(body[:2000])))
    )  # fmt: skip  # a rule a line
    if throttled and wait is None and (remaining is None or remaining < 1):
        wait = resets
    return Signals(
        throttled=throttled,
        wait=None if wait is None else min(max(wait, 0.0), LONGEST),
        remaining=remaining,
        limit=_first(policy, "q", "limit", else_=_first(fields, "limit", else_=_any(headers, _LIMIT))),
        resets=resets,
        cost=_number(headers.get("x-request-cost")),
    )


def waiting(told: str | None, now: datetime) -> float | None:
    """The seconds that Retry-After asks for: a number, or a date.

    >>> waiting("3", datetime(2026, 1, 1, tzinfo=UTC)), waiting("soon", datetime(2026, 1, 1, tzinfo=UTC))
    (3.0, None)
    """
    seconds = _number(told)
    if seconds is not None or told is None:
        return seconds
    return _until(told, now)


def _reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from now until a reset, which some servers give in seconds and some as an instant."""
    for name in _RESET:
        value = _number(headers.get(name))
        if value is None:
            until = _until(headers.get(name) or "", now)
            if until is not None:
                return until
        elif value >= _EPOCH * 1000:
            return max(value / 1000 - now.timestamp(), 0.0)
        elif value >= _EPOCH:
            return max(value - now.timestamp(), 0.0)
        else:
            return value
    return None


def _until(told: str, now: datetime) -> float | None:
    """Seconds from now until a date of HTTP or of ISO 8601; None where it is neither."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            until = read(told[:60].strip())
        except (ValueError, TypeError):
            continue
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max(until.timestamp() - now.timestamp(), 0.0)
    return None


def _structured(told: str) -> Iterator[tuple[str, float]]:
    """The numbers of the first item: `"hour";r=50;t=30`, or `limit=100, remaining=50, reset=5` of older drafts."""
    plain = told[:500].lower()
    first = plain.partition(",")[0] if plain.lstrip().startswith('"') else plain
    for name, number in _PAIR.findall(re.sub(r'"[^"]*"', "", first)):
        yield name, float(number)


def _any(headers: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    return next((value for name in names if (value := _number(headers.get(name))) is not None), None)


def _first(found: Mapping[str, float], *names: str, else_: float | None) -> float | None:
    return next((found[name] for name in names if name in found), else_)


def _number(told: str | None) -> float | None:
    plain = (told or "").strip()
    return float(plain) if plain.isascii() and _NUMBER.fullmatch(plain) else None
