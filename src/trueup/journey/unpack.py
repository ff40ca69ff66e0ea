"""The leg from exported files to events: each completion in them as the event its source could have sent.

Joins reconcile (reading files) and instants (how a column writes its times). Knows columns and members, keeps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from trueup.journey.arrive import Incoming, Ways
from trueup.journey.staged import ways_of
from trueup.model.settings import FileSettings
from trueup.reconcile import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.model.settings import CheckSettings
    from trueup.reconcile.formats import Problem

_PLAIN = ("employee_number", "email", "course_id", "attempt", "status")
_TIMES = {"completed_at": "occurred_at", "updated_at": "recorded_at"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file that was looked at: what it is, and whether its completions can be taken in."""

    inspection: reading.Inspection

    @property
    def holds_completions(self) -> bool:
        """Whether it is a file of completions, and nothing is left to be told."""
        return self.inspection.usable and self.inspection.role == "completions"

    @property
    def has_source(self) -> bool:
        """Whether its rows name their source."""
        told = self.inspection.declared
        return "source" in self.inspection.columns or bool(told and "source" in told.constants)


def looked_at(path: Path, shown_as: str, settings: CheckSettings) -> Parcel:
    """What the file is, by all its rows. Never raises for a bad file."""
    return Parcel(reading.inspect(path, shown_as, reading.told_of(settings, shown_as)))


def events_of(parcel: Parcel, source: str | None, lost: list[Problem]) -> Iterator[Incoming]:
    """The events of a file of completions; the rows that can't be used go to `lost`, with their lines.

    `source` is for rows that name none. An account without an issuer is one of its source's own. Raises
    UnreadableFile where the file can't be read any more.
    """
    inspection = parcel.inspection
    told = inspection.declared or FileSettings(path=inspection.file)
    ways = ways_of(told, inspection.times)
    read = Ways(ways.of("completed_at"), ways.of("updated_at"))
    for batch in reading.read(inspection, lost):
        columns = {name: values.to_pylist() for name, values in batch.columns.items()}
        for row, line in enumerate(batch.lines.to_pylist()):
            event = _event({name: values[row] for name, values in columns.items()}, source)
            yield Incoming(msgspec.json.encode(event), origin=f"{inspection.file}:{line}", ways=read)


def _event(row: dict[str, object], source: str | None) -> dict[str, object]:
    """The members that the row says something for: a blank cell is no member."""
    said = {name: text for name, value in row.items() if (text := _text(value))}
    event: dict[str, object] = {name: said[name] for name in _PLAIN if name in said}
    named = said.get("source") or source
    event |= {"source": named} if named else {}
    event |= {"record_id": said["record_id"]} if "record_id" in said else {}
    event |= {"revision": said.get("revision", "1")}
    if "account_name" in said:
        event["account"] = {"issuer": said.get("account_issuer") or named or "", "name": said["account_name"]}
    event |= {member: said[column] for column, member in _TIMES.items() if column in said}
    if "score" in said:
        event["score"] = {"raw": said["score"]} | ({"scale": said["scale"]} if "scale" in said else {})
    if "tags" in said:
        event["tags"] = [tag.strip() for tag in said["tags"].split(";") if tag.strip()]
    return event


def _text(value: object) -> str:
    """The cell as text: as it stands in the file where that is text."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case datetime():
            utc = value.tzinfo is not None
            return (value.astimezone(UTC) if utc else value).isoformat().replace("+00:00", "Z")
        case bool():
            return str(value).lower()
        case _:
            return str(value)
