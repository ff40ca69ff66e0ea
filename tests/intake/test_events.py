"""One event to our reading of it: what is taken, what is held, what is rejected, and how each is explained."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueup import instants
from trueup.intake.canonical import Event, Terms, Unreadable, read_event
from trueup.kit.canonical_json import canonical
from trueup.model.completions import Key, Status, Who
from trueup.model.instants import Instant

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "source": "moodle-hr",
    "record_id": "cmc-48213",
    "account": {"issuer": "https://lms.example.com", "name": "emp16"},
    "course_id": "SAFE101",
    "status": "passed",
    "occurred_at": "2026-03-29T01:30:00+01:00",
}


def reads(zone: str | None = None) -> Terms:
    def read_time(_member: str, raw: str, named: str | None) -> Instant | None:
        return instants.read_instant(raw, instants.Reading(zone=named or zone))

    return Terms(read_time)


def read(body: bytes | dict[str, Any], terms: Terms | None = None) -> Event | Unreadable:
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_event(told, lambda _source: terms or reads(), NOW)


def with_(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in (GOOD | members).items() if value is not ...}


def taken(body: bytes | dict[str, Any], terms: Terms | None = None) -> Event:
    event = read(body, terms)
    assert isinstance(event, Event)
    assert event.fault is None
    assert event.completion is not None
    return event


def test_event_is_read_as_the_source_asserts_it():
    event = taken(with_(score={"raw": "4.50", "min": 0, "max": 5}, tags=["a", "b"], attempt="2"))
    assert event.key == Key("moodle-hr", "cmc-48213", "1")
    assert event.who == Who(issuer="https://lms.example.com", name="emp16")
    done = event.completion
    assert done is not None
    assert (done.status, done.course_id, done.attempt, done.tags) == (
        Status.PASSED,
        "SAFE101",
        "2",
        ("a", "b"),
    )
    assert done.occurred is not None
    assert (done.occurred.raw, done.occurred.offset_minutes) == ("2026-03-29T01:30:00+01:00", 60)
    assert done.recorded is None
    assert done.score is not None
    assert str(done.score.raw) == "4.50"


@pytest.mark.parametrize(
    ("written", "raw"),
    [
        (b'"2026-03-29T01:30:00Z"', "2026-03-29T01:30:00Z"),
        (b"1774749600", "1774749600"),  # epoch seconds
        (b"1774749600.250", "1774749600.250"),  # with its digits
        (b'"/Date(1774749600000+0100)/"', "/Date(1774749600000+0100)/"),
        (b'"\\u0032026-03-29T01:30:00Z"', "2026-03-29T01:30:00Z"),  # escaped
        (b'"0"', "0"),  # a source's word for no time
    ],
)
def test_time_comes_back_byte_for_byte(written: bytes, raw: str):
    body = json.dumps(with_(occurred_at="@")).encode().replace(b'"@"', written)
    done = taken(body).completion
    assert done is not None
    assert done.occurred is not None
    assert done.occurred.raw == raw


def test_absent_time_stays_absent():
    done = taken(with_(occurred_at=...)).completion
    assert done is not None
    assert done.occurred is None


@pytest.mark.parametrize(
    ("members", "code", "pointer", "actual"),
    [
        ({"account": ...}, "TU0101", "", "none of them"),  # nobody
        ({"account": None}, "TU0101", "/account", "null"),  # an import mapping that writes null
        ({"person_id": None}, "TU0101", "/person_id", "null"),
        ({"person_id": "E1016"}, "TU0102", "/person_id", "text of 5 characters, as A9999"),  # a number for a UUID
        ({"employee_number": 1016}, "TU0102", "/employee_number", "a number"),  # zeros in front are lost
        ({"employee_number": "  "}, "TU0101", "/employee_number", "text of 2 characters, as   "),
        ({"email": "emp16"}, "TU0102", "/email", "text of 5 characters, as AAA99"),
        ({"account": {"name": "emp16"}}, "TU0101", "/account/issuer", "nothing"),  # a name alone is nobody's
        ({"account": {"issuer": "x", "name": ""}}, "TU0101", "/account/name", "text of 0 characters"),
        ({"account": ["x"]}, "TU0102", "/account", "a list of 1"),
        ({"occurred_at": "2026-03-29 01:30"}, "TU0201", "/occurred_at", "text of 16 characters, as 9999-99-99 99:99"),
        ({"occurred_at": "2026-03-29"}, "TU0201", "/occurred_at", "text of 10 characters, as 9999-99-99"),  # whose day?
        ({"recorded_at": "2026-10-25T02:30", "zone": "Europe/Berlin"}, "TU0201", "/recorded_at", "text of 16 characters, as 9999-99-99A99:99"),  # twice
        ({"occurred_at": "2026-03-29T02:30", "zone": "Europe/Berlin"}, "TU0205", "/occurred_at", "text of 16 characters, as 9999-99-99A99:99"),  # never
        ({"occurred_at": "2026-02-30T01:00Z"}, "TU0205", "/occurred_at", "text of 17 characters, as 9999-99-99A99:99A"),
        ({"occurred_at": "soon"}, "TU0205", "/occurred_at", "text of 4 characters, as AAAA"),
        ({"occurred_at": "03/04/2026 10:00", "zone": "UTC"}, "TU0205", "/occurred_at", "text of 16 characters, as 99/99/9999 99:99"),  # either
        ({"occurred_at": "2026-10-01T12:06:00Z"}, "TU0205", "/occurred_at", "a later time"),  # a clock far off
        ({"occurred_at": ""}, "TU0205", "/occurred_at", "text of 0 characters"),
        ({"occurred_at": True}, "TU0205", "/occurred_at", "true"),
        ({"occurred_at": {"at": 1}}, "TU0205", "/occurred_at", "an object of 1"),
        ({"zone": "Mars/Olympus", "occurred_at": "2026-03-29 01:30"}, "TU0201", "/zone", "text of 12 characters, as AAAA/AAAAAAA"),
        ({"score": {"raw": 4}}, "TU0801", "/score", "neither"),
        ({"score": {"raw": 4, "min": 0}}, "TU0801", "/score", "neither"),
        ({"score": {"raw": 4, "min": 5, "max": 5}}, "TU0801", "/score/max", "a number that is not"),
        ({"score": {"raw": 87, "min": 1, "max": 5}}, "TU0802", "/score/raw", "a number outside"),
    ],
)  # fmt: skip  # one case a line
def test_what_can_not_be_settled_is_held_with_its_reason(
    members: dict[str, Any], code: str, pointer: str, actual: str
):
    event = read(with_(**members))
    assert isinstance(event, Event)
    assert event.completion is None
    assert event.fault is not None
    assert (event.fault.code, event.fault.pointer, event.fault.actual) == (code, pointer, actual)
    assert event.fault.expected
    assert event.fault.owner
    assert event.key == Key("moodle-hr", "cmc-48213", "1")


@pytest.mark.parametrize(
    ("members", "who"),
    [
        ({"person_id": "E1016"}, Who(issuer="https://lms.example.com", name="emp16")),  # the rest is said
        ({"account": {"name": "emp16"}, "email": "emp16@example.com"}, Who(email="emp16@example.com")),
        ({"account": None}, Who()),
        ({"occurred_at": "soon"}, Who(issuer="https://lms.example.com", name="emp16")),  # another fault
    ],
)
def test_what_is_held_belongs_to_whom_it_names_as_far_as_it_does(members: dict[str, Any], who: Who):
    event = read(with_(**members))
    assert isinstance(event, Event)
    assert (event.fault is not None, event.who) == (True, who)


@pytest.mark.parametrize(
    ("members", "pointer", "known"),
    [
        ({"source": ...}, "/source", False),
        ({"source": "Moodle HR"}, "/source", False),
        ({"record_id": ...}, "/record_id", False),
        ({"record_id": 48213}, "/record_id", False),  # a number: zeros in front, 2**53
        ({"record_id": ""}, "/record_id", False),
        ({"record_id": "a\nb"}, "/record_id", False),
        ({"record_id": "x" * 201}, "/record_id", False),
        ({"revision": "1\n"}, "/revision", False),  # $ alone would take it
        ({"revision": "a b"}, "/revision", False),
        ({"course_id": ...}, "/course_id", True),
        ({"course_id": None}, "/course_id", True),
        ({"status": "done"}, "/status", True),
        ({"status": ["passed"]}, "/status", True),
        ({"attempt": 2}, "/attempt", True),
        ({"zone": 1}, "/zone", True),
        ({"tags": "a"}, "/tags", True),
        ({"tags": ["a", 3]}, "/tags/1", True),
        ({"tags": ["a"] * 51}, "/tags", True),
        ({"tags": ["a\x1fb"]}, "/tags/0", True),  # what stands between tags in a statement
        ({"score": 4}, "/score", True),
        ({"score": {}}, "/score/raw", True),
        ({"score": {"raw": "four", "scale": "x"}}, "/score/raw", True),
        ({"score": {"raw": "NaN", "scale": "x"}}, "/score/raw", True),
        ({"score": {"raw": 1e300, "scale": "x"}}, "/score/raw", True),
        ({"score": {"raw": True, "scale": "x"}}, "/score/raw", True),
        ({"score": {"raw": 1, "scale": ""}}, "/score/scale", True),
        ({"course_id": "a\x00b"}, "", True),  # no database keeps it
    ],
)
def test_what_is_not_of_its_shape_is_rejected_at_its_place(
    members: dict[str, Any], pointer: str, known: bool
):
    event = read(with_(**members))
    assert isinstance(event, Unreadable)
    assert (event.fault.code, event.fault.pointer, event.key is not None) == ("TU0308", pointer, known)
    assert event.fault.expected
    assert event.fault.actual


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe{}", b'{"source":"\xff"}', b"[" * 100_000, b'{"a":' * 100_000,
        b'{"source":"\\ud800"}', b"{} {}", b'{"a":1e999}', b'{"a":NaN}',
    ],
)  # fmt: skip  # one a word
def test_what_is_no_event_at_all_is_rejected(body: bytes):
    event = read(body)
    assert isinstance(event, Unreadable)
    assert (event.fault.code, event.key) == ("TU0308", None)


def test_text_that_only_looks_like_an_escaped_nul_is_taken():
    assert taken(with_(course_id="a\\u0000b")).key.record_id == "cmc-48213"


def test_declared_zone_settles_a_date_and_a_naive_time():
    day = taken(with_(occurred_at="2026-03-29"), reads("Asia/Tokyo")).completion
    assert day is not None
    assert day.occurred is not None
    assert (str(day.occurred.at), str(day.occurred.until)) == (
        "2026-03-28 15:00:00+00:00",
        "2026-03-29 15:00:00+00:00",
    )
    time = taken(with_(occurred_at="2026-03-29 01:30", zone="Europe/Berlin"), reads("Asia/Tokyo")).completion
    assert time is not None
    assert time.occurred is not None
    assert time.occurred.zone == "Europe/Berlin"  # what the event says goes first


def test_what_no_purpose_allows_is_gone_and_named():
    told = with_(
        email="emp16@example.com",
        birthday="1980-01-01",
        score={"raw": 4, "max": 5, "min": 0, "note": "slept"},
        account={"issuer": "x", "name": "y", "phone": "555"},
    )
    terms = Terms(reads().read_time, frozenset({"email"}))
    body = json.dumps(told).replace('"raw": 4', '"raw": 4.50').encode()
    event = taken(body, terms)
    assert sorted(event.dropped) == ["/account/phone", "/birthday", "/email", "/score/note"]
    for canary in (b"1980", b"slept", b"555", b"example.com"):
        assert canary not in event.body + event.canonical
    assert event.who.email is None
    assert event.completion is not None
    assert event.completion.score is not None
    assert event.completion.score.raw == Decimal("4.50")
    assert b"4.50" in event.body


def test_name_of_a_dropped_member_is_bounded_and_printable():
    event = taken(with_(**{"a/b~c\n" + "x" * 500: 1}))
    assert event.dropped[0].startswith("/a~1b~0c?xxx")
    assert len(event.dropped[0]) < 110


def test_spelling_of_the_json_does_not_make_it_another_event():
    spaced = json.dumps(GOOD, indent=4).encode()
    assert taken(spaced).canonical == taken(GOOD).canonical == canonical({**GOOD, "revision": "1"})
    assert taken(spaced).body == spaced  # and is kept as it was sent


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    members=st.dictionaries(
        st.sampled_from(
            [*GOOD, "revision", "score", "tags", "zone", "email", "person_id", "recorded_at", "x"]
        ),
        VALUES,
    )
)
def test_nothing_in_a_body_raises(members: dict[str, Any]):
    event = read(with_(**members))
    if isinstance(event, Event):
        assert (event.completion is None) == (event.fault is not None)


@given(body=st.binary(max_size=60))
def test_no_bytes_raise(body: bytes):
    read(body)
