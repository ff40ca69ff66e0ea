"""A key means the person whom it names exactly, or nobody: never somebody who is only alike."""

from collections.abc import Mapping

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rows_at_hand import Hand, at
from trueup.identity.crosswalk import (
    SLACK,
    account_keys,
    account_text,
    candidates,
    chosen,
    employed,
    employments,
    folded,
    identifiers,
    shape,
    untagged,
)

DAY = 86_400_000_000
ANNA, BEN, CARA, NEW_ANNA = (f"0000000{n}-aaaa-4aaa-8aaa-aaaaaaaaaaaa" for n in range(1, 5))

ROSTER = (
    # two colleagues of one name, department and city: only their identifiers tell them apart
    {
        "person_id": ANNA,
        "employee_number": "E1001",
        "email": "anna.meier@x.example",
        "first_name": "Anna",
        "last_name": "Meier",
        "department": "Sales",
        "city": "Ulm",
        "hired_on": at("2020-01-01T00:00:00Z"),
        "left_on": at("2025-06-30T00:00:00Z"),
    },
    {
        "person_id": NEW_ANNA,
        "employee_number": "E1002",
        "email": "anna.meier2@x.example",
        "aliases": "anna.meier@x.example; am@x.example",  # inherited the address of the one who left
        "first_name": "Anna",
        "last_name": "Meier",
        "department": "Sales",
        "city": "Ulm",
        "hired_on": at("2025-09-01T00:00:00Z"),
    },
    # renumbered after a merger; shares a mailbox with Cara
    {
        "person_id": BEN,
        "employee_number": "E2001",
        "former_numbers": "77-01; 0815",
        "email": "front.desk@x.example",
        "first_name": "Ben",
        "last_name": "Okoro",
    },
    {
        "person_id": CARA,
        "employee_number": "E2002",
        "email": "front.desk@x.example",
        "aliases": "cara+work@x.example",
        "former_numbers": "-",  # the dash that stands for nothing
        "first_name": "Cara",
        "last_name": "Ruiz",
    },
)
ACCOUNTS = (
    {"account_issuer": "moodle", "account_name": "ben", "employee_number": "E2001"},
    {"account_issuer": "canvas", "account_name": "ben", "employee_number": "E2002"},  # another Ben
    {"account_issuer": "moodle", "account_name": "desk", "email": "front.desk@x.example"},  # shared
    {
        "account_issuer": "moodle",
        "account_name": "cara",
        "employee_number": "77 01",
        "email": "cara@x.example",
    },
    {"account_issuer": "moodle", "account_name": "ghost", "employee_number": "--"},  # nothing is noted on it
)


def whom(hand: Hand, keys: Mapping[str, Mapping[str, object]], roster=ROSTER) -> dict[str, str | None]:
    """The person whom each key means; keys that mean nobody are left out, `None` is several."""
    known = identifiers(hand.relation("people", roster))
    accounts = account_keys(hand.relation("accounts", ACCOUNTS))
    columns = ("key", "number", "email", "issuer", "account")
    rows = [{"key": key, **said} for key, said in keys.items()]
    given = hand.table(rows, pa.schema([(name, pa.string()) for name in columns]))
    asked = given.select(
        "key",
        number=folded(given.number),
        email=folded(given.email),
        account=account_text(given.issuer, given.account),
    )
    found = hand.rows(chosen(candidates(asked, known, accounts)), "key")
    return {row["key"]: row["person_id"] for row in found}


MEANT = [
    ({"number": "E1001"}, ANNA),  # the number
    ({"number": " e-1001 "}, ANNA),  # written otherwise
    ({"number": ANNA.upper()}, ANNA),  # the person's own id, in capitals
    ({"number": ANNA.replace("-", "")}, ANNA),  # and without dashes
    ({"number": "77/01"}, BEN),  # a former number
    ({"number": "0815"}, BEN),  # the second of them
    ({"number": "815"}, ...),  # leading noughts count
    ({"number": "E9999"}, ...),  # nobody has it
    ({"number": "Anna Meier"}, ...),  # a name is no key
    ({"email": "Anna.Meier2@X.example"}, NEW_ANNA),  # case does not count in mail
    ({"email": "anna.meier@x.example"}, ANNA),  # an own address goes before somebody's alias
    ({"email": "am@x.example"}, NEW_ANNA),  # an alias
    ({"email": "am+lms@x.example"}, NEW_ANNA),  # a plus-tag on the record
    ({"email": "cara@x.example"}, CARA),  # a plus-tag on the roster
    ({"email": "cara+home@x.example"}, CARA),  # one on either side
    ({"email": "am.x@x.example"}, ...),  # dots count
    ({"email": "front.desk@x.example"}, None),  # a shared mailbox names nobody
    ({"email": "front.desk@x.example", "number": "E2002"}, CARA),  # unless the number says who
    ({"email": "anna.meier2@x.example", "number": "E1001"}, ANNA),  # they disagree: the number goes first
    ({"issuer": "moodle", "account": "ben"}, BEN),  # an account is (issuer, name)
    ({"issuer": "Moodle ", "account": "BEN"}, BEN),  # however it is written
    ({"issuer": "canvas", "account": "ben"}, CARA),  # the same name of another issuer is another account
    ({"issuer": "degreed", "account": "ben"}, ...),  # an issuer that knows no ben
    ({"account": "ben"}, ...),  # a name alone is no account
    ({"issuer": "moodle", "account": "desk"}, None),  # an account of a shared mailbox names nobody
    ({"issuer": "moodle", "account": "cara"}, BEN),  # its number goes before its mail
    ({"issuer": "moodle", "account": "ghost"}, ...),  # an account without anything noted
    ({"issuer": "canvas", "account": "ben", "number": "E2001"}, BEN),  # the record goes before the account
    ({"email": "front.desk@x.example", "issuer": "moodle", "account": "ben"}, BEN),  # most keys agree on him
    ({"number": "-"}, ...),  # the dash that stands for nothing, here and on the roster
    ({}, ...),  # no key at all
]


