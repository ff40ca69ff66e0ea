"""What the logs show about who a record belongs to: TU0101-TU0107, TU0501, TU0503.

Knows keys, tiers and the roster, not what was learned. The crosswalk has put on each record: person_id
(null where nobody, or several, are meant), choices (how many), rival (whom the key would mean if time did
not count), and on each review row h_person_id, h_choices and h_kind (the shape of the key as written).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from trueup.identity.crosswalk import account_text, folded
from trueup.kit.expressions import union, yes
from trueup.model.findings import Finding, Logs, fault_rows

if TYPE_CHECKING:
    import ibis.expr.types as ir


_OURS = {"other_file": None, "other_line": None}  # only the LMS row is meant


_ALWAYS = 2**60  # microseconds: further than any employment


def marked(value: ir.Value) -> ir.Value:
    """A personal value inside a sentence, so that it can be masked there."""
    return ibis.literal("⟦") + value + ibis.literal("⟧")


def missing_identifier(logs: Logs) -> ibis.Table:
    """TU0101: a record, a review row or a payload with no person key at all."""
    lms = logs.pairs.filter(logs.pairs.in_lms)
    rows = []
    if any(logs.has("completions", column) for column in ("employee_number", "email", "account_name")):
        bare = lms.filter(yes(lms.key.isnull()))
        rows.append(
            fault_rows(
                bare,
                "TU0101",
                field="employee_number",
                expected="a person key",
                detail="no employee number, account or mail address",
                person=None,
                **_OURS,
            )
        )
    if logs.has("reviews", "person"):
        shown = logs.pairs.filter(logs.pairs.in_review)
        blank = shown.filter(yes(shown.h_person.isnull()))
        rows.append(
            fault_rows(
                blank,
                "TU0101",
                field="person",
                expected="a person key",
                detail="the review row names nobody",
                person=None,
                course_id=blank.h_course_id,
                file=blank.h_file,
                line=blank.h_line,
            )
        )
    if logs.has("sync", "payload"):
        sync = logs.roles["sync"]
        lost = sync.filter(yes(sync.payload_person == ""))
        once = lost.group_by("record_id").aggregate(
            file=lost.file.min(), line=lost.line.min(), run=lost.run_id.min()
        )
        rows.append(
            fault_rows(
                once,
                "TU0101",
                field="payload.person",
                expected="a person key",
                detail=ibis.literal("the payload sent in run ") + once.run + " names nobody",
            )
        )
    return union(rows) if rows else _none(lms)


def _none(table: ibis.Table) -> ibis.Table:
    return fault_rows(table.filter(ibis.literal(value=False)), "TU0101", field="person")


def malformed_identifier(logs: Logs) -> ibis.Table:
    """TU0102: a key of another shape than the contract states.

    The contract of a review's person is the shape that nearly all rows have; that of an employee number
    is any shape of the roster.
    """
    rows = []
    usual = logs.facts.review_shape
    if usual is not None:
        shown = logs.pairs.filter(logs.pairs.in_review)
        odd = shown.filter(yes(shown.h_person.notnull() & (shown.h_kind != usual) & ~shown.h_exposed))
        rows.append(
            fault_rows(
                odd,
                "TU0102",
                field="person",
                expected=usual,
                actual=odd.h_person,
                person=odd.h_person,
                course_id=odd.h_course_id,
                file=odd.h_file,
                line=odd.h_line,
                detail=ibis.literal("this row has ") + odd.h_kind,
            )
        )
    lms = logs.pairs.filter(logs.pairs.in_lms)
    shapes = logs.facts.number_shapes
    if shapes and logs.has("completions", "employee_number"):
        odd = lms.filter(
            yes(lms.employee_number.notnull() & lms.number_unknown & ~lms.number_shape.isin(shapes))
        )
        rows.append(
            fault_rows(
                odd,
                "TU0102",
                field="employee_number",
                expected="like " + ", ".join(sorted(shapes)[:3]),
                actual=odd.employee_number,
                person=odd.key,
                **_OURS,
                detail=ibis.literal("no number of the roster is written like ") + odd.number_shape,
            )
        )
    return union(rows) if rows else _none(lms)


def unknown_person(logs: Logs) -> ibis.Table:
    """TU0103: a well-formed key that resolves to nobody, on either side."""
    lms = logs.pairs.filter(logs.pairs.in_lms)
    shapes = logs.facts.number_shapes
    alien = yes(~lms.number_shape.isin(shapes)) if shapes else ibis.literal(value=False)
    nobody = lms.filter(
        yes(lms.number_unknown & lms.employee_number.notnull() & ~alien)
        | (
            yes(lms.key.notnull() & lms.person_id.isnull() & (lms.choices == 0) & lms.resolvable)
            & ~(yes(lms.number_unknown) & alien)
        )
    )
    rows = [
        fault_rows(
            nobody,
            "TU0103",
            field=ibis.ifelse(
                nobody.employee_number.notnull(),
                "employee_number",
                ibis.ifelse(nobody.email.notnull(), "email", "account_name"),
            ),
            expected="somebody in the roster",
            actual=nobody.key,
            person=nobody.key,
            **_OURS,
            detail="the key resolves to nobody",
        )
    ]
    if not logs.facts.pseudonymous:
        shown = logs.pairs.filter(logs.pairs.in_review)
        usual = logs.facts.review_shape
        proper = yes(shown.h_kind == usual) if usual is not None else ibis.literal(value=True)
        lost = shown.filter(yes(shown.h_person.notnull() & (shown.h_choices == 0)) & proper)
        rows.append(
            fault_rows(
                lost,
                "TU0103",
                field="person",
                expected="somebody in the roster",
                actual=lost.h_person,
                person=lost.h_person,
                course_id=lost.h_course_id,
                file=lost.h_file,
                line=lost.h_line,
                detail="the review row's person resolves to nobody",
            )
        )
    return union(rows)


def ambiguous_person(logs: Logs) -> ibis.Table:
    """TU0104: the key resolves to more than one person, and neither other keys nor the time decide."""
    lms = logs.pairs.filter(logs.pairs.in_lms)
    torn = lms.filter(yes(lms.person_id.isnull() & (lms.choices > 1)))
    shown = logs.pairs.filter(logs.pairs.in_review)
    theirs = shown.filter(yes(shown.h_person_id.isnull() & (shown.h_choices > 1)))
    return union(
        [
            *_shared_numbers(logs),
            fault_rows(
                torn,
                "TU0104",
                field=ibis.ifelse(
                    torn.employee_number.notnull(),
                    "employee_number",
                    ibis.ifelse(torn.email.notnull(), "email", "account_name"),
                ),
                expected="one person",
                actual=torn.key,
                person=torn.key,
                **_OURS,
                detail=ibis.literal("the key is that of ") + torn.choices.cast("string") + " people",
            ),
            fault_rows(
                theirs,
                "TU0104",
                field="person",
                expected="one person",
                actual=theirs.h_person,
                person=theirs.h_person,
                course_id=theirs.h_course_id,
                file=theirs.h_file,
                line=theirs.h_line,
                detail=ibis.literal("the key is that of ") + theirs.h_choices.cast("string") + " people",
            ),
        ]
    )


def _shared_numbers(logs: Logs) -> list[ibis.Table]:
    """Employee numbers that two people of the roster hold at the same time."""
    if not logs.has("people", "employee_number"):
        return []
    people = logs.roles["people"].filter(lambda t: t.employee_number.notnull())
    mine = people.select(
        "person_id",
        "employee_number",
        "file",
        "line",
        number=folded(people.employee_number),
        since=people.hired_on.fill_null(-_ALWAYS),
        until=people.left_on.fill_null(_ALWAYS),
    )
    crowd = mine.group_by("number").aggregate(n=ibis._.person_id.nunique())
    mine = mine.semi_join(crowd.filter(crowd.n > 1), "number")
    other = mine.select(
        "number",
        other="person_id",
        other_since="since",
        other_until="until",
        other_file="file",
        other_line="line",
    )
    met = mine.join(other, "number")
    found = met.filter(
        (met.person_id < met.other) & (met.since <= met.other_until) & (met.other_since <= met.until)
    )
    return [
        fault_rows(
            found,
            "TU0104",
            field="employee_number",
            expected="one person",
            actual=found.employee_number,
            detail=ibis.literal("the roster gives the number to ")
            + marked(found.person_id)
            + " and "
            + marked(found.other),
        )
    ]


_CROSSED = (
    "record_id", "person", "person_id", "h_person_id", "h_person", "key", "rival", "course_id", "file", "line",
    "other_file", "other_line",
)  # fmt: skip  # one row of names


def crossed(logs: Logs) -> ibis.Table:
    """Records that stand under another person, with how: reused, swapped or misfiled."""
    pairs = logs.pairs
    other = pairs.filter(yes(pairs.in_lms & pairs.in_review & (pairs.person_id != pairs.h_person_id)))
    other = other.select(*_CROSSED)
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
    met = other.left_join(back, ["person_id", "h_person_id"])
    how = ibis.cases(
        (yes(other.rival == other.h_person_id) | yes(other.claims), "reused"),
        (back.back.notnull(), "swapped"),
        else_="misfiled",
    )
    return met.select(*[other[name] for name in other.columns], back.back, how=how)


def swapped_by_course(logs: Logs) -> ibis.Table:
    """Review rows without a partner that stand for each other's missing records.

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
    met = filled.select(
        record_id=gaps.record_id,
        person_id=gaps.person_id,
        h_person_id=orphans.h_person_id,
        h_person=orphans.h_person,
        person=gaps.person,
        course_id=gaps.course_id,
        file=gaps.file,
        line=gaps.line,
        other_file=orphans.h_file,
        other_line=orphans.h_line,
        key=gaps.key,
    )
    back = met.select(person_id=met.h_person_id, h_person_id=met.person_id, back=met.record_id)
    back = back.group_by(["person_id", "h_person_id"]).aggregate(back=back.back.min())
    return met.join(back, ["person_id", "h_person_id"])


