"""When two statements are the same: what a server may write otherwise does not count, all else does."""

import copy
from typing import Any

import pytest
from statements import GONE, ID, OTHER, WHOLE, changed

from trueup.intake.xapi.compare import comparable, instant, same

SAME: list[tuple[str, Any]] = [
    ("/stored", "2026-03-29T02:00:00Z"),  # assigned
    ("/authority", {"mbox": "mailto:key@example.com"}),
    ("/version", GONE),
    ("/id", ID.upper()),  # case insensitive
    ("/timestamp", "2026-03-29T01:00:00.123456Z"),  # the same instant
    ("/timestamp", GONE),  # the server assigned it
    ("/verb/display", {"de": "bestanden"}),  # not a part of the statement
    ("/object/definition", GONE),
    ("/object/definition/name", {"en": "Another name"}),
    (
        "/context/contextActivities/parent",
        [{"id": "https://lms.example.com/program/1"}],
    ),  # a server writes an array
    (
        "/context/team/member",
        [{"mbox": "mailto:b@example.com"}, {"mbox": "mailto:a@EXAMPLE.com"}],
    ),  # unordered
    ("/actor/mbox", "mailto:emp16@EXAMPLE.COM"),  # a domain has no case
    ("/context/registration", OTHER.upper()),
]
OTHERS: list[tuple[str, Any]] = [
    ("/actor/mbox", "mailto:EMP16@example.com"),  # the local part has a case
    ("/actor/name", "E. M."),
    ("/timestamp", "2026-03-29T01:00:00.123457Z"),  # a microsecond
    ("/result/success", False),
    ("/result/duration", "PT3723.5S"),  # durations are compared as texts (Data 2.3.1)
    ("/result/score/raw", 87.4),
    ("/object/id", "https://lms.example.com/course/safe-102"),
    ("/verb/id", "http://adlnet.gov/expapi/verbs/failed"),
    ("/context/extensions", {"http://x.org/a": 1}),
    ("/context/contextActivities/parent", [{"id": "https://lms.example.com/program/2"}]),
]


@pytest.mark.parametrize(("pointer", "value"), SAME)
def test_what_a_server_may_write_otherwise_makes_no_other_statement(pointer: str, value: Any):
    assert same(WHOLE, changed(pointer, value))
    assert same(changed(pointer, value), WHOLE)


@pytest.mark.parametrize(("pointer", "value"), OTHERS)
def test_anything_else_makes_another_statement(pointer: str, value: Any):
    assert not same(WHOLE, changed(pointer, value))


def test_a_duration_is_compared_to_the_hundredth_of_a_second():
    one = changed("/result/duration", "P1DT12H36M0.12567S")
    assert same(one, changed("/result/duration", "P1DT12H36M0.12S"))
    assert not same(one, changed("/result/duration", "P1DT12H36M0.13S"))


def test_comparing_changes_neither():
    before = copy.deepcopy(WHOLE)
    comparable(WHOLE)
    assert before == WHOLE


def test_a_sub_statement_is_compared_as_a_statement_is():
    sub = {
        **{key: WHOLE[key] for key in ("actor", "verb", "object", "timestamp")},
        "objectType": "SubStatement",
    }
    assert same(
        {**WHOLE, "object": sub}, {**WHOLE, "object": {**sub, "timestamp": "2026-03-29T01:00:00.123456Z"}}
    )
    assert not same(
        {**WHOLE, "object": sub}, {**WHOLE, "object": {**sub, "actor": {"mbox": "mailto:x@example.com"}}}
    )


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-29T01:00:00z", "2026-03-29T01:00:00.000000+00:00"),  # lower case
        ("2026-03-29T01:00:00,5+01", "2026-03-29T00:00:00.500000+00:00"),  # comma, hour only
        ("2026-03-29T01:00:00", "2026-03-29T01:00:00"),  # no offset: as it stands
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000+00:00"),  # a leap second
    ],
)
def test_times_are_compared_as_instants(text: str, utc: str):
    assert instant(text) == utc
