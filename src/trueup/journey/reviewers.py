"""Whom each review row is about, and which record it stands for. Knows the person key, not the evidence.

Gives review rows the columns person_id, choices, kind (how the key is written), exposed (an identifier where
the others are pseudonyms, or the policy forbids it), identified, and a record id where they have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from trueup.identity import crosswalk
from trueup.journey.work import Work, whole, with_columns
from trueup.kit.expressions import or_null, yes
from trueup.reconcile import pairs as sides

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

MOSTLY = 0.8  # a way of writing persons that this share of rows has is the column's contract
SOME = 0.5
COLUMNS = (
    "review_record_id", "record_id", "person", "course_id", "completed_at", "completed_at_raw",
    "completed_at_precision", "completed_at_offset", "completed_at_rule", "score", "score_raw", "scale",
    "scale_version", "competency", "label", "cycle", "received_at", "extras", "visible_to", "file", "line",
)  # fmt: skip  # one line of contract
_UUID = r"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"


def reviewers(
    work: Work, last: Callable[[], ibis.Table]
) -> tuple[ibis.Table, Callable[[ibis.Table], ibis.Table]]:
    """The review rows to look at, and how they get their person. `last` are the records with their persons."""
    given = work.roles["reviews"]
    reviews = given.select(*COLUMNS)
    rows = reviews.filter(reviews.person.notnull())
    written = work.engine.keep(rows.group_by("person").aggregate(n=rows.count()), "written")
    whom = work.engine.keep(_whom(work, written, last), "named")
    about = work.kept.get("about")
    whom = (
        whom.mutate(pid=whom.person_id) if about is None else with_columns(whom, about, "person_id", ("pid",))
    )
    whom = work.engine.keep(whom, "reviewers")

    def attach(table: ibis.Table) -> ibis.Table:
        met = table.left_join(whom, table.person == whom.person)
        return met.select(
            *[table[name] for name in table.columns],
            person_id=whom.person_id,
            pid=whom.pid,
            choices=whom.choices.fill_null(0),
            kind=whom.kind,
            exposed=yes(whom.exposed),
            identified=yes(whom.identified),
        )

    if work.facts.nameless:
        named = sides.with_record_ids(attach(given), last(), work.engine.keep)
        work.roles["reviews"] = work.engine.keep(named.select(*given.columns), "adopted")
        reviews = work.roles["reviews"].select(*COLUMNS)
    return reviews, attach


def _kind(person: ir.Value) -> ir.Value:
    """What a person key looks like: a UUID, a mail address, or the shape of a number."""
    plain = person.strip().lower()
    return ibis.cases(
        (plain.re_search(_UUID), "a UUID"),
        (plain.contains("@"), "a mail address"),
        else_=ibis.literal("an identifier like ") + crosswalk.shape(person),
    )


def _outline(person: ir.Value) -> ir.Value:
    """What a person key looks like when letters and digits are not told apart."""
    plain = person.strip().lower()
    return ibis.cases(
        (plain.contains("@"), "a mail address"),
        else_=ibis.literal("an identifier like ") + plain.re_replace("[a-z0-9]", "x"),
    )


def _whom(work: Work, written: ibis.Table, last: Callable[[], ibis.Table]) -> ibis.Table:
    """One row a distinct review person: who that is, how it is written, whether it is a bare identifier."""
    written, total = _shaped(work, written)
    if "identifiers" in work.kept:
        keys = written.select(key=written.person, number=crosswalk.folded(written.person))
        best = crosswalk.chosen(crosswalk.candidates(keys, work.kept["identifiers"], None))
        met = written.left_join(best, written.person == best.key)
        whom = met.select(
            written.person,
            written.kind,
            written.n,
            person_id=best.person_id,
            choices=best.choices.fill_null(0),
        )
    else:
        ours = last().select("person_id").distinct().mutate(ours=ibis.literal(value=True))
        named = written.mutate(person_id=crosswalk.folded(written.person))
        met = named.left_join(ours, named.person_id == ours.person_id)
        whom = met.select(
            named.person,
            named.kind,
            named.n,
            person_id=ibis.ifelse(yes(ours.ours), named.person_id, or_null("string")),
            choices=yes(ours.ours).cast("int64"),
        )
    whom = work.engine.keep(whom, "whom")
    resolved = whole(work.one(whom.aggregate(n=whom.n.sum(where=whom.choices > 0)))["n"])
    if resolved >= SOME * total:
        return whom.mutate(
            exposed=ibis.literal(work.facts.person_forbidden), identified=yes(whom.choices > 0)
        )
    if "identifiers" not in work.kept:  # keys of two kinds, and no roster to tell one from the other
        hidden = ibis.literal(value=False)
        return whom.mutate(person_id=or_null("string"), exposed=hidden, identified=hidden)
    work.facts.pseudonymous = True
    return _by_majority(work, whom, last())


def _shaped(work: Work, written: ibis.Table) -> tuple[ibis.Table, int]:
    """How each key is written, by what nearly all rows have in common; and how many rows there are."""
    for shape in (_kind, _outline):  # pseudonyms mix letters and digits: only their outline is common
        shaped = written.mutate(kind=shape(written.person))
        counted = shaped.group_by("kind").aggregate(n=shaped.n.sum())
        kinds = {str(row["kind"]): whole(row["n"]) for row in work.rows(counted)}
        total = max(1, sum(kinds.values()))
        usual = max(sorted(kinds), key=lambda kind: kinds[kind], default=None)
        if usual and kinds[usual] >= MOSTLY * total:
            work.facts.review_shape = usual if len(kinds) > 1 else None
            return shaped, total
    return written.mutate(kind=_kind(written.person)), total


def _by_majority(work: Work, whom: ibis.Table, last: ibis.Table) -> ibis.Table:
    """Pseudonyms stand for whom most of their records are about; identifiers among them are exposed."""
    reviews = work.roles["reviews"]
    rows = reviews.filter(reviews.record_id.notnull()).semi_join(whom.filter(whom.choices == 0), "person")
    mine = last.filter(last.person_id.notnull()).select("record_id", "person_id")
    met = rows.select("person", "record_id").join(mine, "record_id")
    votes = met.group_by(["person", "person_id"]).aggregate(votes=met.count())
    best = votes.mutate(most=votes.votes.max().over(ibis.window(group_by="person")))
    best = best.filter(best.votes == best.most)
    single = best.group_by("person").aggregate(n=best.count(), voted=best.person_id.min())
    single = work.engine.keep(single.filter(single.n == 1).select("person", "voted"), "voted")
    joined = whom.left_join(single, whom.person == single.person)
    return joined.select(
        whom.person,
        whom.kind,
        person_id=ibis.coalesce(whom.person_id, single.voted),
        choices=ibis.ifelse(single.voted.notnull(), 1, whom.choices),
        exposed=yes(whom.choices > 0),
        identified=yes(whom.choices > 0),
    )
