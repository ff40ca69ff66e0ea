"""What stands in the log of a record: a salted commitment. Knows no record's fields, and not where a salt is kept.

The log never holds a record nor its plain digest, which could be guessed for a known person and course. It holds
HMAC-SHA256(salt, canonical record), 32 bytes: nobody without the salt can tell what it commits to, and whoever has
both can open it. Once the salt is gone the entry is noise, and every proof over it still verifies.
"""

import hmac

from trueup.kit.canonical_json import Json, canonical

ENTRY_BYTES = 32
SALT_BYTES = 32


def salt_of(secret: bytes, record: Json) -> bytes:
    """The record's salt, from a secret of the person it is about: destroying that secret destroys every salt of theirs.

    It is derived, so it is stored nowhere and the same record always has the same one. `secret` has 32 bytes.
    """
    return _salt(secret, canonical(record))


def leaf_of(secret: bytes, record: Json) -> tuple[bytes, bytes]:
    """The record's salt and its entry, as `salt_of` and `commitment` give them."""
    text = canonical(record)
    salt = _salt(secret, text)
    return salt, hmac.digest(salt, text, "sha256")


def commitment(salt: bytes, record: Json) -> bytes:
    """The entry of the log for this record, 32 bytes.

    >>> commitment(bytes(32), {"revision": "1"}).hex()[:16]
    '2955c7fbf38c7659'
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt of {len(salt)} bytes; expected {SALT_BYTES}")
    return hmac.digest(salt, canonical(record), "sha256")


def _salt(secret: bytes, text: bytes) -> bytes:
    if len(secret) != SALT_BYTES:
        raise ValueError(f"a secret of {len(secret)} bytes; expected {SALT_BYTES}")
    return hmac.digest(secret, b"trueup audit salt\n" + text, "sha256")
