"""What can be wrong with a request itself, as data. Knows no request and no fault of a record.

A record's own faults are the catalogue's (trueup.model.faults); `meaning` answers for both.
"""

from dataclasses import dataclass

from trueup.model.faults import CATALOGUE
from trueup.model.faults.entry import Owner


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a problem's code means and what settles it."""

    code: str
    status: int
    title: str
    cause: str
    todo: str
    owner: str
    hours: int
    next: str
    docs: str


@dataclass(frozen=True, slots=True)
class _Kind:
    status: int
    title: str
    cause: str
    todo: str


_KINDS: dict[str, _Kind] = {
    "malformed-request": _Kind(
        400,
        "What came in is no HTTP request",
        "The sender speaks another protocol, such as TLS, or its requests are put together wrongly.",
        "Send HTTP/1.1; for TLS, send it to the proxy in front of this service.",
    ),
    "headers-too-large": _Kind(
        431,
        "The headers are too large",
        "A proxy or a client adds headers without end.",
        "Send fewer and shorter headers.",
    ),
    "malformed-body": _Kind(
        400,
        "The body is not JSON as the contract wants it",
        "The sender's JSON is broken, or cut off on the way.",
        "Compare the body with the contract's schema at the pointer, and send it again.",
    ),
    "nested-too-deeply": _Kind(
        400,
        "The body is nested too deeply",
        "The body holds more levels than a completion ever needs: a defect, or an attack.",
        "Send a flat event.",
    ),
    "undecidable": _Kind(
        409,
        "It can't be decided so",
        "Whoever or whatever is meant is not there, is several people, is one already, or was undone before.",
        "Look at the record or the person again, and decide by what stands there now.",
    ),
    "missing-key": _Kind(
        400,
        "The event has no key",
        "Without the source's own record id a second sending cannot be told from a second completion.",
        "Name record_id in the event, or send the header Idempotency-Key.",
    ),
    "key-mismatch": _Kind(
        400,
        "The key of the request and the key in the body differ",
        "The sender builds the address from another record than the body.",
        "Send the record under its own key.",
    ),
    "bad-parameter": _Kind(
        400,
        "A parameter or header is not what the contract says",
        "The sender writes a value of another form, or a name in another case.",
        "Correct the parameter that the pointer names.",
    ),
    "statement-refused": _Kind(
        400,
        "The statement breaks a rule of xAPI",
        "The source does not keep the specification at this place.",
        "Correct the source at the pointer; the clause stands in `expected`. Nothing of the request was stored.",
    ),
    "unauthorized": _Kind(
        401,
        "No valid token",
        "The token is absent, unknown, expired or revoked.",
        "Send `Authorization: Bearer TOKEN`; `trueup account rotate NAME` makes a new one.",
    ),
    "bad-signature": _Kind(
        401,
        "The webhook's signature does not hold",
        "The secret differs, the body was changed on the way, or the time is off by more than five minutes.",
        "Compare the secret on both sides and the sender's clock; a replayed request never holds.",
    ),
    "missing-scope": _Kind(
        403,
        "The token lacks the scope",
        "The account was made for something else.",
        "Use an account with the scope in `expected`: `trueup account create NAME --scope SCOPE`.",
    ),
    "foreign-source": _Kind(
        403,
        "The account does not speak for this source",
        "The event names another source than the account is registered for.",
        "Use the source's own account, or correct the event's source.",
    ),
    "not-found": _Kind(
        404, "There is none", "It was never taken in, or the address is wrong.", "Check the address."
    ),
    "method-not-allowed": _Kind(
        405, "Not with this method", "The address knows other methods.", "Use a method of the header Allow."
    ),
    "request-too-slow": _Kind(
        408,
        "The headers did not arrive in time",
        "The line is slow, or the sender stalled.",
        "Send the request again, its headers in one piece.",
    ),
    "body-too-slow": _Kind(
        408,
        "The body did not arrive in time",
        "The line is slow, or the sender stalled.",
        "Send smaller batches.",
    ),
    "conflict": _Kind(
        409,
        "Another body stands under the key",
        "The source changed the record without a new revision, or two records share an id.",
        "Send the change as a new revision; what was taken first stands.",
    ),
    "gone": _Kind(
        410,
        "Its text is no longer kept",
        "The purpose that it was kept for has ended, or the source keeps digests only.",
        "Ask the source; the digest and the receipt still hold.",
    ),
    "body-too-large": _Kind(
        413, "The body is too large", "A batch is longer than the contract allows.", "Send smaller batches."
    ),
    "wrong-media-type": _Kind(
        415,
        "The media type or encoding is none that is read here",
        "The sender names another Content-Type, charset or Content-Encoding.",
        "Send UTF-8 under a media type that the contract names, not compressed.",
    ),
    "invalid-event": _Kind(
        422,
        "The event is not what the contract says",
        "The source's mapping fills a member with another type or form.",
        "Correct the member at the pointer, and send the event again.",
    ),
    "key-reused": _Kind(
        422,
        "The Idempotency-Key stands for another body",
        "The sender uses one key for two requests.",
        "Use a new key for a new request; send the same body for a repeated one.",
    ),
    "busy": _Kind(
        429,
        "More work waits than is taken",
        "The database is slower than what arrives.",
        "Send the same request again after Retry-After; nothing doubles.",
    ),
    "defect": _Kind(
        500,
        "trueup failed",
        "A defect of trueup.",
        "Send the same request again; give the request id to the on-call engineer.",
    ),
    "unavailable": _Kind(
        503,
        "The database does not answer, or the server stops",
        "The database restarts or is out of reach, or this process is being replaced.",
        "Send the same request again after Retry-After; nothing doubles.",
    ),
}
_FAULT_STATUS = 422  # a record's own fault: the request is fine, its content is not


def meaning(code: str) -> Meaning | None:
    """What a code means: of a request, or of the catalogue; None where there is none."""
    if kind := _KINDS.get(code):
        return Meaning(
            code,
            kind.status,
            kind.title,
            kind.cause,
            kind.todo,
            str(Owner.ON_CALL_ENGINEER),
            8,
            str(Owner.LEARNING_ADMIN),
            f"/v1/problems/{code}",
        )
    if fault := CATALOGUE.get(code):
        escalation = fault.escalation
        return Meaning(
            code,
            _FAULT_STATUS,
            fault.trigger,
            fault.cause,
            fault.fix,
            str(escalation.owner),
            escalation.hours,
            str(escalation.next_tier),
            f"trueup explain {code}",
        )
    return None
