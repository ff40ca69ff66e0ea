"""One event, as JSON, to our reading of it, or to what is wrong with it. Knows the contract, no table and no person.

Each event is judged by itself. What can't be read, or lacks its key, is rejected; what is read and can't be
settled (whom, when, on which scale) still has its key, and is held for a decision or a corrected resend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Raw, UnsetType

from trueup.intake.members import (
    INNER,
    MEMBERS,
    NAMED,
    SAYS,
    Asserted,
    Identified,
    Keyed,
    Scored,
    kind_of,
    misshapen,
)  # fmt: skip  # one list of names
from trueup.kit.canonical_json import NotCanonicalError, canonical
from trueup.model.completions import Completion, Fault, Key, Score, Who
from trueup.model.instants import Instant, Unsettled

CLOCK_SLIP = timedelta(minutes=5)  # how far a source's clock may be ahead of ours
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?")
_LARGEST = Decimal("1e15")

ReadTime = Callable[[str, str, str | None], Instant | None]
"""How a source's texts become instants: (member, text, the zone that the event names). ValueError where there is no such zone."""

Numbers: TypeAlias = "tuple[Decimal | None, Decimal | None, Decimal | None]"

_keyed = msgspec.json.Decoder(Keyed)
_identified = msgspec.json.Decoder(Identified)
_asserted = msgspec.json.Decoder(Asserted)
_text = msgspec.json.Decoder(str)
_any = msgspec.json.Decoder()
_tokens = msgspec.json.Decoder(dict[str, Raw])
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is declared of a source."""

    read_time: ReadTime
    dropped: frozenset[str] = frozenset()  # members that no purpose allows


@dataclass(frozen=True, slots=True)
class Event:
    """An event that has its key. `completion` is None where `fault` says why it can't be settled."""

    key: Key
    who: Who
    completion: Completion | None
    fault: Fault | None
    body: bytes  # what may be kept, as JSON: as it was sent, unless something had to be dropped
    canonical: bytes  # its canonical JSON (RFC 8785), which its digest is over
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that nothing can be kept of. `key` where it says it at least."""

    fault: Fault
    key: Key | None = None


class _FaultError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def read_event(body: bytes, terms_of: Callable[[str], Terms], now: datetime) -> Event | Unreadable:
    """The event in a JSON text of UTF-8; `now` is when it arrived, which no event can be later than.

    Members that the contract does not name, and those that the source's terms drop, are gone from everything that
    is answered. Never raises for what stands in the body.
    """
    key: Key | None = None
    try:
        document = _document(body)
        keyed = _shaped(_keyed, body, document)
        key = Key(keyed.source, keyed.record_id, keyed.revision)
        terms = terms_of(key.source)
        kept, dropped = _kept(document, terms.dropped)
        if dropped:
            body = _only(body, kept)
        text = _canonical({**kept, "revision": key.revision})  # said or not, it is the same event
        asserted = _shaped(_asserted, body, kept)
        numbers = _numbers(asserted.score)
    except _FaultError as error:
        return Unreadable(error.fault, key)
    who, fault = _who(body, kept)
    completion = None
    if fault is None:
        try:
            completion = _completion(asserted, numbers, terms.read_time, now)
        except _FaultError as error:
            fault = error.fault
    return Event(key, who, completion, fault, body, text, dropped)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = _any.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _FaultError(Fault("TU0308", "", "a JSON object in UTF-8", f"no JSON: {error}"[:120])) from error
    if not isinstance(document, dict):
        raise _FaultError(Fault("TU0308", "", "a JSON object", kind_of(document)))
    return document


def _shaped(decoder: Any, body: bytes, document: dict[str, Any]) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _FaultError(misshapen(error, document)) from error


def _canonical(kept: dict[str, Any]) -> bytes:
    """The canonical JSON; refused where there is none, or a text holds what no database keeps."""
    try:
        text = canonical(kept)
    except NotCanonicalError as error:
        raise _FaultError(
            Fault("TU0308", "", "JSON that has one canonical form (RFC 8785)", str(error)[:120])
        ) from error
    if b"\\u0000" in text and _NUL.search(text):
        raise _FaultError(Fault("TU0308", "", "text without the character U+0000", "a text with it"))
    return text


def _kept(document: dict[str, Any], refused: frozenset[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The members that may be kept, and the pointers of the others."""
    dropped: list[str] = []
    kept: dict[str, Any] = {}
    for name, value in document.items():
        if name not in MEMBERS or name in refused:
            dropped.append(_pointer(name))
        elif name in INNER and isinstance(value, dict) and not value.keys() <= INNER[name]:
            kept[name] = {inner: value[inner] for inner in value if inner in INNER[name]}
            dropped += [f"/{name}" + _pointer(inner) for inner in value if inner not in INNER[name]]
        else:
            kept[name] = value
    return kept, tuple(dropped)


