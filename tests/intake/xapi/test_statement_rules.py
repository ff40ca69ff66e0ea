"""Which statements are taken and where the others are wrong.

The ADL conformance suite's statements say what every server must take and refuse; the table says that a refusal
names the place.
"""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import AGENT, GONE, ID, OTHER, WHOLE, changed

from trueup.intake.xapi.refusal import Version
from trueup.intake.xapi.statement import VOIDED, refuse

with gzip.open(Path(__file__).parent / "adl" / "statements.jsonl.gz", "rt", encoding="utf-8") as lines:
    ADL = [json.loads(line) for line in lines]


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("taken", [True, False])
def test_statements_of_the_adl_suite_are_taken_and_refused_as_it_asks(version: Version, taken: bool):
    rows = [row for row in ADL if row["version"] == version and row["taken"] == taken]
    assert len(rows) > 200
    wrong = [row for row in rows if (not refuse(row["statement"], version)) != taken]
    assert not [(row["rule"], row["name"]) for row in wrong]


def test_every_refusal_of_the_adl_suites_statements_says_where_what_and_why():
    for row in ADL:
        for refusal in refuse(row["statement"], Version(row["version"]), "/7"):
            assert refusal.pointer.startswith("/7")
            assert refusal.expected
            assert refusal.actual
            assert refusal.clause.startswith("xAPI")
            # what a person wrote never comes back
            assert "xapi@adlnet.gov" not in refusal.actual


def test_a_whole_statement_is_taken():
    assert refuse(WHOLE, Version.V1) == ()
    assert refuse({**WHOLE, "version": "2.0.0"}, Version.V2) == ()


SUB = {
    "objectType": "SubStatement",
    "actor": AGENT,
    "verb": {"id": "http://x.org/planned"},
    "object": {"id": "http://x.org/a"},
}

