"""Bodies of requests, read within bounds: size, time, encoding, nesting, number of events. Knows no event's members."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache

import msgspec
from starlette.requests import ClientDisconnect, Request

from trueup.doors.api.problems import Refused

JSON = "application/json"
NDJSON = "application/x-ndjson"
FORM = "application/x-www-form-urlencoded"
SIGNS_OF_AN_EVENT = 100  # brackets and commas, far more than one has

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_SIGN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a body may be (contracts/openapi.yaml, info)."""

    size: int = 8 * 1024 * 1024  # bytes
    seconds: float = 30.0  # for all of it to arrive
    levels: int = 32
    events: int = 1000


@dataclass(frozen=True, slots=True)
class Body:
    """A body that arrived whole, as text of UTF-8."""

    raw: bytes
    media_type: str


async def read_body(request: Request, media_types: tuple[str, ...], limits: Limits) -> Body:
    """The body, once its media type, encoding, size and time are as they may be. Raises Refused otherwise."""
    media_type = _media_type(request, media_types)
    said = request.headers.get("content-length")
    if said is not None and said.isascii() and said.isdigit() and int(said) > limits.size:
        raise _too_large(limits, f"{int(said)} bytes")
    raw = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > limits.size:
                    raise _too_large(limits, "more")
    except TimeoutError:
        raise Refused(
            "body-too-slow",
            f"the body did not arrive in {limits.seconds:g} seconds",
            expected=f"all of it in {limits.seconds:g} seconds",
            actual=f"{len(raw)} bytes",
            headers={"Connection": "close"},
        ) from None
    except ClientDisconnect:
        raise Refused("malformed-body", "the sender went away before the body was complete") from None
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(
            "wrong-media-type",
            "the body is not UTF-8",
            expected="UTF-8",
            actual=f"another encoding at byte {error.start}",
        ) from None
    return Body(bytes(raw), media_type)


def _media_type(request: Request, media_types: tuple[str, ...]) -> str:
    media_type, charset = _content_type(request.headers.get("content-type", ""))
    expected = " or ".join(media_types)
    if media_type not in media_types:
        raise Refused(
            "wrong-media-type", "this media type is not read here", expected=expected, actual=media_type[:80]
        )
    if charset not in {"utf-8", "utf8"}:
        raise Refused(
            "wrong-media-type",
            "another charset than UTF-8 is not read here",
            expected="utf-8",
            actual=charset[:40],
        )
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise Refused(
            "wrong-media-type",
            "a compressed body is not read here",
            expected="identity",
            actual=encoding[:40],
        )
    return media_type


@lru_cache(maxsize=64)
def _content_type(said: str) -> tuple[str, str]:
    """The media type that a header says, and its charset. Senders say the same each time."""
    if not said:
        return "none", "utf-8"
    header = Message()
    header["content-type"] = said
    return header.get_content_type(), header.get_content_charset("utf-8")


def _too_large(limits: Limits, actual: str) -> Refused:
    return Refused(
        "body-too-large",
        f"the body is larger than {limits.size} bytes",
        expected=f"at most {limits.size} bytes",
        actual=actual,
    )


def checked_depth(raw: bytes, limits: Limits, pointer: str | None = None) -> bytes:
    """The JSON text, once it is known to be nested no deeper than it may. Raises Refused otherwise."""
    if raw.count(b"[") + raw.count(b"{") > limits.levels:
        depth = 0
        for bracket in _BRACKET.finditer(_TEXT.sub(b"", raw)):
            depth += 1 if bracket[0] in b"[{" else -1
            if depth > limits.levels:
                raise _too_deep(limits, pointer)
    return raw


def _too_deep(limits: Limits, pointer: str | None) -> Refused:
    return Refused(
        "nested-too-deeply",
        f"the body is nested more than {limits.levels} levels deep",
        pointer=pointer,
        expected=f"at most {limits.levels} levels",
        actual="more",
    )


def parsed(raw: bytes, limits: Limits) -> object:
    """A JSON text as a value. Raises Refused where it is none, or too deep."""
    checked_depth(raw, limits)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise malformed(error) from None


def malformed(error: Exception, pointer: str = "") -> Refused:
    """The refusal of a text that is no JSON: where the reader stopped, never what stood there."""
    place = re.search(r"byte (\d+)", str(error))
    where = f"at byte {place[1]}" if place else "before its end"
    return Refused(
        "malformed-body", f"the body is no JSON {where}", pointer=pointer, expected="JSON", actual="no JSON"
    )


def events_of(body: Body, limits: Limits) -> tuple[list[bytes], bool]:
    """The events of a body, each as its own JSON text, and whether it is a batch.

    Nothing inside an event is read here, its nesting neither. In NDJSON each line stands for itself, so a broken one keeps no other out; a JSON array is read as a whole.
    Raises Refused where the body is no JSON, empty, or a batch longer than it may be.
    """
    if body.media_type == NDJSON:
        return _bounded([line for line in body.raw.splitlines() if line.strip()], limits), True
    if not body.raw.lstrip().startswith(b"["):
        return [body.raw], False
    try:
        told = msgspec.json.decode(body.raw, type=list[msgspec.Raw])
    except RecursionError:
        return _bounded(_elements(body.raw, limits), limits), True
    except msgspec.DecodeError as error:
        raise malformed(error) from None
    return _bounded([bytes(one) for one in told], limits), True


def _elements(array: bytes, limits: Limits) -> list[bytes]:
    """The elements of an array of which one is nested too deeply for the JSON reader: it keeps no other out.

    Raises Refused where the array does not end, something follows it, or it has more of everything than a batch.
    """
    if sum(map(array.count, (b"[", b"{", b","))) > limits.events * SIGNS_OF_AN_EVENT:
        raise _too_deep(limits, None)
    found: list[bytes] = []
    depth = begins = 0
    for token in _SIGN.finditer(array):
        sign = token[0]
        if sign in b"[{":
            depth += 1
            begins = token.end() if depth == 1 else begins
        elif sign in b"]}":
            depth -= 1
        if (depth == 1 and sign == b",") or (depth == 0 and sign in b"]}"):
            found.append(array[begins : token.start()].strip())
            begins = token.end()
            if depth == 0:
                break
    if depth or array[begins:].strip():
        raise Refused("malformed-body", "the body is no JSON", pointer="", expected="JSON", actual="no JSON")
    return found


def _bounded(events: list[bytes], limits: Limits) -> list[bytes]:
    if not events:
        raise Refused(
            "malformed-body",
            "the batch holds no event",
            pointer="",
            expected="at least one event",
            actual="none",
        )
    if len(events) > limits.events:
        raise Refused(
            "body-too-large",
            f"the batch holds more than {limits.events} events",
            pointer="",
            expected=f"at most {limits.events} events",
            actual=str(len(events)),
        )
    return events


def numbered(events: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Each event with its pointer in the batch."""
    yield from ((f"/{place}", event) for place, event in enumerate(events))
