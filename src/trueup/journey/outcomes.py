"""What follows from an answer, for one delivery: its next state, when it is looked at again, and the fault where it ends.

Pure: knows answers and states, sends nothing and keeps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.delivery import patience
from trueup.delivery.outbox.store import Settled
from trueup.model.completions import Fault
from trueup.model.delivery import Capability, State, Told, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from random import Random

    from trueup.delivery.outbox.store import Due
    from trueup.journey.carry import Carried
    from trueup.model.delivery import Answer, Found, Manifest, Record

FALSE_SUCCESSES = 3  # writes that were accepted and not there, before a delivery is given up
LEAST = timedelta(milliseconds=20)  # between two looks


@dataclass(frozen=True, slots=True)
class Turn:
    """What a call's outcomes are judged by."""

    manifest: Manifest
    window: timedelta
    tries: int
    dice: Random
    size: int  # records in the call
    first_wait: float = patience.FIRST

    @property
    def reads_back(self) -> bool:
        """Whether what was written can be looked up."""
        return Capability.READ_BACK in self.manifest.capabilities


def written(turn: Turn, due: Due, plan: Carried, answer: Answer) -> Settled:  # noqa: C901, PLR0911 - a table, a line an answer
    """What becomes of a delivery once a write was answered, or was not."""
    kind = plan.job.verb.value if plan.job else "create"

    def settled(state: State, run_in: timedelta | None, **more: Any) -> Settled:
        return Settled(
            due.statement_id, due.attempts, state, kind, answer.told.value, run_in, digest=plan.digest, **more
        )

    def given_up(fault: Fault) -> Settled:
        return settled(State.DEAD, None, code=fault.code, fault=fault)

    again = patience.backoff(due.writes, turn.dice, turn.first_wait)
    match answer.told:
        case Told.ACCEPTED:
            return settled(State.ACCEPTED, turn.window / 8 if turn.reads_back else None)
        case Told.REFUSED:
            return given_up(
                answer.fault or Fault("TU0302", "", "a record that the target takes", "a refusal")
            )
        case Told.TOO_MUCH if turn.size > 1:
            return settled(State.QUEUED, timedelta(0), at_most=max(1, turn.size // 2), counted=False)
        case Told.TOO_MUCH:
            return given_up(
                answer.fault
                or Fault("TU0302", "", "a record that the target takes", "a refusal, though it came alone")
            )
        case Told.THROTTLED:
            return settled(State.QUEUED, timedelta(0), code="TU0401", counted=False)
        case Told.DENIED:
            return settled(State.QUEUED, again, code="TU0702", counted=False)
        case Told.UNKNOWN if turn.reads_back:  # by then it is there, or will never be
            return settled(State.SENT, turn.window, code="TU0402")
        case Told.UNKNOWN if not turn.manifest.repeatable:
            return given_up(
                Fault("TU0402", "", "an answer", "none; the target can't be asked whether it has the record")
            )
        case _ if due.writes >= turn.tries:
            return given_up(Fault("TU0402", "", "an answer of the target", f"none in {due.writes} tries"))
        case _:
            return settled(State.QUEUED, again, code="TU0402")


def looked(turn: Turn, due: Due, plan: Carried, found: Found, now: datetime) -> Settled:  # noqa: PLR0911 - a rule a line
    """What becomes of a delivery once it was looked for (requirements F3f)."""
    job = plan.job
    assert job is not None  # noqa: S101 - what is looked for has a job

    def settled(state: State, outcome: str, run_in: timedelta | None = None, **more: Any) -> Settled:
        return Settled(
            due.statement_id, due.attempts, state, "look", outcome, run_in, digest=plan.digest, **more
        )

    if found.failed is Told.THROTTLED:
        return settled(due.state, found.failed.value, timedelta(0), code="TU0401")
    if found.failed is not None and due.blind + 1 >= turn.tries:
        fault = Fault(
            "TU0402", "", "an answer of the target", f"none in {due.blind + 1} looks; it may be there"
        )
        return settled(State.DEAD, found.failed.value, code=fault.code, fault=fault)
    if found.failed is not None:
        wait = patience.backoff(due.blind + 1, turn.dice, turn.first_wait)
        return settled(due.state, found.failed.value, wait, code="TU0402", blind=True)
    gone = job.verb is Verb.DELETE
    diff = [] if gone or found.fields is None else differing(job.record, found.fields)
    if (found.fields is None) == gone and not diff:
        return settled(State.VERIFIED, "gone" if gone else "there")
    outcome = "still there" if gone else "other than sent" if diff else "not there"
    if due.state is State.SENT:
        if due.writes >= turn.tries:
            fault = Fault(
                "TU0402", "", "an answer of the target", f"none in {due.writes} tries, and it is not there"
            )
            return settled(State.DEAD, outcome, code=fault.code, fault=fault, diff=diff)
        return settled(
            State.QUEUED,
            outcome,
            patience.backoff(due.writes, turn.dice, turn.first_wait),
            code="TU0402",
            diff=diff,
        )
    waited = now - due.since
    if waited < turn.window:
        return settled(State.ACCEPTED, outcome, max(LEAST, min(waited, turn.window - waited)), diff=diff)
    code = "TU0305" if gone else "TU0303"
    if due.writes < FALSE_SUCCESSES:
        return settled(State.QUEUED, outcome, timedelta(0), code=code, diff=diff)
    expected = "nothing of it any more" if gone else "the record as it was sent"
    fault = Fault(code, f"/{diff[0]['field']}" if diff else "", expected, f"{outcome}, {due.writes} times")
    return settled(State.DEAD, outcome, code=code, fault=fault, diff=diff)


def differing(record: Record, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields that are other than they should be: expected and actual; of personal ones only their kind."""
    return [
        {
            "field": name,
            "expected": _shown(record, name, wanted),
            "actual": _shown(record, name, found.get(name)),
        }
        for name, wanted in record.fields.items()
        if found.get(name) != wanted
    ]


def _shown(record: Record, name: str, value: Any) -> Any:
    if value is None or name not in record.personal:
        return value if isinstance(value, str | int | float | bool | None) else str(value)[:200]
    return f"{type(value).__name__} of {len(str(value))} characters"
