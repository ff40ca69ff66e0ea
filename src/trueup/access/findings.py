"""What grants and views show about access: TU0701-TU0704. Knows scopes and roles, not purposes."""

from __future__ import annotations

import ibis

from trueup.kit.expressions import iso, members, text, union, yes
from trueup.model.findings import Finding, Logs, fault_rows

REVIEWERS = ("reviewer", "line manager", "manager", "line_manager", "peer", "calibrator")

IDENTIFYING = (
    "person",
    "person_id",
    "employee_number",
    "employee_no",
    "email",
    "mail",
    "name",
    "full_name",
    "first_name",
    "last_name",
    "username",
    "account_name",
)


def _granted(logs: Logs) -> ibis.Table:
    grants = logs.roles["grants"]
    return grants.mutate(has=grants.granted.fill_null(False), wants=grants.needed.fill_null(False))


def _on(found: ibis.Table) -> ibis.Value:
    return ibis.literal("account ") + found.account + ibis.literal(", scope ") + found.scope


def over_scoped(logs: Logs) -> ibis.Table:
    """TU0701: granted more than the connector needs."""
    grants = _granted(logs)
    found = grants.filter(yes(grants.has & ~grants.wants))
    return fault_rows(
        found, "TU0701", field="scope", expected="not granted", actual=found.scope, detail=_on(found)
    )


def under_scoped(logs: Logs) -> ibis.Table:
    """TU0702: needs more than is granted (refusals in the sync log are the delivery room's half)."""
    grants = _granted(logs)
    found = grants.filter(yes(grants.wants & ~grants.has))
    return fault_rows(
        found,
        "TU0702",
        field="scope",
        expected=ibis.literal("granted: ") + found.scope,
        actual="not granted",
        detail=_on(found),
    )


def unused_grant(logs: Logs) -> ibis.Table:
    """TU0704: granted and needed on paper, never used in the period that the sync log covers."""
    grants = _granted(logs)
    since = logs.facts.period_start
    found = grants.filter(
        yes(grants.has & grants.wants & (grants.last_used_at.isnull() | (grants.last_used_at < since)))
    )
    return fault_rows(
        found,
        "TU0704",
        field="last_used_at",
        expected=ibis.literal("used since ") + iso(ibis.literal(since, "int64")),
        actual=ibis.ifelse(found.last_used_at.isnull(), "never", iso(found.last_used_at)),
        detail=_on(found),
    )


def evidence_leaked(logs: Logs) -> ibis.Table | None:
    """TU0703: a row of the review system carries a field that a role who sees it must not see.

    Whom a row is shown to is what it says itself (visible_to); where it says nothing, it is a reviewer.
    A field that nobody may have is no leak to one of them: it should not have been sent (TU1001). A field
    that says who somebody is belongs to TU1004.
    """
    if not logs.facts.extras:
        return None
    policy = logs.roles["policy"]
    every = policy.filter(policy.field.notnull()).mutate(
        viewer=policy.role.strip().lower(), name=policy.field.strip().lower()
    )
    every = every.filter(~every.name.isin(IDENTIFYING))
    judged = every.group_by(["name"]).aggregate(anybody=every.allowed.fill_null(False).max())
    seen = judged.filter(judged.anybody).select("name")
    rules = every.filter(every.viewer.notnull())
    barred = rules.filter(yes(~rules.allowed)).semi_join(seen, "name").select("viewer", "name").distinct()
    permitted = rules.filter(yes(rules.allowed)).select("viewer", "name").distinct()
    barred = barred.anti_join(permitted, ["viewer", "name"])
    reviews = logs.roles["reviews"]
    shown = reviews.filter(reviews.extras.notnull())
    carried = members(shown, "extras", "carried")
    default = ibis.literal("")
    carried = carried.mutate(
        name=carried.carried.lower(), viewer=carried.visible_to.strip().lower().fill_null(default)
    )
    reviewer = barred.filter(barred.viewer.isin(REVIEWERS)).select("name", reader=barred.viewer).distinct()
    silent = carried.filter(carried.viewer == "")
    by_default = silent.join(reviewer.group_by("name").aggregate(reader=ibis._.reader.min()), "name")
    spoken = (
        carried.filter(carried.viewer != "")
        .join(barred, ["viewer", "name"])
        .mutate(reader=lambda t: t.viewer)
    )
    columns = ["record_id", "person", "course_id", "file", "line", "carried", "reader"]
    found = union([by_default.select(*columns), spoken.select(*columns)])
    return fault_rows(
        found,
        "TU0703",
        field="visible_to",
        expected=text("hidden from ") + found.reader,
        actual=found.carried,
        detail=ibis.literal("the role ") + found.reader + " sees " + found.carried,
    )


def granted_to_role(logs: Logs) -> ibis.Table:
    """TU0703: a role holds a grant on a field which the policy hides from it."""
    policy, grants = logs.roles["policy"], _granted(logs)
    barred = policy.filter(yes(policy.role.notnull() & ~policy.allowed))
    barred = barred.select(viewer=barred.role.strip().lower(), name=barred.field.strip().lower()).distinct()
    field = grants.scope.strip().lower().re_replace(r":.*$", "").re_replace(r"^.*\.", "")
    held = grants.filter(grants.has).mutate(viewer=grants.account.strip().lower(), name=field)
    found = held.join(barred, ["viewer", "name"])
    return fault_rows(
        found,
        "TU0703",
        field="scope",
        expected=ibis.literal("hidden from ") + found.viewer,
        actual=found.scope,
        detail=ibis.literal("the role ") + found.viewer + ibis.literal(" is granted ") + found.scope,
    )


FINDINGS = (
    Finding("TU0701", ("grants.granted", "grants.needed"), over_scoped),
    Finding("TU0702", ("grants.granted", "grants.needed"), under_scoped),
    Finding("TU0703", ("reviews", "policy.role"), evidence_leaked),
    Finding("TU0703", ("grants", "policy.role"), granted_to_role),
    Finding("TU0704", ("grants.last_used_at",), unused_grant),
)
