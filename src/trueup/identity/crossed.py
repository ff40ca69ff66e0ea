"""Records that stand under another person: TU0105-TU0107. Knows whose a record is, not why it was given away.

The crosswalk has put on each record its rival: whom the key would mean if time did not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from trueup.identity.crosswalk import folded
from trueup.identity.masking import marked
from trueup.kit.expressions import union, yes
from trueup.model.findings import Logs, fault_rows

if TYPE_CHECKING:
    import ibis.expr.types as ir

_CROSSED = (
    "record_id", "person", "person_id", "h_person_id", "h_person", "key", "rival", "course_id", "file", "line",
    "other_file", "other_line",
)  # fmt: skip  # one row of names


def crossed(logs: Logs) -> ibis.Table:
    """Records that stand under another person, with how: reused, swapped or misfiled."""
    pairs = logs.pairs
    paired = pairs.filter(yes(pairs.in_lms & pairs.in_review & (pairs.person_id != pairs.h_person_id)))
    paired = paired.select(*_CROSSED, paired=ibis.literal(value=True))
    other = union([paired, _filled(logs).mutate(paired=ibis.literal(value=False))])
    back = other.select(
        record_id_back=other.record_id, person_id=other.h_person_id, h_person_id=other.person_id
    ).distinct()
    back = back.group_by(["person_id", "h_person_id"]).aggregate(back=back.record_id_back.min())
    gone = logs.kept.get("contested")
    if gone is None:
        claimed = (
            other.select("record_id", "h_person_id")
            .filter(ibis.literal(value=False))
            .mutate(claims=ibis.literal(value=True))
        )
    else:
        claimed = (
            gone.filter(~gone.employed)
            .select("record_id", h_person_id=gone.candidate, claims=ibis.literal(value=True))
            .distinct()
        )
    other = other.left_join(claimed, ["record_id", "h_person_id"]).drop(
        "record_id_right", "h_person_id_right"
    )
    other = _once_theirs(logs, other)
    met = other.left_join(back, ["person_id", "h_person_id"])
    how = ibis.cases(
        (~other.paired, ibis.ifelse(back.back.notnull(), "swapped", "unlike")),
        (yes(other.rival == other.h_person_id) | yes(other.claims) | yes(other.once_theirs), "reused"),
        (back.back.notnull(), "swapped"),
        else_="misfiled",
    )
    return met.select(*[other[name] for name in other.columns], back.back, how=how).filter(
        ibis._.how != "unlike"
    )


def _once_theirs(logs: Logs, other: ibis.Table) -> ibis.Table:
    """Adds once_theirs: whether the review's key is one that the record's person has, or once had."""
    known = logs.kept.get("identifiers")
    if known is None:
        return other.mutate(once_theirs=ibis.literal(value=False))
    owned = known.select("value", owner="person_id").distinct().mutate(once_theirs=True)
    keyed = other.mutate(shown_key=folded(other.h_person))
    met = keyed.left_join(owned, [keyed.shown_key == owned.value, keyed.person_id == owned.owner])
    return met.select(*[keyed[name] for name in other.columns], once_theirs=yes(owned.once_theirs))


def _filled(logs: Logs) -> ibis.Table:
    """Missing records with the review rows without a partner that may stand for them.

    Where the review system keeps no record ids, A's completion under B and B's under A show as two orphans
    and two gaps: the gap of A at a course and time is filled by an orphan of B, and the other way round.
    """
    pairs = logs.pairs
    gaps = pairs.filter(yes(pairs.in_lms & pairs.due & ~pairs.in_review & pairs.person_id.notnull()))
    orphans = pairs.filter(yes(pairs.in_review & ~pairs.in_lms & pairs.h_person_id.notnull()))
    filled = gaps.join(
        orphans,
        [
            gaps.course_id == orphans.h_course_id,
            gaps.completed_at == orphans.h_completed_at,
            gaps.person_id != orphans.h_person_id,
        ],
    )
    theirs = {
        "h_person_id": "h_person_id",
        "h_person": "h_person",
        "other_file": "h_file",
        "other_line": "h_line",
    }
    return filled.select(
        **{name: orphans[theirs[name]] if name in theirs else gaps[name] for name in _CROSSED}
    )


def swapped_persons(logs: Logs) -> ibis.Table:
    """TU0105: A's completions stand under B in the review system, and B's under A."""
    found = logs.relation("crossed", crossed)
    found = found.filter(found.how == "swapped")
    return _crossed(found, "TU0105", ibis.literal("and record ") + found.back + " the other way round")


def reused_identifier(logs: Logs) -> ibis.Table:
    """TU0106: at the time of the completion the identifier belonged to another person than the one shown."""
    pairs = logs.pairs
    found = logs.relation("crossed", crossed)
    shown = found.filter(found.how == "reused")
    unseen = pairs.filter(
        yes(pairs.in_lms & pairs.due & pairs.rival.notnull() & ~pairs.in_review & pairs.person_id.notnull())
    )
    return union(
        [
            _crossed(shown, "TU0106", ibis.literal("the identifier ") + marked(shown.key) + " changed hands"),
            fault_rows(
                unseen,
                "TU0106",
                field="person",
                expected=unseen.person_id,
                actual=unseen.key,
                person=unseen.person_id,
                detail=ibis.literal("the identifier ") + marked(unseen.key) + " changed hands",
            ),
        ]
    )


def misfiled_person(logs: Logs) -> ibis.Table:
    """TU0107: the record of one person stands under another, one way only."""
    found = logs.relation("crossed", crossed)
    found = found.filter(found.how == "misfiled")
    return _crossed(found, "TU0107", "the review system shows it under another person")


def _crossed(found: ibis.Table, code: str, detail: ir.Value | str) -> ibis.Table:
    return fault_rows(
        found,
        code,
        field="person",
        expected=found.person_id,
        actual=found.h_person,
        detail=detail,
        person=found.person_id,
    )
