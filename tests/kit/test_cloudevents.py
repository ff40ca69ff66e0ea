"""CloudEvents 1.0: the specification's own messages, an independent writer, and every rule broken."""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent as WrittenElsewhere
from hypothesis import given
from hypothesis import strategies as st

from trueup.kit.cloudevents import CloudEvent, NotACloudEventError, event_from, is_cloudevent

JSON = "application/cloudevents+json; charset=utf-8"
LEAST = {"specversion": "1.0", "id": "A234", "source": "/mycontext", "type": "com.example.someevent"}
HEADERS = {f"ce-{name}": value for name, value in LEAST.items()}


def structured(**members: object) -> CloudEvent:
    return event_from(JSON, {}, json.dumps({**LEAST, **members}).encode())


def binary(body: bytes = b"{}", content_type: str = "application/json", **headers: str) -> CloudEvent:
    return event_from(
        content_type, {**HEADERS, **{f"ce-{name}": value for name, value in headers.items()}}, body
    )


def test_the_structured_example_of_the_specification_reads_as_it_is_meant():
    # JSON format, 3.2
    found = structured(
        time="2018-04-05T17:31:00Z",
        comexampleextension1="value",
        comexampleothervalue=5,
        unsetextension=None,
        datacontenttype="application/xml",
        data='<much wow="xml"/>',
    )
    assert found == CloudEvent(
        "A234",
        "/mycontext",
        "com.example.someevent",
        time="2018-04-05T17:31:00Z",
        datacontenttype="application/xml",
        extensions={"comexampleextension1": "value", "comexampleothervalue": 5},
        data=b'<much wow="xml"/>',
    )


def test_the_binary_example_of_the_specification_reads_as_it_is_meant():
    # HTTP binding, 3.1.4
    found = binary(b'{"a": 1}', "application/json; charset=utf-8", time="2018-04-05T03:56:24Z")
    assert (found.id, found.time, found.datacontenttype) == (
        "A234",
        "2018-04-05T03:56:24Z",
        "application/json; charset=utf-8",
    )
    assert found.data == b'{"a": 1}'


def test_a_header_s_escapes_are_undone_once():
    # HTTP binding, 3.1.3.2
    assert binary(subject="Euro%20%E2%82%AC%20%F0%9F%98%80").subject == "Euro \u20ac \U0001f600"
    assert binary(subject="%2525").subject == "%25"
    assert binary(subject='"quoted \\"text\\" "').subject == 'quoted "text" '
    assert binary(subject="%41").subject == "A"  # encoded for nothing


def test_json_data_comes_out_byte_for_byte():
    body = b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"z": 1.0,  "a":[1e2]}}'
    assert event_from(JSON, {}, body).data == b'{"z": 1.0,  "a":[1e2]}'


@pytest.mark.parametrize(
    ("members", "data"),
    [
        ({}, None),  # an event without data
        ({"data": None}, b"null"),  # is not one with null as its data
        ({"data": "text"}, b'"text"'),  # a JSON string stays one
        ({"data": "text", "datacontenttype": "text/plain"}, b"text"),
        (
            {"data": "{}", "datacontenttype": "Application/JSON; charset=utf-8"},
            b'"{}"',
        ),  # case does not matter
        ({"data": {"a": 1}, "datacontenttype": "application/vnd.example+json"}, b'{"a": 1}'),
        ({"data_base64": "AAE="}, b"\x00\x01"),
    ],
)
def test_data_is_what_its_content_type_says(members: dict, data: bytes | None):
    assert structured(**members).data == data


