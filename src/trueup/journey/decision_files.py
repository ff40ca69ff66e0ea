"""The leg that carries decisions from one database to another: each as it was made, by whom, when and why.

Records are named by issuer and name, so the same rosters and accounts have to be enrolled there first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from itertools import groupby
from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec

from trueup.identity.decisions import store
from trueup.identity.decisions.store import Decision, Kind
from trueup.identity.register.store import of_issuer
from trueup.journey.identify import NotDecidedError, Why, keep
from trueup.model.people import Role  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trueup.journey.arrive import Shelf
    from trueup.kit.database import Transaction

LONGEST = 1 << 20  # bytes of a line
Text = Annotated[str, msgspec.Meta(max_length=4000)]


class _Record(msgspec.Struct, frozen=True):
    role: Role
    issuer: Text
    key: Text
    bearer: int = 1


class Line(msgspec.Struct, frozen=True):
    """A decision as `trueup identity export` writes it; what is not named here is for people to read."""

    decision: int
    batch: int
    kind: Kind
    person: UUID
    by: Text
    at: datetime
    policy: Text
    rule: Text
    record: _Record | None = None
    other: UUID | None = None
    undoes: int | None = None
    weight: float | None = None
    margin: float | None = None
    evidence: dict[str, object] | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """How many decisions were taken over, and how many were there already."""

    taken: int
    known: int


def parsed(lines: Iterable[bytes], file: str) -> list[Line]:
    """The decisions of a file of JSON lines. Raises NotDecidedError with the line."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = msgspec.json.decode(line[: LONGEST + 1], type=Line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise NotDecidedError(
                f"{file}:{number}: {error}",
                "a decision as `trueup identity export` writes it",
                "export it again",
            ) from error
        if one.at.tzinfo is None or (one.record is None) == (one.kind in {Kind.FOUND, Kind.LINK, Kind.APART}):
            raise NotDecidedError(
                f"{file}:{number}: a {one.kind.value} without its record, or a time without its offset",
                "a decision as `trueup identity export` writes it",
            )
        found.append(one)
    return found


async def carry(shelf: Shelf, lines: Sequence[Line]) -> Carried:
    """Keeps decisions that were made elsewhere, in their order; what is there already is not kept twice.

    All of them take effect, or none. Raises NotDecidedError where a record is not known here, or a merge is missing.
    """
    async with shelf.database.transaction() as both:
        await store.alone(both)
        records = await _records(both, lines)
        there = {
            _same(one.decision, one.batch.decided_at): one.decision_id for one in await store.history(both)
        }
        numbers: dict[int, int] = {}  # of a decision there -> here
        taken = 0
        for _, batch in groupby(lines, key=lambda one: one.batch):
            made = [(one, _decision(one, records, numbers)) for one in batch]
            new = [(one, decision) for one, decision in made if _same(decision, one.at) not in there]
            numbers |= {
                one.decision: there[it] for one, decision in made if (it := _same(decision, one.at)) in there
            }
            if new:
                first = new[0][0]
                why = Why(first.by, first.at, first.reason or "", first.policy)
                about = None if first.rule != "person" else first.other or first.person
                kept = await keep(shelf, both, why, [decision for _, decision in new], about)
                numbers |= {one.decision: here for (one, _), here in zip(new, kept, strict=True)}
                taken += len(new)
        return Carried(taken, len(lines) - taken)


async def _records(both: Transaction, lines: Sequence[Line]) -> Mapping[tuple[Role, str, str, int], int]:
    wanted = {
        (one.record.role, one.record.issuer, one.record.key, one.record.bearer) for one in lines if one.record
    }
    found: dict[tuple[Role, str, str, int], int] = {}
    for role, issuer in sorted({(role, issuer) for role, issuer, _, _ in wanted}):
        keys = {key for its, at, key, _ in wanted if (its, at) == (role, issuer)}
        for record in await of_issuer(both, role, issuer, keys):
            found[role, issuer, record.key, record.bearer] = record.record_id
    if missing := wanted - set(found):
        _, issuer, key, _ = min(missing)
        raise NotDecidedError(
            f"{len(missing):,} records are not known here, as {issuer}/{key}",
            "the rosters and accounts that the decisions are about",
            "enrol them first: trueup identity enrol FILE --source NAME",
        )
    return found


def _decision(
    one: Line, records: Mapping[tuple[Role, str, str, int], int], numbers: Mapping[int, int]
) -> Decision:
    if one.undoes is not None and one.undoes not in numbers:
        raise NotDecidedError(
            f"decision {one.decision} undoes {one.undoes}, which comes nowhere before it",
            "all decisions, in their order",
            "export them again",
        )
    record = one.record
    return Decision(
        one.kind,
        one.person,
        None if record is None else records[record.role, record.issuer, record.key, record.bearer],
        one.other,
        None if one.undoes is None else numbers[one.undoes],
        one.rule,
        one.weight,
        one.margin,
        None if one.evidence is None else json.dumps(one.evidence, separators=(",", ":"), ensure_ascii=False),
    )


def _same(one: Decision, at: datetime) -> tuple[object, ...]:
    return one.kind, one.record_id, one.person_id, one.other_id, one.undoes, at
