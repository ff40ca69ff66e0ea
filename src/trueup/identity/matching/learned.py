"""What the data at hand says of itself: how numbers are written, which mailboxes are shared, which domains are one.

Nothing here is a list written for somebody's data; what is learned can also be declared in the policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.kit.union_find import joined

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from trueup.identity.policy import Policy


@dataclass(frozen=True, slots=True)
class Writing:
    """Which parts of an employee number tell two people apart."""

    letters: bool
    zeros: bool

    def key(self, number: str) -> str:
        """The SQL of a number without what tells nobody apart; one without digits stays as it is."""
        kept = number if self.letters else f"regexp_replace({number}, '[^0-9]', '', 'g')"
        if not self.zeros:
            kept = f"regexp_replace({kept}, '^([A-Z]*)0+', '\\1')"
        return f"case when regexp_matches({number}, '[0-9]') then nullif({kept}, '') else {number} end"


def writing(con: DuckDBPyConnection, policy: Policy) -> Writing:
    """How the roster's numbers are written: letters and leading zeros count where numbers need them to differ."""
    apart = policy.learned.number_collisions

    def needed(said: Writing) -> bool:
        whole, kept = con.execute(
            f"select count(distinct number), count(distinct {said.key('number')}) from roster_numbers"
        ).fetchall()[0]
        return bool(whole and (whole - kept) / whole > apart)

    letters = needed(Writing(letters=False, zeros=True))
    return Writing(letters, zeros=needed(Writing(letters, zeros=False)))


def shared_addresses(con: DuckDBPyConnection, policy: Policy) -> None:
    """Table `shared` (address): under too many names, made of a role's words, or declared."""
    limits = policy.learned
    con.execute("create or replace table shared (address text)")
    con.execute(
        """insert into shared select address from uses
        where not contains(letters, left(family, 4)) and not starts_with(letters, left(given, 4))
        group by address having count(distinct full_name) >= ?""",
        [limits.shared_names],
    )
    con.execute(
        """insert into shared
        with word as (
          select u.address, u.given, u.family, w.word, list_filter(u.words, lambda x: x <> w.word) as others
          from uses u, unnest(u.words) as w(word) where len(u.words) > 1 and length(w.word) > 2
            -- a mailbox that is made of the name otherwise is a person's, whatever the alphabet of the rest
            and len(list_filter(u.words, lambda x: x <> w.word and length(x) > 2
              and (jaro_winkler_similarity(x, coalesce(u.family, '')) > .85
                or jaro_winkler_similarity(x, coalesce(u.given, '')) > .85))) = 0
        ), role as (
          select word from word
          where word not in (select word from roster_words)
          group by word
          having count(distinct others) >= ? and avg(case when
            contains(word, left(given, 3)) or contains(word, left(family, 3))
            or jaro_winkler_similarity(word, coalesce(family, '')) > .85
            or jaro_winkler_similarity(word, coalesce(given, '')) > .85 then 1 else 0 end) < .5
        )
        select distinct address from word semi join role using (word)""",
        [limits.role_mailboxes],
    )
    if policy.declared.shared_mailboxes:
        told = [policy.normalised("email", one) for one in policy.declared.shared_mailboxes]
        con.execute("insert into shared select unnest(?)", [[one for one in told if one]])


def domain_families(con: DuckDBPyConnection, policy: Policy) -> None:
    """Tables `family_of` (domain, family, of_roster) and `kept_at` (domain, other): where people have the same mailbox.

    A pair of a person and an account that share a number, or a name that nobody else has, says whether a mailbox
    is kept from one domain to the other. A domain below one of the roster's belongs with it. A family is whatever hangs
    together by such pairs; a mailbox is known to be kept only from one of a pair to the other.
    """
    limits = policy.learned
    pairs = con.execute(
        """with pair as (
          select p.domain as d, a.domain as e, count(*) as n, avg((p.mailbox = a.mailbox)::int) as same
          from sure_pairs s join uses p on s.person = p.id and p.side = 'people'
          join uses a on s.account = a.id and a.side = 'accounts' group by all
        )
        select d, e from (select *, n / sum(n) over (partition by e) as part from pair)
        where d <> e and n >= ? and same >= ? and part >= .05
        union
        select h.domain, u.domain from (select distinct domain from uses where side = 'people') h
        join (select distinct domain from uses) u on ends_with(u.domain, '.' || h.domain)
        order by all""",
        [limits.family_pairs, limits.family_share],
    ).fetchall()
    declared = [
        (one.lower(), other.lower()) for group in policy.declared.domains for one in group for other in group
    ]
    family = joined([*pairs, *declared])
    con.execute(
        """create or replace table family_of as
        select domain, coalesce(f.family, domain) as family,
          domain in (select domain from uses where side = 'people') as of_roster
        from (select distinct domain from uses) left join (
          select unnest(?) as domain, unnest(?) as family) f using (domain)""",
        [list(family), list(family.values())],
    )
    both = {pair for one, other in (*pairs, *declared) for pair in ((one, other), (other, one))}
    con.execute(
        "create or replace table kept_at as select unnest(?::text[]) as domain, unnest(?::text[]) as other",
        [[one for one, _ in sorted(both)], [other for _, other in sorted(both)]],
    )


def new_domains(con: DuckDBPyConnection) -> None:
    """Domains that were not there when families were learned: each its own, or of the roster's domain above it."""
    con.execute(
        """insert into family_of
        select m.domain, coalesce(min(f.family), m.domain), false
        from (select distinct domain from mail_of where domain not in (select domain from family_of)) m
        left join family_of f on f.of_roster and ends_with(m.domain, '.' || f.domain) group by m.domain"""
    )
