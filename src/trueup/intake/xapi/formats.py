"""The formats that texts of a statement are held to. Knows texts, not where they stand.

Each is a plain question of a text. IRIs are checked for a scheme and forbidden characters only, which the
specification allows (xAPI 1.0.3, Data 2.2: best effort); everything else is checked in full.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f\x7f]+")
_MAILTO = re.compile(r"mailto:[^\s@<>,;\"]+@[^\s@<>,;\"]+", re.IGNORECASE)
_SHA1 = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_SHA2 = re.compile(r"(?:[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})", re.IGNORECASE)
_MEDIA = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[^\s\";]+|\"[^\"]*\"))*")
_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}W|(?=\d|T\d)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)
_EARLY_FRACTION = re.compile(r"[.,]\d+[A-Z].")
_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)T(?P<clock>\d\d:\d\d:\d\d)(?:[.,]\d+)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z]{2,8}(?:-[a-z]{3,8})?)",
    re.IGNORECASE,
)


def is_uuid(text: str) -> bool:
    """A UUID in its standard form (Data 4.4)."""
    return _UUID.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_iri(text: str) -> bool:
    """An IRI or IRL with its scheme (Data 4.3)."""
    return _IRI.fullmatch(text) is not None


def is_uri(text: str) -> bool:
    """A URI: an IRI of ASCII (Data 2.4.2.3, openid)."""
    return text.isascii() and is_iri(text)


def is_mailto(text: str) -> bool:
    """`mailto:` and one address (Data 2.4.2.3, mbox)."""
    return _MAILTO.fullmatch(text) is not None


def is_sha1(text: str) -> bool:
    """A SHA-1 sum in hexadecimal."""
    return _SHA1.fullmatch(text) is not None


def is_sha2(text: str) -> bool:
    """A SHA-2 sum of any of its lengths in hexadecimal."""
    return _SHA2.fullmatch(text) is not None


def is_media_type(text: str) -> bool:
    """An Internet media type, with parameters or without."""
    return _MEDIA.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_language(text: str) -> bool:
    """A language tag by the sequence of its tokens (RFC 5646, 2.1; Data 2.2).

    >>> [is_language(tag) for tag in ("en-US", "zh-Hant-TW", "de-CH-1901", "x-private", "en_US", "e", "en-USA-x")]
    [True, True, True, True, False, False, False]
    """
    return _LANGUAGE.fullmatch(text) is not None


def is_duration(text: str) -> bool:
    """A duration of ISO 8601:2004, 4.4.3.2: only its last part may have a fraction (Data 4.6).

    >>> [is_duration(text) for text in ("PT1H2M3.5S", "P4W", "P1Y", "PT", "P", "P1.5DT1H", "1H")]
    [True, True, True, False, False, False, False]
    """
    return _DURATION.fullmatch(text) is not None and _EARLY_FRACTION.search(text) is None


def is_timestamp(text: str) -> bool:
    """A date and a time of ISO 8601 that exist, and no offset of -00 (Data 4.5).

    >>> [is_timestamp(text) for text in ("2026-03-29T01:30:00Z", "2026-02-30T00:00:00Z", "2026-03-29T01:30:00-00:00")]
    [True, False, False]
    """
    found = _TIME.fullmatch(text)
    if found is None or (found["zone"] or "").replace(":", "") in {"-00", "-0000"}:
        return False
    return _exists(f"{found['day']}T{found['clock'].replace(':60', ':59')}{_whole(found['zone'])}")


def is_zoned_timestamp(text: str) -> bool:
    """A timestamp with its offset (RFC 3339, which xAPI 2.0 asks for; IEEE 9274.1.1, 4.2.7)."""
    return is_timestamp(text) and _TIME.fullmatch(text)["zone"] is not None  # type: ignore[index]  # it just matched


def _whole(zone: str | None) -> str:
    """An offset as the standard library reads it: `+01` as `+01:00`."""
    return "" if zone is None else zone.upper() if len(zone) != 3 else f"{zone}:00"


def _exists(text: str) -> bool:
    """Whether there is such a time, in UTC too: years 1 to 9999."""
    try:
        at = datetime.fromisoformat(text)
        return at.tzinfo is None or at.astimezone(UTC) is not None
    except (ValueError, OverflowError):
        return False