def swapped_persons(logs: Logs) -> ibis.Table:
    """TU0105: A's completions stand under B in the review system, and B's under A."""
    found = logs.relation("crossed", crossed)
    found = found.filter(found.how == "swapped")
    nameless = swapped_by_course(logs)
    return union(
        [
            _crossed(found, "TU0105", ibis.literal("and record ") + found.back + " the other way round"),
            _crossed(
                nameless, "TU0105", ibis.literal("and record ") + nameless.back + " the other way round"
            ),
        ]
    )


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


def duplicate_account(logs: Logs) -> ibis.Table:
    """TU0501: two accounts in one system, neither suspended, belong to one person."""
    owned = logs.relation("owned_accounts", lambda logs: logs.roles["accounts"])
    live = owned.filter(yes(owned.person_id.notnull() & ~owned.suspended.fill_null(False)))
    live = live.mutate(
        system=live.account_issuer.strip().lower(), name=account_text(live.account_issuer, live.account_name)
    )
    several = live.group_by(["person_id", "system"]).aggregate(
        n=live.name.nunique(), first=live.account_name.min()
    )
    several = several.filter(several.n > 1)
    met = live.join(several, ["person_id", "system"])
    second = met.filter(met.account_name != met["first"])
    return fault_rows(
        second,
        "TU0501",
        field="account_name",
        expected="one account a person",
        actual=second.account_name,
        person=second.person_id,
        detail=second.n.cast("string")
        + ibis.literal(" accounts in ")
        + second.account_issuer
        + ibis.literal(": ")
        + marked(second["first"])
        + ibis.literal(" and ")
        + marked(second.account_name),
    )


