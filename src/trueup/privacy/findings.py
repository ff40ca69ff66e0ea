"""What the logs show about purpose and basis: TU1001-TU1005. Knows what may leave, not who may look."""

from __future__ import annotations

import ibis

from trueup.kit.expressions import DAY, any_of, iso, members, or_null, text, union, yes
from trueup.model.findings import Doubt, Finding, Logs, fault_rows

_IDENTIFIERS = (
    "employee_number",
    "employee_no",
    "email",
    "mail",
    "name",
    "full_name",
    "first_name",
    "last_name",
    "username",
    "person_id",
    "account_name",
)


def _plain(field: ibis.Value) -> ibis.Value:
    """A field's name as it is compared, without the objects around it: `learner.Email` is `email`."""
    return field.strip().lower().re_replace(r"^.*\.", "").re_replace(r"[\s\-]+", "_")


def _rules(logs: Logs) -> ibis.Table:
    """The policy's rows for the purpose of the transfer, where it is declared; else all."""
    policy = logs.roles["policy"]
    if logs.settings.purpose:
        policy = policy.filter(yes(policy.purpose.isnull() | (policy.purpose == logs.settings.purpose)))
    return policy.filter(policy.field.notnull()).mutate(name=_plain(policy.field))


def excess_field(logs: Logs) -> ibis.Table | None:
    """TU1001: a transfer carries a field that no rule of its purpose allows to anybody, or that one forbids.

    Rules without a role speak of the transfer itself and decide where there are any for the field; else a
    field is excess when rules name it and none allows it. What no rule names is excess where the policy
    allows anything by name: it then is a list of what may be sent.
    """
    if not (logs.facts.extras or logs.has("sync", "payload")):
        return None
    rules = _rules(logs)
    general = rules.filter(rules.role.isnull())
    judged = rules.group_by("name").aggregate(anybody=rules.allowed.fill_null(False).max())
    by_general = general.group_by("name").aggregate(sent=general.allowed.fill_null(False).max())
    verdict = judged.left_join(by_general, "name").select(
        judged.name, allowed=ibis.coalesce(by_general.sent, judged.anybody)
    )
    shape = logs.fetch(verdict.aggregate(allows=verdict.allowed.sum()))[0]
    lists = bool(shape["allows"])
    carried = logs.relation("carried", _carried)
    distinct = carried.select("name").distinct().left_join(verdict, "name")
    allowed = distinct.allowed.fill_null(not lists)
    structural = distinct.name.isin(_STRUCTURE)
    excess = distinct.filter(~allowed & ~structural).select(distinct.name)
    found = carried.join(excess, "name")
    first = found.group_by(["record_id", "name"]).aggregate(
        person=found.person.min(),
        course_id=found.course_id.min(),
        carried=found.carried.min(),
        file=found.file.argmin(found.line),
        line=found.line.min(),
        where=found.where.min(),
    )
    return fault_rows(
        first,
        "TU1001",
        field=first.carried,
        expected="not sent",
        actual=first.carried,
        detail=ibis.literal("found in ") + first.where,
    )


_STRUCTURE = (
    "record_id",
    "course_id",
    "course",
    "person",
    "revision",
    "run_id",
    "request_id",
    "idempotency_key",
    "purpose",
    "source",
    "status",
    "completed_at",
    "schema",
    "version",
    "id",
    "key",
    "review_record_id",
    "received_at",
    "cycle",
    "attempt",
    "target",
    "score",
    "scale",
    "scale_version",
    "competency",
    "label",
)


def _carried(logs: Logs) -> ibis.Table:
    """Every field that a transfer or a review row carries beyond the canonical ones."""
    parts = []
    shown = logs.roles["reviews"]
    extras = members(shown.filter(shown.extras.notnull()), "extras", "carried")
    parts.append(
        extras.select(
            "record_id",
            "person",
            "course_id",
            "file",
            "line",
            "carried",
            where=text("the review system's row"),
        )
    )
    if logs.has("sync", "payload"):
        sync = logs.roles["sync"]
        sent = members(sync.filter(sync.payload_fields.notnull()), "payload_fields", "carried")
        parts.append(
            sent.select(
                "record_id",
                person=or_null("string"),
                course_id=or_null("string"),
                file=sent.file,
                line=sent.line,
                carried=sent.carried,
                where=text("the payload sent"),
            )
        )
    every = union(parts)
    return every.mutate(name=_plain(every.carried))


def _transferred(logs: Logs) -> ibis.Table:
    """Records that left: accepted, or standing in the review system; with when the first and the last time."""
    pairs = logs.pairs
    left = pairs.filter(yes(pairs.in_lms & ((pairs.accepted > 0) | pairs.in_review)))
    return left.mutate(
        first_sent_at=ibis.coalesce(left.first_accepted_at, left.h_received_at),
        last_sent_at=ibis.coalesce(left.last_accepted_at, left.h_received_at),
    )