BROKEN = [
    ({"id": None}, "id"),  # null is unset
    ({"id": ""}, "id"),
    ({"id": 5}, "id"),
    ({"source": "has blank"}, "source"),
    ({"source": True}, "source"),
    ({"specversion": "0.3"}, "specversion"),
    ({"specversion": "1.1"}, "specversion"),
    ({"type": ["a"]}, "type"),
    ({"subject": ""}, "subject"),
    ({"time": "2018-04-05T17:31:00"}, "time"),  # no offset
    ({"time": "2018-04-05"}, "time"),
    ({"time": "2018-13-05T17:31:00Z"}, "time"),
    ({"time": "yesterday"}, "time"),
    ({"dataschema": "not-a-uri"}, "dataschema"),
    ({"datacontenttype": 5}, "datacontenttype"),
    ({"data": 5, "datacontenttype": "text/plain"}, "data"),
    ({"data": 1, "data_base64": "AAE="}, "data"),
    ({"data_base64": "?"}, "data_base64"),
    ({"data_base64": 5}, "data_base64"),
    ({"Extension": "x"}, "Extension"),  # upper case
    ({"my_ext": "x"}, "my_ext"),
    ({"big": 2**31}, "big"),
    ({"ext": 1.5}, "ext"),
    ({"ext": {"a": 1}}, "ext"),
    ({"ext": "a\u0007"}, "ext"),
    ({"ext": "x" * 3000}, "ext"),
    ({f"e{number}": "x" for number in range(100)}, "attributes"),
]


@pytest.mark.parametrize(("members", "attribute"), BROKEN)
def test_a_broken_rule_names_the_attribute(members: dict, attribute: str):
    with pytest.raises(NotACloudEventError) as found:
        structured(**members)
    assert found.value.attribute == attribute


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[" * 100_000, b'{"a":', b"\xff", b'{"id": "\xff"}', b'{"id": "\\ud800"}', b"5"]
)
def test_a_body_that_is_no_object_is_none(body: bytes):
    with pytest.raises(NotACloudEventError, match=r"the body|missing"):
        event_from(JSON, {}, body)


@pytest.mark.parametrize(
    ("headers", "attribute"),
    [
        ({"ce-id": ""}, "id"),
        ({"ce-datacontenttype": "text/plain"}, "ce-datacontenttype"),
        ({"ce-subject": "%C0%A0"}, "ce-subject"),  # an overlong blank
        ({"ce-subject": "\u00e4"}, "ce-subject"),  # not encoded
        ({"ce-time": "now"}, "time"),
    ],
)
def test_a_broken_header_is_named(headers: dict, attribute: str):
    with pytest.raises(NotACloudEventError) as found:
        event_from("application/json", {**HEADERS, **headers}, b"{}")
    assert found.value.attribute == attribute


@pytest.mark.parametrize(
    "content_type",
    ["application/cloudevents-batch+json", "application/cloudevents+avro", "application/cloudevents"],
)
def test_batches_and_other_formats_are_refused(content_type: str):
    with pytest.raises(NotACloudEventError, match="content-type"):
        event_from(content_type, HEADERS, b"[]")


@pytest.mark.parametrize(
    ("content_type", "headers", "is_one"),
    [
        ("application/json", {}, False),
        ("application/json", {"ce-specversion": "1.0"}, True),
        ("Application/CloudEvents+JSON", {}, True),
        ("", {}, False),
    ],
)
def test_a_message_says_whether_it_means_to_be_one(content_type: str, headers: dict, is_one: bool):
    assert is_cloudevent(content_type, headers) is is_one


texts = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=30)


@given(texts, texts, st.dictionaries(texts, st.integers() | texts, max_size=3))
def test_what_the_sdk_of_cloudevents_writes_reads_back_in_both_modes(event_id: str, subject: str, data: dict):
    at = datetime(2026, 3, 31, 22, 15, tzinfo=UTC)
    attributes = {
        **LEAST,
        "id": event_id,
        "subject": subject,
        "time": at,
        "datacontenttype": "application/json",
        "myext": 7,
    }
    written = WrittenElsewhere(attributes, data)
    for message in (to_binary_event(written), to_structured_event(written)):
        headers = {name.lower(): value for name, value in message.headers.items()}
        found = event_from(headers["content-type"], headers, message.body)
        assert (found.id, found.subject, found.time) == (event_id, subject, "2026-03-31T22:15:00Z")
        assert json.loads(found.data) == data
        assert str(found.extensions["myext"]) == "7"
