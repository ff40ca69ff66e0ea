"""What every source that is asked for records has to be able to do. Knows no vendor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from trueup.connectors.target import told_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from trueup.kit.exchange import Line, Reply
    from trueup.model.delivery import Manifest, Told


@dataclass(frozen=True, slots=True)
class Range:
    """From when (exclusive) until when (inclusive) is asked for, by the source's own clock; None: no bound.

    `people` is whom a source is asked about that can't be asked about all, as it calls them.
    """

    since: datetime | None = None
    until: datetime | None = None
    people: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of records as they came, and where the next one is; None: there is none.

    `through` is the instant up to which the source says, or its records show, that all was told.
    """

    raws: Sequence[bytes]
    more: str | None
    through: datetime | None
    reply: Reply | None  # None: no answer of HTTP was behind it


class PageError(Exception):
    """An answer that is no page of records: what was expected, and what it says of asking again."""

    def __init__(self, expected: str, reply: Reply, told: Told | None = None) -> None:
        super().__init__(f"status {reply.status}: expected {expected}")
        self.expected = expected
        self.reply = reply
        self.told = told or told_of(reply, 1)


def records(reply: Reply, document: Any, expected: str, member: str | None = None) -> list[dict[str, Any]]:
    """The records of an answer: its document is their list, or has it as a member. Raises PageError."""
    found = document if member is None else document.get(member) if isinstance(document, dict) else None
    if not reply.good or not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise PageError(expected, reply)
    return found


class Source(Protocol):
    """A system that completions are pulled from. One page is one call."""

    manifest: Manifest
    statements: bool  # its records are xAPI statements; else `event` says what each of them says

    def event(self, raw: bytes) -> dict[str, Any] | None:
        """The event (contracts/event.schema.json, without its source) that a record says; None where it says none."""

    async def page(self, line: Line, wanted: Range, more: str | None) -> Page:
        """The first page of a range, or the one that `more` names. Raises NoReplyError, PageError."""
