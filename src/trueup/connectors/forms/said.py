"""What a source's record says, as an event; and how its next page is found. Knows no vendor."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from trueup.connectors.target import UnusableOptionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.connectors.target import Options


def said(**members: Any) -> dict[str, Any]:
    """An event (contracts/event.schema.json) of what is known: the members that say something."""
    return {name: value for name, value in members.items() if value not in (None, "", {}, [])}


def account(issuer: str, name: object) -> dict[str, str] | None:
    """An account; None where it has no name."""
    told = "" if name is None else str(name).strip()
    return {"issuer": issuer, "name": told} if told else None


def score(raw: object, low: object = None, high: object = None, *, scale: str = "") -> dict[str, Any] | None:
    """A score where there is a number, with the ends or the name of its scale where they are known."""
    text = str(raw).strip() if isinstance(raw, int | float | str) and not isinstance(raw, bool) else ""
    try:
        float(text)
    except ValueError:
        return None
    low, high = (None if end is None else str(end) for end in (low, high))
    return said(raw=text, min=low, max=high, scale=scale)


def milliseconds(told: object) -> str | None:
    """An instant of milliseconds since 1970, in UTC; None where that is none, or 0, which says never."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told < 1e14:
        return None
    return datetime.fromtimestamp(told / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(told: object) -> datetime | None:
    """An instant that was written with its offset; None where that is none."""
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return at if at.tzinfo else None


def utc(at: datetime) -> str:
    """An instant as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(text: object) -> str:
    """A revision as the contract takes it: what is neither a letter nor a digit nor . _ + - is a dash."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._+-") else "-" for c in str(text))[:64] or "1"


def below(base: str, named: str) -> str:
    """The address that a source names for its next page. Raises ValueError where that is of another server."""
    found = urljoin(base, named)
    if urlsplit(found)[:2] != urlsplit(base)[:2]:
        raise ValueError("the next page is of another server")  # the credentials would go along
    return found


def listed(options: Options, name: str, example: str) -> Sequence[str]:
    """Names that are declared with commas between. Raises UnusableOptionsError where there are none."""
    found = [one.strip() for one in options.text(name).split(",") if one.strip()]
    if not found:
        raise UnusableOptionsError(f'it needs options = {{ {name} = "{example}" }}')
    return found
