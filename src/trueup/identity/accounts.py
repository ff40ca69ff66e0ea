"""Accounts that belong to one person: TU0501 and TU0503. Knows whose an account is, not how that was told."""

from __future__ import annotations

import ibis

from trueup.identity.crosswalk import account_text
from trueup.identity.masking import marked
from trueup.kit.expressions import yes
from trueup.model.findings import Logs, fault_rows


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
