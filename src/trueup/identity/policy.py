"""The identity policy: one declared file, and the hash of it that every link pins (requirements F1a)."""

from __future__ import annotations

import hashlib
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from trueup.identity.normalisers import NORMALISERS
from trueup.model.told import ToldError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 20  # bytes of a policy

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Tier = Literal["person_id", "employee_number", "former_number", "account", "email", "alias", "untagged_email"]
Gate = Literal["number and name", "number and mailbox", "address and name"]
Veto = Literal[
    "number of another",
    "number of several",
    "address of another",
    "address of several",
    "mailbox of another",
    "account older than employment",
]


class PolicyError(ToldError):
    """A policy that can't be read."""


class Normalised(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which normaliser, by name and version, each kind of identifier is compared by."""

    person_id: str
    employee_number: str
    account: str
    email: str
    name: str
    context: str


class Learned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of the data must say a thing before it is taken as so."""

    family_pairs: Count
    family_share: Share
    shared_names: Count
    role_mailboxes: Count
    number_collisions: Share


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is told rather than learned."""

    domains: tuple[tuple[str, ...], ...]
    shared_mailboxes: tuple[str, ...]
    nicknames: tuple[tuple[str, ...], ...]


class Linking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the best candidate is linked without asking. Weights and margins are in bits."""

    margin: Annotated[float, msgspec.Meta(ge=0)]
    strangers: Annotated[float, msgspec.Meta(ge=0)]
    few: Annotated[float, msgspec.Meta(ge=0)]
    review_weight: float
    shown: Count
    block: Count
    older_days: Count
    gates: tuple[Gate, ...]
    vetoes: tuple[Veto, ...]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """How an account finds its person. Two policies with one hash decide the same on the same input."""

    name: str
    tiers: tuple[Tier, ...]
    normalisers: Normalised
    learned: Learned
    declared: Declared
    linking: Linking

    @cached_property
    def hash(self) -> str:
        """SHA-256 in hex over the policy's content; its comments and its order of keys do not count."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def normalised(self, kind: str, text: str | None) -> str | None:
        """An identifier of `kind` (person_id, employee_number, account, email, name) as it is compared."""
        return None if text is None else NORMALISERS[self.normaliser_of(kind)](text)

    def normaliser_of(self, kind: str) -> str:
        """The name and version of the normaliser of a kind."""
        return str(getattr(self.normalisers, kind))


def default_policy() -> Policy:
    """The policy that comes with trueup."""
    return parsed(files("trueup.identity").joinpath("policy.toml").read_bytes(), "policy.toml")


def load(path: Path) -> Policy:
    """The policy in a file. Raises PolicyError."""
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise PolicyError(f"{path} can't be read: {error.strerror}", "a policy in TOML") from error
    if len(body) > LARGEST:
        raise PolicyError(f"{path} is larger than {LARGEST:,} bytes", "a policy in TOML")
    return parsed(body, str(path))


def parsed(body: bytes, where: str) -> Policy:
    """The policy that a text declares. Raises PolicyError with the place in it."""
    try:
        policy = msgspec.toml.decode(body, type=Policy)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise PolicyError(
            f"{where}: {error}",
            "a policy as `trueup identity policy` prints it",
            "print it, change what differs, and give it with --policy",
        ) from error
    for kind in msgspec.structs.fields(Normalised):
        named = policy.normaliser_of(kind.name)
        if named not in NORMALISERS:
            raise PolicyError(
                f"{where}: normalisers.{kind.name}: there is no normaliser {named!r}",
                "one of " + ", ".join(sorted(NORMALISERS)),
            )
    return policy
