"""From scored pairs to links: who comes first, by how much, and whether that is sure enough to link without asking.

The best candidate of an account is linked where a gate of the policy holds and none of its vetoes; the others, and
the rest of a weight worth showing, are for a person to decide. No gate looks at how alike two texts are, only at
what is equal once it is normalised: a near miss is evidence for ranking, never for a merge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.identity.matching.evidence import said_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from trueup.identity.policy import Linking

DAY = 86_400_000_000  # microseconds

# over a person p and an account a; null where a side does not say
_AGREES = {
    "number": "(a.number = p.number or list_contains(p.numbers, a.number) or list_contains(a.numbers, p.number))",
    "name": """(p.full_name = a.full_name or (p.family = a.given and p.given = a.family)
      or (p.family = a.family and list_has_any(p.nicks, a.nicks))
      or (p.given = a.given and (list_contains(p.families, a.family) or list_contains(a.families, p.family)))
      or (p.family = a.family and p.initial = a.initial and (length(a.given) = 1 or length(p.given) = 1)))""",
    "address": "list_has_any(p.addresses, a.addresses)",
    "mailbox": """(list_has_any(p.boxes, a.boxes) and a.holders <= 1
      and (list_has_any(p.addresses, a.addresses) or list_contains(a.kept_at, p.domain)))""",
    "department": "(a.department = p.department)",
    "city": "(a.city = p.city)",
}

_GATES = {
    "number and name": """agrees_number and agrees_name
      and (namesakes = 1 or agrees_address or agrees_mailbox or (context > 0 and not contradicted))""",
    "number and mailbox": "agrees_number and (agrees_mailbox or agrees_address)",
    "address and name": """agrees_mailbox and agrees_name and not contradicted
      and (strangers < $strangers
        or (strangers < $few / roster_size and same_address
          and ((context > 0 and namesakes = 1) or (context = 2 and alike = 1))))""",
}

_VETOES = {
    "number of another": "number_owners > 0 and not agrees_number",
    "number of several": "number_owners > 1",
    "address of another": "address_owners > 0 and not agrees_address",
    "address of several": "address_owners > 1",
    "mailbox of another": "mailbox_holders > 0 and not shares_mailbox",
    "account older than employment": """not agrees_number and len(former) = 0
      and account_since < person_since - $older""",
}


def ranked(con: DuckDBPyConnection, scored: str, *, within: bool) -> None:
    """Table `ranked` (account, person, weight, rank, margin and the weights of each field): every scored pair.

    Ties are broken by the person's id, so that one input has one answer; the margin of a tie is 0, and of a lone
    candidate its whole weight above the lowest shown.
    """
    fields = ", ".join(f"mw_{field}" for field in ("name", "mail", "number", "department", "city"))
    there = f"select unique_id_r as account, unique_id_l as person, match_weight, {fields} from {scored}"
    back = f"union all select unique_id_l, unique_id_r, match_weight, {fields} from {scored}"
    con.execute(
        f"""create or replace table ranked as
        select *, row_number() over best as rank, weight - lead(weight) over best as margin
        from (select *, round(match_weight, 6) as weight from ({there} {back if within else ""}))
        window best as (partition by account order by weight desc, person)"""
    )


def rarity(con: DuckDBPyConnection, roster: str) -> None:
    """Tables `frequency` (kind, text, share) of the roster's names and places, `namesakes` and `alike` of its people."""
    con.execute(
        f"""create or replace table frequency as
        select 'given' as kind, given as text, count(*) / sum(count(*)) over () as share from {roster}_side group by 2
        union all select 'family', family, count(*) / sum(count(*)) over () from {roster}_side group by 2
        union all select 'department', department, count(*) / sum(count(*)) over () from {roster}_side group by 2
        union all select 'city', city, count(*) / sum(count(*)) over () from {roster}_side group by 2"""
    )
    con.execute(
        f"create or replace table namesakes as select full_name, count(*) as namesakes from {roster}_side group by 1"
    )
    con.execute(
        "create or replace table alike as select full_name, department, city, count(*) as alike"
        f" from {roster}_side group by all"
    )


def banded(con: DuckDBPyConnection, roster: str, policy: Linking) -> None:
    """Table `links` (account, person, band, rank, weight, margin, gate, vetoes, strangers, evidence): what is decided.

    `strangers` is how many of the roster would agree by chance in the name, and in the department and city where
    they do, were these independent: roster x share(first name) x share(last name) x share(department) x share(city).
    """
    said = {"strangers": policy.strangers, "few": policy.few, "older": policy.older_days * DAY}
    gates = [f"when {_bound(_GATES[gate], said)} then '{gate}'" for gate in policy.gates]
    vetoes = [f"case when {_bound(_VETOES[veto], said)} then '{veto}' end" for veto in policy.vetoes]
    agrees = ", ".join(f"coalesce({sql}, false) as agrees_{field}" for field, sql in _AGREES.items())
    con.execute(
        f"""create or replace table links as
        with seen as (
          select r.account, r.person, r.rank, r.weight, coalesce(r.margin, r.weight - {policy.review_weight}) as margin,
            p.numbers as former, p.since as person_since, a.since as account_since, {agrees},
            coalesce(a.department <> p.department, false) or coalesce(a.city <> p.city, false) as contradicted,
            (coalesce(a.department = p.department, false))::int + (coalesce(a.city = p.city, false))::int as context,
            coalesce(o.owners, 0) as number_owners, coalesce(d.owners, 0) as address_owners,
            a.holders as mailbox_holders, list_has_any(p.boxes, a.boxes) as shares_mailbox,
            coalesce(n.namesakes, 1) as namesakes, coalesce(k.alike, 1) as alike,
            (select count(*) from {roster}_side) as roster_size, a.address = p.address as same_address,
            (select count(*) from {roster}_side) * fg.share * ff.share
              * case when a.department = p.department then fd.share else 1 end
              * case when a.city = p.city then fc.share else 1 end as strangers,
            {said_of(_AGREES)} as evidence
          from ranked r
          join {roster}_side p on p.unique_id = r.person join accounts_side a on a.unique_id = r.account
          left join {roster}_owned o on o.number = a.number
          left join addressed d on d.address = a.address
          left join namesakes n on n.full_name = p.full_name
          left join alike k on k.full_name = p.full_name and k.department = p.department and k.city = p.city
          left join frequency fg on fg.kind = 'given' and fg.text = p.given
          left join frequency ff on ff.kind = 'family' and ff.text = p.family
          left join frequency fd on fd.kind = 'department' and fd.text = p.department
          left join frequency fc on fc.kind = 'city' and fc.text = p.city
          where r.rank <= {policy.shown} and r.weight >= {policy.review_weight}
        ), judged as (
          select *, case when rank = 1 and margin >= {policy.margin} then case when false then null {" ".join(gates)} end end as gate,
            list_filter([{", ".join(vetoes)}]::text[], lambda x: x is not null) as vetoes
          from seen
        )
        select account, person, case when gate is not null and len(vetoes) = 0 then 'auto' else 'review' end as band,
          rank, weight, margin, gate, vetoes, strangers, evidence
        from judged"""
    )


def _bound(sql: str, said: dict[str, float]) -> str:
    for name, value in said.items():
        sql = sql.replace(f"${name}", repr(value))
    return sql
