"""Both sides as they are compared: tables `people_side` and `accounts_side` with the same columns.

unique_id; given, initial, family, full_name, nicks, families (former names and parts of double ones); address,
mailbox, letters, domain, kept_at (where else its mailbox is kept), domains (its family), company (whether that is the roster's), addresses, boxes, spellings
(what a mailbox made of this name would be); number, numbers (former ones); department, city; since (when it began).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.identity.matching import learned, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from trueup.identity.policy import Policy

_TEXT = ("email", "first_name", "last_name", "employee_number", "department", "city")
_LISTS = ("aliases", "former_last_names", "former_numbers")


def prepare(
    con: DuckDBPyConnection, people: pa.Table | None, accounts: pa.Table, policy: Policy
) -> learned.Writing:
    """Reads both sides (relations `people` and `accounts`) into the tables that are compared.

    Without `people`, accounts are compared among themselves: what is learned of a roster is learned of them.
    """
    _source(con, "accounts", accounts, "account_issuer || chr(31) || account_name", "created_at")
    sides = ["accounts"]
    if people is not None:
        _source(con, "people", people, "person_id", "hired_on")
        sides.append("people")
    _texts(con, sides, policy)
    roster = "people" if people is not None else "accounts"
    _roster(con, roster)
    written = learned.writing(con, policy)
    for side in sides:
        _named(con, side, written, lone=people is not None)
    _owned(con, roster)
    _uses(con, sides, roster)
    learned.shared_addresses(con, policy)
    learned.domain_families(con, policy)
    _held(con, roster)
    for side in sides:
        _compared(con, side, roster)
    return written


def arrive(con: DuckDBPyConnection, accounts: pa.Table, policy: Policy, written: learned.Writing) -> None:
    """Reads accounts that came after all was prepared into `accounts_side`, by what was learned then."""
    _source(con, "accounts", accounts, "account_issuer || chr(31) || account_name", "created_at")
    _texts(con, ["accounts"], policy)
    _named(con, "accounts", written, lone=True)
    learned.new_domains(con)
    _compared(con, "accounts", "people")


def _texts(con: DuckDBPyConnection, sides: Sequence[str], policy: Policy) -> None:
    """Every text of these sides as it is compared."""
    texts.names(
        con,
        [f"{side}_in.{one}" for side in sides for one in ("first_name", "last_name", "former_last_names[]")],
        policy,
    )
    texts.mails(con, [f"{side}_in.{one}" for side in sides for one in ("email", "aliases[]")], policy)
    texts.numbers(
        con, [f"{side}_in.{one}" for side in sides for one in ("employee_number", "former_numbers[]")], policy
    )
    texts.contexts(con, [f"{side}_in.{one}" for side in sides for one in ("department", "city")], policy)


def _source(con: DuckDBPyConnection, side: str, table: pa.Table, key: str, since: str) -> None:
    """The relation as given, with every column that is looked at; one it lacks is null."""
    con.register("arriving", table)

    def given(column: str, said: str, kind: str) -> str:
        return f"{said if column in table.column_names else 'null'}::{kind} as {column}"

    columns: Sequence[str] = [
        *(given(one, one, "text") for one in _TEXT),
        *(
            given(one, f"list_transform(string_split({one}, ';'), lambda x: trim(x))", "text[]")
            for one in _LISTS
        ),
        f"{since if since in table.column_names else 'null'}::bigint as since",
    ]
    con.execute(
        f"create or replace table {side}_in as"
        f" select {key} as unique_id, {', '.join(columns)} from arriving where {key} is not null"
    )
    con.unregister("arriving")


def _roster(con: DuckDBPyConnection, side: str) -> None:
    """What names and numbers the roster has."""
    con.execute(
        f"""create or replace table roster_words as select distinct unnest(list_concat(n.words, n.nicks)) as word
        from (select unnest([first_name, last_name] || coalesce(former_last_names, [])) as text from {side}_in)
        join name_of n using (text)"""
    )
    con.execute(
        f"""create or replace table roster_numbers as select distinct number
        from (select unnest([employee_number] || coalesce(former_numbers, [])) as text from {side}_in)
        join number_of using (text) where number is not null"""
    )


def _named(con: DuckDBPyConnection, side: str, written: learned.Writing, *, lone: bool) -> None:
    """Table `<side>_named`: each row's own words and numbers; lists without what the row has anyway.

    `owner` is whom an identifier belongs to: each row of a roster is a person; of accounts alone, each name is one.
    """
    owner = "s.unique_id" if lone else "coalesce(f.words[1] || ' ' || l.folded, s.unique_id)"
    con.execute(
        f"""create or replace table {side}_named as
        with former as (
          select unique_id, list(distinct replace(n.folded, ' ', '')) as families
          from {side}_in, unnest(former_last_names) as f(text) join name_of n on n.text = f.text group by 1
        ), old as (
          select unique_id, list(distinct {written.key("m.number")}) as numbers
          from {side}_in, unnest(former_numbers) as f(text) join number_of m on m.text = f.text group by 1
        )
        select s.unique_id, {owner} as owner, s.since, s.email, s.aliases,
          f.words[1] as given, left(f.words[1], 1) as initial, coalesce(f.nicks, []) as nicks,
          nullif(replace(l.folded, ' ', ''), '') as family,
          list_sort(list_distinct(coalesce(former.families, [])
            || case when len(l.words) > 1 then list_filter(l.words, lambda x: length(x) > 2) else [] end)) as families,
          {written.key("m.number")} as number,
          list_sort(list_filter(coalesce(old.numbers, []), lambda x: x is not null)) as numbers,
          d.folded as department, c.folded as city
        from {side}_in s
        left join name_of f on f.text = s.first_name
        left join name_of l on l.text = s.last_name
        left join number_of m on m.text = s.employee_number
        left join context_of d on d.text = s.department
        left join context_of c on c.text = s.city
        left join former on former.unique_id = s.unique_id
        left join old on old.unique_id = s.unique_id"""
    )


def _owned(con: DuckDBPyConnection, roster: str) -> None:
    """Table `<roster>_owned` (number, owners): whose numbers are whose, current and former."""
    con.execute(
        f"""create or replace table {roster}_owned as
        select number, count(distinct owner) as owners
        from (select owner, unnest([number] || numbers) as number from {roster}_named)
        where number is not null group by 1"""
    )


def _uses(con: DuckDBPyConnection, sides: Sequence[str], roster: str) -> None:
    """Table `uses`: who has which address as the current one; `sure_pairs`: who is surely whose account."""
    parts = [
        f"""select '{"people" if side == roster else "accounts"}' as side, n.unique_id as id, n.given, n.family,
        concat_ws(' ', n.given, n.family) as full_name, m.* exclude (text)
        from {side}_named n join mail_of m on m.text = n.email"""
        for side in sides
    ]
    con.execute("create or replace table uses as " + " union all ".join(parts))
    if len(sides) == 1:
        con.execute("create or replace table sure_pairs (person text, account text)")
        return
    con.execute(
        """create or replace table sure_pairs as
        with lone as (
          select given, family, min(unique_id) as id from people_named
          where given is not null and family is not null group by all having count(*) = 1
        )
        select p.unique_id as person, a.unique_id as account from people_named p
        join accounts_named a on a.number = p.number where left(a.family, 3) = left(p.family, 3)
        union select lone.id, a.unique_id from lone join accounts_named a using (given, family)"""
    )


_MAILS = """
    own as (select unique_id, owner, unnest([email] || coalesce(aliases, [])) as text from {side}_named),
    mail as (
      select o.unique_id, o.owner, m.address, m.mailbox, m.mailbox || '@' || f.family as box
      from own o join mail_of m using (text) left join family_of f using (domain)
      where m.address not in (from shared)
    )"""


def _held(con: DuckDBPyConnection, roster: str) -> None:
    """How many of the roster have a mailbox at domains that belong together, and how many have an address.

    Tables `held` (box, holders) and `addressed` (address, owners).
    """
    mails = _MAILS.format(side=roster)
    con.execute(
        f"create or replace table held as with {mails} select box, count(distinct owner) as holders from mail group by 1"
    )
    con.execute(
        f"create or replace table addressed as with {mails}"
        " select address, count(distinct owner) as owners from mail group by 1"
    )


def _compared(con: DuckDBPyConnection, side: str, roster: str) -> None:
    con.execute(
        f"""create or replace table {side}_side as
        with {_MAILS.format(side=side)}, mails as (
          select unique_id, list_sort(list(distinct address)) as addresses, list_sort(list(distinct box)) as boxes,
            list_sort(list(distinct mailbox)) as mailboxes, max(holders) as holders
          from mail left join held using (box) group by 1
        )
        select n.unique_id, n.since, n.given, n.initial, n.family,
          case when n.given is not null and n.family is not null then n.given || ' ' || n.family end as full_name,
          n.nicks, n.families, s.address, s.mailbox, s.letters, s.domain, f.family as domains,
          list_append(coalesce(k.others, []), s.domain) as kept_at,
          coalesce(f.of_roster, false) as company,
          coalesce(mails.addresses, []) as addresses, coalesce(mails.boxes, []) as boxes,
          coalesce(mails.mailboxes, []) as mailboxes, coalesce(mails.holders, 0) as holders,
          list_filter(list_distinct(flatten(list_transform([n.family] || n.families,
            lambda x: [n.given || x, n.initial || x, n.given || left(x, 1), x || n.given, x || n.initial]))),
            lambda x: length(x) > 2) as spellings,
          n.number, n.numbers, coalesce(n.number in (select number from {roster}_owned), false) as owned,
          n.department, n.city
        from {side}_named n
        left join mail_of s on s.text = n.email and s.address not in (from shared)
        left join family_of f on f.domain = s.domain
        left join (select domain, list_sort(list(other)) as others from kept_at group by 1) k on k.domain = s.domain
        left join mails on mails.unique_id = n.unique_id"""
    )
