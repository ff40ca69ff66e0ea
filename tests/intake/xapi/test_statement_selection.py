"""Which queries are understood, and which statements they ask for."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from statements import AGENT, ID, OTHER, WHOLE, changed

from trueup.intake.xapi.refusal import Version
from trueup.intake.xapi.selection import LARGEST_PAGE, Form, Many, One, keys_of, read_query


def asked(**parameters: str) -> One | Many | tuple[Any, ...]:
    return read_query(parameters.items(), Version.V1)


def matches(statement: dict[str, Any], **parameters: str) -> bool:
    query = asked(**parameters)
    assert isinstance(query, Many), query
    return query.keys.within(keys_of(statement))


TEACHER = json.dumps({"account": {"homePage": "https://lms.example.com", "name": "teacher"}})
SUB = {"objectType": "SubStatement", "actor": {"mbox": "mailto:sub@example.com"}, "verb": {"id": "http://x.org/v"},
       "object": {"id": "http://x.org/sub"}}  # fmt: skip
PROGRAM = "https://lms.example.com/program/1"
GROUP = {"objectType": "Group", "member": [AGENT]}

MATCH: list[tuple[dict[str, Any], dict[str, str], bool]] = [
    (WHOLE, {}, True),  # no filter
    (WHOLE, {"verb": "http://adlnet.gov/expapi/verbs/passed"}, True),
    (WHOLE, {"verb": "http://adlnet.gov/expapi/verbs/Passed"}, False),  # case counts
    (WHOLE, {"activity": WHOLE["object"]["id"]}, True),
    (WHOLE, {"activity": PROGRAM}, False),  # in the context only
    (WHOLE, {"activity": PROGRAM, "related_activities": "true"}, True),
    (WHOLE, {"activity": PROGRAM, "related_activities": "false"}, False),
    (WHOLE, {"registration": OTHER.upper()}, True),  # a UUID has no case
    (WHOLE, {"registration": ID}, False),
    (WHOLE, {"agent": '{"mbox":"mailto:emp16@EXAMPLE.com"}'}, True),  # nor a domain
    (WHOLE, {"agent": '{"mbox":"mailto:emp17@example.com"}'}, False),
    (WHOLE, {"agent": '{"mbox":"mailto:emp16@example.com","name":"other"}'}, True),  # only the identifier counts
    (WHOLE, {"agent": TEACHER}, False),  # an instructor is broad
    (WHOLE, {"agent": TEACHER, "related_agents": "true"}, True),
    (WHOLE, {"agent": '{"mbox":"mailto:a@example.com"}', "related_agents": "true"}, True),  # of the team
    (WHOLE, {"agent": TEACHER.replace("lms", "lms2"), "related_agents": "true"}, False),  # another issuer
    ({**WHOLE, "actor": GROUP}, {"agent": '{"mbox":"mailto:emp16@example.com"}'}, True),  # a member of the actor
    ({**WHOLE, "object": {**AGENT, "mbox": "mailto:o@x.org"}}, {"agent": '{"mbox":"mailto:o@x.org"}'}, True),  # the object
    ({**WHOLE, "object": SUB}, {"activity": "http://x.org/sub"}, False),
    ({**WHOLE, "object": SUB}, {"activity": "http://x.org/sub", "related_activities": "true"}, True),
    ({**WHOLE, "object": SUB}, {"agent": '{"mbox":"mailto:sub@example.com"}'}, False),
    ({**WHOLE, "object": SUB}, {"agent": '{"mbox":"mailto:sub@example.com"}', "related_agents": "true"}, True),
    ({**WHOLE, "object": SUB}, {"verb": "http://x.org/v"}, False),  # a verb is the statement's own
    (WHOLE, {"verb": "http://adlnet.gov/expapi/verbs/passed", "registration": ID}, False),  # all must hold
    (changed("/authority", {"mbox": "mailto:key@x.org"}), {"agent": '{"mbox":"mailto:key@x.org"}', "related_agents": "true"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "parameters", "found"), MATCH)
def test_a_statement_matches_where_every_filter_holds(statement, parameters, found: bool):
    assert matches(statement, **parameters) == found


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"statementId": "x"}, "statementId"),
        ({"statementId": ID, "voidedStatementId": ID}, "voidedStatementId"),  # MUST 400
        ({"statementId": ID, "verb": "http://x.org/v"}, "verb"),  # MUST 400
        ({"voidedStatementId": ID, "limit": "1"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"limit": "٣"}, "limit"),  # a digit, but not ours
        ({"since": "2026-03-29"}, "since"),  # a day
        ({"since": "2026-03-29T00:00:00"}, "since"),  # whose zone?
        ({"until": "yesterday"}, "until"),
        ({"format": "Exact"}, "format"),
        ({"ascending": "True"}, "ascending"),
        ({"related_agents": "1"}, "related_agents"),
        ({"attachments": "yes"}, "attachments"),
        ({"StatementId": ID}, "StatementId"),  # case
        ({"unknown": "1"}, "unknown"),
        ({"verb": "passed"}, "verb"),
        ({"activity": ""}, "activity"),
        ({"registration": "1"}, "registration"),
        ({"agent": "emp16"}, "agent"),
        ({"agent": "[" * 100000}, "agent"),
        ({"agent": '{"mbox":"x"}'}, "agent/mbox"),
        ({"agent": '{"objectType":"Group","member":[{"mbox":"mailto:a@b.c"}]}'}, "agent"),  # anonymous
    ],
)
def test_a_query_that_is_not_understood_is_refused_by_its_parameter(parameters: dict[str, str], name: str):
    refusals = asked(**parameters)
    assert isinstance(refusals, tuple)
    assert name in {refusal.pointer for refusal in refusals}


def test_a_parameter_that_stands_twice_is_refused():
    assert isinstance(read_query([("limit", "1"), ("limit", "2")], Version.V1), tuple)


def test_one_statement_is_asked_for_by_its_id():
    assert asked(statementId=ID.upper(), format="ids") == One(ID, voided=False, form=Form.IDS)
    assert asked(voidedStatementId=ID, attachments="false") == One(ID, voided=True, form=Form.EXACT)


@pytest.mark.parametrize(
    ("parameters", "limit"), [({}, LARGEST_PAGE), ({"limit": "0"}, LARGEST_PAGE), ({"limit": "3"}, 3), ({"limit": "99999"}, LARGEST_PAGE)]
)  # fmt: skip
def test_a_limit_of_none_or_nought_is_the_largest_page(parameters: dict[str, str], limit: int):
    query = asked(**parameters)
    assert isinstance(query, Many)
    assert query.limit == limit


def test_times_are_read_with_their_offset():
    query = asked(since="2026-03-29T03:00:00+02:00", until="2026-03-29T01:00:00.5Z", ascending="true")
    assert isinstance(query, Many)
    assert query.since == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert query.until == datetime(2026, 3, 29, 1, 0, 0, 500000, tzinfo=UTC)
    assert query.ascending