def split_history(logs: Logs) -> ibis.Table:
    """TU0503: a person's completions are divided over several accounts of one system.

    The account with the earliest completion is the person's own; each record under another one is a fault.
    """
    keys = logs.kept["keys"]
    used = keys.filter(yes(keys.person_id.notnull() & keys.account_name.notnull()))
    used = used.select(
        "who",
        "person_id",
        "account_name",
        system=used.account_issuer.fill_null("").strip().lower(),
        account=account_text(used.account_issuer, used.account_name),
    )
    several = used.group_by(["person_id", "system"]).aggregate(n=used.account.nunique())
    split = used.join(several.filter(several.n > 1), ["person_id", "system"])
    last = logs.kept["records"]
    held = last.filter(yes(last.account_name.notnull() & ~last.is_void)).select(
        "record_id", "who", "course_id", "completed_at", "file", "line"
    )
    mine = logs.keep(held.join(split, "who"), "split")
    began = mine.group_by(["person_id", "system", "account"]).aggregate(
        since=mine.completed_at.min().fill_null(0), main=mine.account_name.min(), records=mine.count()
    )
    order = ibis.window(group_by=["person_id", "system"], order_by=[began.since, began.account])
    first = began.mutate(
        nth=ibis.row_number().over(order),
        accounts=began.account.count().over(ibis.window(group_by=["person_id", "system"])),
        all_records=began.records.sum().over(ibis.window(group_by=["person_id", "system"])),
    )
    first = first.filter((first.nth == 0) & (first.accounts > 1))
    aside = mine.join(
        first.select("person_id", "system", "main", "all_records", "accounts", home="account"),
        ["person_id", "system"],
    )
    found = aside.filter(aside.account != aside.home)
    return fault_rows(
        found,
        "TU0503",
        field="account_name",
        expected=marked(found.main),
        actual=found.account_name,
        person=found.person_id,
        detail=found.accounts.cast("string")
        + ibis.literal(" accounts hold the ")
        + found.all_records.cast("string")
        + ibis.literal(" completions of one person: ")
        + marked(found.main)
        + " and "
        + marked(found.account_name),
    )


_KEYS = ("completions", "reviews")
FINDINGS = (
    Finding("TU0101", _KEYS, missing_identifier),
    Finding("TU0102", _KEYS, malformed_identifier),
    Finding("TU0103", (*_KEYS, "people"), unknown_person),
    Finding("TU0104", (*_KEYS, "people"), ambiguous_person),
    Finding("TU0105", _KEYS, swapped_persons),
    Finding("TU0106", (*_KEYS, "people"), reused_identifier),
    Finding("TU0107", _KEYS, misfiled_person),
    Finding("TU0501", ("accounts", "people"), duplicate_account),
    Finding("TU0503", ("completions.account_name", "people"), split_history),
)
