"""How the reading of a time is told, over HTTP and on the command line. Knows no request, and not how a time is read."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from trueup.model.completions import Completion
from trueup.model.instants import Instant


def times_of(done: Completion) -> Iterator[tuple[str, Instant]]:
    """The times that a completion says, each with its member of the event."""
    for member, instant in (("occurred_at", done.occurred), ("recorded_at", done.recorded)):
        if instant is not None:
            yield member, instant


def conversion(member: str, instant: Instant) -> dict[str, Any]:
    """The conversion of contracts/openapi.yaml: the text as it came, what it means, and the rule between them."""
    told = asdict(instant)
    return {"field": member, **told, "at": in_utc(instant.at), "until": in_utc(instant.until)}


def in_utc(at: datetime | None) -> str | None:
    """An instant as answers write it: UTC, to the microsecond."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z") if at else None
