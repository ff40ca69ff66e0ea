"""The person behind each record: where the crosswalk meets the roster, the consents and the clock.

Knows how keys become persons, not what was learned. Gives `last` the columns person_id, choices, rival,
number_unknown, resolvable and ABOUT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from trueup.identity import crosswalk
from trueup.journey.surroundings import purpose_of
from trueup.journey.work import Work, whole, with_columns
from trueup.kit.expressions import DAY, or_null, yes

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

NEARLY_ALL = 0.95  # of the keys have a basis under the same name: only then do the two speak of the same keys
RARE = 0.05  # a shape of fewer values than this is no way of writing numbers, it is a slip
KEY_COLUMNS = ("employee_number", "email", "account_name")
_BASIS = ("basis_from", "withdrawn_at", "basis_precision", "withdrawn_precision")
ABOUT = ("pid", "hired_at", "left_at", "rehired", *_BASIS)  # pid: the person as a number, cheap to compare
_EVER = -DAY * 100_000  # since always


def keyed(work: Work, table: ibis.Table) -> dict[str, ir.Value]:
    """The columns key, who and number_shape of a record: how it names its person, as written and as one text."""
    parts = [table[name] for name in (*KEY_COLUMNS, "account_issuer") if work.has("completions", name)]
    who = (parts[0] if parts else or_null("string")).fill_null("")
    for part in parts[1:]:
        who = who + "\x1f" + part.fill_null("")
    return {
        "key": ibis.coalesce(table.employee_number, table.account_name, table.email),
        "who": who,
        "number_shape": crosswalk.shape(table.employee_number),
    }


def persons(work: Work, records: ibis.Table) -> Callable[[ibis.Table], ibis.Table]:
    """How records get their person; everything that must be computed for it is computed here, once."""
    if "people" not in work.roles:
        return _as_written(work, records)
    people = work.roles["people"]
    known = work.engine.keep(crosswalk.identifiers(people), "identifiers")
    work.kept["identifiers"] = known
    numbers = people.filter(people.employee_number.notnull())
    shapes = numbers.select(shape=crosswalk.shape(numbers.employee_number)).distinct()
    work.facts.number_shapes = tuple(sorted(str(row["shape"]) for row in work.rows(shapes)))
    accounts = crosswalk.account_keys(work.roles["accounts"]) if "accounts" in work.roles else None
    written = work.roles["completions"].select(*KEY_COLUMNS, "account_issuer").distinct()
    keys = work.engine.keep(written.mutate(who=keyed(work, written)["who"]), "keys")
    found = work.engine.keep(
        crosswalk.candidates(_folded(work, keys), known, accounts, work.kept.get("linked_accounts")),
        "candidates",
    )
    about = work.engine.keep(_about(work, people, known), "about")
    work.kept["about"] = about
    by_key = work.engine.keep(_by_key(keys, found, known, about, resolvable=accounts is not None), "persons")
    work.kept["keys"] = keys.join(by_key.select("who", "person_id"), "who")
    decided = _decided(work, records, by_key, found, about)

    def attach(table: ibis.Table) -> ibis.Table:
        met = table.left_join(by_key, table.who == by_key.who)
        joined = met.select(
            *[table[name] for name in table.columns],
            **{name: by_key[name] for name in by_key.columns if name != "who"},
        )
        return _overruled(joined, decided)

    return attach


def _folded(work: Work, keys: ibis.Table) -> ibis.Table:
    """The distinct keys, as the crosswalk compares them."""
    said: dict[str, ir.Value] = {"key": keys.who}
    if work.has("completions", "employee_number"):
        said["number"] = crosswalk.folded(keys.employee_number)
    if work.has("completions", "email"):
        said["email"] = crosswalk.folded(keys.email)
    if work.has("completions", "account_name"):
        account = crosswalk.account_text(keys.account_issuer, keys.account_name)
        said["account"] = ibis.ifelse(keys.account_name.isnull(), or_null("string"), account)
    return keys.select(**said)


def _by_key(
    keys: ibis.Table, found: ibis.Table, known: ibis.Table, about: ibis.Table, *, resolvable: bool
) -> ibis.Table:
    """One row a distinct key: the person it means if time does not count, and what else is known of them."""
    best = crosswalk.chosen(found)
    met = keys.left_join(best, keys.who == best.key)
    whom = met.select(
        keys.who,
        keys.email,
        keys.account_name,
        keys.employee_number,
        person_id=best.person_id,
        choices=best.choices.fill_null(0),
    )
    whom = whom.mutate(number=crosswalk.folded(whom.employee_number))
    numbers = known.filter(known.tier <= crosswalk.TIER_FORMER).select("value").distinct().mutate(owned=True)
    met = whom.left_join(numbers, whom.number == numbers.value)
    judged = met.select(
        whom.who,
        whom.person_id,
        whom.choices,
        number_unknown=yes(whom.number.notnull() & numbers.owned.isnull()),
        resolvable=yes(whom.number.notnull() | whom.email.notnull())
        | (ibis.literal(resolvable) & yes(whom.account_name.notnull())),
    )
    return with_columns(judged, about, "person_id", ABOUT)


def _about(work: Work, people: ibis.Table, known: ibis.Table) -> ibis.Table:
    """One row a person: their employment, and the basis on which their data may go."""
    jobs = crosswalk.employments(people)
    jobs = jobs.mutate(
        rehired=yes(jobs.rehired),
        pid=ibis.row_number().over(ibis.window(order_by=jobs.person_id)).cast("int64"),
    )
    basis = _basis(work, known)
    if basis is not None:
        basis = work.kept["basis"] = work.engine.keep(basis, "basis")
    return (
        jobs.mutate(**_always_allowed()) if basis is None else with_columns(jobs, basis, "person_id", _BASIS)
    )


def _always_allowed() -> dict[str, ir.Value]:
    return {
        "basis_from": ibis.literal(_EVER, "int64"),
        "withdrawn_at": or_null("int64"),
        "basis_precision": or_null("string"),
        "withdrawn_precision": or_null("string"),
    }


def _basis(work: Work, known: ibis.Table | None) -> ibis.Table | None:
    """(person_id, basis_from, withdrawn_at ...): since when a person's data may go, and until when.

    Of several rows for the purpose the last granted counts. A basis without a date has always been there.
    """
    if "consents" not in work.roles:
        return None
    consents = work.roles["consents"]
    purpose = purpose_of(work, consents)
    if purpose:
        consents = consents.filter(yes(consents.purpose == purpose))
    consents = consents.mutate(value=crosswalk.folded(consents.person))
    if known is None:
        whose = consents.mutate(person_id=consents.value)
    else:
        owners = known.group_by("value").aggregate(
            person_id=known.person_id.min(), n=known.person_id.nunique()
        )
        whose = consents.join(owners.filter(owners.n == 1).drop("n"), "value")
    undated = ibis.ifelse(whose.basis.notnull(), ibis.literal(_EVER, "int64"), or_null("int64"))
    said = whose.mutate(granted=ibis.coalesce(whose.granted_at, undated))
    latest = ibis.window(
        group_by="person_id", order_by=[ibis.desc(said.granted.fill_null(_EVER - 1)), ibis.desc(said.line)]
    )
    ranked = said.mutate(nth=ibis.row_number().over(latest))
    return ranked.filter(ranked.nth == 0).select(
        "person_id",
        basis_from=ranked.granted,
        withdrawn_at=ranked.withdrawn_at,
        basis_precision=ranked.granted_at_precision,
        withdrawn_precision=ranked.withdrawn_at_precision,
    )


def _decided(
    work: Work, records: ibis.Table, by_key: ibis.Table, found: ibis.Table, about: ibis.Table
) -> ibis.Table | None:
    """Records whose key may mean several people: who of them was employed when it happened, and the rival.

    Leaves `contested` (every candidate of such a record) for the findings. None where time decides nothing.
    """
    crowd = found.group_by("key").aggregate(n=found.person_id.nunique())
    theirs = found.semi_join(crowd.filter(crowd.n > 1), "key")
    theirs = with_columns(theirs, about, "person_id", ("hired_at", "left_at")).rename(candidate="person_id")
    blind = by_key.select("who", now="person_id").semi_join(theirs, by_key.who == theirs.key)
    mine = records.select("record_id", "who", "completed_at").join(blind, "who")
    met = mine.join(theirs, mine.who == theirs.key).filter(ibis._.completed_at.notnull())
    contested = met.select(
        "record_id",
        "now",
        "candidate",
        "rank",
        "agreeing",
        employed=crosswalk.employed(met.completed_at, met.hired_at, met.left_at),
    )
    contested = work.engine.keep(contested, "contested")
    work.kept["contested"] = contested
    there = contested.filter(contested.employed).rename(key="record_id", person_id="candidate")
    then = crosswalk.chosen(there.select("key", "person_id", "rank", "agreeing"))
    absent = contested.filter(~contested.employed)
    absent = absent.group_by(["record_id", "now"]).aggregate(other=absent.candidate.min())
    both = then.filter(then.person_id.notnull()).join(absent, then.key == absent.record_id)
    changed = both.filter(both.now.isnull() | (both.now != both.person_id))
    changed = changed.select(
        decided_id=changed.record_id, then=changed.person_id, rival=ibis.coalesce(changed.now, changed.other)
    )
    kept = work.engine.keep(with_columns(changed, about.rename(then="person_id"), "then", ABOUT), "decided")
    return kept if whole(work.one(kept.aggregate(n=kept.count()))["n"]) else None


def _overruled(joined: ibis.Table, decided: ibis.Table | None) -> ibis.Table:
    """The person whom the time decides, with what is known of them, in place of the one whom it excludes."""
    if decided is None:
        return joined.mutate(rival=or_null("string"))
    met = joined.left_join(decided, joined.record_id == decided.decided_id)
    changed = decided.then.notnull()
    return met.select(
        *[joined[name] for name in joined.columns if name not in ("person_id", *ABOUT)],
        person_id=ibis.coalesce(decided.then, joined.person_id),
        rival=decided.rival,
        **{name: ibis.ifelse(changed, decided[name], joined[name]) for name in ABOUT},
    )


def _as_written(work: Work, records: ibis.Table) -> Callable[[ibis.Table], ibis.Table]:
    """Without a roster a person is the key as it is written; a basis counts where most keys have one under it."""
    shapes = _usual_shapes(work, records)
    work.facts.number_shapes = shapes
    basis = _basis(work, None)
    if basis is not None:
        basis = work.kept["basis"] = work.engine.keep(basis, "basis")
        keys = (
            records.filter(records.key.notnull()).select(person_id=crosswalk.folded(records.key)).distinct()
        )
        keys = work.engine.keep(keys, "keys")
        based = whole(work.one(keys.semi_join(basis, "person_id").aggregate(n=ibis._.count()))["n"])
        if based <= whole(work.one(keys.aggregate(n=ibis._.count()))["n"]) * NEARLY_ALL:
            basis = None
            work.roles.pop("consents")
            work.kept.pop("basis")

    def attach(table: ibis.Table) -> ibis.Table:
        odd = ibis.literal(value=False)
        if shapes is not None:
            odd = yes(table.number_shape.notnull() & ~table.number_shape.isin(shapes))
        nobody = table.mutate(
            person_id=crosswalk.folded(table.key),
            pid=crosswalk.folded(table.key),
            choices=ibis.literal(1, "int64"),
            rival=or_null("string"),
            hired_at=or_null("int64"),
            left_at=or_null("int64"),
            rehired=ibis.literal(value=False),
            number_unknown=odd,
            resolvable=ibis.literal(value=False),
        )
        return (
            nobody.mutate(**_always_allowed())
            if basis is None
            else with_columns(nobody, basis, "person_id", _BASIS)
        )

    return attach


def _usual_shapes(work: Work, records: ibis.Table) -> tuple[str, ...] | None:
    """The shapes of employee numbers that are common in the log itself; None where none is."""
    shaped = records.filter(records.number_shape.notnull())
    counts = {
        str(row["number_shape"]): whole(row["n"])
        for row in work.rows(shaped.group_by("number_shape").aggregate(n=ibis._.count()))
    }
    total = sum(counts.values())
    common = {shape: n for shape, n in counts.items() if n >= RARE * total}
    return tuple(sorted(common)) if total and sum(common.values()) >= (1 - RARE) * total else None


def owned_accounts(work: Work) -> None:
    """Leaves the accounts with the person each belongs to, by the number and mail noted on it."""
    if "accounts" not in work.roles or "identifiers" not in work.kept:
        return
    accounts = work.roles["accounts"]
    named = accounts.mutate(key=crosswalk.account_text(accounts.account_issuer, accounts.account_name))
    keys = named.select(
        "key",
        number=crosswalk.folded(named.employee_number),
        email=crosswalk.folded(named.email),
        account=named.key,
    )
    best = crosswalk.chosen(
        crosswalk.candidates(
            keys.distinct(), work.kept["identifiers"], None, work.kept.get("linked_accounts")
        )
    )
    met = named.left_join(best, named.key == best.key)
    columns = ("account_issuer", "account_name", "suspended", "file", "line")
    work.kept["owned_accounts"] = work.engine.keep(
        met.select(*[named[name] for name in columns], person_id=best.person_id), "owned"
    )
