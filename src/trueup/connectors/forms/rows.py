"""How a target is written to that holds a row for each record, one at a time, below the person whose it is.

A correction takes the row away and makes another one: two calls, and right whoever's it was before. Knows no vendor.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trueup.connectors.target import Looked, Written, all_of, not_found_out
from trueup.model.delivery import Answer, Capability, Found, Told, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line
    from trueup.kit.exchange import Reply
    from trueup.model.delivery import Evidence, Job, Manifest, Record

CAPABILITIES = frozenset({Capability.CREATE, Capability.UPDATE, Capability.DELETE, Capability.READ_BACK})
TRAPS = (
    "the same record twice is two rows: what was not answered is looked up before it is sent again",
    "a correction takes the row away and makes another: two calls, of which the budget counts one",
    "where the new row of a correction is refused, the old one is gone, and the letter says so",
)

Row = dict[str, Any]


class RowTarget(ABC):
    """A connector says how a row is made, taken away, listed and read; the rest is here."""

    manifest: Manifest

    @abstractmethod
    def record(self, evidence: Evidence) -> Record | None:
        """What the row is to hold."""

    @abstractmethod
    async def make(self, line: Line, fields: Mapping[str, Any]) -> Reply:
        """Make the row. Raises UnansweredError where a question before it was not answered."""

    @abstractmethod
    async def take_away(self, line: Line, number: str) -> Reply:
        """Take a row away by its number."""

    @abstractmethod
    async def rows(self, line: Line, fields: Mapping[str, Any]) -> tuple[Reply, Sequence[Row] | None]:
        """The rows among which it would stand; None: the answer says nothing of them."""

    @abstractmethod
    def read(self, row: Row, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields that a row holds, as `record` writes them."""

    @abstractmethod
    def is_ours(self, row: Row, job: Job) -> bool:
        """Whether it is the record's."""

    @staticmethod
    def number(row: Any) -> str | None:
        """What the target calls a row, or one that it has just made."""
        told = row.get("id") if isinstance(row, dict) else None
        return None if told is None else str(told)

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:
        """One record."""
        (job,) = jobs
        if job.verb is not Verb.CREATE and job.remote_id is None:
            return Written([Answer(Told.UNKNOWN)])  # a look says which it is
        if job.verb is not Verb.CREATE:
            gone = await self.take_away(line, str(job.remote_id))
            if not (gone.good or gone.status == 404):
                return all_of(gone, jobs)
            if job.verb is Verb.DELETE:
                return Written([Answer(Told.ACCEPTED, job.remote_id)], gone)
        reply = await self.make(line, job.record.fields)
        if not reply.good:
            gone_before = "; the row that stood before was taken away" if job.verb is not Verb.CREATE else ""
            return _with(all_of(reply, jobs), gone_before)
        return Written([Answer(Told.ACCEPTED, self.number(reply.json()))], reply)

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:
        """Ours is the row that carries our key."""
        (job,) = jobs
        fields = job.record.fields
        reply, rows = await self.rows(line, fields)
        if rows is None:
            return not_found_out(reply, jobs)
        for one in rows:
            if self.is_ours(one, job):
                return Looked([Found(self.read(one, fields), self.number(one))], reply)
        return Looked([Found(None)], reply)


def _with(written: Written, what: str) -> Written:
    """The same, with what else has become of the record where it was refused."""
    answers = [
        replace(one, fault=replace(one.fault, actual=one.fault.actual + what)) if one.fault else one
        for one in written.answers
    ]
    return Written(answers, written.reply)