def _pointer(name: str) -> str:
    """The pointer of a member (RFC 6901), bounded and printable: the name is whatever somebody sent."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name[:100])
    return "/" + shown.replace("~", "~0").replace("/", "~1")


def _only(body: bytes, kept: Mapping[str, Any]) -> bytes:
    """The body with those members only, each as it was written: a decimal keeps its digits."""
    parts = []
    for name, token in _tokens.decode(body).items():
        if name in kept:
            inner = name in INNER and isinstance(kept[name], dict)
            parts.append(
                msgspec.json.encode(name)
                + b":"
                + (_only(bytes(token), kept[name]) if inner else bytes(token))
            )
    return b"{" + b",".join(parts) + b"}"


def _who(body: bytes, kept: dict[str, Any]) -> tuple[Who, Fault | None]:
    """Whom it is about, and what is wrong with that; where something is, whoever else it names all the same.

    So what waits is sealed with the key of whom it is about, as far as that is said, and is erased with them.
    """
    try:
        who = _names(_shaped(_identified, body, kept))
    except _FaultError as error:
        return _names(_well_shaped(kept)), error.fault
    for pointer, value in (
        ("/account/issuer", who.issuer),
        ("/account/name", who.name),
        ("/employee_number", who.employee_number),
    ):
        if value is not None and not value.strip():
            return Who(), Fault("TU0101", pointer, SAYS[pointer[1:]], kind_of(value))
    if not who.named:
        return who, Fault(
            "TU0101", "", "one of account, employee_number, person_id and email", "none of them"
        )
    return who, None


def _names(said: Identified) -> Who:
    account = None if isinstance(said.account, UnsetType) else said.account
    return Who(
        issuer=account.issuer if account else None,
        name=account.name if account else None,
        employee_number=_given(said.employee_number),
        person_id=_given(said.person_id),
        email=_given(said.email),
    )


def _well_shaped(kept: dict[str, Any]) -> Identified:
    """Those of the members about the person that are of their shape."""
    said = Identified()
    for name in NAMED:
        with suppress(msgspec.ValidationError):
            setattr(said, name, getattr(msgspec.convert({name: kept.get(name, UNSET)}, Identified), name))
    return said


def _given(value: str | UnsetType) -> str | None:
    return None if isinstance(value, UnsetType) else value


def _completion(said: Asserted, numbers: Numbers, read_time: ReadTime, now: datetime) -> Completion:
    zone = _given(said.zone)
    return Completion(
        course_id=said.course_id,
        attempt=_given(said.attempt),
        status=said.status,
        occurred=_instant("occurred_at", said.occurred_at, zone, read_time, now),
        recorded=_instant("recorded_at", said.recorded_at, zone, read_time, now),
        score=_score(said.score, numbers),
        tags=tuple(said.tags),
    )


def _instant(
    name: str, token: Raw | UnsetType, zone: str | None, read_time: ReadTime, now: datetime
) -> Instant | None:
    """The instant that a member says; None where it is absent. One that can't be settled is a fault, never a guess."""
    if isinstance(token, UnsetType):
        return None
    raw = _time_text(name, bytes(token))
    try:
        instant = read_time(name, raw, zone)
    except ValueError as error:
        raise _FaultError(Fault("TU0201", "/zone", SAYS["zone"], kind_of(zone))) from error
    if instant is None:
        raise _FaultError(Fault("TU0205", f"/{name}", SAYS[name], kind_of(raw)))
    match instant.unsettled:
        case Unsettled.NAIVE:
            expected = "a time with its offset, or a zone that is declared for the source"
            raise _FaultError(Fault("TU0201", f"/{name}", expected, kind_of(raw)))
        case Unsettled.FOLD:
            expected = "a time with its offset: the clock of the zone showed this one twice"
            raise _FaultError(Fault("TU0201", f"/{name}", expected, kind_of(raw)))
        case Unsettled.GAP | Unsettled.ORDER | Unsettled.UNPARSEABLE:
            raise _FaultError(
                Fault("TU0205", f"/{name}", "a date and time that exist, readable in one way", kind_of(raw))
            )
        case _ if instant.until is not None and instant.offset_minutes is None:
            expected = "a time, or a zone that is declared for the source: a date alone is not the same day everywhere"
            raise _FaultError(Fault("TU0201", f"/{name}", expected, kind_of(raw)))
    if instant.at is not None and instant.at > now + CLOCK_SLIP:
        raise _FaultError(
            Fault("TU0205", f"/{name}", f"up to {now.isoformat(timespec='seconds')}", "a later time")
        )
    return instant


