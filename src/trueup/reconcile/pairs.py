"""The three logs side by side, one row for each record on any side. Knows columns, no fault.

`pairs` has, for each record that the LMS or the review system knows (a record that stands twice in the
review system gives two rows):

    record_id
    source  who  key  account  course_id  attempt  status  revision  revisions  score  score_raw  scale  tags
    completed_at (+ _raw _precision _offset _rule)  enrolled_at  updated_at  file  line     from the LMS
    person_id  choices  hired_at  left_at  rehired  rival                                  who that is
    cycle  cycles                                                                          what it counts for
    due  is_void                                                                           what ought to be
    tries  accepted  runs_accepted  accepted_run  other_run  first_accepted_at  last_accepted_at  last_try_at
    last_outcome  last_status  last_run  sent_revision  sent_purpose  sync_file  sync_line  from the sync log
    h_* (review_record_id person person_id choices course_id completed_at... score score_raw scale
    scale_version competency label cycle received_at extras visible_to file line copies)   from the reviews

    in_lms  in_review                                                       which side knows the record
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import SECOND, or_null, text, union, yes
from trueup.model.findings import Doubt

if TYPE_CHECKING:
    from collections.abc import Callable

OUTCOMES = ("accepted", "skipped", "rejected", "throttled", "error")  # by number, in `last_outcome`
_RESULT = {"completed", "passed"}
_FAR = 2**62
_LATEST = 2**59  # microseconds: the latest attempt that can be told from a later one, in the year 20237


def revised(completions: ibis.Table) -> ibis.Table:
    """The rows of records that stand more than once: `nth` 0 is the last revision, `revisions` how many there are."""
    counted = completions.group_by("record_id").aggregate(rows=completions.count())
    more = completions.semi_join(counted.filter(counted.rows > 1), "record_id")
    order = [
        ibis.desc(more.revision.fill_null(1)),
        ibis.desc(more.updated_at.fill_null(-_FAR)),
        ibis.desc(more.line),
        ibis.desc(more.file),
    ]
    return more.mutate(
        nth=ibis.row_number().over(ibis.window(group_by="record_id", order_by=order)),
        revisions=more.count().over(ibis.window(group_by="record_id")),
    )


def latest(completions: ibis.Table, more: ibis.Table | None) -> ibis.Table:
    """One row a record: its last revision, with how many there are. `more` is `revised`, None where no record is."""
    if more is None:
        return completions.mutate(revisions=ibis.literal(1, "int64"))
    once = completions.anti_join(more, "record_id").mutate(revisions=ibis.literal(1, "int64"))
    return union([once, more.filter(more.nth == 0)])


def sent(sync: ibis.Table) -> ibis.Table:
    """One row a record: how it fared in the sync log."""
    outcome = sync.outcome.lower()
    number = ibis.cases(*[(outcome == name, at) for at, name in enumerate(OUTCOMES)], else_=len(OUTCOMES) - 1)
    tried = sync.mutate(number=number.cast("int64"), is_accepted=yes(outcome == "accepted"))
    at = tried.attempt_at
    known = tried.attempt_at.fill_null(0).clip(0, _LATEST)
    last = (known * 8 + tried.number).max()  # the last outcome, by one pass over the log
    answer = ibis.ifelse(yes(tried.http_status.between(100, 999)), tried.http_status, 0)
    status = (known - known % 1000 + answer).max()  # the last status, to the millisecond
    grouped = tried.group_by("record_id").aggregate(
        tries=tried.count(),
        accepted=tried.is_accepted.cast("int64").sum(),
        first_accepted_at=at.min(where=tried.is_accepted),
        last_accepted_at=at.max(where=tried.is_accepted),
        accepted_run=tried.run_id.min(where=tried.is_accepted),
        other_run=tried.run_id.max(where=tried.is_accepted),
        last_try_at=at.max(),
        last_outcome=last,
        last_status=status,
        last_run=tried.run_id.max(),
        sent_revision=tried.payload_revision.max(where=tried.is_accepted),
        sync_file=tried.file.min(),
        sync_line=tried.line.max(),
    )
    return grouped.mutate(
        last_outcome=grouped.last_outcome % 8,
        last_status=ibis.ifelse(
            grouped.last_status % 1000 == 0, or_null("int64"), grouped.last_status % 1000
        ),
        runs_accepted=(
            yes(grouped.accepted_run.notnull()).cast("int64")
            + yes(grouped.accepted_run != grouped.other_run).cast("int64")
        ),
    )


def repeated(reviews: ibis.Table) -> ibis.Table:
    """(record_id, copies): the records that stand more than once in the review system."""
    counted = (
        reviews.filter(reviews.record_id.notnull()).group_by("record_id").aggregate(copies=ibis._.count())
    )
    return counted.filter(counted.copies > 1)


def held(reviews: ibis.Table, twice: ibis.Table) -> ibis.Table:
    """The review rows under `h_` names, with how many rows stand for the same record (`repeated`)."""
    kept = reviews.rename({f"h_{name}": name for name in reviews.columns if name != "record_id"})
    joined = kept.left_join(twice, kept.record_id == twice.record_id)
    return joined.select(*[kept[name] for name in kept.columns], h_copies=twice.copies.fill_null(1))


def with_record_ids(
    reviews: ibis.Table, last: ibis.Table, keep: Callable[[ibis.Table, str], ibis.Table]
) -> ibis.Table:
    """Review rows that name no record get the one of the same person and course: of the same time, else in order.

    A row whose person is unknown, or another one, gets the only record that its course has at that very
    time, where nobody else's row stands for it. Needs `person_id` on both sides and `due` in `last`.
    What finds no partner keeps the review system's own id, so that it is an orphan.
    """
    bare = reviews.filter(reviews.record_id.isnull())
    named = reviews.filter(reviews.record_id.notnull())
    unnamed = last.anti_join(named.filter(named.record_id.notnull()), "record_id")
    mine = unnamed.filter(unnamed.person_id.notnull())
    mine = mine.select("record_id", "person_id", "course_id", "completed_at", "due")
    theirs = bare.select("person_id", "course_id", "completed_at", "file", "line")
    exact = keep(_partners(mine, theirs, ("person_id", "course_id", "completed_at")), "same_time")
    rest = mine.filter(mine.due).anti_join(exact, "record_id")
    left = theirs.anti_join(exact, ["file", "line"])
    known = keep(union([exact, _partners(rest, left, ("person_id", "course_id"))]), "same_person")
    partners = keep(union([known, _by_instant(unnamed, bare, known)]), "partners")
    made_up = text("review row ") + bare.file + ":" + bare.line.cast("string")
    met = bare.left_join(partners.rename(partner="record_id"), ["file", "line"])
    adopted = met.select(
        record_id=ibis.coalesce(met.partner, bare.review_record_id, made_up),
        **{name: bare[name] for name in reviews.columns if name != "record_id"},
    )
    return union([named, adopted.select(*reviews.columns)])


def _by_instant(records: ibis.Table, rows: ibis.Table, taken: ibis.Table) -> ibis.Table:
    """(record_id, file, line): records and review rows that are alone at their course and instant.

    A class that is completed at one stroke, or on one day where only days are kept, tells nobody from another.
    """
    alone = []
    for side, names in ((records, ("record_id",)), (rows, ("file", "line"))):
        clear = side.filter(side.completed_at.notnull())
        counted = clear.group_by(["course_id", "completed_at"]).aggregate(
            n=clear.count(), **{name: clear[name].min() for name in names}
        )
        free = counted.filter(counted.n == 1).drop("n")
        alone.append(free.anti_join(taken, list(names)))
    return alone[0].join(alone[1], ["course_id", "completed_at"]).select("record_id", "file", "line")


def _partners(mine: ibis.Table, theirs: ibis.Table, key: tuple[str, ...]) -> ibis.Table:
    """(record_id, file, line): the nth record and the nth review row of each key."""
    numbered = mine.mutate(
        nth=ibis.row_number().over(
            ibis.window(group_by=list(key), order_by=[mine.completed_at.fill_null(0), mine.record_id])
        )
    )
    rows = theirs.mutate(
        nth=ibis.row_number().over(
            ibis.window(
                group_by=list(key), order_by=[theirs.completed_at.fill_null(0), theirs.file, theirs.line]
            )
        )
    )
    return numbered.join(rows, [*key, "nth"]).select("record_id", "file", "line")


def accepted_twice(sync: ibis.Table) -> ibis.Table:
    """(record_id): the records that were accepted more than once."""
    accepted = sync.filter(yes(sync.outcome.lower() == "accepted"))
    counted = accepted.group_by("record_id").aggregate(n=accepted.count())
    return counted.filter(counted.n > 1).select("record_id")


def pairs(last: ibis.Table, tried: ibis.Table | None, shown: ibis.Table) -> ibis.Table:
    """The three sides joined by record id (see the module's docstring).

    Without the sync log (`tried` None) every record counts as accepted once, at a time that is not known.
    """
    if tried is None:
        out = last.mutate(
            accepted=ibis.literal(1, "int64"),
            **{name: or_null("int64") for name in ("first_accepted_at", "last_accepted_at", "sent_revision")},
        )
    else:
        out = last.left_join(tried, last.record_id == tried.record_id).select(
            *[last[name] for name in last.columns],
            *[tried[name] for name in tried.columns if name != "record_id"],
        )
    both = out.outer_join(shown, out.record_id == shown.record_id)
    return both.select(
        record_id=ibis.coalesce(out.record_id, shown.record_id),
        in_lms=out.record_id.notnull(),
        in_review=shown.record_id.notnull(),
        **{name: out[name] for name in out.columns if name != "record_id"},
        **{name: shown[name] for name in shown.columns if name != "record_id"},
    )


def due(status: ir.Value, also: frozenset[str]) -> ir.Value:
    """Whether a record of this status ought to be in the review system."""
    return yes(status.isin(sorted(_RESULT | also)))


def doubts(table: ibis.Table, latest_known: int) -> dict[Doubt, ir.Value]:
    """What may be wrong with a record for all that this room can see; the other rooms have doubts of their own.

    One pass over all records asks for every doubt; the findings then look only at the few that remain.
    """
    in_lms, in_review = table.in_lms, table.in_review
    both = in_lms & in_review
    coarse = (table.h_completed_at_precision == "day") | (table.completed_at_precision == "day")
    return {
        Doubt.ORPHAN: ~in_lms & in_review,
        Doubt.MISSING: table.due & ~in_review,
        Doubt.UNDUE: both & ~table.due,
        Doubt.APART: both
        & (
            ((table.completed_at - table.h_completed_at).abs() >= SECOND)
            | table.completed_at.isnull()
            | table.h_completed_at.isnull()
        ),
        Doubt.COARSE: both & coarse & (table.completed_at_precision != table.h_completed_at_precision),
        Doubt.TIMELESS: table.due & table.completed_at.isnull(),
        Doubt.UNREAD: (table.completed_at.isnull() & table.completed_at_raw.notnull())
        | (table.h_completed_at.isnull() & table.h_completed_at_raw.notnull()),
        Doubt.IMPOSSIBLE: (table.completed_at > latest_known)
        | (table.completed_at < table.hired_at)
        | (table.completed_at < table.enrolled_at),
        Doubt.PERSON: both & (table.pid != table.h_pid),
        Doubt.COURSE: both & (table.course_id != table.h_course_id),
        Doubt.UNSURE: in_lms & (table.pid.isnull() | table.rival.notnull() | table.number_unknown),
        Doubt.NOBODY: in_review & table.h_pid.isnull(),
        Doubt.COPIES: table.h_copies > 1,
        Doubt.REVISED: table.revisions > 1,
        Doubt.RESENT: table.accepted > 1,
        Doubt.BEHIND: table.sent_revision < table.revision,
    }
