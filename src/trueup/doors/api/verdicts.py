"""What became of events, as the contract answers it (contracts/batch.schema.json). Knows no request's body."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.responses import Response

from trueup.audit.receipt import Receipt
from trueup.doors.api.problems import Asked, Refused, What, document
from trueup.model.completions import Outcome, Verdict

STATUS = {Outcome.ACCEPTED: 201, Outcome.DUPLICATE: 200, Outcome.QUARANTINED: 202}


@dataclass(frozen=True, slots=True)
class Told:
    """One event's verdict with its receipt, or the refusal of an event that never arrived."""

    verdict: Verdict
    receipt: Receipt | None = None
    refused: What | None = None


def one(told: Told, asked: Asked) -> Response:
    """The answer to a single event. Raises Refused where it was not taken."""
    if told.verdict.outcome not in STATUS:
        what = _what(told, "")
        assert what is not None  # noqa: S101 - what was not taken says why
        raise Refused(
            what.code, what.detail, pointer=what.pointer, expected=what.expected, actual=what.actual
        )
    return _answer([told], asked, STATUS[told.verdict.outcome], batch=False)


def several(told: Sequence[Told], asked: Asked) -> Response:
    """The answer to a batch: one verdict each, in order."""
    return _answer(told, asked, 200, batch=True)


def _answer(told: Sequence[Told], asked: Asked, status: int, *, batch: bool) -> Response:
    counted = Counter(each.verdict.outcome for each in told)
    now = datetime.now(UTC)
    body = {
        **{outcome.value: counted[outcome] for outcome in Outcome},
        "verdicts": [
            _verdict(each, f"/{place}" if batch else "", asked, now) for place, each in enumerate(told)
        ],
    }
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _verdict(told: Told, at: str, asked: Asked, now: datetime) -> dict[str, Any]:
    verdict, what = told.verdict, _what(told, at)
    return {
        "outcome": verdict.outcome,
        "key": str(verdict.key) if verdict.key else None,
        "digest": verdict.digest,
        "receipt": told.receipt.document() if told.receipt else None,
        "dropped": verdict.dropped,
        "problem": document(what, asked, now) if what else None,
    }


def _what(told: Told, at: str) -> What | None:
    """What is wrong with an event, at its place in what was sent."""
    if told.refused is not None:
        return What(
            told.refused.code,
            told.refused.detail,
            at + (told.refused.pointer or ""),
            told.refused.expected,
            told.refused.actual,
        )
    fault = told.verdict.fault
    if fault is not None:
        waits = (
            "it waits in quarantine"
            if told.verdict.outcome is Outcome.QUARANTINED
            else "nothing of it is kept"
        )
        return What(
            fault.code,
            f"the event cannot be settled; {waits}",
            at + fault.pointer,
            fault.expected,
            fault.actual,
        )
    if told.verdict.outcome is Outcome.CONFLICT:
        return What(
            "conflict",
            "another body stands under the key; nothing changed",
            at,
            "the body of the first time",
            "another body",
        )
    return None