WRONG: list[tuple[str, Any, str]] = [
    # the whole
    ("/actor", GONE, "/actor"),
    ("/verb", GONE, "/verb"),
    ("/object", GONE, "/object"),
    ("/Actor", AGENT, "/Actor"),  # case of a key
    ("/note", "x", "/note"),  # a member that nobody knows
    ("/id", "fd41c918", "/id"),
    ("/id", None, "/id"),  # null
    ("/version", "0.9", "/version"),
    ("/version", "2.0.0", "/version"),  # not in a request of 1.0.3
    ("/timestamp", "2026-03-29", "/timestamp"),  # a day is no time
    ("/timestamp", "2026-02-30T10:00:00Z", "/timestamp"),
    ("/timestamp", "2026-03-29T10:00:00-00:00", "/timestamp"),
    ("/timestamp", 1774749600, "/timestamp"),
    # who
    ("/actor", {}, "/actor"),
    ("/actor", {"name": "E. M."}, "/actor"),  # a name alone is no identifier
    ("/actor/openid", "https://e.example.com", "/actor"),  # two identifiers
    ("/actor/objectType", "agent", "/actor/objectType"),
    ("/actor/mbox", "emp16@example.com", "/actor/mbox"),
    ("/actor/mbox", "mailto:emp16", "/actor/mbox"),
    ("/actor/member", [], "/actor/member"),  # an agent has none
    ("/context/instructor/account/name", GONE, "/context/instructor/account/name"),
    ("/context/instructor/account/homePage", "lms", "/context/instructor/account/homePage"),
    ("/context/team/member", [], "/context/team/member"),  # an anonymous group of nobody
    ("/context/team/member/0", {"objectType": "Group", "member": [AGENT]}, "/context/team/member/0/objectType"),
    ("/context/team", AGENT, "/context/team/objectType"),  # a team is a group
    ("/authority", {"objectType": "Group", "member": [AGENT]}, "/authority"),  # two, or an agent
    # what
    ("/verb/id", "passed", "/verb/id"),  # no scheme
    ("/verb/display", {"en_US": "passed"}, "/verb/display/en_US"),
    ("/verb/display", {"en": 1}, "/verb/display/en"),
    ("/object/id", GONE, "/object/id"),
    ("/object/objectType", "Course", "/object/objectType"),
    ("/object/definition/moreinfo", "http://x.org", "/object/definition/moreinfo"),  # moreInfo
    ("/object/definition/interactionType", "Choice", "/object/definition/interactionType"),
    ("/object/definition/interactionType", GONE, "/object/definition/interactionType"),
    ("/object/definition/choices", [{"id": "a"}, {"id": "a"}], "/object/definition/choices"),
    ("/object", {"objectType": "StatementRef", "id": "x"}, "/object/id"),
    ("/object", {**SUB, "id": ID}, "/object/id"),  # a sub-statement has no id
    ("/object", {**SUB, "object": SUB}, "/object/object/objectType"),  # nor another one in it
    ("/object", AGENT, "/context/platform"),  # platform is of an activity
    ("/verb/id", VOIDED, "/object/objectType"),  # a void names a statement
    # how well
    ("/result/success", "true", "/result/success"),
    ("/result/score/scaled", 1.5, "/result/score/scaled"),
    ("/result/score/raw", 101, "/result/score/raw"),
    ("/result/score/raw", "87.5", "/result/score/raw"),
    ("/result/score/min", 100, "/result/score/min"),
    ("/result/score/scaled", True, "/result/score/scaled"),  # a boolean is no number
    ("/result/duration", "1:02:03", "/result/duration"),
    ("/result/extensions", {"x": 1}, "/result/extensions/x"),
    # where
    ("/context/registration", "1", "/context/registration"),
    ("/context/language", "english language", "/context/language"),
    ("/context/contextActivities/Parent", {"id": "http://x.org"}, "/context/contextActivities/Parent"),
    ("/context/contextActivities/parent", {"id": "x"}, "/context/contextActivities/parent/id"),
    ("/context/statement/objectType", GONE, "/context/statement/objectType"),
    ("/context/contextAgents", [], "/context/contextAgents"),  # of xAPI 2.0
    ("/attachments", [{"usageType": "http://x.org", "display": {}, "contentType": "text", "length": 1, "sha2": "00"}], "/attachments/0/contentType"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value", "where"), WRONG, ids=[f"{row[0]}-{n}" for n, row in enumerate(WRONG)]
)
def test_a_wrong_statement_is_refused_at_the_place_that_is_wrong(pointer: str, value: Any, where: str):
    assert where in {refusal.pointer for refusal in refuse(changed(pointer, value), Version.V1)}


RIGHT: list[tuple[str, Any]] = [
    ("/id", GONE),  # the server gives one
    ("/actor/objectType", GONE),  # an Agent by default
    ("/actor", {"objectType": "Group", "mbox": "mailto:team@example.com"}),  # identified: members are not needed
    ("/timestamp", "2026-03-29T10:00:00"),  # no offset: taken in 1.0.3
    ("/timestamp", "2026-03-29T10:00:00+0200"),
    ("/timestamp", "2016-12-31T23:59:60Z"),  # a leap second
    ("/version", "1.0"),
    ("/object/definition/extensions", {"http://x.org/e": {"a": None, "": [None]}}),  # anything inside
    ("/context/contextActivities/parent", [{"id": "http://x.org/1"}, {"id": "http://x.org/2"}]),
    ("/verb/display", {"zh-Hant-TW": "x", "de-CH-1901": "x", "x-own": "x"}),
    ("/result/duration", "P4W"),
    ("/result/score", {"raw": -5}),  # without bounds any number
    ("/attachments", [{"usageType": "http://x.org", "display": {"en": "x"}, "contentType": "text/plain; charset=utf-8", "length": 0, "sha2": "ab" * 32, "fileUrl": "https://x.org/f"}]),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value"), RIGHT, ids=[f"{row[0]}-{n}" for n, row in enumerate(RIGHT)])
def test_what_the_specification_allows_is_taken(pointer: str, value: Any):
    assert refuse(changed(pointer, value), Version.V1) == ()


VOID = {"actor": AGENT, "verb": {"id": VOIDED}, "object": {"objectType": "StatementRef", "id": OTHER}}


def test_a_void_of_a_statement_is_taken():
    assert refuse(VOID, Version.V1) == ()


@pytest.mark.parametrize(
    ("pointer", "value", "taken"),
    [
        ("/timestamp", "2026-03-29T10:00:00", False),  # RFC 3339 wants an offset
        ("/version", "2.0.0", True),
        ("/version", "1.0.3", True),  # an older statement in a newer request
        ("/context/contextAgents", [{"objectType": "contextAgent", "agent": AGENT}], True),
        (
            "/context/contextAgents",
            [{"objectType": "contextAgent", "agent": AGENT, "relevantTypes": []}],
            False,
        ),
        (
            "/context/contextGroups",
            [{"objectType": "contextGroup", "agent": AGENT}],
            False,
        ),  # a group has group
    ],
)
def test_version_2_has_its_own_rules(pointer: str, value: Any, taken: bool):
    assert (refuse(changed(pointer, value), Version.V2) == ()) == taken


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_judged_without_a_failure(value: Any):
    assert isinstance(refuse(value, Version.V2), tuple)


@given(st.sampled_from([row[0] for row in WRONG]), json_values)
def test_any_json_in_any_place_is_judged_without_a_failure(pointer: str, value: Any):
    assert isinstance(refuse(changed(pointer, value), Version.V1), tuple)


def test_each_wrong_place_is_refused_once():
    broken = changed("/actor/mbox", "x", changed("/verb/id", "y", changed("/result/success", 1)))
    pointers = [refusal.pointer for refusal in refuse(broken, Version.V1)]
    assert Counter(pointers) == Counter(["/actor/mbox", "/verb/id", "/result/success"])
