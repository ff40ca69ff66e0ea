"""Which pairs are looked at: those that share a key rare enough to mean something.

A key is a kind and a text ("f", family name and first name ...). One that more than `block` pairs share is passed
over: one mail address under forty thousand accounts costs nothing, and finds nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PEOPLE, ACCOUNTS = "a_people", "b_accounts"  # in the order of texts: people are always the left side
JOIN = "-__-"  # how Splink writes (data set, id) as one text

_NAME = "least(given, {0}) || ' ' || greatest(given, {0})"

# kind: the SQL of a list of texts over the columns of a side
_KEYS = {
    "number": "list_distinct([number] || numbers)",
    "address": "addresses",
    "mailbox": "mailboxes",
    "letters": "[letters || '@' || domains]",
    "name": f"list_distinct([{_NAME.format('family')}] || list_transform(families, lambda x: {_NAME.format('x')}))",
    "name, city": f"[{_NAME.format('family')} || '|' || city]",
    "name, department": f"[{_NAME.format('family')} || '|' || department]",
    "family, city": "[family || '|' || city]",
    "family, department": "[family || '|' || department]",
    "family, initial, city": "[family || '|' || initial || '|' || city]",
    "given, department, city": "[given || '|' || department || '|' || city]",
}


def keys(con: DuckDBPyConnection, side: str) -> None:
    """Table `<side>_keys` (kind, text, id)."""
    parts = [
        f"select '{kind}' as kind, unnest({said}) as text, unique_id as id from {side}_side"
        for kind, said in _KEYS.items()
    ]
    con.execute(
        f"create or replace table {side}_keys as select distinct kind, text, id from ({' union all '.join(parts)})"
        " where text is not null"
    )


def pairs(con: DuckDBPyConnection, left: str, right: str, block: int) -> None:
    """Table `pairs` (join_key_l, join_key_r, match_key) of a left and a right side, each pair once."""
    same = left == right
    apart = "and l.id < r.id" if same else ""
    named = ("", "") if same else (PEOPLE + JOIN, ACCOUNTS + JOIN)
    con.execute(
        f"""create or replace table pairs as
        with few as (
          select kind, text from (
            select kind, text, count(*) as n from {left}_keys
            where (kind, text) in (select (kind, text) from {right}_keys) group by all) l
          join (select kind, text, count(*) as n from {right}_keys group by all) r using (kind, text)
          where l.n * r.n <= {block}
        )
        select distinct '{named[0]}' || l.id as join_key_l, '{named[1]}' || r.id as join_key_r,
          '0' as match_key
        from few join {left}_keys l using (kind, text) join {right}_keys r using (kind, text) where true {apart}"""
    )
