"""What completion a statement says. The verbs are those that `trueup check` reads, so that files and service agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from statements import GONE, ID, OTHER, WHOLE, changed

from trueup.intake.xapi.reading import STATUS_OF, NoCompletion, event_of, void_of, voids
from trueup.intake.xapi.statement import VOIDED

CONTRACTS = Path(__file__).parents[3] / "contracts"
EVENT = Draft202012Validator(json.loads((CONTRACTS / "event.schema.json").read_text(encoding="utf-8")))


def test_a_statement_becomes_an_event_of_the_contract():
    event = event_of(WHOLE, "lms")
    assert event == {
        "source": "lms",
        "record_id": ID,
        "revision": "1",
        "email": "emp16@example.com",
        "course_id": "https://lms.example.com/course/safe-101",
        "attempt": OTHER,
        "status": "passed",
        "occurred_at": "2026-03-29T03:00:00.123456+02:00",
        "score": {"raw": 87.5, "min": 0, "max": 100, "scale": "xapi:0..100"},
    }
    EVENT.validate(event)


def test_a_void_is_the_second_revision_of_what_it_voids_for_the_same_person_and_course():
    event = event_of(WHOLE, "lms")
    assert not isinstance(event, NoCompletion)
    void = void_of(event)
    assert (void["record_id"], void["revision"], void["status"]) == (ID, "2", "voided")
    assert (void["email"], void["course_id"]) == (event["email"], event["course_id"])
    assert not {"score", "occurred_at"} & void.keys()  # of the passing, not of its end
    EVENT.validate(void)


def test_only_a_voiding_statement_voids():
    void = {**WHOLE, "verb": {"id": VOIDED}, "object": {"objectType": "StatementRef", "id": OTHER.upper()}}
    assert voids(void) == OTHER
    assert isinstance(event_of(void, "lms"), NoCompletion)
    assert voids(WHOLE) is None
    assert voids({**void, "verb": WHOLE["verb"]}) is None  # a reference alone voids nothing


@pytest.mark.parametrize(
    ("pointer", "value", "field", "read"),
    [
        ("/verb/id", "http://adlnet.gov/expapi/verbs/completed", "status", "completed"),
        ("/verb/id", "https://w3id.org/xapi/adl/verbs/mastered", "status", "passed"),
        ("/verb/id", "http://activitystrea.ms/schema/1.0/complete", "status", "completed"),
        ("/verb/id", "http://adlnet.gov/expapi/verbs/initialized/", "status", "launched"),
        ("/result/success", False, "status", "passed"),  # the verb asserts, not the result
        ("/actor", {"account": {"homePage": "https://lms.example.com", "name": "e16"}}, "account",
         {"issuer": "https://lms.example.com", "name": "e16"}),
        ("/actor", {"mbox_sha1sum": "ab" * 20}, "account", {"issuer": "mbox_sha1sum", "name": "ab" * 20}),
        ("/actor", {"openid": "https://e16.example.com"}, "account", {"issuer": "openid", "name": "https://e16.example.com"}),
        ("/timestamp", GONE, "occurred_at", None),  # unknown, never now
        ("/context", GONE, "attempt", None),
        ("/result", GONE, "score", None),  # missing stays missing
        ("/result/score", {"scaled": 0.5}, "score", {"raw": 0.5, "min": -1, "max": 1, "scale": "xapi:-1..1"}),
        ("/result/score", {"raw": 5, "max": 10}, "score", {"raw": 5}),  # half a range is no scale
    ],
)  # fmt: skip
def test_each_part_is_read_as_the_source_asserts_it(pointer: str, value: Any, field: str, read: Any):
    event = event_of(changed(pointer, value), "lms")
    assert not isinstance(event, NoCompletion)
    assert event.get(field) == read
    EVENT.validate(event)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/verb/id", "http://adlnet.gov/expapi/verbs/experienced"),
        ("/object", {"objectType": "Agent", "mbox": "mailto:x@example.com"}),  # greeted, say
        ("/actor", {"objectType": "Group", "mbox": "mailto:team@example.com"}),  # who of it?
    ],
)
def test_what_is_no_completion_says_why(pointer: str, value: Any):
    told = event_of(changed(pointer, value), "lms")
    assert isinstance(told, NoCompletion)
    assert told.reason


def test_files_and_service_read_the_same_verbs():
    from trueup.reconcile.recognise.xapi import _VERBS

    assert {
        verb: status for verb, status in _VERBS.items() if status != "voided"
    }.items() <= STATUS_OF.items()
