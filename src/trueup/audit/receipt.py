"""The signed receipt of one record: issued, completed by its proof, verified offline. Knows no door and no table.

Its shape is contracts/receipt.schema.json. What is signed is also what the log commits to: the canonical JSON of the
claims. So the signature says that trueup took the record, and the proof that it can't be taken out again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from trueup.audit.checkpoint import Checkpoint, NotACheckpointError, opened
from trueup.audit.commitment import commitment
from trueup.audit.merkle import NoProofError, leaf_hash, root_by_inclusion
from trueup.audit.problem import Kind, Problem, UnverifiableError
from trueup.kit.base64_text import decoded, encoded
from trueup.kit.canonical_json import Json, NotCanonicalError, canonical
from trueup.kit.signed_note import NotANoteError, UnsignedError
from trueup.kit.signing import SigningKey, VerifierKey

LARGEST_RECEIPT = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a receipt says, and what the log's entry commits to. All texts, as they are written in the receipt."""

    source: str
    record_id: str
    revision: str
    digest: str  # SHA-256 of the record's canonical JSON, 64 hexadecimal digits
    time: str  # when it was durable, RFC 3339, UTC
    contract: str  # version of the contract

    def record(self) -> dict[str, Json]:
        """The JSON object that is signed and committed to."""
        return {
            "source": self.source,
            "record_id": self.record_id,
            "revision": self.revision,
            "digest": self.digest,
            "time": self.time,
            "contract": self.contract,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What leads from the leaf to a signed head (RFC 6962, 2.1.1): base64 hashes, the leaf's sibling first."""

    checkpoint: str
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The claims and who signed them; where the record stands in the log, as soon as that is known."""

    claims: Claims
    signature: str  # base64
    key: str  # <name>+<key id, 8 hex>
    salt: str  # base64: opens the log's entry
    leaf_index: int | None = None
    proof: Proof | None = None

    def document(self) -> dict[str, object]:
        """The JSON object of contracts/receipt.schema.json."""
        proof = {"checkpoint": self.proof.checkpoint, "hashes": self.proof.hashes} if self.proof else None
        return {
            **self.claims.record(),
            "signature": self.signature,
            "key": self.key,
            "salt": self.salt,
            "leaf_index": self.leaf_index,
            "proof": proof,
        }


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What was verified of a receipt. `head` is None where it has no proof yet."""

    receipt: Receipt
    signed_by: VerifierKey | None
    head: Checkpoint | None
    problems: tuple[Problem, ...]


def issue(claims: Claims, key: SigningKey, salt: bytes) -> Receipt:
    """The receipt at the moment of acknowledgement. The same claims give the same receipt, byte for byte."""
    return Receipt(
        claims=claims,
        signature=encoded(key.sign(canonical(claims.record()))),
        key=_named(key.verifier),
        salt=encoded(salt),
    )


def prove(receipt: Receipt, leaf_index: int, checkpoint: str, hashes: Sequence[bytes]) -> Receipt:
    """The receipt with its place in the log and the proof of it."""
    proof = Proof(checkpoint, tuple(encoded(one) for one in hashes))
    return replace(receipt, leaf_index=leaf_index, proof=proof)


def parse(raw: bytes) -> Receipt:
    """The receipt of a JSON document, nothing verified. UnverifiableError says what is wrong and at which member."""
    if len(raw) > LARGEST_RECEIPT:
        raise UnverifiableError(f"over {LARGEST_RECEIPT:,} bytes; a receipt is smaller")
    try:
        told = msgspec.json.decode(raw, type=_Document)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise UnverifiableError(f"no receipt: {error or 'nested too deeply'}") from error
    claims = Claims(**{name: getattr(told, name) for name in Claims.__slots__})
    proof = Proof(told.proof.checkpoint, tuple(told.proof.hashes)) if told.proof else None
    rest: dict[str, Any] = {name: getattr(told, name) for name in ("signature", "key", "salt", "leaf_index")}
    return Receipt(claims=claims, proof=proof, **rest)


def verify_receipt(
    receipt: Receipt, keys: Sequence[VerifierKey], *, checkpoint: bytes | None = None
) -> ReceiptVerdict:
    """Judge a receipt by the keys that are trusted, and its proof by a checkpoint from elsewhere where one is given.

    UnverifiableError where the proof and that checkpoint are of trees of different sizes, or there is no proof.
    """
    signed_by, problems = _signature(receipt, keys)
    head, wrong = _inclusion(receipt, keys, checkpoint)
    return ReceiptVerdict(receipt, signed_by, head, (*problems, *wrong))


def _signature(receipt: Receipt, keys: Sequence[VerifierKey]) -> tuple[VerifierKey | None, list[Problem]]:
    def wrong(expected: str, actual: str, detail: str) -> tuple[None, list[Problem]]:
        return None, [Problem(Kind.RECEIPT, "signature", None, None, expected, actual, detail)]

    key = next((one for one in keys if _named(one) == receipt.key), None)
    if key is None:
        known = ", ".join(_named(one) for one in keys)
        return wrong(known, receipt.key, "the receipt is signed by a key that is not trusted here")
    try:
        fits = key.verifies(decoded(receipt.signature), canonical(receipt.claims.record()))
    except (ValueError, NotCanonicalError) as error:
        return wrong("64 bytes in base64", str(error), "the signature can't be read")
    if not fits:
        return wrong(
            f"a signature of {receipt.key} over these claims", "it does not fit", "a claim was changed"
        )
    return key, []


def _inclusion(
    receipt: Receipt, keys: Sequence[VerifierKey], checkpoint: bytes | None
) -> tuple[Checkpoint | None, list[Problem]]:
    if receipt.proof is None or receipt.leaf_index is None:
        if checkpoint is not None:
            raise UnverifiableError(
                "the receipt has no proof yet: ask for it again a second after the record was acknowledged"
            )
        return None, []

    def wrong(
        head: Checkpoint | None, expected: str, actual: str, detail: str
    ) -> tuple[Checkpoint | None, list[Problem]]:
        leaf = receipt.leaf_index
        return head, [Problem(Kind.RECEIPT, "proof", leaf, leaf, expected, actual, detail)]

    try:
        head, _ = opened(receipt.proof.checkpoint.encode(), keys)
        other = opened(checkpoint, keys)[0] if checkpoint is not None else head
    except (NotANoteError, NotACheckpointError, UnsignedError, UnicodeEncodeError) as error:
        return wrong(None, "a signed checkpoint", "it does not verify", str(error))
    if (other.origin, other.size) != (head.origin, head.size):
        raise UnverifiableError(
            f"the proof leads to {head.size} leaves of {head.origin}, the checkpoint is of {other.size} leaves of "
            f"{other.origin}: give a checkpoint of {head.size} leaves, or compare the two with trueup audit verify --since"
        )
    if other.root != head.root:
        return wrong(
            head, other.root.hex(), head.root.hex(), "the log signed two different trees of one size"
        )
    try:
        salt = decoded(receipt.salt)
        leaf = leaf_hash(commitment(salt, receipt.claims.record()))
        hashes = [decoded(one) for one in receipt.proof.hashes]
        root = root_by_inclusion(leaf, receipt.leaf_index, head.size, hashes)
    except (ValueError, NoProofError, NotCanonicalError) as error:
        return wrong(head, head.root.hex(), "no proof", str(error))
    if root != head.root:
        return wrong(head, head.root.hex(), root.hex(), "the log does not hold this record at this leaf")
    return head, []


def _named(key: VerifierKey) -> str:
    return f"{key.name}+{key.key_id.hex()}"


class _DocumentProof(msgspec.Struct, forbid_unknown_fields=True):
    checkpoint: str
    hashes: list[str]


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    record_id: str
    revision: str
    digest: str
    time: str
    contract: str
    signature: str
    key: str
    salt: str
    leaf_index: int | None = None
    proof: _DocumentProof | None = None
