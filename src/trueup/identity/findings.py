"""What the logs show about the key of a record: TU0101-TU0104, and the room's list of findings.

Knows keys, their shapes and the roster, not what was learned. The crosswalk has put on each record person_id
(null where nobody, or several, are meant) and choices (how many), and on each review row h_person_id,
h_choices and h_kind (the shape of the key as written).
"""

from __future__ import annotations

import ibis

from trueup.identity.accounts import duplicate_account, split_history
from trueup.identity.crossed import misfiled_person, reused_identifier, swapped_persons
from trueup.identity.crosswalk import account_text, folded
from trueup.identity.masking import marked
from trueup.kit.expressions import or_null, union, yes
from trueup.model.findings import Doubt, Finding, Logs, fault_rows

_OURS = {"other_file": None, "other_line": None}  # only the LMS row is meant
_ALWAYS = 2**60  # microseconds: further than any employment


def missing_identifier(logs: Logs) -> ibis.Table:
    """TU0101: a record or a review row with no person key at all."""
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
    return union(rows) if rows else _none(lms)


def nameless_payload(logs: Logs) -> ibis.Table:
    """TU0101: a payload that was sent with no person key at all; one row a record."""
    sync = logs.roles["sync"]
    lost = sync.filter(yes(sync.payload_person == ""))
    once = lost.group_by("record_id").aggregate(
        file=lost.file.min(), line=lost.line.min(), run=lost.run_id.min()
    )
    return fault_rows(
        once,
        "TU0101",
        field="payload.person",
        expected="a person key",
        detail=ibis.literal("the payload sent in run ") + once.run + " names nobody",
    )


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
    nobody = _with_likely(logs, nobody)
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
            detail=ibis.literal("the key resolves to nobody")
            + ibis.coalesce(
                ibis.literal("; the account is most likely that of ")
                + marked(nobody.maybe)
                + " ("
                + nobody.bits.round(1).cast("string")
                + " bits)",
                "",
            ),
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


def _with_likely(logs: Logs, records: ibis.Table) -> ibis.Table:
    """The records with whom their account most likely is of (maybe, bits), where matching says so."""
    likely = logs.kept.get("likely")
    if likely is None:
        return records.mutate(maybe=or_null("string"), bits=or_null("float64"))
    named = records.mutate(
        account=ibis.ifelse(
            records.account_name.isnull(),
            or_null("string"),
            account_text(records.account_issuer, records.account_name),
        )
    )
    met = named.left_join(likely, named.account == likely.account)
    return met.select(*[named[name] for name in records.columns], maybe=likely.maybe, bits=likely.bits)


def ambiguous_person(logs: Logs) -> ibis.Table:
    """TU0104: the key resolves to more than one person, and neither other keys nor the time decide."""
    lms = logs.pairs.filter(logs.pairs.in_lms)
    torn = lms.filter(yes(lms.person_id.isnull() & (lms.choices > 1)))
    shown = logs.pairs.filter(logs.pairs.in_review)
    theirs = shown.filter(yes(shown.h_person_id.isnull() & (shown.h_choices > 1)))
    return union(
        [
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


def shared_number(logs: Logs) -> ibis.Table:
    """TU0104: an employee number that two people of the roster hold at the same time."""
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
    return fault_rows(
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


_KEYS = ("completions", "reviews")
_ROSTER = (*_KEYS, "people")
FINDINGS = (
    Finding("TU0101", _KEYS, missing_identifier, (Doubt.UNSURE, Doubt.NOBODY)),
    Finding("TU0101", (*_KEYS, "sync.payload"), nameless_payload),
    Finding("TU0102", _KEYS, malformed_identifier, (Doubt.UNSURE, Doubt.SHAPE)),
    Finding("TU0103", _ROSTER, unknown_person, (Doubt.UNSURE, Doubt.NOBODY)),
    Finding("TU0104", _ROSTER, ambiguous_person, (Doubt.UNSURE, Doubt.NOBODY)),
    Finding("TU0104", (*_ROSTER, "people.employee_number"), shared_number),
    Finding("TU0105", _KEYS, swapped_persons, (Doubt.PERSON, Doubt.MISSING)),
    Finding("TU0106", _ROSTER, reused_identifier, (Doubt.PERSON, Doubt.UNSURE)),
    Finding("TU0107", _KEYS, misfiled_person, (Doubt.PERSON,)),
    Finding("TU0501", ("accounts", "people"), duplicate_account),
    Finding("TU0503", ("completions.account_name", "people"), split_history),
)
