"""What a verifier finds wrong. Knows not how it is found, nor how it is shown."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was changed, as far as it can be told."""

    CHECKPOINT = "checkpoint"
    TILE = "tile"
    ENTRY = "entry"
    RECORD = "record"
    HISTORY = "history"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where the export is not what was signed. Hashes are hexadecimal; leaves are None where none is meant."""

    kind: Kind
    where: str  # the file in the export, or the member of a receipt
    first_leaf: int | None
    last_leaf: int | None
    expected: str
    actual: str
    detail: str


class BrokenLogError(RuntimeError):
    """What is stored is not the log that was signed: the tables were changed by hand. Nothing is signed on top of it."""


class UnverifiableError(ValueError):
    """Nothing can be said of what was handed over: `str` says what is missing or wrong, and what to do."""
