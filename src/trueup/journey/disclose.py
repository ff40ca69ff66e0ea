"""The leg that opens the audit log for who may see it: each leaf with the record it stands for. Knows no door.

Joins audit (places), intake (sealed digests) and privacy (keys). What it tells of a record is what its receipt says:
source, id, revision, digest, time. Whoever was erased has no key any more; their leaves stay closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.audit import proving
from trueup.audit import store as places
from trueup.audit.commitment import salt_of
from trueup.audit.export import Opened
from trueup.intake.ledger import store as ledger
from trueup.journey.arrive import claims
from trueup.journey.consult import DIGEST_BYTES
from trueup.privacy.actors import person_keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from trueup.journey.arrive import Shelf
    from trueup.privacy.keys import PersonKey

AT_ONCE = 1000  # leaves


async def disclose(shelf: Shelf, directory: Path) -> places.Head:
    """The log, and the records of its leaves, written to a new or empty directory.

    Raises what proving.exported raises, and MasterKeyError where a person's key does not open.
    """
    return await proving.exported(shelf.database, directory, lambda size: _opened(shelf, size))


async def _opened(shelf: Shelf, size: int) -> AsyncIterator[list[Opened]]:
    """The records of the leaves below `size`, some at a time."""
    last = places.Leaf(-1, -1)
    while some := await places.leaves(shelf.database, last, AT_ONCE):
        last = some[-1]
        index = {leaf.statement_id: leaf.leaf_index for leaf in some if leaf.leaf_index < size}
        rows = await ledger.sealed(shelf.database, list(index))
        keys = await person_keys(shelf.database, shelf.keys, {row.actor_id for row in rows})
        yield [
            _record(row, keys[row.actor_id], index[row.statement_id]) for row in rows if row.actor_id in keys
        ]


def _record(row: ledger.Sealed, key: PersonKey, leaf_index: int) -> Opened:
    digest = key.opened(row.sealed, str(row.key).encode())[:DIGEST_BYTES].hex()
    record = claims(row.key, digest, row.received_at, row.contract).record()
    return Opened(leaf_index, salt_of(key.audit_secret, record), record)
