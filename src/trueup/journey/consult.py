"""The leg that says what is known: a completion, how its times were read, its receipt with its proof.

Joins intake (what is kept), privacy (keys and names) and audit (places in the log). Knows no door.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trueup.audit import proving
from trueup.audit.commitment import salt_of
from trueup.audit.receipt import Receipt, issue
from trueup.intake.ledger import store
from trueup.journey.arrive import claims
from trueup.model.completions import Key, Verdict, Who
from trueup.privacy.actors import names_of, person_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journey.arrive import Shelf
    from trueup.kit.signing import SigningKey

DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a completion. `who` and `digest` are None where the person was erased."""

    entry: store.Entry
    who: Who | None
    digest: str | None
    revisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acknowledger:
    """Signs receipts."""

    key: SigningKey

    def of(self, verdict: Verdict) -> Receipt | None:
        """The receipt of what is durable; None for anything else."""
        if (
            verdict.key is None
            or verdict.digest is None
            or verdict.received_at is None
            or verdict.contract is None
            or verdict.salt is None
        ):
            return None
        said = claims(verdict.key, verdict.digest, verdict.received_at, verdict.contract)
        return issue(said, self.key, verdict.salt)


async def consult(shelf: Shelf, key: Key) -> Told | None:
    """What is known under the key, None where nothing is."""
    entry = await store.entry(shelf.database, key)
    if entry is None:
        return None
    keys = await person_keys(shelf.database, shelf.keys, {entry.actor_id})
    names = await names_of(shelf.database, {entry.actor_id})
    person = keys.get(entry.actor_id)
    digest = person.opened(entry.sealed, str(key).encode())[:DIGEST_BYTES].hex() if person else None
    revisions = await store.revisions(shelf.database, key.source, key.record_id)
    return Told(entry, names.get(entry.actor_id), digest, tuple(revisions))


async def looked_up(shelf: Shelf, at_revision: Key | None, record: Key) -> Told | None:
    """What is known of a record at a revision; where there is no such one, of the record's latest revision."""
    told = await consult(shelf, at_revision) if at_revision else None
    if told is not None:
        return told
    known = await store.revisions(shelf.database, record.source, record.record_id)
    return await consult(shelf, replace(record, revision=known[-1])) if known else None


async def receipt(shelf: Shelf, key: Key, signing: SigningKey) -> Receipt | None:
    """The receipt of what stands under the key, with its proof as soon as it has its place in the log.

    None where nothing stands there, or the person was erased: with their key goes what opens the log's entry.
    """
    told = await consult(shelf, key)
    if told is None or told.digest is None:
        return None
    said = claims(key, told.digest, told.entry.received_at, told.entry.contract)
    person = (await person_keys(shelf.database, shelf.keys, {told.entry.actor_id}))[told.entry.actor_id]
    made = issue(said, signing, salt_of(person.audit_secret, said.record()))
    return await proving.completed(shelf.database, told.entry.statement_id, made)


async def conversions(shelf: Shelf, key: Key, revisions: Sequence[str]) -> list[store.Entry]:
    """The entries of those revisions of a record, for how their times were read."""
    found = [await store.entry(shelf.database, Key(key.source, key.record_id, one)) for one in revisions]
    return [one for one in found if one is not None]
