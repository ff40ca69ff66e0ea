"""CloudEvents 1.0 out of an HTTP message, binary or structured. Knows no data's meaning and no transport.

Sources: CloudEvents 1.0.2; HTTP protocol binding, 3; JSON event format, 2 and 3.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

import msgspec

from trueup.kit.base64_text import decoded

LONGEST_VALUE = 2048  # characters of one attribute
MOST_ATTRIBUTES = 64

Value: TypeAlias = str | int | bool

_MEDIA_TYPE = "application/cloudevents"
_REQUIRED = ("id", "source", "type", "specversion")
_OPTIONAL = ("subject", "time", "datacontenttype", "dataschema")
_NAME = re.compile(r"[a-z0-9]+", re.ASCII)
_DISALLOWED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_URI_REFERENCE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.+", re.ASCII)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LARGEST_INTEGER = 2**31 - 1


class NotACloudEventError(ValueError):
    """The message is no CloudEvent: which attribute, what was expected, what is there (its kind, never its text)."""

    def __init__(self, attribute: str, expected: str, actual: str) -> None:
        super().__init__(f"{attribute}: {actual}; expected {expected}")
        self.attribute = attribute
        self.expected = expected
        self.actual = actual


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """One event. `source` and `id` together name it: the same pair again is a duplicate (CloudEvents, "id")."""

    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None  # RFC 3339, as it came
    datacontenttype: str | None = None
    dataschema: str | None = None
    extensions: dict[str, Value] = field(default_factory=dict)
    data: bytes | None = None  # as it came; None where the event has no data


def is_cloudevent(content_type: str, headers: Mapping[str, str]) -> bool:
    """Whether a message means to be one: by its media type, or by a `ce-specversion`. Header names in lower case."""
    return _media_type(content_type).startswith(_MEDIA_TYPE) or "ce-specversion" in headers


def event_from(content_type: str, headers: Mapping[str, str], body: bytes) -> CloudEvent:
    """The event of a message; the header names are in lower case, the body is bounded by the caller.

    NotACloudEventError where a rule is broken, for a batch, and for an event format other than JSON.
    """
    media_type = _media_type(content_type)
    if not media_type.startswith(_MEDIA_TYPE):
        return _binary(content_type, headers, body)
    if media_type != f"{_MEDIA_TYPE}+json":
        raise NotACloudEventError("content-type", f"{_MEDIA_TYPE}+json, one event a message", media_type[:80])
    return _structured(body)


def _binary(content_type: str, headers: Mapping[str, str], body: bytes) -> CloudEvent:
    """Attributes are headers, the body is the data (HTTP binding, 3.1)."""
    named = {name.removeprefix("ce-"): value for name, value in headers.items() if name.startswith("ce-")}
    if "datacontenttype" in named:
        raise NotACloudEventError("ce-datacontenttype", "Content-Type in its place", "present")
    attributes: dict[str, Value] = {name: _unescaped(name, value) for name, value in named.items()}
    if content_type:
        attributes["datacontenttype"] = content_type
    return _event(attributes, body or None)


def _structured(body: bytes) -> CloudEvent:
    """Attributes and data are members of one JSON object (JSON format, 3)."""
    try:
        body.decode("utf-8")  # data is not decoded here
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        data, base64 = members.pop("data", None), members.pop("data_base64", None)
        values = {name: msgspec.json.decode(raw) for name, raw in members.items()}
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NotACloudEventError("the body", "a JSON object", str(error) or "nested too deeply") from error
    if data is not None and base64 is not None:
        raise NotACloudEventError("data", "data or data_base64", "both")
    attributes = {name: value for name, value in values.items() if value is not None}
    if base64 is not None:
        return _event(attributes, _from_base64(base64))
    attributes.setdefault("datacontenttype", "application/json")
    return _event(attributes, None if data is None else _from_member(data, attributes["datacontenttype"]))


def _from_base64(raw: msgspec.Raw) -> bytes:
    try:
        return decoded(msgspec.json.decode(raw, type=str))
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise NotACloudEventError("data_base64", "base64", str(error)) from error


def _from_member(raw: msgspec.Raw, content_type: object) -> bytes:
    """JSON as it stands; of any other type the text of a string (JSON format, 3.1.2)."""
    media_type = _media_type(str(content_type))
    if media_type.endswith(("/json", "+json")):
        return bytes(raw)
    try:
        return msgspec.json.decode(raw, type=str).encode()
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise NotACloudEventError(
            "data", f"a string that holds {media_type[:80]}", "another value"
        ) from error


def _event(attributes: Mapping[str, object], data: bytes | None) -> CloudEvent:
    """The event of its attributes, each judged by its own rule (CloudEvents, "Context Attributes")."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise NotACloudEventError("attributes", f"at most {MOST_ATTRIBUTES}", str(len(attributes)))
    for name in _REQUIRED:
        if not attributes.get(name):
            raise NotACloudEventError(name, "a text that is not empty", "missing")
    values = {name: _value(name, value) for name, value in attributes.items()}
    if values["specversion"] != "1.0":
        raise NotACloudEventError("specversion", "1.0", "another version")
    texts = {name: _text(name, values[name]) for name in (*_REQUIRED, *_OPTIONAL) if name in values}
    for name, rule, expected in (
        ("source", _URI_REFERENCE, "a URI-reference (RFC 3986)"),
        ("dataschema", _URI, "a URI (RFC 3986)"),
    ):
        if name in texts and not rule.fullmatch(texts[name]):
            raise NotACloudEventError(name, expected, "another text")
    if "time" in texts and not _is_instant(texts["time"]):
        raise NotACloudEventError("time", "an instant with its offset (RFC 3339)", "another text")
    del texts["specversion"]
    extensions = {name: value for name, value in values.items() if name not in (*_REQUIRED, *_OPTIONAL)}
    return CloudEvent(**texts, extensions=extensions, data=data)


def _value(name: str, value: object) -> Value:
    if not _NAME.fullmatch(name) or name == "data":
        raise NotACloudEventError(name[:40], "an attribute name of a-z and 0-9", "another name")
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST_INTEGER + (value < 0):
        return value
    if isinstance(value, str) and len(value) <= LONGEST_VALUE and not _DISALLOWED.search(value):
        return value
    kind = f"{len(value)} characters" if isinstance(value, str) else type(value).__name__
    raise NotACloudEventError(
        name,
        f"a boolean, a 32-bit integer or at most {LONGEST_VALUE} characters without control characters",
        kind,
    )


def _text(name: str, value: Value) -> str:
    if not isinstance(value, str) or not value:
        raise NotACloudEventError(
            name, "a text that is not empty", type(value).__name__ if value else "empty"
        )
    return value


def _unescaped(name: str, value: str) -> str:
    """A header's value: double quotes are undone, then one round of percent-decoding (HTTP binding, 3.1.3.2)."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    try:
        return unquote_to_bytes(value.encode("ascii")).decode("utf-8")
    except UnicodeError as error:
        raise NotACloudEventError(f"ce-{name[:40]}", "percent-encoded UTF-8", "other bytes") from error


def _is_instant(text: str) -> bool:
    if not _RFC_3339.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
    except ValueError:
        return False
    return True


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
