"""What every target has to be able to do, and how an answer of HTTP is read where a vendor says no more. Knows no vendor."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from trueup.kit.exchange import Line, NoReplyError, Reply
from trueup.model.completions import Fault
from trueup.model.delivery import Answer, Found, Told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Mapping, Sequence

    from trueup.model.delivery import Evidence, Job, Manifest, Record

__all__ = ["Line", "NoReplyError", "Options", "Target", "UnfitError", "Written", "refused", "told_of"]


class UnfitError(Exception):
    """A completion that this target can't hold as it is: the fault says what is missing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class UnusableOptionsError(ValueError):
    """Settings of a target that its connector can't work with. Says what is expected."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is declared of a target for its connector: an address, a secret, and what else it takes."""

    address: str = ""
    secret: str = field(default="", repr=False)
    more: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    def text(self, name: str, usual: str = "") -> str:
        """A text beside, or the usual one. Raises UnusableOptionsError where it is a table."""
        told = self.more.get(name, usual)
        if not isinstance(told, str):
            raise UnusableOptionsError(f"options.{name} has to be a text")
        return told

    def table(self, name: str) -> Mapping[str, str]:
        """A table of texts beside, or an empty one. Raises UnusableOptionsError where it is a text."""
        told = self.more.get(name, {})
        if isinstance(told, str):
            raise UnusableOptionsError(
                f'options.{name} has to be a table: options.{name} = {{ SAFE101 = "7" }}'
            )
        return told

    def at(self, path: str) -> str:
        """An address below the declared one."""
        return f"{self.address.rstrip('/')}/{path.lstrip('/')}"


@dataclass(frozen=True, slots=True)
class Written:
    """What a write's answer said of each record, in their order, and the answer itself where there is one."""

    answers: Sequence[Answer]
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found of each record, in their order."""

    found: Sequence[Found]
    reply: Reply | None = None


class Target(Protocol):
    """A system that completions are carried to. One write or look is one call, so that budgets are exact."""

    manifest: Manifest

    def record(self, evidence: Evidence) -> Record | None:
        """What the target is to hold of it, in its own fields; None where that is nothing. Pure. Raises UnfitError."""

    async def write(self, line: Line, jobs: Sequence[Job]) -> Written:
        """Do these, which are all of one verb, in one call. Raises NoReplyError."""

    async def look(self, line: Line, jobs: Sequence[Job]) -> Looked:
        """What the target has of these, in one call. Raises NoReplyError."""


@runtime_checkable
class Listing(Protocol):
    """A target that can say all that it holds."""

    async def listed(self, line: Line) -> Collection[str]:
        """The natural keys (source:record_id) of all records that it holds."""


def told_of(reply: Reply, many: int) -> Told:
    """What an answer says of the `many` records of a call, by its status alone."""
    status = reply.status
    if reply.good:
        return Told.ACCEPTED
    if reply.signals.throttled:
        return Told.THROTTLED
    if status in {401, 403, 407}:
        return Told.DENIED
    if status in {400, 409, 413, 422} and many > 1:
        return Told.TOO_MUCH
    if status in {408, 425} or status >= 500:
        return Told.UNKNOWN
    return Told.FAILED if 300 <= status < 400 else Told.REFUSED


def refused(reply: Reply, said: str = "") -> Fault:
    """The fault of a record that a target refuses for what it is. `said` is the target's own code, never a text."""
    code = "".join(letter for letter in said if letter.isalnum() or letter in "._- ")[:80]
    return Fault(
        "TU0302",
        "",
        "a record that the target takes",
        f"status {reply.status}" + (f", {code}" if code else ""),
    )


def all_of(reply: Reply, jobs: Sequence[Job], said: str = "") -> Written:
    """The same answer for each of the records."""
    told = told_of(reply, len(jobs))
    fault = (
        refused(reply, said) if told is Told.REFUSED or (told is Told.TOO_MUCH and len(jobs) == 1) else None
    )
    return Written([Answer(told, job.remote_id, fault) for job in jobs], reply)


class UnansweredError(NoReplyError):
    """A question that has to be answered first was not: nothing was written, nothing was seen.

    `fault` is why, where that is the record's own trouble and asking again is of no use.
    """

    def __init__(self, why: str, reply: Reply | None = None, fault: Fault | None = None) -> None:
        super().__init__(why, sent=False)
        self.reply = reply
        self.fault = fault

    @property
    def answer(self) -> Answer:
        """What a write comes to for which it had to be asked."""
        if self.fault is not None:
            return Answer(Told.REFUSED, None, self.fault)
        told = told_of(self.reply, 1) if self.reply is not None else Told.FAILED
        return Answer(Told.FAILED if told in {Told.ACCEPTED, Told.UNKNOWN} else told)


async def first(asked: Awaitable[Reply]) -> Reply:
    """The good answer to what has to be asked before. Raises UnansweredError."""
    try:
        reply = await asked
    except NoReplyError as error:
        raise UnansweredError(error.why) from error
    if not reply.good:
        raise UnansweredError(f"status {reply.status}", reply)
    return reply


def basic(name: str, password: str) -> dict[str, str]:
    """The header of HTTP Basic (RFC 7617)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def not_found_out(reply: Reply, jobs: Sequence[Job]) -> Looked:
    """A look whose answer says nothing of the records."""
    told = told_of(reply, 1)
    return Looked(
        [Found(None, failed=Told.FAILED if told in {Told.ACCEPTED, Told.REFUSED} else told) for _ in jobs],
        reply,
    )
