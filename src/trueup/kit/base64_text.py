"""Base64 in its one spelling (RFC 4648, 4). Knows no key and no hash."""

import base64
import binascii


def encoded(raw: bytes) -> str:
    """The text, with its padding."""
    return base64.b64encode(raw).decode()


def decoded(text: str) -> bytes:
    r"""The bytes of a text in the standard alphabet. ValueError where it is no base64, or another spelling of it.

    Two spellings of the same bytes (unused bits that are not zero, RFC 4648, 3.5) would let a character of a signed
    file change unnoticed.

    >>> decoded("AAE=")
    b'\x00\x01'
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("no base64: a character was lost, added or changed") from error
    if encoded(raw) != text:
        raise ValueError("no base64 as it is written: unused bits are set")
    return raw
