"""Texts of both sides, each looked at once: names, addresses and numbers as they are compared.

A function of one text runs once for each distinct text, however many rows carry it.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup.identity.normalisers import in_latin, name_1, one_sound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from trueup.identity.policy import Policy

_WORD = re.compile("[a-z]+")
_SIGN = re.compile(r"[^\w]|_")
MAIL_COLUMNS = ("address", "mailbox", "domain", "letters", "words")


def _distinct(con: DuckDBPyConnection, columns: Iterable[str]) -> list[str]:
    """Every distinct text of some columns, as table.column or table.column[] for a list."""
    parts = []
    for column in columns:
        table, _, name = column.partition(".")
        said = f"unnest({name[:-2]})" if name.endswith("[]") else name
        parts.append(f"select {said} as text from {table}")
    union = " union ".join(parts)
    rows = con.execute(f"select text from ({union}) where text is not null order by text")
    return [str(text) for (text,) in rows.fetchall()]


def _kept(
    con: DuckDBPyConnection, name: str, columns: dict[str, list[object]], lists: Iterable[str] = ()
) -> None:
    kinds = {one: pa.list_(pa.string()) if one in lists else pa.string() for one in columns}
    table = pa.table({one: pa.array(values, kinds[one]) for one, values in columns.items()})
    con.register("arriving", table)
    con.execute(f"create or replace table {name} as from arriving")
    con.unregister("arriving")


def names(con: DuckDBPyConnection, columns: Iterable[str], policy: Policy) -> None:
    """Table `name_of` (text, folded, words, nicks): each name as words, and the names it may be short for."""
    formal = _formal(policy.declared.nicknames)
    texts = _distinct(con, columns)
    folded = [policy.normalised("name", text) for text in texts]
    words = [[] if one is None else one.split() for one in folded]
    nicks = [sorted({one[0], *formal.get(one[0], ())}) if one else [] for one in words]
    said: dict[str, list[object]] = {
        "text": [*texts],
        "folded": [*folded],
        "words": [*words],
        "nicks": [*nicks],
    }
    _kept(con, "name_of", said, ("words", "nicks"))


def _formal(declared: tuple[tuple[str, ...], ...]) -> dict[str, set[str]]:
    """For each name as it is compared, those that it may be short for; those declared together are one."""
    formal: dict[str, set[str]] = defaultdict(
        set, {short: set(full) for short, full in _common_nicknames().items()}
    )
    for group in declared:
        folded = [one for one in map(name_1, group) if one]
        for one in folded:
            formal[one].update(folded)
    return formal


@cache
def _common_nicknames() -> dict[str, frozenset[str]]:
    """The nicknames that the package `nicknames` lists (US English mostly), as they are compared."""
    formal: dict[str, set[str]] = defaultdict(set)
    listed = files("nicknames").joinpath("names.csv").read_text(encoding="utf-8")
    for full, relation, short in csv.reader(listed.splitlines()):
        one, other = name_1(short), name_1(full)
        if relation == "has_nickname" and one and other:
            formal[one].add(other)
    return {short: frozenset(full) for short, full in formal.items()}


def mails(con: DuckDBPyConnection, columns: Iterable[str], policy: Policy) -> None:
    """Table `mail_of` (text, address, mailbox, domain, letters, words); what is no address has no row.

    `mailbox` is without dots and signs, `letters` what is left of it as a name, `words` its parts.
    """
    said: dict[str, list[object]] = {name: [] for name in ("text", *MAIL_COLUMNS)}
    for text in _distinct(con, columns):
        address = policy.normalised("email", text)
        if address is None:
            continue
        local, _, domain = address.rpartition("@")
        parts = _WORD.findall(in_latin(local).lower())
        said["text"].append(text)
        said["address"].append(address)
        said["mailbox"].append(_SIGN.sub("", local) or None)
        said["domain"].append(domain)
        said["letters"].append(one_sound("".join(parts)) or None)
        said["words"].append([one_sound(part) for part in parts])
    _kept(con, "mail_of", said, ("words",))


def numbers(con: DuckDBPyConnection, columns: Iterable[str], policy: Policy) -> None:
    """Table `number_of` (text, number): how each employee number is compared before its prefix is looked at."""
    texts = _distinct(con, columns)
    folded = [policy.normalised("employee_number", text) for text in texts]
    _kept(con, "number_of", {"text": [*texts], "number": [*folded]})


def contexts(con: DuckDBPyConnection, columns: Iterable[str], policy: Policy) -> None:
    """Table `context_of` (text, folded): departments and cities."""
    texts = _distinct(con, columns)
    folded = [policy.normalised("context", text) for text in texts]
    _kept(con, "context_of", {"text": [*texts], "folded": [*folded]})
