import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.doors.report.mask import Mask, is_personal, short_form, without_marks
from trueup.model.answers import FaultRow


def fault_in(
    field, *, expected=None, actual=None, code="TU0102", person="E1001", record_id="mdl-1", detail=""
):
    return FaultRow(code, "name", "high", record_id, person, "SEC-201", field, expected, actual, (), detail)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("E1001", "E10•••"),  # the example everybody is shown
        ("100234", "100•••"),  # a legacy number
        ("12", "1•••"),  # short keys show no more than half
        ("7", "•••"),  # one character would be all of it
        ("anna.kowalska@corp.example", "a••@corp…"),
        ("a@x.io", "••@x.…"),  # a one-letter mailbox would be all of it
        ("3F2A9C1E-0b7d-4f50-9d3e-6a1b2c3d4e5f", "3F2A…"),  # UUID in mixed case
        ("3f2a9c1e0b7d4f509d3e6a1b2c3d4e5f", "3f2a…"),  # UUID without dashes
        ("Anna Maria Kowalska", "A•• M•• K••"),  # a name
        ("+49 30 901820", "+49•••"),  # a phone number has spaces too
    ],
)
def test_a_key_is_shown_by_its_short_form(key, shown):
    assert short_form(key) == shown


def test_two_persons_with_one_short_form_are_told_apart_and_stay_the_same():
    mask = Mask(reveal=False)
    assert [mask.key(key) for key in ("E1001", "E1002", "e1001", "E1003")] == [
        "E10•••",
        "E10•••·2",
        "E10•••",
        "E10•••·3",
    ]


@given(st.lists(st.text(min_size=1, max_size=40), unique_by=lambda key: key.strip().casefold(), max_size=30))
def test_no_two_keys_are_ever_shown_alike(keys):
    mask = Mask(reveal=False)
    shown = [mask.key(key) for key in keys if key.strip()]
    assert len(set(shown)) == len(shown)


@given(st.from_regex(r"[A-Z0-9]{4,12}", fullmatch=True))
def test_a_masked_key_never_holds_the_key(key):
    assert key not in Mask(reveal=False).key(key)


def test_marked_keys_in_a_sentence_are_masked_and_revealed_without_marks():
    told = "A's completions stand under ⟦E1002⟧, B's under ⟦E2001⟧"
    assert Mask(reveal=False).text(told) == "A's completions stand under E10•••, B's under E20•••"
    assert (
        Mask(reveal=True).text(told)
        == without_marks(told)
        == "A's completions stand under E1002, B's under E2001"
    )


def test_a_mail_is_masked_wherever_it_stands():
    row = fault_in(
        "request_id", actual="req for anna@corp.example", detail="sent to anna@corp.example;bob@other.example"
    )
    shown = Mask(reveal=False).row(row)
    assert shown.actual == "req for a••@corp…"
    assert shown.detail == "sent to a••@corp…;b••@othe…"


def test_a_record_id_is_shown_unless_it_holds_the_person_key():
    mask = Mask(reveal=False)
    assert mask.row(fault_in("score", record_id="mdl-90412")).record_id == "mdl-90412"
    assert mask.row(fault_in("score", record_id="sec-201/E1001/2")).record_id == "sec-201/E10•••/2"
    assert mask.row(fault_in("score", record_id="E10012")).record_id == "E10012"  # another number


@pytest.mark.parametrize(
    ("field", "code", "value", "shown"),
    [
        ("person", "TU0102", "E1001", "E10•••"),  # canonical and personal
        ("person", "TU0102", "a UUID", "a UUID"),  # prose of ours says what, not who
        ("employee_number", "TU0101", "null", "null"),
        ("payload.actor.mail", "TU1001", "x9", "x•••"),  # a path into the payload
        ("home_phone", "TU1001", "+49 30 901820", "+49•••"),  # no contract names it: the fault is about it
        ("home_phone", "TU1001", "absent", "absent"),
        ("home_phone", "TU1001", "home_phone", "home_phone"),  # the field's own name tells nobody
        ("home_phone", "TU1001", "not sent", "not sent"),
        ("visible_to", "TU0703", "home_phone", "home_phone"),
        ("score", "TU1001", "87.5", "87.5"),  # named and not personal
        ("home_phone", "TU0602", "x", "x"),  # elsewhere an unknown field is a matter of the system
        ("last_name", "TU0503", "Anna Kowalska", "A•• K••"),
        ("aliases", "TU0104", "anna@a.example; bob@b.example", "a••@a.ex…; b••@b.ex…"),
        ("person", "TU0105", "⟦E2001⟧ of site Berlin", "E20••• of site Berlin"),  # marked: only what is marked
        (None, "TU0301", "no row", "no row"),
    ],
)  # fmt: skip
def test_values_of_personal_fields_are_masked(field, code, value, shown):
    row = fault_in(field, code=code, actual=value)
    assert Mask(reveal=False).row(row).actual == shown
    assert Mask(reveal=True).row(row).actual == without_marks(value)


def test_a_field_is_personal_by_any_part_of_its_path():
    assert is_personal("payload", "TU0201")
    assert is_personal("actor.account.name", "TU0201")
    assert not is_personal("completed_at", "TU0201")


def test_how_a_key_should_be_written_is_shown_but_not_a_key_that_looks_like_it():
    shown = Mask(reveal=False).row(
        fault_in("employee_number", expected="like A9999, A-9999", actual="like A9999")
    )
    assert (shown.expected, shown.actual) == ("like A9999, A-9999", "like A99•••")
