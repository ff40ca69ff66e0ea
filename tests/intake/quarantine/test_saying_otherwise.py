"""What a decision may say of an event, and what it leaves as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.intake.quarantine.corrections import FIELDS, NUMBERS, WHOLE, corrected, why_not

BODY = b'{"record_id": "r", "account": {"issuer": "i", "name": 7}, "score": {"raw": 4.50, "max": 1e1}, "status": "passed"}'


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"zone": "Europe/Berlin"}, {"zone": "Europe/Berlin"}),  # one that was not there
        ({"account.name": "anna"}, {"account": {"issuer": "i", "name": "anna"}}),  # within an object
        ({"score.min": "0"}, {"score": {"raw": 4.5, "max": 10.0, "min": 0}}),  # a number stays one
        ({"score": ""}, {"score": ...}),  # left out as a whole
        ({"account": "", "email": "a@example.com"}, {"account": ..., "email": "a@example.com"}),
        ({"account.name": ""}, {"account": {"issuer": "i"}}),  # one member left out
        (
            {"score.scale": '"; DROP'},
            {"score": {"raw": 4.5, "max": 10.0, "scale": '"; DROP'}},
        ),  # text is only text
    ],
)
def test_what_is_said_stands_there_and_the_rest_as_it_did(said: dict[str, str], members: dict[str, object]):
    expected = {name: value for name, value in (json.loads(BODY) | members).items() if value is not ...}
    assert json.loads(corrected(BODY, said)) == expected


def test_digits_stay_as_they_were_written():
    assert b'"raw":4.50,"max":1e1' in corrected(BODY, {"score.min": "0"})


def test_what_stands_in_place_of_an_object_is_replaced_by_one():
    assert json.loads(corrected(b'{"account": "anna"}', {"account.name": "anna"})) == {
        "account": {"name": "anna"}
    }


@pytest.mark.parametrize(
    "field", ["source", "record_id", "revision", "course_id", "status", "tags", "account.key", ""]
)
def test_what_the_source_asserts_is_nobody_s_to_correct(field: str):
    assert "one of zone" in str(why_not(field, "x"))


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("score.raw", "87.5", True),
        ("score.raw", "-1e2", True),
        ("score.raw", "4,5", False),
        ("score.raw", '1, "status": "passed"', False),  # no way into the rest of the event
        ("score.max", "", True),
        ("score", "5", False),  # a whole object is not said in a word
        ("score", "", True),
        ("occurred_at", "2026-03-29T03:30:00+02:00", True),
    ],
)
def test_a_correction_is_of_its_field_s_form(field: str, value: str, right: bool):
    assert (why_not(field, value) is None) is right


@given(
    field=st.sampled_from([one for one in FIELDS if one not in WHOLE | NUMBERS]),
    value=st.text(min_size=1).filter(lambda text: text.isprintable()),
)
def test_whatever_is_said_the_event_stays_json_with_its_other_members(field: str, value: str):
    read = json.loads(corrected(BODY, {field: value}))
    outer, _, inner = field.partition(".")
    assert (read[outer][inner] if inner else read[outer]) == value
    assert (read["record_id"], read["status"]) == ("r", "passed")
