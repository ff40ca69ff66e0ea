"""One JSON object with some of its values changed; all others keep their text. Knows no file."""

import msgspec

_NUMBER = b"-0123456789"


def changed(raw: bytes, values: dict[str, str | None], numbers: set[str]) -> bytes:
    """The object with these keys ("outer.inner" for inner ones) set to these texts, None to null.

    A text becomes a number where the value is one now, or where `numbers` has its key and the value is null.

    >>> changed(b'{"id": 1.50, "at": "x", "score": 65}', {"score": "74", "at": None}, set())
    b'{"id":1.50,"at":null,"score":74}'
    """
    record = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    for key, text in values.items():
        _put(record, key, text, number=key in numbers)
    return msgspec.json.encode(record)


def _put(record: dict[str, msgspec.Raw], key: str, text: str | None, *, number: bool) -> None:
    for outer, inner in _splits(key):
        if not inner:
            if outer in record or "." not in key:
                record[outer] = _value(text, bytes(record.get(outer, b"null")), number=number)
                return
            continue
        held = bytes(record.get(outer, b""))
        if held.startswith(b"{"):
            within = msgspec.json.decode(held, type=dict[str, msgspec.Raw])
            _put(within, inner, text, number=number)
            record[outer] = msgspec.Raw(msgspec.json.encode(within))
            return
    record[key] = _value(text, b"null", number=number)


def _splits(key: str) -> list[tuple[str, str]]:
    """The ways to read a key: as it is, then as an inner key of ever longer outer ones."""
    places = [place for place, sign in enumerate(key) if sign == "."]
    return [(key, ""), *[(key[:place], key[place + 1 :]) for place in places]]


def _value(text: str | None, before: bytes, *, number: bool) -> msgspec.Raw:
    if text is None:
        return msgspec.Raw(b"null")
    is_number = before[:1] in _NUMBER if before and before != b"null" else number
    if is_number and number_like(text):
        return msgspec.Raw(text.encode())
    return msgspec.Raw(msgspec.json.encode(text))


def number_like(text: str) -> bool:
    """Whether a text is a number as JSON writes it.

    >>> number_like("74.5"), number_like("74,5"), number_like("Expert")
    (True, False, False)
    """
    try:
        return isinstance(msgspec.json.decode(text.encode()), int | float) and text not in {"true", "false"}
    except (msgspec.DecodeError, RecursionError):
        return False