def no_basis(logs: Logs) -> ibis.Table:
    """TU1002: transferred with no consent or lawful basis on record at that moment."""
    sent = _transferred(logs)
    known = sent.filter(yes(sent.person_id.notnull()))
    none = yes(known.basis_from.isnull())
    before = yes(known.first_sent_at < known.basis_from - DAY) | yes(
        (known.basis_precision != "day") & (known.first_sent_at < known.basis_from)
    )
    found = known.filter(none | before)
    return fault_rows(
        found,
        "TU1002",
        field="basis",
        expected="a basis on record before the transfer",
        actual=ibis.ifelse(
            found.basis_from.isnull() | (found.basis_from < -DAY),
            "none",
            ibis.literal("granted ") + iso(found.basis_from),
        ),
        detail=ibis.literal("transferred ") + iso(found.first_sent_at),
    )


def withdrawn(logs: Logs) -> ibis.Table:
    """TU1003: transferred after the withdrawal, with nothing granted since."""
    sent = _transferred(logs)
    day_slack = ibis.ifelse(yes(sent.withdrawn_precision == "day"), DAY, 0)
    found = sent.filter(
        yes(sent.last_sent_at >= sent.withdrawn_at + day_slack) & ~yes(sent.first_sent_at < sent.basis_from)
    )
    return fault_rows(
        found,
        "TU1003",
        field="withdrawn_at",
        expected=ibis.literal("nothing sent after ") + iso(found.withdrawn_at),
        actual=ibis.literal("sent ") + iso(found.last_sent_at),
        detail="the basis was withdrawn before the transfer",
    )


def identity_exposed(logs: Logs) -> ibis.Table | None:
    """TU1004: a reviewer's view names the person, where the others have pseudonyms or the policy forbids it."""
    pseudonymous = logs.facts.pseudonymous
    if not (pseudonymous or logs.facts.person_forbidden):
        return None
    pairs = logs.pairs
    bare = pairs.filter(yes(pairs.in_review & pairs.h_identified))
    return fault_rows(
        bare,
        "TU1004",
        field="person",
        expected="a pseudonym",
        actual=bare.h_person,
        person=bare.h_person,
        course_id=bare.h_course_id,
        file=bare.h_file,
        line=bare.h_line,
        detail="the other rows carry pseudonyms"
        if pseudonymous
        else "the policy hides the person from this role",
    )


def identifying_field(logs: Logs) -> ibis.Table | None:
    """TU1004: a field that identifies the person stands beside the pseudonym, or where the policy wants one."""
    if not logs.facts.extras or not (logs.facts.pseudonyms_wanted or logs.facts.pseudonymous):
        return None
    shown = logs.roles["reviews"]
    carried = members(shown.filter(shown.extras.notnull()), "extras", "carried")
    named = carried.filter(_plain(carried.carried).isin(_IDENTIFIERS))
    return fault_rows(
        named,
        "TU1004",
        field=named.carried,
        expected="a pseudonym",
        actual=named.carried,
        detail="an identifying field stands beside the pseudonym",
    )


def retention_overdue(logs: Logs) -> ibis.Table | None:
    """TU1005: a row that the review system has kept longer than its purpose allows."""
    days = logs.facts.retention_days
    if days is None:
        return None
    reviews = logs.roles["reviews"]
    since = ibis.coalesce(reviews.received_at, reviews.completed_at)
    found = reviews.filter(yes(since + days * DAY < logs.as_of)).select(
        "person", "course_id", "file", "line",
        record_id=ibis.coalesce(reviews.record_id, reviews.review_record_id), since=since,
    )  # fmt: skip  # one row of names
    return fault_rows(
        found,
        "TU1005",
        field="received_at",
        expected=f"kept at most {days} days",
        actual=((logs.as_of - found.since) // DAY).cast("string") + " days",
        detail="longer than the purpose allows",
    )


def doubts(table: ibis.Table) -> dict[Doubt, ibis.Value]:
    """What makes a record worth a closer look for TU1002 and TU1003."""
    sent = ibis.coalesce(table.first_accepted_at, table.h_received_at)
    last = ibis.coalesce(table.last_accepted_at, table.h_received_at)
    gone = (table.accepted > 0) | table.in_review
    never = gone & table.basis_from.isnull()
    return {Doubt.BASIS: any_of([never, sent < table.basis_from, last >= table.withdrawn_at])}


FINDINGS = (
    Finding("TU1001", ("policy.field", "reviews"), excess_field),
    Finding("TU1002", ("completions", "reviews", "consents"), no_basis, (Doubt.BASIS,)),
    Finding("TU1003", ("completions", "reviews", "consents.withdrawn_at"), withdrawn, (Doubt.BASIS,)),
    Finding("TU1004", ("reviews",), identity_exposed, (Doubt.IDENTIFIED,)),
    Finding("TU1004", ("reviews",), identifying_field),
    Finding("TU1005", ("reviews", "policy.retention_days"), retention_overdue),
)
