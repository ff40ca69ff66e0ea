"""From the keys that a record carries to the person behind them, by exact tiers. Knows no probability.

Tiers, best first (requirements F1a): the person's own id or current number, a former number, the account whose
person is known, the mail address, an alias, a mail address without its plus-tag, what a system notes on the account.
The first tier that knows anybody decides; where it knows several, the one whom most keys agree on does;
where that is still several, nobody is chosen. A person who was not employed when it happened gives way
to one who carried the same identifier and was (F1e).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from trueup.kit.expressions import DAY, members, or_null, union, yes

SLACK = DAY  # a zone apart from the roster's is no reason to doubt an employment
_SEPARATOR = "\x1f"

TIER_OWN, TIER_FORMER, TIER_ACCOUNT, TIER_MAIL, TIER_ALIAS, TIER_UNTAGGED = 0, 1, 2, 3, 4, 5
ACCOUNT_STEP = 10  # what an account knows comes after what the record itself says


def folded(value: ir.Value) -> ir.Value:
    """An identifier as it is compared: mail lower-cased, numbers without blanks and separators.

    Normaliser `identifier/1`: pure, and the same for the roster and for every log.
    """
    plain = value.strip().lower()
    return ibis.ifelse(plain.contains("@"), plain, plain.re_replace(r"[\s\-_./]+", ""))


def untagged(mail: ir.Value) -> ir.Value:
    """A mail address without its plus-tag (RFC 5233 sub-addressing). Normaliser `untagged/1`."""
    return mail.re_replace(r"\+[^@]*@", "@")


def shape(value: ir.Value) -> ir.Value:
    """How a number is written: digits as 9, letters as A. "E1001" and "E1002" both are "A9999"."""
    return value.strip().re_replace("[0-9]", "9").re_replace("[A-Za-z]", "A")


def account_text(issuer: ir.Value, name: ir.Value) -> ir.Value:
    """An account as one text: an account is always (issuer, name), never a name alone."""
    return issuer.fill_null("").strip().lower() + _SEPARATOR + name.strip().lower()


def identifiers(people: ibis.Table) -> ibis.Table:
    """(value, tier, person_id): every identifier of every person, folded; a bare "-" is none."""

    def said(table: ibis.Table, column: str, tier: int) -> ibis.Table:
        kept = table.filter(table[column].notnull())
        return kept.select(
            value=folded(kept[column]), tier=ibis.literal(tier, "int64"), person_id=kept.person_id
        )

    mails = people.filter(people.email.notnull()).mutate(one=untagged(folded(people.email)))
    aliases = members(people, "aliases", "one")
    tagless = aliases.mutate(one=untagged(folded(aliases.one)))
    every = union(
        [
            said(people.mutate(one=people.person_id), "one", TIER_OWN),
            said(people, "employee_number", TIER_OWN),
            said(members(people, "former_numbers", "one"), "one", TIER_FORMER),
            said(people, "email", TIER_MAIL),
            said(aliases, "one", TIER_ALIAS),
            said(mails, "one", TIER_UNTAGGED),
            said(tagless, "one", TIER_UNTAGGED),
        ]
    )
    return every.filter(every.value != "").distinct()


def employments(people: ibis.Table) -> ibis.Table:
    """(person_id, hired_at, left_at, rehired): a person's employment; the last day counts in full."""
    return (
        people.group_by("person_id")
        .aggregate(
            hired_at=people.hired_on.min(),
            left_at=people.left_on.max() + DAY,
            open_ended=people.left_on.isnull().max(),
            rehired=people.former_numbers.notnull().max(),
        )
        .mutate(left_at=lambda t: ibis.ifelse(t.open_ended, or_null("int64"), t.left_at))
        .drop("open_ended")
    )


def account_keys(accounts: ibis.Table) -> ibis.Table:
    """(account, value): the number and mail that a system notes on an account."""
    named = accounts.mutate(account=account_text(accounts.account_issuer, accounts.account_name))
    every = union(
        [
            named.filter(named[column].notnull()).select("account", value=folded(named[column]))
            for column in ("employee_number", "email")
        ]
    )
    return every.filter(every.value != "").distinct()


def candidates(
    keys: ibis.Table,
    known: ibis.Table,
    account_values: ibis.Table | None,
    linked: ibis.Table | None = None,
) -> ibis.Table:
    """(key, person_id, rank, agreeing): everybody whom a key may mean.

    `keys` has `key` and any of number, email, account (already folded texts); `linked` (account, person_id) says whose
    an account is.
    """
    parts = []
    for column, source in (("number", 0), ("email", 1)):
        if column in keys.columns:
            given = keys.filter(keys[column].notnull())
            parts.append(
                given.select(
                    "key",
                    value=given[column],
                    source=ibis.literal(source, "int64"),
                    step=ibis.literal(0, "int64"),
                )
            )
    if "email" in keys.columns:
        tagged = keys.filter(keys.email.contains("+"))
        parts.append(
            tagged.select(
                "key",
                value=untagged(tagged.email),
                source=ibis.literal(1, "int64"),
                step=ibis.literal(TIER_UNTAGGED, "int64"),
            )
        )
    if account_values is not None and "account" in keys.columns:
        given = keys.filter(keys.account.notnull()).select("key", "account")
        joined = given.join(account_values, "account")
        parts.append(
            joined.select(
                "key", "value", source=ibis.literal(2, "int64"), step=ibis.literal(ACCOUNT_STEP, "int64")
            )
        )
    met = union(parts).join(known, "value")
    met = met.select("key", "person_id", "source", rank=met.tier + met.step)
    if linked is not None and "account" in keys.columns:
        owned = keys.filter(keys.account.notnull()).select("key", "account").join(linked, "account")
        whose = owned.select(
            "key", "person_id", source=ibis.literal(3, "int64"), rank=ibis.literal(TIER_ACCOUNT, "int64")
        )
        met = union([met, whose])
    return met.group_by(["key", "person_id"]).aggregate(rank=met["rank"].min(), agreeing=met.source.nunique())


def chosen(found: ibis.Table) -> ibis.Table:
    """(key, person_id, choices): the one person of each key, or null where `choices` > 1."""
    window = ibis.window(group_by="key")
    best = found.mutate(best=found["rank"].min().over(window))
    best = best.filter(best["rank"] == best.best)
    best = best.mutate(most=best.agreeing.max().over(window))
    best = best.filter(best.agreeing == best.most)
    counted = best.group_by("key").aggregate(choices=best.person_id.nunique(), person_id=best.person_id.min())
    return counted.mutate(person_id=ibis.ifelse(counted.choices == 1, counted.person_id, or_null("string")))


def employed(at: ir.Value, hired_at: ir.Value, left_at: ir.Value) -> ir.Value:
    """Whether somebody was employed then; unknown days do not exclude."""
    begun = hired_at.isnull() | (at >= hired_at - SLACK)
    return yes(begun & (left_at.isnull() | (at <= left_at + SLACK)))