def test_key_means_the_person_whom_its_best_tier_names(hand):
    keys = {str(n): said for n, (said, _) in enumerate(MEANT)}
    found = whom(hand, keys)
    assert [found.get(str(n), ...) for n in range(len(MEANT))] == [person for _, person in MEANT]


def test_same_name_makes_nobody_the_same_person(hand):
    known = hand.rows(identifiers(hand.relation("people", ROSTER)), "value")
    assert not {"anna meier", "annameier", "meier"} & {row["value"] for row in known}
    several = {
        row["value"]
        for row in known
        if len({r["person_id"] for r in known if r["value"] == row["value"]}) > 1
    }
    assert several == {"front.desk@x.example", "anna.meier@x.example"}, "only what both really carry"


def test_every_person_whom_a_key_may_mean_is_a_candidate_with_the_reason(hand):
    known = identifiers(hand.relation("people", ROSTER))
    keys = hand.table([{"key": "k", "email": "anna.meier@x.example", "number": "e1001"}])
    found = hand.rows(candidates(keys, known, None), "rank")
    assert [(row["person_id"], row["rank"], row["agreeing"]) for row in found] == [
        (ANNA, 0, 2),
        (NEW_ANNA, 4, 1),
    ]


REUSED = [
    ("2025-03-01T09:00:00Z", ANNA),  # hers while she was there
    ("2025-06-30T23:59:59Z", ANNA),  # her last day counts in full
    ("2026-01-15T09:00:00Z", NEW_ANNA),  # reused by the new hire
    ("2025-08-31T09:00:00Z", NEW_ANNA),  # a day early: a zone apart is no reason for doubt
    ("2025-08-01T09:00:00Z", None),  # nobody's: one had left, the other had not come
]


@pytest.mark.parametrize(("when", "person"), REUSED)
def test_reused_address_means_whoever_was_employed_at_the_time(hand, when, person):
    people = hand.relation("people", ROSTER)
    keys = hand.table([{"key": "k", "email": "anna.meier@x.example"}])
    found = candidates(keys, identifiers(people), None).join(employments(people), "person_id")
    there = found.filter(
        employed(hand.table([{"at": at(when)}]).at.as_scalar(), found.hired_at, found.left_at)
    )
    assert [row["person_id"] for row in hand.rows(chosen(there))] == ([person] if person else [])


HIRED, LEFT = at("2020-01-01T00:00:00Z"), at("2025-07-01T00:00:00Z")
EMPLOYED = [
    (HIRED, HIRED, LEFT, True),  # the first instant
    (HIRED - SLACK, HIRED, LEFT, True),  # as early as a zone may make it
    (HIRED - SLACK - 1, HIRED, LEFT, False),
    (LEFT + SLACK, HIRED, LEFT, True),
    (LEFT + SLACK + 1, HIRED, LEFT, False),
    (HIRED - SLACK - 1, None, LEFT, True),  # an unknown first day excludes nobody
    (LEFT + SLACK + 1, HIRED, None, True),  # still there
    (0, None, None, True),  # nothing is known
    (None, HIRED, LEFT, False),  # when is unknown
]


def test_employment_counts_from_the_first_day_to_the_last(hand):
    columns = zip(("at", "hired", "left"), list(zip(*EMPLOYED, strict=True))[:3], strict=True)
    said = hand.column(
        lambda t: employed(t.at, t.hired, t.left), **{name: pa.array(v, pa.int64()) for name, v in columns}
    )
    assert said == [right for *_, right in EMPLOYED]


def test_employment_spans_all_rows_of_a_person(hand):
    rows = [
        # gone and come back: two rows, the second still open
        {"person_id": "back", "hired_on": 10 * DAY, "left_on": 20 * DAY},
        {"person_id": "back", "hired_on": 30 * DAY},
        # gone twice
        {"person_id": "gone", "hired_on": 10 * DAY, "left_on": 20 * DAY},
        {"person_id": "gone", "hired_on": 30 * DAY, "left_on": 40 * DAY, "former_numbers": "1"},
        # no days known
        {"person_id": "new"},
    ]
    found = hand.rows(employments(hand.relation("people", rows)), "person_id")
    assert [(row["person_id"], row["hired_at"], row["left_at"], row["rehired"]) for row in found] == [
        ("back", 10 * DAY, None, False),
        ("gone", 10 * DAY, 41 * DAY, True),  # the last day counts in full
        ("new", None, None, False),
    ]


