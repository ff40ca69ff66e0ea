"""The keys that people's records are encrypted with, and the master key over them. Knows no table and no person.

Each person, as a source names them, has a key of their own, kept only wrapped. Whoever destroys it has erased all
that it sealed, in every copy. AES-256-GCM (NIST SP 800-38D) seals and wraps, with a nonce of 96 random bits.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MASTER_BYTES = 32
_NONCE = 12
_PARTS = 3  # seal, fingerprint, salt: no key serves two purposes
_PERSON_BYTES = 32 * _PARTS


class WrongKeyError(Exception):
    """Something sealed or wrapped does not open: another key, another place, or changed bytes."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """One person's key. It never shows in a representation."""

    material: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> PersonKey:
        """A new one."""
        return cls(os.urandom(_PERSON_BYTES))

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """The sealed bytes; they open at the same `place` only, so that nobody moves them to another record."""
        return _sealed(self.material[:32], plain, place)

    def opened(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed there. WrongKeyError where it does not open."""
        return _opened(self.material[:32], sealed, place)

    def fingerprint(self, digest: bytes) -> bytes:
        """What tells one body of a record from another, 16 bytes, and nothing to whoever lacks the key."""
        return hmac.digest(self.material[32:64], digest, "sha256")[:16]

    @property
    def audit_secret(self) -> bytes:
        """The secret that salts this person's leaves in the audit log."""
        return self.material[64:]


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that wraps people's keys. It never shows in a representation."""

    secret: bytes = field(repr=False)
    key_id: str = field(init=False)  # which key it is, 16 hexadecimal digits; says nothing of the key

    def __post_init__(self) -> None:
        """ValueError where it has another length than AES-256 takes."""
        if len(self.secret) != MASTER_BYTES:
            raise ValueError(f"a master key has {MASTER_BYTES} bytes, this one has {len(self.secret)}")
        digest = hashlib.sha256(b"trueup master key\n" + self.secret).hexdigest()
        object.__setattr__(self, "key_id", digest[:16])  # frozen for others

    def wrap(self, key: PersonKey, owner: bytes) -> bytes:
        """The person's key as it is kept; it opens for the same owner only."""
        return _sealed(self.secret, key.material, owner)

    def unwrapped(self, wrapped: bytes, owner: bytes) -> PersonKey:
        """The person's key. WrongKeyError where it does not open."""
        return PersonKey(_opened(self.secret, wrapped, owner))


def _sealed(key: bytes, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def _opened(key: bytes, sealed: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
    except (InvalidTag, ValueError) as error:
        raise WrongKeyError("it does not open with this key, at this place") from error