def _time_text(name: str, token: bytes) -> str:
    if token[:1] == b'"':
        text = _text.decode(token)
        if 0 < len(text) <= 200:
            return text
        raise _FaultError(Fault("TU0205", f"/{name}", SAYS[name], kind_of(text)))
    if token[:1].isdigit() or token[:1] == b"-":
        return token.decode()
    raise _FaultError(Fault("TU0205", f"/{name}", SAYS[name], kind_of(_any.decode(token))))


def _numbers(score: Scored | UnsetType) -> Numbers:
    """The numbers of a score: raw, min, max. Refuses a score whose numbers are none: then nothing of it can be read."""
    if isinstance(score, UnsetType):
        return (None, None, None)
    return _number("raw", score.raw), _number("min", score.min), _number("max", score.max)


def _number(name: str, token: Raw | UnsetType) -> Decimal | None:
    """The exact number, as written; None where it is absent."""
    if isinstance(token, UnsetType):
        return None
    text = bytes(token).decode().strip('"')
    if text.isdecimal() and text.isascii() and len(text) <= 15:
        return Decimal(text)
    if not _NUMBER.fullmatch(text) or abs(Decimal(text)) >= _LARGEST:
        expected = "a number of up to 15 digits on either side of the point"
        raise _FaultError(Fault("TU0308", f"/score/{name}", expected, kind_of(_any.decode(bytes(token)))))
    return Decimal(text)


def _score(said: Scored | UnsetType, numbers: Numbers) -> Score | None:
    """The score on its scale. What lies outside is not cut, what has no scale is not guessed (TU0801, TU0802)."""
    if isinstance(said, UnsetType):
        return None
    raw, low, high = numbers
    scale = _given(said.scale)
    if raw is None or ((low is None or high is None) and scale is None):
        raise _FaultError(
            Fault("TU0801", "/score", "min and max, or the name of a declared scale", "neither")
        )
    if low is not None and high is not None and low >= high:
        raise _FaultError(Fault("TU0801", "/score/max", "a number above min", "a number that is not"))
    if (low is not None and raw < low) or (high is not None and raw > high):
        raise _FaultError(Fault("TU0802", "/score/raw", f"{low} to {high}", "a number outside"))
    return Score(raw, low, high, scale, _given(said.scale_version))