def test_account_is_the_issuer_with_the_name_and_neither_alone(hand):
    accounts = [("ab", "c"), ("a", "bc"), (None, "abc"), ("abc", None)]
    said = hand.column(
        lambda t: account_text(t.issuer, t.name),
        issuer=pa.array([issuer for issuer, _ in accounts], pa.string()),
        name=pa.array([name for _, name in accounts], pa.string()),
    )
    assert len(set(said)) == len(accounts)
    assert said[-1] is None, "an issuer without a name is no account"


FOLDED = [
    (" E-1001 ", "e1001"),
    ("e_10.01", "e1001"),
    ("E 10/01", "e1001"),
    ("0815", "0815"),  # noughts in front are part of a number
    (" Anna.Meier@X.Example ", "anna.meier@x.example"),  # nothing but case and blanks goes from a mail
    ("a-b_c@x.example", "a-b_c@x.example"),
    ("-", ""),  # nothing is left of a dash
]


def test_identifier_is_folded_the_same_wherever_it_stands(hand):
    assert hand.column(lambda t: folded(t.x), x=[raw for raw, _ in FOLDED]) == [plain for _, plain in FOLDED]


UNTAGGED = [
    ("am+lms@x.example", "am@x.example"),
    ("am+a+b@x.example", "am@x.example"),  # everything from the first plus
    ("am@x.example", "am@x.example"),
    ("+49170@x.example", "@x.example"),  # all tag
    ("a+b", "a+b"),  # no mail address
]


def test_plus_tag_goes_and_nothing_else_does(hand):
    assert hand.column(lambda t: untagged(t.x), x=[raw for raw, _ in UNTAGGED]) == [to for _, to in UNTAGGED]


def test_shape_says_how_a_number_is_written_and_not_what_it_is(hand):
    said = hand.column(lambda t: shape(t.x), x=["E1001", " e1002 ", "E-100", "12345", "Ä1"])
    assert said == ["A9999", "A9999", "A-999", "99999", "Ä9"]


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=1)
)
def test_folding_twice_is_folding_once(hand, texts):
    once = hand.column(lambda t: folded(t.x), x=texts)
    assert hand.column(lambda t: folded(t.x), x=once) == once


numbers = st.sampled_from(["n1", "n2", "n3", "n4"])
mails = st.sampled_from(["m1@x", "m2@x", "m3@x", "m1+t@x", "m2+t@x"])
people = st.lists(
    st.fixed_dictionaries(
        {
            "employee_number": st.none() | numbers,
            "former_numbers": st.lists(numbers, max_size=2),
            "email": st.none() | mails,
            "aliases": st.lists(mails, max_size=2),
        }
    ),
    min_size=1,
    max_size=6,
)
keys = st.lists(st.tuples(st.none() | numbers, st.none() | mails), min_size=4, max_size=20)


def _without_tag(mail: str) -> str:
    return mail.partition("+")[0] + "@x" if "+" in mail else mail


def _ranks(person: dict[str, object], number: str | None, mail: str | None) -> list[tuple[int, str]]:
    """Every (rank, kind of key) by which a key means a person, written down once more from the tiers."""
    own, aliases = person["email"], person["aliases"]
    met = [(0, "number")] if number is not None and number == person["employee_number"] else []
    met += [(1, "number")] if number in person["former_numbers"] else []
    for asked, step in ((mail, 0), (_without_tag(mail) if mail and "+" in mail else None, 5)):
        if asked is None:
            continue
        met += [(3 + step, "mail")] if asked == own else []
        met += [(4 + step, "mail")] if asked in aliases else []
        met += [(5 + step, "mail") for one in [own, *aliases] if one and asked == _without_tag(one)]
    return met


def _meant(roster: list[dict[str, object]], number: str | None, mail: str | None) -> object:
    found = {n: met for n, person in enumerate(roster) if (met := _ranks(person, number, mail))}
    if not found:
        return ...
    best = min(rank for met in found.values() for rank, _ in met)
    first = {n: len({kind for _, kind in met}) for n, met in found.items() if min(met)[0] == best}
    most = [n for n, agreeing in first.items() if agreeing == max(first.values())]
    return str(most[0]) if len(most) == 1 else None


@settings(max_examples=8, deadline=None)
@given(roster=people, asked=keys, order=st.randoms(use_true_random=False))
def test_crosswalk_is_the_tiers_and_nothing_else_in_whatever_order(hand, roster, asked, order):
    rows = [
        {**person, "person_id": str(n)}
        | {name: ";".join(person[name]) or None for name in ("former_numbers", "aliases")}
        for n, person in enumerate(roster)
    ]
    order.shuffle(rows)
    said = {
        str(n): {name: value for name, value in (("number", number), ("email", mail)) if value}
        for n, (number, mail) in enumerate(asked)
    }
    found = whom(hand, said, rows)
    assert [found.get(str(n), ...) for n in range(len(asked))] == [_meant(roster, *key) for key in asked]
